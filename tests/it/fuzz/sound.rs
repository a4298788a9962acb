//! What every text of a format has to hold, whatever was printed.

use roxmltree::Document;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use crate::support::elements::assert_inert;
use crate::support::harmless::assert_harmless;
use crate::support::parquet::rows;

/// Holds a text of the format to what its readers rely on; tables fit into so many columns.
pub fn assert_sound(format: &str, text: &str, width: Option<usize>) {
    match format {
        "table" => table(text, width),
        "text" => assert_harmless(&without_colors(text)),
        "json" => drop(json(text)),
        "ndjson" | "ocsf" | "ecs" => text.lines().for_each(|line| drop(json(line))),
        "csv" => drop(separated(text, b',')),
        "tsv" => drop(separated(text, b'\t')),
        "markdown" => markdown(text),
        "html" => {
            assert_harmless(text);
            assert_inert(text);
        }
        "sarif" => sarif(&json(text)),
        "junit" => junit(text),
        "github" => github(text),
        other => panic!("nothing is known of the format {other}"),
    }
}

/// The text of a format; if that is not text, every value is read instead.
pub fn text(format: &str, bytes: Vec<u8>) -> Option<String> {
    if format == "parquet" {
        let _ = rows(&bytes);
        return None;
    }
    Some(String::from_utf8(bytes).unwrap())
}

fn json(text: &str) -> Value {
    assert_harmless(text);
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// The text without what colours it.
pub fn without_colors(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        match rest.strip_prefix('m') {
            Some(rest) => plain.push_str(rest),
            None => panic!("{part:?} after an escape"),
        }
    }
    plain
}

fn table(text: &str, width: Option<usize>) {
    let text = without_colors(text);
    assert_harmless(&text);
    for line in text.lines() {
        assert!(line.width() <= width.unwrap_or(usize::MAX), "{} > {width:?}: {line}", line.width());
    }
}

/// Of a table alone: rows are as wide as the rule below the header, or end earlier in nothing.
pub fn assert_even(text: &str) {
    let text = without_colors(text);
    let rule = text.lines().nth(1).unwrap();
    let is_rule = |sign: char| rule.chars().all(|c| c == sign);
    assert!(!rule.is_empty() && (is_rule('─') || is_rule('-')), "{text}");
    assert!(text.lines().all(|line| line.width() <= rule.width()), "{text}");
}

/// The records, of equal lengths and without a formula.
pub fn separated(text: &str, delimiter: u8) -> Vec<csv::StringRecord> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(text.as_bytes());
    let records: Vec<_> = reader.records().map(Result::unwrap).collect();
    for cell in records.iter().flatten() {
        let is_formula = cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
        assert!(!is_formula || cell.parse::<f64>().is_ok(), "{cell:?}");
    }
    records
}

/// Cells stay in their columns, and outside of code nothing is HTML, a link, or a person.
fn markdown(text: &str) {
    assert_harmless(text);
    let mut fence: Option<&str> = None;
    let mut columns = None;
    for line in text.lines() {
        if let Some(open) = fence {
            fence = fence.filter(|_| line != open);
            continue;
        }
        if line.starts_with("```") {
            fence = line.strip_suffix("text");
            assert!(fence.is_some_and(|fence| fence.bytes().all(|byte| byte == b'`')), "{line}");
            continue;
        }
        // What keeps `@` and `#` from being more than signs.
        let line = &line.replace("@<!-- -->", "").replace("#<!-- -->", "");
        for linking in ["<", "://", "www.", "@", "]("] {
            assert!(!line.contains(linking), "{linking} in {line}");
        }
        let cells = line.starts_with('|').then(|| unescaped(line, '|'));
        assert!(cells.is_none() || columns.is_none() || cells == columns, "{cells:?} in {line}");
        assert_eq!((unescaped(line, '`'), unescaped(line, '*')), (0, 0), "{line}");
        columns = cells;
    }
    assert_eq!(fence, None, "code that does not end");
}

fn unescaped(line: &str, wanted: char) -> usize {
    let mut chars = line.chars();
    let mut count = 0;
    while let Some(c) = chars.next() {
        count += usize::from(c == wanted);
        if c == '\\' {
            chars.next();
        }
    }
    count
}

/// What code scanning requires of a log.
fn sarif(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("one run") };
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "ssoaudit");
    let rules = driver["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(result["ruleId"], rule["id"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        let message = result["message"]["text"].as_str().unwrap();
        assert_harmless(message);
        assert!(!message.is_empty() && message.chars().count() <= 1_000);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()) && !uri.starts_with('/'), "{uri}");
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(!result["partialFingerprints"]["ssoaudit/v2"].as_str().unwrap().is_empty());
    }
}

fn junit(text: &str) {
    assert_harmless(text);
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error} in {text}"));
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let known = ["testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out"];
    let names = root.descendants().filter(|node| node.is_element()).map(|node| node.tag_name().name());
    assert!(names.into_iter().all(|name| known.contains(&name)), "{text}");
    let cases = root.descendants().filter(|node| node.has_tag_name("testcase")).count();
    assert_eq!(root.attribute("tests"), Some(cases.to_string().as_str()));
}

/// Every line is one known command or none at all.
fn github(text: &str) {
    assert_harmless(text);
    let mut annotations = 0;
    for line in text.lines() {
        let Some(command) = line.strip_prefix("::") else {
            assert!(!line.trim_start().starts_with("::"), "{line}");
            continue;
        };
        annotations += 1;
        let (kind, rest) = command.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&kind), "{line}");
        let (properties, message) = rest.split_once("::").unwrap();
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').unwrap();
            assert!(["file", "line", "title"].contains(&key) && !value.contains(':'), "{line}");
        }
        assert!(!message.is_empty(), "{line}");
    }
    assert!(annotations <= 30, "{annotations}");
}

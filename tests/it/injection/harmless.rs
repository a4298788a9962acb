//! What harmless means, format by format.

use std::collections::BTreeSet;

use roxmltree::Document;

/// What the program itself may send to a terminal: bold, a few colours, and back.
const OURS: [&str; 9] = ["0", "1", "31", "32", "33", "34", "36", "90", "2"];

/// The text without our colours; whatever else begins an escape sequence stays in it.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut bare = pieces.next().unwrap().to_owned();
    for piece in pieces {
        match piece.split_once('m') {
            Some((code, after)) if OURS.contains(&code) => bare.push_str(after),
            _ => bare.push_str(&format!("\u{1b}[{piece}")),
        }
    }
    bare
}

/// Whether a terminal would obey the character, or nobody would see it.
fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' | '\u{AD}' | '\u{3164}' | '\u{FFA0}' | '\u{115F}' | '\u{E0000}'..='\u{E0FFF}'
            | '\u{34F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{206A}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}')
}

/// What the runner of GitHub Actions would take a line for: the name of a command and its properties, and
/// what they are about. Any name will do here, but for a part of an address.
fn command(line: &str) -> Option<(&str, &str)> {
    let begins = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::"));
    let begins = begins.filter(|(info, _)| info.starts_with(|c: char| c.is_ascii_alphabetic()));
    begins.or_else(|| line.split_once("##[")?.1.split_once(']'))
}

/// Neither a terminal nor the log of a CI job obeys anything in it.
pub fn assert_harmless(text: &str) {
    let text = without_colours(text);
    if let Some(c) = text.chars().find(|c| is_harmful(*c)) {
        let line = text.lines().find(|line| line.contains(c)).unwrap_or_default();
        panic!("{c:?} in {line:?}");
    }
    for line in text.lines() {
        assert_eq!(command(line), None, "{line}");
        assert!(!line.contains("##vso[") && !line.contains("##teamcity["), "{line}");
    }
}

/// No cell is a formula, and every record has as many cells as the header.
pub fn assert_separated(text: &str, delimiter: u8) {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    assert!(reader.headers().unwrap().len() > 1);
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}

/// Tables keep their columns; there is no HTML, no link, no image, no mention, and no code but ours.
pub fn assert_markdown(text: &str) {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let (mut columns, mut cells, mut headings) = (0, 0, 0);
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableHead | Tag::TableRow) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(pulldown_cmark::TagEnd::TableHead | pulldown_cmark::TagEnd::TableRow) => {
                assert_eq!(cells, columns, "{text}");
            }
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) | Event::End(_) => {}
            Event::Text(_) | Event::SoftBreak => {}
            // What keeps `@` and `#` from being more than signs.
            Event::InlineHtml(comment) if &*comment == "<!-- -->" => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(headings > 0 || columns > 0, "{text}");
    // What GitHub makes of bare text, which the parser knows nothing of. Columns are counted by hand as well,
    // as a parser leaves cells out that are too many.
    let mut is_code = false;
    for lines in text.lines().collect::<Vec<_>>().windows(2) {
        let [before, line] = [lines[0], lines[1]];
        is_code ^= before.starts_with("```");
        if is_code {
            continue;
        }
        assert!(!line.contains("://") && !line.contains("www."), "{line}");
        let bare = line.replace("@<!-- -->", "").replace("#<!-- -->", "");
        assert!(!bare.contains('@') && !bare.contains('<'), "{line}");
        let bars = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        if before.starts_with('|') && line.starts_with('|') {
            assert_eq!(bars(before), bars(line), "{line}");
        }
    }
}

/// The elements and attributes are ours, and every character is one that XML allows.
pub fn assert_junit(text: &str) {
    let is_allowed =
        |c: char| matches!(c, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(text.chars().all(is_allowed));
    let document = Document::parse(text).unwrap();
    let elements = document.descendants().filter(roxmltree::Node::is_element);
    let names: BTreeSet<_> = elements.clone().map(|element| element.tag_name().name()).collect();
    let known = ["failure", "skipped", "system-out", "testcase", "testsuite", "testsuites"];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    let attributes: BTreeSet<_> = elements.flat_map(|it| it.attributes()).map(|it| it.name()).collect();
    let known =
        ["name", "tests", "failures", "errors", "skipped", "disabled", "classname", "message", "type"];
    assert!(attributes.iter().all(|name| known.contains(name)), "{attributes:?}");
    assert!(document.descendants().any(|node| node.has_tag_name("failure")));
}

/// Every command is one of ours, for a file and with a title of ours, and there are as many as GitHub shows.
pub fn assert_annotations(text: &str) {
    assert!(!text.chars().any(is_harmful));
    let commands: Vec<_> = text.lines().filter_map(command).collect();
    assert!((10..=30).contains(&commands.len()), "{text}");
    for (info, message) in commands {
        let (name, properties) = info.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&name), "{name}");
        let properties: Vec<_> = properties.split(',').map(|it| it.split_once('=').unwrap().0).collect();
        assert!(properties == ["file", "line", "title"] || properties == ["title"], "{properties:?}");
        // The message is followed by what the rule is about, on a line of its own.
        assert_eq!(message.matches("%0A").count(), 1, "{message}");
    }
    let others: Vec<_> = text.lines().filter(|line| command(line).is_none()).collect();
    let ours = ["failed: ", "Checked against ", "No policy found", "Only events that match "];
    let is_ours = |line: &&str| {
        ours.iter().any(|start| line.starts_with(start)) || line.contains(" further findings are not ")
    };
    assert!(others.iter().all(is_ours) && others.len() <= 4, "{others:?}");
}

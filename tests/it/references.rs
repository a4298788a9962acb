//! The pages of `docs/` that are made from tables and from output, and the picture of the README. `TRYCMD=overwrite`
//! renews them.

use std::fmt::Write;
use std::path::Path;

use pulldown_cmark::{Event, Parser, Tag};
use serde_json::Value as Json;
use ssoaudit::reports;
use ssoaudit::rules::{self, Activation, Controls, ParamKind, Rule};

use crate::support::run::{UNSET, command, root, ssoaudit};

/// Compares a file with what it has to be, or renews it.
fn compare(path: &str, expected: &str) {
    let file = root().join(path);
    if std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite") {
        std::fs::write(&file, expected).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    for (number, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "{path}:{}", number + 1);
    }
    assert_eq!(found, expected, "{path}");
}

/// A text on one line of Markdown, in which code and whatever else stands as it is.
fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[test]
fn the_reference_of_rules_is_complete() {
    let mut page = "\
# Rules

These are the built-in rules of `ssoaudit check`, the most severe first. `check --explain RULE` prints the same. A policy turns rules on and off, and
sets their severity, their settings and their scope in `[rules.ID]`; see [Checks and policies](checks.md#a-policy).

| rule | severity | finds that |
|---|---|---|
"
    .to_owned();
    for Rule { id, about, severity, .. } in rules::ALL {
        writeln!(page, "| [`{id}`](#{id}) | {} | {} |", severity.name(), line(about)).unwrap();
    }
    rules::ALL.iter().for_each(|rule| page.push_str(&section(rule)));
    compare("docs/rule-reference.md", &page);
}

/// The section of a rule.
fn section(rule: &Rule) -> String {
    let mut text = format!("\n## {}\n\n", rule.id);
    let on = match rule.activation {
        Activation::On => "on".to_owned(),
        Activation::Off => "off unless the policy enables it".to_owned(),
        Activation::When(prerequisite) => format!("on when the policy {}", prerequisite.condition()),
    };
    writeln!(text, "{}, {on}: {}.\n", rule.severity.name(), line(rule.about)).unwrap();
    for (title, part) in rule.parts("How to fix it") {
        writeln!(text, "**{title}.** {}\n", line(part)).unwrap();
    }
    if let Some(note) = rule.plan_coverage.note() {
        writeln!(text, "{note}\n").unwrap();
    }
    let scopes = match rule.scopes {
        [] => "It is always about the whole log.".to_owned(),
        scopes => format!("It can be confined by `{}`.", scopes.join("`, `")),
    };
    writeln!(text, "{scopes}").unwrap();
    if !rule.params.is_empty() {
        text.push_str("\n| setting | default | meaning |\n|---|---|---|\n");
    }
    for param in rule.params {
        let default = match param.kind {
            ParamKind::Count(count) => count.to_string(),
            ParamKind::Age(seconds) => format!("\"{}\"", rules::wording::policy_duration(seconds)),
            ParamKind::OptionalAge(_) => "none".to_owned(),
            ParamKind::Terms(_) => "[]".to_owned(),
        };
        writeln!(text, "| `{}` | `{default}` | {} |", param.key, line(param.about)).unwrap();
    }
    let Controls { soc2, iso27001, nist } = rule.controls;
    let standards = [("SOC 2", soc2), ("ISO/IEC 27001:2022", iso27001), ("NIST SP 800-53 r5", nist)];
    let standards: Vec<_> =
        standards.iter().map(|(name, controls)| format!("{name} {}", controls.join(", "))).collect();
    writeln!(text, "\nEvidence for {}.", standards.join("; ")).unwrap();
    text
}

#[test]
fn the_reference_of_schemas_is_complete() {
    let mut page = "\
# Schemas

These are the fields of the JSON and NDJSON that ssoaudit writes. `ssoaudit schema NAME` prints the JSON Schema
itself. A schema keeps its name as long as fields are only added to it; when a field is removed or changes its
meaning, the number in its name grows.
Columns of CSV and Parquet have the names of the fields in the rows of tables.
"
    .to_owned();
    let others = [
        "ssoaudit.event.v2",
        "ssoaudit.check.v3",
        "ssoaudit.evidence.v2",
        "ssoaudit.count.v1",
        "ssoaudit.diff.v1",
    ];
    for name in others.into_iter().chain(reports::every().map(|report| report.schema)) {
        let run = ssoaudit(&["schema", name]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        let schema: Json = serde_json::from_str(&run.stdout).unwrap();
        write!(page, "\n## {name}\n\n| field | type | meaning |\n|---|---|---|\n").unwrap();
        rows(&schema, "", &mut page);
    }
    compare("docs/schema-reference.md", &page);
}

/// Adds a row for each property of a schema, and of those inside of it.
fn rows(schema: &Json, path: &str, page: &mut String) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let meaning = property["description"].as_str().unwrap_or_default();
        writeln!(page, "| `{path}` | {} | {} |", kind(property), line(meaning)).unwrap();
        rows(property, &path, page);
        rows(&property["items"], &format!("{path}[]"), page);
    }
}

/// The type of a property: its JSON types, or its one value.
fn kind(property: &Json) -> String {
    if let Some(value) = property.get("const") {
        return format!("`{value}`");
    }
    let types = match &property["type"] {
        Json::String(one) => vec![one.clone()],
        Json::Array(several) => several.iter().map(|one| one.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    };
    let types = types.join(" or ");
    match property["format"].as_str() {
        Some("date-time") => types.replace("string", "time"),
        _ => types,
    }
}

/// Whether a link leads to a page, or to a heading of one.
fn leads_somewhere(from: &Path, link: &str) -> bool {
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { from.to_owned() } else { from.parent().unwrap().join(path) };
    if heading.is_empty() {
        return target.exists();
    }
    let id = |title: &str| {
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    let page = std::fs::read_to_string(target).unwrap_or_default();
    page.lines().any(|line| line.starts_with('#') && id(line.trim_start_matches('#').trim()) == heading)
}

/// Every console block of the README and of `docs/`, with the binary under test for `cargo run --release --`.
#[cfg(unix)]
#[test]
fn commands_in_documents_print_what_is_said() {
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    let docs = docs.map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()));
    let documents: Vec<_> =
        docs.filter(|name| name.ends_with(".md")).chain(["README.md".to_owned()]).collect();
    let mut steps = 0;
    for document in documents {
        let text = std::fs::read_to_string(root().join(&document)).unwrap();
        let mut expected = String::new();
        let mut rest = text.as_str();
        while let Some((before, block)) = rest.split_once("```console\n") {
            let (block, after) = block.split_once("```").unwrap();
            let typed = block.split_inclusive('\n').filter_map(|line| line.strip_prefix("$ "));
            let run: Vec<_> = typed.map(|typed| format!("$ {typed}{}", printed(typed))).collect();
            steps += run.len();
            expected.push_str(&format!("{before}```console\n{}```", run.concat()));
            rest = after;
        }
        compare(&document, &(expected + rest));
    }
    assert!(steps > 30);
}

/// What a shell prints for a command, without blank lines at the end.
#[cfg(unix)]
fn printed(typed: &str) -> String {
    let line = typed.replace("cargo run --release --quiet --", "ssoaudit");
    let folder = Path::new(env!("CARGO_BIN_EXE_ssoaudit")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = std::process::Command::new("sh");
    let shell = shell.args(["-c", &line]).env("PATH", path).envs(UNSET).current_dir(root()).output().unwrap();
    let printed = String::from_utf8([shell.stdout, shell.stderr].concat()).unwrap();
    let printed = printed.trim_end();
    if printed.is_empty() { String::new() } else { format!("{printed}\n") }
}

#[test]
fn links_lead_somewhere_and_the_book_has_every_page() {
    let docs = root().join("docs");
    let pages = std::fs::read_dir(&docs).unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<_> = pages.filter(|path| path.extension().is_some_and(|it| it == "md")).collect();
    let others = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    for path in pages.iter().chain(&others) {
        let text = std::fs::read_to_string(path).unwrap();
        let links = Parser::new(&text).filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url),
            _ => None,
        });
        for link in links.filter(|link| !link.contains("://")) {
            assert!(leads_somewhere(path, &link), "{}: {link}", path.display());
        }
    }
    let contents = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    for page in pages {
        let name = page.file_name().unwrap().to_str().unwrap();
        let is_there = name == "SUMMARY.md" || contents.contains(&format!("({name})"));
        assert!(is_there, "SUMMARY.md lacks {name}");
        assert!(name == "SUMMARY.md" || readme.contains(&format!("(docs/{name})")), "README.md lacks {name}");
    }
    assert!(readme.lines().count() <= 120);
}

/// The picture of the README is what a terminal shows.
#[test]
fn the_picture_is_what_a_terminal_shows() {
    const TYPED: &str =
        "ssoaudit check --org 'Tamarind*' --rule impersonated-change,connection-deleted exports/";
    let mut check = command(&["check", "--now", "2025-04-05", "--org", "Tamarind*"]);
    check.args(["--rule", "impersonated-change,connection-deleted"]);
    check.args(["--color", "always", "--width", "100", "testdata/sso-events.ndjson"]);
    let output = check.output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap().replace("testdata/sso-events", "exports/2025-Q1");
    let text = format!("$ {TYPED}\n{shown}");
    let picture = anstyle_svg::Term::new().render_svg(&text);
    assert!(picture.contains("impersonated-change"), "{text}");
    compare("docs/terminal.svg", &picture);
}

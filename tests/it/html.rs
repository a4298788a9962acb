//! The page of a sheet with every cell, every chart and texts of an attacker, read by a tokenizer
//! of the HTML standard: what is in it, what is not, and that it is closed as it was opened.
//!
//! `SSOAUDIT_PAGE=page.html` keeps the page, to be looked at.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use ssoaudit::analysis::calendar::Bucket;
use ssoaudit::formats::sheets::html::{assets, render};
use ssoaudit::model::hashed_file::HashedFile;
use ssoaudit::model::time::{Timestamp, parse};
use ssoaudit::reports::provenance::{InputFacts, OtherSource, Provenance};
use ssoaudit::reports::sheet::{
    Body, Cell, Chart, Column, Fact, Kind, Row, Rows, Section, Sheet, Stretch, Table, Tone,
};

use crate::support::elements::{Element, assert_inert, elements};
use crate::support::run::root;

const SCRIPT: &str = "</script><img src=x onerror=alert(1)>";
const ATTRIBUTE: &str = "\"><svg onload=alert('1')>";
const HIDDEN: &str = "invoice\u{202e}fdp.exe & \u{1b}[31mred\u{200b}";
const HOSTILE: [&str; 4] = [SCRIPT, ATTRIBUTE, HIDDEN, "' onmouseover='alert(1) </style></title><b>"];

static COLUMNS: &[Column] = &[
    Column::new("removed_at", "Removed", Kind::Time, "When the connection was removed"),
    Column::new("organization", "Organization", Kind::Text, "Whose connection it was, \"quoted\""),
    Column::new("connection_id", "Connection", Kind::Id, "The connection"),
    Column::new("events", "Events", Kind::Number, "Events of it"),
    Column::new("share", "Share", Kind::Share, "Of all events"),
    Column::new("exposed_seconds", "Exposed", Kind::Duration, "How long there was no SSO"),
    Column::new("restored", "Restored", Kind::Flag, "Whether it came back"),
    Column::new("addresses", "Addresses", Kind::List, "From where"),
];

fn at(text: &str) -> Timestamp {
    parse(text).unwrap().timestamp
}

fn row(number: usize, tone: Tone) -> Row<'static> {
    let texts = ["Acme GmbH", "Zoë & Söhne", "田中商事", SCRIPT, ATTRIBUTE, HIDDEN, HOSTILE[3]];
    let cells = vec![
        at(&format!("2025-01-{:02}T10:30:05.250Z", number % 28 + 1)).into(),
        texts[number % texts.len()].into(),
        format!("conn_01HXYZABCDEF{number:06}").into(),
        Cell::Number(1234 * number as u64),
        Cell::Share(number as f64 / 81.3),
        Cell::Duration(40_000 * number as u64),
        number.is_multiple_of(2).into(),
        Cell::List(vec!["192.0.2.7".into(), texts[(number + 3) % texts.len()].into()]),
    ];
    Row { cells, tone }
}

fn table(key: &'static str, title: &'static str, rows: Vec<Row<'static>>, left_out: u64) -> Section<'static> {
    let empty = "No connection was removed.";
    Section {
        key,
        title,
        body: Body::Table(Table { columns: COLUMNS.to_vec(), rows: rows.into(), empty, left_out }),
    }
}

fn chart(key: &'static str, title: &'static str, chart: Chart) -> Section<'static> {
    Section { key, title, body: Body::Chart(chart) }
}

fn timeline() -> Chart {
    let day = |number: u64| {
        let date = format!("2025-01-{:02}", number + 1);
        let count = if number == 20 { 1730 } else { number * number % 97 * 9 };
        Bucket { begin: at(&format!("{date}T00:00:00Z")), label: date, count }
    };
    Chart::Timeline { unit: "day", buckets: (0..31).map(day).collect() }
}

fn heat() -> Chart {
    let grid =
        |of: fn(usize, usize) -> u64| std::array::from_fn(|day| std::array::from_fn(|hour| of(day, hour)));
    let office =
        grid(|day, hour| if day < 5 && (8..18).contains(&hour) { (day * 7 + hour * 5) as u64 } else { 0 });
    Chart::Heat(vec![
        ("anna@example.com".to_owned(), office),
        (ATTRIBUTE.to_owned(), grid(|day, hour| u64::from(day == 6 && hour < 4))),
    ])
}

fn stretches() -> Chart {
    let stretch = |from, to, is_open, tone| {
        let is_presumed = tone == Tone::Warn;
        Stretch { from: at(from), to: at(to), is_open, is_presumed, tone }
    };
    let rows = vec![
        (
            "Acme GmbH".to_owned(),
            vec![
                stretch("2025-01-03T08:00:00Z", "2025-01-06T12:00:00Z", false, Tone::Good),
                stretch("2025-01-20T08:00:00Z", "2025-02-01T00:00:00Z", true, Tone::Bad),
            ],
        ),
        (HIDDEN.to_owned(), vec![stretch("2025-01-10T00:00:00Z", "2025-01-10T00:00:30Z", false, Tone::Warn)]),
        (
            HOSTILE[3].to_owned(),
            vec![stretch("2024-12-01T00:00:00Z", "2025-01-12T00:00:00Z", false, Tone::Plain)],
        ),
    ];
    Chart::Stretches { span: Some((at("2025-01-01T00:00:00Z"), at("2025-02-01T00:00:00Z"))), rows }
}

fn sheet() -> Sheet<'static> {
    let tones = [Tone::Plain, Tone::Good, Tone::Warn, Tone::Bad];
    let mut rows: Vec<_> = (0..24).map(|number| row(number, tones[number % 4])).collect();
    rows.push(Row { cells: vec![Cell::Nothing; COLUMNS.len()], tone: Tone::Plain });
    let facts = vec![
        Fact::new("events", "Events", Kind::Number, 1_234_567),
        Fact::new("first", "First event", Kind::Time, at("2025-01-01T00:00:00Z")),
        Fact::new("share", "Share of removals", Kind::Share, Cell::Share(0.1234)),
        Fact::new("longest_seconds", "Longest exposure", Kind::Duration, Cell::Duration(273_600)),
        Fact::new("actor", "Most active", Kind::Text, SCRIPT),
        Fact::new("id", "Organization", Kind::Id, "org_01HXYZABCDEF"),
        Fact::new("complete", "Complete", Kind::Flag, true),
        Fact::new("last", "Last removal", Kind::Time, None::<Timestamp>),
        Fact::new("sources", "Sources", Kind::List, Cell::List(vec!["api".into(), "dashboard".into()])),
    ];
    Sheet {
        name: "removals",
        schema: "ssoaudit.report.removals.v2",
        title: format!("Removals of SSO connections {SCRIPT}"),
        statements: vec!["Connections were deleted 25 times.".to_owned(), format!("By {HIDDEN}.")],
        provenance: Some(provenance()),
        notes: vec![
            "Only events from 2025-01-01 on were looked at.".to_owned(),
            format!("Selected by actor {ATTRIBUTE}."),
        ],
        sections: vec![
            Section { key: "summary", title: "Summary", body: Body::Facts(facts) },
            table("removals", "Removed connections", rows, 1200),
            chart("exposure", "Time without SSO", stretches()),
            chart("over_time", "Events over time", timeline()),
            chart("hours", "When people work", heat()),
            table("restored", "Restored connections", Vec::new(), 0),
            chart("nobody", "Nobody's hours", Chart::Heat(Vec::new())),
        ],
    }
}

fn provenance() -> Provenance {
    let file = |path: &str| HashedFile { path: path.to_owned(), sha256: "f".repeat(64) };
    let input = |name: &str| InputFacts {
        name: name.to_owned(),
        error: None,
        bytes: 1000,
        sha256: Some("a".repeat(64)),
        lines: 31,
        valid: 30,
        invalid: 1,
        without_impersonators: 0,
        first: Some(at("2025-01-01T00:00:00Z")),
        last: Some(at("2025-01-31T12:00:00Z")),
    };
    let broken = InputFacts { error: Some(SCRIPT.to_owned()), sha256: None, ..input(ATTRIBUTE) };
    Provenance {
        made: at("2025-02-01T08:30:00Z"),
        inputs: vec![input("exports/january.ndjson"), broken],
        selection: vec![format!("--actor {ATTRIBUTE}")],
        reading: vec!["--source auto".to_owned()],
        others: vec![("Policy", OtherSource::File(file(HIDDEN))), ("Roster", OtherSource::Defaults)],
        is_redacted: true,
    }
}

fn page() -> String {
    let page = render(&sheet(), Tz::UTC);
    if let Some(path) = std::env::var_os("SSOAUDIT_PAGE") {
        std::fs::write(path, &page).unwrap();
    }
    page
}

#[test]
fn nothing_runs_and_nothing_is_fetched() {
    let page = page();
    for forbidden in
        ["<img", "<iframe", "<link", "<b>", "http:", "https:", "url(", "@import", "style=", "<form", "<base"]
    {
        assert!(!page.to_lowercase().contains(forbidden), "{forbidden}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(page.to_lowercase().matches("<script").count(), 1);
    assert_inert(&page);
}

/// Whatever a script makes of texts, it makes no markup and no code of them, and asks for nothing.
#[test]
fn the_script_makes_texts_of_texts() {
    for forbidden in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "Range",
        "eval",
        "Function",
        "setTimeout",
        "import",
        "fetch",
        "XMLHttp",
        "WebSocket",
        "location",
        "cookie",
        "storage",
        "Storage",
        "</",
        "<!--",
    ] {
        assert!(!assets::SCRIPT.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_policy_allows_the_style_sheet_and_the_script_alone() {
    let [style, script] = ["style.css", "script.js"].map(|name| {
        let text = std::fs::read_to_string(root().join("templates/html").join(name)).unwrap();
        // A browser sees it so whatever a checkout made of its lines.
        BASE64_STANDARD.encode(Sha256::digest(text.replace("\r\n", "\n")))
    });
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; \
         form-action 'none'",
    );
    let elements = elements(&page());
    let metas: Vec<_> = elements.iter().filter(|element| element.name == "meta").collect();
    let content = |name: &str, value: &str| {
        let meta = metas.iter().find(|meta| meta.attributes.get(name).is_some_and(|v| v == value));
        meta.unwrap().attributes["content"].clone()
    };
    assert_eq!(content("http-equiv", "Content-Security-Policy"), policy);
    assert_eq!(content("name", "referrer"), "no-referrer");
    assert_eq!(content("name", "generator"), assets::GENERATOR);
}

#[test]
fn texts_of_an_attacker_are_text() {
    let page = page();
    assert!(page.contains("&#60;/script&#62;&#60;img src=x onerror=alert(1)&#62;"));
    assert!(page.contains("invoice\\u{202e}fdp.exe &#38; \\u{1b}[31mred\\u{200b}"));
    assert!(!page.contains(['\u{202e}', '\u{1b}', '\u{200b}']));
    let elements = elements(&page);
    let cells: Vec<_> = elements.iter().filter(|element| element.name == "td").collect();
    for text in [SCRIPT, ATTRIBUTE, HOSTILE[3]] {
        assert!(cells.iter().any(|cell| cell.text == text), "{text}");
    }
}

#[test]
fn cells_are_printed_for_people() {
    let elements = elements(&page());
    let texts = |name: &str| -> Vec<&str> {
        elements.iter().filter(|element| element.name == name).map(|element| element.text.as_str()).collect()
    };
    let facts: Vec<_> = elements.iter().filter(|element| element.name == "dl").collect();
    let of_facts = facts.iter().position(|list| list.attributes["class"] == "facts").unwrap();
    assert_eq!(of_facts, 1, "facts follow what the page comes from");
    let dds = texts("dd");
    let facts = &dds[dds.iter().position(|text| *text == "1,234,567").unwrap()..];
    assert_eq!(facts[0], "1,234,567");
    assert_eq!(facts[1], "2025-01-01 00:00:00");
    assert_eq!(facts[2..4], ["12.3\u{a0}%", "3d\u{a0}4h"]);
    assert_eq!(facts[4..8], [SCRIPT, "org_01HXYZABCDEF", "yes", "–none"]);
    assert!(texts("code").contains(&"org_01HXYZABCDEF"));
    assert!(texts("caption").contains(&"Removed connections: 25 rows, 1,200 more left out"));
    let marks: BTreeSet<_> = elements
        .iter()
        .filter(|e| e.attributes.get("class").is_some_and(|c| c.starts_with("mark ")))
        .map(|e| e.text.as_str())
        .collect();
    assert_eq!(marks, BTreeSet::from(["✓ OK", "▲ Review", "■ Action"]));
    let times: Vec<_> = elements.iter().filter(|element| element.name == "time").collect();
    assert!(times.iter().any(|time| time.attributes["datetime"] == "2025-01-02T10:30:05.250Z"
        && time.text == "2025-01-02 10:30:05"));
}

#[test]
fn every_section_and_every_chart_can_be_reached() {
    let (sheet, elements) = (sheet(), elements(&page()));
    let named = |name: &'static str| elements.iter().filter(move |element| element.name == name);
    let ids: Vec<_> = elements.iter().filter_map(|element| element.attributes.get("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique");
    assert_eq!(named("h1").count(), 1);
    assert_eq!(named("html").next().unwrap().attributes["lang"], "en");
    let sections: Vec<_> = named("section").map(|section| section.attributes["id"].as_str()).collect();
    // Tables come after what is seen at a glance.
    let is_table = |section: &&Section<'_>| matches!(section.body, Body::Table(_));
    let (tables, others): (Vec<_>, Vec<_>) = sheet.sections.iter().partition(is_table);
    let ordered: Vec<_> = others.iter().chain(&tables).map(|section| section.key).collect();
    assert_eq!(sections, ordered);
    let links: Vec<_> = named("a").map(|link| link.attributes["href"][1..].to_owned()).collect();
    assert_eq!(links, sections);
    for element in &elements {
        if let Some(label) = element.attributes.get("aria-labelledby") {
            assert!(ids.contains(&label), "{label}");
        }
    }
    let pictures = named("svg").filter(|svg| svg.attributes.get("role").is_some_and(|role| role == "img"));
    let labels: Vec<_> = pictures.map(|svg| svg.attributes["aria-label"].as_str()).collect();
    assert_eq!(labels.len(), 4);
    assert_eq!(labels[1], "Events per day from 2025-01-01 to 2025-01-31, at most 1,730 events");
    assert!(named("details").count() >= 4);
    assert!(named("table").count() == named("caption").count());
    assert!(named("th").all(|th| th.attributes.contains_key("scope")));
    let open = named("rect").filter(|rect| rect.attributes.get("class").is_some_and(|c| c.contains("open")));
    assert_eq!(open.count(), 1);
    let is_presumed = |class: &String| class.split(' ').any(|word| word == "presumed");
    let presumed = named("rect").filter(|rect| rect.attributes.get("class").is_some_and(is_presumed));
    assert_eq!(presumed.count(), 1);
    let text = page();
    assert!(text.contains("<figcaption>Lightly filled: presumed,") && text.contains("<td>presumed</td>"));
}

#[test]
fn a_page_says_where_it_comes_from() {
    let elements = elements(&page());
    let of = |class: &str| {
        let has_class = |element: &&Element| element.attributes.get("class").is_some_and(|it| it == class);
        elements.iter().find(has_class).unwrap().text.clone()
    };
    let (origin, statements) = (of("origin"), of("statements"));
    assert!(statements.contains("Connections were deleted 25 times."), "{statements}");
    assert!(statements.contains("By invoice\\u{202e}fdp.exe"), "{statements}");
    for told in [
        "from 2025-01-01 00:00:00 to 2025-01-31 12:00:00",
        "exports/january.ndjson: 30 events, 1 invalid line",
        &"a".repeat(64),
        &format!("{ATTRIBUTE}: 30 events, 1 invalid line, not read to its end: {SCRIPT}"),
        &format!("--actor {ATTRIBUTE}"),
        "--source auto",
        "invoice\\u{202e}fdp.exe",
        &"f".repeat(64),
        "none found, so the defaults of every rule",
        "personal values are pseudonyms",
        "2025-02-01 08:30:00",
        assets::GENERATOR,
    ] {
        assert!(origin.contains(told), "{told} in {origin}");
    }
}

/// A row has all of its values: those that fit side by side, and the others in its details.
#[test]
fn what_does_not_fit_is_in_the_details_of_its_row() {
    let long = |number: usize| Cell::text(format!("{number} {}", "long ".repeat(9)));
    let columns: Vec<_> = (0..12)
        .map(|rank| Column::new("key", TITLES[rank as usize], Kind::Text, "about it").rank(rank))
        .collect();
    let cells: Vec<_> =
        (0..12).map(|number| if number == 11 { Cell::Nothing } else { long(number) }).collect();
    let rows = vec![Row { cells, tone: Tone::Plain }; 3].into();
    let table = Table { columns, rows, empty: "", left_out: 0 };
    let sections = vec![Section { key: "wide", title: "Wide", body: Body::Table(table) }];
    let page = render(&Sheet { sections, ..sheet() }, Tz::UTC);
    let elements = elements(&page);
    let texts = |name: &str| -> Vec<_> {
        elements.iter().filter(|element| element.name == name).map(|it| it.text.trim().to_owned()).collect()
    };
    let heads = texts("th");
    assert!(heads.len() > 3 && heads.len() < 10, "{heads:?}");
    assert_eq!(heads[1..], TITLES[..heads.len() - 1], "those of the lowest rank stand side by side");
    let details = elements.iter().filter(|element| element.name == "tr");
    let details = details.filter(|row| row.attributes.get("class").is_some_and(|class| class == "details"));
    for row in details {
        for title in &TITLES[heads.len() - 1..11] {
            assert!(row.text.contains(title), "{title} in {}", row.text);
        }
    }
    assert_eq!(texts("summary").len(), 3);
    assert!(page.contains(&format!("No row has a value for: {}.", TITLES[11])));
}

const TITLES: [&str; 12] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"];

#[test]
fn a_page_has_so_many_rows_and_says_how_many_more_there_are() {
    let rows = Rows::new(10_000, |number| row(number, Tone::Plain));
    let table = Table { columns: COLUMNS.to_vec(), rows, empty: "", left_out: 0 };
    let sections = vec![Section { key: "many", title: "Many", body: Body::Table(table) }];
    let page = render(&Sheet { sections, ..sheet() }, Tz::UTC);
    assert_eq!(page.matches("<tbody").count(), 5000);
    assert!(page.contains("5,000 rows, 5,000 more left out"));
    assert_inert(&page);
}

#[test]
fn the_same_sheet_gives_the_same_page() {
    assert_eq!(page(), page());
    let elsewhere = render(&sheet(), Tz::Asia__Kolkata);
    assert!(elsewhere.contains("2025-01-02 16:00:05+05:30"));
    assert!(elsewhere.contains("Times are in Asia/Kolkata."));
}

#[test]
fn little_is_enough() {
    let none = Sheet { sections: Vec::new(), statements: Vec::new(), provenance: None, ..sheet() };
    elements(&render(&none, Tz::UTC));
    let (time, zero) = (at("2025-01-01T00:00:00Z"), [[0; 24]; 7]);
    let nothing = Stretch { from: time, to: time, is_open: true, is_presumed: true, tone: Tone::Plain };
    let bucket = |count| Bucket { begin: time, label: "now".to_owned(), count };
    let charts = vec![
        Chart::Timeline { unit: "hour", buckets: Vec::new() },
        Chart::Timeline { unit: "hour", buckets: vec![bucket(0)] },
        Chart::Timeline { unit: "hour", buckets: vec![bucket(u64::MAX)] },
        Chart::Heat(vec![(String::new(), zero)]),
        Chart::Heat(vec![(String::new(), [[u64::MAX; 24]; 7])]),
        Chart::Stretches { span: Some((time, time)), rows: vec![(String::new(), vec![nothing])] },
        Chart::Stretches { span: Some((time, time)), rows: Vec::new() },
        Chart::Stretches { span: None, rows: Vec::new() },
    ];
    for chart in charts {
        let sections = vec![Section { key: "only", title: "Only", body: Body::Chart(chart) }];
        let sheet = Sheet { sections, ..sheet() };
        let page = render(&sheet, Tz::UTC);
        elements(&page);
        assert!(!page.contains("NaN") && !page.contains("inf"));
    }
}

//! Every format of a report on one sheet with everything in it, hostile texts included.

use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::Value;
use ssoaudit::analysis::calendar::Bucket;
use ssoaudit::formats::RenderOptions;
use ssoaudit::formats::sheets::SHEET_FORMATS;
use ssoaudit::formats::sheets::schema::schema;
use ssoaudit::model::time;
use ssoaudit::model::time::Timestamp;
use ssoaudit::reports::sheet::{
    Body, Cell, Chart, Column, Fact, Kind, Row, Section, Sheet, Stretch, Table, Tone,
};
use ssoaudit::text::display::Charset;
use unicode_width::UnicodeWidthStr;

use crate::support::harmless::assert_harmless;

const HOSTILE: &[&str] = &[
    "\u{1b}]0;x\u{7}",
    "=1+1",
    "a|b",
    "<script>alert(1)</script>",
    "\u{202e}gpj.exe",
    "```\n# not a heading",
    "Zoë 株式会社みどり ☁\u{FE0F}",
];

static COLUMNS: &[Column] = &[
    Column::new("organization", "organization", Kind::Id, "which organization"),
    Column::new("actor", "actor", Kind::Text, "who did it").rank(1),
    Column::new("events", "events", Kind::Number, "how many events"),
    Column::new("share", "share", Kind::Share, "of all events").rank(3),
    Column::new("last", "last", Kind::Time, "when last"),
    Column::new("gap_seconds", "gap", Kind::Duration, "how long without"),
    Column::new("restored", "restored", Kind::Flag, "whether it came back").rank(2),
    Column::new("types", "types", Kind::List, "connection types").rank(4),
];

fn at(text: &str) -> Timestamp {
    time::parse(text).unwrap().timestamp
}

fn look(width: Option<usize>) -> RenderOptions {
    RenderOptions { zone: Tz::UTC, width, colors: false, charset: Charset::Unicode, header: true }
}

fn row(number: usize, text: &str) -> Row<'_> {
    let cells = vec![
        Cell::text(format!("org_01JGXYZ4567890ABCDEF{number}")),
        Cell::text(text),
        Cell::Number(10_u64.pow(number as u32)),
        Cell::Share(0.123_456),
        Cell::Time(at("2025-01-15T10:30:00.5Z")),
        Cell::Duration(273_905),
        Cell::Flag(number == 1),
        Cell::List(vec!["SAML".into(), text.into()]),
    ];
    Row { cells, tone: [Tone::Plain, Tone::Good, Tone::Warn, Tone::Bad][number % 4] }
}

/// A sheet with every kind of section; `texts` are what an attacker may have written.
fn sheet<'a>(texts: &'a [&'a str], left_out: u64) -> Sheet<'a> {
    let mut rows: Vec<_> = texts.iter().enumerate().map(|(number, text)| row(number, text)).collect();
    if !rows.is_empty() {
        rows.push(Row { cells: COLUMNS.iter().map(|_| Cell::Nothing).collect(), tone: Tone::Plain });
    }
    let text = texts.first().copied().unwrap_or_default();
    let facts = vec![
        Fact::new("removed", "connections removed", Kind::Number, 7_u64),
        Fact::new("share", "share", Kind::Share, Cell::Share(1.0)),
        Fact::new("first", "first", Kind::Time, at("2025-01-15T10:30:00Z")),
        Fact::new("longest_seconds", "longest", Kind::Duration, Cell::Duration(61)),
        Fact::new("actor", "actor", Kind::Text, text),
        Fact::new("is_complete", "complete", Kind::Flag, Cell::Nothing),
        Fact::new("who", "who", Kind::List, Cell::List(texts.iter().map(|&text| text.into()).collect())),
    ];
    let names = || texts.iter().map(|text| (*text).to_owned());
    let bucket = |day: u64| {
        let seconds = at("2025-01-01T00:00:00Z").seconds + day as i64 * 86_400;
        Bucket { begin: Timestamp { seconds, nanos: 0 }, label: format!("day {day}"), count: day * day }
    };
    let mut counts = [[0; 24]; 7];
    (counts[0][0], counts[6][23]) = (3, u64::MAX / 4);
    let (from, to) = (at("2025-01-01T00:00:00Z"), at("2025-03-01T00:00:00Z"));
    let stretch = |is_open| Stretch {
        from: at("2025-02-01T00:00:00Z"),
        to,
        is_open,
        is_presumed: !is_open,
        tone: Tone::Bad,
    };
    let chart = |key, chart| Section { key, title: "A chart", body: Body::Chart(chart) };
    let table = || {
        let rows = rows.clone().into();
        Body::Table(Table { columns: COLUMNS.to_vec(), rows, empty: "No connection was removed.", left_out })
    };
    Sheet {
        name: "example",
        schema: "ssoaudit.report.example.v1",
        title: format!("Removals by {text}"),
        statements: vec![format!("What was found of {text}.")],
        provenance: None,
        notes: vec![format!("Only events of {text} – the rest is not shown.")],
        sections: vec![
            Section { key: "summary", title: "Summary", body: Body::Facts(facts) },
            Section { key: "removals", title: "Removals", body: table() },
            Section { key: "again", title: "The same again", body: table() },
            chart("over_time", Chart::Timeline { unit: "day", buckets: (0..59).map(bucket).collect() }),
            chart("heat", Chart::Heat(names().map(|name| (name, counts)).collect())),
            chart(
                "gaps",
                Chart::Stretches {
                    span: Some((from, to)),
                    rows: names().map(|name| (name, vec![stretch(true)])).collect(),
                },
            ),
        ],
    }
}

fn render(format: &str, sheet: &Sheet<'_>, look: &RenderOptions) -> String {
    let format = SHEET_FORMATS.iter().find(|known| known.name == format).unwrap();
    let mut out = Vec::new();
    format.render(sheet, look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn assert_fits(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.width() <= width, "{} > {width} columns: {line}", line.width());
    }
}

#[test]
fn tables_fit_every_width_and_are_harmless() {
    for (texts, left_out) in [(HOSTILE, 3), (&[], 0)] {
        for width in [Some(20), Some(40), Some(80), None] {
            for charset in [Charset::Unicode, Charset::Ascii] {
                let look = RenderOptions { charset, ..look(width) };
                let text = render("table", &sheet(texts, left_out), &look);
                assert_harmless(&text);
                assert_fits(&text, width.unwrap_or(usize::MAX));
                assert!(charset == Charset::Unicode || text.is_ascii(), "{text}");
            }
        }
    }
}

#[test]
fn a_table_says_what_it_does_not_show() {
    let text = render("table", &sheet(HOSTILE, 3), &look(Some(60))).replace('\n', " ");
    assert!(text.contains("… and 3 more; --top all shows them"), "{text}");
    assert!(text.contains("Hidden columns: share, restored, types; see --width or --format csv."), "{text}");
    assert!(text.contains("--format ndjson"), "{text}");
    assert!(text.contains("Times are in UTC."), "{text}");
    let text = render("table", &sheet(&[], 0), &look(Some(60)));
    assert!(text.contains("Removals\nNo connection was removed.\n"), "{text}");
    assert!(text.contains("nothing to draw"), "{text}");
}

#[test]
fn colours_follow_tones() {
    let text = render("table", &sheet(HOSTILE, 0), &RenderOptions { colors: true, ..look(Some(80)) });
    let row = |number: usize| text.lines().find(|line| line.contains(&format!("F{number} "))).unwrap();
    for (number, colour) in [(1, "\u{1b}[32m"), (2, "\u{1b}[33m"), (3, "\u{1b}[31m")] {
        assert!(row(number).starts_with(colour) && row(number).ends_with("\u{1b}[0m"), "{:?}", row(number));
    }
    assert!(row(0).starts_with("org_"));
}

#[test]
fn json_satisfies_the_schema_of_any_sheet_of_the_report() {
    let schema = schema(&sheet(&[], 0));
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
    for sheet in [sheet(HOSTILE, 3), sheet(&[], 0)] {
        let text = render("json", &sheet, &look(None));
        let value: Value = serde_json::from_str(&text).unwrap();
        if let Err(error) = validator.validate(&value) {
            panic!("{error} in {text}");
        }
        assert!(text.ends_with("}\n"));
        for key in value.as_object().unwrap().keys() {
            let mut less = value.clone();
            less.as_object_mut().unwrap().remove(key);
            assert!(!validator.is_valid(&less), "without {key}");
        }
        let mut more = value.clone();
        more["removals_more"] = 1.into();
        assert!(!validator.is_valid(&more));
    }
    let value: Value = serde_json::from_str(&render("json", &sheet(HOSTILE, 3), &look(None))).unwrap();
    assert_eq!(value["schema"], "ssoaudit.report.example.v1");
    assert_eq!(value["removals"][0]["actor"], HOSTILE[0]);
    assert_eq!(value["removals"][0]["last"], "2025-01-15T10:30:00.500Z");
    assert_eq!(value["removals"][0]["share"], 0.1235);
    assert_eq!(value["removals_left_out"], 3);
    assert_eq!(value["summary"]["is_complete"], Value::Null);
}

#[test]
fn ndjson_has_a_line_for_every_row() {
    let text = render("ndjson", &sheet(HOSTILE, 0), &look(None));
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1 + 2 * (HOSTILE.len() + 1));
    assert!(text.lines().all(|line| line.starts_with("{\"section\":\"")));
    assert_eq!((&lines[1]["section"], &lines[1]["gap_seconds"]), (&"removals".into(), &273_905.into()));
}

#[test]
fn separated_values_read_back() {
    let look = RenderOptions { zone: Tz::Asia__Kolkata, ..look(None) };
    for (format, delimiter) in [("csv", b','), ("tsv", b'\t')] {
        let text = render(format, &sheet(HOSTILE, 0), &look);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let keys: Vec<_> = COLUMNS.iter().map(|column| column.key).collect();
        assert_eq!(reader.headers().unwrap(), keys);
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), HOSTILE.len() + 1);
        let actors: Vec<_> = records.iter().map(|record| record[1].to_owned()).collect();
        assert_eq!((actors[0].as_str(), actors[1].as_str(), actors[7].as_str()), (HOSTILE[0], "'=1+1", ""));
        assert_eq!(&records[1][4], "2025-01-15T16:00:00.500+05:30");
        assert_eq!(&records[1][7], "SAML; =1+1");
        let bare = render(format, &sheet(HOSTILE, 0), &RenderOptions { header: false, ..look });
        assert!(text.ends_with(&bare) && bare.starts_with("org_"));
    }
}

#[test]
fn without_a_table_separated_values_are_the_facts() {
    let mut sheet = sheet(&["=1+1"], 0);
    sheet.sections.retain(|section| !matches!(section.body, Body::Table(_)));
    let text = render("csv", &sheet, &look(None));
    assert!(text.starts_with("fact,value\nremoved,7\nshare,1\n"), "{text}");
    assert!(text.contains("\nactor,'=1+1\nis_complete,\n"), "{text}");
}

#[test]
fn markdown_stays_text() {
    let text = render("markdown", &sheet(HOSTILE, 3), &look(Some(80)));
    assert_harmless(&text);
    let (mut is_code, mut outside) = (false, Vec::new());
    for line in text.lines() {
        if line.starts_with("````") {
            is_code = !is_code;
        } else if !is_code && !line.starts_with("```") {
            outside.push(line);
        }
    }
    assert!(outside.iter().filter(|line| line.contains("script")).all(|line| !line.contains('<')));
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let rows = outside.iter().filter(|line| line.contains("org\\_") || line.contains("org_"));
    assert!(
        rows.clone().count() > 0 && rows.into_iter().all(|line| cells(line) == COLUMNS.len() + 1),
        "{text}"
    );
}

#[test]
fn nothing_breaks_where_nothing_fits() {
    for width in 0..20 {
        assert_harmless(&render("table", &sheet(HOSTILE, 1), &look(Some(width))));
    }
}

/// Any characters, and many of those whose width depends on their neighbours.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["(?s).{0,60}", "[☁\u{FE0F}\u{301}株a \u{1b}`|\u{644}\u{627}]{0,60}"]
}

proptest! {
    #[test]
    fn any_text_stays_within_its_table(
        texts in prop::collection::vec(text(), 1..4),
        width in 20_usize..90,
        ascii: bool,
    ) {
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        let charset = if ascii { Charset::Ascii } else { Charset::Unicode };
        let text = render("table", &sheet(&texts, 0), &RenderOptions { charset, ..look(Some(width)) });
        assert_harmless(&text);
        assert_fits(&text, width);
        prop_assert!(!ascii || text.is_ascii());
    }
}

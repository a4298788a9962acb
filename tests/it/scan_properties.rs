//! What holds for every input: block sizes, threads and the way bytes arrive change nothing.

use std::io::Write;
use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::{Value, json};
use ssoaudit::input::{Input, Meter, Place, Sizes};
use ssoaudit::model::diagnostic::Level;
use ssoaudit::reader::{Digests, Parts, Reading};
use ssoaudit::scan::Fold;
use ssoaudit::scan::order::ScanItem;
use ssoaudit::scan::{HistoryForm, Record, ScanJob, Settings, scan};
use ssoaudit::sources;

use crate::support::cuts::{pieces, transcript};
use crate::support::run::{fixture, ssoaudit_with_input, testdata};

/// Lines of many lengths, with line ends of both kinds and without the last one.
fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[a-z\\\\\"{}\\[\\],é ]{0,12}",
        "[a-z]{30,60}",
        Just(String::new()),
        Just("{\"a\":1}".to_owned())
    ];
    (prop::collection::vec((line, prop_oneof![Just("\n"), Just("\r\n")]), 0..12), any::<bool>()).prop_map(
        |(lines, ends)| {
            let text: String = lines.into_iter().map(|(line, end)| line + end).collect();
            if ends { text } else { text.trim_end().to_owned() }
        },
    )
}

/// Pretty-printed objects or an array, mostly well-formed.
fn documents() -> impl Strategy<Value = String> {
    let event = prop_oneof![
        Just("{\n  \"a\": [\n    {\"b\": \"}{\\\"\"}\n  ]\n}"),
        Just("{\n  \"a\": {}\n}"),
        Just("{\n  \"a\": \"é\n}"),
        Just("{\n  \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": 1\n}"),
        Just("7"),
    ];
    (prop::collection::vec(event, 1..8), any::<bool>()).prop_map(|(events, is_array)| {
        if is_array {
            format!("[\n{}\n]\n", events.join(",\n"))
        } else {
            format!("{{\n\"z\": 0}}\n{}", events.join("\n"))
        }
    })
}

/// Any JSON that is no object at its top.
fn inner() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        Just(json!(-1.5e3)),
        Just(json!("}{\"][,:\n\\é")),
        Just(json!({})),
        Just(json!([])),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        let key = prop_oneof![Just("a"), Just("{"), Just("\"é")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..3).prop_map(|members| members
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()),
        ]
    })
}

fn objects() -> impl Strategy<Value = Vec<Value>> {
    let members = prop::collection::vec((prop_oneof![Just("x"), Just("y"), Just("z")], inner()), 0..3);
    let object = members.prop_map(|members| {
        Value::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    });
    prop::collection::vec(object, 1..7)
}

/// White space where JSON may have some.
fn space() -> impl Strategy<Value = Vec<&'static str>> {
    let any = prop_oneof![
        4 => Just(""), 4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\t"), 1 => Just(" "), 1 => Just("\n\t"),
        1 => Just("\n  "), 1 => Just("\n \n"), 1 => Just("\r"),
    ];
    prop_oneof![prop::collection::vec(any, 1..24), Just(vec!["\n"]), Just(vec![""])]
}

/// Writes a value with white space wherever it may be.
fn write(value: &Value, space: &mut impl FnMut() -> &'static str, text: &mut String) {
    match value {
        Value::Object(members) => {
            text.push('{');
            text.push_str(space());
            for (number, (key, value)) in members.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                    text.push_str(space());
                }
                text.push_str(&json!(key).to_string());
                text.push_str(space());
                text.push(':');
                text.push_str(space());
                write(value, space, text);
                text.push_str(space());
            }
            text.push('}');
        }
        Value::Array(elements) => {
            text.push('[');
            text.push_str(space());
            for (number, value) in elements.iter().enumerate() {
                if number > 0 {
                    text.push(',');
                    text.push_str(space());
                }
                write(value, space, text);
                text.push_str(space());
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

/// Lines that begin, continue and end objects, and some that do neither, after one that makes it a file of
/// lines.
fn open_lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        3 => Just("{"), 3 => Just("}"), 2 => Just("{\"a\":["), 2 => Just(" {\"b\":1},"), 2 => Just(" 1],"), 2 => Just("{\"a\":1}"),
        1 => Just(" {\"a\":{}}"), 2 => Just(" \"c\":2"), 2 => Just(" \"c\":{},"), 1 => Just("{\"b\":\"}{"), 1 => Just("{}{}"),
        1 => Just("]}"), 1 => Just("  "), 1 => Just("{\"a\":1}{"), 1 => Just("[{}"), 1 => Just("} "), 1 => Just("{\"d\":\"é\","),
    ];
    let line = (line, prop_oneof![4 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\n\n")]);
    (prop::collection::vec(line, 0..24), any::<bool>()).prop_map(|(lines, is_ended)| {
        let text: String = lines.into_iter().flat_map(|(line, end)| [line, end]).collect();
        format!("{{\"z\":0}}\n{}", if is_ended { &text } else { text.trim_end() })
    })
}

#[derive(Default)]
struct Texts(Vec<(u64, Vec<u8>)>);

impl Fold for Texts {
    fn weight(&self) -> usize {
        self.0.len()
    }
}

/// What a scan takes for events, right or wrong, with their lines.
fn texts(text: &[u8], threads: usize, sizes: Sizes) -> Vec<(u64, Vec<u8>)> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    let input = Input { name: "-".to_owned(), place: Place::File(file.path().to_owned()) };
    let reading = Reading {
        source: None,
        least: Level::Warning,
        max_line_bytes: sizes.max_line,
        parts: Parts::ALL,
        digests: Digests::Unwanted,
        mappings: &[],
    };
    let settings = Settings { threads, block_bytes: sizes.block, reading, histories: HistoryForm::Lines };
    let mut texts = Vec::new();
    let each = move |block: &mut Texts, record: &mut Record<'_>| {
        // A line that is too long is kept or not as blocks happen to fall.
        let is_kept = record.raw.len() <= sizes.max_line;
        block.0.push((record.line, if is_kept { record.raw.to_vec() } else { Vec::new() }));
    };
    let job = ScanJob { inputs: &[input], settings, meter: &Meter::default() };
    scan(&job, each, |piece| {
        if let ScanItem::Block { value, line_base, .. } = piece {
            texts.extend(value.0.into_iter().map(|(line, text)| (line + line_base, text)));
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    texts
}

proptest! {
    #[test]
    fn what_is_json_is_read_in_full_however_it_is_laid_out(
        events in objects(), is_array in any::<bool>(), mut spaces in space(),
        (block, threads) in (1..200_usize, 1..4_usize),
    ) {
        let mut text = String::new();
        if is_array {
            let mut turn = spaces.iter().cycle();
            write(&Value::from(events.clone()), &mut || turn.next().unwrap(), &mut text);
        } else {
            for event in &events {
                let mut turn = spaces.iter().cycle();
                write(event, &mut || turn.next().unwrap(), &mut text);
                text.push_str(turn.next().unwrap());
                spaces.rotate_left(1);
            }
            // Whether lines or values count is for the first value to say.
            let first = text.trim_start().lines().next().unwrap_or_default();
            prop_assume!(serde_json::from_str::<Value>(first).is_err());
        }
        let found = texts(text.as_bytes(), threads, Sizes { block, max_line: 1 << 20 });
        let found: Vec<_> = found.iter().map(|(_, raw)| serde_json::from_slice::<Value>(raw).ok()).collect();
        let expected: Vec<_> = events.into_iter().map(Some).collect();
        prop_assert_eq!(found, expected, "{}", text);
    }

    #[test]
    fn objects_over_lines_are_the_same_in_all_blocks(
        text in open_lines(), (block, threads) in (1..80_usize, 1..4_usize), max_line in 8..80_usize,
    ) {
        let text = text.as_bytes();
        let small = texts(text, threads, Sizes { block, max_line });
        let large = texts(text, 1, Sizes { block: 1 << 16, max_line });
        prop_assert_eq!(small, large);
    }

    #[test]
    fn behind_a_line_objects_may_span_lines(
        events in objects(), mut spaces in space(), (block, threads) in (1..200_usize, 1..4_usize),
    ) {
        let mut text = "{}\n".to_owned();
        for event in &events {
            let (mut turn, mut object) = (spaces.iter().cycle(), String::new());
            write(event, &mut || turn.next().unwrap(), &mut object);
            // A line that begins as an event does is one of its own.
            text += &object.replace("\n{", "\n {");
            text.push('\n');
            spaces.rotate_left(1);
        }
        let found = texts(text.as_bytes(), threads, Sizes { block, max_line: 1 << 20 });
        let found: Vec<_> =
            found.iter().filter_map(|(_, raw)| serde_json::from_slice::<Value>(raw).ok()).collect();
        prop_assert_eq!(&found[1..], &events, "{}", text);
    }

    #[test]
    fn a_broken_line_takes_no_line_after_it(text in open_lines(), block in 1..80_usize) {
        let found = texts(text.as_bytes(), 1, Sizes { block, max_line: 1 << 20 });
        for (number, line) in (1..).zip(text.lines()) {
            let is_whole = line.starts_with('{') && serde_json::from_str::<Value>(line).is_ok();
            let is_read = found.iter().any(|(line, raw)| *line == number && raw.starts_with(b"{\"a\":1}"));
            prop_assert!(!(is_whole && line == "{\"a\":1}") || is_read, "line {} of {}", number, text);
        }
    }

    #[test]
    fn blocks_of_lines_join_to_the_input(text in text(), block in 1..80_usize, arrivals in prop::collection::vec(1..50_usize, 0..20)) {
        prop_assume!(!text.starts_with(['[', '\u{feff}']) && !text.trim_start().starts_with('['));
        let sizes = Sizes { block, max_line: 1 << 20 };
        let joined = pieces(text.as_bytes(), sizes, arrivals, true).concat();
        let whole = pieces(text.as_bytes(), Sizes { block: 1 << 16, ..sizes }, vec![], false).concat();
        prop_assert_eq!(&joined, &whole);
        if !text.trim_start().starts_with('{') {
            prop_assert_eq!(joined, text.into_bytes());
        }
    }

    #[test]
    fn cuts_do_not_depend_on_blocks(text in prop_oneof![text(), documents()], block in 1..80_usize, arrivals in prop::collection::vec(1..50_usize, 0..20), max_line in 20..100_usize) {
        let small = pieces(text.as_bytes(), Sizes { block, max_line }, arrivals, true);
        let large = pieces(text.as_bytes(), Sizes { block: 1 << 16, max_line }, vec![], false);
        prop_assert_eq!(small, large);
    }
}

#[test]
fn objects_over_lines_are_where_they_begin_however_often_they_come() {
    let text = String::from_utf8(std::fs::read(testdata("sso-events.ndjson")).unwrap()).unwrap();
    let laid_out = text.lines().cycle().take(2000).enumerate().map(|(number, line)| match number % 3 {
        0 => format!("{line}\n"),
        1 => line.replacen(',', ",\n", 1) + "\n",
        _ => line.replacen(':', ":\n\n", 1) + "\r\n",
    });
    let text: String = laid_out.collect();
    let lines: Vec<_> = text.lines().collect();
    for threads in [1, 2] {
        let found = texts(text.as_bytes(), threads, Sizes { block: 1 << 14, max_line: 1 << 20 });
        assert_eq!(found.len(), 2000);
        for (line, raw) in found {
            let raw = String::from_utf8(raw).unwrap();
            assert_eq!(raw.lines().next(), lines.get(line as usize - 1).copied(), "line {line}");
        }
    }
}

fn every_fixture() -> Vec<Input> {
    let sources = sources::ALL.iter().map(|source| format!("sources/{}", source.name));
    let mut paths: Vec<_> = sources
        .chain(["diagnostics".to_owned(), "inputs".to_owned()])
        .flat_map(|folder| std::fs::read_dir(testdata(&folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.push(testdata("sso-events.ndjson"));
    paths.push(testdata("missing.ndjson"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| Input { name: path.display().to_string(), place: Place::File(path) })
        .collect()
}

#[test]
fn threads_and_blocks_change_nothing() {
    let inputs = every_fixture();
    let expected = transcript(&inputs, 1, 1 << 20);
    assert!(expected.1.valid > 300 && expected.1.invalid > 60 && expected.1.blank > 0);
    assert_eq!(expected.1.lines, expected.1.valid + expected.1.invalid + expected.1.blank);
    for threads in [1, 2, 7] {
        for block_bytes in [64, 1000, 1 << 16] {
            let (lines, counts) = transcript(&inputs, threads, block_bytes);
            for (line, expected) in lines.iter().zip(&expected.0) {
                assert_eq!(line, expected, "{threads} threads, {block_bytes} bytes");
            }
            assert_eq!((lines.len(), counts), (expected.0.len(), expected.1));
        }
    }
}

#[test]
fn line_numbers_are_those_of_the_file() {
    let name = "diagnostics/not-json.ndjson";
    let inputs = [Input { name: name.to_owned(), place: Place::File(testdata(name)) }];
    let (lines, _) = transcript(&inputs, 3, 64);
    let text = String::from_utf8(fixture(name)).unwrap();
    for (number, line) in text.lines().enumerate() {
        let prefix = format!("0:{}:", number + 1);
        assert!(lines.iter().any(|it| it.starts_with(&prefix) && it.contains(line)), "{prefix}");
    }
}

/// Events in layouts in which an event begins on a line of its own.
fn layouts(events: &[Value]) -> Vec<(&'static str, String)> {
    let array = Value::from(events.to_vec());
    let indented = |value: &Value, indent: &str| {
        let mut bytes = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
        serde::Serialize::serialize(
            value,
            &mut serde_json::Serializer::with_formatter(&mut bytes, formatter),
        )
        .unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let joined = |indent: &str, between: &str| {
        events.iter().map(|event| indented(event, indent)).collect::<Vec<_>>().join(between)
    };
    let lines = events.iter().map(Value::to_string).collect::<Vec<_>>();
    vec![
        ("an event a line", format!("[\n{}\n]", lines.join(",\n"))),
        ("indented", indented(&array, "  ")),
        ("tabs", indented(&array, "\t")),
        ("no indentation", indented(&array, "")),
        ("line ends of two bytes", indented(&array, "  ").replace('\n', "\r\n")),
        ("a brace beside the bracket", format!("[{}]", joined("\t", ",\n"))),
        ("one after another", joined("  ", "\n")),
        ("one after another without indentation", joined("", "\n")),
    ]
}

#[test]
fn a_byte_that_is_missing_costs_one_event() {
    let event = |number: u32| json!({"n": number, "actor": {"id": "u", "data": {"k": {}}}, "targets": [{"id": 1}, {"id": 2, "o": {}}], "s": "}{é"});
    let events: Vec<_> = (0..4).map(event).collect();
    let read = |text: &[u8]| {
        let found = texts(text, 1, Sizes { block: 1 << 16, max_line: 1 << 20 });
        let found: Vec<_> =
            found.iter().filter_map(|(_, raw)| serde_json::from_slice::<Value>(raw).ok()).collect();
        events.iter().filter(|event| found.contains(event)).count()
    };
    for (layout, text) in layouts(&events) {
        assert_eq!(read(text.as_bytes()), events.len(), "{layout}");
        // Without its first byte it is another kind of file.
        for at in 1..text.len() {
            let mut spoilt = text.clone().into_bytes();
            let byte = spoilt.remove(at);
            let left = read(&spoilt);
            assert!(left + 1 >= events.len(), "{layout} without {:?} at {at}: {left}\n{text}", byte as char);
        }
    }
}

/// A selection leaves lines out by their shape, which its inverse does not do.
#[test]
fn what_a_selection_leaves_out_its_inverse_keeps() {
    let sources = ["auth0", "centure", "github", "normalized", "okta", "scalekit", "slack", "workos"];
    let logs = sources.map(|name| fixture(&format!("sources/{name}/documented.ndjson")));
    let log = [&[fixture("sso-events.ndjson")][..], &logs].concat().concat().repeat(3);
    let count = |flags: &[&str]| -> u64 {
        let run = ssoaudit_with_input(&[&["filter", "--count"], flags, &["-"]].concat(), &log);
        run.stdout.trim().parse().unwrap()
    };
    let all = count(&[]);
    for selection in [
        "--action=deleted",
        "--action=sso.*",
        "--action=!viewed",
        "--action=!*delete*",
        "--action=enabled,relaxed,updated,other",
        "--connection-type=OktaSAML",
        "--connection-type=!OktaSAML",
        "--provider=okta",
        "--protocol=!saml",
    ] {
        for further in ["--action=*", "--action=!portal-opened", "--since=2025-02-01"] {
            let flags = [selection, further];
            let inverse = count(&[selection, further, "--invert-match"]);
            assert_eq!(count(&flags) + inverse, all, "{flags:?}");
        }
    }
}

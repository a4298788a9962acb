//! What holds for every input: block sizes, threads and the way bytes arrive change nothing.

use proptest::prelude::*;
use ssoaudit::input::{Input, Place, Sizes};

use crate::cuts::{pieces, transcript};
use crate::run::{fixture, testdata};

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

proptest! {
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

fn every_fixture() -> Vec<Input> {
    let mut paths: Vec<_> = ["findings", "inputs", "sources/centure", "sources/scalekit"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(testdata(folder)).unwrap())
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
    let name = "findings/not-json.ndjson";
    let inputs = [Input { name: name.to_owned(), place: Place::File(testdata(name)) }];
    let (lines, _) = transcript(&inputs, 3, 64);
    let text = String::from_utf8(fixture(name)).unwrap();
    for (number, line) in text.lines().enumerate() {
        let prefix = format!("0:{}:", number + 1);
        assert!(lines.iter().any(|it| it.starts_with(&prefix) && it.contains(line)), "{prefix}");
    }
}

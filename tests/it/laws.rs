//! What holds for every input: block sizes, threads and the way bytes arrive change nothing.

use std::io::Read;
use std::ops::ControlFlow;

use proptest::prelude::*;
use ssoaudit::event::Attribute;
use ssoaudit::input::{Blocks, Form, Input, Meter, Place, Sizes};
use ssoaudit::line::Reading;
use ssoaudit::order::Piece;
use ssoaudit::scan::{Counts, Fold, Record, Settings, scan};

use crate::run::{fixture, testdata};

/// Hands over a text in pieces of the given sizes, as a slow pipe would.
struct Trickle<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.pop().unwrap_or(1 << 12).min(buffer.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.rest = later;
        Ok(size)
    }
}

/// The lines or events in blocks, in order; a line that was too long is its length in brackets.
fn pieces(text: &[u8], sizes: Sizes, arrivals: Vec<usize>, live: bool) -> Vec<Vec<u8>> {
    let mut blocks = Blocks::new(Trickle { rest: text, sizes: arrivals }, sizes, live);
    let mut pieces = Vec::new();
    let mut buffer = Vec::new();
    while let Some(block) = blocks.next(&mut buffer).unwrap() {
        let too_long = |bytes: u64| format!("[{bytes}]").into_bytes();
        match &block.form {
            Form::Lines => {
                let lines = block.bytes().split_inclusive(|byte| *byte == b'\n').map(|line| {
                    let content = line.strip_suffix(b"\n").unwrap_or(line);
                    let content = content.strip_suffix(b"\r").unwrap_or(content);
                    if content.len() > sizes.max_line {
                        too_long(content.len() as u64)
                    } else {
                        line.to_vec()
                    }
                });
                pieces.extend(lines);
            }
            Form::LongLine(bytes) => pieces.push(too_long(*bytes)),
            Form::Records(records) => pieces.extend(records.iter().map(|record| match record.too_long {
                Some(bytes) => too_long(bytes),
                None => block.bytes()[record.start..record.end].to_vec(),
            })),
        }
        buffer = block.into_buffer();
    }
    pieces
}

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

/// What was said about lines. They weigh so much that readers have to wait for each other.
#[derive(Default)]
struct Rows(Vec<(u64, String)>);

impl Fold for Rows {
    fn weight(&self) -> usize {
        self.0.len() << 20
    }
}

/// Everything a scan says about an input, as text in order.
fn transcript(inputs: &[Input], threads: usize, block_bytes: usize) -> (Vec<String>, Counts) {
    let reading = Reading { source: None, notices: true, max_line_bytes: 8192 };
    let settings = Settings { threads, block_bytes, reading };
    let mut lines = Vec::new();
    let mut total = Counts::default();
    let each = |rows: &mut Rows, record: Record<'_>| {
        let rows = &mut rows.0;
        let action =
            record.event.and_then(|event| event.text(Attribute::Action)).unwrap_or_default().into_owned();
        // A line that is too long is kept or not as blocks happen to fall.
        let raw = if record.raw.len() > 8192 { b"" } else { record.raw };
        rows.push((record.line, format!("{action} {}", String::from_utf8_lossy(raw))));
        let findings = record.findings.iter();
        rows.extend(
            findings
                .map(|it| (it.line, format!("{}:{} {} {}", it.column, it.path, it.code.name, it.message))),
        );
    };
    scan(inputs, settings, &Meter::default(), each, |piece| {
        match piece {
            Piece::Block { input, line_base, counts, value } => {
                total.merge(counts);
                lines.extend(
                    value.0.into_iter().map(|(line, text)| format!("{input}:{}:{text}", line + line_base)),
                );
            }
            Piece::End { input, error } => lines.push(format!("{input} ended: {error:?}")),
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    (lines, total)
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

//! The fast path returns what the slow path returns, or declines: on lines of known shapes, and
//! on lines that are almost of a known shape.

use proptest::prelude::*;
use ssoaudit::scan::LineReader;

use crate::support::both_ways::{ERRORS_ONLY, READING, quickly, quickly_as, slowly, slowly_as};
use crate::support::documented::DOCUMENTED;
use crate::support::run::fixture;

/// Clean lines of every shape there is in the fixtures.
fn clean_lines() -> Vec<Vec<u8>> {
    let text = [fixture("sso-events.ndjson"), DOCUMENTED.concat().into_bytes()].concat();
    text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Lines with diagnostics, some of every code.
fn diagnosed_lines() -> Vec<Vec<u8>> {
    let codes = ssoaudit::model::diagnostic::CODES.iter();
    let text: Vec<u8> =
        codes.flat_map(|code| fixture(&format!("diagnostics/{}.ndjson", code.name))).collect();
    text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn fixtures_read_the_same_both_ways() {
    let text = [clean_lines(), diagnosed_lines()].concat().concat();
    for (reading, least_hits) in [(READING, 400), (ERRORS_ONLY, 500)] {
        let expected = slowly_as(reading, &text);
        let mut bench = LineReader::default();
        for _ in 0..3 {
            let lines = quickly_as(reading, &text, &mut bench);
            for (line, expected) in lines.iter().zip(&expected) {
                assert_eq!(line, expected);
            }
            assert_eq!(lines.len(), expected.len());
        }
        assert!(bench.hits() > least_hits, "{} lines went the fast way", bench.hits());
    }
}

#[test]
fn lines_with_warnings_go_the_fast_way_where_nobody_wants_warnings() {
    let line = clean_lines()[0].clone();
    let naive = String::from_utf8(line).unwrap().replacen("Z\"", "\"", 1).repeat(10);
    for (reading, hits) in [(READING, 0), (ERRORS_ONLY, 9)] {
        let mut bench = LineReader::default();
        let lines = quickly_as(reading, naive.as_bytes(), &mut bench);
        assert_eq!(lines, slowly_as(reading, naive.as_bytes()));
        assert_eq!(bench.hits(), hits);
        assert_eq!(lines[0].contains("naive-time"), hits == 0);
    }
}

#[test]
fn lines_of_every_source_go_the_fast_way() {
    for text in DOCUMENTED.iter() {
        let text = text.repeat(6);
        let mut bench = LineReader::default();
        let lines = quickly(text.as_bytes(), &mut bench);
        assert_eq!(lines, slowly(text.as_bytes()));
        // Twice to learn a shape; a few have what no shape allows.
        assert!(bench.hits() as usize > lines.len() / 3, "{} of {}: {text}", bench.hits(), lines.len());
    }
}

#[test]
fn names_that_are_written_with_escapes_go_the_fast_way() {
    // As programs write that escape what is not ASCII, slashes, or what HTML would read.
    let spellings =
        ["S\\u00f8nner \\u0026 Co", "a\\/b", "\\\"quoted\\\"", "\\ud83d\\ude00", "a\\tb", "Sønner"];
    for (source, name) in
        [("centure", "Halvorsen Logistics"), ("scalekit", "Pellegrin Foods"), ("workos", "Nordlicht SSO")]
    {
        let documented = String::from_utf8(fixture(&format!("sources/{source}/documented.ndjson"))).unwrap();
        let line = documented.lines().find(|line| line.contains(name)).unwrap();
        let text: String = spellings.iter().map(|it| format!("{}\n", line.replace(name, it))).collect();
        let mut bench = LineReader::default();
        assert_eq!(quickly(text.repeat(10).as_bytes(), &mut bench), slowly(text.repeat(10).as_bytes()));
        assert!(bench.hits() >= 59, "{source}: {} lines went the fast way", bench.hits());
    }
}

#[test]
fn a_second_target_is_compared_on_every_line() {
    let text = String::from_utf8(fixture("diagnostics/contradiction.ndjson")).unwrap();
    let second = |line: &str| line.matches("\"type\":\"sso_connection\"").count() == 2;
    let contradiction = format!("{}\n", text.lines().find(|line| second(line)).unwrap());
    let same = contradiction.replace("conn_01J8XW5T2D9C4QH0ZV6K3RBN7E", "conn_01J7806DPXN5Z0ZZJMD8Y6HP9G");
    assert_ne!(same, contradiction);
    let text = [same.repeat(5), contradiction, same].concat();
    let mut bench = LineReader::default();
    assert_eq!(quickly(text.as_bytes(), &mut bench), slowly(text.as_bytes()));
    assert!(bench.hits() > 2, "{} lines went the fast way", bench.hits());
}

#[test]
fn what_a_delivery_says_again_is_compared_on_every_line() {
    // A log stream repeats the id of an entry beside it.
    let again =
        DOCUMENTED.concat().lines().find(|line| line.matches("log_id").count() == 2).unwrap().to_owned();
    let with_other = |place: usize, number: usize| {
        let (at, _) = again.match_indices("90020250602").nth(place).unwrap();
        format!("{}{number:011}{}\n", &again[..at], &again[at + 11..])
    };
    let lines = (0..12).map(|number| match number % 3 {
        0 => format!("{again}\n"),
        place => with_other(place - 1, number),
    });
    let text: String = lines.collect::<String>().repeat(2);
    let mut bench = LineReader::default();
    assert_eq!(quickly(text.as_bytes(), &mut bench), slowly(text.as_bytes()));
    assert!(bench.hits() > 18, "{} lines went the fast way", bench.hits());
}

/// A way to spoil a line, or to leave it valid in a way that shapes may stumble over.
#[derive(Clone, Debug)]
enum Change {
    Replace(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Swap(usize, usize),
    /// Puts something for the value after the n-th colon.
    Value(usize, &'static [u8]),
    /// Writes the member after the n-th comma twice.
    Twice(usize),
    /// Writes a character with an escape.
    Escape(usize),
    CarriageReturn,
}

fn change() -> impl Strategy<Value = Change> {
    let at = 0..700_usize;
    let byte =
        prop_oneof![any::<u8>(), Just(b'"'), Just(b'\\'), Just(b'{'), Just(b','), Just(b'0'), Just(b' ')];
    let values: Vec<&'static [u8]> = vec![
        b"null",
        b"true",
        b"false",
        b"0",
        b"-1",
        b"1.5",
        b"01",
        b"1e3",
        b"\"\"",
        b"\"x\"",
        b"[]",
        b"{}",
        b"\"\\n\"",
        b"\"a\\u00e9\\/\\ud83d\\ude00\"",
        b"\"\\ud83d\"",
        b"\"\\u0065mail@example.com\"",
        b"\"sso.view_settings\"",
        b"\"organization\"",
        b"\"2025-01-01T00:00:00Z\"",
        b"\"unknown\"",
        b"\"\xC3\xA9\"",
        b"\"\xFF\"",
        b"\"org_1\"",
        b"\"GoogleSAML\"",
        b" \"x\"",
    ];
    prop_oneof![
        (at.clone(), byte).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (
            at.clone(),
            prop::collection::vec(prop_oneof![Just(b' '), Just(b'"'), Just(b'\\'), any::<u8>()], 1..4)
        )
            .prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at.clone(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (at.clone(), at.clone()).prop_map(|(a, b)| Change::Swap(a, b)),
        (0..30_usize, prop::sample::select(values)).prop_map(|(at, value)| Change::Value(at, value)),
        (0..30_usize).prop_map(Change::Twice),
        at.prop_map(Change::Escape),
        Just(Change::CarriageReturn),
    ]
}

fn changed(mut line: Vec<u8>, change: &Change) -> Vec<u8> {
    let length = line.len() - 1;
    let nth = |line: &[u8], wanted: u8, nth: usize| {
        let found: Vec<_> = (0..line.len()).filter(|at| line[*at] == wanted).collect();
        found.get(nth % found.len().max(1)).copied().unwrap_or(0)
    };
    let end_of_value = |line: &[u8], from: usize| {
        let rest = &line[from..];
        let end = rest.iter().position(|byte| matches!(byte, b',' | b'}')).unwrap_or(rest.len());
        from + end
    };
    match change {
        Change::Replace(at, byte) => line[at % length] = *byte,
        Change::Insert(at, bytes) => {
            line.splice(at % length..at % length, bytes.iter().copied());
        }
        Change::Remove(at, count) => {
            let from = at % length;
            line.drain(from..(from + count).min(length));
        }
        Change::Swap(a, b) => line.swap(a % length, b % length),
        Change::Value(at, value) => {
            let from = nth(&line, b':', *at) + 1;
            let to = end_of_value(&line, from);
            line.splice(from..to, value.iter().copied());
        }
        Change::Twice(at) => {
            let from = nth(&line, b',', *at);
            let to = end_of_value(&line, from + 1);
            let member = line[from..to].to_vec();
            line.splice(to..to, member);
        }
        Change::Escape(at) => {
            let at = at % length;
            let character = line[at];
            line.splice(at..=at, format!("\\u{character:04x}").into_bytes());
        }
        Change::CarriageReturn => line.insert(length, b'\r'),
    }
    // It stays a line: an object that spans lines may be read as one, which is another subject.
    let end = line.len().saturating_sub(1);
    line[..end].iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
    line
}

proptest! {
    #[test]
    fn spoilt_lines_read_the_same_both_ways(
        picks in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(change(), 0..3)), 1..12),
    ) {
        let clean = clean_lines().split_off(150);
        // Lines with warnings teach shapes only if nobody wants warnings.
        let known = [clean.concat(), diagnosed_lines().concat()].concat();
        let lines = [clean.clone(), diagnosed_lines()].concat();
        // After a line that is complete, what begins like a document or goes on with one is read as a line.
        let text: Vec<u8> = picks
            .iter()
            .flat_map(|(pick, changes)| {
                let spoilt = changes.iter().fold(pick.get(&lines).clone(), changed);
                [clean[0].as_slice(), &spoilt].concat()
            })
            .collect();
        for reading in [READING, ERRORS_ONLY] {
            let mut bench = LineReader::default();
            quickly_as(reading, &known.repeat(2), &mut bench);
            let (lines, expected) = (quickly_as(reading, &text, &mut bench), slowly_as(reading, &text));
            for (line, expected) in lines.iter().zip(&expected) {
                prop_assert_eq!(line, expected);
            }
            prop_assert_eq!(lines.len(), expected.len());
        }
    }
}

#[test]
fn hostile_shapes_are_bounded() {
    // Every line has another key, so every line is another shape.
    let line = String::from_utf8(clean_lines()[0].clone()).unwrap();
    let text: String =
        (0..5000).map(|number| line.replacen('{', &format!("{{\"x{number}\":1,"), 1)).collect();
    let mut bench = LineReader::default();
    assert_eq!(quickly(text.as_bytes(), &mut bench), slowly(text.as_bytes()));
    // Learning has not paid, so it pauses: even a line met twice is not learned now.
    quickly(&clean_lines().concat().repeat(2), &mut bench);
    assert_eq!(bench.hits(), 0);
    // What comes after it is learned again.
    let usual = clean_lines().concat().repeat(40);
    assert_eq!(quickly(&usual, &mut bench), slowly(&usual));
    assert!(bench.hits() > 5000, "{}", bench.hits());
}

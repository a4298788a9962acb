//! Digests of contents: two events have the same one exactly if they say the same, however they are written and read,
//! and the documented events have the same ones for ever.

mod rewriting;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use ssoaudit::input::{Blocks, Sizes};
use ssoaudit::model::attribute::Attribute;
use ssoaudit::model::diagnostic::Level;
use ssoaudit::model::diagnostics::Position;
use ssoaudit::reader::{self, Digests, Parts, Reading, Scratch};
use ssoaudit::scan::{LineReader, Record, fold};
use ssoaudit::sources::{self, FieldKind, Source};
use ssoaudit::survey::duplicates::content;
use ssoaudit::text::hex::hex;

use self::rewriting::rewritten;
use crate::oracle::corpus::{Json, Style, corpus, style};
use crate::support::both_ways::{quickly, slowly};
use crate::support::documented::DOCUMENTED;
use crate::support::run::testdata;

const READING: Reading = Reading {
    source: None,
    least: Level::Warning,
    max_line_bytes: 1 << 20,
    parts: Parts::NONE,
    digests: Digests::Wanted,
    mappings: &[],
};

/// What tells an event from others.
#[derive(Debug)]
struct Identity {
    /// The hash of its content that holds in this process.
    hash: u64,
    digest: String,
    form: String,
}

/// The identity of the event of a line, if it is one.
fn identity(line: &str) -> Option<Identity> {
    let mut scratch = Scratch::default();
    let origin = Position { line: 1, column: 1 };
    let event = reader::read(line.as_bytes(), origin, &READING, &mut scratch).event?;
    let mut form = String::new();
    let digest = hex(&event.digest(&mut form).unwrap());
    Some(Identity { hash: content(&event), digest, form })
}

/// Any two of the lines have the same digest exactly if their keyed hashes are the same.
fn compare(lines: &[String]) -> Result<(), TestCaseError> {
    let events: Vec<_> = lines.iter().filter_map(|line| Some((line, identity(line)?))).collect();
    for (at, (line, one)) in events.iter().enumerate() {
        let form = &one.form;
        // Deeper ones are more than serde_json reads.
        let is_deep = form.matches('[').count() > 100;
        prop_assert!(is_deep || serde_json::from_str::<Value>(form).is_ok(), "{line}\n{form}");
        prop_assert!(form.len() < 3 * line.len() + 100, "{line}\n{form}");
        for (_, other) in &events[..at] {
            prop_assert_eq!(one.hash == other.hash, one.digest == other.digest, "{}\n{}", form, other.form);
        }
    }
    Ok(())
}

/// The sources that log events themselves, with their documented events: a normalized event has the digest of another
/// line.
fn logging() -> impl Iterator<Item = (&'static Source, &'static String)> {
    let all = sources::ALL.iter().copied().zip(DOCUMENTED.iter());
    all.filter(|(source, _)| source.restore.is_none())
}

#[test]
fn documented_events_keep_their_digests() {
    // They were computed from the documentation of the form by a program that shares no code with this one. No change
    // of a table may change one of them, or events that were kept would not be recognized any more.
    for (source, text) in logging() {
        let digests: String = text.lines().map(|line| identity(line).unwrap().digest + "\n").collect();
        let path = testdata(&format!("sources/{}/digests.txt", source.name));
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(digests == expected, "{} has others than\n{digests}", path.display());
    }
}

/// What the form says about envelopes and lists holds for these tables.
#[test]
fn envelopes_have_scalars_and_lists_have_content_only() {
    for field in sources::ALL.iter().flat_map(|source| source.fields) {
        let is_scalar = matches!(field.kind, FieldKind::Text | FieldKind::Integer | FieldKind::TextOrInteger);
        assert!(is_scalar || !field.in_envelope, "{}", field.path);
        let is_left_out = field.is_delivery_metadata || field.attribute == Some(Attribute::Time);
        assert!(!is_left_out || !field.path.contains('['), "{}", field.path);
    }
}

#[test]
fn digests_do_not_keep_lines_from_the_fast_path() {
    let text = DOCUMENTED.concat().repeat(6);
    let hits = |digests| {
        let sizes = Sizes { block: text.len() + 1, max_line: READING.max_line_bytes };
        let block = Blocks::new(text.as_bytes(), sizes).next(&mut Vec::new()).unwrap().unwrap();
        let mut reader = LineReader::default();
        let ignore = |(): &mut (), _: &mut Record<'_>| {};
        fold(&block, Reading { digests, ..READING }, ignore, &mut reader);
        reader.hits()
    };
    assert_eq!(hits(Digests::Wanted), hits(Digests::Unwanted));
}

/// The same event with something in place of `VALUE`, which no document knows.
fn with_unknown(value: &str) -> String {
    format!(
        r#"{{"eventType":"user.session.start","published":"2025-01-15T14:30:00Z","uuid":"u","x":{value}}}"#
    )
}

#[test]
fn no_value_can_pass_for_another() {
    let list = |count: usize, last: &str| format!("[{}{last}]", "0,".repeat(count));
    let values = [
        r#""""#,
        "null",
        "{}",
        "[]",
        "0",
        "0.0",
        r#""0""#,
        "true",
        r#""true""#,
        "[null]",
        "[[]]",
        "[{}]",
        "[{},{}]",
        r#"{"a":{"b":0}}"#,
        r#"{"a.b":0}"#,
        r#"{"a\":{\"b":0}"#,
        r#"{"a":0,"b":0}"#,
        r#"{"a":"0,\"b\":0"}"#,
        r#"{"":0}"#,
        r#"["0","0"]"#,
        r#"["0\",\"0"]"#,
        r#"[0,0]"#,
        r#"[[0],0]"#,
        r#"[[0,0]]"#,
        r#"{"0":0}"#,
        &list(998, "0"),
        &list(999, "0"),
        &list(1000, "0"),
        &list(1000, r#""0""#),
        &list(1000, r#"[0,"0"]"#),
        &list(1000, r#"[0,["0"]]"#),
        &list(1000, r#"{"a":0,"b":1}"#),
        &list(1000, r#"[{"a":0,"b":1}]"#),
        &list(1000, r#"[{"a":0},{"b":1}]"#),
        &list(1000, r#"{"a":0,"b":1},0"#),
        &list(1001, r#"{"a":0,"b":1}"#),
    ];
    let lines = values.map(with_unknown);
    compare(&lines).unwrap();
    let mut digests: Vec<_> = lines.iter().map(|line| identity(line).unwrap().digest).collect();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), values.len());
}

#[test]
fn long_lists_may_be_written_in_any_way() {
    let zeros = "0,".repeat(1000);
    let one = format!(r#"[{zeros}{{"a":"é","b":[1,{{"c":"\n"}}]}},"/"]"#);
    let other =
        format!("[{zeros} {{\"b\" : [1 , {{\"c\":\"\\u000A\"}}],\"\\u0061\":\"\\u00e9\"}}\t, \"\\/\" ]");
    let [one, other] = [one, other].map(|value| identity(&with_unknown(&value)).unwrap());
    assert_eq!((one.hash, one.form), (other.hash, other.form));
}

/// Keys and values that may pass for something else.
fn odd_value() -> BoxedStrategy<Json> {
    let literals: &[&str] = &["0", "0.0", "1", "true", "null", "[]", "{}"];
    let texts: &[&str] = &["", "0", "1", "true", "null", "\"", "a\",\"", "\n", "é"];
    let scalar = prop_oneof![
        select(literals).prop_map(Json::Literal),
        select(texts).prop_map(|text| Json::Text(text.to_owned())),
    ];
    let compound = |value: BoxedStrategy<Json>| {
        let keys: &[&str] = &["a", "b", "a\":{\"b", "", "id", "type", "ip", "protocol"];
        let member = (select(keys).prop_map(str::to_owned), value.clone());
        prop_oneof![
            prop::collection::vec(value, 0..3).prop_map(Json::List),
            prop::collection::vec(member, 0..3).prop_map(Json::Object),
        ]
    };
    scalar.prop_recursive(3, 8, 3, compound).boxed()
}

/// An event with odd values where a table has a list, an open object and a value of any type, and where it has nothing.
fn odd_event(values: [Json; 4], style: &mut Style) -> String {
    let [x, target, hops, data] = values;
    let member = |key: &str, value| (key.to_owned(), value);
    let text = |text: &str| Json::Text(text.to_owned());
    let in_object = |value| match value {
        Json::Object(_) => value,
        value => Json::Object(vec![member("z", value)]),
    };
    let event = Json::Object(vec![
        member("eventType", text("user.session.start")),
        member("published", text("2025-01-15T14:30:00Z")),
        member("uuid", text("u")),
        member("x", x),
        member("target", Json::List(vec![in_object(target)])),
        member("request", Json::Object(vec![member("ipChain", Json::List(vec![in_object(hops)]))])),
        member("debugContext", Json::Object(vec![member("debugData", data)])),
    ]);
    let mut line = String::new();
    event.write(style, &mut line);
    line
}

proptest! {
    #[test]
    fn equal_contents_have_equal_digests(lines in corpus()) {
        compare(&lines)?;
    }

    #[test]
    fn odd_values_have_digests_of_their_own(
        values in prop::collection::vec(odd_value(), 4),
        events in prop::collection::vec((prop::array::uniform4(any::<Index>()), style()), 2..12),
    ) {
        let lines: Vec<_> = events
            .into_iter()
            .map(|(picks, mut style)| odd_event(picks.map(|pick| pick.get(&values).clone()), &mut style))
            .collect();
        compare(&lines)?;
    }

    #[test]
    fn both_paths_give_the_same_digests(lines in corpus()) {
        let first = DOCUMENTED[0].lines().next().unwrap().to_owned();
        // What begins like documents is not read as lines.
        let events = lines.into_iter().filter(|line| identity(line).is_some());
        let text: Vec<_> = std::iter::once(first).chain(events).collect();
        let text = text.join("\n");
        let mut reader = LineReader::default();
        for _ in 0..3 {
            prop_assert_eq!(quickly(text.as_bytes(), &mut reader), slowly(text.as_bytes()));
        }
    }

    #[test]
    fn what_is_written_otherwise_says_the_same(
        source in any::<Index>(),
        line in any::<Index>(),
        (spaces, escapes, dice) in any::<(bool, bool, u32)>(),
    ) {
        let logging: Vec<_> = logging().collect();
        let (source, text) = source.get(&logging);
        let lines: Vec<_> = text.lines().collect();
        let line = line.get(&lines);
        let mut style = Style { spaces, escapes, dice };
        let other = rewritten(source, line, &mut style);
        let (expected, got) = (identity(line).unwrap(), identity(&other));
        prop_assert!(got.is_some(), "{}", other);
        let got = got.unwrap();
        prop_assert_eq!(expected.form, got.form, "{}", other);
        prop_assert_eq!(expected.hash, got.hash, "{}", other);
    }
}

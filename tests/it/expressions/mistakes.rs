//! Expressions that are not understood: what is wrong and where, and no input that overflows the stack.

use proptest::prelude::*;
use ssoaudit::model::expression::Expression;
use ssoaudit::model::time::Timestamp;

use super::filter;

fn refused(expression: &str) -> (usize, String) {
    let error = Expression::new(expression, Timestamp::MIN).expect_err(expression);
    assert!(error.mistake.at.start <= error.mistake.at.end, "{expression}");
    assert!(error.mistake.at.end <= expression.len(), "{expression}: {:?}", error.mistake);
    (error.mistake.at.start, error.mistake.message)
}

#[test]
fn a_mistake_has_a_place_and_says_what_to_do() {
    for (expression, at, says) in [
        ("", 0, "expected a value, found the end"),
        ("actor.emial == 'x'", 0, "no attribute `actor.emial`; did you mean `actor.email`?"),
        ("operation = 'deleted'", 10, "`=` compares nothing; write `==`"),
        ("operation == 'a' & true", 17, "write `&&`"),
        ("operation == deleted", 13, "write \"deleted\" for a text, or field(\"deleted\")"),
        ("operation == 'deleted' actor.id", 23, "expected an operator or the end, found `actor`"),
        ("time > '2025-01-01'", 0, "a time cannot be compared with a text by `>`; write timestamp("),
        ("time > timestamp('yesterday')", 17, "this is not a time with a zone"),
        ("time > timestamp('2025-01-01T00:00:00')", 17, "this is not a time with a zone"),
        ("time > now - duration('7d')", 22, "this is not a duration"),
        ("actor.id == null", 0, "has(attribute) tells whether an event has one"),
        ("actor.id == 3", 0, "a text cannot be compared with a number"),
        ("actor == 'x'", 0, "`actor` has several parts; write actor.kind or"),
        ("'x'", 0, "expected a condition, found a text"),
        ("connection.enabled", 0, "write == true, == false or == null"),
        ("actor.id.startswith('x')", 9, "no method `startswith`; did you mean `startsWith`?"),
        ("actor.id.startsWith()", 9, "expected text.startsWith(\"text\")"),
        ("filed('x') == 1", 0, "no function `filed`; did you mean `field`?"),
        ("has('x')", 4, "`has` is about an attribute"),
        ("ip.matches('[')", 11, "this is not a pattern: unclosed character class"),
        ("ip.matches(actor.id)", 11, "a pattern has to be a text in quotes"),
        ("actor.id in 'x'", 12, "expected a list such as"),
        ("actor.id in [1]", 13, "a text cannot be compared with a number by `in`"),
        ("actor.id == ['x']", 12, "a list can stand after `in` or in size() only"),
        ("actor.id[0] == 'x'", 8, "there are no indices here"),
        ("true ? true : false", 5, "there is no `? :` here"),
        ("1 < epoch_ms < 2", 13, "`<` has a comparison before it; join two with `&&`"),
        ("actor.id == \"x", 12, "the text has no end"),
        ("actor.id == 'a\\qb'", 14, "`\\q` is not an escape that CEL knows"),
        ("actor.id == “x”", 12, "straight quotes"),
        ("epoch_ms == 99999999999999999999", 12, "the number is too large"),
        ("epoch_ms == 1u", 12, "write it without `u`"),
        ("epoch_ms * 2 == 4", 9, "the only arithmetic is + and - with times"),
        (
            "time > timestamp('0001-01-01T00:00:00Z') - duration('20000000h')",
            43,
            "outside of the years 0 to 9999",
        ),
        ("epoch_ms + 1 == 4", 11, "only a duration can be added"),
        ("has", 0, "`has` is a function; write has(attribute)"),
        ("field('a..b') == 1", 6, "a part of the path is empty"),
        ("field(actor.id) == 1", 6, "expected a text in quotes"),
        ("b'x' == actor.id", 0, "bytes cannot be compared"),
    ] {
        let (found, message) = refused(expression);
        assert_eq!(found, at, "{expression}: {message}");
        assert!(message.contains(says), "{expression}: {message}");
    }
}

#[test]
fn the_place_is_marked_below_the_expression() {
    let run = filter("organization.id == 'ü' &&\n  actor.emial == 'x'");
    assert_eq!(run.code, 2);
    let expected = "error: --where: line 2, column 3: no attribute `actor.emial`; did you mean `actor.email`?\n   \
                    |   actor.emial == 'x'\n   |   ^^^^^^^^^^^\n";
    assert_eq!(run.stderr, expected);
    let run = filter("actor.id == '\u{1b}[31m' + 1");
    assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
}

#[test]
fn nesting_is_limited_and_never_overflows() {
    const DEEP: usize = 100_000;
    for (open, middle, close) in [
        ("(", "true", ")"),
        ("!", "true", ""),
        ("[", "", "]"),
        ("{1:", "1", "}"),
        ("size(", "actor.id", ")"),
        ("-", "1", ""),
        ("actor.id in [", "1", "]"),
    ] {
        refused(&[&open.repeat(DEEP), middle, &close.repeat(DEEP)].concat());
        refused(&open.repeat(DEEP));
        refused(&close.repeat(DEEP + 1));
    }
    refused(&["actor.id", &".size()".repeat(DEEP)].concat());
    refused(&["actor", &".x".repeat(DEEP)].concat());
    // What is long and not deep is understood.
    for joined in [" && ", " || "] {
        let long = vec!["operation == 'viewed'"; DEEP].join(joined);
        Expression::new(&long, Timestamp::MIN).unwrap();
    }
    let long = format!("time > now{}", " - duration('1s')".repeat(DEEP));
    Expression::new(&long, Timestamp { seconds: 0, nanos: 0 }).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever is typed is understood or has a place, at every cut of what was meant.
    #[test]
    fn any_text_is_understood_or_refused(
        words in prop::collection::vec(
            prop_oneof![
                Just("operation"), Just("time"), Just("=="), Just("<"), Just("in"), Just("&&"), Just("||"), Just("!"),
                Just("("), Just(")"), Just("["), Just("]"), Just("{"), Just("}"), Just(","), Just(":"), Just("."),
                Just("'ü'"), Just("\"\\n\""), Just("'"), Just("r'\\'"), Just("'''"), Just("1"), Just("1.5e3"), Just("0x"),
                Just("-"), Just("+"), Just("size"), Just("field"), Just("startsWith"), Just("has"), Just("//"), Just("\n"),
                Just("é"), Just("\u{202e}"), Just("?"), Just("timestamp"), Just("duration"), Just("null"), Just("\\"),
            ],
            0..12,
        ),
        space in prop_oneof![Just(""), Just(" ")],
    ) {
        let text = words.join(space);
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let text = &text[..end];
            if let Err(error) = Expression::new(text, Timestamp::MIN) {
                let at = &error.mistake.at;
                prop_assert!(at.start <= at.end && at.end <= text.len(), "{text:?}: {error:?}");
                prop_assert!(text.is_char_boundary(at.start) && text.is_char_boundary(at.end), "{text:?}: {error:?}");
                let excerpt = error.excerpt(ssoaudit::text::display::Charset::Unicode);
                prop_assert_eq!(excerpt.lines().count(), 2, "{:?}", text);
            }
        }
    }
}

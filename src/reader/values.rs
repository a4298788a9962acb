//! Checks the values of a bound line against what its source's table expects of them.

use crate::json::Span;
use crate::model::diagnostic::{BAD_TIME, Code, EMPTY_VALUE, Level, NAIVE_TIME, WRONG_TYPE};
use crate::model::diagnostics::Diagnostics;
use crate::model::fields::Fields;
use crate::model::operation::Operation;
use crate::model::time;
use crate::model::time::Timestamp;
use crate::sources::{Expect, Source, Vocabulary};
use crate::text::suggest::nearest;

/// What the values of a line stand for.
#[derive(Default)]
pub struct DerivedValues {
    /// When it happened, if the line says so readably.
    pub time: Option<Timestamp>,
    /// Neutral protocol.
    pub protocol: Option<&'static str>,
    /// Neutral identity provider.
    pub provider: Option<&'static str>,
}

/// Checks every value, then what all values say together.
pub fn check(
    source: &Source,
    fields: &Fields<'_>,
    operation: Operation,
    sink: &mut Diagnostics<'_>,
) -> DerivedValues {
    let mut meaning = DerivedValues::default();
    for binding in fields.bindings {
        let expects = source.fields[binding.field as usize].expects;
        if expects.is_empty() {
            continue;
        }
        let span = fields.span(binding);
        let text = span.decode(fields.text);
        for expect in expects {
            let goes_on = check_value(expect, &text, span, sink, binding.is_primary.then_some(&mut meaning));
            if !goes_on {
                break;
            }
        }
    }
    for cross_check in source.cross_checks {
        (cross_check.check)(fields, operation, sink);
    }
    meaning
}

/// Checks one expectation; `false` when the ones after it would only repeat the finding. What the
/// value stands for goes to `meaning`, if the event is about it.
#[inline]
pub fn check_value(
    expect: &Expect,
    text: &str,
    span: Span,
    sink: &mut Diagnostics<'_>,
    meaning: Option<&mut DerivedValues>,
) -> bool {
    match expect {
        Expect::NotEmpty if text.is_empty() => {
            sink.add(&EMPTY_VALUE, span, |finding| {
                finding.message = format!("`{}` is empty", finding.path);
                finding.expected = Some("a value".to_owned());
            });
            return false;
        }
        Expect::Time => {
            let time = time(text, span, sink);
            if let Some(meaning) = meaning {
                meaning.time = time;
            }
        }
        Expect::Digits if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            sink.add(&WRONG_TYPE, span, |finding| {
                finding.message = format!("`{}` is {}, expected digits", finding.path, finding.quoted());
                finding.expected = Some("a string of digits".to_owned());
            });
        }
        Expect::Prefix(prefix, code) if !text.starts_with(prefix) => {
            sink.add(code, span, |finding| {
                finding.message = format!(
                    "`{}` is {}, expected an id that begins with `{prefix}`",
                    finding.path,
                    finding.quoted()
                );
                finding.expected = Some(format!("{prefix}…"));
            });
            return false;
        }
        // Bytes are counted first: text is never longer in characters.
        Expect::AtMost(limit, code) if text.len() > *limit => {
            let length = text.chars().count();
            if length > *limit {
                over_limit(sink, span, length, *limit, code);
            }
        }
        Expect::OneOf(vocabulary) => one_of(vocabulary, text, span, sink, meaning),
        _ => {}
    }
    true
}

/// Whether a value may be the one that is meant: nothing that is expected makes it an error.
pub fn is_possible(expect: &Expect, text: &str) -> bool {
    match expect {
        Expect::NotEmpty => !text.is_empty(),
        Expect::Time => time::parse(text).is_some(),
        Expect::Digits => !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
        Expect::Prefix(prefix, code) => code.level < Level::Error || text.starts_with(prefix),
        Expect::AtMost(limit, code) => code.level < Level::Error || text.chars().count() <= *limit,
        Expect::OneOf(_) => true,
    }
}

/// Adds a finding about a value that is too long.
pub fn over_limit(sink: &mut Diagnostics<'_>, span: Span, length: usize, limit: usize, code: &'static Code) {
    sink.add(code, span, |finding| {
        finding.message = format!("`{}` has {length} characters, expected at most {limit}", finding.path);
        finding.expected = Some(format!("at most {limit} characters"));
    });
}

fn time(text: &str, span: Span, sink: &mut Diagnostics<'_>) -> Option<Timestamp> {
    let Some(parsed) = time::parse(text) else {
        sink.add(&BAD_TIME, span, |finding| {
            finding.message =
                format!("`{}` is {}, expected an RFC 3339 date-time", finding.path, finding.quoted());
            finding.expected = Some("a date-time such as 2025-01-15T10:30:00.000Z".to_owned());
        });
        return None;
    };
    if parsed.naive {
        sink.add(&NAIVE_TIME, span, |finding| {
            finding.message =
                format!("`{}` is {} without a zone, read as UTC", finding.path, finding.quoted());
            finding.expected = Some("a zone: Z or an offset such as +02:00".to_owned());
        });
    }
    Some(parsed.timestamp)
}

fn one_of(
    vocabulary: &'static Vocabulary,
    text: &str,
    span: Span,
    sink: &mut Diagnostics<'_>,
    meaning: Option<&mut DerivedValues>,
) {
    let term = vocabulary.term(text);
    if let Some(meaning) = meaning {
        let [protocol, provider] = match term {
            Some(term) => [term.protocol, term.provider],
            None if text.is_empty() => [None; 2],
            None => (vocabulary.classify_unknown)(text),
        };
        meaning.protocol = meaning.protocol.or(protocol);
        meaning.provider = meaning.provider.or(provider);
    }
    if term.is_some() {
        return;
    }
    sink.add(vocabulary.code, span, |finding| {
        finding.message = format!("unknown {} {}", vocabulary.noun, finding.quoted());
        finding.expected = Some(format!("a documented {}", vocabulary.noun));
        finding.nearest = nearest(text, vocabulary.terms.iter().map(|term| term.name));
    });
}

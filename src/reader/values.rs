//! Checks the values of a bound line against what its source's table expects of them.

use crate::json::Span;
use crate::model::attribute::Attribute;
use crate::model::diagnostic::{BAD_TIME, BAD_VALUE, Code, EMPTY_VALUE, Level, NAIVE_TIME, WRONG_TYPE};
use crate::model::diagnostics::Diagnostics;
use crate::model::fields::{Binding, Fields, Index};
use crate::model::neutral::{ActorKind, Outcome};
use crate::model::operation::Operation;
use crate::model::time;
use crate::model::time::Timestamp;
use crate::sources::{Action, EpochUnit, Expect, KnownNames, Source, Term, Vocabulary};
use crate::text::digits::long_number;
use crate::text::suggest::nearest;

/// The value of a field.
#[derive(Clone, Copy)]
pub struct FieldValue<'a> {
    /// Its text with escapes resolved.
    pub text: &'a str,
    /// Where it is.
    pub span: Span,
}

/// What follows from the values of a line.
#[derive(Clone, Copy, Default)]
pub struct DerivedValues {
    /// When it happened, if the line has a valid time.
    pub time: Option<Timestamp>,
    /// Neutral protocol.
    pub protocol: Option<&'static str>,
    /// Neutral identity provider.
    pub provider: Option<&'static str>,
    /// How the attempt ended.
    pub outcome: Option<Outcome>,
    /// What kind of actor caused it.
    pub actor_kind: Option<ActorKind>,
}

impl DerivedValues {
    /// Adds what follows from a value of a vocabulary; what is known already stays.
    pub fn add(&mut self, vocabulary: &Vocabulary, term: Option<&Term>, text: &str) {
        let [protocol, provider] = match term {
            Some(term) => [term.protocol, term.provider],
            None if text.is_empty() => [None; 2],
            None => (vocabulary.classify_unknown)(text),
        };
        self.protocol = self.protocol.or(protocol);
        self.provider = self.provider.or(provider);
        self.add_outcome(term.and_then(|term| term.outcome));
        self.actor_kind = self.actor_kind.or(term.and_then(|term| term.actor_kind));
    }

    /// Adds an outcome: what any value calls a failure is one.
    pub fn add_outcome(&mut self, outcome: Option<Outcome>) {
        if self.outcome != Some(Outcome::Failure) {
            self.outcome = outcome.or(self.outcome);
        }
    }

    /// Adds what follows from the action, which values do not overrule, and from several values.
    pub fn add_action(&mut self, source: &Source, action: Option<&Action>, fields: &Fields<'_>) {
        self.outcome = action.and_then(|action| action.outcome).or(self.outcome);
        self.protocol = action.and_then(|action| action.protocol).or(self.protocol);
        self.actor_kind = self.actor_kind.or_else(|| source.actor_kind.and_then(|kind| kind(fields)));
    }
}

/// Whether further expectations of a value are worth checking.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// They are.
    Check,
    /// They would only repeat the diagnostic.
    Skip,
}

/// Checks every value by itself, then the values that have to agree with each other.
pub fn check(
    source: &Source,
    fields: &Fields<'_>,
    operation: Operation,
    diagnostics: &mut Diagnostics<'_>,
) -> DerivedValues {
    let mut derived = DerivedValues::default();
    for binding in fields.bindings {
        let expects = source.fields[binding.field as usize].expects;
        if expects.is_empty() {
            continue;
        }
        let span = fields.span(binding);
        let text = span.decode(fields.text);
        let value = FieldValue { text: &text, span };
        for expect in expects {
            let derived = derives(expect, binding, fields.index).then_some(&mut derived);
            if check_value(expect, value, diagnostics, derived) == Next::Skip {
                break;
            }
        }
    }
    for cross_check in source.cross_checks {
        (cross_check.check)(fields, operation, diagnostics);
    }
    derived
}

/// Checks one expectation. What follows from the value goes to `derived`, if the event is about it.
#[inline]
pub fn check_value(
    expect: &Expect,
    value: FieldValue<'_>,
    diagnostics: &mut Diagnostics<'_>,
    derived: Option<&mut DerivedValues>,
) -> Next {
    let FieldValue { text, span } = value;
    match expect {
        Expect::NotEmpty if text.is_empty() => {
            diagnostics.add(&EMPTY_VALUE, span, |diagnostic| {
                diagnostic.message = format!("`{}` is empty", diagnostic.path);
                diagnostic.expected = Some("a value".to_owned());
            });
            return Next::Skip;
        }
        Expect::Time => {
            let time = check_time(value, diagnostics);
            if let Some(derived) = derived {
                derived.time = time;
            }
        }
        Expect::Epoch(unit) => {
            let time = check_epoch(*unit, value, diagnostics);
            if let Some(derived) = derived {
                derived.time = time;
            }
        }
        Expect::Outcome(outcome) => {
            if let Some(derived) = derived {
                derived.add_outcome(outcome(text));
            }
        }
        Expect::Digits if !is_digits(text) => diagnostics.add(&WRONG_TYPE, span, |diagnostic| {
            let (path, quoted) = (&diagnostic.path, diagnostic.quoted());
            diagnostic.message = format!("`{path}` is {quoted}, expected digits");
            diagnostic.expected = Some("a string of digits".to_owned());
        }),
        Expect::Hexadecimal(digits) if !is_hexadecimal(text, *digits) => {
            diagnostics.add(&WRONG_TYPE, span, |diagnostic| {
                let (path, quoted) = (&diagnostic.path, diagnostic.quoted());
                diagnostic.message = format!("`{path}` is {quoted}, expected {digits} hexadecimal digits");
                diagnostic.expected = Some(format!("{digits} hexadecimal digits in lower case"));
            });
        }
        Expect::Known(names) => check_name(names, value, diagnostics),
        Expect::Prefix(prefix, code) if !text.starts_with(prefix) => {
            diagnostics.add(code, span, |diagnostic| {
                let (path, quoted) = (&diagnostic.path, diagnostic.quoted());
                diagnostic.message =
                    format!("`{path}` is {quoted}, expected an id that begins with `{prefix}`");
                diagnostic.expected = Some(format!("{prefix}…"));
            });
            return Next::Skip;
        }
        Expect::AtMost(limit, code) => check_length(value, *limit, code, diagnostics),
        Expect::OneOf(vocabulary) => check_vocabulary(vocabulary, value, diagnostics, derived),
        _ => {}
    }
    Next::Check
}

/// Whether something follows from a value for the event: it is about this list element, and of several times this is
/// the one that counts.
pub fn derives(expect: &Expect, binding: &Binding, index: &Index) -> bool {
    let is_time = matches!(expect, Expect::Time | Expect::Epoch(_));
    binding.is_primary && (!is_time || index.best[Attribute::Time as usize] == binding.slot)
}

/// Whether a value satisfies an expectation well enough not to be an error.
pub fn is_possible(expect: &Expect, text: &str) -> bool {
    match expect {
        Expect::NotEmpty => !text.is_empty(),
        Expect::Time => time::parse(text).is_some(),
        Expect::Epoch(unit) => parse_epoch(*unit, text).is_some() || time::parse(text).is_some(),
        Expect::Digits => is_digits(text),
        Expect::Prefix(prefix, _) => text.starts_with(prefix),
        Expect::AtMost(limit, code) => code.level < Level::Error || text.chars().count() <= *limit,
        Expect::Hexadecimal(digits) => is_hexadecimal(text, *digits),
        Expect::Known(names) => (names.names)().contains(&text),
        Expect::OneOf(_) | Expect::Outcome(_) => true,
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn check_name(
    names: &KnownNames,
    FieldValue { text, span }: FieldValue<'_>,
    diagnostics: &mut Diagnostics<'_>,
) {
    let KnownNames { noun, names } = names;
    let known = names();
    if !known.contains(&text) {
        diagnostics.add(&BAD_VALUE, span, |diagnostic| {
            diagnostic.message = format!("unknown {noun} {}", diagnostic.quoted());
            diagnostic.nearest = nearest(text, known.iter().copied());
            diagnostic.expected = Some(known.join(", "));
        });
    }
}

/// A value has at most so many characters.
#[inline]
pub fn check_length(
    value: FieldValue<'_>,
    limit: usize,
    code: &'static Code,
    diagnostics: &mut Diagnostics<'_>,
) {
    // Bytes are counted first: a text never has more characters.
    if value.text.len() <= limit {
        return;
    }
    let length = value.text.chars().count();
    if length > limit {
        diagnostics.add(code, value.span, |diagnostic| {
            diagnostic.message =
                format!("`{}` has {length} characters, expected at most {limit}", diagnostic.path);
            diagnostic.expected = Some(format!("at most {limit} characters"));
        });
    }
}

fn check_time(value: FieldValue<'_>, diagnostics: &mut Diagnostics<'_>) -> Option<Timestamp> {
    let Some(parsed) = time::parse(value.text) else {
        diagnostics.add(&BAD_TIME, value.span, |diagnostic| {
            let (path, quoted) = (&diagnostic.path, diagnostic.quoted());
            diagnostic.message = format!("`{path}` is {quoted}, expected an RFC 3339 date-time");
            diagnostic.expected = Some("a date-time such as 2025-01-15T10:30:00.000Z".to_owned());
        });
        return None;
    };
    if parsed.naive {
        diagnostics.add(&NAIVE_TIME, value.span, |diagnostic| {
            let (path, quoted) = (&diagnostic.path, diagnostic.quoted());
            diagnostic.message = format!("`{path}` is {quoted} without a zone, read as UTC");
            diagnostic.expected = Some("a zone: Z or an offset such as +02:00".to_owned());
        });
    }
    Some(parsed.timestamp)
}

fn check_epoch(
    unit: EpochUnit,
    value: FieldValue<'_>,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Timestamp> {
    let time = parse_epoch(unit, value.text);
    if time.is_none() && time::parse(value.text).is_some() {
        return check_time(value, diagnostics);
    }
    if time.is_none() {
        let unit = match unit {
            EpochUnit::Seconds => "seconds",
            EpochUnit::Milliseconds => "milliseconds",
        };
        diagnostics.add(&BAD_TIME, value.span, |diagnostic| {
            let (path, quoted) = (&diagnostic.path, diagnostic.quoted());
            diagnostic.message =
                format!("`{path}` is {quoted}, expected a time in {unit} since 1970-01-01T00:00:00Z");
            diagnostic.expected = Some(format!("a time as whole {unit} since 1970-01-01T00:00:00Z"));
        });
    }
    time
}

/// Reads a time that is a number of units since 1970.
fn parse_epoch(unit: EpochUnit, text: &str) -> Option<Timestamp> {
    let long = long_number(text.as_bytes()).map(u64::cast_signed);
    let number = long.or_else(|| text.parse().ok()).or_else(|| {
        let is_zero = |fraction: &str| !fraction.is_empty() && fraction.bytes().all(|digit| digit == b'0');
        let whole = text.split_once('.').filter(|(_, fraction)| is_zero(fraction));
        let number = whole.map_or(text, |(whole, _)| whole);
        number.parse().ok().or_else(|| scientific(number))
    })?;
    match unit {
        EpochUnit::Seconds => Timestamp::from_epoch(number, 1),
        EpochUnit::Milliseconds => Timestamp::from_epoch(number, 1000),
    }
}

/// A whole number with an exponent, as some languages write every great one: `1.748854800123E12`.
fn scientific(text: &str) -> Option<i64> {
    let number = text.contains(['e', 'E']).then(|| text.parse::<f64>().ok())??;
    let is_exact = number.fract() == 0.0 && number.abs() < 2_f64.powi(53);
    is_exact.then_some(number as i64)
}

fn check_vocabulary(
    vocabulary: &'static Vocabulary,
    FieldValue { text, span }: FieldValue<'_>,
    diagnostics: &mut Diagnostics<'_>,
    derived: Option<&mut DerivedValues>,
) {
    let term = vocabulary.term(text);
    if let Some(derived) = derived {
        derived.add(vocabulary, term, text);
    }
    if term.is_some() {
        return;
    }
    diagnostics.add(vocabulary.code, span, |diagnostic| {
        diagnostic.message = format!("unknown {} {}", vocabulary.noun, diagnostic.quoted());
        diagnostic.expected = Some(format!("a documented {}", vocabulary.noun));
        diagnostic.nearest = nearest(text, vocabulary.terms.iter().map(|term| term.name));
    });
}

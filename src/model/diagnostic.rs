//! Diagnostics: what validation says about a line. Every code is listed here, once.
//!
//! A diagnostic is data, never an `Err`: a bad line does not stop the work.

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing; reported by `validate --notices`.
    Notice,
    /// The event counts, but something about it is off.
    #[default]
    Warning,
    /// The line is invalid: left out of results, counted and reported.
    Error,
}

impl Level {
    /// `notice`, `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A kind of diagnostic. Its name is stable: scripts may rely on it.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case name, such as `missing-field`.
    pub name: &'static str,
    /// Its level, the same for every source.
    pub level: Level,
    /// One line that says when it is given.
    pub about: &'static str,
}

macro_rules! codes {
    ($($constant:ident $name:literal $level:ident $about:literal)*) => {
        $(#[doc = $about] pub static $constant: Code = Code { name: $name, level: Level::$level, about: $about };)*
        /// Every code, errors first.
        pub static CODES: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    NOT_UTF8 "not-utf8" Error "the line is not UTF-8"
    NOT_JSON "not-json" Error "the line is not one JSON value (RFC 8259)"
    NOT_AN_OBJECT "not-an-object" Error "the line is JSON, but not an object"
    BAD_ROW "bad-row" Error "a row of a table has too few or too many cells, or a quote in it is wrong"
    LINE_TOO_LONG "line-too-long" Error "the line is longer than --max-line-bytes"
    NESTING_TOO_DEEP "nesting-too-deep" Error "arrays and objects are nested more than 128 deep"
    DUPLICATE_KEY "duplicate-key" Error "an object has the same key twice, or one field in two spellings"
    UNKNOWN_SOURCE "unknown-source" Error "no source knows an event of this shape"
    WRAPPED_EVENTS "wrapped-events" Error "the line wraps several events"
    MISSING_FIELD "missing-field" Error "a required field is absent"
    WRONG_TYPE "wrong-type" Error "a field has a type other than the documented one"
    EMPTY_VALUE "empty-value" Error "a required id, action or time is empty"
    BAD_VALUE "bad-value" Error "a normalized event has a name that this version of ssoaudit does not know"
    BAD_TIME "bad-time" Error "a time is not an RFC 3339 date-time"
    BAD_ID "bad-id" Error "an id breaks the pattern its vendor documents"
    UNKNOWN_ACTION "unknown-action" Warning "no document names this action"
    UNKNOWN_CONNECTION_TYPE "unknown-connection-type" Warning "no document names this connection type"
    UNKNOWN_PROVIDER "unknown-provider" Warning "no document names this provider"
    UNKNOWN_STATUS "unknown-status" Warning "no document names this status"
    NAIVE_TIME "naive-time" Warning "a time has no zone; it is read as UTC"
    ODD_ID "odd-id" Warning "an id lacks its usual prefix"
    CONTRADICTION "contradiction" Warning "two fields of the event say different things"
    AMBIGUOUS_EVENT "ambiguous-event" Warning "the line is an event in two ways, and only one of them is read"
    HALF_IMPERSONATION "half-impersonation" Warning "only one of impersonator e-mail and reason is given"
    ODD_TYPE "odd-type" Warning "a metadata value that means something is not a string; it is read as written"
    OVER_LIMIT "over-limit" Warning "a value exceeds a documented limit"
    UNKNOWN_FIELD "unknown-field" Notice "no document names this field"
    UNKNOWN_VALUE "unknown-value" Notice "no document names this value of a field that lists its values"
    OTHER_EVENT "other-event" Notice "a known event that is not about SSO connections"
}

/// The codes that rules look at. Of each group, the first diagnostic of an event counts.
pub static JUDGED: [&[&Code]; 2] = [&[&CONTRADICTION, &AMBIGUOUS_EVENT], &[&UNKNOWN_ACTION]];

/// Replaces the message of a diagnostic where personal texts are hidden, as it may quote them.
pub const HIDDEN: &str = "`ssoaudit validate` shows it";

/// One problem of one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of problem.
    pub code: &'static Code,
    /// Line in the file, 1-based.
    pub line: u64,
    /// Column in the line in characters, 1-based.
    pub column: u64,
    /// Field path such as `targets[0].metadata.connection_type`; empty for the whole line.
    pub path: String,
    /// What was found and what was expected, in one sentence without a full stop.
    pub message: String,
    /// The value found, shortened; for codes about a value.
    pub found: Option<String>,
    /// What was expected or is known.
    pub expected: Option<String>,
    /// The nearest known value or key.
    pub nearest: Option<&'static str>,
    /// The text around the place.
    pub excerpt: Excerpt,
}

/// A piece of a line with the place of a diagnostic in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Text before the place; starts with `…` where the line was cut.
    pub before: String,
    /// The text that the diagnostic is about; may be empty.
    pub marked: String,
    /// Text after the place; ends with `…` where the line was cut.
    pub after: String,
}

/// A diagnostic with the file it is in.
#[derive(Clone, Copy)]
pub struct Placed<'a> {
    /// File name as given, or `<stdin>`.
    pub file: &'a str,
    /// The diagnostic.
    pub diagnostic: &'a Diagnostic,
}

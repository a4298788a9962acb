//! The report of a file as JSON. It is separate from the model, so that the model may change.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Serialize;

use crate::analysis::validation::FileReport;
use crate::model::diagnostic::Level;

/// Name and version of the report's JSON.
pub const SCHEMA: &str = "ssoaudit.validation.v2";

#[derive(Serialize)]
/// The report.
pub struct ReportJson<'a> {
    schema: &'static str,
    file: &'a str,
    error: Option<&'a str>,
    lines: u64,
    valid: u64,
    invalid: u64,
    blank: u64,
    errors: u64,
    warnings: u64,
    notices: u64,
    not_shown: u64,
    codes: BTreeMap<&'static str, u64>,
    first_time: Option<String>,
    last_time: Option<String>,
    out_of_order: u64,
    events: Vec<EventsJson<'a>>,
    unknown: Vec<UnknownJson<'a>>,
    unknown_more: u64,
}

#[derive(Serialize)]
struct EventsJson<'a> {
    source: &'static str,
    action: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct UnknownJson<'a> {
    path: &'a str,
    value: Option<&'a str>,
    count: u64,
}

impl<'a> ReportJson<'a> {
    /// The report of a file, and why it could not be read to its end.
    pub fn new(file: &'a str, report: &'a FileReport, error: Option<&'a str>) -> Self {
        let FileReport { counts, facts, .. } = report;
        let unknown = facts.drift.iter();
        Self {
            schema: SCHEMA,
            file,
            error,
            lines: counts.lines,
            valid: counts.valid,
            invalid: counts.invalid,
            blank: counts.blank,
            errors: report.found(Level::Error),
            warnings: report.found(Level::Warning),
            notices: report.found(Level::Notice),
            not_shown: report.hidden(),
            codes: report.by_code().map(|(code, count)| (code.name, count)).collect(),
            first_time: facts.times.range.map(|range| range.0.rfc3339(Tz::UTC)),
            last_time: facts.times.range.map(|range| range.1.rfc3339(Tz::UTC)),
            out_of_order: facts.times.out_of_order,
            events: facts
                .events()
                .map(|(source, action, count)| EventsJson { source, action, count })
                .collect(),
            unknown: unknown
                .map(|(drift, count)| UnknownJson {
                    path: &drift.path,
                    value: drift.value.as_deref(),
                    count: *count,
                })
                .collect(),
            unknown_more: facts.more_drift,
        }
    }
}

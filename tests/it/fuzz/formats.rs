//! Whatever texts a log has: every format of everything is what its readers rely on.
//!
//! The first three bytes say what is printed, how wide and how; the rest are [`super::events`].

use chrono_tz::Tz;
use ssoaudit::analysis::validation::{FileReport, Keep, Part};
use ssoaudit::formats::RenderOptions;
use ssoaudit::formats::rows::aligned::Flush;
use ssoaudit::formats::rows::columns::{self, OfImpersonated};
use ssoaudit::formats::rows::printer::{BlockPlace, Plan, Printer, Rows};
use ssoaudit::formats::rows::{Body, Match, ROW_FORMATS, RowFormat, TimeStyle, View};
use ssoaudit::formats::sheets::SHEET_FORMATS;
use ssoaudit::formats::table::Audience;
use ssoaudit::formats::validation::{VALIDATION_FORMATS, Writer};
use ssoaudit::formats::verdict::evidence::evidence;
use ssoaudit::formats::verdict::github::{MAX_SUMMARY_BYTES, step_summary};
use ssoaudit::formats::verdict::{Fingerprints, KnownFindings, VERDICT_FORMATS, VerdictOptions};
use ssoaudit::model::diagnostic::Level;
use ssoaudit::model::diagnostics::Position;
use ssoaudit::model::event::Event;
use ssoaudit::model::scopes::Scopes;
use ssoaudit::model::time;
use ssoaudit::model::time::Timestamp;
use ssoaudit::output::Output;
use ssoaudit::policy::Policy;
use ssoaudit::reader;
use ssoaudit::reader::{Digests, Parts, Reading, Scratch};
use ssoaudit::reports::{self, Options, ReportInput};
use ssoaudit::rules;
use ssoaudit::scan::{BlockId, Counts, LineRef, Record};
use ssoaudit::survey::input_summary::InputSummary;
use ssoaudit::survey::line_numbers::LineNumbers;
use ssoaudit::survey::{self, Arrivals, Arrived, EventLine, InvalidLine, Survey, Wants, WorkerSurvey};
use ssoaudit::text::display::Charset;
use ssoaudit::verdict::{self, InputFacts};

use super::events;
use super::sound::{self, assert_even, assert_sound, separated, without_colors};
use crate::support::parquet;

const READING: Reading = Reading {
    least: Level::Notice,
    max_line_bytes: 1 << 16,
    source: None,
    parts: Parts::ALL,
    digests: Digests::Unwanted,
    mappings: &[],
};
const BLOCK: BlockId = BlockId { input: 0, number: 0 };

/// A log, and how it is to be printed.
struct Case {
    lines: Vec<Vec<u8>>,
    look: RenderOptions,
    /// Name of its file, which somebody else may have chosen as well.
    name: String,
}

/// Prints the events in every format of rows, of findings, of a report or of a verdict.
pub fn check(bytes: &[u8]) {
    let Some(([what, width, flags], rest)) = bytes.split_first_chunk() else {
        return;
    };
    let name = rest.rsplit(|byte| *byte == 0xFF).next().unwrap_or_default();
    let case = Case {
        lines: events::lines(rest),
        look: RenderOptions {
            zone: if flags & 1 == 0 { Tz::UTC } else { Tz::Asia__Kolkata },
            width: (*width > 0).then(|| 20 + usize::from(width % 180)),
            colors: flags & 2 != 0,
            charset: if flags & 4 != 0 { Charset::Ascii } else { Charset::Unicode },
            header: flags & 8 == 0,
        },
        name: String::from_utf8_lossy(name).into_owned(),
    };
    match what % 4 {
        0 => rows(&case, if flags & 16 != 0 { TimeStyle::InZone } else { TimeStyle::AsWritten }),
        1 => validation(&case),
        2 => report(&case, usize::from(what / 4)),
        _ => verdict_of(&case, flags & 16 != 0),
    }
}

/// Reads every line as a scan does.
fn each(case: &Case, mut take: impl FnMut(u32, &mut Record<'_>)) {
    let mut scratch = Scratch::default();
    for (number, raw) in (1..).zip(&case.lines) {
        let line = u64::from(number);
        let read = reader::read(raw, Position { line, column: 1 }, &READING, &mut scratch);
        take(number, &mut Record { raw, line, event: read.event, diagnostics: read.diagnostics });
    }
}

/// What is written to an output.
fn printed(write: impl FnOnce(Output)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    write(Output::create(Some(&path), &[]).unwrap());
    std::fs::read(&path).unwrap()
}

fn rows(case: &Case, times: TimeStyle) {
    for format in ROW_FORMATS.iter() {
        let plan = plan(case, *format, times);
        let (mut rows, mut expected) = (Rows::default(), Vec::new());
        each(case, |number, record| {
            if let Some(event) = &record.event {
                let diagnostics = &record.diagnostics;
                rows.push(&plan, &Match { raw: record.raw, line: u64::from(number), event, diagnostics });
                expected.push(texts(event, &plan.view));
            }
        });
        let bytes = printed(|output| {
            let mut printer = Printer::new(&plan, output).unwrap();
            printer.take(rows, BlockPlace { input: "-", line_base: 0 }).unwrap();
            printer.finish().unwrap();
        });
        let name = format.name();
        if name == "parquet" {
            assert_eq!(parquet::rows(&bytes).len(), expected.len());
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        assert_sound(name, &text, case.look.width);
        let head = usize::from(case.look.header);
        match name {
            "csv" | "tsv" => {
                let records = separated(&text, if name == "csv" { b',' } else { b'\t' });
                assert_eq!(records.len(), expected.len() + head);
                for (record, expected) in records.iter().skip(head).zip(&expected) {
                    let cells = record.iter().zip(expected);
                    assert!(cells.into_iter().all(|(cell, text)| cell == text || cell[1..] == *text));
                }
            }
            "ndjson" | "ocsf" | "ecs" => assert_eq!(text.lines().count(), expected.len()),
            "markdown" => assert_eq!(text.lines().count(), expected.len() + 2 * head),
            "table" if !expected.is_empty() => {
                assert_eq!(text.lines().count(), expected.len() + 2 * head, "{text}");
                if case.look.header {
                    assert_even(&text);
                }
            }
            _ => {}
        }
    }
}

fn plan(case: &Case, format: RowFormat, times: TimeStyle) -> Plan {
    let columns = match format.audience() {
        Audience::Programs => columns::all(),
        Audience::People => columns::default(OfImpersonated::Yes),
    };
    let view = View { columns, body: Body::Normalized, times, options: case.look };
    Plan { view, format, sort: None, limit: None, flush: Flush::Pages, redactor: None }
}

/// What the columns show of an event, as it stands in the log.
fn texts(event: &Event<'_>, view: &View) -> Vec<String> {
    let text = |column: &columns::EventColumn| match column.value(event) {
        Some(_) if view.times == TimeStyle::InZone && column.name == "time" => {
            event.time.rfc3339(view.options.zone)
        }
        value => value.map_or(String::new(), |value| columns::text(value).into_owned()),
    };
    view.columns.iter().map(text).collect()
}

fn validation(case: &Case) {
    let mut part = Part::default();
    let mut counts = Counts::default();
    each(case, |_, record| {
        counts.lines += 1;
        *(if record.event.is_some() { &mut counts.valid } else { &mut counts.invalid }) += 1;
        part.add(record, Keep { diagnostics: usize::MAX, drift: true });
    });
    let mut report = FileReport::default();
    let found = report.add(part, counts, usize::MAX);
    for format in VALIDATION_FORMATS.iter() {
        let bytes = printed(|output| {
            let mut writer = Writer::new(*format, case.look, output).unwrap();
            writer.diagnostics(&case.name, &found).unwrap();
            writer.file(&case.name, &report, Some(&case.name)).unwrap();
            writer.finish(&report).unwrap();
        });
        let Some(text) = sound::text(format.name(), bytes) else { continue };
        match format.name() {
            // What is said of a file comes after its table.
            "table" => assert_sound("text", &text, None),
            name => assert_sound(name, &text, None),
        }
        if format.name() == "csv" {
            assert_eq!(separated(&text, b',').len(), usize::from(case.look.header) + found.len());
        }
    }
}

/// Everything about the log that reports and rules may want.
fn surveyed(case: &Case, wants: Wants) -> (Survey, InputSummary) {
    let plan = survey::Plan { wants, ..survey::Plan::default() };
    let (mut gathered, mut arrived) = (WorkerSurvey::default(), Arrived::default());
    let mut file = InputSummary {
        name: case.name.clone(),
        error: (case.name.len() % 2 == 1).then(|| case.name.clone()),
        ..InputSummary::default()
    };
    each(case, |number, record| {
        file.counts.lines += 1;
        let Some(event) = &record.event else {
            file.counts.invalid += 1;
            let (raw, error) = (record.raw, record.diagnostics.first());
            let place = LineRef { block: BLOCK, line: number };
            return gathered.add_invalid_line(&InvalidLine { raw, error, place }, &plan);
        };
        file.counts.valid += 1;
        file.times.add(event.time);
        let place = LineRef { block: BLOCK, line: number };
        gathered.add(
            &EventLine { event, diagnostics: &record.diagnostics, place, scopes: Scopes::SELECTED },
            &mut arrived,
            &plan,
        );
    });
    let mut arrivals = Arrivals::default();
    arrivals.take(arrived);
    (Survey::new(vec![gathered], arrivals), file)
}

fn report(case: &Case, number: usize) {
    let count = reports::every().count();
    let report = reports::every().nth(number % count).unwrap();
    let (survey, file) = surveyed(case, report.wants);
    let options = Options {
        zone: case.look.zone,
        top: (number >= count).then_some(3),
        selection: vec![format!("--actor {}", case.name)],
        ..Options::default()
    };
    let material = ReportInput { survey: &survey, files: &[file], options: &options, roster: None };
    let sheet = (report.make)(&material);
    for format in SHEET_FORMATS.iter() {
        let mut out = Vec::new();
        format.render(&sheet, &case.look, &mut out).unwrap();
        let Some(text) = sound::text(format.name, out) else { continue };
        assert_sound(format.name, &text, case.look.width);
        let is_text = ["table", "markdown"].contains(&format.name);
        assert!(!(is_text && case.look.charset == Charset::Ascii) || text.is_ascii(), "{text}");
    }
}

fn now() -> Timestamp {
    time::parse("2025-06-04T12:00:00Z").unwrap().timestamp
}

fn verdict_of(case: &Case, show_known: bool) {
    let wants = Wants {
        counts: false,
        changes: true,
        conflicts: true,
        connection_names: false,
        visits: false,
        anomalies: Some(now()),
        silences: None,
    };
    let (mut survey, file) = surveyed(case, wants);
    let policy = Policy { path: Some(case.name.clone()), ..Policy::default_for(rules::ALL) };
    let input = InputFacts { bytes: 1, sha256: Some("a".repeat(64)), ..InputFacts::of(&file) };
    let options = verdict::Options {
        fail_on: None,
        now: now(),
        period: (Timestamp::MIN, Timestamp::MAX),
        baseline: None,
        inputs: vec![input],
        lines: &LineNumbers::new(vec![case.name.clone()]),
        selection: Vec::new(),
        reading: Vec::new(),
        is_strict: show_known,
        needs_event: show_known,
        folder: None,
        redacted: None,
    };
    let mut verdict = verdict::check(&mut survey, &policy, options);
    let run = &mut verdict.run;
    for names in [&mut run.selection, &mut run.reading, &mut run.warnings] {
        names.push(case.name.clone());
    }
    for format in VERDICT_FORMATS.iter() {
        let mut out = Vec::new();
        let known = if show_known { KnownFindings::Listed } else { KnownFindings::Counted };
        let options = VerdictOptions {
            render: case.look,
            known,
            fingerprints: Fingerprints::Shown,
            max_findings: usize::MAX,
        };
        format.render(&verdict, &options, &mut out).unwrap();
        let Some(text) = sound::text(format.name, out) else { continue };
        if format.name == "table" {
            // The verdict is one line, however long.
            let plain = without_colors(&text);
            let above = plain.strip_suffix(&format!("{}\n", verdict.line())).unwrap();
            assert_sound(format.name, above, case.look.width);
        } else {
            assert_sound(format.name, &text, case.look.width);
        }
    }
    assert_sound("markdown", &step_summary(&verdict, KnownFindings::Listed, MAX_SUMMARY_BYTES), None);
    assert_sound("json", &String::from_utf8(evidence(&verdict)).unwrap(), None);
}

//! A verdict for GitHub Actions: workflow commands that annotate a run, and a summary of the step.
//! What a log says is on the line of a command and escaped, so that it can be no command itself.

use std::io::{self, Write};

use super::{basis, counted, not_applicable, relative, status, worst};
use crate::formats::table::markdown::row;
use crate::rules::Severity;
use crate::text::cut::{truncate, within};
use crate::text::escape;
use crate::text::escape::escape_controls;
use crate::verdict::{Finding, FindingKey, Status, Verdict, severity_name};

/// Annotations of a kind that GitHub shows of a step.
pub const MOST_OF_A_KIND: usize = 10;
/// Bytes that GitHub takes as the summary of a step.
pub const MOST_SUMMARY_BYTES: usize = 1_048_576;
/// Bytes of a text: who calls an organization something long hides nothing else.
const MOST_BYTES: usize = 2_000;

/// Prints a command for every open finding that will be shown, and the verdict.
pub fn render(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let mut shown = [0; 3];
    let mut left_out = 0;
    let errors = verdict.errors();
    for error in errors.iter().take(MOST_OF_A_KIND) {
        shown[0] += 1;
        writeln!(out, "::error title=ssoaudit::{}", data(error))?;
    }
    left_out += errors.len() - shown[0];
    for finding in verdict.findings.iter().filter(|finding| finding.status == Status::Open) {
        let (kind, command) = command(finding.severity);
        if shown[kind] == MOST_OF_A_KIND {
            left_out += 1;
            continue;
        }
        shown[kind] += 1;
        out.write_all(annotation(verdict, &verdict.resolve(finding), command).as_bytes())?;
    }
    if left_out > 0 {
        let most = MOST_OF_A_KIND;
        let what = if errors.is_empty() { "findings" } else { "findings and errors" };
        writeln!(out, "{left_out} further {what} are not annotated: GitHub shows {most} of a kind.")?;
    }
    for sentence in basis(verdict) {
        writeln!(out, "{}", escape_controls(&sentence))?;
    }
    writeln!(out, "{}", verdict.line())
}

/// Commands that annotate a run with why nothing could be judged, and the page for the summary of its step.
pub fn failure(error: &str) -> [String; 2] {
    let lines: Vec<_> = error.lines().map(str::to_owned).collect();
    let annotation = |line: &String| format!("::error title=ssoaudit::{}\n", data(line));
    let annotations = lines.iter().take(MOST_OF_A_KIND).map(annotation).collect();
    let mut page = "# ssoaudit: could not judge\n".to_owned();
    said("Error", &lines, &mut page);
    [annotations, page]
}

fn command(severity: Severity) -> (usize, &'static str) {
    match severity {
        Severity::Critical | Severity::High => (0, "error"),
        Severity::Medium => (1, "warning"),
        Severity::Low | Severity::Info => (2, "notice"),
    }
}

fn annotation(verdict: &Verdict, finding: &Finding, command: &str) -> String {
    let check = verdict.rule_of(finding).check;
    let file = finding.place.map_or(String::new(), |(file, line)| {
        format!("file={},line={},", property(relative(verdict, file)), line.max(1))
    });
    let title = property(&format!("{}: {}", severity_name(finding.severity), check.id));
    let message = format!("{}%0A{}", data(&finding.message()), data(check.about));
    format!("::{command} {file}title={title}::{message}\n")
}

/// A message: no line but its own.
fn data(text: &str) -> String {
    escape_controls(&within(text, MOST_BYTES)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Markdown for `$GITHUB_STEP_SUMMARY`: the verdict, the rules, and as many findings as fit into so many bytes.
pub fn step_summary(verdict: &Verdict, show_known: bool, room: usize) -> String {
    // Later commands of a step may have something to say as well.
    let room = room.saturating_sub(MOST_SUMMARY_BYTES / 8);
    let mut out =
        format!("# ssoaudit: {}\n\n{}\n", verdict.outcome.name(), escape::markdown(&verdict.line()));
    said("Error", &verdict.errors(), &mut out);
    said("Warning", &verdict.run.warnings, &mut out);
    for sentence in basis(verdict) {
        out.push_str(&format!("\n{}\n", escape::markdown(&sentence)));
    }
    let counts = verdict.counts_by_rule();
    let mut rules = verdict.rules.iter().zip(counts).filter(|(_, counts)| counts.total() > 0).peekable();
    if rules.peek().is_some() {
        out.push_str("\n| rule | severity | findings | fires when |\n| --- | --- | --- | --- |\n");
    }
    for (rule, counts) in rules {
        let severity = severity_name(worst(rule, counts));
        out.push_str(&short_row(&[rule.check.id, severity, &counted(counts), rule.check.about]));
    }
    let missing_prerequisite: Vec<_> =
        verdict.rules.iter().filter_map(|rule| Some((rule, not_applicable(rule)?))).collect();
    if !missing_prerequisite.is_empty() {
        out.push_str("\n| rule | not applicable to |\n| --- | --- |\n");
    }
    for (rule, events) in missing_prerequisite {
        out.push_str(&short_row(&[rule.check.id, &events]));
    }
    let mut is_first = true;
    let is_shown = |brief: &&FindingKey| show_known || brief.status == Status::Open;
    let shown: Vec<_> = verdict.findings.iter().filter(is_shown).collect();
    for (at, brief) in shown.iter().enumerate() {
        let finding = verdict.resolve(brief);
        let before = out.len();
        if is_first {
            out.push_str("\n| severity | status | rule | time (UTC) | finding | place |\n");
            out.push_str("| --- | --- | --- | --- | --- | --- |\n");
        }
        is_first = false;
        let time = finding.time.map_or(String::new(), |time| time.to_the_second(chrono_tz::Tz::UTC));
        let place = super::place(&finding).unwrap_or_default();
        let severity = severity_name(finding.severity);
        let rule = verdict.rule_of(&finding).check.id;
        out.push_str(&short_row(&[severity, &status(&finding), rule, &time, &finding.message(), &place]));
        if out.len() > room {
            truncate(&mut out, before);
            out.push_str(&format!("\n{} further findings are not shown.\n", shown.len() - at));
            break;
        }
    }
    out
}

/// Sentences, as many as nobody minds to read.
fn said(kind: &str, sentences: &[String], out: &mut String) {
    const MOST: usize = 50;
    for sentence in sentences.iter().take(MOST) {
        out.push_str(&format!("\n{kind}: {}\n", escape::markdown(&within(sentence, MOST_BYTES))));
    }
    let more = sentences.len().saturating_sub(MOST);
    if more > 0 {
        out.push_str(&format!("\n{kind}: there are {more} more.\n"));
    }
}

/// A row of a table in which no text is long.
fn short_row(texts: &[&str]) -> String {
    row(texts.iter().map(|text| within(text, MOST_BYTES)))
}

//! A verdict for GitHub Actions: workflow commands that annotate a run, and the step summary. Texts of the log are
//! escaped and stay on the line of their command, so that they cannot form commands.

use std::io::{self, Write};

use super::{KnownFindings, basis, counted, not_applicable_to, relative, status, tone, worst};
use crate::formats::table::markdown::row;
use crate::reports::sheet::Tone;
use crate::text::cut::{truncate, within};
use crate::text::escape;
use crate::text::escape::escape_controls;
use crate::verdict::{Finding, FindingKey, Status, Verdict};

/// How many annotations of a kind GitHub displays for a step.
pub const MAX_OF_A_KIND: usize = 10;
/// The maximum size of a step summary.
pub const MAX_SUMMARY_BYTES: usize = 1_048_576;
/// The maximum length of a text in bytes, so that a long name displaces nothing else.
const MAX_BYTES: usize = 2_000;
/// The maximum number of errors, and of warnings, in a step summary.
const MAX_SENTENCES: usize = 50;

/// Prints a command for every error and open finding that GitHub will display, and the verdict.
pub fn render(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let errors = verdict.errors();
    for error in errors.iter().take(MAX_OF_A_KIND) {
        writeln!(out, "::error title=ssoaudit::{}", data(error))?;
    }
    let mut annotated = Annotated { errors: errors.len().min(MAX_OF_A_KIND), warnings: 0, notices: 0 };
    let mut left_out = errors.len() - annotated.errors;
    for finding in verdict.findings.iter().filter(|finding| finding.status == Status::Open) {
        let (command, count) = match tone(finding.severity) {
            Tone::Bad => ("error", &mut annotated.errors),
            Tone::Warn => ("warning", &mut annotated.warnings),
            Tone::Plain | Tone::Good => ("notice", &mut annotated.notices),
        };
        if *count == MAX_OF_A_KIND {
            left_out += 1;
            continue;
        }
        *count += 1;
        out.write_all(annotation(verdict, &verdict.resolve(finding), command).as_bytes())?;
    }
    if left_out > 0 {
        let max = MAX_OF_A_KIND;
        let what = if errors.is_empty() { "findings" } else { "findings and errors" };
        writeln!(out, "{left_out} further {what} are not annotated: GitHub shows {max} of a kind.")?;
    }
    for sentence in basis(verdict) {
        writeln!(out, "{}", escape_controls(&sentence))?;
    }
    writeln!(out, "{}", verdict.line())
}

/// The number of annotations of each kind.
struct Annotated {
    errors: usize,
    warnings: usize,
    notices: usize,
}

/// The command that annotates a run with the error that prevented a verdict, and the step summary.
pub fn failure(error: &str) -> [String; 2] {
    let lines: Vec<_> = error.lines().map(str::to_owned).collect();
    let annotation = |line: &String| format!("::error title=ssoaudit::{}\n", data(line));
    let annotations = lines.iter().take(MAX_OF_A_KIND).map(annotation).collect();
    let page = format!("# ssoaudit: could not judge\n{}", sentences("Error", &lines));
    [annotations, page]
}

fn annotation(verdict: &Verdict, finding: &Finding, command: &str) -> String {
    let rule = verdict.rule_of(finding).rule;
    let file = finding.position.map_or(String::new(), |(file, line)| {
        format!("file={},line={},", property(relative(verdict, file)), line.max(1))
    });
    let title = property(&format!("{}: {}", finding.severity.name(), rule.id));
    let message = format!("{}%0A{}", data(&finding.message()), data(rule.about));
    format!("::{command} {file}title={title}::{message}\n")
}

/// Escapes a message, which must stay on its line.
fn data(text: &str) -> String {
    escape_controls(&within(text, MAX_BYTES)).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property, which would end at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Markdown for `$GITHUB_STEP_SUMMARY`: the verdict, the rules, and as many findings as fit into `room` bytes.
pub fn step_summary(verdict: &Verdict, known: KnownFindings, room: usize) -> String {
    // Leave room for later commands of the same step.
    let room = room.saturating_sub(MAX_SUMMARY_BYTES / 8);
    let mut out =
        format!("# ssoaudit: {}\n\n{}\n", verdict.outcome.name(), escape::markdown(&verdict.line()));
    out.push_str(&sentences("Error", &verdict.errors()));
    out.push_str(&sentences("Warning", &verdict.run.warnings));
    for sentence in basis(verdict) {
        out.push_str(&format!("\n{}\n", escape::markdown(&sentence)));
    }
    let counts = verdict.counts_by_rule();
    let found = verdict.rules.iter().zip(counts).filter(|(_, counts)| counts.total() > 0);
    out.push_str(&table(
        "\n| rule | severity | findings | fires when |\n| --- | --- | --- | --- |\n",
        found.map(|(rule, counts)| {
            short_row([rule.rule.id, worst(rule, counts).name(), &counted(counts), rule.rule.about])
        }),
    ));
    out.push_str(&table(
        "\n| rule | not applicable to |\n| --- | --- |\n",
        verdict.rules.iter().filter_map(|rule| Some(short_row([rule.rule.id, &not_applicable_to(rule)?]))),
    ));
    add_findings(verdict, known, room, &mut out);
    out
}

/// A table, unless it has no rows.
fn table(head: &str, rows: impl Iterator<Item = String>) -> String {
    let rows: String = rows.collect();
    if rows.is_empty() { rows } else { format!("{head}{rows}") }
}

/// Adds findings while there is room.
fn add_findings(verdict: &Verdict, known: KnownFindings, room: usize, out: &mut String) {
    let listed: Vec<_> = verdict.findings.iter().filter(|finding| known.shows(finding)).collect();
    for (index, key) in listed.iter().enumerate() {
        let before = out.len();
        if index == 0 {
            out.push_str("\n| severity | status | rule | time (UTC) | finding | place |\n");
            out.push_str("| --- | --- | --- | --- | --- | --- |\n");
        }
        out.push_str(&finding_row(verdict, key));
        if out.len() > room {
            truncate(out, before);
            out.push_str(&format!("\n{} further findings are not shown.\n", listed.len() - index));
            break;
        }
    }
}

fn finding_row<'a>(verdict: &Verdict<'a>, key: &FindingKey) -> String {
    let finding = verdict.resolve(key);
    let time = finding.time.map_or(String::new(), |time| time.to_the_second(chrono_tz::Tz::UTC));
    let position = super::position(&finding).unwrap_or_default();
    let rule = verdict.rule_of(&finding).rule.id;
    short_row([finding.severity.name(), &status(&finding), rule, &time, &finding.message(), &position])
}

/// Sentences in paragraphs, up to a number that people will read.
fn sentences(kind: &str, sentences: &[String]) -> String {
    let paragraph =
        |sentence: &String| format!("\n{kind}: {}\n", escape::markdown(&within(sentence, MAX_BYTES)));
    let mut text: String = sentences.iter().take(MAX_SENTENCES).map(paragraph).collect();
    let more = sentences.len().saturating_sub(MAX_SENTENCES);
    if more > 0 {
        text.push_str(&format!("\n{kind}: there are {more} more.\n"));
    }
    text
}

/// A row of a table, with long texts cut.
fn short_row<const N: usize>(texts: [&str; N]) -> String {
    row(texts.map(|text| within(text, MAX_BYTES)))
}

//! A verdict for people at a terminal: rules with findings, the worst first, what could not be
//! judged, and the verdict as the last line.

use std::cmp::Reverse;
use std::io::{self, Write};

use anstyle::Style;

use super::sheet::tone;
use super::{VerdictOptions, basis, counted, more, not_applicable, place, status, worst};
use crate::formats::RenderOptions;
use crate::formats::sheets::style;
use crate::formats::table::grid::WIDEST;
use crate::parallel;
use crate::reports::sheet::Tone;
use crate::rules::Severity;
use crate::text::cut::shortened;
use crate::text::display::{escape_log, escape_own, to_charset, wrapped};
use crate::verdict::{
    Counts, Finding, FindingKey, Outcome, RuleOutcome, Status, Verdict, severities, severity_name,
};

/// Prints everything; every line but the last one fits the width.
pub fn render(verdict: &Verdict, options: &VerdictOptions, to: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out: String::new(), options: &options.render };
    let is_shown = |finding: &FindingKey| options.show_known || finding.status == Status::Open;
    for error in verdict.errors() {
        page.text(0, &format!("error: {error}"), style(Tone::Bad));
    }
    for warning in &verdict.run.warnings {
        page.text(0, &format!("warning: {warning}"), style(Tone::Warn));
    }
    if verdict.findings.iter().any(|finding| is_shown(finding) && finding.time.is_some()) {
        page.text(0, &format!("Times are in {}.", options.render.zone.name()), Style::new());
    }
    for sentence in basis(verdict) {
        page.text(0, &sentence, Style::new());
    }
    let (counts, findings) = (verdict.counts_by_rule(), verdict.by_rule());
    let mut found: Vec<_> = (0..verdict.rules.len()).filter(|rule| counts[*rule].total() > 0).collect();
    // A rule without an open finding comes after those with one.
    found.sort_by_key(|rule| {
        let outcome = &verdict.rules[*rule];
        let worst = severities().find(|severity| counts[*rule].of(0, *severity) > 0);
        (Reverse(worst), Reverse(outcome.severity), outcome.check.id)
    });
    for rule in found {
        let heading = worst(&verdict.rules[rule], &counts[rule]);
        page.rule(&verdict.rules[rule], &counts[rule]);
        page.flush(to)?;
        let shown: Vec<_> = findings[rule].iter().filter(|finding| is_shown(finding)).collect();
        let each = |at: usize, out: &mut Vec<u8>| {
            let mut page = Page { out: String::new(), options: &options.render };
            page.gap();
            page.finding(&verdict.resolve(shown[at]), &verdict.rules[rule], heading);
            page.flush(out)
        };
        parallel::write(shown.len().min(options.max_findings), each, to)?;
        if let Some(more) = more(shown.len(), options) {
            page.gap();
            page.text(2, &more, Style::new());
        }
    }
    page.rest(verdict, counts);
    page.gap();
    let is_good = verdict.outcome == Outcome::Passed;
    let (line, tone) = (verdict.line(), if is_good { Tone::Good } else { Tone::Bad });
    let style = if options.render.colors { style(tone).bold() } else { Style::new() };
    page.out.push_str(&format!("{style}{line}{style:#}\n"));
    page.flush(to)
}

/// Characters of a message: it quotes names of a log, which one event may give to all the others.
const LONGEST_MESSAGE: usize = 1000;

struct Page<'a> {
    out: String,
    options: &'a RenderOptions,
}

impl Page<'_> {
    fn flush(&mut self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(to_charset(std::mem::take(&mut self.out), self.options.charset).as_bytes())
    }

    fn gap(&mut self) {
        self.out.push('\n');
    }

    /// A text in lines that are indented.
    fn text(&mut self, indent: usize, text: &str, style: Style) {
        let room = self.options.width.unwrap_or(usize::MAX).saturating_sub(indent).max(1);
        let style = if self.options.colors { style } else { Style::new() };
        let indent = " ".repeat(indent);
        for line in wrapped(&escape_own(text, self.options.charset), room) {
            self.out.push_str(&format!("{indent}{style}{line}{style:#}\n"));
        }
    }

    fn rule(&mut self, outcome: &RuleOutcome, counts: &Counts) {
        let is_open = counts.open() > 0;
        let severity = worst(outcome, counts);
        let style = if is_open { style(tone(severity)) } else { Style::new() };
        let head =
            format!("{}  {}  {}", severity_name(severity).to_uppercase(), outcome.check.id, counted(counts));
        self.gap();
        self.text(0, &head, style.bold());
        self.text(2, outcome.check.about, Style::new());
        if let Some(events) = not_applicable(outcome) {
            self.text(2, &format!("{events} lack what it needs"), Style::new());
        }
    }

    fn finding(&mut self, finding: &Finding, outcome: &RuleOutcome, heading: Severity) {
        let time = finding.time.map(|time| time.to_the_second(self.options.zone));
        let known = (finding.status != Status::Open).then(|| status(finding));
        let is_other = [outcome.severity, heading].iter().any(|severity| *severity != finding.severity);
        let severity = is_other.then(|| severity_name(finding.severity).to_uppercase());
        let head: Vec<_> = [time, place(finding), severity, known].into_iter().flatten().collect();
        if !head.is_empty() {
            self.text(2, &escape_log(&head.join("  "), self.options.charset), Style::new());
        }
        let indent = if head.is_empty() { 2 } else { 4 };
        let message = finding.message();
        let said = shortened(&message, LONGEST_MESSAGE);
        self.text(indent, &escape_log(&said, self.options.charset), Style::new());
        let who = [
            ("organization", finding.organization),
            ("named", finding.organization_name),
            ("connection", finding.connection),
            ("actor", finding.actor),
            ("actor id", finding.actor_id),
        ];
        // Messages name most of them.
        let unnamed = who.into_iter().filter_map(|(what, text)| {
            let text = text.filter(|text| !text.is_empty() && !message.contains(text))?;
            Some(format!("{what} {}", escape_log(&shortened(text, WIDEST), self.options.charset)))
        });
        let unnamed = unnamed.collect::<Vec<_>>().join(", ");
        if !unnamed.is_empty() {
            self.text(indent, &unnamed, Style::new());
        }
    }

    /// What came of the other rules.
    fn rest(&mut self, verdict: &Verdict, counts: &[Counts]) {
        // Of rules with findings it is said beside them.
        let rules = verdict.rules.iter().zip(counts).filter(|(_, counts)| counts.total() == 0);
        let missing_prerequisite: Vec<_> =
            rules.filter_map(|(rule, _)| Some((rule, not_applicable(rule)?))).collect();
        if !missing_prerequisite.is_empty() {
            self.gap();
            self.text(0, "Not applicable to events that lack what is needed:", Style::new());
        }
        for (rule, events) in missing_prerequisite {
            self.text(2, &format!("{} ({events})", rule.check.id), Style::new());
        }
        let judged = verdict.rules.iter().zip(counts).filter(|(rule, _)| rule.is_on);
        let clean = judged.filter(|(rule, counts)| counts.total() == 0 && !rule.is_not_applicable()).count();
        let off = verdict.rules.iter().filter(|rule| !rule.is_on).count();
        self.gap();
        self.text(0, &format!("Rules without a finding: {clean}; rules that are off: {off}."), Style::new());
        let total = verdict.counts();
        let invalid: u64 = verdict.run.inputs.iter().map(|input| input.invalid).sum();
        if invalid > 0 {
            self.text(
                0,
                &format!("Invalid lines, which no rule about events sees: {invalid}."),
                Style::new(),
            );
        }
        if total.total() == 0 {
            self.text(0, "Nothing was found.", Style::new());
        }
    }
}

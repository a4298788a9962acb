//! A verdict for people at a terminal: rules with findings, the worst first, then what could not be judged, and the
//! verdict in the last line.

use std::cmp::Reverse;
use std::io::{self, Write};

use anstyle::Style;

use super::{
    Fingerprints, KnownFindings, VerdictOptions, basis, counted, more, not_applicable, place, position,
    status, tone, worst,
};
use crate::formats::RenderOptions;
use crate::formats::sheets::style;
use crate::formats::table::grid::WIDEST;
use crate::parallel;
use crate::reports::sheet::Tone;
use crate::rules::{MAX_NAMED, Severity};
use crate::text::cut::shortened;
use crate::text::display::{escape_log, escape_own, to_charset, wrapped};
use crate::verdict::{Counts, Finding, Outcome, RuleOutcome, Status, Verdict, severities};

/// Prints the verdict. Every line but the last one fits the width.
pub fn render(verdict: &Verdict, options: &VerdictOptions, to: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { out: String::new(), options: &options.render, fingerprints: options.fingerprints };
    page.head(verdict, options.known);
    let counts = verdict.counts_by_rule();
    let findings = verdict.by_rule();
    for rule in worst_first(verdict) {
        page.rule(&verdict.rules[rule], &counts[rule]);
        page.flush(to)?;
        let heading = worst(&verdict.rules[rule], &counts[rule]);
        let shown = || findings[rule].iter().filter(|slice| options.known.shows(&slice[0]));
        let listed: Vec<_> = shown().copied().flatten().take(options.max_findings).collect();
        let each = |index: usize, out: &mut Vec<u8>| {
            let mut page =
                Page { out: String::new(), options: &options.render, fingerprints: options.fingerprints };
            page.gap();
            page.finding(&verdict.resolve(listed[index]), &verdict.rules[rule], heading);
            page.flush(out)
        };
        parallel::write(listed.len(), each, to)?;
        if let Some(more) = more(shown().map(|slice| slice.len()).sum(), options) {
            page.gap();
            page.text(2, &more, Style::new());
        }
    }
    page.rest(verdict, counts);
    page.how_to_accept(verdict);
    page.last_line(verdict);
    page.flush(to)
}

/// The indices of the rules with findings. Rules without open findings come after those with some.
fn worst_first(verdict: &Verdict) -> Vec<usize> {
    let counts = verdict.counts_by_rule();
    let mut found: Vec<_> = (0..verdict.rules.len()).filter(|rule| counts[*rule].total() > 0).collect();
    found.sort_by_key(|rule| {
        let outcome = &verdict.rules[*rule];
        let worst = severities().find(|severity| counts[*rule].of(0, *severity) > 0);
        (Reverse(worst), Reverse(outcome.severity), outcome.rule.id)
    });
    found
}

/// Where the other events of a correlation are; as many as its message names.
fn others(finding: &Finding) -> Option<String> {
    let named = finding.others.iter().take(MAX_NAMED).copied().map(place).collect::<Vec<_>>().join(", ");
    match finding.others.len().saturating_sub(MAX_NAMED) {
        _ if named.is_empty() => None,
        0 => Some(format!("the others are at {named}")),
        more => Some(format!("the others are at {named}, and {more} more are in --format json")),
    }
}

/// The maximum length of a message in characters. It quotes names of the log, and one event can give a long name to an
/// organization that many findings are about.
const MAX_MESSAGE_CHARACTERS: usize = 1000;

struct Page<'a> {
    out: String,
    options: &'a RenderOptions,
    fingerprints: Fingerprints,
}

impl Page<'_> {
    fn flush(&mut self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(to_charset(std::mem::take(&mut self.out), self.options.charset).as_bytes())
    }

    fn gap(&mut self) {
        self.out.push('\n');
    }

    /// Adds what readers need to know before the findings.
    fn head(&mut self, verdict: &Verdict, known: KnownFindings) {
        for error in verdict.errors() {
            self.text(0, &format!("error: {error}"), style(Tone::Bad));
        }
        for warning in &verdict.run.warnings {
            self.text(0, &format!("warning: {warning}"), style(Tone::Warn));
        }
        let mut shown = verdict.findings.iter().filter(|key| known.shows(key));
        if shown.any(|key| verdict.resolve(key).time.is_some()) {
            self.text(0, &format!("Times are in {}.", self.options.zone.name()), Style::new());
        }
        for sentence in basis(verdict) {
            self.text(0, &sentence, Style::new());
        }
    }

    /// Adds a text as indented lines.
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
        let head = format!("{}  {}  {}", severity.name().to_uppercase(), outcome.rule.id, counted(counts));
        self.gap();
        self.text(0, &head, style.bold());
        self.text(2, outcome.rule.about, Style::new());
        if let Some(events) = not_applicable(outcome) {
            self.text(2, &format!("{events} lack what it needs"), Style::new());
        }
    }

    fn finding(&mut self, finding: &Finding, outcome: &RuleOutcome, heading: Severity) {
        let time = finding.time.map(|time| time.to_the_second(self.options.zone));
        let known = (finding.status != Status::Open).then(|| status(finding));
        let is_other = [outcome.severity, heading].iter().any(|severity| *severity != finding.severity);
        let severity = is_other.then(|| finding.severity.name().to_uppercase());
        let head: Vec<_> = [time, position(finding), severity, known].into_iter().flatten().collect();
        if !head.is_empty() {
            self.text(2, &escape_log(head.join("  "), self.options.charset), Style::new());
        }
        let indent = if head.is_empty() { 2 } else { 4 };
        let message = finding.message();
        let short = shortened(&message, MAX_MESSAGE_CHARACTERS);
        self.text(indent, &escape_log(short, self.options.charset), Style::new());
        if let Some(others) = others(finding) {
            self.text(indent, &escape_log(&others, self.options.charset), Style::new());
        }
        let who = [
            ("organization", finding.organization),
            ("named", finding.organization_name),
            ("connection", finding.connection),
            ("actor", finding.actor),
            ("actor id", finding.actor_id),
        ];
        // Ids that the message already names are omitted.
        let unnamed = who.into_iter().filter_map(|(what, text)| {
            let text = text.filter(|text| !text.is_empty() && !message.contains(text))?;
            Some(format!("{what} {}", escape_log(shortened(text, WIDEST), self.options.charset)))
        });
        let unnamed = unnamed.collect::<Vec<_>>().join(", ");
        if !unnamed.is_empty() {
            self.text(indent, &unnamed, Style::new());
        }
        if self.fingerprints == Fingerprints::Shown {
            self.text(indent, &format!("fingerprint {}", finding.fingerprint.text()), Style::new());
        }
    }

    /// Says how to accept a finding, with the fingerprint of one.
    fn how_to_accept(&mut self, verdict: &Verdict) {
        let open = verdict.findings.iter().find(|finding| finding.status == Status::Open);
        let Some(finding) = open.map(|key| verdict.resolve(key)) else {
            return;
        };
        let entry = format!(
            "To accept a finding, name it in the policy, as in [[suppressions]] fingerprint = \"{}\", with a reason and an \
             expiry; --fingerprints shows the others.",
            finding.fingerprint.text()
        );
        self.gap();
        self.text(0, &entry, Style::new());
    }

    /// Adds the verdict.
    fn last_line(&mut self, verdict: &Verdict) {
        self.gap();
        let tone = if verdict.outcome == Outcome::Passed { Tone::Good } else { Tone::Bad };
        let style = if self.options.colors { style(tone).bold() } else { Style::new() };
        self.out.push_str(&format!("{style}{}{style:#}\n", verdict.line()));
    }

    /// Adds the results of the rules without findings.
    fn rest(&mut self, verdict: &Verdict, counts: &[Counts]) {
        // Rules with findings have this beside their findings.
        let rules = verdict.rules.iter().zip(counts).filter(|(_, counts)| counts.total() == 0);
        let not_applicable_rules: Vec<_> =
            rules.filter_map(|(rule, _)| Some((rule, not_applicable(rule)?))).collect();
        if !not_applicable_rules.is_empty() {
            self.gap();
            self.text(0, "Not applicable to events that lack what is needed:", Style::new());
        }
        for (rule, events) in not_applicable_rules {
            self.text(2, &format!("{} ({events})", rule.rule.id), Style::new());
        }
        let unlogged = verdict.rules.iter().filter_map(|rule| Some((rule, rule.why_unlogged()?)));
        let unlogged: Vec<_> = unlogged.collect();
        if !unlogged.is_empty() {
            self.gap();
            self.text(0, "Not applicable, as the log cannot contain what they look for:", Style::new());
        }
        for (rule, why) in unlogged {
            self.text(2, &format!("{} ({why})", rule.rule.id), Style::new());
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

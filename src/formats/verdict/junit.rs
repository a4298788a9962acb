//! A verdict as JUnit XML: a test case for every rule, which fails when the rule is violated.
//! What is harmless in a terminal is allowed in XML 1.0, and the writer escapes what has a meaning there.

use std::fmt::Write as _;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{VerdictOptions, basis, counted, more, not_applicable, place, status};
use crate::text::escape::escape_controls;
use crate::verdict::{Counts, FindingKey, Outcome, RuleOutcome, Status, Verdict, severity_name};

/// Name of the suite.
pub const SUITE: &str = "ssoaudit";

/// Prints the report.
pub fn render(verdict: &Verdict, options: &VerdictOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut suite = TestSuite::new(SUITE);
    let (counts, findings) = (verdict.counts_by_rule(), verdict.by_rule());
    for ((rule, counts), findings) in verdict.rules.iter().zip(counts).zip(&findings) {
        suite.add_test_case(case(verdict, rule, counts, findings, options));
    }
    suite.add_test_cases(inputs(verdict));
    let warnings =
        verdict.run.warnings.iter().map(|warning| format!("warning: {}\n", escape_controls(warning)));
    let basis =
        basis(verdict).iter().map(|sentence| format!("{}\n", escape_controls(sentence))).collect::<String>();
    suite.set_system_out(format!("{}{basis}{}\n", warnings.collect::<String>(), verdict.line()));
    let mut report = Report::new(SUITE);
    report.add_test_suite(suite);
    // Not at once: errors of the writer would be told as those of XML.
    let xml = report.to_string().map_err(io::Error::other)?;
    out.write_all(xml.as_bytes())
}

/// A case for the inputs, if they decide the verdict: nobody should have to look for why it failed.
fn inputs(verdict: &Verdict) -> Option<TestCase> {
    let mut status = match verdict.outcome {
        Outcome::Incomplete => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Failed if !verdict.errors().is_empty() => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        _ => return None,
    };
    status.set_message(verdict.line());
    let errors: String =
        verdict.errors().iter().map(|error| format!("{}\n", escape_controls(error))).collect();
    status.set_description(errors);
    let mut case = TestCase::new("inputs", status);
    case.set_classname(SUITE);
    Some(case)
}

fn case<'a>(
    verdict: &Verdict<'a>,
    rule: &RuleOutcome,
    counts: &Counts,
    findings: &[&FindingKey<'a>],
    options: &VerdictOptions,
) -> TestCase {
    let (failing, others): (Vec<_>, Vec<_>) =
        findings.iter().copied().partition(|finding| verdict.fails(finding));
    let mut status = if !failing.is_empty() {
        let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let worst = failing.iter().map(|finding: &&FindingKey<'_>| finding.severity).max();
        failure.set_type(severity_name(worst.unwrap_or(rule.severity)));
        failure.set_description(listed(verdict, &failing, options));
        failure
    } else if rule.is_on && !rule.is_not_applicable() {
        TestCaseStatus::success()
    } else {
        TestCaseStatus::skipped()
    };
    if !failing.is_empty() {
        status.set_message(escape_controls(&format!("{}: {}", counted(counts), rule.check.about)));
    } else if !rule.is_on {
        status.set_message("the rule is off");
    } else if rule.is_not_applicable() {
        status.set_message("no event says what the rule needs");
    }
    let mut case = TestCase::new(rule.check.id, status);
    case.set_classname(SUITE);
    let missing_prerequisite = not_applicable(rule).filter(|_| !rule.is_not_applicable());
    let missing_prerequisite =
        missing_prerequisite.map(|events| format!("{events} lack what the rule needs\n"));
    let is_shown = |brief: &&FindingKey| options.show_known || brief.status == Status::Open;
    let others: Vec<_> = others.into_iter().filter(is_shown).collect();
    let out = missing_prerequisite.unwrap_or_default() + &listed(verdict, &others, options);
    if !out.is_empty() {
        case.set_system_out(out);
    }
    case
}

/// A finding a line, as many as are to be shown.
fn listed<'a>(verdict: &Verdict<'a>, findings: &[&FindingKey<'a>], options: &VerdictOptions) -> String {
    let mut text = String::new();
    for brief in findings.iter().take(options.max_findings) {
        let finding = verdict.resolve(brief);
        let time =
            finding.time.map_or(String::new(), |time| format!("{} ", time.rfc3339(options.render.zone)));
        let place = place(&finding).map_or(String::new(), |place| format!(" ({place})"));
        let known = match finding.status {
            Status::Open => String::new(),
            _ => format!(" [{}]", status(&finding)),
        };
        let severity = severity_name(finding.severity);
        let line = format!("{time}{severity}: {}{place}{known}", finding.message());
        writeln!(text, "{}", escape_controls(&line)).expect("memory takes all");
    }
    if let Some(more) = more(findings.len(), options) {
        writeln!(text, "{more}").expect("memory takes all");
    }
    text
}

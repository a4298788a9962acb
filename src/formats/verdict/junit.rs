//! A verdict as JUnit XML, with a test case for each rule, which fails if the rule fails the check. Text escaped for
//! terminals has only characters that XML 1.0 allows, and the writer escapes markup.

use std::fmt::Write as _;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{VerdictOptions, basis, counted, more, not_applicable, position};
use crate::text::escape::escape_controls;
use crate::verdict::{FindingKey, Outcome, Status, Verdict};

/// The name of the test suite.
pub const SUITE: &str = "ssoaudit";

/// Prints the report.
pub fn render(verdict: &Verdict, options: &VerdictOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut suite = TestSuite::new(SUITE);
    for (index, findings) in verdict.by_rule().iter().enumerate() {
        suite.add_test_case(case(verdict, index, findings, options));
    }
    suite.add_test_cases(inputs(verdict));
    let warnings =
        verdict.run.warnings.iter().map(|warning| format!("warning: {}\n", escape_controls(warning)));
    let basis =
        basis(verdict).iter().map(|sentence| format!("{}\n", escape_controls(sentence))).collect::<String>();
    suite.set_system_out(format!("{}{basis}{}\n", warnings.collect::<String>(), verdict.line()));
    let mut report = Report::new(SUITE);
    report.add_test_suite(suite);
    // Rendered before it is written, as errors of the writer would look like XML errors.
    let xml = report.to_string().map_err(io::Error::other)?;
    out.write_all(xml.as_bytes())
}

/// The case of the inputs, if they decide the verdict, so that the cause is easy to find.
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

/// The case of the rule at an index.
fn case<'a>(
    verdict: &Verdict<'a>,
    index: usize,
    findings: &[&[FindingKey]],
    options: &VerdictOptions,
) -> TestCase {
    let rule = &verdict.rules[index];
    let (failing, others): (Vec<_>, Vec<_>) =
        findings.iter().copied().flatten().partition(|finding| verdict.fails(finding));
    let mut case = TestCase::new(rule.rule.id, case_status(verdict, index, &failing, options));
    case.set_classname(SUITE);
    let lacking = not_applicable(rule).filter(|_| !rule.is_not_applicable());
    let lacking = lacking.map(|events| format!("{events} lack what the rule needs\n"));
    let others: Vec<_> = others.into_iter().filter(|finding| options.known.shows(finding)).collect();
    let out = lacking.unwrap_or_default() + &listed(verdict, &others, options);
    if !out.is_empty() {
        case.set_system_out(out);
    }
    case
}

fn case_status<'a>(
    verdict: &Verdict<'a>,
    index: usize,
    failing: &[&FindingKey],
    options: &VerdictOptions,
) -> TestCaseStatus {
    let rule = &verdict.rules[index];
    if failing.is_empty() {
        return match rule.is_on {
            false => skipped("the rule is off"),
            true => match rule.why_unlogged() {
                Some(why) => skipped(&why),
                None if rule.is_not_applicable() => skipped("no event says what the rule needs"),
                None => TestCaseStatus::success(),
            },
        };
    }
    let counts = counted(&verdict.counts_by_rule()[index]);
    let worst = failing.iter().map(|finding| finding.severity).max();
    let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failure.set_type(worst.unwrap_or(rule.severity).name());
    failure.set_description(listed(verdict, failing, options));
    failure.set_message(escape_controls(&format!("{counts}: {}", rule.rule.about)));
    failure
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut skipped = TestCaseStatus::skipped();
    skipped.set_message(why);
    skipped
}

/// Lists findings, one per line, up to the maximum.
fn listed<'a>(verdict: &Verdict<'a>, findings: &[&FindingKey], options: &VerdictOptions) -> String {
    let mut text = String::new();
    for key in findings.iter().take(options.max_findings) {
        let finding = verdict.resolve(key);
        let time =
            finding.time.map_or(String::new(), |time| format!("{} ", time.rfc3339(options.render.zone)));
        let position = position(&finding).map_or(String::new(), |position| format!(" ({position})"));
        let status = match finding.status {
            Status::Open => String::new(),
            _ => format!(" [{}]", super::status(&finding)),
        };
        let severity = finding.severity.name();
        let line = format!("{time}{severity}: {}{position}{status}", finding.message());
        writeln!(text, "{}", escape_controls(&line)).expect("memory takes all");
    }
    if let Some(more) = more(findings.len(), options) {
        writeln!(text, "{more}").expect("memory takes all");
    }
    text
}

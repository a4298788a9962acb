//! Every way to print a [`Verdict`]: one file each, listed here. Whatever a sheet can show is shown
//! by the formats of sheets.

pub mod evidence;
pub mod github;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod schema;
pub mod sheet;
pub mod text;

use std::io::{self, Write};
use std::path::Path;

use super::sheets::{RenderOptions, SHEET_FORMATS};
use crate::rules::Severity;
use crate::verdict::{Finding, RuleOutcome, Verdict, severities};

/// How a verdict is to look.
#[derive(Clone, Copy, Debug)]
pub struct VerdictLook {
    /// How sheets are to look.
    pub look: RenderOptions,
    /// Show findings that are planned, suppressed or in the baseline, not only how many there are.
    pub show_known: bool,
    /// How many findings of a rule are shown at most by formats that people read as they are: tables and
    /// JUnit reports. They say how many more there are.
    pub max_findings: usize,
}

/// A format of verdicts.
pub struct VerdictFormat {
    /// Name on the command line.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Prints a verdict.
    pub render: fn(&Verdict, &VerdictLook, &mut dyn Write) -> io::Result<()>,
}

impl VerdictFormat {
    /// Whether people read it as it is printed, warnings included.
    pub fn is_read_as_it_is(&self) -> bool {
        ["table", "markdown"].contains(&self.name)
    }
}

/// Every format of verdicts.
pub static VERDICT_FORMATS: &[VerdictFormat] = &[
    VerdictFormat {
        name: "table",
        about: "text for a terminal: findings by rule, the verdict at the end",
        render: text::render,
    },
    VerdictFormat {
        name: "json",
        about: "one JSON object with everything (ssoaudit.check.v3)",
        render: |verdict, _, out| json::whole(verdict, out),
    },
    VerdictFormat {
        name: "ndjson",
        about: "one JSON object a line: the findings",
        render: |verdict, _, out| json::lines(verdict, out),
    },
    VerdictFormat {
        name: "csv",
        about: "comma-separated values (RFC 4180): the findings",
        render: |verdict, look, out| as_sheet("csv", verdict, &known(look), out),
    },
    VerdictFormat {
        name: "tsv",
        about: "tab-separated values: the findings",
        render: |verdict, look, out| as_sheet("tsv", verdict, &known(look), out),
    },
    VerdictFormat {
        name: "markdown",
        about: "Markdown for a wiki or a ticket",
        render: |verdict, look, out| as_sheet("markdown", verdict, look, out),
    },
    VerdictFormat {
        name: "html",
        about: "one page that needs nothing else",
        render: |verdict, look, out| as_sheet("html", verdict, look, out),
    },
    VerdictFormat {
        name: "sarif",
        about: "SARIF 2.1.0 for code scanning",
        render: |verdict, _, out| sarif::render(verdict, out),
    },
    VerdictFormat {
        name: "junit",
        about: "JUnit XML for test reports: a test case for every rule",
        render: |verdict, look, out| junit::render(verdict, look, out),
    },
    VerdictFormat {
        name: "github",
        about: "workflow commands that annotate a run of GitHub Actions",
        render: |verdict, look, out| github::render(verdict, &look.look, out),
    },
];

/// Programs are given every finding; its status is a column.
fn known(look: &VerdictLook) -> VerdictLook {
    VerdictLook { show_known: true, ..*look }
}

/// Prints through the format of sheets of that name; nothing else is needed for a further one.
fn as_sheet(format: &str, verdict: &Verdict, look: &VerdictLook, out: &mut dyn Write) -> io::Result<()> {
    let format = SHEET_FORMATS.iter().find(|known| known.name == format);
    let render = format.expect("a format of sheets").render;
    render(&sheet::sheet(verdict, look.show_known), &look.look, out)
}

/// What is to be said after so many findings of a rule, of which only some are shown.
fn more(findings: usize, look: &VerdictLook) -> Option<String> {
    let hidden = findings.saturating_sub(look.max_findings);
    (hidden > 0).then(|| format!("… and {hidden} more; --max-findings shows more"))
}

/// Where a finding is: `file:line`.
fn place(finding: &Finding) -> Option<String> {
    finding.place.map(|(file, line)| format!("{file}:{line}"))
}

/// A file as GitHub and others name it who show findings in the midst of it: by its path in the working
/// directory.
fn relative<'a>(verdict: &Verdict, file: &'a str) -> &'a str {
    let inside = verdict.run.folder.as_ref().and_then(|folder| Path::new(file).strip_prefix(folder).ok());
    inside.and_then(Path::to_str).filter(|path| !path.is_empty()).unwrap_or(file)
}

/// Whether a finding is known, and why: `planned (CHG-7)`.
fn status(finding: &Finding) -> String {
    let name = finding.status.name();
    finding.status.because().map_or(name.to_owned(), |because| format!("{name} ({because})"))
}

/// To how many events a rule that is on does not apply: `45 of 86 events`.
fn not_applicable(rule: &RuleOutcome) -> Option<String> {
    let all = rule.judged + rule.not_applicable;
    let is_some = rule.is_on && rule.not_applicable > 0;
    is_some.then(|| format!("{} of {all} {}", rule.not_applicable, if all == 1 { "event" } else { "events" }))
}

/// What it was judged by, and what was judged if that is not everything: a sentence each.
fn basis(verdict: &Verdict) -> Vec<String> {
    let run = &verdict.run;
    let roster = run.policy.roster.as_ref().map(|roster| format!(", with the roster {}", roster.path));
    let policy = match &run.policy.path {
        Some(path) => format!("Checked against the policy {path}{}.", roster.unwrap_or_default()),
        None => "No policy found; using default rules.".to_owned(),
    };
    let selected = (!run.selection.is_empty())
        .then(|| format!("Only events that match are checked: {}.", run.selection.join(" ")));
    let reading =
        (!run.reading.is_empty()).then(|| format!("Lines were read with {}.", run.reading.join(" ")));
    let known = run.baseline.as_ref().map(|known| format!("Known findings are those of {}.", known.path));
    let nothing = (run.selected == 0).then(|| "No event was judged.".to_owned());
    [Some(policy), known, selected, reading, nothing].into_iter().flatten().collect()
}

/// The severity to put over the findings of a rule: that of the worst open one, as some may be less bad than the
/// rule is.
fn worst(rule: &RuleOutcome, counts: &crate::verdict::Counts) -> Severity {
    severities().find(|severity| counts.of(0, *severity) > 0).unwrap_or(rule.severity)
}

/// How many findings a rule has: `2 open, 1 planned`.
fn counted(counts: &crate::verdict::Counts) -> String {
    let names = crate::verdict::Status::NAMES.iter().enumerate();
    let some = names.filter(|(rank, _)| counts.with_status(*rank) > 0);
    some.map(|(rank, name)| format!("{} {name}", counts.with_status(rank))).collect::<Vec<_>>().join(", ")
}

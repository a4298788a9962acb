//! The formats of verdicts, one file each, listed here. All sheet formats can print a verdict too, as it can be
//! converted to a sheet.

pub mod evidence;
mod fields;
pub mod github;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod schema;
pub mod sheet;
pub mod text;

use std::io::{self, Write};
use std::path::Path;
use std::sync::LazyLock;

use crate::formats::RenderOptions;
use crate::formats::sheets::{SHEET_FORMATS, SheetFormat};
use crate::formats::table::Audience;
use crate::model::redact::NOTICE;
use crate::reports::sheet::Tone;
use crate::rules::Severity;
use crate::text::plural;
use crate::verdict::{Counts, Finding, FindingKey, RuleOutcome, Status, Verdict, severities};

/// How a verdict is rendered.
#[derive(Clone, Copy, Debug)]
pub struct VerdictOptions {
    /// How sheets are rendered.
    pub render: RenderOptions,
    /// Whether to list accepted findings.
    pub known: KnownFindings,
    /// Whether a table shows fingerprints.
    pub fingerprints: Fingerprints,
    /// The maximum number of findings of a rule in tables and JUnit reports, which people read unprocessed. Those say
    /// how many more there are.
    pub max_findings: usize,
}

/// Whether a table shows the fingerprints of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fingerprints {
    /// That of each finding.
    Shown,
    /// Only one, where it says how to accept a finding.
    Hidden,
}

/// What to print of accepted findings: those that are planned, suppressed or in the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownFindings {
    /// List each of them.
    Listed,
    /// Print only their number.
    Counted,
}

impl KnownFindings {
    /// Whether to list a finding.
    fn shows(self, finding: &FindingKey) -> bool {
        self == Self::Listed || finding.status == Status::Open
    }
}

/// A format of verdicts.
#[derive(Clone, Copy)]
pub struct VerdictFormat {
    /// Name on the command line.
    pub name: &'static str,
    layout: Layout,
}

/// What a format prints.
#[derive(Clone, Copy)]
enum Layout {
    /// A layout of its own.
    Own(fn(&Verdict, &VerdictOptions, &mut dyn Write) -> io::Result<()>),
    /// The verdict as a sheet.
    Sheet(SheetFormat),
}

/// Formats specific to verdicts. They take precedence over sheet formats with the same name.
static OWN_FORMATS: &[VerdictFormat] = &[
    VerdictFormat::new("table", text::render),
    VerdictFormat::new("json", |verdict, _, out| json::document(verdict, out)),
    VerdictFormat::new("ndjson", |verdict, _, out| json::lines(verdict, out)),
    VerdictFormat::new("sarif", |verdict, _, out| sarif::render(verdict, out)),
    VerdictFormat::new("junit", junit::render),
    VerdictFormat::new("github", |verdict, _, out| github::render(verdict, out)),
];

/// All formats of verdicts, including the sheet formats.
pub static VERDICT_FORMATS: LazyLock<Vec<VerdictFormat>> = LazyLock::new(|| {
    let own = |name| OWN_FORMATS.iter().find(|format| format.name == name).copied();
    let of_sheets = SHEET_FORMATS.iter().map(|format| {
        let as_sheet = VerdictFormat { name: format.name, layout: Layout::Sheet(*format) };
        own(format.name).unwrap_or(as_sheet)
    });
    let is_other = |format: &&VerdictFormat| SHEET_FORMATS.iter().all(|sheet| sheet.name != format.name);
    of_sheets.chain(OWN_FORMATS.iter().filter(is_other).copied()).collect()
});

impl VerdictFormat {
    const fn new(
        name: &'static str,
        render: fn(&Verdict, &VerdictOptions, &mut dyn Write) -> io::Result<()>,
    ) -> Self {
        Self { name, layout: Layout::Own(render) }
    }

    /// Prints a verdict.
    pub fn render(
        &self,
        verdict: &Verdict,
        options: &VerdictOptions,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        match self.layout {
            Layout::Own(render) => render(verdict, options, out),
            Layout::Sheet(format) => {
                // Programs get all findings, as the status is a column.
                let known = match format.audience {
                    Audience::Programs => KnownFindings::Listed,
                    Audience::People => options.known,
                };
                format.render(&sheet::sheet(verdict, known), &options.render, out)
            }
        }
    }

    /// Whether people read its output unprocessed, including the warnings in it.
    pub fn is_read_as_it_is(&self) -> bool {
        ["table", "markdown"].contains(&self.name)
    }
}

/// Says how many findings of a rule were not listed, if any.
fn more(findings: usize, options: &VerdictOptions) -> Option<String> {
    let hidden = findings.saturating_sub(options.max_findings);
    (hidden > 0).then(|| format!("… and {hidden} more; --max-findings shows more"))
}

/// The position of a finding: `file:line`; that of a silence also says where the next event is.
fn position(finding: &Finding) -> Option<String> {
    let next = next(finding).map_or(String::new(), |next| format!(" to {next}"));
    finding.position.map(|position| place(position) + &next)
}

/// Where the next event is, if the finding is about a silence that ended: `file:line`.
fn next(finding: &Finding) -> Option<String> {
    finding.next.map(place)
}

fn place((file, line): (&str, u64)) -> String {
    format!("{file}:{line}")
}

/// The path of a file relative to the working directory, which GitHub and other tools need to display findings beside
/// its lines.
fn relative<'a>(verdict: &Verdict, file: &'a str) -> &'a str {
    let inside = verdict.run.folder.as_ref().and_then(|folder| Path::new(file).strip_prefix(folder).ok());
    inside.and_then(Path::to_str).filter(|path| !path.is_empty()).unwrap_or(file)
}

/// The status of a finding, and its reason: `planned (CHG-7)`.
fn status(finding: &Finding) -> String {
    let name = finding.status.name();
    finding.justification.map_or(name.to_owned(), |why| format!("{name} ({why})"))
}

/// Counts the events that an enabled rule is not applicable to: `45 of 86 events`. It is not counted where no source logs
/// what the rule looks for.
fn not_applicable(rule: &RuleOutcome) -> Option<String> {
    let all = rule.judged + rule.not_applicable;
    let is_some = rule.is_on && rule.not_applicable > 0 && !rule.is_unlogged();
    is_some.then(|| format!("{} of {}", rule.not_applicable, plural::counted(all, "event")))
}

/// Which events a rule is not applicable to, if there are any, and why no event could be judged.
fn not_applicable_to(rule: &RuleOutcome) -> Option<String> {
    let unlogged = || rule.why_unlogged().map(|why| format!("any event: {why}"));
    not_applicable(rule).or_else(unlogged)
}

/// Sentences about which policy applied, and what was judged if not everything.
fn basis(verdict: &Verdict) -> Vec<String> {
    let run = &verdict.run;
    let roster = run.policy.roster.as_ref().map(|roster| format!(", with the roster {}", roster.path));
    let policy = match &run.policy.path {
        Some(path) => format!("Checked against the policy {path}{}.", roster.unwrap_or_default()),
        None => "No policy found; using default rules.".to_owned(),
    };
    let selected = (!run.selection.is_empty())
        .then(|| format!("Only what matches is checked: {}.", run.selection.join(" ")));
    let reading =
        (!run.reading.is_empty()).then(|| format!("Lines were read with {}.", run.reading.join(" ")));
    let known = run.baseline.as_ref().map(|known| format!("Known findings are those of {}.", known.path));
    let nothing = (run.selected == 0).then(|| "No event was judged.".to_owned());
    let redacted = run.is_redacted.then(|| NOTICE.to_owned());
    [Some(policy), known, selected, reading, redacted, nothing].into_iter().flatten().collect()
}

/// The severity for the heading of a rule: that of its worst open finding, as findings may be less severe than the
/// rule.
fn worst(rule: &RuleOutcome, counts: &Counts) -> Severity {
    severities().find(|severity| counts.of(0, *severity) > 0).unwrap_or(rule.severity)
}

/// Counts the findings of a rule: `2 open, 1 planned`.
fn counted(counts: &Counts) -> String {
    let names = Status::NAMES.iter().enumerate();
    let some = names.filter(|(rank, _)| counts.with_status(*rank) > 0);
    some.map(|(rank, name)| format!("{} {name}", counts.with_status(rank))).collect::<Vec<_>>().join(", ")
}

/// The tone of findings of a severity.
fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warn,
        Severity::Low | Severity::Info => Tone::Plain,
    }
}

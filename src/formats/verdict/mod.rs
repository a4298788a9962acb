//! The formats of verdicts: one file each, listed here. The formats of sheets print the others, as a verdict can be a
//! sheet.

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
use crate::reports::sheet::Tone;
use crate::rules::Severity;
use crate::text::plural;
use crate::verdict::{Counts, Finding, FindingKey, RuleOutcome, Status, Verdict, severities};

/// How a verdict is to look.
#[derive(Clone, Copy, Debug)]
pub struct VerdictOptions {
    /// How sheets are to look.
    pub render: RenderOptions,
    /// What to print of findings that are known.
    pub known: KnownFindings,
    /// How many findings of a rule are shown at most by formats that people read as they are: tables and
    /// JUnit reports. They say how many more there are.
    pub max_findings: usize,
}

/// What to print of findings that are planned, suppressed or in the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownFindings {
    /// Each of them.
    Listed,
    /// How many there are.
    Counted,
}

impl KnownFindings {
    /// Whether a finding is listed.
    fn shows(self, finding: &FindingKey<'_>) -> bool {
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

/// What a format prints of a verdict.
#[derive(Clone, Copy)]
enum Layout {
    /// A layout of its own.
    Own(fn(&Verdict, &VerdictOptions, &mut dyn Write) -> io::Result<()>),
    /// The verdict as a sheet.
    Sheet(SheetFormat),
}

/// Formats that know verdicts. They come before a format of sheets with the same name.
static OWN_FORMATS: &[VerdictFormat] = &[
    VerdictFormat::new("table", text::render),
    VerdictFormat::new("json", |verdict, _, out| json::whole(verdict, out)),
    VerdictFormat::new("ndjson", |verdict, _, out| json::lines(verdict, out)),
    VerdictFormat::new("sarif", |verdict, _, out| sarif::render(verdict, out)),
    VerdictFormat::new("junit", junit::render),
    VerdictFormat::new("github", |verdict, _, out| github::render(verdict, out)),
];

/// Every format of verdicts, those of sheets among them.
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
    pub fn render(&self, verdict: &Verdict, options: &VerdictOptions, out: &mut dyn Write) -> io::Result<()> {
        match self.layout {
            Layout::Own(render) => render(verdict, options, out),
            Layout::Sheet(format) => {
                // Its status is a column.
                let known = match format.audience {
                    Audience::Programs => KnownFindings::Listed,
                    Audience::People => options.known,
                };
                format.render(&sheet::sheet(verdict, known), &options.render, out)
            }
        }
    }

    /// Whether people read it as it is printed, warnings included.
    pub fn is_read_as_it_is(&self) -> bool {
        ["table", "markdown"].contains(&self.name)
    }
}

/// Says after the findings of a rule how many of them were not listed.
fn more(findings: usize, options: &VerdictOptions) -> Option<String> {
    let hidden = findings.saturating_sub(options.max_findings);
    (hidden > 0).then(|| format!("… and {hidden} more; --max-findings shows more"))
}

/// The position of a finding: `file:line`.
fn place(finding: &Finding) -> Option<String> {
    finding.position.map(|(file, line)| format!("{file}:{line}"))
}

/// The path of a file in the working directory, by which GitHub and others know it who show findings beside its
/// lines.
fn relative<'a>(verdict: &Verdict, file: &'a str) -> &'a str {
    let inside = verdict.run.folder.as_ref().and_then(|folder| Path::new(file).strip_prefix(folder).ok());
    inside.and_then(Path::to_str).filter(|path| !path.is_empty()).unwrap_or(file)
}

/// The status of a finding, and its reason: `planned (CHG-7)`.
fn status(finding: &Finding) -> String {
    let name = finding.status.name();
    finding.status.justification().map_or(name.to_owned(), |because| format!("{name} ({because})"))
}

/// Counts the events that a rule that is on does not apply to: `45 of 86 events`.
fn not_applicable(rule: &RuleOutcome) -> Option<String> {
    let all = rule.judged + rule.not_applicable;
    let is_some = rule.is_on && rule.not_applicable > 0;
    is_some.then(|| format!("{} of {}", rule.not_applicable, plural::counted(all, "event")))
}

/// Says in sentences which policy applied, and what was judged if that is not everything.
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

/// The severity to put over the findings of a rule. It is that of the worst open one, as some may be less bad than
/// the rule.
fn worst(rule: &RuleOutcome, counts: &Counts) -> Severity {
    severities().find(|severity| counts.of(0, *severity) > 0).unwrap_or(rule.severity)
}

/// Counts the findings of a rule: `2 open, 1 planned`.
fn counted(counts: &Counts) -> String {
    let names = Status::NAMES.iter().enumerate();
    let some = names.filter(|(rank, _)| counts.with_status(*rank) > 0);
    some.map(|(rank, name)| format!("{} {name}", counts.with_status(rank))).collect::<Vec<_>>().join(", ")
}

/// How the findings of a severity are to be taken: as errors, as warnings or as notes.
fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warn,
        Severity::Low | Severity::Info => Tone::Plain,
    }
}

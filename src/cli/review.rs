//! `ssoaudit report all`: every report and the verdict as pages of one folder, from one reading of the inputs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use chrono_tz::Tz;

use crate::cli::ExitStatus;
use crate::cli::input_facts::HTML;
use crate::cli::input_status::InputStatus;
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::policy::policy;
use crate::cli::sheet_output::Request;
use crate::cli::survey::collect;
use crate::cli::terminal::Terminal;
use crate::formats::sheets::html::assets::{HEAD_BYTES, is_page};
use crate::formats::sheets::html::review::{self, Entry, INDEX};
use crate::formats::verdict::{KnownFindings, sheet};
use crate::input::{self, Input, Meter};
use crate::model::redact::Redactor;
use crate::model::time::Timestamp;
use crate::output::{Output, check_no_overwrite, is_stdout};
use crate::policy::Policy;
use crate::reports;
use crate::reports::provenance::{OtherSource, Provenance};
use crate::reports::sheet::Sheet;
use crate::scan::ScanJob;
use crate::survey::collect::Collected;
use crate::survey::{Plan, Wants};
use crate::text::plural::counted;
use crate::verdict::{self, Outcome};

/// What every report and the verdict are made of.
pub struct Review<'a> {
    /// The options that reports have in common.
    pub request: Request<'a>,
    /// The policy of the verdict, instead of the one that applies here.
    pub policy: Option<&'a Path>,
}

/// The name of the page of the verdict.
const VERDICT: &str = "check";
const ABOUT_VERDICT: &str = "the verdict by the policy that applies here, or else by every rule's default";

/// What a verdict depends on besides the inputs.
type Others = Vec<(&'static str, OtherSource)>;

/// The names of all pages, the first one first.
fn names() -> Vec<&'static str> {
    [INDEX, VERDICT].into_iter().chain(reports::every().map(|report| report.name)).collect()
}

impl Review<'_> {
    /// Reads the inputs and writes the pages.
    pub fn run(mut self, terminal: Terminal) -> Result<ExitStatus> {
        let folder = self.folder(terminal)?;
        let mut select = self.request.select.select()?;
        self.request.fill_options(&select)?;
        let policy = policy(self.policy, &[], self.request.options.now)?;
        let redactor = self.request.sheet.redact.redactor(terminal)?.map(Arc::new);
        let inputs = self.request.input.inputs(terminal)?;
        let pages = self.open(&folder, &inputs, &policy)?;
        self.request.select.warn(terminal);
        resolve_names_to_ids(&mut select, &inputs, self.request.input.settings())?;
        let period = select.period();
        let meter = Meter::hashing();
        let job = ScanJob { inputs: &inputs, settings: self.request.input.settings(), meter: &meter };
        let plan = Plan { select, redactor: redactor.clone(), ..self.plan(&policy) };
        let (mut collected, status) = collect(&job, plan, terminal)?;
        let facts = self.request.provenance(&collected.inputs, &meter);
        let mut pages = Pages { pages, zone: self.request.options.zone, entries: Vec::new() };
        let (outcome, judged_by) =
            self.write_verdict(&mut collected, (&policy, &facts, period), (redactor.as_deref(), &mut pages))?;
        self.write_reports(&mut collected, (&facts, redactor.as_deref()), (&mut pages, terminal))?;
        let written =
            pages.finish(&Provenance { others: [judged_by, facts.others.clone()].concat(), ..facts })?;
        if let Some(why) = collected.why_empty(self.request.options.zone) {
            messages::note(&why, terminal.message_style());
        }
        let note = format!("{written} written to {}; the verdict is `{}`", folder.display(), outcome.name());
        messages::note(&note, terminal.message_style());
        // Leaked on purpose: the process is about to end, and freeing millions of values would take time.
        std::mem::forget(collected.survey);
        self.exit_status(&status, (&inputs, redactor.as_deref()), terminal)
    }

    /// The folder of the pages.
    fn folder(&self, terminal: Terminal) -> Result<PathBuf> {
        let format = self.request.sheet.format(terminal)?.name;
        if format != HTML {
            bail!(
                "report all writes pages, which only --format html does; {format} is for one report at a time"
            );
        }
        let folder = self.request.sheet.output.output.as_deref().filter(|folder| !is_stdout(folder));
        let Some(folder) = folder else {
            bail!("report all writes a page for each report; name their folder with --output DIR");
        };
        if folder.exists() && !folder.is_dir() {
            bail!("{} is not a folder; report all writes several pages", folder.display());
        }
        Ok(folder.to_owned())
    }

    /// The outputs of all pages, none of which may take the place of a file that is no such page. The folder is created if
    /// it does not exist.
    fn open(&self, folder: &Path, inputs: &[Input], policy: &Policy) -> Result<Vec<(&'static str, Output)>> {
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let mut outputs = Vec::new();
        for name in names() {
            let path = folder.join(review::file_of(name));
            check_replaceable(&path)?;
            outputs.push(Output::create(Some(&path), inputs)?);
        }
        let roster = policy.roster_file.as_ref().map(|file| Path::new(&file.path));
        let custom = policy.custom.files.iter().map(|file| (Some(Path::new(&file.path)), "a custom rule"));
        let read = [
            (policy.path.as_deref().map(Path::new), "the policy"),
            (roster, "the roster of the policy"),
            (self.request.roster_path(), "the roster"),
            self.request.sheet.redact.key(),
        ];
        let read: Vec<_> = read.into_iter().chain(custom).collect();
        check_no_overwrite(&outputs, &read)?;
        Ok(names().into_iter().zip(outputs).collect())
    }

    /// What all reports and all rules need.
    fn plan(&self, policy: &Policy) -> Plan {
        let now = self.request.options.now;
        let anomalies = Some(now.later_by(policy.skew_seconds()));
        let silences = policy.silence_limits();
        let rules = Wants { changes: true, anomalies, silences, ..Wants::NOTHING };
        Plan {
            wants: reports::every().fold(rules, |wants, report| wants.and(report.wants)),
            now: Some(now),
            conditions: Arc::clone(&policy.conditions),
            matcher: policy.custom.matcher.clone(),
            ..Plan::default()
        }
    }

    /// Writes the page of the verdict, and tells what it depends on besides the inputs.
    fn write_verdict(
        &self,
        collected: &mut Collected,
        (policy, facts, period): (&Policy, &Provenance, (Timestamp, Timestamp)),
        (redactor, pages): (Option<&Redactor>, &mut Pages),
    ) -> Result<(Outcome, Others)> {
        let redacted = redactor.map(|redactor| collected.survey.redacted_names(redactor));
        let options = verdict::Options {
            fail_on: None,
            now: self.request.options.now,
            period,
            baseline: None,
            inputs: facts.inputs.clone(),
            lines: &collected.lines,
            selection: facts.selection.clone(),
            reading: facts.reading.clone(),
            is_strict: self.request.input.strict,
            needs_event: true,
            folder: std::env::current_dir().ok(),
            redacted: redacted.as_ref(),
        };
        let verdict = verdict::check(&mut collected.survey, policy, options);
        let sheet = sheet::sheet(&verdict, KnownFindings::Counted);
        let judged_by = sheet.provenance.iter().flat_map(|provenance| provenance.others.clone()).collect();
        pages.write(sheet, ABOUT_VERDICT)?;
        Ok((verdict.outcome, judged_by))
    }

    /// Writes the pages of the reports, whose names are pseudonyms from then on if these are wanted.
    fn write_reports(
        &self,
        collected: &mut Collected,
        (facts, redactor): (&Provenance, Option<&Redactor>),
        (pages, terminal): (&mut Pages, Terminal),
    ) -> Result<()> {
        // This comes before pseudonyms replace names, as the roster has the values of the log.
        let mut roster = self.request.roster_findings(collected, terminal);
        if let Some(redactor) = redactor {
            roster.iter_mut().for_each(|roster| roster.redact(redactor, &collected.survey));
            collected.survey.redact(redactor);
        }
        let Collected { survey, inputs: files, .. } = &*collected;
        let input = reports::ReportInput { survey, files, options: &self.request.options, roster };
        for report in reports::every() {
            let sheet = Sheet { provenance: Some(facts.clone()), ..(report.make)(&input) };
            pages.write(sheet, report.about)?;
        }
        Ok(())
    }

    fn exit_status(
        &self,
        status: &InputStatus,
        (inputs, redactor): (&[Input], Option<&Redactor>),
        terminal: Terminal,
    ) -> Result<ExitStatus> {
        status.warn(inputs, redactor, terminal);
        let is_failed = self.request.input.strict && status.counts.invalid > 0;
        Ok(status.exit_status(if is_failed { ExitStatus::Findings } else { ExitStatus::Done }))
    }
}

/// Refuses a file that is there and was not made as a page.
fn check_replaceable(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let beginning = if path.is_file() { input::beginning(path, HEAD_BYTES)? } else { Vec::new() };
    if !is_page(&beginning) {
        bail!("{} is not a page that ssoaudit made; give another folder", path.display());
    }
    Ok(())
}

/// Pages that appear together, when all of them are complete.
struct Pages {
    pages: Vec<(&'static str, Output)>,
    zone: Tz,
    entries: Vec<Entry>,
}

impl Pages {
    fn write(&mut self, sheet: Sheet<'_>, about: &'static str) -> Result<()> {
        self.put(sheet.name, &review::render(&sheet, self.zone, &names()))?;
        let Sheet { name, title, statements, .. } = sheet;
        self.entries.push(Entry { name, title, about, statements });
        Ok(())
    }

    fn put(&mut self, name: &str, page: &str) -> Result<()> {
        match self.pages.iter_mut().find(|(of, _)| *of == name) {
            Some((_, output)) => output.write(page.as_bytes()),
            None => bail!("there is no page {name}"),
        }
    }

    /// Writes the first page and makes all of them appear; says how many they are.
    fn finish(mut self, facts: &Provenance) -> Result<String> {
        let index = review::index(&self.entries, facts, (self.zone, &names()));
        self.put(INDEX, &index)?;
        let count = counted(self.pages.len() as u64, "page");
        // The first page comes last, so that what it links to is there.
        self.pages.into_iter().rev().try_for_each(|(_, output)| output.finish())?;
        Ok(count)
    }
}

//! `ssoaudit check`: checks the input against a policy. The exit code says whether it failed.

pub(crate) mod list_rules;
mod new_baseline;
pub(crate) mod outputs;

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;

use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, RedactArgs, SelectArgs, TerminalArgs, max_shown};
use crate::cli::check::new_baseline::new_baseline;
use crate::cli::check::outputs::{
    GITHUB, SummaryRefused, Target, WriteErrors, append_step_summary, refuse_appending, step_summary_file,
    stream, targets,
};
use crate::cli::input_facts::{HTML, facts_of};
use crate::cli::input_status::InputStatus;
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::policy::policy;
use crate::cli::survey::collect;
use crate::cli::terminal::Terminal;
use crate::formats::RenderOptions;
use crate::formats::verdict::{Fingerprints, KnownFindings, VerdictOptions, evidence, github};
use crate::input::{Input, Meter};
use crate::output::pager::AtQuit;
use crate::output::{Output, check_no_overwrite};
use crate::policy::baseline::Baseline;
use crate::policy::{Policy, baseline};
use crate::rules::Severity;
use crate::scan::ScanJob;
use crate::survey::collect::Collected;
use crate::survey::{Plan, Wants};
use crate::text::display::Charset;
use crate::text::plural::counted;
use crate::verdict::{self, Options, Outcome, Verdict};

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit check exports/                               by ssoaudit.toml, or by the defaults
  ssoaudit check --fail-on high exports/                report everything, fail on high
  ssoaudit check --format github --format sarif=sso.sarif exports/
  ssoaudit check --write-baseline known.json exports/   accept what is there now
  ssoaudit check --explain org-left-without-sso
")]
#[command(after_help = "Exit status: 0 passed, 1 failed, 2 could not check.")]
pub struct CheckCommand {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// The policy [default: ssoaudit.toml here or in a folder above, or else every rule's default]
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    policy: Option<PathBuf>,
    /// Lowest severity that fails the check, instead of the policy's
    #[arg(long, value_name = "SEVERITY", ignore_case = true, help_heading = "Policy")]
    fail_on: Option<Severity>,
    /// Judge only by these rules, among those that are on
    #[arg(long = "rule", value_name = "ID", value_delimiter = ',', help_heading = "Rules")]
    only: Vec<String>,
    /// Findings in this file are known and do not fail the check
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    baseline: Option<PathBuf>,
    /// Write the findings that are open or already in the baseline to this file, for use with --baseline
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    write_baseline: Option<PathBuf>,
    /// Pass when there are no events at all, unless a file has lines that are not events
    #[arg(long, help_heading = "Policy")]
    allow_empty: bool,
    /// Custom rules in Sigma: a file, a folder or a pattern such as 'rules/*.yml'; can be repeated
    #[arg(long = "rules", value_name = "PATH", help_heading = "Rules")]
    rules: Vec<PathBuf>,
    /// List the rules
    #[arg(long, conflicts_with = "paths", help_heading = "Rules")]
    list_rules: bool,
    /// Explain a rule
    #[arg(long, value_name = "RULE", conflicts_with_all = ["paths", "list_rules"], help_heading = "Rules")]
    explain: Option<String>,
    /// table (the default), json, ndjson, csv, tsv, markdown, parquet, html, sarif, junit or github; FORMAT=FILE
    /// writes to a file, and the flag can be repeated
    #[arg(long, short, value_name = "FORMAT[=FILE]", help_heading = "Output")]
    format: Vec<String>,
    /// Write a manifest of inputs, rules and verdict for an auditor
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    evidence: Option<PathBuf>,
    /// Show findings that are planned, suppressed or in the baseline
    #[arg(long, help_heading = "Output")]
    show_known: bool,
    /// Show the fingerprint of each finding in a table, for suppressions
    #[arg(long, help_heading = "Output")]
    fingerprints: bool,
    /// Show at most this many findings of each rule in a table or JUnit report (`all` for every one)
    #[arg(long, value_name = "N", default_value = "100", value_parser = max_shown, help_heading = "Output")]
    max_findings: usize,
    #[command(flatten)]
    redact: RedactArgs,
    /// Draw with ASCII characters only
    #[arg(long, help_heading = "Output")]
    ascii: bool,
    #[command(flatten)]
    screen: TerminalArgs,
}

impl CheckCommand {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        if self.list_rules || self.explain.is_some() {
            let catalog = self.policy()?.catalog;
            let output =
                self.screen.paged(Output::create(None, &[])?, "table", (terminal, AtQuit::EndRun))?;
            return list_rules::print(self.explain.as_deref(), &catalog, output);
        }
        let targets = targets(&self.format)?;
        targets.iter().try_for_each(|(format, file)| terminal.check_prints(format.name, *file))?;
        match self.check(&targets, terminal) {
            Ok((exit, written)) => written.finish().map(|()| exit),
            Err(error) => {
                self.annotate(&error, &targets, terminal);
                Err(error)
            }
        }
    }

    fn policy(&self) -> Result<Policy> {
        policy(self.policy.as_deref(), &self.rules, self.select.times.now()?)
    }

    /// Also reports an error that prevented a verdict as an annotation and on the job page, if these were requested.
    fn annotate(&self, error: &anyhow::Error, targets: &[Target<'_>], terminal: Terminal) {
        let mut written = WriteErrors::new(terminal);
        let [annotations, page] = github::failure(&format!("{error:#}"));
        let (inputs, _) = self.input.collect(terminal).unwrap_or_default();
        for (_, file) in targets.iter().filter(|(format, _)| format.name == GITHUB) {
            // There is no annotation if the output itself cannot be opened.
            if let Ok(output) = Output::create(*file, &inputs) {
                written.add(stream(output, |out| out.write_all(annotations.as_bytes())));
                if error.downcast_ref::<SummaryRefused>().is_none() {
                    written.add(append_step_summary(|_| page.clone()));
                }
            }
        }
        written.print();
    }

    /// Checks the input; returns the exit status, and what could not be written.
    fn check(&self, targets: &[Target<'_>], terminal: Terminal) -> Result<(ExitStatus, WriteErrors)> {
        let mut policy = self.policy()?;
        policy.confine_to(&self.only)?;
        let redactor = self.redact.redactor(terminal)?.map(Arc::new);
        let (baseline, baseline_file) = self.baseline.as_deref().map(baseline::read).transpose()?.unzip();
        let now = self.select.times.now()?;
        let select = self.select.select()?;
        let mut selection = if redactor.is_some() { select.redacted_flags() } else { select.flags() };
        selection.extend(self.only.iter().map(|id| format!("--rule {id}")));
        let period = select.period();
        let inputs = self.input.inputs(terminal)?;
        self.check_baseline_complete(&selection)?;
        let outputs = self.outputs(targets, &inputs, &policy)?;

        let is_hashing = self.evidence.is_some() || targets.iter().any(|(format, _)| format.name == HTML);
        let meter = if is_hashing { Meter::hashing() } else { Meter::of_each() };
        let job = ScanJob { inputs: &inputs, settings: self.input.settings(), meter: &meter };
        let latest = now.later_by(policy.skew_seconds());
        let silences = policy.silence_limits();
        let wants = Wants { changes: true, anomalies: Some(latest), silences, ..Wants::default() };
        let (conditions, matcher) = (Arc::clone(&policy.conditions), policy.custom.matcher.clone());
        let mut plan = Plan { select, wants, now: Some(now), conditions, matcher, ..Plan::default() };
        plan.redactor = redactor.clone();
        let (collected, input_status) = self.collect(&job, plan, terminal)?;
        let why_empty = collected.why_empty(self.select.times.zone()?);
        // The survey is leaked on purpose: the process is about to end, and freeing millions of values would take time.
        let mut survey = ManuallyDrop::new(collected.survey);
        let redacted = redactor.as_deref().map(|redactor| survey.redacted_names(redactor));

        let options = Options {
            fail_on: self.fail_on,
            now,
            period,
            baseline: baseline.as_ref().zip(baseline_file),
            inputs: facts_of(&collected.inputs, &meter),
            lines: &collected.lines,
            selection,
            reading: self.input.reading(),
            is_strict: self.input.strict,
            needs_event: !self.allow_empty,
            folder: std::env::current_dir().ok(),
            redacted: redacted.as_ref(),
        };
        let verdict = verdict::check(&mut survey, &policy, options);

        if input_status.counts.valid == 0 {
            input_status.warn(&inputs, redactor.as_deref(), terminal);
        }
        // Unusable inputs have been reported already.
        for error in verdict.errors().iter().skip(input_status.unusable()) {
            messages::error(error, terminal.message_style());
        }
        if let Some(why) = why_empty.filter(|_| self.allow_empty || input_status.counts.valid > 0) {
            messages::note(&why, terminal.message_style());
        }
        let written = self.write(&verdict, baseline.as_ref(), Destinations { targets, outputs, terminal });
        Ok((exit_status(verdict.outcome), written))
    }

    /// Collects the survey in one pass, after a first pass if organizations are selected by name.
    fn collect(
        &self,
        job: &ScanJob<'_>,
        mut plan: Plan,
        terminal: Terminal,
    ) -> Result<(Collected, InputStatus)> {
        self.select.warn(terminal);
        resolve_names_to_ids(&mut plan.select, job.inputs, job.settings)?;
        collect(job, plan, terminal)
    }

    /// Refuses to write a baseline of a part of the log over one that was not read.
    fn check_baseline_complete(&self, selection: &[String]) -> Result<()> {
        let is_part = !selection.is_empty() || !self.input.reading().is_empty();
        match self.write_baseline.as_deref().filter(|path| path.exists()) {
            Some(path) if is_part && self.baseline.is_none() => {
                let path = path.display();
                bail!("{path} would forget what is not selected; add --baseline {path}, or check everything")
            }
            _ => Ok(()),
        }
    }

    /// Writes everything to its outputs. Warnings also go to standard error, unless an output on the screen has them.
    fn write(
        &self,
        verdict: &Verdict<'_>,
        baseline: Option<&Baseline>,
        Destinations { targets, outputs, terminal }: Destinations<'_>,
    ) -> WriteErrors {
        if !targets.iter().any(|(format, file)| file.is_none() && format.is_read_as_it_is()) {
            for warning in &verdict.run.warnings {
                messages::warning(warning, terminal.message_style());
            }
        }
        let mut outputs = outputs.into_iter();
        let mut next = || outputs.next().expect("everything has its output");
        let mut written = WriteErrors::new(terminal);
        for (format, file) in targets {
            let options = self.options(*file, terminal);
            // A verdict stands however much of it is read.
            let output = self.screen.paged(next(), format.name, (terminal, AtQuit::GoOn));
            written.add(output.and_then(|it| stream(it, |out| format.render(verdict, &options, out))));
        }
        if targets.iter().any(|(format, _)| format.name == GITHUB) {
            written
                .add(append_step_summary(|room| github::step_summary(verdict, self.known_findings(), room)));
        }
        if self.evidence.is_some() {
            let evidence = evidence::evidence(verdict);
            written.add(stream(next(), |out| out.write_all(&evidence)));
        }
        match &self.write_baseline {
            Some(path) if verdict.outcome == Outcome::Incomplete => {
                let error = format!("{} is not written: the verdict is incomplete", path.display());
                messages::error(&error, terminal.message_style());
            }
            Some(path) if verdict.run.selected == 0 && baseline.is_none() && path.exists() => {
                let warning = format!("{} is not written: nothing was checked", path.display());
                messages::warning(&warning, terminal.message_style());
            }
            Some(path) => {
                let accepted = new_baseline(verdict, baseline);
                written.add(stream(next(), |out| out.write_all(accepted.to_json().as_bytes())));
                let findings = counted(accepted.len() as u64, "finding");
                let note = format!("{} accepts {findings}; use it with --baseline {0}", path.display());
                messages::note(&note, terminal.message_style());
            }
            None => {}
        }
        written
    }

    /// Opens the outputs for formats, evidence and baseline. None of them may overwrite a file that is read, or each
    /// other.
    fn outputs(&self, targets: &[Target<'_>], inputs: &[Input], policy: &Policy) -> Result<Vec<Output>> {
        let files = targets.iter().map(|(_, file)| *file);
        let more = [&self.evidence, &self.write_baseline].into_iter().flatten();
        let all = files.chain(more.map(|file| Some(file.as_path())));
        let outputs = all.map(|file| Output::create(file, inputs)).collect::<Result<Vec<_>>>()?;
        if outputs.iter().filter(|output| output.is_stdout()).count() > 1 {
            bail!(
                "two outputs cannot both go to standard output; give one of them a file: --format table=FILE"
            );
        }
        let page = targets.iter().any(|(format, _)| format.name == GITHUB).then(step_summary_file).flatten();
        let roster = policy.roster_file.as_ref().map(|file| Path::new(&file.path));
        let custom = policy.custom.files.iter().map(|file| (Some(Path::new(&file.path)), "a custom rule"));
        let read = [
            (policy.path.as_deref().map(Path::new), "the policy"),
            (roster, "the roster of the policy"),
            self.redact.key(),
        ];
        let read: Vec<_> = read.into_iter().chain(custom).collect();
        check_no_overwrite(&outputs, &read)?;
        if let Some(page) = &page {
            check_no_overwrite(&outputs, &[(Some(page), "the page of the job, $GITHUB_STEP_SUMMARY")])?;
            let baselines = [self.baseline.as_deref(), self.write_baseline.as_deref()];
            let baselines = baselines.map(|path| (path, "a baseline"));
            refuse_appending(page, inputs, &[&read[..], &baselines].concat())?;
        }
        // The new baseline, which comes last, may replace the old one.
        let others = &outputs[..outputs.len() - usize::from(self.write_baseline.is_some())];
        check_no_overwrite(others, &[(self.baseline.as_deref(), "the baseline")])?;
        Ok(outputs)
    }

    fn options(&self, file: Option<&Path>, terminal: Terminal) -> VerdictOptions {
        let options = self.screen.render_options(file, terminal);
        let render = RenderOptions {
            zone: self.select.times.zone().unwrap_or_default(),
            charset: if self.ascii { Charset::Ascii } else { options.charset },
            ..options
        };
        let fingerprints = if self.fingerprints { Fingerprints::Shown } else { Fingerprints::Hidden };
        VerdictOptions { render, known: self.known_findings(), fingerprints, max_findings: self.max_findings }
    }

    fn known_findings(&self) -> KnownFindings {
        if self.show_known { KnownFindings::Listed } else { KnownFindings::Counted }
    }
}

/// The formats of a verdict, and the open outputs for these, the evidence and the baseline, in this order.
struct Destinations<'a> {
    targets: &'a [Target<'a>],
    outputs: Vec<Output>,
    terminal: Terminal,
}

fn exit_status(outcome: Outcome) -> ExitStatus {
    match outcome {
        Outcome::Passed => ExitStatus::Done,
        Outcome::Failed => ExitStatus::Findings,
        Outcome::Incomplete => ExitStatus::Unreadable,
    }
}

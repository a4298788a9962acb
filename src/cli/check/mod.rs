//! `ssoaudit check`: checks the input against a policy. The exit code says whether it failed.

pub(crate) mod list_rules;
pub(crate) mod outputs;

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;

use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, RedactArgs, SelectArgs, max_findings};
use crate::cli::check::outputs::{
    GITHUB, NoPage, Target, WriteErrors, append_step_summary, refuse_appending, step_summary_file, stream,
    targets,
};
use crate::cli::collect::{Surveyed, survey};
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::terminal::ColorChoice;
use crate::cli::terminal::Terminal;
use crate::formats::RenderOptions;
use crate::formats::verdict::{KnownFindings, VerdictOptions, evidence, github};
use crate::input::{Input, Meter};
use crate::output::{Output, check_no_overwrite};
use crate::policy::baseline::Baseline;
use crate::policy::{Policy, baseline, locate, read};
use crate::reports::File;
use crate::rules;
use crate::rules::{Severity, Value};
use crate::survey::{AnomalyKind, Plan, Survey, Wants};
use crate::text::display::Charset;
use crate::text::hex::hex;
use crate::verdict::evaluate::{By, judge, resolve};
use crate::verdict::{FindingKey, InputFacts, Outcome, PolicyInfo, Run, Status, Verdict};
use sha2::Digest;

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
    /// The least severity that fails, instead of the policy's
    #[arg(long, value_name = "SEVERITY", ignore_case = true, help_heading = "Policy")]
    fail_on: Option<Severity>,
    /// Findings in this file are known and do not fail
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    baseline: Option<PathBuf>,
    /// Write findings that are open or in the baseline already to this file, for --baseline
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    write_baseline: Option<PathBuf>,
    /// Pass when there is no event at all, unless a file has lines that are none
    #[arg(long, help_heading = "Policy")]
    allow_empty: bool,
    /// List the rules
    #[arg(long, conflicts_with = "paths", help_heading = "Rules")]
    list_rules: bool,
    /// Explain a rule
    #[arg(long, value_name = "RULE", conflicts_with_all = ["paths", "list_rules"], help_heading = "Rules")]
    explain: Option<String>,
    /// table (the default), json, ndjson, csv, tsv, markdown, html, sarif, junit or github; FORMAT=FILE
    /// writes to a file, and the flag can be repeated
    #[arg(long, short, value_name = "FORMAT[=FILE]", help_heading = "Output")]
    format: Vec<String>,
    /// Write a manifest of inputs, rules and verdict for an auditor
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    evidence: Option<PathBuf>,
    /// Show findings that are planned, suppressed or in the baseline
    #[arg(long, help_heading = "Output")]
    show_known: bool,
    /// Show at most so many findings of a rule in a table or JUnit report (`all` for every one)
    #[arg(long, value_name = "N", default_value = "100", value_parser = max_findings, help_heading = "Output")]
    max_findings: usize,
    #[command(flatten)]
    redact: RedactArgs,
    /// Draw with ASCII characters only
    #[arg(long, help_heading = "Output")]
    ascii: bool,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    color: ColorChoice,
    /// Columns of the terminal [default: the terminal's, unlimited in a pipe]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Output")]
    width: Option<u16>,
}

impl CheckCommand {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        if self.list_rules {
            return list_rules::list();
        }
        if let Some(id) = &self.explain {
            return list_rules::explain(id);
        }
        let targets = targets(&self.format)?;
        match self.judge(&targets, terminal) {
            Ok((exit, written)) => written.finish().map(|()| exit),
            Err(error) => {
                self.annotate(&error, &targets, terminal);
                Err(error)
            }
        }
    }

    /// Says why nothing could be judged where people look who read annotations.
    fn annotate(&self, error: &anyhow::Error, targets: &[Target<'_>], terminal: Terminal) {
        let mut written = WriteErrors::new(terminal);
        let [annotations, page] = github::failure(&format!("{error:#}"));
        let (inputs, _) = self.input.collect(terminal).unwrap_or_default();
        for (_, file) in targets.iter().filter(|(format, _)| format.name == GITHUB) {
            // Not if the output is what is wrong.
            if let Ok(output) = Output::create(*file, &inputs) {
                written.add(stream(output, |out| out.write_all(annotations.as_bytes())));
                if error.downcast_ref::<NoPage>().is_none() {
                    written.add(append_step_summary(|_| page.clone()));
                }
            }
        }
        written.resolve();
    }

    /// The exit code, and what could not be written.
    fn judge(&self, targets: &[Target<'_>], terminal: Terminal) -> Result<(ExitStatus, WriteErrors)> {
        let policy = self.policy()?;
        let redactor = self.redact.redactor()?.map(Arc::new);
        let (known, baseline) = self.baseline.as_deref().map(baseline::read).transpose()?.unzip();
        let now = self.select.now()?;
        let mut select = self.select.select()?;
        let (selection, period) = (select.flags(redactor.is_some()), select.period());
        let inputs = self.input.inputs(terminal)?;
        let is_read_as_usual = self.input.reading().is_empty();
        let is_part = !selection.is_empty() || !is_read_as_usual;
        self.check_baseline_complete(is_part)?;
        let outputs = self.outputs(targets, &inputs, &policy)?;
        for warning in self.select.warnings() {
            messages::warning(&warning, terminal.message_style());
        }

        resolve_names_to_ids(&mut select, &inputs, self.input.settings())?;
        let meter = Meter::of_each(self.evidence.is_some());
        let latest = now.later_by(skew(&policy));
        let wants = Wants { counts: false, changes: true, visits: false, notes: Some(latest) };
        let plan = Plan { select, wants, now: Some(now), redactor: redactor.clone(), ..Plan::default() };
        let surveyed = survey(&inputs, self.input.settings(), &meter, plan, terminal)?;
        let why_empty = surveyed.why_empty(self.select.zone()?);
        let Surveyed { survey, files, places, tally, .. } = surveyed;
        // The process ends with it: giving back millions of pieces one by one is time for nothing.
        let mut survey = ManuallyDrop::new(survey);
        let shown = redactor.as_deref().map(|redactor| survey.shown(redactor));
        let shown = shown.as_ref();
        let is_all_known = is_read_as_usual && tally.unreadable == 0;
        let (policy, accepted) = (&policy, known.as_ref());
        let by = By { policy, baseline: accepted, now, period, is_part, is_all_known, shown };
        let judgements = judge(rules::ALL, &survey, &by);
        // Nothing but rules needs them, and findings need the room.
        survey.observations = Vec::new();
        let judged = resolve(rules::ALL, &judgements, &survey, &by, |place| places.of(place));
        let run = Run {
            policy: PolicyInfo {
                path: policy.path.clone(),
                sha256: policy.sha256.clone(),
                roster: policy.roster_file.clone(),
            },
            fail_on: self.fail_on.unwrap_or(policy.fail_on),
            now,
            baseline,
            inputs: input_facts(&files, &meter),
            selection,
            selected: survey.selected,
            unknown_actions: unknown_actions(&survey),
            reading: self.input.reading(),
            is_redacted: redactor.is_some(),
            is_strict: self.input.strict,
            needs_event: !self.allow_empty,
            folder: std::env::current_dir().ok(),
            warnings: judged.warnings,
        };
        let verdict = Verdict::new(run, judged.rules, judged.findings, judged.resolve);
        if tally.counts.valid == 0 {
            tally.warn(&inputs, redactor.as_deref(), terminal);
        }
        // Those of inputs were told when they happened.
        for error in verdict.errors().iter().skip(tally.useless()) {
            messages::error(error, terminal.message_style());
        }
        if let Some(why) = why_empty.filter(|_| self.allow_empty || tally.counts.valid > 0) {
            messages::note(&why, terminal.message_style());
        }
        // What is read on the screen has them already.
        if !targets.iter().any(|(format, file)| file.is_none() && format.is_read_as_it_is()) {
            for warning in &verdict.run.warnings {
                messages::warning(warning, terminal.message_style());
            }
        }
        let written = self.write(&verdict, known.as_ref(), targets, outputs, terminal);
        let exit = match verdict.outcome {
            Outcome::Passed => ExitStatus::Done,
            Outcome::Failed => ExitStatus::Findings,
            Outcome::Incomplete => ExitStatus::Unreadable,
        };
        Ok((exit, written))
    }

    /// Refuses to replace a baseline that was not read by one of a part of the log.
    fn check_baseline_complete(&self, is_part: bool) -> Result<()> {
        match self.write_baseline.as_deref().filter(|path| path.exists()) {
            Some(path) if is_part && self.baseline.is_none() => {
                let path = path.display();
                bail!("{path} would forget what is not selected; add --baseline {path}, or check everything")
            }
            _ => Ok(()),
        }
    }

    /// Writes everything to the outputs that were opened for it.
    fn write(
        &self,
        verdict: &Verdict<'_>,
        known: Option<&Baseline>,
        targets: &[Target<'_>],
        outputs: Vec<Output>,
        terminal: Terminal,
    ) -> WriteErrors {
        let mut outputs = outputs.into_iter();
        let mut next = || outputs.next().expect("everything has its output");
        let mut written = WriteErrors::new(terminal);
        for (format, file) in targets {
            let options = self.options(*file, terminal);
            written.add(stream(next(), |out| format.render(verdict, &options, out)));
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
            Some(path) if verdict.run.selected == 0 && known.is_none() && path.exists() => {
                let warning = format!("{} is not written: nothing was checked", path.display());
                messages::warning(&warning, terminal.message_style());
            }
            Some(_) => {
                let accepted = accepted(verdict, known).to_json();
                written.add(stream(next(), |out| out.write_all(accepted.as_bytes())));
            }
            None => {}
        }
        written
    }

    /// Where everything goes: formats, evidence, baseline. Nothing takes the place of what is needed.
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
        let read = [
            (policy.path.as_deref().map(Path::new), "the policy"),
            (roster, "the roster of the policy"),
            self.redact.key(),
        ];
        check_no_overwrite(&outputs, &read)?;
        if let Some(page) = &page {
            check_no_overwrite(&outputs, &[(Some(page), "the page of the job, $GITHUB_STEP_SUMMARY")])?;
            let baselines = [self.baseline.as_deref(), self.write_baseline.as_deref()];
            let baselines = baselines.map(|path| (path, "a baseline"));
            refuse_appending(page, inputs, &[&read[..], &baselines].concat())?;
        }
        // The new baseline, which comes last, may take the place of the old one.
        let others = &outputs[..outputs.len() - usize::from(self.write_baseline.is_some())];
        check_no_overwrite(others, &[(self.baseline.as_deref(), "the baseline")])?;
        Ok(outputs)
    }

    fn policy(&self) -> Result<Policy> {
        let path = self.policy.clone().map_or_else(locate::here, |path| Ok(Some(path)))?;
        path.map_or_else(|| Ok(Policy::default_for(rules::ALL)), |path| read::read(&path, rules::ALL))
    }

    fn options(&self, file: Option<&Path>, terminal: Terminal) -> VerdictOptions {
        let options = terminal.render_options(file, self.color, self.width);
        let render = RenderOptions {
            zone: self.select.zone().unwrap_or_default(),
            charset: if self.ascii { Charset::Ascii } else { options.charset },
            ..options
        };
        VerdictOptions { render, known: self.known_findings(), max_findings: self.max_findings }
    }

    fn known_findings(&self) -> KnownFindings {
        if self.show_known { KnownFindings::Listed } else { KnownFindings::Counted }
    }
}

/// What a baseline is to know. What is planned or suppressed is accepted until some time, and a baseline
/// would accept it for ever. What was not judged is known as before.
fn accepted(verdict: &Verdict<'_>, known: Option<&Baseline>) -> Baseline {
    let run = &verdict.run;
    let is_all = run.selection.is_empty() && run.reading.is_empty() && run.selected > 0;
    let mut accepted = known.filter(|_| !is_all).cloned().unwrap_or_default();
    if run.is_redacted {
        accepted.hide_messages();
    }
    let lasting = |brief: &&FindingKey<'_>| brief.status == Status::Open || brief.is_in_baseline;
    for finding in verdict.findings.iter().filter(lasting).map(|brief| verdict.resolve(brief)) {
        accepted.add(finding.fingerprint, verdict.rule_of(&finding).check.id, &finding.message());
    }
    accepted
}

/// How many events are there whose action no document names.
fn unknown_actions(survey: &Survey) -> u64 {
    survey.notes.count(AnomalyKind::UnknownAction) + survey.notes.count(AnomalyKind::AlmostChange)
}

/// How much later than the present an event may be: whoever collects has to know.
fn skew(policy: &Policy) -> u64 {
    let params = policy.rules.values().find_map(|rule| rule.params.get("skew"));
    match params {
        Some(Value::Age(seconds)) => *seconds,
        _ => 0,
    }
}

fn input_facts(files: &[File], meter: &Meter) -> Vec<InputFacts> {
    let facts = files.iter().map(|file| {
        let seal = meter.seal(file.input).unwrap_or_default();
        InputFacts {
            name: file.name.clone(),
            error: file.error.clone(),
            bytes: seal.bytes,
            sha256: seal.sha256.map(|sha256| hex(&sha256.finalize())),
            lines: file.counts.lines - file.counts.blank,
            valid: file.counts.valid,
            invalid: file.counts.invalid,
            first: file.times.range.map(|range| range.0),
            last: file.times.range.map(|range| range.1),
        }
    });
    facts.collect()
}

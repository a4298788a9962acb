//! Turns a survey into a verdict: evaluates every rule of a policy, and looks up whether the policy or the baseline
//! accepts each finding.

use std::cmp::{Ordering, Reverse};
use std::path::PathBuf;

use crate::analysis::confirmations::{Confirmations, WINDOW_SECONDS};
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::Origins;
use crate::analysis::reach::Reach;
use crate::model::hashed_file::HashedFile;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::policy::Policy;
use crate::policy::baseline::Baseline;
use crate::rules::{Rule, RuleContext, RuleResult, Severity, Subject, SurveyIndex, Violation, fingerprint};
use crate::survey::input_facts::unseen_impersonators;
use crate::survey::line_numbers::LineNumbers;
use crate::survey::{AnomalyKind, Moment, NamesInEvent, Survey};
use crate::verdict::acceptance::{Acceptance, Coverage, justification};
use crate::verdict::candidates::{Candidate, ChangeFacts};
use crate::verdict::subject::about;
use crate::verdict::unmatched::Unmatched;
use crate::verdict::{
    Finding, FindingKey, InputFacts, PolicyInfo, Resolve, RuleOutcome, Run, Status, Verdict,
};

/// What a verdict depends on besides the log and the policy.
pub struct Options<'a> {
    /// The lowest severity that fails, instead of the policy's.
    pub fail_on: Option<Severity>,
    /// The time taken as the present.
    pub now: Timestamp,
    /// The selected period, with an exclusive end.
    pub period: (Timestamp, Timestamp),
    /// The baseline and its file.
    pub baseline: Option<(&'a Baseline, HashedFile)>,
    /// The inputs that were read.
    pub inputs: Vec<InputFacts>,
    /// The positions of lines in the inputs.
    pub lines: &'a LineNumbers,
    /// The selection flags; rules are evaluated on selected events only.
    pub selection: Vec<String>,
    /// The flags that changed how lines were read.
    pub reading: Vec<String>,
    /// Whether any invalid line fails the check.
    pub is_strict: bool,
    /// Whether the check needs at least one event.
    pub needs_event: bool,
    /// The working directory, if it is known.
    pub folder: Option<PathBuf>,
    /// The survey with pseudonyms, if these are displayed.
    pub redacted: Option<&'a Survey>,
}

impl Options<'_> {
    /// How much of the log rules are evaluated on.
    fn coverage(&self) -> Coverage {
        if self.selection.is_empty() && self.reading.is_empty() { Coverage::All } else { Coverage::Part }
    }

    /// Whether the survey has every organization, connection and actor of the log, selected or not. Unusual reading
    /// flags may leave out some of them.
    fn has_every_name(&self) -> bool {
        self.reading.is_empty() && self.inputs.iter().all(|input| input.error.is_none())
    }
}

/// Checks a survey against a policy. Observations, which only rules need, are dropped from it when rules are done.
pub fn check<'a>(survey: &'a mut Survey, policy: &'a Policy, options: Options<'a>) -> Verdict<'a> {
    let (results, reach) = evaluate(survey, policy, &options);
    let observations = std::mem::take(&mut survey.observations);
    let survey = &*survey;
    let acceptance =
        Acceptance::new(policy, options.baseline.as_ref().map(|(baseline, _)| *baseline), options.now);
    // Owners of connections are needed only to match planned changes.
    let has_plans = !policy.planned.is_empty();
    let origins = if has_plans { Origins::of(survey, options.now) } else { Origins::default() };
    let facts = Facts { survey, origins, now: options.now };
    let ((), findings) =
        parallel::both(|| drop(observations), || findings(policy, &results, &facts, &acceptance));
    let of_rules = policy.catalog.iter().zip(&results);
    let outcomes: Vec<_> = of_rules
        .map(|(rule, RuleResult { judged, not_applicable, .. })| RuleOutcome {
            rule,
            is_on: policy.rules[rule.id].is_on,
            severity: policy.rules[rule.id].severity,
            judged: *judged,
            not_applicable: *not_applicable,
            unlogged: if reach.is_logged(rule.looks_for) { &[] } else { rule.looks_for },
        })
        .collect();
    acceptance.mark_fulfilled_plans(&survey.changes, |index| facts.of(Subject::Change(index)));
    let unmatched =
        if options.has_every_name() { Unmatched::of_policy(policy, survey) } else { Unmatched::default() };
    let mut warnings = acceptance.warnings(&unmatched, options.coverage());
    warnings.extend(unmatched.warnings(policy));
    let mut warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    warnings.extend(unjudged(survey, &outcomes));
    let inputs = options.inputs.iter();
    warnings.extend(inputs.filter_map(|it| unseen_impersonators(&it.name, it.without_impersonators)));
    let displayed = options.redacted.unwrap_or(survey);
    let results = Results { survey, displayed, lines: options.lines, policy, results };
    let run = Run { warnings, ..run(survey, policy, options) };
    Verdict::new(run, outcomes, findings, results)
}

/// The findings of all rules, of those with a higher severity first: that is nearly the order of output, so that little is
/// left to be sorted.
fn findings(
    policy: &Policy,
    results: &[RuleResult],
    facts: &Facts<'_>,
    acceptance: &Acceptance<'_>,
) -> Vec<FindingKey> {
    let mut rules: Vec<_> = policy.catalog.iter().zip(results).enumerate().collect();
    rules.sort_by_key(|(_, (rule, _))| (Reverse(policy.rules[rule.id].severity), rule.id));
    let mut findings = Vec::new();
    findings.reserve_exact(results.iter().map(|result| result.violations.len()).sum());
    for (index, (rule, result)) in rules {
        let index = u16::try_from(index).expect("rules are few");
        let set = policy.rules[rule.id].severity;
        parallel::add(&mut findings, result.violations.len(), |number| {
            let violation = &result.violations[number];
            let severity = violation.severity(set, rule.severity);
            let (status, is_in_baseline) = match acceptance.is_empty() {
                true => (Status::Open, false),
                false => {
                    let candidate = facts.candidate(rule, violation.subject);
                    (acceptance.status(&candidate), acceptance.is_in_baseline(&candidate))
                }
            };
            FindingKey { rule: index, severity, status, is_in_baseline, number: number as u32 }
        });
    }
    findings
}

/// Warnings about custom rules that could not judge what was read, a sentence each.
fn unjudged<'o>(survey: &'o Survey, outcomes: &'o [RuleOutcome]) -> impl Iterator<Item = String> + use<'o> {
    let lacks_lines = survey.matches.without_line > 0;
    outcomes.iter().filter(|outcome| outcome.is_on).filter_map(move |RuleOutcome { rule, .. }| {
        let custom = rule.custom?;
        if let Some(product) = rule.unread_product() {
            return Some(format!("{}: rule `{}` is about `{product}`, which no source reads; it judged nothing", custom.file, rule.id));
        }
        (custom.reads_lines && lacks_lines).then(|| {
            format!(
                "{}: rule `{}` reads fields of the vendor's lines, which histories and normalized events do not keep; it \
                 did not judge events that come from there, so check their exports",
                custom.file, rule.id
            )
        })
    })
}

/// Evaluates every rule, up to where the log reaches; the result of one that is off is empty.
fn evaluate(survey: &Survey, policy: &Policy, options: &Options<'_>) -> (Vec<RuleResult>, Reach) {
    let now = options.now;
    let ((index, reach), (steps, confirmations)) = parallel::both(
        || (SurveyIndex::of(survey), Reach::of(survey, now)),
        || {
            let confirmations = Confirmations::of(survey, WINDOW_SECONDS);
            (lifecycle::steps(survey, now, &confirmations), confirmations)
        },
    );
    let deciding = policy.deciding_names();
    let results = parallel::map_each(&policy.catalog, |rule| {
        let settings = &policy.rules[rule.id];
        if !settings.is_on {
            return RuleResult::default();
        }
        (rule.judge)(&RuleContext {
            custom: rule.custom,
            survey,
            displayed: options.redacted.unwrap_or(survey),
            steps: &steps,
            confirmations: &confirmations,
            reach: &reach,
            index: &index,
            params: &settings.params,
            scope: &settings.scope.over(survey),
            deciding: &deciding,
            roster: policy.roster.as_ref(),
            windows: &policy.windows,
            freezes: &policy.freezes,
            zone: policy.zone,
            now,
            period: options.period,
        })
    });
    (results, reach)
}

fn run(survey: &Survey, policy: &Policy, options: Options<'_>) -> Run {
    let anomalies = &survey.anomalies;
    let unknown = [AnomalyKind::UnknownAction, AnomalyKind::AlmostChange];
    Run {
        policy: PolicyInfo::of(policy),
        fail_on: options.fail_on.unwrap_or(policy.fail_on),
        now: options.now,
        baseline: options.baseline.map(|(_, file)| file),
        inputs: options.inputs,
        selection: options.selection,
        selected: survey.selected,
        unknown_actions: unknown.into_iter().map(|kind| anomalies.count(kind)).sum(),
        reading: options.reading,
        is_redacted: options.redacted.is_some(),
        is_strict: options.is_strict,
        needs_event: options.needs_event,
        folder: options.folder,
        warnings: Vec::new(),
    }
}

/// Describes changes and findings to [`Acceptance`].
struct Facts<'s> {
    survey: &'s Survey,
    /// The owners of connections; empty if no planned change needs them.
    origins: Origins,
    now: Timestamp,
}

impl<'s> Facts<'s> {
    fn candidate(&self, rule: &Rule, subject: Subject) -> Candidate<'s> {
        let kept = &self.survey.anomalies.kept;
        let has_identity = !matches!(subject, Subject::Anomaly(index) if kept[index].key.is_empty());
        Candidate {
            rule: rule.id,
            plan_coverage: rule.plan_coverage,
            fingerprint: has_identity.then(|| fingerprint::of(rule.id, self.survey, subject)),
            facts: self.of(subject),
        }
    }

    fn of(&self, subject: Subject) -> ChangeFacts<'s> {
        let Self { survey, origins, now } = self;
        let about = about(survey, subject);
        let other = match subject {
            Subject::OrganizationChange(index, _) => survey.changes.at(index as usize).organization,
            _ => about.connection.and_then(|connection| origins.owner(connection)),
        };
        // A subject without a time names nobody, so any moment will do.
        let moment = Moment { time: about.time.unwrap_or(Timestamp::MIN), now: *now };
        let organization = |id, said| survey.organization_at(id, said, moment);
        let is_foreign = lifecycle::is_foreign(other, about.organization);
        ChangeFacts {
            time: about.time,
            operation: about.operation,
            organization: organization(about.organization, about.said),
            other: is_foreign.then(|| organization(other, NamesInEvent::NONE)),
            connection: survey.connections.get(about.connection),
            actor: survey.actor_at(about.actor, about.said, moment),
        }
    }
}

/// The results of all rules, and what their findings are resolved from.
struct Results<'s> {
    survey: &'s Survey,
    /// The survey with pseudonyms, if these are displayed.
    displayed: &'s Survey,
    lines: &'s LineNumbers,
    policy: &'s Policy,
    /// That of each rule of the policy.
    results: Vec<RuleResult>,
}

impl Results<'_> {
    fn violation(&self, key: &FindingKey) -> &Violation {
        &self.results[usize::from(key.rule)].violations[key.number as usize]
    }
}

impl<'s> Resolve<'s> for Results<'s> {
    fn finding(&self, key: &FindingKey) -> Finding<'s> {
        let Self { survey, displayed, lines, policy, .. } = *self;
        let FindingKey { rule: index, severity, status, is_in_baseline, .. } = *key;
        let (rule, result) = (policy.catalog[usize::from(index)], &self.results[usize::from(index)]);
        let violation = self.violation(key);
        let Violation { subject, has_change_prefix, certainty, .. } = *violation;
        let about = about(survey, subject);
        let other = |index: &u32| lines.locate(survey.matches.kept[*index as usize].event.place);
        Finding {
            rule: index,
            severity,
            begins_with: about.operation.filter(|_| has_change_prefix),
            message: result.message(violation, (survey, displayed)).into_owned(),
            status,
            justification: justification(policy, status),
            is_in_baseline,
            time: about.time,
            position: about.place.map(|place| lines.locate(place)),
            next: about.next.map(|place| lines.locate(place)),
            others: result.others(subject).iter().map(other).collect(),
            action: survey.action(about.action),
            organization: displayed.organizations.names.get(about.organization),
            organization_name: displayed.organization_name(about.organization),
            connection: survey.connections.get(about.connection),
            actor: displayed.actor(about.actor),
            actor_id: displayed.actors.names.get(about.actor),
            certainty,
            fingerprint: fingerprint::of(rule.id, survey, subject),
        }
    }

    fn compare_times(&self, a: &FindingKey, b: &FindingKey) -> Ordering {
        self.violation(a).subject.compare_times(self.violation(b).subject, self.survey)
    }
}

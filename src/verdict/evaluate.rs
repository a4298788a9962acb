//! From what was collected to findings: every rule of a policy judges, and what is known is marked.

use crate::analysis::lifecycle;
use crate::analysis::lifecycle::Origin;
use crate::analysis::reach::Reach;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::policy::Policy;
use crate::policy::baseline::Baseline;
use crate::rules::fingerprint;
use crate::rules::{Burst, ChangeIndex, Renamed, Rule, RuleContext, RuleResult, Subject, Violation};
use crate::scan::LineRef;
use crate::survey::Change;
use crate::survey::interner::{Id, NONE};
use crate::survey::{Said, Survey};
use crate::verdict::acceptance::Acceptance;
use crate::verdict::candidates::{Candidate, ChangeFacts};
use crate::verdict::unmatched::Unmatched;
use crate::verdict::{Finding, FindingKey, Resolve, RuleOutcome, Status};

/// What the rules said.
pub struct Judged<'a> {
    /// Every rule, judged or not.
    pub rules: Vec<RuleOutcome>,
    /// What they found.
    pub findings: Vec<FindingKey<'a>>,
    /// Tells the whole of a finding.
    pub resolve: Resolve<'a>,
    /// What should be changed in the policy.
    pub warnings: Vec<String>,
}

/// What rules judge by, besides the log.
pub struct By<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Findings that were there from the beginning.
    pub baseline: Option<&'a Baseline>,
    /// What is taken for the present.
    pub now: Timestamp,
    /// The time that is selected, to before its end.
    pub period: (Timestamp, Timestamp),
    /// Only what is selected is judged: what a policy knows may be about the rest.
    pub is_part: bool,
    /// Whether the survey knows every organization, connection and actor of the log, selected or not: lines that
    /// are read in another way than usual may be no events.
    pub is_all_known: bool,
    /// The survey's names as they are to be shown, if not as in the log.
    pub shown: Option<&'a Survey>,
}

/// Tells what the rules found, each judgement being that of the check in the same place; `place` says
/// where a line of a block is.
pub fn resolve<'a>(
    checks: &'a [&'static Rule],
    judgements: &'a [RuleResult],
    survey: &'a Survey,
    by: &By<'a>,
    place: impl Fn(LineRef) -> (&'a str, u64) + Send + Sync + 'a,
) -> Judged<'a> {
    let known = Acceptance::new(by.policy, by.baseline, by.now);
    // Only planned changes ask whose connections are.
    let origins = if by.policy.planned.is_empty() { Vec::new() } else { lifecycle::origins(survey, by.now) };
    let mut findings = Vec::new();
    findings.reserve_exact(judgements.iter().map(|judgement| judgement.violations.len()).sum());
    let mut rules = Vec::new();
    for (check, judgement) in checks.iter().copied().zip(judgements) {
        let RuleResult { judged, not_applicable, ref violations, .. } = *judgement;
        let rule = &by.policy.rules[check.id];
        let (is_on, severity) = (rule.is_on, rule.severity);
        let index = u16::try_from(rules.len()).expect("rules are few");
        parallel::add(&mut findings, violations.len(), |number| {
            let subject = violations[number].subject;
            let severity = violations[number].severity(severity, check.severity);
            let (status, is_in_baseline) = match known.is_empty() {
                true => (Status::Open, false),
                false => {
                    let about = about(survey, subject);
                    let Rule { id: rule, plan_coverage, .. } = *check;
                    let has_identity = !matches!(subject, Subject::Anomaly(index) if survey.notes.kept[index].key.is_empty());
                    let fingerprint = has_identity.then(|| fingerprint::of(rule, survey, subject));
                    let facts = facts(survey, &origins, &about, subject, by.now);
                    let found = Candidate { rule, plan_coverage, fingerprint, facts };
                    (known.status(&found), known.is_in_baseline(&found))
                }
            };
            FindingKey {
                rule: index,
                severity,
                status,
                is_in_baseline,
                time: subject.time(survey),
                number: number as u32,
            }
        });
        rules.push(RuleOutcome { check, is_on, severity, judged, not_applicable });
    }
    known.mark_fulfilled_plans(&survey.changes, |index| {
        let subject = Subject::Change(index);
        facts(survey, &origins, &about(survey, subject), subject, by.now)
    });
    let unmatched = match by.is_all_known {
        true => Unmatched::of_policy(by.policy, survey),
        false => Unmatched::default(),
    };
    let mut warnings = known.warnings(by.is_part, &unmatched);
    warnings.extend(unmatched.warnings(by.policy));
    let warnings = warnings.iter().map(ToString::to_string).collect();
    let shown = by.shown.unwrap_or(survey);
    let resolve: Resolve<'a> = Box::new(move |brief| {
        let rule = usize::from(brief.rule);
        finding((survey, shown), checks[rule], &judgements[rule], brief, &place)
    });
    Judged { rules, findings, resolve, warnings }
}

/// What every rule says, nothing if it is off.
pub fn judge(checks: &[&'static Rule], survey: &Survey, by: &By<'_>) -> Vec<RuleResult> {
    let ((lists, reach), steps) = parallel::both(
        || (ChangeIndex::of(survey), Reach::of(survey, by.now)),
        || lifecycle::steps(survey, by.now),
    );
    let policy = by.policy;
    let deciding = policy.deciding_names();
    parallel::map_each(checks, |check| {
        let rule = &policy.rules[check.id];
        if !rule.is_on {
            return RuleResult::default();
        }
        (check.judge)(&RuleContext {
            survey,
            displayed: by.shown.unwrap_or(survey),
            steps: &steps,
            reach: &reach,
            change_index: &lists,
            params: &rule.params,
            scope: &rule.scope.over(survey),
            deciding: &deciding,
            roster: policy.roster.as_ref(),
            windows: &policy.windows,
            freezes: &policy.freezes,
            zone: policy.zone,
            now: by.now,
            period: by.period,
        })
    })
}

/// Numbers of what a subject is about.
struct About {
    time: Option<Timestamp>,
    operation: Option<Operation>,
    action: Id,
    organization: Id,
    connection: Id,
    actor: Id,
    said: Said,
    place: Option<LineRef>,
}

fn about(survey: &Survey, subject: Subject) -> About {
    match subject {
        Subject::Change(index) => {
            let change = &survey.changes[index];
            About { operation: Some(change.operation), ..about_event(change, survey.said(index)) }
        }
        Subject::Conflicting(index) => {
            about_event(&survey.conflicting[index], survey.said_by_conflicting(index))
        }
        Subject::OrganizationChange(index, organization) => {
            let about = about(survey, Subject::Change(index as usize));
            About { said: said_of(&about, organization), organization, ..about }
        }
        // It is about no single change or connection, mostly not even about one organization.
        Subject::Burst(Burst { first, organization, .. }) => {
            let about = about(survey, Subject::Change(first as usize));
            let said = said_of(&about, organization);
            About { operation: None, organization, connection: NONE, said, ..about }
        }
        Subject::Anomaly(index) => {
            let noted = &survey.notes.kept[index];
            About {
                time: noted.time,
                operation: None,
                action: noted.action,
                organization: noted.organization,
                connection: noted.connection,
                actor: noted.actor,
                said: noted.said,
                place: Some(noted.place),
            }
        }
        Subject::Overflow(_) => NOTHING,
        Subject::Silence(index) => About { time: Some(survey.silences[index].0), ..NOTHING },
        Subject::Renamed(renamed) => about_name(survey, renamed),
    }
}

const NOTHING: About = About {
    time: None,
    operation: None,
    action: NONE,
    organization: NONE,
    connection: NONE,
    actor: NONE,
    said: Said::NOTHING,
    place: None,
};

fn about_event(event: &Change, said: Said) -> About {
    let Change { time, action, organization, connection, actor, place, .. } = *event;
    let (time, place) = (Some(time), Some(place));
    About { time, operation: None, action, organization, connection, actor, said, place }
}

fn about_name(survey: &Survey, renamed: Renamed) -> About {
    let first = renamed.uses(survey).map(|[_, later]| later.first);
    let (time, place) = first.unzip();
    match renamed.is_actor {
        true => About { time, place, actor: renamed.of, ..NOTHING },
        false => About { time, place, organization: renamed.of, ..NOTHING },
    }
}

/// What an event says, as far as it is about this organization.
fn said_of(about: &About, organization: Id) -> Said {
    let is_it = about.organization == organization;
    let organization_name = if is_it { about.said.organization_name } else { NONE };
    Said { organization_name, ..about.said }
}

fn facts<'a>(
    survey: &'a Survey,
    origins: &[Origin],
    about: &About,
    subject: Subject,
    now: Timestamp,
) -> ChangeFacts<'a> {
    let other = match subject {
        Subject::OrganizationChange(index, _) => survey.changes[index as usize].organization,
        _ => origins.get(about.connection as usize).map_or(NONE, |origin| origin.owner),
    };
    // What has no time is about nobody.
    let at = about.time.unwrap_or(Timestamp::MIN);
    let organization = |id, said| survey.organization_at(id, said, at, now);
    ChangeFacts {
        time: about.time,
        operation: about.operation,
        organization: organization(about.organization, about.said),
        other: lifecycle::is_foreign(other, about.organization).then(|| organization(other, Said::NOTHING)),
        connection: survey.connections.get(about.connection),
        actor: survey.actor_at(about.actor, about.said, at, now),
    }
}

fn finding<'a>(
    (survey, shown): (&'a Survey, &'a Survey),
    check: &Rule,
    judgement: &'a RuleResult,
    brief: &FindingKey<'a>,
    place: impl Fn(LineRef) -> (&'a str, u64),
) -> Finding<'a> {
    let FindingKey { rule, severity, status, is_in_baseline, time, number } = *brief;
    let violation = &judgement.violations[number as usize];
    let Violation { subject, has_change_prefix, certainty, .. } = *violation;
    let about = about(survey, subject);
    Finding {
        rule,
        severity,
        begins_with: about.operation.filter(|_| has_change_prefix),
        message: judgement.message(violation, (survey, shown)),
        status,
        is_in_baseline,
        time,
        place: about.place.map(place),
        action: survey.action(about.action),
        organization: shown.organizations.names.get(about.organization),
        organization_name: shown.organization_name(about.organization),
        connection: survey.connections.get(about.connection),
        actor: shown.actor(about.actor),
        actor_id: shown.actors.names.get(about.actor),
        certainty,
        fingerprint: fingerprint::of(check.id, survey, subject),
    }
}

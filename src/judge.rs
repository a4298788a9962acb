//! From what was collected to findings: every rule of a policy judges, and what is known is marked.

use crate::checks::{Case, Check, Judgement, Subject, Violation, Visits};
use crate::event::Operation;
use crate::history::{self, Change};
use crate::names::{Id, NONE};
use crate::policy::baseline::Baseline;
use crate::policy::known::{Found, Known};
use crate::policy::{Policy, fingerprint};
use crate::scan::BlockId;
use crate::survey::Survey;
use crate::threads;
use crate::time::Timestamp;
use crate::verdict::{Finding, RuleOutcome};

/// What the rules said.
pub struct Judged<'a> {
    /// Every rule, judged or not.
    pub rules: Vec<RuleOutcome>,
    /// What they found.
    pub findings: Vec<Finding<'a>>,
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
}

/// Tells what the rules found, each judgement being that of the check in the same place; `place` says
/// where a line of a block is.
pub fn tell<'a>(
    checks: &[&'static Check],
    judgements: &'a [Judgement],
    survey: &'a Survey,
    by: &By<'a>,
    place: impl Fn((BlockId, u32)) -> (&'a str, u64) + Sync,
) -> Judged<'a> {
    let known = Known::new(by.policy, by.baseline, by.now);
    let mut findings = Vec::new();
    findings.reserve_exact(judgements.iter().map(|judgement| judgement.violations.len()).sum());
    let mut rules = Vec::new();
    for (check, judgement) in checks.iter().copied().zip(judgements) {
        let Judgement { judged, not_applicable, ref violations, ref messages } = *judgement;
        let rule = &by.policy.rules[check.id];
        let (is_on, severity) = (rule.is_on, rule.severity);
        let outcome = RuleOutcome { check, is_on, severity, judged, not_applicable };
        let rule = (rules.len(), &outcome);
        let tell = |violation: &Violation| {
            finding(survey, &known, rule, (violation, messages.text(violation.message)), &place)
        };
        threads::add(&mut findings, violations, tell);
        rules.push(outcome);
    }
    let warnings = known.warnings().iter().map(ToString::to_string).collect();
    Judged { rules, findings, warnings }
}

/// What every rule says, nothing if it is off.
pub fn judge(checks: &[&'static Check], survey: &Survey, by: &By<'_>) -> Vec<Judgement> {
    let (steps, visits) = threads::both(|| history::steps(survey), || Visits::of(survey));
    let policy = by.policy;
    threads::map(checks, |check| {
        let rule = &policy.rules[check.id];
        if !rule.is_on {
            return Judgement::default();
        }
        (check.judge)(&Case {
            survey,
            steps: &steps,
            visits: &visits,
            params: &rule.params,
            scope: &rule.scope,
            roster: policy.roster.as_ref(),
            windows: &policy.windows,
            freezes: &policy.freezes,
            zone: policy.zone,
            now: by.now,
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
    place: Option<(BlockId, u32)>,
}

fn about(survey: &Survey, subject: Subject) -> About {
    match subject {
        Subject::Change(index) => {
            let Change { time, operation, action, organization, connection, actor, place, .. } =
                survey.changes[index];
            let (time, operation, place) = (Some(time), Some(operation), Some(place));
            About { time, operation, action, organization, connection, actor, place }
        }
        Subject::Noted(index) => {
            let noted = &survey.notes.kept[index];
            About {
                time: noted.time,
                operation: None,
                action: noted.action,
                organization: noted.organization,
                connection: noted.connection,
                actor: noted.actor,
                place: Some(noted.place),
            }
        }
        Subject::Log(time) => About {
            time: Some(time),
            operation: None,
            action: NONE,
            organization: NONE,
            connection: NONE,
            actor: NONE,
            place: None,
        },
    }
}

fn finding<'a>(
    survey: &'a Survey,
    known: &Known<'a>,
    (index, rule): (usize, &RuleOutcome),
    (violation, message): (&Violation, &'a str),
    place: impl Fn((BlockId, u32)) -> (&'a str, u64),
) -> Finding<'a> {
    let Violation { subject, is_after_deed, .. } = *violation;
    let about = about(survey, subject);
    let [name, email] = survey.actor_texts(about.actor);
    let found = Found {
        rule: rule.check.id,
        severity: rule.severity,
        fingerprint: fingerprint::of(rule.check.id, survey, subject),
        time: about.time,
        operation: about.operation,
        organization: [
            survey.organizations.names.get(about.organization),
            survey.organization_name(about.organization),
        ],
        connection: survey.connections.get(about.connection),
        actor: [survey.actors.names.get(about.actor), email, name],
    };
    Finding {
        rule: u16::try_from(index).expect("rules are few"),
        severity: found.severity,
        deed: about.operation.filter(|_| is_after_deed),
        message,
        status: known.status(&found),
        time: about.time,
        place: about.place.map(place),
        action: survey.actions.names.get(about.action),
        organization: found.organization[0],
        organization_name: found.organization[1],
        connection: found.connection,
        actor: survey.actor(about.actor),
        actor_id: found.actor[0],
        fingerprint: found.fingerprint,
    }
}

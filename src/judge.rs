//! From what was collected to findings: every rule of a policy judges, and what is known is marked.

use crate::checks::{Case, Check, Judgement, Subject};
use crate::event::Operation;
use crate::history::{self, Change};
use crate::names::{Id, NONE};
use crate::policy::baseline::Baseline;
use crate::policy::known::{self, Found};
use crate::policy::{Policy, fingerprint};
use crate::scan::BlockId;
use crate::survey::Survey;
use crate::time::Timestamp;
use crate::verdict::{Finding, RuleOutcome, Status};

/// What the rules said.
pub struct Judged {
    /// Every rule, judged or not.
    pub rules: Vec<RuleOutcome>,
    /// What they found.
    pub findings: Vec<Finding>,
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

/// Judges by every rule that is on; `place` says where a line of a block is.
pub fn judge(
    checks: &[&'static Check],
    survey: &Survey,
    by: &By<'_>,
    place: impl Fn((BlockId, u32)) -> (String, u64),
) -> Judged {
    let steps = history::steps(&survey.changes);
    let policy = by.policy;
    let (mut rules, mut about) = (Vec::new(), Vec::new());
    for check in checks {
        let rule = &policy.rules[check.id];
        let judgement = if rule.is_on {
            (check.judge)(&Case {
                survey,
                steps: &steps,
                params: &rule.params,
                scope: &rule.scope,
                roster: policy.roster.as_ref(),
                windows: &policy.windows,
                freezes: &policy.freezes,
                zone: policy.zone,
                now: by.now,
            })
        } else {
            Judgement::default()
        };
        let Judgement { judged, not_applicable, violations } = judgement;
        let severity = rule.severity;
        about.extend(violations.into_iter().map(|violation| (rules.len(), violation)));
        rules.push(RuleOutcome { check, is_on: rule.is_on, severity, judged, not_applicable });
    }
    let found: Vec<_> =
        about.iter().map(|(rule, violation)| found(survey, &rules[*rule], violation.subject)).collect();
    let (statuses, warnings) = known::judge(policy, by.baseline, by.now, &found);
    let findings = about.into_iter().zip(found).zip(statuses).map(|(((rule, violation), found), status)| {
        finding(survey, rule, violation.message, found, status, violation.subject, &place)
    });
    Judged {
        findings: findings.collect(),
        rules,
        warnings: warnings.iter().map(ToString::to_string).collect(),
    }
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

fn found<'a>(survey: &'a Survey, rule: &RuleOutcome, subject: Subject) -> Found<'a> {
    let about = about(survey, subject);
    let [name, email] = survey.actor_texts(about.actor);
    Found {
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
    }
}

fn finding(
    survey: &Survey,
    rule: usize,
    message: String,
    found: Found<'_>,
    status: Status,
    subject: Subject,
    place: impl Fn((BlockId, u32)) -> (String, u64),
) -> Finding {
    let about = about(survey, subject);
    let [organization, organization_name] = found.organization.map(|text| text.map(str::to_owned));
    Finding {
        rule,
        severity: found.severity,
        message,
        fingerprint: found.fingerprint,
        status,
        time: about.time,
        place: about.place.map(place),
        action: survey.actions.names.get(about.action).map(str::to_owned),
        organization,
        organization_name,
        connection: found.connection.map(str::to_owned),
        actor: survey.actor(about.actor).map(str::to_owned),
        actor_id: found.actor[0].map(str::to_owned),
    }
}

//! `org-left-without-sso`: an organization has no active connection for longer than allowed.

use super::bursts::is_longer;
use super::words::took;
use super::{Case, Check, Controls, Explain, Judgement, Param, Severity, Subject, Value};
use crate::event::Operation;
use crate::history::{Change, Gaps, State};
use crate::names::Id;

/// The rule.
pub static CHECK: Check = Check {
    id: "org-left-without-sso",
    about: "an organization has no active connection for too long after one was deleted or disabled",
    severity: Severity::Critical,
    default: super::Default::On,
    scopes: super::SCOPES,
    covered_by: super::Plans::All,
    params: &[Param {
        key: "grace",
        default: Value::Age(24 * 3600),
        about: "how long an organization may be without an active connection",
    }],
    explain: Explain {
        means: "A deletion or disabling took the last active connection of an organization away, and none \
                became active within the grace period. Where the log ends earlier, only the time up to its \
                end counts: that of the sources that would log it and know the organization, or else of \
                the source of the change. The finding is about that organization, whichever one the event names, and so \
                is the rule's scope; a selection on the command line goes by the event.",
        why: "Without SSO, users are locked out or fall back to passwords, where the identity provider's \
              multi-factor and leaver controls do not apply.",
        example: "The only connection of an organization is deleted on Monday at 9:00 and its successor is \
                  enabled on Wednesday.",
        fix: "Enable a connection for the organization now, and find out why the old one was removed. \
              Plan replacements so that the new connection is active before the old one goes.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC7.2", "CC7.5"],
        iso27001: &["A.5.16", "A.8.5", "A.8.14"],
        nist: &["IA-2", "IA-8", "CP-10"],
    },
    judge,
};

fn judge(case: &Case<'_>) -> Judgement {
    let survey = case.survey;
    let mut gaps = Gaps::default();
    case.steps.iter().flatten().for_each(|step| gaps.add(step));
    let mut judgement = Judgement::default();
    let mut gaps = gaps.list.into_iter().peekable();
    let (ranges, watched) = (case.ranges(), case.watched(&[Operation::Enabled]));
    let log_end = |organization: Id, change: &Change| match watched.get(organization as usize) {
        // A log that ended before says nothing.
        Some(end) if *end >= change.time => *end,
        _ => ranges[change.action as usize].1,
    };
    let changes = survey.changes.iter().enumerate();
    for (index, change) in changes.filter(|(_, change)| State::after(change.operation).is_some()) {
        let organization = case.hit(index, change);
        if !case.covers_for(organization, change) {
            continue;
        }
        judgement.judged += 1;
        while gaps.next_if(|gap| gap.cause < index).is_some() {}
        let Some(gap) = gaps.next_if(|gap| gap.cause == index) else {
            continue;
        };
        let ended = gap.end.map(|end| survey.changes[end].time).filter(|end| *end <= case.now);
        let end = ended.unwrap_or_else(|| log_end(gap.organization, change));
        if !is_longer(change.time, end, case.age("grace")) {
            continue;
        }
        let so_far = if ended.is_none() { ", up to the end of the log," } else { "" };
        let message = format!(
            "{} had no active connection for {}{so_far} after {} was {} by {} (grace {})",
            case.organization(gap.organization),
            took(end.seconds_since(change.time)),
            case.connection(change.connection),
            change.operation.name(),
            case.actor(change.actor),
            case.written("grace"),
        );
        judgement.find(Subject::Hit(index as u32, organization), message);
    }
    judgement
}

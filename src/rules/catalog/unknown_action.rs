//! `unknown-action`: no document names what an event says happened, so no other rule judges it.

use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::sources::lookalike;
use crate::survey::{Anomaly, AnomalyKind};

pub static RULE: Rule = Rule::new("unknown-action", Severity::Low, judge)
    .about("no document names an event's action")
    .unplannable()
    .means(
        "An event's action is not one that its source documents, so nobody knows what it did and no other \
         rule judges it. If the action is within two edits of one that changes connections or domains or \
         opens the portal, or looks the same (white space, invisible and confusable characters, accents, \
         case), the finding is of medium severity, unless the policy sets one.",
    )
    .why(
        "Vendors add actions, and ssoaudit has to learn them before it can judge them. A name that is nearly \
         that of a change more likely means an altered line: whoever hides a deletion from rules need change \
         no more than a letter.",
    )
    .example("A deletion is logged as `sso.delete_connections`.")
    .fix(
        "Look the action up in the vendor's documentation. If it is new and harmless, suppress it until \
         ssoaudit knows it; if nobody documents it, fetch the event from its source again and compare.",
    )
    .soc2(&["CC2.1", "CC7.2"])
    .iso27001(&["A.8.15", "A.8.16"])
    .nist(&["AU-3", "AU-6", "SI-4"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let mut result = RuleResult { judged: context.events(), ..RuleResult::default() };
    // The kinds are handled separately, so that a flood of one does not hide the other.
    for (kind, severity) in
        [(AnomalyKind::UnknownAction, Severity::Low), (AnomalyKind::AlmostChange, Severity::Medium)]
    {
        let first = result.violations.len();
        for (index, anomaly) in context.anomalies(kind) {
            result.find(Subject::Anomaly(index), &message(context, anomaly));
        }
        result.find_overflow(context, kind);
        result.violations[first..].iter_mut().for_each(|violation| violation.severity = Some(severity));
    }
    result.sort(context.survey);
    result
}

fn message(context: &RuleContext<'_>, anomaly: &Anomaly) -> String {
    let action = context.survey.action(anomaly.action).unwrap_or_default();
    let near = lookalike(action).map(|known| format!(", but it looks like `{}`", known.name));
    format!(
        "{}: no document names this action{}",
        context.describe_anomaly(anomaly),
        near.unwrap_or_default()
    )
}

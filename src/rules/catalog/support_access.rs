//! `support-access`: somebody was let into another's session, or into an organization.

use crate::model::operation::Operation;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::sources::Transfer;
use crate::survey::AnomalyKind;
use crate::survey::ids::{ActionId, Id};

pub static RULE: Rule = Rule::new("support-access", Severity::Medium, judge)
    .about("the vendor's staff or an impersonator was granted access to an organization")
    .about_organizations()
    .unplannable()
    .looks_for(&[Operation::Impersonated])
    .means(
        "An event says that somebody was let into the session of a user or into an organization as a whole: \
         staff of the vendor were granted access, or an impersonated session began; the end of access is not \
         a finding. The finding names who it was and why, as far as the event does. What they did there is \
         for other rules: `impersonated-change` finds what they changed, and `impersonation-without-reason` \
         finds that they gave no reason.",
    )
    .why(
        "Whoever acts as a user can do what the user may do, and leaves the user's name in most logs. Access \
         of this kind is meant to be rare, and in each case a customer has asked for it and it comes to an \
         end.",
    )
    .example("A support engineer starts a session as an administrator of a customer that has no open ticket.")
    .fix(
        "Compare it with the customer's ticket. Without one, end the session, and go through what happened \
         in the organization while it lasted.",
    )
    .soc2(&["CC6.1", "CC6.3", "CC7.2"])
    .iso27001(&["A.5.18", "A.5.19", "A.8.2"])
    .nist(&["AC-2", "AC-6", "MA-4"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    const KIND: AnomalyKind = AnomalyKind::Impersonated;
    let is_logged = context.sources_logging(RULE.looks_for);
    let of_class = |Class { traits, .. }: &Class| match traits {
        _ if traits.has_failed => OfClass::Excluded,
        _ if is_logged[traits.action.index()] => OfClass::Fine,
        _ => OfClass::NotApplicable,
    };
    let mut result = RuleResult::of_classes(context, of_class, |_| Decision::Fine);
    for (class, count) in context.observed() {
        match is_logged[class.action.index()] {
            true => result.judged += count,
            false => result.not_applicable += count,
        }
    }
    let actions = context.documented_actions();
    let ends = |id: ActionId| actions[id.index()].1.is_some_and(|it| it.transfer == Some(Transfer::Takes));
    for (index, anomaly) in context.anomalies(KIND).filter(|(_, anomaly)| !anomaly.action.is_some_and(ends)) {
        let message = format!("{}{}", context.describe_anomaly(anomaly), anomaly.message);
        result.find(Subject::Anomaly(index), &message);
    }
    result.find_overflow(context, KIND);
    // An event without an actor and an address is no observation.
    result.judged = result.judged.max(result.violations.len() as u64);
    result.sort(context.survey);
    result
}

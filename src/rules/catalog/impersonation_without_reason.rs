//! `impersonation-without-reason`: somebody acted in another's session and did not say why.

use crate::model::attribute::Attribute;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::survey::AnomalyKind;
use crate::survey::ids::Id;

pub static RULE: Rule = Rule::new("impersonation-without-reason", Severity::Medium, judge)
    .about("somebody acted in another's session without a reason")
    .unplannable()
    .means(
        "An event names an impersonator but gives no reason for the impersonation, or a blank one; events \
         that only look at something count too. One that gives a reason but names nobody is not a finding \
         here: it counts as done by somebody unknown. The rule is not applicable to events that cannot name \
         an impersonator.",
    )
    .why(
        "Access to a customer's account by the vendor's staff needs a purpose that can be checked \
         afterwards, for changes and for looking at things alike.",
    )
    .example(
        "A support engineer views the SSO settings in an administrator's session, and the reason is empty.",
    )
    .fix(
        "Get the reason from the impersonator, keep it with the evidence, and make the field mandatory where \
         sessions are impersonated.",
    )
    .soc2(&["CC6.1", "CC6.3", "CC7.2"])
    .iso27001(&["A.5.18", "A.8.2", "A.8.15"])
    .nist(&["AC-6", "AU-3", "AU-10"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let names_impersonators = context.actions_giving(Attribute::ImpersonatorEmail);
    let of_class = |Class { traits, has_details }: &Class| match traits {
        _ if traits.has_failed => OfClass::Excluded,
        _ if !names_impersonators[traits.action.index()] => OfClass::NotApplicable,
        _ if *has_details => OfClass::Each,
        _ if !traits.has_actor => OfClass::NotApplicable,
        _ => OfClass::Fine,
    };
    let mut result = RuleResult::of_classes(context, of_class, |index| {
        let change = context.survey.changes.at(index);
        if change.actor.is_none() && !change.is_impersonated() {
            return Decision::NotApplicable;
        }
        let is_unexplained = change.impersonator.is_some() && change.reason.is_none();
        Decision::of(is_unexplained.then(|| {
            let impersonator = context.displayed.impersonators.text(change.impersonator);
            format!(", impersonated by {impersonator} without a reason")
        }))
    });
    for (class, count) in context.observed().into_iter().filter(|(class, _)| class.has_actor) {
        match names_impersonators[class.action.index()] {
            true => result.judged += count,
            false => result.not_applicable += count,
        }
    }
    for (index, anomaly) in context.anomalies(AnomalyKind::Unexplained) {
        let message = format!(
            "{}, impersonated by {} without a reason",
            context.describe_anomaly(anomaly),
            anomaly.message
        );
        result.find(Subject::Anomaly(index), &message);
    }
    result.find_overflow(context, AnomalyKind::Unexplained);
    result.sort(context.survey);
    result
}

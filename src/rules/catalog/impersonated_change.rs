//! `impersonated-change`: something was changed in somebody else's session.

use crate::model::attribute::Attribute;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::survey::Survey;
use crate::survey::ids::Id;

pub static RULE: Rule = Rule::new("impersonated-change", Severity::High, judge)
    .about("a portal URL was created or a connection changed in an impersonated session")
    .unplannable()
    .means(
        "Somebody who acted in an administrator's session opened the set-up portal or changed a connection. \
         The log names both, but the administrator did not do it. Where an event gives the reason for an \
         impersonation but no e-mail address, somebody unknown acted in the session. The rule is not \
         applicable to events that cannot name an impersonator; a source that logs the session instead is \
         for `support-access`.",
    )
    .why(
        "Support staff may look around in a customer's session; using it to change who can log in bypasses \
         the customer's own approval and blurs who is accountable.",
    )
    .example(
        "A support engineer impersonates an administrator to look at a login problem and deletes the \
         connection.",
    )
    .fix(
        "Ask the impersonator for the ticket and the customer for their consent; undo the change if there is \
         neither. Make impersonated sessions read-only where that is possible.",
    )
    .soc2(&["CC6.1", "CC6.3", "CC8.1"])
    .iso27001(&["A.5.18", "A.8.2", "A.8.32"])
    .nist(&["AC-6", "AU-10", "CM-5"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let names_impersonators = context.actions_giving(Attribute::ImpersonatorEmail);
    let of_class = |Class { traits, has_details }: &Class| match traits {
        _ if traits.has_failed => OfClass::Excluded,
        _ if !names_impersonators[traits.action.index()] => OfClass::NotApplicable,
        _ if *has_details => OfClass::Each,
        _ if !traits.has_actor => OfClass::NotApplicable,
        _ => OfClass::Fine,
    };
    RuleResult::of_classes(context, of_class, |index| {
        let change = context.survey.changes.at(index);
        if change.actor.is_none() && !change.is_impersonated() {
            return Decision::NotApplicable;
        }
        Decision::of(change.is_impersonated().then(|| {
            let Survey { impersonators, reasons, .. } = context.displayed;
            let impersonator = impersonators.get(change.impersonator).unwrap_or("somebody unknown");
            let reason = reasons
                .get(change.reason)
                .map_or("no reason given".to_owned(), |reason| format!("reason: `{reason}`"));
            format!(", impersonated by {impersonator} ({reason})")
        }))
    })
}

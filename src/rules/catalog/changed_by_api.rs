//! `changed-by-api`: a service, not a person, changed a connection.

use crate::model::neutral::ActorKind;
use crate::model::operation::Operation;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("changed-by-api", Severity::Low, judge)
    .about("a service rather than a person changed a connection")
    .planned_with_actor()
    .means(
        "A connection was created, enabled, disabled, deleted, updated, attached or detached, or got another \
         certificate or secret, and the source says that a program's credentials, such as an API key, were \
         used for it, whoever used them. Where the source does not say what kind of actor it was, the rule \
         is not applicable. The source's own system, which acts when time has passed, is not such a program.",
    )
    .why(
        "A program has no second factor, there is nobody to ask, and its credentials are copied more easily \
         than a person's. Where connections are set up by hand, a key that changes one has been stolen or \
         belongs to a script that nobody approved.",
    )
    .example("Connections are set up in the dashboard, and at night an API key deletes one.")
    .fix(
        "Find out which program the key belongs to and who runs it. If nobody knows it, revoke the key and \
         undo the change. If programs are meant to change connections, announce their changes in the policy, \
         or turn the rule off.",
    )
    .soc2(&["CC6.1", "CC6.3", "CC8.1"])
    .iso27001(&["A.5.17", "A.8.2", "A.8.32"])
    .nist(&["AC-6", "IA-9", "CM-5"]);

/// The changes of connections that bring them into no other state.
const ALTERATIONS: [Operation; 4] =
    [Operation::Updated, Operation::KeyChanged, Operation::Assigned, Operation::Unassigned];

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let is_of_connection =
        |operation: Operation| operation.state().is_some() || ALTERATIONS.contains(&operation);
    let of_class = |Class { traits, .. }: &Class| match traits.actor_kind {
        _ if traits.has_failed || !is_of_connection(traits.operation) => OfClass::Excluded,
        None => OfClass::NotApplicable,
        Some(ActorKind::Service) => OfClass::Each,
        Some(ActorKind::User | ActorKind::System) => OfClass::Fine,
    };
    RuleResult::of_classes(context, of_class, |_| Decision::violates(", with the credentials of a service"))
}

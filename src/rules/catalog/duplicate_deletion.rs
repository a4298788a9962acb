//! `duplicate-deletion`: one connection was deleted twice.

use crate::analysis::lifecycle;
use crate::model::operation::Operation;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("duplicate-deletion", Severity::Medium, judge)
    .about("a connection was deleted that another event had deleted before")
    .unplannable()
    .looks_for(&[Operation::Deleted])
    .means(
        "Two different events delete the same connection, and none between them created it again. The same \
         event delivered twice does not count.",
    )
    .why(
        "A connection ends once. The second deletion is a replayed request, a wrong id, or a sign that \
         events between the two are missing.",
    )
    .example("A connection is deleted on Thursday and once more on Friday by somebody else.")
    .fix(
        "Look for a creation that the log lacks; if there is none, find out who sent the second request and \
         what they meant to delete.",
    )
    .soc2(&["CC7.2", "CC8.1"])
    .iso27001(&["A.8.15", "A.8.32"])
    .nist(&["AU-6", "CM-3"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let deletes = |class: &Class| class.traits.did(Operation::Deleted);
    let candidates = context.classes().indices(|it| deletes(it) || it.traits.did(Operation::Created));
    let again = lifecycle::deleted_again(context.survey, context.confirmations, candidates);
    RuleResult::of_each(context, deletes, |index| {
        if context.survey.changes.at(index).connection.is_none() {
            return Decision::NotApplicable;
        }
        Decision::of(again[index].then_some(" a second time"))
    })
}

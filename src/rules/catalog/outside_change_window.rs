//! `outside-change-window`: a change when none was allowed.

use crate::analysis::calendar;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::{Prerequisite, Rule};
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("outside-change-window", Severity::Medium, judge)
    .about("a connection was changed outside of the change windows or during a freeze")
    .when(Prerequisite::WindowsOrFreezes)
    .means(
        "A connection was created, enabled, disabled or deleted at a time that lies in none of the policy's \
         windows, or in one of its freezes. Windows follow the clock of the policy's zone: they include the \
         minute at which they open, but not the one at which they close. A freeze includes the moment at \
         which it begins, but not the one at which it ends.",
    )
    .why(
        "Changes at agreed times are watched by people who can react. A change at night is an emergency, a \
         mistake, or the work of somebody who hoped not to be seen.",
    )
    .example(
        "Changes are allowed from Monday to Friday, 9:00 to 17:00, and a connection is deleted on Saturday \
         at 3:00.",
    )
    .fix(
        "Find the emergency change that covers it. If there is none, treat it as unapproved: ask the actor \
         and review the connection.",
    )
    .soc2(&["CC7.2", "CC8.1"])
    .iso27001(&["A.8.9", "A.8.32"])
    .nist(&["CM-3", "CM-5"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    if context.windows.is_empty() && context.freezes.is_empty() {
        return RuleResult::default();
    }
    RuleResult::of(context.state_changes(), |_, change| {
        let local = calendar::local(change.time, context.zone);
        let is_in = context.windows.is_empty() || context.windows.iter().any(|window| window.is_open(local));
        let freeze = context.freezes.iter().find(|freeze| freeze.holds(change.time));
        Decision::of((!is_in || freeze.is_some()).then(|| {
            let when = format!("on {} ({})", local.format("%A, %Y-%m-%d at %H:%M:%S"), context.zone);
            let what = match freeze {
                Some(freeze) => format!("during the freeze `{}`", freeze.reason),
                None => "outside of the change windows".to_owned(),
            };
            format!(" {when}, {what}")
        }))
    })
}

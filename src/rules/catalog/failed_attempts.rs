//! `failed-attempts`: one actor or address fails to change something many times in a short time.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::model::neutral::ActorKind;
use crate::rules::bursts::{Counted, events_among, report_bursts};
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::wording::human_duration;
use crate::survey::Change;
use crate::survey::ids::{ActorId, IpId};
use crate::text::plural::counted;

pub static RULE: Rule = Rule::new("failed-attempts", Severity::Medium, judge)
    .about("one actor or address fails to change something many times in a short time")
    .unplannable()
    .params(&[
        Param::count(
            "count",
            5,
            "how many attempts by one actor or from one address may fail within the window",
        ),
        Param::age("window", 10 * 60, "the time in which they are counted"),
    ])
    .means(
        "More attempts by one actor to change something or to create a portal URL failed within the window \
         than expected, whatever organizations they were about; where events name no actor, attempts from \
         one address are counted together. Attempts that follow each other this closely are reported once, \
         as one finding about all of them. Two versions of one event count once, and what failed without \
         anybody's doing does not count. The rule is not applicable to events that do not say how the \
         attempt ended; most sources only log what was done.",
    )
    .why(
        "Somebody who is refused and carries on is looking for something that is not refused: it may be an \
         account without the rights that it needs, or credentials that are tried on one organization after \
         another.",
    )
    .example("A user tries to disable the connections of twenty customers, and is refused each time.")
    .fix(
        "Ask the actor whether it was them and what they were doing. If not, end their sessions and reset \
         their credentials; look for attempts by them that succeeded.",
    )
    .soc2(&["CC6.1", "CC7.2", "CC7.3"])
    .iso27001(&["A.5.25", "A.8.15", "A.8.16"])
    .nist(&["AC-7", "AU-6", "SI-4"]);

/// Whose attempts are counted together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Origin {
    Actor(ActorId),
    /// An address from which somebody who is not named did it.
    Address(IpId),
}

fn origin(change: &Change) -> Option<Origin> {
    change.actor.map(Origin::Actor).or_else(|| change.ip.map(Origin::Address))
}

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let of_class = |Class { traits, .. }: &Class| match traits {
        _ if !traits.has_outcome => OfClass::NotApplicable,
        _ if traits.has_actor => OfClass::Fine,
        _ => OfClass::Each,
    };
    let result = RuleResult::of_classes(context, of_class, |index| {
        if origin(&context.survey.changes.at(index)).is_some() {
            Decision::Fine
        } else {
            Decision::NotApplicable
        }
    });
    let mut failed: HashMap<Origin, Counted<u64>, RandomState> = HashMap::default();
    let is_attempt =
        |Class { traits, .. }: &Class| traits.has_failed && traits.actor_kind != Some(ActorKind::System);
    for index in context.classes().indices(is_attempt) {
        let change = context.survey.changes.at(index);
        if let Some(origin) = origin(&change) {
            failed
                .entry(origin)
                .or_default()
                .extend([(index, (change.time, context.survey.changes.key(index)))]);
        }
    }
    report_bursts(context, failed.into_values(), |burst| message(context, burst), result)
}

fn message(context: &RuleContext<'_>, burst: &[usize]) -> String {
    let changes = &context.survey.changes;
    let (first, last) = (&changes.at(burst[0]), &changes.at(burst[burst.len() - 1]));
    let who = match origin(first) {
        Some(Origin::Address(ip)) => format!("somebody at {}", context.displayed.ips.names.text(Some(ip))),
        _ => context.actor(first.actor).to_owned(),
    };
    let organizations: HashSet<_> =
        burst.iter().filter_map(|index| changes.at(*index).organization).collect();
    let across = match organizations.len() {
        0 => String::new(),
        count => format!(" in {}", counted(count as u64, "organization")),
    };
    format!(
        "{who} failed to change something {} times within {}{across}, first by {} for {} (more than {} within {})",
        events_among(context, burst),
        human_duration(last.time.seconds_since(first.time)),
        context.survey.action(first.action).unwrap_or_default(),
        context.organization(first.organization),
        context.count("count"),
        context.policy_duration("window"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::reach::Reach;
    use crate::model::operation::Operation;
    use crate::rules::testing::{at, change, found, judge};
    use crate::sources::ALL;
    use crate::survey::Survey;

    /// A survey of attempts that failed, one a second; `who` gives the origin of each.
    fn survey(count: i64, who: impl Fn(&mut Survey, i64, Change) -> Change) -> Survey {
        let mut survey = Survey::default();
        for number in 0..count {
            let failed = change(&mut survey, ALL[0].name, Operation::Deleted);
            let failed = Change { time: at(number), has_failed: true, has_outcome: true, ..failed };
            let failed = who(&mut survey, number, failed);
            survey.changes.push(failed);
        }
        survey
    }

    /// How many events were judged, how many could not be, and the messages.
    fn judged(survey: &Survey) -> (u64, u64, Vec<String>) {
        let result = judge(&RULE, survey, &Reach::of(survey, at(1 << 40)));
        let messages = found(&result, survey).into_iter().map(|(_, message)| message).collect();
        (result.judged, result.not_applicable, messages)
    }

    #[test]
    fn without_an_actor_those_from_one_address_count() {
        let at_address = |survey: &mut Survey, number: i64, change: Change| {
            let organization = survey.organizations.names.id(&format!("org_{}", number % 3));
            let ip = Some(survey.ips.names.id("192.0.2.1"));
            Change { ip, organization: Some(organization), ..change }
        };
        let (judged_events, not_applicable, messages) = judged(&survey(6, at_address));
        assert_eq!((judged_events, not_applicable), (6, 0));
        let expected = "somebody at 192.0.2.1 failed to change something 6 times within 5s in 3 organizations, first \
                        by action 0 for org_0 (more than 5 within 10m)";
        assert_eq!(messages, [expected]);
        assert_eq!(judged(&survey(5, at_address)), (5, 0, vec![]));
    }

    #[test]
    fn an_actor_is_one_from_any_address_and_an_address_is_of_one_actor() {
        let names = |survey: &mut Survey, number: i64, actor: Option<&str>, change: Change| {
            let ip = Some(survey.ips.names.id(&format!("192.0.2.{number}")));
            Change { actor: actor.map(|actor| survey.actors.names.id(actor)), ip, ..change }
        };
        let (_, _, messages) =
            judged(&survey(6, |survey, number, change| names(survey, number, Some("a"), change)));
        assert_eq!(messages.len(), 1, "{messages:?}");
        let alternating = |survey: &mut Survey, number: i64, change: Change| {
            let actor = (number % 2 == 0).then_some("a");
            names(survey, 1, actor, change)
        };
        assert_eq!(judged(&survey(10, alternating)).2, Vec::<String>::new());
    }

    #[test]
    fn nobody_and_the_system_make_no_attempts() {
        let (judged_events, not_applicable, messages) = judged(&survey(9, |_, _, change| change));
        assert_eq!((judged_events, not_applicable, messages.len()), (0, 9, 0));
        let by_system = |survey: &mut Survey, _: i64, change: Change| {
            let actor = Some(survey.actors.names.id("system"));
            Change { actor, actor_kind: Some(ActorKind::System), ..change }
        };
        assert_eq!(judged(&survey(9, by_system)), (9, 0, vec![]));
    }
}

//! `connection-altered`: a connection has another identity provider or type than before.

use crate::model::operation::Operation;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::rules::wording::human_duration;
use crate::survey::Change;
use crate::survey::Survey;
use crate::survey::ids::{ChangeId, Id, KindId};

pub static RULE: Rule = Rule::new("connection-altered", Severity::High, judge)
    .about("the identity provider or type of a connection changes without a deletion")
    .means(
        "An event gives a connection another identity provider or another type than an earlier event about \
         it did, and the connection was not deleted in between. Every such change is a finding, also the one \
         back. What an event does not say is compared with nothing, and neither are two providers that no \
         document names, as they may be one; types are compared as the source writes them, within one \
         source.",
    )
    .why(
        "Whoever runs the identity provider decides who the users are. A connection that is turned to \
         another one in place lets strangers in under its old id, and no deletion or creation shows it.",
    )
    .example(
        "A connection was created with the company's provider, and is enabled with one that anybody can \
         register with.",
    )
    .fix(
        "Confirm the change with the organization through a channel of your own. If it is unknown there, \
         disable the connection and end its sessions.",
    )
    .soc2(&["CC6.1", "CC8.1"])
    .iso27001(&["A.5.16", "A.8.5", "A.8.32"])
    .nist(&["IA-2", "IA-8", "CM-3", "CM-6"]);

/// The latest change that names a connection's provider or type, and the kind of connection that it names.
#[derive(Clone, Copy)]
struct Naming {
    change: ChangeId,
    kind: Option<KindId>,
}

/// The latest provider and type that changes name for a connection.
#[derive(Clone, Copy, Default)]
struct Named {
    provider: Option<Naming>,
    kind: Option<Naming>,
}

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let mut connections = vec![Named::default(); survey.connections.len()];
    let mut result = RuleResult::default();
    for (index, change) in survey.changes.iter().enumerate() {
        let Some(connection) = change.connection else {
            continue;
        };
        let named = &mut connections[connection.index()];
        if change.operation.state().is_none() {
            continue;
        }
        let decision = named.compare(survey, ChangeId::new(index));
        if change.operation == Operation::Deleted {
            *named = Named::default();
        }
        if context.covers(change) {
            result.add(Subject::Change(index), decision);
        }
    }
    result
}

fn provider(survey: &Survey, change: &Change) -> Option<&'static str> {
    survey.kinds.kind(change.kind)?.provider
}

/// The type of the connection, and the source that names it.
fn type_and_source<'a>(survey: &'a Survey, change: &Change) -> Option<(&'a str, &'static str)> {
    let source = survey.action_facts.get(change.action.index()).map_or("", |facts| facts.0);
    let name = survey.kinds.types.names.get(survey.kinds.kind(change.kind)?.name)?;
    Some((name, source))
}

impl Named {
    /// Compares a change with those before it, and remembers it.
    fn compare(&mut self, survey: &Survey, id: ChangeId) -> Decision {
        let change = &survey.changes[id.index()];
        // The usual case, checked first for speed: the same kind has the same provider and type in every source.
        let kinds = [self.provider, self.kind].map(|naming| naming.and_then(|naming| naming.kind));
        if change.kind.is_some() && kinds == [change.kind; 2] {
            return Decision::Fine;
        }
        let (provider_now, type_now) = (provider(survey, change), type_and_source(survey, change));
        if provider_now.is_none() && type_now.is_none() {
            return Decision::NotApplicable;
        }
        let earlier = |by: &Change| human_duration(change.time.seconds_since(by.time));
        let mut alterations = Vec::new();
        if let Some(now) = provider_now
            && let Some(by) = replace(&mut self.provider, (survey, id), |by| {
                provider(survey, by).is_some_and(|it| it != now)
            })
        {
            let before = provider(survey, by).unwrap_or_default();
            alterations.push(format!("with provider {now}, which was {before} {} earlier", earlier(by)));
        }
        let is_other = |(name, source): (&str, &str), (now, source_now): (&str, &str)| {
            source == source_now && !name.eq_ignore_ascii_case(now)
        };
        if let Some(now) = type_now
            && let Some(by) = replace(&mut self.kind, (survey, id), |by| {
                type_and_source(survey, by).is_some_and(|before| is_other(before, now))
            })
        {
            let before = type_and_source(survey, by).unwrap_or_default().0;
            alterations.push(format!("with type {}, which was {before} {} earlier", now.0, earlier(by)));
        }
        Decision::of((!alterations.is_empty()).then(|| format!(" {}", alterations.join(" and "))))
    }
}

/// Replaces the naming if the change names something else, and returns the change that named it until then.
/// Another version of the same event is a conflict, not an alteration.
fn replace<'a>(
    naming: &mut Option<Naming>,
    (survey, id): (&'a Survey, ChangeId),
    is_other: impl Fn(&Change) -> bool,
) -> Option<&'a Change> {
    let change = &survey.changes[id.index()];
    let before = naming.map(|naming| &survey.changes[naming.change.index()]);
    let before = before.filter(|before| before.key != change.key && is_other(before));
    if naming.is_none() || before.is_some() {
        *naming = Some(Naming { change: id, kind: change.kind });
    }
    before
}

//! `connection-altered`: a connection was changed in place, or has another identity provider or type than before.

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
    .about("a connection was changed in place, or has another identity provider or type without a deletion")
    .means(
        "An event says that the configuration of a connection was updated, such as its issuer, its endpoint \
         or whom it trusts; or an event gives a connection a different identity provider or type than an \
         earlier event about it did, and the connection was not deleted in between. Every such change is a \
         finding, including a change back, and an update that names another provider is one finding. What an \
         event does not say is not compared, and neither are two providers that no document names, as they \
         may be the same; types are compared as the source writes them, within one source. A certificate or \
         secret that was renewed (`key-changed`) is not a finding: certificates expire, so customers renew \
         them all the time, and nothing in such an event tells a renewal from a takeover; `changed-by-api` \
         finds those that a program made.",
    )
    .why(
        "Whoever runs the identity provider decides who the users are. A connection that is pointed at \
         another provider in place lets strangers in under its old id, and no deletion or creation shows it.",
    )
    .example(
        "A connection was created with the company's provider, and is then enabled with one that anybody can \
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

/// The kinds of connections, looked up once for all changes.
struct Kinds<'s> {
    survey: &'s Survey,
    /// The provider and the type of each.
    all: Vec<(Option<&'static str>, Option<&'s str>)>,
}

/// The latest provider and type that changes name for a connection.
#[derive(Clone, Copy, Default)]
struct Named {
    provider: Option<Naming>,
    kind: Option<Naming>,
}

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let kinds = Kinds::of(survey);
    let mut connections = vec![Named::default(); survey.connections.len()];
    let mut result = RuleResult::default();
    let classes = context.classes();
    classes.indices(|it| it.traits.state().is_some() || it.traits.did(Operation::Updated)).for_each(
        |index| {
            let change = survey.changes.at(index);
            let is_update = change.did(Operation::Updated);
            let compared = match change.connection.map(|connection| &mut connections[connection.index()]) {
                Some(named) => {
                    let compared = named.compare(&kinds, ChangeId::new(index));
                    if change.did(Operation::Deleted) {
                        *named = Named::default();
                    }
                    compared
                }
                // A source with one connection in an organization gives it no id.
                None if is_update => Decision::NotApplicable,
                None => return,
            };
            if context.covers(&change) {
                result.add(Subject::Change(index), if is_update { updated(compared) } else { compared });
            }
        },
    );
    result
}

/// An update is a finding whatever it changed; what is known of that continues its description.
fn updated(compared: Decision<'_>) -> Decision<'_> {
    match compared {
        Decision::NotApplicable | Decision::Fine => Decision::violates(""),
        altered => altered,
    }
}

impl<'s> Kinds<'s> {
    fn of(survey: &'s Survey) -> Self {
        let all = KindId::first(survey.kinds.len()).map(|kind| {
            let [name, _, _] = survey.kinds.texts(Some(kind));
            (survey.kinds.kind(kind).and_then(|kind| kind.provider), name)
        });
        Self { survey, all: all.collect() }
    }

    fn provider(&self, change: &Change) -> Option<&'static str> {
        self.all[change.kind?.index()].0
    }

    /// The type of the connection, and the source that names it.
    fn type_and_source(&self, change: &Change) -> Option<(&'s str, &'static str)> {
        let name = self.all[change.kind?.index()].1?;
        Some((name, self.survey.action_facts.get(change.action.index()).map_or("", |facts| facts.0)))
    }
}

impl Named {
    /// Compares a change with those before it, and remembers it.
    fn compare(&mut self, kinds: &Kinds<'_>, id: ChangeId) -> Decision<'static> {
        let change = kinds.survey.changes.at(id.index());
        // The usual case, checked first for speed: the same kind has the same provider and type in every source.
        let named = [self.provider, self.kind].map(|naming| naming.and_then(|naming| naming.kind));
        if change.kind.is_some() && named == [change.kind; 2] {
            return Decision::Fine;
        }
        let (provider_now, type_now) = (kinds.provider(&change), kinds.type_and_source(&change));
        if provider_now.is_none() && type_now.is_none() {
            return Decision::NotApplicable;
        }
        let earlier = |by: &Change| human_duration(change.time.seconds_since(by.time));
        let mut alterations = Vec::new();
        if let Some(now) = provider_now
            && let Some(by) = replace(&mut self.provider, (kinds.survey, id), |by| {
                kinds.provider(by).is_some_and(|it| it != now)
            })
        {
            let before = kinds.provider(&by).unwrap_or_default();
            alterations.push(format!("with provider {now}, which was {before} {} earlier", earlier(&by)));
        }
        let is_other = |(name, source): (&str, &str), (now, source_now): (&str, &str)| {
            source == source_now && !name.eq_ignore_ascii_case(now)
        };
        if let Some(now) = type_now
            && let Some(by) = replace(&mut self.kind, (kinds.survey, id), |by| {
                kinds.type_and_source(by).is_some_and(|before| is_other(before, now))
            })
        {
            let before = kinds.type_and_source(&by).unwrap_or_default().0;
            alterations.push(format!("with type {}, which was {before} {} earlier", now.0, earlier(&by)));
        }
        Decision::of((!alterations.is_empty()).then(|| format!(" {}", alterations.join(" and "))))
    }
}

/// Replaces the naming if the change names something else, and returns the change that named it until then.
/// Another version of the same event is a conflict, not an alteration.
fn replace(
    naming: &mut Option<Naming>,
    (survey, id): (&Survey, ChangeId),
    is_other: impl Fn(&Change) -> bool,
) -> Option<Change> {
    let change = survey.changes.at(id.index());
    let key = |id: ChangeId| survey.changes.key(id.index());
    let before = naming.filter(|naming| key(naming.change) != key(id));
    let before =
        before.map(|naming| survey.changes.at(naming.change.index())).filter(|before| is_other(before));
    if naming.is_none() || before.is_some() {
        *naming = Some(Naming { change: id, kind: change.kind });
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::reach::Reach;
    use crate::model::scopes::Scopes;
    use crate::rules::testing::{at, change, found, judge};
    use crate::sources::ALL;

    /// A survey of one connection with these operations, one a day.
    fn survey(operations: &[Operation]) -> Survey {
        let mut survey = Survey::default();
        let connection = Some(survey.connections.push("conn_1"));
        for (day, operation) in (0..).zip(operations) {
            let time = at(day * 86_400);
            let change = Change { time, connection, ..change(&mut survey, ALL[0].name, *operation) };
            survey.changes.push(change);
        }
        survey
    }

    fn indices(survey: &Survey) -> Vec<usize> {
        let result = judge(&RULE, survey, &Reach::unlimited(survey));
        found(&result, survey).into_iter().map(|(index, _)| index).collect()
    }

    #[test]
    fn an_update_is_found_and_a_renewed_key_is_not() {
        use Operation::{Assigned, Created, DomainChanged, KeyChanged, Updated};
        let mut survey = survey(&[Created, Updated, KeyChanged, Assigned, DomainChanged, Updated]);
        assert_eq!(indices(&survey), [1, 5]);
        survey.changes.edit(1, |change| change.has_failed = true);
        // A source may have no ids of connections.
        survey.changes.edit(5, |change| change.connection = None);
        assert_eq!(indices(&survey), [5]);
        survey.changes.edit(5, |change| change.scopes = Scopes::NONE);
        assert!(indices(&survey).is_empty());
    }
}

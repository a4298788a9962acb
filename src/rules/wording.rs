//! The wording of messages: descriptions of changes and events, and durations.

use crate::model::operation::Operation;
use crate::model::time;
use crate::rules::context::RuleContext;
use crate::survey::Anomaly;
use crate::survey::Change;
use crate::survey::ids::{ActionId, ActorId, ConnectionId, OrganizationId};

impl RuleContext<'_> {
    /// Describes a change: `conn_1 of org_1 (Acme) was deleted by Alice`.
    pub fn describe_change(&self, change: &Change) -> String {
        let description = ChangeDescription {
            operation: change.operation,
            connection: self.survey.connections.get(change.connection),
            organization: self.displayed.organizations.names.get(change.organization),
            organization_name: self.displayed.organization_name(change.organization),
            actor: self.displayed.actor(change.actor),
        };
        description.followed_by("")
    }

    /// Describes an event that is no change: `sso.view_settings for org_1 (Acme) by Alice`.
    pub(super) fn describe_other(&self, event: &Change) -> String {
        let Change { action, connection, organization, actor, .. } = *event;
        self.describe_event(EventIds { action: Some(action), connection, organization, actor })
    }

    /// Describes the event of an anomaly.
    pub(super) fn describe_anomaly(&self, anomaly: &Anomaly) -> String {
        let Anomaly { action, connection, organization, actor, .. } = *anomaly;
        self.describe_event(EventIds { action, connection, organization, actor })
    }

    fn describe_event(&self, event: EventIds) -> String {
        let action = self.survey.action(event.action).unwrap_or_default();
        let connection = self.survey.connections.get(event.connection);
        let connection = connection.map_or(String::new(), |id| format!(" {id} of"));
        let organization = self.organization(event.organization);
        format!("{action} for{connection} {organization} by {}", self.actor(event.actor))
    }

    /// The text for a connection.
    pub(super) fn connection(&self, id: Option<ConnectionId>) -> &str {
        connection(self.survey.connections.get(id))
    }

    /// The text for an organization: its id, and its name in parentheses.
    pub(super) fn organization(&self, id: Option<OrganizationId>) -> String {
        organization(self.displayed.organizations.names.get(id), self.displayed.organization_name(id))
            .concat()
    }

    /// The text for an actor.
    pub(super) fn actor(&self, id: Option<ActorId>) -> &str {
        actor(self.displayed.actor(id))
    }

    /// A setting that is a duration, as written in a policy.
    pub(super) fn policy_duration(&self, key: &str) -> String {
        policy_duration(self.age(key))
    }
}

/// The ids that the description of an event uses.
struct EventIds {
    action: Option<ActionId>,
    connection: Option<ConnectionId>,
    organization: Option<OrganizationId>,
    actor: Option<ActorId>,
}

/// The texts that the description of a change uses.
pub struct ChangeDescription<'a> {
    /// The operation.
    pub operation: Operation,
    /// Id of the connection.
    pub connection: Option<&'a str>,
    /// Id of the organization.
    pub organization: Option<&'a str>,
    /// Name of the organization.
    pub organization_name: Option<&'a str>,
    /// The best name of the actor.
    pub actor: Option<&'a str>,
}

impl ChangeDescription<'_> {
    /// The description, continued by `rest`: `conn_1 of org_1 (Acme) was deleted by Alice` and `rest`.
    pub fn followed_by(&self, rest: &str) -> String {
        let [id, opening, name, closing] = organization(self.organization, self.organization_name);
        let actor = actor(self.actor);
        let (subject, done) = match self.operation {
            Operation::PortalOpened => (["a portal URL for ", "", ""], "created"),
            Operation::DomainChanged => (["a domain of ", "", ""], "changed"),
            Operation::Enforced => (["SSO of ", "", ""], "made mandatory"),
            Operation::Relaxed => (["SSO of ", "", ""], "made optional"),
            Operation::KeyChanged => {
                (["a certificate or secret of ", connection(self.connection), " of "], "changed")
            }
            operation => (["", connection(self.connection), " of "], operation.name()),
        };
        let [start, connection, of] = subject;
        // `format!` takes several times as long, and there are hundreds of thousands of these.
        [start, connection, of, id, opening, name, closing, " was ", done, " by ", actor, rest].concat()
    }
}

/// The text for a connection.
pub fn connection(id: Option<&str>) -> &str {
    id.unwrap_or("an unnamed connection")
}

/// The id, and the name in parentheses.
fn organization<'a>(id: Option<&'a str>, name: Option<&'a str>) -> [&'a str; 4] {
    let id = id.unwrap_or("an unnamed organization");
    match name.filter(|name| *name != id) {
        Some(name) => [id, " (", name, ")"],
        None => [id, "", "", ""],
    }
}

/// The text for an actor.
pub fn actor(name: Option<&str>) -> &str {
    name.unwrap_or("an unknown actor")
}

/// A duration as written in a policy: in the greatest unit that divides it; a single day is written in hours.
pub fn policy_duration(seconds: u64) -> String {
    // From how many seconds on a unit is used, its length in seconds, and its letter.
    let units = [(2 * 86_400, 86_400, "d"), (3600, 3600, "h"), (60, 60, "m")];
    let unit = units.into_iter().find(|(least, size, _)| seconds >= *least && seconds.is_multiple_of(*size));
    let (_, size, name) = unit.unwrap_or((0, 1, "s"));
    format!("{}{name}", seconds / size)
}

/// A duration in its two greatest units.
pub fn human_duration(seconds: u64) -> String {
    time::duration(seconds, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_written_as_they_are_read() {
        for text in ["0s", "1s", "59s", "90s", "1m", "10m", "90m", "1h", "24h", "36h", "2d", "7d"] {
            let seconds = time::parse_age(text).unwrap() as u64;
            assert_eq!(policy_duration(seconds), text);
        }
    }
}

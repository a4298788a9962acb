//! What rules say: who did what to which connection, and lengths of time.

use crate::model::operation::Operation;
use crate::model::time;
use crate::rules::context::RuleContext;
use crate::survey::Anomaly;
use crate::survey::Change;
use crate::survey::ids::{ActionId, ActorId, ConnectionId, OrganizationId};

impl RuleContext<'_> {
    /// What a change did.
    pub fn describe_change(&self, change: &Change) -> String {
        let Self { survey, shown, .. } = self;
        let organization = shown.organizations.names.get(change.organization);
        let named = (organization, shown.organization_name(change.organization));
        let connection = survey.connections.get(change.connection);
        describe_change(change.operation, connection, named, shown.actor(change.actor), "")
    }

    /// What to call a connection.
    pub(super) fn connection(&self, id: Option<ConnectionId>) -> &str {
        connection(self.survey.connections.get(id))
    }

    /// What to call an organization: id, and name if there is one.
    pub(super) fn organization(&self, id: Option<OrganizationId>) -> String {
        organization(self.shown.organizations.names.get(id), self.shown.organization_name(id)).concat()
    }

    /// What to call an actor.
    pub(super) fn actor(&self, id: Option<ActorId>) -> &str {
        actor(self.shown.actor(id))
    }

    /// What an event is that is no change: `sso.view_settings for org_1 (Acme) by Alice`.
    pub(super) fn describe_anomaly(&self, anomaly: &Anomaly) -> String {
        let Anomaly { action, connection, organization, actor, .. } = *anomaly;
        self.describe_event(&OtherEvent { action, connection, organization, actor })
    }

    /// The same of any event.
    pub(super) fn describe_event(&self, event: &OtherEvent) -> String {
        let OtherEvent { action, connection, organization, actor } = *event;
        let action = self.survey.action(action).unwrap_or_default();
        let connection = self.survey.connections.get(connection);
        let connection = connection.map_or(String::new(), |id| format!(" {id} of"));
        format!("{action} for{connection} {} by {}", self.organization(organization), self.actor(actor))
    }

    /// A setting that is an age, as it is written in a policy.
    pub(super) fn policy_duration(&self, key: &str) -> String {
        policy_duration(self.age(key))
    }
}

/// What a sentence about an event that is no change is made of.
pub(super) struct OtherEvent {
    pub action: Option<ActionId>,
    pub connection: Option<ConnectionId>,
    pub organization: Option<OrganizationId>,
    pub actor: Option<ActorId>,
}

/// What somebody did, and the rest of the sentence: `conn_1 of org_1 (Acme) was deleted by Alice`. An
/// organization is given by its id and its name.
pub fn describe_change(
    operation: Operation,
    connection: Option<&str>,
    (id, name): (Option<&str>, Option<&str>),
    actor: Option<&str>,
    rest: &str,
) -> String {
    let [id, opening, name, closing] = organization(id, name);
    let actor = self::actor(actor);
    // There are hundreds of thousands of these: formatting takes several times as long.
    match operation {
        Operation::PortalOpened => {
            ["a portal URL for ", id, opening, name, closing, " was created by ", actor, rest].concat()
        }
        operation => {
            let (connection, done) = (self::connection(connection), operation.name());
            let parts = [connection, " of ", id, opening, name, closing, " was ", done, " by ", actor, rest];
            parts.concat()
        }
    }
}

/// What to call a connection.
pub fn connection(id: Option<&str>) -> &str {
    id.unwrap_or("an unnamed connection")
}

/// The id, and the name in brackets.
fn organization<'a>(id: Option<&'a str>, name: Option<&'a str>) -> [&'a str; 4] {
    let id = id.unwrap_or("an unnamed organization");
    match name.filter(|name| *name != id) {
        Some(name) => [id, " (", name, ")"],
        None => [id, "", "", ""],
    }
}

/// What to call somebody.
pub fn actor(name: Option<&str>) -> &str {
    name.unwrap_or("an unknown actor")
}

/// An age as it is written in a policy: in the greatest unit of which it is a multiple, a day in hours.
pub fn policy_duration(seconds: u64) -> String {
    // From how many seconds on, how many are one, and its letter.
    let units = [(2 * 86_400, 86_400, "d"), (3600, 3600, "h"), (60, 60, "m")];
    let unit = units.into_iter().find(|(least, size, _)| seconds >= *least && seconds.is_multiple_of(*size));
    let (_, size, name) = unit.unwrap_or((0, 1, "s"));
    format!("{}{name}", seconds / size)
}

/// How long something took, to two units.
pub fn human_duration(seconds: u64) -> String {
    time::duration(seconds, 2)
}

/// `1 event`, `2 events`.
pub fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
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

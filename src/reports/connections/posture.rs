//! Which organizations had active SSO at a moment.

use super::history::Histories;
use crate::analysis::reach::Certainty;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::reports::sheet::Tone;
use crate::survey::Survey;
use crate::survey::ids::{ChangeId, ConnectionId, Id, OrganizationId};

/// The SSO posture of an organization at a moment, as far as the log shows it.
#[derive(Clone)]
pub struct Posture {
    /// The organization.
    pub organization: OrganizationId,
    /// Whether a change of one of its connections is selected.
    is_displayed: bool,
    /// The latest change of any of its connections.
    latest: Option<ChangeId>,
    /// Whether the state of one of its connections is unknown, as its events contradict each other.
    has_unknown: bool,
    /// The certainty of the rest.
    pub certainty: Certainty,
    /// Since when it has had no active connection, if it had one before.
    pub without_since: Option<Timestamp>,
    /// The connections that are known to be active.
    pub active: Vec<ConnectionId>,
}

impl Posture {
    /// The posture of an organization without connections.
    fn without_connection(organization: OrganizationId) -> Self {
        Self {
            organization,
            is_displayed: false,
            latest: None,
            has_unknown: false,
            certainty: Certainty::Certain,
            without_since: None,
            active: Vec::new(),
        }
    }

    /// The tone of its row.
    pub fn tone(&self) -> Tone {
        match self.without_since {
            Some(_) if self.certainty == Certainty::Certain => Tone::Bad,
            Some(_) => Tone::Warn,
            None if self.active.is_empty() => Tone::Plain,
            None => Tone::Good,
        }
    }
}

/// The organizations to list, by id: those with a connection that the selection keeps.
pub fn postures(survey: &Survey, histories: &Histories, at: Timestamp) -> Vec<Posture> {
    let mut displayed = by_organization(survey, histories);
    displayed.retain(|posture| posture.is_displayed);
    displayed.sort_by_key(|posture| survey.organizations.names.get(posture.organization));
    for posture in &mut displayed {
        let Some(change) = posture.latest.map(|latest| survey.changes.at(latest.index())) else {
            continue;
        };
        let organization = Some(posture.organization);
        let certainty = histories.reach.certainty(organization, change.action, (change.time, at));
        posture.certainty = if posture.has_unknown { certainty.contradicted() } else { certainty };
    }
    displayed
}

/// The posture of each organization, from its connections and its gaps.
fn by_organization(survey: &Survey, histories: &Histories) -> Vec<Posture> {
    let mut postures: Vec<_> = survey.organizations.names.ids().map(Posture::without_connection).collect();
    for history in histories.all.iter().filter(|history| history.changes > 0) {
        let Some(posture) = history.owner.map(|owner| &mut postures[owner.index()]) else {
            continue;
        };
        posture.is_displayed |= history.is_displayed;
        posture.has_unknown |= history.state == Some(State::Unknown);
        posture.latest = posture.latest.max(history.latest);
        if history.state == Some(State::Active) {
            posture.active.push(history.connection);
        }
    }
    for gap in histories.gaps.iter().filter(|gap| gap.end.is_none()) {
        if let Some(posture) = gap.organization.map(|id| &mut postures[id.index()]) {
            posture.without_since = Some(survey.changes.at(gap.cause).time);
            posture.has_unknown |= gap.is_contradictory;
        }
    }
    postures
}

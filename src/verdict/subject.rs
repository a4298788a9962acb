//! What a finding is about: event, organization, connection and actor, by their ids in the survey.

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::rules::{Burst, Renamed, Subject};
use crate::scan::LineRef;
use crate::survey::ids::{ActionId, ActorId, ConnectionId, OrganizationId};
use crate::survey::{CertificateNotice, Change, Match, NamesInEvent, Part, Silence, Survey};

/// What a subject is about, by ids of the survey.
pub struct About {
    pub time: Option<Timestamp>,
    pub operation: Option<Operation>,
    pub action: Option<ActionId>,
    pub organization: Option<OrganizationId>,
    pub connection: Option<ConnectionId>,
    pub actor: Option<ActorId>,
    pub said: NamesInEvent,
    pub place: Option<LineRef>,
    /// Where the next event is, if it is about a silence that ended.
    pub next: Option<LineRef>,
}

pub fn about(survey: &Survey, subject: Subject) -> About {
    match subject {
        Subject::Change(index) => {
            let change = survey.changes.at(index);
            About { operation: Some(change.operation), ..about_event(&change, survey.names_in_change(index)) }
        }
        Subject::Conflicting(index) => {
            about_event(&survey.conflicting[index], survey.names_in_conflicting(index))
        }
        Subject::OrganizationChange(index, organization) => {
            let about = about(survey, Subject::Change(index as usize));
            About { said: said_of(&about, organization), organization, ..about }
        }
        // A burst is about several changes and connections, and usually about several organizations.
        Subject::Burst(Burst { first, organization, .. }) => {
            let about = about(survey, Subject::Change(first as usize));
            let said = said_of(&about, organization);
            About { operation: None, organization, connection: None, said, ..about }
        }
        Subject::Anomaly(index) => {
            let anomaly = &survey.anomalies.kept[index];
            About {
                time: anomaly.time,
                action: anomaly.action,
                organization: anomaly.organization,
                connection: anomaly.connection,
                actor: anomaly.actor,
                said: anomaly.names,
                place: Some(anomaly.place),
                ..NOTHING
            }
        }
        Subject::Matched(index) => {
            let Match { event, names, .. } = &survey.matches.kept[index as usize];
            About { operation: Some(event.operation), ..about_event(event, *names) }
        }
        Subject::Correlated(_, last, _) => {
            let Match { event, names, .. } = &survey.matches.kept[last as usize];
            about_event(event, *names)
        }
        Subject::Overflow(_) | Subject::Unlisted(_) => NOTHING,
        Subject::Silence(index) => about_silence(&survey.silences[index]),
        Subject::Renamed(renamed) => about_name(survey, renamed),
        Subject::Certificate(index) => about_certificate(&survey.certificates[index as usize]),
    }
}

const NOTHING: About = About {
    time: None,
    operation: None,
    action: None,
    organization: None,
    connection: None,
    actor: None,
    said: NamesInEvent::NONE,
    place: None,
    next: None,
};

fn about_silence(silence: &Silence) -> About {
    let Silence { part, from: (time, place), next, .. } = *silence;
    let organization = match part {
        Part::Organization(_, id) => Some(id),
        Part::Log | Part::Source(_) => None,
    };
    About { time: Some(time), organization, place: Some(place), next, ..NOTHING }
}

fn about_event(event: &Change, said: NamesInEvent) -> About {
    let Change { time, action, organization, connection, actor, place, .. } = *event;
    let (time, place) = (Some(time), Some(place));
    About { time, action: Some(action), organization, connection, actor, said, place, ..NOTHING }
}

fn about_certificate(notice: &CertificateNotice) -> About {
    let CertificateNotice { time, action, organization, connection, actor, place, .. } = *notice;
    let (time, action, place) = (Some(time), Some(action), Some(place));
    About { time, action, organization, connection: Some(connection), actor, place, ..NOTHING }
}

fn about_name(survey: &Survey, renamed: Renamed) -> About {
    let first = renamed.uses(survey).map(|[_, later]| later.first);
    let (time, place) = first.unzip();
    match renamed {
        Renamed::Actor(id, _) => About { time, place, actor: Some(id), ..NOTHING },
        Renamed::Organization(id, _) => About { time, place, organization: Some(id), ..NOTHING },
    }
}

/// What the event says, without the organization name if that belongs to another organization.
fn said_of(about: &About, organization: Option<OrganizationId>) -> NamesInEvent {
    let is_it = about.organization == organization;
    let organization_name = if is_it { about.said.organization_name } else { None };
    NamesInEvent { organization_name, ..about.said }
}

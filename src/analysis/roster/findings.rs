//! What a roster says about a log: who was allowed what they did, who had which role, and which admins the log has no
//! event of.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::analysis::roster::{Admin, Authorization, Role, Roster};
use crate::model::attribute::Attribute;
use crate::model::redact::Redactor;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::survey::{Moment, NamesInEvent, Survey, Visit};

/// What a roster says about a log.
#[derive(Clone, Debug, Default)]
pub struct RosterFindings {
    /// For each change, whether it was allowed; `None` if it is not selected or not for administrators only.
    pub verdicts: Vec<Option<Authorization>>,
    /// For each visit, the role of its actor in its organization at that time; `None` if the roster names none.
    pub roles: Vec<Option<Role>>,
    /// The admins of whom the log has no event, selected or not, by their names.
    pub unseen: Vec<Unseen>,
}

/// An admin on the roster of whom the log has no event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unseen {
    /// The actor as in the roster.
    pub actor: String,
    /// The organization as in the roster.
    pub organization: String,
    /// From when on the log covers the time of the role.
    pub from: Timestamp,
    /// Until when it covers that time.
    pub until: Timestamp,
}

impl RosterFindings {
    /// What a roster says about a log; `now` is the present.
    pub fn of(roster: &Roster, survey: &Survey, now: Timestamp) -> Self {
        let (verdicts, roles) =
            parallel::both(|| roster.verdicts(survey, now), || roles(roster, survey, now));
        Self { verdicts, roles, unseen: unseen(roster, survey) }
    }

    /// Replaces personal texts of the roster with pseudonyms. Of an organization, only an id of the log is known to be no
    /// name; the survey has to be one without pseudonyms.
    pub fn redact(&mut self, redactor: &Redactor, survey: &Survey) {
        let is_name = |id| survey.organization_name(id) == survey.organizations.names.get(id);
        let ids = survey.organizations.names.ids().filter(|id| !is_name(*id));
        let ids: HashSet<_, RandomState> =
            ids.map(|id| survey.organizations.names.text(id).to_ascii_lowercase()).collect();
        for Unseen { actor, organization, .. } in &mut self.unseen {
            *actor = redactor.redact(Attribute::ActorId, actor.as_str().into()).into_owned();
            if organization != super::EVERY_ORGANIZATION && !ids.contains(&organization.to_ascii_lowercase())
            {
                let name = organization.as_str().into();
                *organization = redactor.redact(Attribute::OrganizationName, name).into_owned();
            }
        }
        self.unseen.sort();
    }
}

/// The roles that actors had by the names in force at the time.
fn roles(roster: &Roster, survey: &Survey, now: Timestamp) -> Vec<Option<Role>> {
    parallel::map(&survey.visits, |visit| {
        let Visit { time, actor, organization, .. } = *visit;
        let moment = Moment { time, now };
        let organization = survey.organization_at(organization, NamesInEvent::NONE, moment);
        roster.role_of(&organization, &survey.actor_at(actor, NamesInEvent::NONE, moment), time)
    })
}

/// The admins whose role overlaps the time of the log, and of whom it has no event under any name, neither of their own
/// nor in the session of another.
fn unseen(roster: &Roster, survey: &Survey) -> Vec<Unseen> {
    let Some((begin, end)) = survey.ranges.up_to_the_present() else {
        return Vec::new();
    };
    let actors = survey.actors.names.ids().flat_map(|id| survey.actor_ids_and_emails(Some(id)));
    let impersonators = survey.impersonators.ids().map(|id| survey.impersonators.text(id));
    let seen: HashSet<_, RandomState> = actors.chain(impersonators).map(str::to_ascii_lowercase).collect();
    let is_covered = |admin: &&Admin| admin.from <= end && admin.until > begin;
    let absent = roster
        .admins
        .iter()
        .filter(is_covered)
        .filter(|admin| !seen.contains(&admin.actor.to_ascii_lowercase()));
    let mut unseen: Vec<_> = absent
        .map(|Admin { actor, organization, from, until }| Unseen {
            actor: actor.clone(),
            organization: organization.clone(),
            from: begin.max(*from),
            until: end.min(*until),
        })
        .collect();
    unseen.sort();
    unseen.dedup();
    unseen
}

//! Rosters: who has which role in which organization, as the user lists it in CSV or JSON. `*` and `?` are
//! wildcards, as in flags.

mod findings;
mod read;

use std::collections::HashMap;

pub use findings::{RosterFindings, Unseen};
pub use read::read;

use crate::model::operation::Requires;
use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::survey::Change;
use crate::survey::{Moment, Party, Survey};

/// A role in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May look at the settings.
    Member,
    /// May also open the portal and delete connections.
    Admin,
}

/// What a roster says about a change, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authorization {
    /// The actor has no role in the organization.
    NotOnTheRoster,
    /// The actor's role does not allow it.
    WrongRole,
    /// The change names another organization than the one that owns the connection. A roster alone never says
    /// this.
    NotTheOwner,
    /// The actor's role allows it, but the actor was impersonated.
    Impersonated,
    /// The event names no actor.
    UnknownActor,
    /// The actor's role allows it.
    Allowed,
}

/// Whether only administrators may make a change. Sources that name no actor log every change of a state, and
/// of these only deletions are known to be made by people.
pub fn is_for_admins(change: &Change) -> bool {
    match change.operation.info().requires {
        Requires::Member => false,
        Requires::Admin => true,
        Requires::AdminIfNamed => change.actor.is_some(),
    }
}

/// A role, and when somebody has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// From when on.
    pub from: Timestamp,
    /// Until when, that moment excluded.
    pub until: Timestamp,
}

impl Grant {
    /// The role, if it is held at that time.
    fn at(&self, time: Timestamp) -> Option<Role> {
        (self.from <= time && time < self.until).then_some(self.role)
    }
}

/// The rows of a roster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// The roles in rows without a wildcard, by organization and actor in ASCII lower case.
    roles: HashMap<(String, String), Vec<Grant>>,
    /// The rows that name one actor as an admin, in the order of the file.
    admins: Vec<Admin>,
    /// Rows with a wildcard, in the order of the file.
    pub wild: Vec<Row>,
    /// Indices of the rows whose organization has no wildcard, by organization in ASCII lower case.
    by_organization: HashMap<String, Vec<usize>>,
    /// Indices of the rows whose actor has no wildcard, by actor in ASCII lower case.
    by_actor: HashMap<String, Vec<usize>>,
    /// Indices of the rows with a wildcard in both.
    rest: Vec<usize>,
}

/// A row that names one actor as an admin.
#[derive(Clone, Debug, PartialEq)]
struct Admin {
    actor: String,
    organization: String,
    from: Timestamp,
    /// That moment excluded.
    until: Timestamp,
}

/// A row with a wildcard.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Organization id or name, if it has a wildcard.
    pub organization: Option<Pattern>,
    /// Actor id or e-mail address, if it has a wildcard.
    pub actor: Option<Pattern>,
    /// The role of the row.
    grant: Grant,
    /// 1-based line in the file.
    pub line: usize,
}

/// A row of the file.
struct Entry<'t> {
    organization: &'t str,
    actor: &'t str,
    grant: Grant,
    /// 1-based line in the file.
    line: u64,
}

const EVERY_ORGANIZATION: &str = "*";
const WILDCARDS: [char; 2] = ['*', '?'];

impl Role {
    /// Its name, as in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }
}

impl Roster {
    /// The strongest role that any of the actor's names has at that time in the organization under any of its names.
    pub fn role(&self, organizations: &[&str], actors: &[&str], time: Timestamp) -> Option<Role> {
        let with_every = || organizations.iter().copied().chain([EVERY_ORGANIZATION]);
        let pairs =
            with_every().flat_map(|organization| actors.iter().map(move |actor| (organization, *actor)));
        let exact = pairs.filter_map(|pair| self.roles.get(&key(pair))).flatten();
        let exact = exact.filter_map(|grant| grant.at(time)).max();
        if self.wild.is_empty() {
            return exact;
        }
        let by_organization =
            with_every().filter_map(|text| self.by_organization.get(&text.to_ascii_lowercase()));
        let by_actor = actors.iter().filter_map(|text| self.by_actor.get(&text.to_ascii_lowercase()));
        let rows = by_organization.chain(by_actor).chain([&self.rest]).flatten().map(|at| &self.wild[*at]);
        let is_any = |pattern: &Option<Pattern>, texts: &[&str]| {
            pattern.as_ref().is_none_or(|pattern| texts.iter().any(|text| pattern.matches(text)))
        };
        let matches = |row: &&Row| is_any(&row.organization, organizations) && is_any(&row.actor, actors);
        exact.max(rows.filter(matches).filter_map(|row| row.grant.at(time)).max())
    }

    /// Whether a roster allows a change, given by its index, that is for administrators only. Organization
    /// and actor go by the names that the event itself carries, or else by those in force at its time, if
    /// that is not after `now`.
    pub fn verdict(&self, survey: &Survey, change: usize, now: Timestamp) -> Authorization {
        let (change, names) = (&survey.changes.at(change), survey.names_in_change(change));
        if change.actor.is_none() {
            return Authorization::UnknownActor;
        }
        let moment = Moment { time: change.time, now };
        let organization = survey.organization_at(change.organization, names, moment);
        match self.role_of(&organization, &survey.actor_at(change.actor, names, moment), change.time) {
            None => Authorization::NotOnTheRoster,
            Some(Role::Member) => Authorization::WrongRole,
            Some(Role::Admin) if change.is_impersonated() => Authorization::Impersonated,
            Some(Role::Admin) => Authorization::Allowed,
        }
    }

    /// The authorization of every change, or `None` if the change is not selected or not for administrators
    /// only.
    pub fn verdicts(&self, survey: &Survey, now: Timestamp) -> Vec<Option<Authorization>> {
        let is_meant = |change: &Change| change.scopes.is_selected() && is_for_admins(change);
        let changes = survey.changes.iter().enumerate();
        let verdicts =
            changes.map(|(index, change)| is_meant(&change).then(|| self.verdict(survey, index, now)));
        verdicts.collect()
    }

    /// How many rows name admins by a pattern that may be anybody's.
    pub fn admin_patterns(&self) -> usize {
        let is_pattern = |row: &&Row| row.actor.is_some() && row.grant.role == Role::Admin;
        self.wild.iter().filter(is_pattern).count()
    }

    /// All patterns for organization ids or names.
    pub fn organizations(&self) -> impl Iterator<Item = Pattern> {
        let exact =
            self.roles.keys().map(|(organization, _)| organization).chain(self.by_organization.keys());
        let wild = self.wild.iter().filter_map(|row| row.organization.clone());
        exact.map(|organization| Pattern::new(organization)).chain(wild)
    }

    /// All patterns for actor ids or e-mail addresses.
    pub fn actors(&self) -> impl Iterator<Item = Pattern> {
        let exact = self.roles.keys().map(|(_, actor)| actor).chain(self.by_actor.keys());
        let wild = self.wild.iter().filter_map(|row| row.actor.clone());
        exact.map(|actor| Pattern::new(actor)).chain(wild)
    }

    /// The role by id or by name. If there are several names, the weakest role counts, as only one of them is
    /// right.
    fn role_of(&self, organization: &Party<'_>, actor: &Party<'_>, time: Timestamp) -> Option<Role> {
        let by = |organization: &[&str]| {
            let by_id = actor.id.and_then(|id| self.role(organization, &[id], time));
            let by_name =
                actor.names.iter().map(|name| self.role(organization, &[name], time)).min().flatten();
            by_id.max(by_name)
        };
        let by_id = by(organization.id.as_slice());
        let by_name = organization.names.iter().map(|name| by(&[name])).min().flatten();
        by_id.max(by_name)
    }

    fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.wild.is_empty()
    }

    /// Adds a row. If several are about the same actor in the same organization at the same time, the strongest role counts.
    fn add(&mut self, entry: Entry<'_>) {
        let Entry { organization, actor, grant, line } = entry;
        let is_wild = |text: &str| text != EVERY_ORGANIZATION && text.contains(WILDCARDS);
        let pattern = |text: &str| is_wild(text).then(|| Pattern::new(text));
        let (wild_organization, wild_actor) = (pattern(organization), pattern(actor));
        if wild_actor.is_none() && grant.role == Role::Admin {
            let [actor, organization] = [actor, organization].map(str::to_owned);
            self.admins.push(Admin { actor, organization, from: grant.from, until: grant.until });
        }
        let (at, (organization, actor)) = (self.wild.len(), key((organization, actor)));
        match (&wild_organization, &wild_actor) {
            (None, None) => {
                return self.roles.entry((organization, actor)).or_default().push(grant);
            }
            (None, Some(_)) => self.by_organization.entry(organization).or_default().push(at),
            (Some(_), None) => self.by_actor.entry(actor).or_default().push(at),
            (Some(_), Some(_)) => self.rest.push(at),
        }
        let line = line as usize;
        self.wild.push(Row { organization: wild_organization, actor: wild_actor, grant, line });
    }
}

fn key((organization, actor): (&str, &str)) -> (String, String) {
    (organization.to_ascii_lowercase(), actor.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(text: &str) -> Roster {
        read::parse(text, &"roster").unwrap()
    }

    #[test]
    fn roles_are_found_by_any_name_without_case() {
        let roster = roster(
            "organization,actor,role\norg_A,Ann@Example.com,Admin\norg_A,user_1,member\n*,user_2,MEMBER\nAcme,user_2,admin\n",
        );
        for (organization, actor, expected) in [
            (&["ORG_a"][..], &["ann@example.COM"][..], Some(Role::Admin)),
            (&["org_A"], &["user_1"], Some(Role::Member)),
            (&["org_A"], &["USER_1", "ann@example.com"], Some(Role::Admin)),
            (&["org_B"], &["user_1", "ann@example.com"], None),
            (&["org_B"], &["user_2"], Some(Role::Member)),
            (&["org_B", "ACME"], &["user_2"], Some(Role::Admin)),
            (&[], &["user_2"], Some(Role::Member)),
            (&["org_A"], &[], None),
        ] {
            assert_eq!(
                roster.role(organization, actor, Timestamp::MIN),
                expected,
                "{organization:?} {actor:?}"
            );
        }
    }

    #[test]
    fn wildcards_are_those_of_flags_and_the_strongest_role_holds() {
        let roster = roster(
            "organization,actor,role\norg_*,user_1,member\nacme?inc,*@example.com,ADMIN\n*,ann@*,member\n\
             org_a,*@example.com,admin\norg_b?,*_9,admin\norg_b,user_1,admin\n",
        );
        for (organizations, actors, expected) in [
            (&["ORG_x"][..], &["User_1"][..], Some(Role::Member)),
            (&["org_b"], &["user_1"], Some(Role::Admin)),
            (&["o_1", "Acme Inc"], &["user_2", "Bob@Example.com"], Some(Role::Admin)),
            (&["o_1", "Acme, Inc"], &["user_2", "Bob@Example.com"], None),
            (&["acme inc"], &["bob@example.com.evil.example"], None),
            (&["o_2"], &["ann@elsewhere.example"], Some(Role::Member)),
            (&[], &["ann@elsewhere.example"], Some(Role::Member)),
            (&[], &["user_1"], None),
            (&["ORG_A"], &["ANN@example.com"], Some(Role::Admin)),
            (&["org_b1"], &["x_9"], Some(Role::Admin)),
            (&["org_bé"], &["é_9"], Some(Role::Admin)),
            (&["org_b"], &["x_9"], None),
            (&["org_a"], &[], None),
        ] {
            assert_eq!(
                roster.role(organizations, actors, Timestamp::MIN),
                expected,
                "{organizations:?} {actors:?}"
            );
        }
        let lines: Vec<_> = roster.wild.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6]);
    }
}

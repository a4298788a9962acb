//! The events of generated histories, one after another, as a vendor writes them.

use serde_json::{Value, json};

use super::dice::Dice;
use super::histories::SECOND;
use super::history::utc;
use super::spelling::{Spelling, spelled};
use super::twists::{Twist, Twists};

/// Organizations with what they are called; Centure's say their names.
const ORGANIZATIONS: [(&str, [&str; 3]); 3] = [
    ("org_1", ["Acme", "Acme Corp", "ACME"]),
    ("org_2", ["Bolt", "Nut & Söhne", "Bolt"]),
    ("org_3", ["Cobalt", "Cobalt", "Dune"]),
];
/// Actors with their names and e-mail addresses.
const ACTORS: [(&str, &str, [&str; 3]); 3] = [
    ("user_ann", "Ann Ahl", ["ann@example.com", "ann.ahl@example.org", "ann@example.com"]),
    ("user_bob", "", ["bob@example.com", "bob@example.net", "mallory@example.com"]),
    ("user_zoe", "Zoë", ["zoe@example.org", "zoe@example.org", "ann@example.com"]),
];
const ADDRESSES: [&str; 5] = ["192.0.2.1", "192.0.2.2", "203.0.113.9", "2001:db8::1", "unknown"];
const RESPELLED: [&str; 3] = ["2001:0DB8:0:0:0:0:0:1", "::ffff:192.0.2.1", "::FFFF:cb00:7109"];
const AGENTS: [&str; 3] = ["Mozilla/5.0", "curl/8.0", "unknown"];
const PAGES: [&str; 3] = ["/sso", "/organizations/{}/sso", "/settings"];
const REASONS: [&str; 3] = ["SUP-1", "SUP-2 asked for", "SUP-1"];
const IMPERSONATORS: [&str; 2] = ["support@example.org", "oncall@example.org"];

/// Kinds of connections: types of Centure, types with providers of Scalekit.
const CENTURE_TYPES: [&str; 3] = ["OktaSAML", "GoogleSAML", "GenericOIDC"];
const SCALEKIT_KINDS: [(&str, &str); 4] =
    [("SAML", "OKTA"), ("SAML", "GOOGLE"), ("OIDC", "CUSTOM"), ("OIDC", "OKTA")];

/// Actions that nobody documents. Of those at the beginning it is told that they look like others.
const UNKNOWN_CENTURE: [&str; 6] = [
    "sso.delete_connections",
    "sso.delete_connection ",
    "ss\u{43e}.delete_connection",
    "sso.create_managment_portal_url",
    "sso.rotate_certificate",
    "sso.view_setting",
];
const UNKNOWN_SCALEKIT: [&str; 4] =
    ["organization.sos_created", "organization.sso_enable", "organization.sso_revoked", "user.frobnicated"];

const DOMAIN_ACTIONS: [&str; 3] = [
    "organization.domain_created",
    "organization.domain_dns_verification_success",
    "organization.domain_deleted",
];

/// What is known of a connection while the history is made.
struct Connection {
    is_scalekit: bool,
    id: &'static str,
    home: usize,
    kind: usize,
    state: &'static str,
    /// Some of its events do not say what it is; then it is always the same.
    is_mute: bool,
}

/// Makes one event after another.
pub struct Maker<'t> {
    pub dice: Dice,
    twists: &'t Twists,
    /// By organization and by actor what they are called now.
    called: [usize; 3],
    mailed: [usize; 3],
    connections: Vec<Connection>,
    events: usize,
    /// What was changed when: what says the same of one moment but for its id may stand in either order.
    taken: Vec<(i128, String)>,
    /// Whether another source logs Centure's connections as well.
    pub is_joined: bool,
    /// Who acted last, and for which organization: mostly they go on.
    last: (usize, usize),
}

fn connections(dice: &mut Dice, twists: &Twists) -> Vec<Connection> {
    const IDS: [&str; 6] = ["conn_1", "conn_2", "conn_3", "conn_4", "conn_5", "conn_6"];
    let mut all = Vec::new();
    for (at, id) in IDS.into_iter().enumerate() {
        let is_scalekit = at < 4;
        let home = dice.below(3);
        let kinds = if is_scalekit { SCALEKIT_KINDS.len() } else { CENTURE_TYPES.len() };
        let (kind, is_mute) = (dice.below(kinds), dice.percent(25));
        all.push(Connection { is_scalekit, id, home, kind, state: "", is_mute });
        if twists.has(Twist::SameIds) && dice.percent(50) {
            let is_scalekit = !is_scalekit;
            let kinds = if is_scalekit { SCALEKIT_KINDS.len() } else { CENTURE_TYPES.len() };
            let home = if dice.percent(70) { home } else { dice.below(3) };
            all.push(Connection {
                is_scalekit,
                id,
                home,
                kind: dice.below(kinds),
                state: "",
                is_mute: false,
            });
        }
    }
    all
}

impl<'t> Maker<'t> {
    pub fn new(mut dice: Dice, twists: &'t Twists) -> Self {
        let connections = connections(&mut dice, twists);
        Self {
            dice,
            twists,
            called: [0; 3],
            mailed: [0; 3],
            connections,
            events: 0,
            taken: Vec::new(),
            is_joined: false,
            last: (0, 0),
        }
    }

    /// The time to the next event: mostly minutes, also hours, days, and none.
    pub fn pause(&mut self) -> i128 {
        let seconds = match self.dice.below(20) {
            0 if self.events > 0 => 0,
            0..=6 => self.dice.below(600),
            7..=11 => self.dice.below(3600),
            12..=16 => self.dice.below(6 * 3600),
            17 | 18 => 24 * 3600,
            _ => self.dice.below(3 * 86_400),
        };
        seconds as i128 * SECOND + [0, 1, 500_000_000][self.dice.below(3)]
    }

    /// Something that happens at a time, and every line that tells of it.
    pub fn event(&mut self, time: i128, lines: &mut Vec<String>) {
        self.events += 1;
        if self.twists.has(Twist::Names) && self.dice.percent(20) {
            self.called[self.dice.below(3)] = self.dice.below(3);
            self.mailed[self.dice.below(3)] = self.dice.below(3);
        }
        let mut event = match self.dice.below(20) {
            0..=7 if self.is_joined && self.dice.percent(60) => self.workos_change(time),
            0..=7 => self.scalekit_change(time),
            8..=10 => self.centure_deletion(time),
            11..=13 => self.centure("sso.create_management_portal_url", time),
            14..=16 => self.centure("sso.view_settings", time),
            17 => self.centure("directory_sync.delete", time),
            18 if self.twists.has(Twist::Unknown) => self.unknown(time),
            18 => self.centure("sso.view_settings", time),
            _ if self.dice.percent(50) => self.domain_change(time),
            _ => self.scalekit_other("user.login", time),
        };
        let is_workos = event["object"] == "event";
        if !is_workos && self.twists.has(Twist::Decoys) && self.dice.percent(6) {
            event["event"] = self.centure("sso.view_settings", time);
        }
        let what = format!("{} {} {}", event["type"], event["data"]["id"], event["targets"][0]["id"]);
        if self.taken.contains(&(time, what.clone())) {
            return;
        }
        self.taken.push((time, what));
        lines.push(spelled(&event, Spelling::Plain, &mut self.dice));
        while self.dice.percent(12) {
            if is_workos {
                lines.push(spelled(&event, Spelling::Plain, &mut self.dice));
            } else {
                self.again(&event, lines);
            }
        }
        if self.is_joined && event["action"] == "sso.delete_connection" && self.dice.percent(75) {
            self.confirm(&event, time, lines);
        }
    }

    /// The other source's event about a deletion, in time or not.
    fn confirm(&mut self, deletion: &Value, time: i128, lines: &mut Vec<String>) {
        let seconds = self.dice.pick(&[0, 1, 2, 30, 599, 600, 601, 5000, -2, -600, -601]);
        let id = deletion["targets"][0]["id"].as_str().unwrap().to_owned();
        let organization = deletion["targets"][0]["metadata"]["organization_id"].clone();
        let kind = deletion["targets"][0]["metadata"]["connection_type"].clone();
        let data = json!({ "id": id, "organization_id": organization, "connection_type": kind });
        let event = self.workos("connection.deleted", time + seconds * SECOND, data);
        let what = format!("{} {} {}", event["type"], event["data"]["id"], event["targets"][0]["id"]);
        if !self.taken.contains(&(time + seconds * SECOND, what.clone())) {
            self.taken.push((time + seconds * SECOND, what));
            lines.push(spelled(&event, Spelling::Plain, &mut self.dice));
        }
    }

    /// A change of one of Centure's connections, as the service behind it logs it.
    fn workos_change(&mut self, time: i128) -> Value {
        let at = self.of_vendor(false);
        let action = match self.connections[at].state {
            _ if self.dice.percent(8) => {
                self.dice.pick(&["connection.activated", "connection.deactivated", "connection.deleted"])
            }
            "active" => self.dice.weighted(&[(3, "connection.deactivated"), (2, "connection.deleted")]),
            "" => self.dice.weighted(&[(6, "connection.activated"), (1, "connection.deactivated")]),
            _ => self.dice.weighted(&[(5, "connection.activated"), (1, "connection.deleted")]),
        };
        let connection = &mut self.connections[at];
        connection.state = if action == "connection.activated" { "active" } else { "inactive" };
        let (kind, home) = (CENTURE_TYPES[connection.kind], connection.home);
        let organization = self.named(home);
        let data = json!({
            "id": self.connection_id(at), "connection_type": kind,
            "organization_id": self.organization_id(false, organization),
        });
        self.workos(action, time, data)
    }

    fn workos(&mut self, action: &str, time: i128, data: Value) -> Value {
        let mut event = json!({
            "object": "event",
            "id": format!("event_{}_{}", self.events, self.taken.len()),
            "event": action,
            "data": data,
            "created_at": utc(time),
            "context": { "client_id": "client_1" },
        });
        let actor = self.dice.pick(&[
            Some(("key_1", "api", "Key")),
            Some(("user_maja", "dashboard", "Maja")),
            Some(("org_admin_1", "admin_portal", "")),
            None,
        ]);
        if let Some((id, source, name)) = actor {
            event["context"]["actor"] = json!({ "id": id, "source": source, "name": name });
        }
        event
    }

    /// The same event once more, or one that only has its id.
    fn again(&mut self, event: &Value, lines: &mut Vec<String>) {
        let is_centure = event.get("action").is_some();
        let is_change = !["sso.view_settings", "directory_sync.delete", "user.login"]
            .iter()
            .any(|name| event["action"] == *name || event["type"] == *name);
        let copies = self.twists.has(Twist::Copies);
        let is_named_change = is_change && event.get("id").is_some();
        if !copies && !is_named_change {
            return;
        }
        let is_decoy = event.get("event").is_some();
        let mut event = event.clone();
        match self.dice.below(6) {
            0 => lines.push(spelled(&event, Spelling::Plain, &mut self.dice)),
            1 | 2 => lines.push(spelled(&event, Spelling::Free, &mut self.dice)),
            3 if is_centure && !is_decoy => {
                let mut wrapper = json!({ "event": event });
                if let Some(organization) = organization_of(&event) {
                    wrapper["organization_id"] = organization.into();
                }
                lines.push(spelled(&wrapper, Spelling::Free, &mut self.dice));
            }
            3 if is_centure => {
                event["version"] = 7.into();
                lines.push(spelled(&event, Spelling::Free, &mut self.dice));
            }
            4 => {
                if is_centure {
                    event["context"]["user_agent"] = "Other/1".into();
                } else {
                    event["display_name"] = "Other".into();
                }
                lines.push(spelled(&event, Spelling::Plain, &mut self.dice));
            }
            _ if copies => {
                let trace = self.dice.below(2);
                if is_centure && self.dice.percent(50) {
                    event["metadata"]["trace"] = format!("t{trace}").into();
                } else {
                    event["x"] = json!({ "trace": [trace] });
                }
                lines.push(spelled(&event, Spelling::Free, &mut self.dice));
            }
            _ => lines.push(spelled(&event, Spelling::Free, &mut self.dice)),
        }
    }

    fn of_vendor(&mut self, is_scalekit: bool) -> usize {
        let its: Vec<usize> = (0..self.connections.len())
            .filter(|at| self.connections[*at].is_scalekit == is_scalekit)
            .collect();
        self.dice.pick(&its)
    }

    /// The organization that an event about a connection names.
    fn named(&mut self, home: usize) -> usize {
        let is_foreign = self.twists.has(Twist::Foreign) && self.dice.percent(10);
        if is_foreign { (home + 1 + self.dice.below(2)) % 3 } else { home }
    }

    fn organization_id(&self, is_scalekit: bool, organization: usize) -> String {
        let (id, _) = ORGANIZATIONS[organization];
        let apart = if is_scalekit || self.twists.has(Twist::SameIds) { "" } else { "c" };
        id.replace('_', &format!("_{apart}"))
    }

    fn connection_id(&self, at: usize) -> String {
        self.connections[at].id.to_owned()
    }

    fn scalekit_change(&mut self, time: i128) -> Value {
        let at = self.of_vendor(true);
        let is_odd = self.dice.percent(8);
        let may_revive = self.twists.has(Twist::Revived);
        let operation = match self.connections[at].state {
            _ if is_odd && self.connections[at].state != "deleted" => {
                self.dice.pick(&["created", "enabled", "disabled"])
            }
            "" => self.dice.weighted(&[(5, "created"), (3, "enabled"), (1, "disabled"), (2, "deleted")]),
            "created" => self.dice.weighted(&[(5, "enabled"), (1, "deleted")]),
            "enabled" => self.dice.weighted(&[(3, "disabled"), (3, "deleted")]),
            "disabled" => self.dice.weighted(&[(3, "enabled"), (2, "deleted")]),
            _ if may_revive => {
                self.dice.weighted(&[(4, "created"), (2, "enabled"), (1, "disabled"), (1, "deleted")])
            }
            _ => self.dice.weighted(&[(5, "created"), (1, "deleted")]),
        };
        let is_removal = operation == "deleted" || operation == "disabled";
        let may_change =
            operation == "created" || (self.twists.has(Twist::Altered) && operation != "deleted");
        let connection = &mut self.connections[at];
        if may_change && !connection.is_mute && !connection.state.is_empty() && self.dice.percent(30) {
            connection.kind = self.dice.below(SCALEKIT_KINDS.len());
        }
        connection.state = operation;
        let (kind, home, is_mute) = (SCALEKIT_KINDS[connection.kind], connection.home, connection.is_mute);
        let organization = self.named(home);
        let organization = self.organization_id(true, organization);
        let mut data = json!({ "id": self.connection_id(at), "organization_id": organization });
        if !(is_mute && is_removal) {
            data["connection_type"] = kind.0.into();
            data["provider"] = kind.1.into();
        }
        if operation == "enabled" || operation == "disabled" {
            let lies = self.dice.percent(4);
            data["enabled"] = ((operation == "enabled") != lies).into();
            data["status"] = (self.dice.pick(&["COMPLETED", "IN_PROGRESS"])).into();
        }
        self.scalekit(&format!("organization.sso_{operation}"), time, Some(organization), data)
    }

    fn domain_change(&mut self, time: i128) -> Value {
        let action = self.dice.pick(&DOMAIN_ACTIONS);
        let organization = self.dice.below(3);
        let organization = self.organization_id(true, organization);
        let data = json!({ "id": "dom_1", "domain": "acme.example", "organization_id": organization });
        self.scalekit(action, time, Some(organization), data)
    }

    fn scalekit_other(&mut self, action: &str, time: i128) -> Value {
        let organization = self.dice.below(3);
        let organization = self.organization_id(true, organization);
        self.scalekit(action, time, Some(organization), json!({ "user": "usr_1" }))
    }

    fn scalekit(&mut self, action: &str, time: i128, organization: Option<String>, data: Value) -> Value {
        let mut event = json!({
            "spec_version": "1",
            "id": format!("evt_{}", self.events),
            "object": "Connection",
            "environment_id": "env_1",
            "occurred_at": utc(time),
            "type": action,
            "data": data,
        });
        if let Some(organization) = organization {
            event["organization_id"] = organization.into();
        }
        event
    }

    fn unknown(&mut self, time: i128) -> Value {
        if self.dice.percent(60) {
            let action = self.dice.pick(&UNKNOWN_CENTURE);
            let mut event = self.centure(action, time);
            if self.dice.percent(50) {
                let at = self.of_vendor(false);
                let target = self.connection_target(at);
                event["targets"] = json!([target]);
                event["metadata"]["source"] = "/sso".into();
            }
            return event;
        }
        let action = self.dice.pick(&UNKNOWN_SCALEKIT);
        if action.starts_with("user") {
            return self.scalekit_other(action, time);
        }
        let at = self.of_vendor(true);
        let kind = SCALEKIT_KINDS[self.connections[at].kind];
        let home = self.connections[at].home;
        let organization = self.organization_id(true, home);
        let mut data = json!({ "id": self.connection_id(at), "organization_id": organization });
        if self.dice.percent(70) {
            data["connection_type"] = kind.0.into();
            data["provider"] = kind.1.into();
        }
        let outside = self.dice.percent(50).then_some(organization);
        self.scalekit(action, time, outside, data)
    }

    fn connection_target(&mut self, at: usize) -> Value {
        let kind = CENTURE_TYPES[self.connections[at].kind];
        let home = self.connections[at].home;
        let organization = self.named(home);
        let organization = self.organization_id(false, organization);
        let id = self.connection_id(at);
        json!({
            "type": "sso_connection", "id": id, "name": format!("{kind} Connection"),
            "metadata": { "connection_id": id, "connection_type": kind, "organization_id": organization },
        })
    }

    fn organization_target(&mut self, id: &str, organization: usize) -> Value {
        let mut target = json!({ "type": "organization", "id": id });
        if self.dice.percent(75) {
            target["name"] = ORGANIZATIONS[organization].1[self.called[organization]].into();
        }
        target
    }

    fn centure_deletion(&mut self, time: i128) -> Value {
        let mut at = self.of_vendor(false);
        if self.connections[at].home != self.last.1 {
            at = self.of_vendor(false);
        }
        let target = self.connection_target(at);
        let id = target["metadata"]["organization_id"].as_str().unwrap().to_owned();
        let mut event = self.centure("sso.delete_connection", time);
        event["targets"] = json!([target]);
        event["metadata"]["source"] = "/sso".into();
        if self.dice.percent(40) {
            let number = id.bytes().last().unwrap() - b'1';
            let organization = self.organization_target(&id, usize::from(number));
            event["targets"].as_array_mut().unwrap().push(organization);
        }
        if self.dice.percent(5) {
            event["targets"][0]["metadata"]["connection_id"] = "conn_99".into();
        }
        event
    }

    /// An event about an organization.
    fn centure(&mut self, action: &str, time: i128) -> Value {
        let organization = if self.dice.percent(50) { self.last.1 } else { self.dice.below(3) };
        self.last.1 = organization;
        let id = self.organization_id(false, organization);
        let target = if action.starts_with("directory") {
            json!({ "type": "directory_sync", "id": "directory_1" })
        } else {
            self.organization_target(&id, organization)
        };
        let route = if self.dice.percent(96) { id } else { "org_elsewhere".to_owned() };
        let page = self.dice.pick(&PAGES).replace("{}", &route);
        let mut event = json!({
            "action": action,
            "occurred_at": utc(time),
            "actor": self.actor(),
            "targets": [target],
            "context": { "location": self.address(), "user_agent": self.dice.pick(&AGENTS) },
            "metadata": { "source": page },
        });
        if self.dice.percent(25) {
            let name = if self.twists.has(Twist::SameIds) { "evt" } else { "audit" };
            event["id"] = format!("{name}_{}", self.events).into();
        }
        event
    }

    fn address(&mut self) -> &'static str {
        if self.twists.has(Twist::Spellings) && self.dice.percent(30) {
            return self.dice.pick(&RESPELLED);
        }
        self.dice.pick(&ADDRESSES)
    }

    fn actor(&mut self) -> Value {
        let at = if self.dice.percent(50) { self.last.0 } else { self.dice.below(ACTORS.len()) };
        self.last.0 = at;
        let (id, name, emails) = ACTORS[at];
        let mut actor = json!({ "type": "user", "id": id, "metadata": {} });
        if !name.is_empty() && self.dice.percent(80) {
            actor["name"] = name.into();
        }
        if self.dice.percent(80) {
            actor["metadata"]["email"] = emails[self.mailed[at]].into();
        }
        let who = self.dice.pick(&IMPERSONATORS);
        let why = self.dice.pick(&REASONS);
        let (who, why): (Value, Value) = match self.dice.below(20) {
            0 => (who.into(), why.into()),
            1 => (who.into(), "".into()),
            2 => ("".into(), why.into()),
            3 => (who.into(), "  ".into()),
            4 if self.twists.has(Twist::Scalars) => (7.into(), why.into()),
            5 if self.twists.has(Twist::Scalars) => (true.into(), "".into()),
            6 if self.twists.has(Twist::Scalars) => (who.into(), 12.into()),
            7..=12 => return actor,
            _ => ("".into(), "".into()),
        };
        actor["metadata"]["impersonator_email"] = who;
        actor["metadata"]["impersonator_reason"] = why;
        actor
    }
}

/// The id of the organization that an event of Centure names.
fn organization_of(event: &Value) -> Option<String> {
    let targets = event["targets"].as_array()?;
    let of = |target: &Value| {
        let id = if target["type"] == "organization" {
            &target["id"]
        } else {
            &target["metadata"]["organization_id"]
        };
        id.as_str().map(str::to_owned)
    };
    targets.iter().find_map(of)
}

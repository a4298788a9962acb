//! Generated input: a few events of every vendor, each repeated with changes small and large, so
//! that the fast path sees lines that nearly have a shape it has learned.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::reading::{camel, depth};
use super::select::{Flags, bound};
use super::vendor_events::{auth0_event, github_event, okta_event, slack_event};

/// JSON that may be wrong: objects may repeat a key, and a literal is whatever it says.
#[derive(Clone, Debug)]
pub enum Json {
    Literal(&'static str),
    Text(String),
    List(Vec<Self>),
    Object(Vec<Member>),
}

pub type Member = (String, Json);

impl Json {
    /// Paths to everything below, each a list of positions.
    pub fn paths(&self, here: &[usize], paths: &mut Vec<Vec<usize>>) {
        let children: Vec<&Self> = match self {
            Self::Literal(_) | Self::Text(_) => Vec::new(),
            Self::List(items) => items.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, value)| value).collect(),
        };
        for (position, child) in children.into_iter().enumerate() {
            let path = [here, &[position]].concat();
            paths.push(path.clone());
            child.paths(&path, paths);
        }
    }

    pub fn at(&mut self, path: &[usize]) -> &mut Self {
        path.iter().fold(self, |json, position| match json {
            Self::List(items) => &mut items[*position],
            Self::Object(members) => &mut members[*position].1,
            Self::Literal(_) | Self::Text(_) => unreachable!("paths end at scalars"),
        })
    }

    pub fn write(&self, style: &mut Style, out: &mut String) {
        match self {
            Self::Literal(literal) => out.push_str(literal),
            Self::Text(text) => style.write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    style.separate(position, out);
                    item.write(style, out);
                }
                style.space(out);
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (position, (key, value)) in members.iter().enumerate() {
                    style.separate(position, out);
                    style.write_text(key, out);
                    style.space(out);
                    out.push(':');
                    style.space(out);
                    value.write(style, out);
                }
                style.space(out);
                out.push('}');
            }
        }
    }
}

/// How a line is written: with white space between tokens, with escapes that are not needed.
#[derive(Clone, Debug)]
pub struct Style {
    pub spaces: bool,
    pub escapes: bool,
    pub dice: u32,
}

impl Style {
    /// True once in so many calls, in an order that only depends on the first value of the dice.
    pub fn roll(&mut self, sides: u32) -> bool {
        self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.dice >> 16).is_multiple_of(sides)
    }

    pub fn space(&mut self, out: &mut String) {
        if self.spaces && self.roll(3) {
            out.push(if self.roll(4) { '\t' } else { ' ' });
        }
    }

    pub fn separate(&mut self, position: usize, out: &mut String) {
        if position > 0 {
            self.space(out);
            out.push(',');
        }
        self.space(out);
    }

    pub fn write_text(&mut self, text: &str, out: &mut String) {
        out.push('"');
        for character in text.chars() {
            let needed = matches!(character, '"' | '\\' | '\0'..='\x1f');
            if needed || (self.escapes && self.roll(6)) {
                let mut units = [0; 2];
                let units = character.encode_utf16(&mut units);
                out.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            } else {
                out.push(character);
            }
        }
        out.push('"');
    }
}

pub fn style() -> impl Strategy<Value = Style> {
    // Most lines are plain, or no two of them would have the same shape.
    (prop::bool::weighted(0.15), prop::bool::weighted(0.15), any::<u32>())
        .prop_map(|(spaces, escapes, dice)| Style { spaces, escapes, dice })
}

// ---------------------------------------------------------------------------------------------
// The generator: vocabulary

pub const ACTIONS: &[&str] = &[
    "sso.view_settings",
    "sso.create_management_portal_url",
    "sso.delete_connection",
    "SSO.Delete_Connection",
    "directory_sync.delete",
    "sso.rotate_certificate",
];
/// The names of events, among them some that no document has.
pub const WORKOS_EVENTS: &[&str] = &[
    "connection.activated",
    "Connection.Deactivated",
    "connection.deleted",
    "connection.renamed",
    "connection.saml_certificate_renewed",
    "connection.saml_certificate_renewal_required",
    "organization_domain.created",
    "organization_domain.verification_failed",
    "organization.updated",
    "authentication.sso_succeeded",
    "authentication.sso_failed",
    "session.created",
    "session.revoked",
    "user.created",
    "",
];

pub const SCALEKIT_TYPES: &[&str] = &[
    "organization.sso_created",
    "organization.sso_enabled",
    "organization.sso_disabled",
    "organization.sso_deleted",
    "Organization.SSO_Deleted",
    "organization.domain_created",
    "organization.domain_dns_verification_failed",
    "user.login",
    "organization.sso_enable",
];
pub const TIMES: &[&str] = &[
    "2025-01-15T14:30:00.000Z",
    "2025-01-15T14:30:00Z",
    "2025-01-15t14:30:00.0001z",
    "2025-01-15 14:30:00.123456789",
    "2025-01-15T16:30:00+02:00",
    "2025-01-15T09:00:00.5-0530",
    "2025-01-15T14:29:59.999999999-00:00",
    "2025-01-15T14:30:00.1234567890123Z",
    "2024-02-29T23:59:59.9999Z",
    "1969-12-31T23:59:59.9995Z",
    "2025-06-04T00:00:00",
    "2016-12-31T23:59:60Z",
];
pub const BAD_TIMES: &[&str] = &[
    "2025-02-29T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-01-15T24:00:00Z",
    "2025-01-15T14:30:61Z",
    "2025-01-15T14:30:00+24:00",
    "2025-01-15T14:30Z",
    "2025-01-15T14:30:00.Z",
    "2025-01-15T14:30:00,5Z",
    "2025-01-15T14:30:00+2:00",
    "2025-01-15T14:30:00+02",
    "2025-01-15T14:30:00+02:60",
    "2025-01-15T14:30:00Z ",
    " 2025-01-15T14:30:00Z",
    "2025-01-15",
    "1736951400",
    "yesterday",
];
pub const ACTOR_IDS: &[&str] = &["user_01JGXYZ123", "user_2", "svc-7"];
pub const NAMES: &[&str] =
    &["Zoë Lindqvist", "Alice \"Al\" Johnson", "田中 花子", "Müller & Söhne", "A\\B 💥", ""];
pub const EMAILS: &[&str] = &["alice@example.com", "Zoe.Lindqvist@example.com", ""];
pub const ORG_IDS: &[&str] = &["org_01JGXYZ456", "org_2", "org_33590218846613072"];
pub const CONNECTION_IDS: &[&str] = &["conn_01JGXYZ789", "conn_2", "conn_83545002856153607"];
pub const CONNECTION_TYPES: &[&str] = &[
    "GoogleSAML",
    "googlesaml",
    "OktaSAML",
    "AzureSAML",
    "GenericSAML",
    "GenericOIDC",
    "EntraIdOIDC",
    "GitHubOAuth",
    "FooSAML",
    "Foo",
    "",
];
pub const SCALEKIT_CONNECTION_TYPES: &[&str] = &["OIDC", "SAML", "saml", "SAML2", ""];
pub const PROVIDERS: &[&str] = &["OKTA", "GOOGLE", "Microsoft_AD", "CUSTOM", "ACME", ""];
pub const LOCATIONS: &[&str] =
    &["192.0.2.1", "192.0.2.200", "203.0.113.9", "2001:db8::1", "unknown", "Oslo", ""];
pub const PAGES: &[&str] = &["/organizations/org_2/sso", "/sso", ""];

/// Values that break most fields, and are right for some.
pub const LITERALS: &[&str] =
    &["null", "true", "false", "0", "1", "2.0", "2.5", "1e2", "-3", "20e-1", "1.5e1"];
/// What no JSON value is.
pub const BROKEN: &[&str] =
    &["01", "1.", "NaN", "nul", "'x'", "\"\\x\"", "\"\\ud800\"", "\"a\tb\"", "[1,]", "{\"a\"}", ""];
pub const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "x",
    "org_1",
    "conn_1",
    "evt_",
    "evt_1",
    "env_1",
    "evt_0123456789012345678901234567",
    "evt_01234567890123456789012345678",
    "env_éééééééééééééééééééééééééééé",
    "org_ééééééééééééééééééééééééééééé",
    "a\u{0}b\u{202e}c",
    "organization",
    "sso_connection",
    "8",
    "8.",
];
pub const KEYS: &[&str] = &[
    "extra",
    "é",
    "",
    "action",
    "actor",
    "connection_type",
    "connectionType",
    "data",
    "display_name",
    "environmentId",
    "id",
    "items",
    "metadata",
    "name",
    "occurredAt",
    "occurred_at",
    "organization_id",
    "organizationId",
    "Records",
    "spec_version",
    "status",
    "targets",
    "type",
    "userAgent",
    "user_agent",
    "version",
];

pub fn text(choices: &'static [&'static str]) -> BoxedStrategy<Json> {
    select(choices).prop_map(|text| Json::Text(text.to_owned())).boxed()
}

pub fn literal(choices: &'static [&'static str]) -> BoxedStrategy<Json> {
    select(choices).prop_map(Json::Literal).boxed()
}

/// Anything at all, mostly something that some field wants.
pub fn anything() -> BoxedStrategy<Json> {
    prop_oneof![
        4 => literal(LITERALS),
        1 => literal(BROKEN),
        1 => deep(),
        3 => text(ODD_TEXTS),
        1 => text(TIMES),
        2 => text(BAD_TIMES),
        1 => text(ACTIONS),
        1 => text(SCALEKIT_TYPES),
        1 => text(CONNECTION_TYPES),
        1 => text(NAMES),
        1 => text(LOCATIONS),
        1 => Just(Json::List(Vec::new())),
        1 => Just(Json::Object(Vec::new())),
        1 => target(),
        1 => target().prop_map(|target| Json::List(vec![target])),
    ]
    .boxed()
}

/// Arrays in arrays, on both sides of the limit.
pub fn deep() -> BoxedStrategy<Json> {
    prop_oneof![1_usize..110, 110_usize..140]
        .prop_map(|levels| (0..levels).fold(Json::Literal("1"), |json, _| Json::List(vec![json])))
        .boxed()
}

// ---------------------------------------------------------------------------------------------
// The generator: events

/// Members of an object: none or one.
pub type Part = BoxedStrategy<Vec<Member>>;

pub fn must(key: &'static str, value: impl Strategy<Value = Json> + 'static) -> Part {
    value.prop_map(move |value| vec![(key.to_owned(), value)]).boxed()
}

/// A required member of two spellings.
pub fn spelled(key: &'static str, value: impl Strategy<Value = Json> + 'static) -> Part {
    (any::<bool>(), value)
        .prop_map(move |(snake, value)| vec![(if snake { key.to_owned() } else { camel(key) }, value)])
        .boxed()
}

/// An optional member: there, absent or null.
pub fn may(part: Part) -> Part {
    (0..4, part)
        .prop_map(|(fate, mut members)| {
            match fate {
                0 => members.clear(),
                1 => members.iter_mut().for_each(|(_, value)| *value = Json::Literal("null")),
                _ => {}
            }
            members
        })
        .boxed()
}

/// An optional member of a metadata object, where null is not allowed and any scalar is.
pub fn may_metadata(key: &'static str, choices: &'static [&'static str]) -> Part {
    prop_oneof![
        3 => must(key, text(choices)),
        1 => must(key, literal(&["true", "7", "-1.5"])),
        1 => Just(Vec::new()),
    ]
    .boxed()
}

/// An object, usually in the documented order.
pub fn object(parts: Vec<Part>) -> BoxedStrategy<Json> {
    let members = parts.prop_map(|parts| parts.concat());
    prop_oneof![3 => members.clone(), 1 => members.prop_shuffle()].prop_map(Json::Object).boxed()
}

pub fn centure_event() -> BoxedStrategy<Json> {
    let context = object(vec![must("location", text(LOCATIONS)), spelled("user_agent", text(NAMES))]);
    let event = object(vec![
        spelled("occurred_at", text(TIMES)),
        may(must("version", literal(&["1", "2.0"]))),
        must("actor", actor()),
        must("context", context),
        must("metadata", object(vec![must("source", text(PAGES)), may_metadata("é", NAMES)])),
    ]);
    let targets = prop::collection::vec(target(), 0..3);
    let beside = object(vec![
        may(spelled("organization_id", text(ORG_IDS))),
        may(must("id", text(&["audit_event_1", "e2"]))),
    ]);
    (select(ACTIONS), targets, any_target_first(), event, beside, prop::bool::weighted(0.3))
        .prop_map(|(action, mut targets, (organization, connection, first), event, beside, wrapped)| {
            let needed = if action.ends_with("onnection") { connection } else { organization };
            targets.insert(if first { 0 } else { targets.len() }, needed);
            let head = vec![member_of("action", Json::Text(action.to_owned()))];
            let tail = vec![member_of("targets", Json::List(targets))];
            let event = join(vec![Json::Object(head), event, Json::Object(tail)]);
            if wrapped {
                join(vec![beside, Json::Object(vec![member_of("event", event)])])
            } else {
                join(vec![event, beside])
            }
        })
        .boxed()
}

/// One target of either kind that an action may need, and whether it goes before the others.
pub fn any_target_first() -> impl Strategy<Value = (Json, Json, bool)> {
    (organization_target(), connection_target(), any::<bool>())
}

pub fn member_of(key: &str, value: Json) -> Member {
    (key.to_owned(), value)
}

/// One object with the members of all.
pub fn join(objects: Vec<Json>) -> Json {
    let members = objects.into_iter().flat_map(|object| match object {
        Json::Object(members) => members,
        Json::Literal(_) | Json::Text(_) | Json::List(_) => Vec::new(),
    });
    Json::Object(members.collect())
}

pub fn actor() -> BoxedStrategy<Json> {
    let metadata = object(vec![
        may_metadata("first_name", NAMES),
        may_metadata("email", EMAILS),
        may_metadata("impersonator_email", EMAILS),
        may_metadata("impersonator_reason", &["ticket 7", "", ""]),
    ]);
    object(vec![
        must("type", text(&["user", "user", "system", ""])),
        must("id", text(ACTOR_IDS)),
        may(must("name", text(NAMES))),
        may(must("metadata", metadata)),
    ])
}

pub fn target() -> BoxedStrategy<Json> {
    let other = object(vec![
        must("type", text(&["user", "directory_sync", ""])),
        must("id", text(ACTOR_IDS)),
        may(must("name", text(NAMES))),
        may(must("metadata", object(vec![may_metadata("name", NAMES)]))),
    ]);
    prop_oneof![organization_target(), connection_target(), other].boxed()
}

pub fn organization_target() -> BoxedStrategy<Json> {
    object(vec![
        must("type", text(&["organization"])),
        must("id", text(ORG_IDS)),
        may(must("name", text(NAMES))),
        may(must("metadata", object(vec![may_metadata("name", NAMES)]))),
    ])
}

pub fn connection_target() -> BoxedStrategy<Json> {
    let metadata = object(vec![
        must("connection_id", text(CONNECTION_IDS)),
        must("connection_type", text(CONNECTION_TYPES)),
        must("organization_id", text(ORG_IDS)),
        may_metadata("extra", NAMES),
    ]);
    object(vec![
        must("type", text(&["sso_connection"])),
        must("id", text(CONNECTION_IDS)),
        may(must("name", text(NAMES))),
        must("metadata", metadata),
    ])
}

pub fn scalekit_event() -> BoxedStrategy<Json> {
    let data = object(vec![
        must("id", text(CONNECTION_IDS)),
        spelled("organization_id", text(ORG_IDS)),
        may(spelled("connection_type", text(SCALEKIT_CONNECTION_TYPES))),
        may(must("provider", text(PROVIDERS))),
        may(must("enabled", literal(&["true", "false"]))),
        may(must("status", text(&["COMPLETED", "IN_PROGRESS", "ODD", ""]))),
    ]);
    object(vec![
        spelled("spec_version", text(&["1", "27"])),
        must("id", text(&["evt_43372727222604197", "evt_1"])),
        must("object", text(&["Connection", "Organization", "Odd"])),
        spelled("environment_id", text(&["env_40317725518823947", "env_1"])),
        spelled("occurred_at", text(TIMES)),
        may(spelled("organization_id", text(ORG_IDS))),
        must("type", text(SCALEKIT_TYPES)),
        must("data", data),
        may(spelled("display_name", text(NAMES))),
    ])
}

pub fn workos_event() -> BoxedStrategy<Json> {
    let ids = || {
        vec![
            may(spelled("organization_id", text(ORG_IDS))),
            may(spelled("connection_id", text(CONNECTION_IDS))),
        ]
    };
    let of_connection =
        object(vec![must("id", text(CONNECTION_IDS)), may(spelled("organization_id", text(ORG_IDS)))]);
    let impersonator =
        object(vec![may(must("email", text(&["eve@example.com", ""]))), may(must("reason", text(NAMES)))]);
    let data = object(vec![
        must("id", prop_oneof![text(CONNECTION_IDS), text(ORG_IDS)].boxed()),
        may(spelled("organization_id", text(ORG_IDS))),
        may(must("name", text(NAMES))),
        may(must("connection_type", text(CONNECTION_TYPES))),
        may(must("state", text(&["active", "inactive", ""]))),
        must("connection", of_connection),
        must("organization_domain", object(ids())),
        may(must("sso", object(ids()))),
        may(spelled("user_id", text(ACTOR_IDS))),
        may(must("email", text(&["zoe@example.com", ""]))),
        may(spelled("ip_address", text(&["192.0.2.1", "2001:db8::1", "nowhere", ""]))),
        may(spelled("user_agent", text(NAMES))),
        may(spelled("auth_method", text(&["sso", "impersonation", "odd"]))),
        may(must("impersonator", impersonator)),
        may(spelled("updated_at", text(TIMES))),
    ]);
    let actor = object(vec![
        must("id", text(ACTOR_IDS)),
        must("source", text(&["api", "dashboard", "admin_portal", "system", "Odd", ""])),
        may(must("name", text(NAMES))),
    ]);
    object(vec![
        may(must("object", text(&["event"]))),
        must("id", text(&["event_1", "wh_1"])),
        must("event", text(WORKOS_EVENTS)),
        may(spelled("created_at", text(TIMES))),
        may(must(
            "context",
            object(vec![may(must("client_id", text(&["client_1"]))), may(must("actor", actor))]),
        )),
        must("data", data),
    ])
}

// ---------------------------------------------------------------------------------------------
// The generator: mutations and corpora

/// A change to an event, at a place that is found when the event is known.
#[derive(Clone, Debug)]
pub enum Mutation {
    Drop(Index),
    Duplicate(Index),
    /// Adds the same member in its other spelling.
    Respell(Index),
    Replace(Index, Json),
    Insert(Index, &'static str, Json),
    Uppercase(Index),
    /// Takes the first character off a text.
    Behead(Index),
}

pub fn mutation() -> BoxedStrategy<Mutation> {
    let place = any::<Index>;
    prop_oneof![
        2 => place().prop_map(Mutation::Drop),
        1 => place().prop_map(Mutation::Duplicate),
        1 => place().prop_map(Mutation::Respell),
        6 => (place(), anything()).prop_map(|(place, value)| Mutation::Replace(place, value)),
        4 => (place(), select(KEYS), anything())
            .prop_map(|(place, key, value)| Mutation::Insert(place, key, value)),
        1 => place().prop_map(Mutation::Uppercase),
        1 => place().prop_map(Mutation::Behead),
    ]
    .boxed()
}

impl Mutation {
    pub fn apply(&self, event: &mut Json) {
        let mut paths = Vec::new();
        event.paths(&[], &mut paths);
        let (Self::Drop(index)
        | Self::Duplicate(index)
        | Self::Respell(index)
        | Self::Replace(index, _)
        | Self::Insert(index, ..)
        | Self::Uppercase(index)
        | Self::Behead(index)) = self;
        if paths.is_empty() {
            return;
        }
        let path = index.get(&paths);
        match (self, event.at(path)) {
            (Self::Replace(_, value), slot) => *slot = value.clone(),
            (Self::Uppercase(_), Json::Text(text)) => text.make_ascii_uppercase(),
            (Self::Behead(_), Json::Text(text)) => *text = text.chars().skip(1).collect(),
            _ => self.apply_to_siblings(event.at(&path[..path.len() - 1]), path[path.len() - 1]),
        }
    }

    /// The changes to the list or object that holds the place.
    pub fn apply_to_siblings(&self, parent: &mut Json, position: usize) {
        match (self, parent) {
            (Self::Drop(_), Json::Object(members)) => drop(members.remove(position)),
            (Self::Drop(_), Json::List(items)) => drop(items.remove(position)),
            (Self::Duplicate(_), Json::Object(members)) => members.push(members[position].clone()),
            (Self::Duplicate(_), Json::List(items)) => items.push(items[position].clone()),
            (Self::Respell(_), Json::Object(members)) => {
                let (key, value) = members[position].clone();
                members.push((other_spelling(&key), value));
            }
            (Self::Insert(_, key, value), Json::Object(members)) => {
                members.insert(position, (key.to_string(), value.clone()));
            }
            _ => {}
        }
    }
}

pub fn other_spelling(key: &str) -> String {
    if key.contains('_') {
        return camel(key);
    }
    key.chars().fold(String::new(), |text, character| {
        if character.is_ascii_uppercase() {
            text + "_" + &character.to_ascii_lowercase().to_string()
        } else {
            text + &character.to_string()
        }
    })
}

/// What happens to the text of a line.
#[derive(Clone, Debug)]
pub enum Damage {
    None,
    Cut(Index),
    Tail(&'static str),
    Whole(&'static str),
}

impl Damage {
    pub fn apply(&self, line: String) -> String {
        match self {
            Self::None => line,
            Self::Cut(index) => line.chars().take(index.index(line.chars().count())).collect(),
            Self::Tail(tail) => line + tail,
            Self::Whole(whole) => (*whole).to_owned(),
        }
    }
}

pub fn damage() -> BoxedStrategy<Damage> {
    prop_oneof![
        20 => Just(Damage::None),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => select(&["x", " ", "\r", "}", ",", " {}", "\0", " // done"][..]).prop_map(Damage::Tail),
        1 => select(&["null", "[]", "{}", "7", "\"text\"", "not json", " ", "{\"event\":{}}"][..])
            .prop_map(Damage::Whole),
    ]
    .boxed()
}

/// How often a line is changed before it is written.
pub fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec(mutation(), 1),
        1 => prop::collection::vec(mutation(), 2..4),
    ]
}

fn event() -> BoxedStrategy<Json> {
    prop_oneof![
        centure_event(),
        scalekit_event(),
        workos_event(),
        okta_event(),
        auth0_event(),
        github_event(),
        slack_event(),
    ]
    .boxed()
}

/// A few events, each in several lines with and without changes.
pub fn corpus() -> impl Strategy<Value = Vec<String>> {
    let events = prop::collection::vec(event(), 2..7);
    let line = (any::<Index>(), mutations(), style(), damage());
    (events, prop::collection::vec(line, 5..31)).prop_map(|(events, lines)| {
        lines
            .into_iter()
            .enumerate()
            .map(|(position, (index, mutations, mut style, damage))| {
                let mut event = index.get(&events).clone();
                mutations.iter().for_each(|mutation| mutation.apply(&mut event));
                let mut line = String::new();
                event.write(&mut style, &mut line);
                match (position, depth(&line)) {
                    // Here serde_json gives up already, and the program must not.
                    (_, 128) => "{}".to_owned(),
                    // The first line decides whether the input is read line by line, so it stays whole.
                    (0, _) => line,
                    _ => damage.apply(line),
                }
            })
            .collect()
    })
}

// ---------------------------------------------------------------------------------------------
// The generator: flags

/// No value most of the time, else one or two of the choices.
pub fn values(choices: &'static [&'static str]) -> BoxedStrategy<Vec<String>> {
    let some = prop::collection::vec(select(choices).prop_map(str::to_owned), 1..3);
    prop_oneof![5 => Just(Vec::new()), 1 => some].boxed()
}

pub fn maybe_bound() -> impl Strategy<Value = Option<String>> {
    const BOUNDS: &[&str] = &[
        "2025-01-15",
        "2025-01-15T14:30:00Z",
        "2025-01-15T14:30:00.0001Z",
        "2025-01-15T16:30:00+02:00",
        "2025-01-15T14:30:00.000100001Z",
        "1970-01-01T00:00:00Z",
        "2025-06-04T00:00:00",
    ];
    prop::option::weighted(0.15, select(BOUNDS).prop_map(str::to_owned))
}

/// Values of the flags that take lists, in the order of [`Flags::lists`].
pub fn lists() -> impl Strategy<Value = [Vec<String>; 8]> {
    [
        values(&["sso.*", "SSO.view_settings", "deleted", "other", "*ed", "portal-opened", "*.sso_*"]),
        values(&["none", "user_?", "ALICE@*", "zoë lindqvist", "田*", "??? *", "*"]),
        values(&["org_01JGXYZ456", "ORG_?", "müller & s*", "*", "nobody"]),
        values(&["conn_2", "CONN_*", "conn_0?JGXYZ789"]),
        values(&["GOOGLEsaml", "*SAML", "oidc", "foo*"]),
        values(&["saml", "OIDC", "o*", "oauth"]),
        values(&["google", "Microsoft", "custom", "okta", "?i*"]),
        values(&["192.0.2.0/24", "192.0.2.1", "192.0.2.129/25", "2001:db8::/32", "0.0.0.0/0"]),
    ]
}

pub fn flags() -> impl Strategy<Value = Flags> {
    let switches = (prop::bool::weighted(0.1), prop::bool::weighted(0.25), any::<bool>());
    (lists(), maybe_bound(), maybe_bound(), switches).prop_map(|(lists, since, until, switches)| {
        let [action, actor, org, connection, connection_type, protocol, provider, ip] = lists;
        let (impersonated, invert, commas) = switches;
        meaningful(Flags {
            action,
            actor,
            org,
            connection,
            connection_type,
            protocol,
            provider,
            ip,
            since,
            until,
            impersonated,
            invert,
            commas,
        })
    })
}

/// Takes out what is refused before anything is read: an empty span of time, nothing to invert.
pub fn meaningful(mut flags: Flags) -> Flags {
    if let (Some(since), Some(until)) = (&flags.since, &flags.until)
        && bound(since) >= bound(until)
    {
        flags.until = None;
    }
    let invert = std::mem::take(&mut flags.invert);
    flags.invert = invert && !flags.args().is_empty();
    flags
}

//! Generated lives of connections: few organizations and connections and hardly any time, so that
//! ties, redeliveries and transitions that should not happen are frequent.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::history::{History, utc};
use super::reading::normalize;
use super::rows::{nameless, same_keys, same_rows, severity};
use super::time::nanoseconds;
use crate::support::run::ssoaudit;

const ORGANIZATIONS: [&str; 3] = ["org_1", "org_2", "org_3"];

/// Connections with their organization, type and provider; the last two only Centure knows.
const CONNECTIONS: [(&str, usize, &str, &str); 6] = [
    ("conn_1", 0, "SAML", "OKTA"),
    ("conn_2", 0, "SAML", "OKTA"),
    ("conn_3", 1, "OIDC", "GOOGLE"),
    ("conn_4", 1, "SAML", "OKTA"),
    ("conn_5", 0, "OktaSAML", ""),
    ("conn_6", 2, "GenericOIDC", ""),
];

/// Nanoseconds after the start at which things happen.
const INSTANTS: [i128; 12] = [
    0,
    1,
    999_999_999,
    1_000_000_000,
    1_000_000_001,
    59_500_000_000,
    60_000_000_000,
    3_600_000_000_000,
    3_600_250_000_000,
    7_200_000_000_001,
    86_400_000_000_000,
    90_000_500_000_000,
];

/// Links never fall on the instant of a change, where which was earlier would be open.
const LINK_OFFSET: i128 = 100_000_000;

#[derive(Clone, Copy, Debug)]
enum What {
    Created,
    Enabled,
    Disabled,
    Deleted,
    CentureDeleted,
    Link,
    View,
    Other,
    Invalid,
}

/// An event that is yet to be written.
#[derive(Clone, Debug)]
struct Draft {
    what: What,
    connection: usize,
    instant: usize,
    actor: usize,
    id: usize,
    /// Something unusual about it.
    twist: u8,
}

fn draft() -> impl Strategy<Value = Draft> {
    let what = prop_oneof![
        3 => Just(What::Created),
        5 => Just(What::Enabled),
        4 => Just(What::Disabled),
        4 => Just(What::Deleted),
        2 => Just(What::CentureDeleted),
        2 => Just(What::Link),
        1 => Just(What::View),
        1 => Just(What::Other),
        1 => Just(What::Invalid),
    ];
    (what, 0..CONNECTIONS.len(), 0..INSTANTS.len(), 0..3_usize, 0..8_usize, 0..12_u8).prop_map(
        |(what, connection, instant, actor, id, twist)| Draft { what, connection, instant, actor, id, twist },
    )
}

fn start() -> i128 {
    nanoseconds("2025-03-01T00:00:00Z").unwrap()
}

impl Draft {
    fn is_change(&self) -> bool {
        !matches!(self.what, What::Link | What::View | What::Other | What::Invalid)
    }

    /// Time and operation, by which changes are ordered before anything is left open.
    fn place(&self) -> (usize, &'static str) {
        (self.instant, self.operation())
    }

    fn operation(&self) -> &'static str {
        match self.what {
            What::Created => "created",
            What::Enabled => "enabled",
            What::Disabled => "disabled",
            _ => "deleted",
        }
    }

    /// Half of the instants are written with an offset.
    fn time(&self) -> String {
        const HOUR: i128 = 3_600_000_000_000;
        let instant = start() + INSTANTS[self.instant];
        let early_or_late = [0, -5 * HOUR, 5 * HOUR][usize::from(self.twist % 3)];
        let nanos = match self.what {
            What::Link => instant + LINK_OFFSET,
            What::View | What::Other => instant + early_or_late,
            // Far beyond the log, which must not end there.
            What::Invalid => instant + 4 * early_or_late,
            _ => instant,
        };
        if self.instant.is_multiple_of(2) { utc(nanos) } else { utc(nanos + 2 * HOUR).replace('Z', "+02:00") }
    }

    fn is_centure(&self) -> bool {
        match self.what {
            What::CentureDeleted | What::Link | What::View => true,
            What::Other => self.twist.is_multiple_of(2),
            _ => false,
        }
    }

    /// Ids of the two vendors are two things, however they are written; here they are written differently.
    fn organization(&self) -> String {
        let home = CONNECTIONS[self.connection].1;
        // Once in a while an event names another organization than the connection's.
        let away = usize::from(self.twist == 11 && self.is_change());
        let vendor = if self.is_centure() { "_centure" } else { "" };
        format!("{}{vendor}", ORGANIZATIONS[(home + away) % ORGANIZATIONS.len()])
    }

    fn line(&self) -> String {
        if self.is_centure() { self.centure() } else { self.scalekit() }.to_string()
    }

    /// The same event as another way of delivery may bring it.
    fn again(&self, how: usize) -> String {
        let mut event: Value = serde_json::from_str(&self.line()).unwrap();
        let is_centure = event.get("action").is_some();
        match how % 4 {
            0 => event["occurred_at"] = self.time().replace('Z', "+00:00").into(),
            1 if is_centure => event = json!({ "organization_id": self.organization(), "event": event }),
            2 if is_centure => event["version"] = 1.into(),
            _ => {}
        }
        event.to_string()
    }

    fn scalekit(&self) -> Value {
        let (id, _, kind, provider) = CONNECTIONS[self.connection % 4];
        let organization = self.organization();
        let mut data = json!({ "id": id, "organization_id": organization });
        if !(self.twist == 10 && matches!(self.what, What::Disabled | What::Deleted)) {
            data["connection_type"] = kind.into();
            data["provider"] = provider.into();
        }
        let mut event = json!({
            "spec_version": "1",
            "id": format!("evt_{}", self.id),
            "object": "Connection",
            "environment_id": "env_1",
            "occurred_at": self.time(),
            "organization_id": organization,
            "type": format!("organization.sso_{}", self.operation()),
            "data": data,
        });
        match self.what {
            What::Other => event["type"] = "user.login".into(),
            What::Invalid => event["data"] = json!({ "id": id }),
            _ => {}
        }
        event
    }

    fn centure(&self) -> Value {
        let (id, _, kind, _) = CONNECTIONS[4 + self.connection % 2];
        let organization = self.organization();
        let (action, target) = match self.what {
            What::CentureDeleted => (
                "sso.delete_connection",
                json!({ "type": "sso_connection", "id": id, "metadata": {
                    "connection_id": id, "connection_type": kind, "organization_id": organization } }),
            ),
            What::Link => {
                ("sso.create_management_portal_url", json!({ "type": "organization", "id": organization }))
            }
            What::View => ("sso.view_settings", json!({ "type": "organization", "id": organization })),
            _ => ("directory_sync.delete", json!({ "type": "directory_sync", "id": "directory_1" })),
        };
        let location = ["unknown", "192.0.2.1"][self.id % 2];
        let mut event = json!({
            "action": action,
            "occurred_at": self.time(),
            "actor": { "type": "user", "id": format!("user_{}", self.actor) },
            "targets": [target],
            "context": { "location": location, "user_agent": "unknown" },
            "metadata": { "source": "/sso" },
        });
        if self.actor > 0 {
            let (email, reason) = if self.id == 0 { ("support@example.org", "a ticket") } else { ("", "") };
            event["actor"]["metadata"] = json!({ "email": "zoe@example.com",
                "impersonator_email": email, "impersonator_reason": reason });
        }
        if self.actor > 1 {
            event["actor"]["name"] = "Zoë Lindqvist".into();
        }
        if self.id > 5 && !matches!(self.what, What::View | What::Other) {
            event["id"] = format!("audit_{}", self.id).into();
        }
        event
    }
}

/// Lines of events, some of them more than once, in any order.
fn lines(drafts: &[Draft], again: &[Index]) -> Vec<String> {
    // An `other` event with an id that comes again is neither a change nor a link nor a view:
    // whether it counts again is left open.
    let repeatable: Vec<&Draft> = drafts.iter().filter(|draft| !matches!(draft.what, What::Other)).collect();
    let mut lines: Vec<String> = drafts.iter().map(Draft::line).collect();
    if !repeatable.is_empty() {
        let again = again.iter().enumerate();
        lines.extend(again.map(|(how, index)| index.get(&repeatable).again(how)));
    }
    lines
}

/// At any time there is one change at most of each operation, so that only what is laid down
/// decides their order. Other events are kept once each.
fn apart(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        let is_taken = kept.iter().any(|other| {
            if draft.is_change() && other.is_change() {
                draft.place() == other.place()
            } else {
                draft.line() == other.line()
            }
        });
        if !is_taken {
            kept.push(draft);
        }
    }
    kept
}

fn drafts() -> impl Strategy<Value = Vec<Draft>> {
    prop::collection::vec(draft(), 1..40)
}

fn shuffled(drafts: Vec<Draft>, again: &[Index]) -> impl Strategy<Value = Vec<String>> + use<> {
    Just(lines(&drafts, again)).prop_shuffle()
}

/// Lines whose answers are fully laid down.
fn log() -> impl Strategy<Value = Vec<String>> {
    (drafts().prop_map(apart), prop::collection::vec(any::<Index>(), 0..6))
        .prop_flat_map(|(drafts, again)| shuffled(drafts, &again))
}

/// The same lines in two orders, with ties of every sort.
fn log_twice() -> impl Strategy<Value = [Vec<String>; 2]> {
    (drafts(), prop::collection::vec(any::<Index>(), 0..6)).prop_flat_map(|(drafts, again)| {
        let lines = lines(&drafts, &again);
        [Just(lines.clone()).prop_shuffle(), Just(lines).prop_shuffle()]
    })
}

// ---------------------------------------------------------------------------------------------
// Comparing

/// Deals the lines to so many files.
fn deal(lines: &[String], files: usize) -> Vec<Vec<&str>> {
    let file = |first: usize| lines.iter().skip(first).step_by(files).map(String::as_str).collect();
    (0..files).map(file).filter(|lines: &Vec<&str>| !lines.is_empty()).collect()
}

/// The standard output of a command on these files.
fn printed(command: &[&str], files: &[Vec<&str>], threads: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut args: Vec<String> = command.iter().map(|arg| (*arg).to_owned()).collect();
    args.extend(["--format", "json", "--threads", threads].map(str::to_owned));
    for (number, lines) in files.iter().enumerate() {
        let path = folder.path().join(format!("{number}.ndjson"));
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        args.push(path.to_str().unwrap().to_owned());
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = ssoaudit(&args);
    // Lines of which none is an event are an error.
    let is_log = |lines: &Vec<&str>| lines.iter().any(|line| normalize(line).is_some());
    let code = if files.iter().all(is_log) { 0 } else { 2 };
    assert_eq!(run.code, code, "{args:?}: {}", run.stderr);
    run.stdout
}

fn section(command: &[&str], files: &[Vec<&str>], key: &str) -> Result<Vec<Value>, String> {
    let text = printed(command, files, "2");
    let json: Value = serde_json::from_str(&text).map_err(|error| format!("{command:?}: {error}: {text}"))?;
    json[key].as_array().cloned().ok_or(format!("{command:?}: no `{key}` in {text}"))
}

fn removals_agree(history: &History, files: &[Vec<&str>]) -> Result<(), String> {
    let mut got = section(&["report", "removals"], files, "removals")?;
    let key = |row: &Value| {
        let (class, length, time, id) = severity(row);
        // Ended exposures that differ by less than a second may stand in either order.
        (class, length, if class == 1 { 0 } else { time }, if class == 1 { String::new() } else { id })
    };
    if !got.is_sorted_by_key(key) {
        return Err(format!("not the worst first: {got:?}"));
    }
    let mut expected = nameless(history.removals());
    // Two removals of a connection at one time may also stand in either order.
    let place = |row: &Value| (severity(row), row["operation"].to_string());
    got.sort_by_key(place);
    expected.sort_by_key(place);
    same_rows(&expected, &got)
}

fn posture_agrees(history: &History, files: &[Vec<&str>], at: i128) -> Result<(), String> {
    let got = section(&["report", "connections", "--at", &utc(at)], files, "posture")?;
    same_rows(&nameless(history.posture(at)), &got)
        .map_err(|message| format!("posture at {}: {message}", utc(at)))
}

fn everything_agrees(lines: &[String], files: usize, at: usize) -> Result<(), String> {
    let files = deal(lines, files);
    let history = History::read(&files);
    removals_agree(&history, &files).map_err(|message| format!("removals: {message}"))?;
    let got = section(&["report", "connections"], &files, "connections")?;
    same_rows(&nameless(history.connection_rows()), &got)
        .map_err(|message| format!("connections: {message}"))?;
    let got = section(&["report", "changes"], &files, "changes")?;
    same_rows(&nameless(history.change_rows()), &got).map_err(|message| format!("changes: {message}"))?;
    posture_agrees(&history, &files, start() + INSTANTS[at])?;
    let text = printed(&["summary"], &files, "2");
    let got: Value = serde_json::from_str(&text).map_err(|error| format!("summary: {error}: {text}"))?;
    same_keys(&history.input(), &got["input"]).map_err(|message| format!("summary: {message}"))
}

proptest! {
    // Each case starts several processes; `PROPTEST_CASES` asks for more.
    #![proptest_config(ProptestConfig {
        cases: 40,
        max_shrink_iters: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn generated_lives_agree(lines in log(), files in 1..4_usize, at in 0..INSTANTS.len()) {
        everything_agrees(&lines, files, at)
            .map_err(|message| TestCaseError::fail(format!("{message}\n{}", lines.join("\n"))))?;
    }

    #[test]
    fn order_files_and_threads_change_nothing([lines, others] in log_twice(), files in 1..4_usize) {
        for report in ["removals", "connections", "changes"] {
            let one = printed(&["report", report], &deal(&lines, 1), "1");
            let other = printed(&["report", report], &deal(&others, files), "4");
            // What is said about the input itself may differ with the files.
            let [one, other] = [one, other].map(|text| {
                serde_json::from_str::<Value>(&text).map(|json| json[report].clone()).unwrap_or_default()
            });
            prop_assert!(one.is_array(), "{report}: {one}");
            prop_assert_eq!(one, other, "{}", report);
        }
    }
}

/// Every generated line that is meant to be valid is, or the others would be tested on nothing.
#[test]
fn generated_lines_are_what_they_are_meant_to_be() {
    let whats = [
        (What::Created, "created"),
        (What::Enabled, "enabled"),
        (What::Disabled, "disabled"),
        (What::Deleted, "deleted"),
        (What::CentureDeleted, "deleted"),
        (What::Link, "portal-opened"),
        (What::View, "viewed"),
        (What::Other, "other"),
    ];
    for id in 0..8 {
        for (what, operation) in whats {
            let draft =
                Draft { what, connection: id % 6, instant: id, actor: id % 3, id, twist: 4 + id as u8 };
            let normal = super::reading::normalize(&draft.line());
            assert_eq!(normal.unwrap().event["operation"], operation, "{draft:?}");
        }
        let draft =
            Draft { what: What::Invalid, connection: 0, instant: id, actor: 0, id, twist: 4 + id as u8 };
        assert!(super::reading::normalize(&draft.line()).is_none(), "{draft:?}");
    }
}

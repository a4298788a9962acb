//! Fingerprints and baselines: what is known of one event says nothing of another, whatever ids and separators
//! a log contains, and the same event is known again however it is written and read.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::run::ssoaudit;

/// A deletion that Scalekit logs.
fn deletion(id: &str, time: &str, organization: &str, connection: &str) -> String {
    format!(
        r#"{{"spec_version":"1","id":"{id}","object":"Connection","environment_id":"env_1","occurred_at":"{time}","organization_id":"{organization}","type":"organization.sso_deleted","data":{{"id":"{connection}","organization_id":"{organization}","connection_type":"SAML","provider":"OKTA","enabled":false,"status":"COMPLETED"}}}}"#
    )
}

/// A deletion that Centure logs, with an id if that is not empty.
fn by_actor(id: &str, time: &str, actor: &str, connection: &str) -> String {
    let id = if id.is_empty() { String::new() } else { format!(r#""id":"{id}","#) };
    format!(
        r#"{{{id}"action":"sso.delete_connection","occurredAt":"{time}","version":1,"actor":{{"type":"user","id":"{actor}","name":"Ann","metadata":{{}}}},"targets":[{{"type":"sso_connection","id":"{connection}","name":"C","metadata":{{"connection_id":"{connection}","connection_type":"OktaSAML","organization_id":"org_a"}}}}],"context":{{"location":"192.0.2.1","userAgent":"UA"}},"metadata":{{"source":"/x"}}}}"#
    )
}

/// Rule, status and fingerprint of what is found in a log.
fn found(lines: &[&str], more: &[&str]) -> BTreeSet<[String; 3]> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.ndjson");
    fs::write(&log, lines.join("\n")).unwrap();
    let args = ["check", "--now", "2026-01-01", "--format", "json", log.to_str().unwrap()];
    let run = ssoaudit(&[&args, more].concat());
    let json: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let findings = json["findings"].as_array().unwrap().iter();
    findings.map(|it| ["rule", "status", "fingerprint"].map(|key| it[key].as_str().unwrap().into())).collect()
}

/// The statuses of what a rule finds in a log, when all that is found in another one is known.
fn statuses(rule: &str, known: &[&str], now: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.json");
    let path = path.to_str().unwrap();
    let first = found(known, &["--write-baseline", path]);
    assert!(first.iter().any(|[its, ..]| its == rule), "{first:?}");
    let found = found(now, &["--baseline", path]).into_iter();
    found.filter(|[its, ..]| its == rule).map(|[_, status, _]| status).collect()
}

const TIME: &str = "2025-06-01T10:00:00Z";

#[test]
fn a_known_id_lets_no_other_event_pass() {
    let of =
        |now: &str| statuses("connection-deleted", &[&deletion("evt_1", TIME, "org_1", "conn_1")], &[now]);
    assert_eq!(of(&deletion("evt_1", TIME, "org_1", "conn_1")), ["baseline"]);
    for other in [
        deletion("evt_1", TIME, "org_1", "conn_2"),
        deletion("evt_1", TIME, "org_2", "conn_1"),
        deletion("evt_1", "2025-06-01T10:00:00.001Z", "org_1", "conn_1"),
        deletion("evt_2", TIME, "org_1", "conn_1"),
    ] {
        assert_eq!(of(&other), ["open"], "{other}");
    }
    let of = |id: &str, now: &str| {
        statuses("connection-deleted", &[&by_actor(id, TIME, "user_1", "conn_1")], &[now])
    };
    assert_eq!(of("evt_1", &by_actor("evt_1", TIME, "user_2", "conn_1")), ["open"]);
    assert_eq!(of("", &by_actor("evt_1", TIME, "user_1", "conn_1")), ["open"]);
    assert_eq!(of("evt_1", &by_actor("", TIME, "user_1", "conn_1")), ["open"]);
    // The same id of another source.
    assert_eq!(of("evt_1", &deletion("evt_1", TIME, "org_a", "conn_1")), ["open"]);
}

/// In each pair the same texts come one after another, with the separator in another of them.
#[test]
fn no_separator_in_a_text_joins_two() {
    let nul = r"\u0000";
    let pairs = [
        [[format!("u{nul}x"), "c".to_owned()], ["u".to_owned(), format!("x{nul}c")]],
        [["ux".to_owned(), "c".to_owned()], ["u".to_owned(), "xc".to_owned()]],
        [["1:u1:x".to_owned(), "c".to_owned()], ["1:u".to_owned(), "1:x1:c".to_owned()]],
    ];
    // What is later than the present is noted, with a key of its own.
    for (rule, time) in [("connection-deleted", TIME), ("event-from-the-future", "2026-06-01T10:00:00Z")] {
        for pair in &pairs {
            for id in ["evt_1", ""] {
                let [one, other] = pair.each_ref().map(|[actor, conn]| by_actor(id, time, actor, conn));
                assert_eq!(statuses(rule, &[&one], &[&other]), ["open"], "{rule} {pair:?}");
                assert_eq!(statuses(rule, &[&other], &[&one]), ["open"], "{rule} {pair:?}");
                assert_eq!(statuses(rule, &[&other], &[&other]), ["baseline"], "{rule} {pair:?}");
            }
        }
    }
}

#[test]
fn the_same_event_is_known_again_however_it_is_written() {
    for time in [TIME, "2026-06-01T10:00:00Z"] {
        let events = [
            deletion("evt_1", time, "org_1", "conn_1"),
            by_actor("ev\\u00e9nt", time, "user_1", "conn_2"),
            by_actor("", time, "user_1", "conn_3"),
        ];
        let [later, offset] = [time.replace("T10:", "T12:"), "+02:00".to_owned()];
        let spelt = |line: &String| {
            let line = line.replace(time, &later.replace('Z', &format!(".000{offset}")));
            let line = line.replace("user_1", r"\u0075ser_1").replace("evt_1", r"evt\u005f1");
            line.replace("ev\\u00e9nt", "evént").replace("occurredAt", "occurred_at").replace("\":", "\" : ")
        };
        let plain: Vec<_> = events.iter().map(String::as_str).collect();
        let other: Vec<_> = events.iter().map(spelt).collect();
        let other: Vec<_> = other.iter().rev().map(String::as_str).collect();
        let expected = found(&plain, &[]);
        assert!(expected.len() >= 3, "{expected:?}");
        for lines in [other.clone(), [&plain[..], &other].concat(), [&other[..], &plain, &plain].concat()] {
            for threads in ["1", "3"] {
                assert_eq!(found(&lines, &["--threads", threads, "--block-bytes", "600"]), expected);
            }
        }
    }
}

#[test]
fn a_burst_is_told_by_what_its_ends_say() {
    let portal = |second: usize, organization: &str| {
        let line = by_actor("", &format!("2025-06-01T10:00:{second:02}Z"), "user_1", "conn_1");
        let line = line.replace("sso.delete_connection", "sso.create_management_portal_url");
        let target = line.find("\"targets\"").unwrap()..line.find(",\"context\"").unwrap();
        let new = format!(r#""targets":[{{"type":"organization","id":"{organization}"}}]"#);
        line.replace(&line[target], &new)
    };
    let burst = |first: &str, last: &str| -> Vec<String> {
        (0..12)
            .map(|at| portal(at, [first, "org_1", last][usize::from(at > 0) + usize::from(at > 10)]))
            .collect()
    };
    let of = |now: Vec<String>| {
        let known = burst("org_0", "org_2");
        let [known, now] = [&known, &now].map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
        statuses("portal-url-burst", &known, &now)
    };
    assert_eq!(of(burst("org_0", "org_2")), ["baseline"]);
    assert_eq!(of(burst("org_x", "org_2")), ["open"]);
    assert_eq!(of(burst("org_0", "org_x")), ["open"]);
}

#[test]
fn a_baseline_of_an_earlier_version_is_refused_and_can_be_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let [log, known] = ["log.ndjson", "known.json"].map(|name| folder.path().join(name));
    let [log, known] = [&log, &known].map(|path| path.to_str().unwrap());
    fs::write(log, deletion("evt_1", TIME, "org_1", "conn_1")).unwrap();
    let old = r#"{"schema":"ssoaudit.baseline.v1","findings":[]}"#;
    fs::write(known, old).unwrap();
    let check = |flag: &str| ssoaudit(&["check", "--now", "2026-01-01", flag, known, log]);
    let refused = check("--baseline");
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    let expected = format!(
        "error: {known}:1:11: this baseline was written by an earlier version, whose fingerprints another \
         event could reuse; review the findings and renew it with `--write-baseline {known}`\n"
    );
    assert_eq!(refused.stderr, expected);
    assert_eq!(fs::read_to_string(known).unwrap(), old);
    assert_eq!(check("--write-baseline").code, 1);
    assert_eq!(check("--baseline").code, 0);
}

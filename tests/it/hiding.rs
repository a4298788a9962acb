//! What is written so that `check` might not see it: an event behind another one, names that nearly are
//! those of changes, fields of another type, events that come again but for what nobody models.

use serde_json::{Value, json};

use crate::support::run::{ssoaudit, ssoaudit_with_input};

const DELETED: &str = "sso.delete_connection";

fn centure(action: &str, target: &Value) -> Value {
    json!({
        "action": action, "occurredAt": "2025-06-02T08:00:00.000Z",
        "actor": { "type": "user", "id": "user_ann", "name": "Ann", "metadata": { "email": "ann@example.com" } },
        "targets": [target], "context": { "location": "198.51.100.23", "userAgent": "Mozilla/5.0" },
        "metadata": { "source": "/organizations/org_1/sso" },
    })
}

fn view() -> Value {
    centure("sso.view_settings", &json!({ "type": "organization", "id": "org_1" }))
}

fn deletion(action: &str, kind: &str) -> Value {
    let facts = json!({ "connection_id": "conn_1", "connection_type": kind, "organization_id": "org_1" });
    let target = json!({
        "type": "sso_connection", "id": "conn_1", "name": format!("{kind} Connection"), "metadata": facts,
    });
    centure(action, &target)
}

fn scalekit(action: &str, object: &str, data: Value) -> Value {
    json!({
        "spec_version": "1", "id": "evt_1", "type": action, "object": object,
        "occurred_at": "2025-06-02T08:00:00Z", "environment_id": "env_1", "organization_id": "org_1", "data": data,
    })
}

fn connection() -> Value {
    json!({ "id": "conn_9", "organization_id": "org_1", "connection_type": "SAML", "provider": "OKTA" })
}

/// The object with this member set.
fn with(mut object: Value, key: &str, value: Value) -> Value {
    object[key] = value;
    object
}

fn without(mut object: Value, key: &str) -> Value {
    object.as_object_mut().unwrap().remove(key).unwrap();
    object
}

/// The members of both.
fn joined(mut object: Value, other: Value) -> Value {
    let Value::Object(other) = other else { panic!("{other} is no object") };
    object.as_object_mut().unwrap().extend(other);
    object
}

fn lines(events: &[Value]) -> Vec<u8> {
    events.iter().map(|event| format!("{event}\n")).collect::<String>().into_bytes()
}

fn normalized(args: &[&str], events: &[Value]) -> Vec<Value> {
    let all = [&["filter", "--normalize", "--format", "ndjson"], args].concat();
    let run = ssoaudit_with_input(&all, &lines(events));
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn check(args: &[&str], input: &[u8]) -> (Value, i32) {
    let run = ssoaudit_with_input(&[&["check", "--format", "json"], args].concat(), input);
    let json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    (json, run.code)
}

/// The findings of a rule: severity, and action.
fn found(verdict: &Value, rule: &str) -> Vec<[String; 2]> {
    let findings = verdict["findings"].as_array().unwrap().iter().filter(|it| it["rule"] == rule);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings.map(|finding| [text(&finding["severity"]), text(&finding["action"])]).collect()
}

#[test]
fn an_event_behind_another_is_pointed_out() {
    let deleted = || deletion(DELETED, "OktaSAML");
    let wrapped = |event: Value| json!({ "organization_id": "org_1", "event": event });
    let sso_deleted = || scalekit("organization.sso_deleted", "Connection", connection());
    // The event that is read, or none if the line is invalid.
    let both = [
        (with(deleted(), "event", view()), Some(DELETED)),
        (with(deleted(), "event", json!({})), Some(DELETED)),
        (with(deleted(), "event", deletion(DELETED, "GoogleSAML")), Some(DELETED)),
        (with(sso_deleted(), "event", view()), Some("organization.sso_deleted")),
        (with(view(), "event", sso_deleted()), Some("sso.view_settings")),
        // Not quite whole: what is in the wrapper is read, but nothing hides.
        (with(without(deleted(), "metadata"), "event", view()), Some("sso.view_settings")),
        (with(without(deleted(), "context"), "event", view()), Some("sso.view_settings")),
        (with(with(deleted(), "occurredAt", json!("soon")), "event", view()), Some("sso.view_settings")),
        (with(with(deleted(), "action", json!(7)), "event", view()), Some("sso.view_settings")),
        (with(without(sso_deleted(), "spec_version"), "event", view()), Some("sso.view_settings")),
        (joined(wrapped(view()), json!({ "action": "SSO.Delete_Connection" })), Some("sso.view_settings")),
        (joined(wrapped(view()), json!({ "type": "organization.sso_deleted" })), Some("sso.view_settings")),
        // One in the other, twice.
        (wrapped(with(deleted(), "event", view())), Some(DELETED)),
        (json!({ "event": { "event": view() } }), None),
        // A list of them beside it.
        (with(view(), "items", json!([1, deleted()])), Some("sso.view_settings")),
        (joined(wrapped(view()), json!({ "Records": [sso_deleted()] })), Some("sso.view_settings")),
        // Two in one object.
        (joined(view(), without(sso_deleted(), "occurred_at")), Some("sso.view_settings")),
        (with(without(sso_deleted(), "occurred_at"), "action", json!(DELETED)), None),
    ];
    for (line, action) in both {
        let events = normalized(&[], std::slice::from_ref(&line));
        let read: Vec<_> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
        assert_eq!(read, Vec::from_iter(action), "{line}");
        let (verdict, code) = check(&[], &lines(std::slice::from_ref(&line)));
        let rule = if action.is_some() { "contradictory-event" } else { "invalid-event" };
        assert_eq!(found(&verdict, rule).len(), 1, "{line}: {verdict}");
        assert_ne!(code, 0, "{line}");
    }
    let one = [
        wrapped(view()),
        joined(wrapped(deleted()), json!({ "id": "audit_event_1", "received": "today", "level": "info" })),
        with(deleted(), "event", json!([view()])),
        with(deleted(), "event", json!("sso.view_settings")),
        with(sso_deleted(), "event", json!(null)),
    ];
    for line in one {
        let (verdict, _) = check(&[], &lines(std::slice::from_ref(&line)));
        assert_eq!(found(&verdict, "contradictory-event"), [[""; 2]; 0], "{line}");
    }
}

#[test]
fn a_source_that_is_named_reads_the_same_event() {
    let line = with(deletion(DELETED, "OktaSAML"), "event", view());
    assert_eq!(normalized(&["--source", "centure"], std::slice::from_ref(&line))[0]["action"], DELETED);
    // What is none of its events is invalid rather than what it wraps.
    let line = with(scalekit("organization.sso_deleted", "Connection", connection()), "event", view());
    assert_eq!(normalized(&["--source", "centure"], std::slice::from_ref(&line)), [Value::Null; 0]);
    let event = &normalized(&["--source", "scalekit"], &[line])[0];
    assert_eq!(event["action"], "organization.sso_deleted");
}

#[test]
fn a_thousand_warnings_hide_no_contradiction() {
    let mut line = with(deletion(DELETED, "OktaSAML"), "event", view());
    for number in 0..1500 {
        line["metadata"][format!("no key {number}")] = number.into();
    }
    let (verdict, _) = check(&[], &lines(std::slice::from_ref(&line)));
    assert_eq!(found(&verdict, "contradictory-event").len(), 1);
    let mut line = deletion(DELETED, "OktaSAML");
    line["targets"][0]["metadata"]["connection_id"] = "conn_2".into();
    for number in 0..1500 {
        line["metadata"][format!("no key {number}")] = number.into();
    }
    let (verdict, _) = check(&[], &lines(&[line]));
    assert_eq!(found(&verdict, "contradictory-event").len(), 1);
}

#[test]
fn fields_of_unknown_actions_are_seen() {
    let unknown = |object: &str, data: Value| scalekit("organization.sos_created", object, data);
    let event = unknown("Connection", connection());
    for args in [["--connection-type", "SAML"], ["--connection", "conn_9"], ["--org", "org_1"]] {
        assert_eq!(normalized(&args, std::slice::from_ref(&event)).len(), 1, "{args:?}");
    }
    let event = &normalized(&[], &[event])[0];
    assert_eq!([&event["connection"]["provider"], &event["operation"]], ["okta", "other"]);
    // What `object` says may be altered as well.
    let event = &normalized(&[], &[unknown("Conection", connection())])[0];
    assert_eq!(event["connection"]["id"], "conn_9");
    let event = deletion("sso.delete_connections", "GoogleSAML");
    assert_eq!(normalized(&["--connection-type", "GoogleSAML"], &[event]).len(), 1);
    // Whatever else is altered, the rest is seen.
    let event = without(unknown("Conection", with(connection(), "id", json!("CONN_9"))), "organization_id");
    for args in [["--connection-type", "SAML"], ["--org", "org_1"]] {
        assert_eq!(normalized(&args, std::slice::from_ref(&event)).len(), 1, "{args:?}");
    }
    assert_eq!(normalized(&[], &[event])[0]["connection"]["id"], Value::Null);
    // What the event is about nobody knows, so a provider counts even there.
    let user = json!({ "id": "usr_1", "organization_id": "org_1", "provider": "OKTA" });
    let event = &normalized(&[], &[unknown("User", user.clone())])[0];
    assert_eq!(event["connection"]["id"], Value::Null);
    assert_eq!(event["connection"]["provider"], "okta");
    for action in ["user.login", "organization.directory_enabled"] {
        for data in [user.clone(), connection()] {
            let read = normalized(&[], &[scalekit(action, "User", data)]);
            assert_eq!(read[0]["connection"], Value::Null, "{action}");
        }
    }
    // Another object's id is no connection's, and what is of another type is nothing.
    let user = json!({ "id": "usr_1", "organization_id": "org_1" });
    let odd = json!({ "id": "usr_1", "organization_id": 5, "connection_type": ["SAML"], "enabled": "no" });
    for event in [unknown("User", user), unknown("Connection", odd), unknown("Connection", json!({}))] {
        let read = normalized(&[], std::slice::from_ref(&event));
        assert_eq!(read.len(), 1, "{event}");
        assert_eq!(read[0]["connection"], Value::Null, "{event}");
    }
}

#[test]
fn it_is_said_how_many_events_nobody_could_judge() {
    let events = [
        deletion("sso.delete_connections", "OktaSAML"),
        with(centure("team.rename", &json!({ "type": "team", "id": "t" })), "id", json!("e1")),
        with(centure("team.rename", &json!({ "type": "team", "id": "t" })), "id", json!("e2")),
        view(),
    ];
    // What came again counts once, with an id and without.
    let input = lines(&[&events[..], &events].concat());
    let (verdict, code) = check(&[], &input);
    assert_eq!(verdict["unknown_actions"], 3);
    let almost = ["medium", "sso.delete_connections"];
    assert_eq!(found(&verdict, "unknown-action"), [almost, ["low", "team.rename"], ["low", "team.rename"]]);
    assert_eq!(code, 1);
    assert_eq!(check(&["--action", "team.rename"], &input).0["unknown_actions"], 2);
    assert_eq!(check(&[], &lines(&[view()])).0["unknown_actions"], 0);

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (log, policy, evidence) = (path("log.ndjson"), path("policy.toml"), path("evidence.json"));
    std::fs::write(&log, &input).unwrap();
    // Whatever rules are on.
    std::fs::write(&policy, "version = 1\n[rules.unknown-action]\nenabled = false\n").unwrap();
    let args = ["check", "--policy", &policy, "--evidence", &evidence, "--allow-empty", &log];
    let run = ssoaudit(&args);
    let last = run.stdout.lines().last().unwrap();
    assert!(last.ends_with("; 3 events have unknown actions, which no rule could judge"), "{last}");
    let evidence: Value = serde_json::from_slice(&std::fs::read(&evidence).unwrap()).unwrap();
    assert_eq!(evidence["unknown_actions"], 3);
    // A severity that the policy sets is that of all.
    std::fs::write(&policy, "version = 1\n[rules.unknown-action]\nseverity = \"high\"\n").unwrap();
    let (verdict, _) = check(&["--policy", &policy], &input);
    assert!(found(&verdict, "unknown-action").iter().all(|[severity, _]| severity == "high"));
}

#[test]
fn a_flood_of_unknown_actions_hides_none_that_looks_like_a_change() {
    let other = |number| with(view(), "action", json!(format!("team.rename_{number}")));
    let mut events: Vec<_> = (0..10_050).map(other).collect();
    events.push(deletion("sso.delete_conections", "OktaSAML"));
    let (verdict, code) = check(&["--fail-on", "medium"], &lines(&events));
    let bad: Vec<_> =
        found(&verdict, "unknown-action").into_iter().filter(|[severity, _]| severity == "medium").collect();
    assert_eq!((bad, code), (vec![["medium".to_owned(), "sso.delete_conections".to_owned()]], 1));
    assert_eq!(verdict["unknown_actions"], 10_051);
}

#[test]
fn an_impersonator_of_another_type_does_not_vanish() {
    let with_metadata = |key: &str, value: Value| {
        let mut event = deletion(DELETED, "OktaSAML");
        event["actor"]["metadata"][key] = value;
        event
    };
    let written = [(json!(5), "5"), (json!(true), "true"), (json!(false), "false"), (json!(0), "0")];
    for (value, text) in written {
        for key in ["impersonator_email", "impersonator_reason"] {
            let event = with_metadata(key, value.clone());
            let read = normalized(&["--impersonated"], std::slice::from_ref(&event));
            let impersonator = &read[0]["actor"]["impersonator"];
            assert_eq!(impersonator[key.trim_start_matches("impersonator_")], text, "{event}");
            let (verdict, _) = check(&[], &lines(std::slice::from_ref(&event)));
            assert_eq!(found(&verdict, "impersonated-change").len(), 1, "{event}");
            let run = ssoaudit_with_input(&["validate", "--format", "ndjson"], &lines(&[event]));
            assert!(run.stdout.contains("\"odd-type\""), "{}", run.stdout);
        }
        // Nor does who acted.
        let read = normalized(&["--actor", text], &[with_metadata("email", value)]);
        assert_eq!(read.len(), 1);
    }
    assert_eq!(normalized(&["--impersonated"], &[with_metadata("impersonator_email", json!(""))]).len(), 0);
    assert_eq!(normalized(&[], &[with_metadata("impersonator_email", json!(null))]).len(), 0);
}

/// What the others are compared with: it has what nobody models in many places.
const EVENT: &str = r#"{"spec_version":"1","id":"ID","type":"organization.sso_enabled","object":"Connection","occurred_at":"2025-06-02T08:00:00Z","environment_id":"env_1","organization_id":"org_1","data":{"id":"conn_9","organization_id":"org_1","connection_type":"SAML","provider":"OKTA","enabled":true,"idp":{"url":"https://idp.example.com","port":1,"on":true,"list":[1,"2",[],null]}},"x":"1"}"#;
const LINK: &str = r#"{"id":"ID","action":"sso.create_management_portal_url","occurred_at":"2025-06-02T08:00:00Z","actor":{"type":"user","id":"user_ann","metadata":{"first_name":"Ann"}},"targets":[{"type":"organization","id":"org_1"},{"type":"team","id":"t","metadata":{"size":"5"}}],"context":{"location":"198.51.100.23","user_agent":"Mozilla/5.0"},"metadata":{"source":"/organizations/org_1/sso"}}"#;
const LOGIN: &str = r#"{"spec_version":"1","id":"ID","type":"user.login","object":"User","occurred_at":"2025-06-02T08:00:00Z","environment_id":"env_1","data":{"id":"usr_9","organization_id":"org_1","how":{"by":"mail"}}}"#;

/// How often it came again, and how many contents came with one id besides the first.
fn again(one: &str, other: &str) -> [u64; 2] {
    // Lines of the same shape come before, so that both are read the fast way if there is one.
    let before = |number| one.replace("ID", &format!("evt_other{number}"));
    let text = [before(1), before(2), before(3), one.replace("ID", "evt_1"), other.replace("ID", "evt_1")];
    let run = ssoaudit_with_input(&["summary", "--format", "json"], text.join("\n").as_bytes());
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["input"]["invalid"], 0, "{other}");
    ["redeliveries", "conflicts"].map(|key| json["input"][key].as_u64().unwrap())
}

#[test]
fn what_comes_again_says_the_same_in_everything() {
    let long = |last: &str| format!("[{}{last}]", "1,".repeat(1200));
    let changed: [(&str, &str, String); 24] = [
        (EVENT, "idp.example.com", "idp.example.org".into()),
        (EVENT, "\"port\":1", "\"port\":\"1\"".into()),
        (EVENT, "\"port\":1", "\"port\":1.0".into()),
        (EVENT, "\"port\":1", "\"part\":1".into()),
        (EVENT, "\"on\":true", "\"on\":false".into()),
        (EVENT, "[1,\"2\",[],null]", "[1,\"2\",{},null]".into()),
        (EVENT, "[1,\"2\",[],null]", "[\"2\",1,[],null]".into()),
        (EVENT, "[1,\"2\",[],null]", "[1,\"2\",[]]".into()),
        (EVENT, "[1,\"2\",[],null]", "[1,\"2\",[],0]".into()),
        (EVENT, "[1,\"2\",[],null]", "[[1,\"2\",[],null]]".into()),
        (EVENT, ",\"on\":true", String::new()),
        (EVENT, "\"x\":\"1\"", "\"x\":\"1\",\"status\":null".into()),
        (EVENT, "\"x\":\"1\"", "\"X\":\"1\"".into()),
        (EVENT, "\"x\":\"1\"", "\"x\":1".into()),
        (EVENT, "\"x\":\"1\"", "\"x\":\"2\"".into()),
        (EVENT, "\"x\":\"1\"", "\"data.x\":\"1\"".into()),
        (EVENT, "\"provider\":\"OKTA\"", "\"provider\":\"GOOGLE\"".into()),
        (LINK, "\"size\":\"5\"", "\"size\":5".into()),
        (LINK, "\"size\":\"5\"", "\"size\":\"5\",\"more\":\"\"".into()),
        (LINK, "\"first_name\":\"Ann\"", "\"first_name\":\"Eve\"".into()),
        (LINK, "\"first_name\":\"Ann\"", "\"email\":true".into()),
        (LINK, "\"first_name\":\"Ann\"", "\"email\":\"true\"".into()),
        (LOGIN, "\"by\":\"mail\"", "\"by\":\"token\"".into()),
        (LOGIN, "\"id\":\"usr_9\"", "\"id\":\"usr_8\"".into()),
    ];
    for (one, from, to) in &changed {
        assert!(one.contains(from), "{from}");
        assert_eq!(again(one, &one.replace(from, to)), [0, 1], "{from} and {to}");
    }
    for kind in [["\"email\":true", "\"email\":\"true\""], ["\"last_name\":true", "\"last_name\":\"true\""]] {
        let [one, other] = kind.map(|text| LINK.replace("\"first_name\":\"Ann\"", text));
        assert_eq!(again(&one, &other), [0, 1], "{kind:?}");
    }
    // Not every element of a long list is a node.
    let with_list = |list: &str| EVENT.replace("\"port\":1", &format!("\"port\":{list}"));
    let lists = [long("1"), long("2"), long("\"1\""), long("[1]"), long("{\"a\":[]}"), long("{\"b\":[]}")];
    for (at, one) in lists.iter().enumerate() {
        for (other_at, other) in lists.iter().enumerate() {
            let expected = if at == other_at { [1, 0] } else { [0, 1] };
            let spaced = other.replace(',', " ,\t").replace("\"1\"", "\"\\u0031\"");
            assert_eq!(again(&with_list(one), &with_list(&spaced)), expected, "{at} and {other_at}");
        }
    }
    // And of very many values only a sum is kept.
    let many = |numbers: &mut dyn Iterator<Item = u32>, odd: u32| {
        let member = |number: u32| format!("\"k{number}\":{}", u32::from(number == odd));
        with_list(&format!("{{{}}}", numbers.map(member).collect::<Vec<_>>().join(",")))
    };
    let one = many(&mut (0..700), 7);
    assert_eq!(again(&one, &many(&mut (0..700).rev(), 7)), [1, 0]);
    assert_eq!(again(&one, &many(&mut (0..700), 8)), [0, 1]);
    assert_eq!(again(&one, &many(&mut (0..699), 7)), [0, 1]);
}

#[test]
fn how_it_is_written_and_delivered_does_not_matter() {
    let event = LINK.replace("\"id\":\"ID\",", "");
    let same: [(&str, String); 9] = [
        (EVENT, EVENT.replace(':', ": ").replace(": //", "://").replace("T08: 00: 00", "T08:00:00")),
        (EVENT, EVENT.replace("occurred_at", "occurredAt").replace("connection_type", "connectionType")),
        (EVENT, EVENT.replace("08:00:00Z", "10:00:00.000+02:00")),
        (EVENT, EVENT.replace("\"x\":\"1\"", "\"\\u0078\":\"\\u0031\"")),
        (EVENT, format!("{{\"x\":\"1\",{}", &EVENT[1..]).replace(",\"x\":\"1\"}", "}")),
        (EVENT, EVENT.replace("\"port\":1,\"on\":true", "\"on\":true,\"port\":1")),
        (LINK, LINK.replace("user_agent", "userAgent").replace("occurred_at", "occurredAt")),
        (LINK, format!("{{\"event\":{event},\"organization_id\":\"org_1\",\"id\":\"ID\",\"received\":7}}")),
        (LOGIN, LOGIN.replace("organization_id", "organizationId")),
    ];
    for (one, other) in &same {
        assert_ne!(one, other);
        assert_eq!(again(one, other), [1, 0], "{other}");
    }
}

/// What transports make of an event: its JSON in a string.
#[test]
fn events_in_strings_are_read() {
    let text = |event: Value| Value::String(event.to_string());
    let pretty = |event: Value| Value::String(serde_json::to_string_pretty(&event).unwrap());
    let deleted = || deletion(DELETED, "OktaSAML");
    let read = [
        (json!({ "event": text(deleted()) }), vec![DELETED]),
        (json!({ "time": 1, "host": "h", "event": pretty(deleted()) }), vec![DELETED]),
        (json!({ "preview": false, "result": { "_raw": text(deleted()), "_time": "x" } }), vec![DELETED]),
        (json!({ "message": text(json!([view(), deleted()])) }), vec!["sso.view_settings", DELETED]),
        (json!({ "log": text(json!({ "data": [view(), deleted()] })) }), vec!["sso.view_settings", DELETED]),
        (json!([{ "_raw": text(view()) }, { "_raw": text(deleted()) }]), vec!["sso.view_settings", DELETED]),
        // None hides behind the other.
        (json!({ "message": text(view()), "log": text(deleted()) }), vec!["sso.view_settings", DELETED]),
        // An event is an event, whatever its texts are.
        (with(view(), "message", text(deleted())), vec!["sso.view_settings"]),
        // A text in a text would be one of another log.
        (json!({ "event": text(json!({ "event": text(deleted()) })) }), vec![]),
        (json!({ "event": format!("{} and more", deleted()) }), vec![]),
        (json!({ "event": "{" }), vec![]),
    ];
    for (line, actions) in read {
        let events = normalized(&[], std::slice::from_ref(&line));
        let read: Vec<_> = events.iter().map(|event| event["action"].as_str().unwrap()).collect();
        assert_eq!(read, actions, "{line}");
        let (verdict, _) = check(&[], &lines(std::slice::from_ref(&line)));
        assert_eq!(found(&verdict, "invalid-event").len(), usize::from(actions.is_empty()), "{line}");
    }
}

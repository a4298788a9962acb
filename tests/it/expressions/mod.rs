//! `--where`: the values it selects by, its mistakes, and what it has in common with flags.

mod against_cel;
mod generated;
mod mistakes;

use crate::support::run::{Run, ssoaudit, ssoaudit_with_input};

const SAMPLE: &str = "testdata/sso-events.ndjson";

/// Runs `filter --count` with an expression over the sample.
fn filter(expression: &str) -> Run {
    ssoaudit(&["filter", "--count", "--now", "2025-07-01", "--where", expression, SAMPLE])
}

/// How many events of the sample an expression selects.
fn count(expression: &str) -> u64 {
    let run = filter(expression);
    assert_eq!(run.code, 0, "{expression}: {}", run.stderr);
    run.stdout.trim().parse().unwrap()
}

/// The same for flags.
fn count_by_flags(flags: &[&str]) -> u64 {
    let run = ssoaudit(&[&["filter", "--count"], flags, &[SAMPLE]].concat());
    assert_eq!(run.code, 0, "{flags:?}: {}", run.stderr);
    run.stdout.trim().parse().unwrap()
}

/// How many of these lines an expression selects.
fn count_lines(expression: &str, lines: &[String]) -> u64 {
    let run = ssoaudit_with_input(&["filter", "--count", "--where", expression], lines.join("\n").as_bytes());
    assert_eq!(run.code, 0, "{expression}: {}", run.stderr);
    run.stdout.trim().parse().unwrap()
}

#[test]
fn it_selects_what_flags_select() {
    for (expression, flags) in [
        ("operation == 'deleted'", &["--action", "deleted"][..]),
        ("operation in ['deleted', 'disabled']", &["--action", "deleted,disabled"]),
        ("!(operation in ['viewed'])", &["--action", "!viewed"]),
        ("operation != 'viewed' && operation != 'created'", &["--action", "!viewed,!created"]),
        ("action.startsWith('sso.')", &["--action", "sso.*"]),
        ("connection.type.contains('SAML')", &["--connection-type", "*SAML*"]),
        ("!connection.type.contains('SAML')", &["--connection-type", "!*SAML*"]),
        ("connection.protocol == 'oidc'", &["--protocol", "oidc"]),
        ("connection.provider == 'okta'", &["--provider", "okta"]),
        ("has(actor.impersonator.email) || has(actor.impersonator.reason)", &["--impersonated"]),
        ("!has(actor.impersonator.email) && !has(actor.impersonator.reason)", &["--impersonated=no"]),
        ("actor.impersonator.email == 'support@example.org'", &["--impersonator", "support@*"]),
        ("actor.impersonator.email != 'support@example.org'", &["--impersonator", "!support@*"]),
        ("!has(actor.id) && !has(actor.name) && !has(actor.email)", &["--actor", "none"]),
        ("has(actor.id) || has(actor.name) || has(actor.email)", &["--actor", "!none"]),
        ("time >= timestamp('2025-03-01T00:00:00Z')", &["--since", "2025-03-01"]),
        ("time < timestamp('2025-03-01T00:00:00Z')", &["--until", "2025-03-01"]),
        ("true", &[]),
    ] {
        let expected = count_by_flags(flags);
        assert!(expected > 0, "{flags:?} selects nothing");
        assert_eq!(count(expression), expected, "{expression}");
        let rest = count(&format!("!({expression})"));
        assert_eq!(rest + expected, count("true"), "!({expression})");
    }
}

#[test]
fn times_and_durations_are_compared_as_such() {
    let since = count("time >= timestamp('2025-06-01T00:00:00Z')");
    assert_eq!(count("time >= now - duration('720h')"), since);
    assert_eq!(count("time - now >= duration('-720h')"), since);
    assert_eq!(count("now - duration('700h') - duration('20h') <= time"), since);
    assert_eq!(count("timestamp(field('occurredAt')) == time"), count("has(field('occurredAt'))"));
    assert_eq!(count("epoch_ms >= 1748736000000"), since);
    assert_eq!(count("epoch_ms >= 1748736000000.0"), since);
}

/// An event with several targets, a list of texts, and numbers, in the vendor's own fields.
fn event(more: &str) -> String {
    format!(
        r#"{{"action":"sso.view_settings","occurredAt":"2025-06-01T09:00:00Z","version":1,"actor":{{"type":"user","id":"user_1","name":"Ann","metadata":{{"email":"ann@example.com"}}}},"targets":[{{"id":"org_1","type":"organization"}},{{"id":"org_2","type":"organization"}}],"context":{{"location":"192.0.2.1","userAgent":"UA"}},"metadata":{{"source":"/x"}}{more}}}"#
    )
}

#[test]
fn one_of_several_values_is_enough() {
    let lines = [event("")];
    for (expression, expected) in [
        ("organization.id == 'org_1'", 1),
        ("organization.id == 'org_2'", 1),
        ("organization.id != 'org_2'", 0),
        ("organization.id in ['org_3']", 0),
        ("organization.id.endsWith('2')", 1),
        ("field('targets.id') == 'org_2'", 1),
        ("field('targets.1.id') == 'org_2'", 1),
        ("field('targets.0.id') == 'org_2'", 0),
        ("size(field('targets')) == 2", 1),
    ] {
        assert_eq!(count_lines(expression, &lines), expected, "{expression}");
    }
}

#[test]
fn fields_have_the_values_that_the_vendor_logged() {
    let lines =
        [event(r#","x":{"n":3,"f":2.5,"t":true,"z":null,"l":["a","ü"],"a.b":"dotted","s":"Ü"}"#), event("")];
    for (expression, expected) in [
        ("field('x.n') == 3", 1),
        ("field('x.n') == 3.0", 1),
        ("field('x.n') > 2", 1),
        ("field('x.n') == '3'", 0),
        ("field('x.f') < 3", 1),
        ("field('x.t')", 1),
        ("field('x.t') == false", 0),
        ("field('x.z') == null", 2),
        ("has(field('x.z'))", 0),
        ("has(field('x.l'))", 1),
        ("'ü' in field('x.l')", 1),
        ("field('x.l') == 'ü'", 0),
        ("'n' in field('x')", 1),
        ("size(field('x.l')) == 2", 1),
        ("size(field('x.s')) == 1", 1),
        ("field('x.a.b') == 'dotted'", 1),
        ("field('x.s').matches('^[Ü]$')", 1),
        ("!field('x.s').matches('^[Ü]$')", 1),
        ("field('missing') == null", 2),
        ("field('x.s') == field('x.s')", 2),
    ] {
        assert_eq!(count_lines(expression, &lines), expected, "{expression}");
    }
}

#[test]
fn every_command_that_selects_takes_it() {
    let expression = "operation == 'deleted'";
    for command in [&["summary"][..], &["report", "changes"], &["report", "removals"]] {
        let run = |flags: &[&str]| {
            let run = ssoaudit(&[command, &["--format", "csv"], flags, &[SAMPLE]].concat());
            assert_eq!(run.code, 0, "{command:?}: {}", run.stderr);
            run.stdout
        };
        assert_eq!(run(&["--where", expression]), run(&["--action", "deleted"]), "{command:?}");
    }
    let check = |flags: &[&str]| {
        let args = ["check", "--now", "2025-07-01", "--format", "csv"];
        ssoaudit(&[&args, flags, &[SAMPLE]].concat()).stdout
    };
    assert_eq!(check(&["--where", expression]), check(&["--action", "deleted"]));
    assert_ne!(check(&["--where", expression]), check(&[]));
}

#[test]
fn what_a_history_does_not_keep_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history.parquet");
    let history = history.to_str().unwrap();
    assert_eq!(ssoaudit(&["collect", SAMPLE, "-o", history]).code, 0);
    for command in [&["filter"][..], &["summary"], &["report", "changes"], &["check"]] {
        let run = |expression: &str| ssoaudit(&[command, &["--where", expression, history]].concat());
        let refused = run("field('occurredAt') != ''");
        assert_eq!(refused.code, 2, "{command:?}");
        assert!(refused.stderr.contains("keep only attributes"), "{}", refused.stderr);
        assert_ne!(run("operation == 'deleted'").code, 2, "{command:?}");
    }
}

#[test]
fn comparing_names_of_organizations_has_a_warning() {
    let run = filter("organization.name == 'Acme'");
    assert!(run.stderr.contains("--org NAME also selects"), "{}", run.stderr);
    assert!(!filter("organization.id == 'org_1'").stderr.contains("--org NAME"));
}

#[test]
fn an_excluded_name_excludes_events_with_the_id_only() {
    let event = event("").replace(r#",{"id":"org_2","type":"organization"}"#, "");
    let named = event.replace(r#""id":"org_1","#, r#""id":"org_1","name":"Acme","#);
    let lines = [named, event.clone(), event.replace("org_1", "org_9")].join("\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.ndjson");
    std::fs::write(&path, &lines).unwrap();
    let run = ssoaudit(&["filter", "--count", "--org", "!acme", path.to_str().unwrap()]);
    assert_eq!((run.stdout.as_str(), run.code), ("1\n", 0), "{}", run.stderr);
    // What is printed cannot be taken back when the name comes later.
    let run = ssoaudit_with_input(&["filter", "--count", "--org", "!acme"], lines.as_bytes());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("can be read once only"), "{}", run.stderr);
}

#[test]
fn excluding_nothing_is_refused() {
    for flag in [
        "--action",
        "--org",
        "--actor",
        "--ip",
        "--connection",
        "--connection-type",
        "--protocol",
        "--provider",
    ] {
        let run = ssoaudit(&["filter", flag, "!", SAMPLE]);
        assert_eq!(run.code, 2, "{flag}");
        assert!(run.stderr.contains("a value has to follow, which is then excluded"), "{}", run.stderr);
    }
    let networks = count_by_flags(&["--ip", "!192.0.2.0/24"]) + count_by_flags(&["--ip", "192.0.2.0/24"]);
    assert_eq!(networks, count("true"));
    let (all, some) = (["viewed,!viewed", "viewed,!created"], count_by_flags(&["--action", "viewed"]));
    assert_eq!(all.map(|values| count_by_flags(&["--action", values])), [0, some]);
}

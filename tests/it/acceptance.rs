//! What a policy and a baseline know of findings that are about many changes, or about another organization
//! than their event names.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::run::ssoaudit;

/// A portal URL by Ann, so many seconds after ten.
fn portal(second: usize, organization: &str) -> String {
    format!(
        r#"{{"action":"sso.create_management_portal_url","occurredAt":"2025-06-01T10:00:{second:02}Z","version":1,"actor":{{"type":"user","id":"user_ann","name":"Ann","metadata":{{}}}},"targets":[{{"type":"organization","id":"{organization}"}}],"context":{{"location":"192.0.2.1","userAgent":"UA"}},"metadata":{{"source":"/organizations/{organization}/sso"}}}}"#
    )
}

/// A deletion by Ann, so many seconds after ten.
fn deletion(second: usize, organization: &str, connection: &str) -> String {
    format!(
        r#"{{"action":"sso.delete_connection","occurredAt":"2025-06-01T10:00:{second:02}Z","version":1,"actor":{{"type":"user","id":"user_ann","name":"Ann","metadata":{{}}}},"targets":[{{"type":"sso_connection","id":"{connection}","name":"OktaSAML Connection","metadata":{{"connection_id":"{connection}","connection_type":"OktaSAML","organization_id":"{organization}"}}}}],"context":{{"location":"192.0.2.1","userAgent":"UA"}},"metadata":{{"source":"/organizations/{organization}/sso"}}}}"#
    )
}

fn enabling(organization: &str, connection: &str) -> String {
    format!(
        r#"{{"spec_version":"1","id":"evt_{connection}","object":"Connection","environment_id":"env_1","occurred_at":"2025-05-01T10:00:00Z","organization_id":"{organization}","type":"organization.sso_enabled","data":{{"id":"{connection}","organization_id":"{organization}","connection_type":"SAML","provider":"OKTA","enabled":true,"status":"COMPLETED"}}}}"#
    )
}

/// A deletion that names no actor, by the source that logs enablings, so many seconds after ten.
fn webhook_deletion(second: usize, organization: &str, connection: &str) -> String {
    let line = enabling(organization, connection).replace("evt_", &format!("evt_{second}"));
    let line =
        line.replace("sso_enabled", "sso_deleted").replace(r#","enabled":true,"status":"COMPLETED""#, "");
    line.replace("2025-05-01T10:00:00Z", &format!("2025-06-01T10:00:{second:02}Z"))
}

/// Portal URLs for so many organizations.
fn portals(count: usize) -> Vec<String> {
    (0..count).map(|at| portal(at, &format!("org_{at}"))).collect()
}

/// Rule, status and organization of what rules about more than their event find.
fn known(lines: &[String], entries: &str, more: &[&str]) -> Vec<[String; 3]> {
    let rules = ["portal-url-burst", "actor-across-orgs", "org-left-without-sso"];
    let mut found = found(lines, entries, more).0;
    found.retain(|[rule, ..]| rules.contains(&rule.as_str()));
    found
}

/// Rule, status and organization of everything that is found, and what is told besides.
fn found(lines: &[String], entries: &str, more: &[&str]) -> (Vec<[String; 3]>, String) {
    let folder = tempfile::tempdir().unwrap();
    let [log, policy] = ["log.ndjson", "ssoaudit.toml"].map(|name| folder.path().join(name));
    fs::write(&log, lines.join("\n")).unwrap();
    fs::write(folder.path().join("roster.csv"), "organization,actor,role\norg_a,user_bob,admin\n").unwrap();
    fs::write(&policy, format!("version = 1\n{entries}")).unwrap();
    let [log, policy] = [&log, &policy].map(|path| path.to_str().unwrap());
    let args = ["check", "--now", "2026-01-01", "--format", "json", "--policy", policy, log];
    let run = ssoaudit(&[&args, more].concat());
    let json: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
    let findings = json["findings"].as_array().unwrap().iter();
    let told = |finding: &Value| {
        ["rule", "status", "organization"].map(|key| finding[key].to_string().replace('"', ""))
    };
    let mut found: Vec<_> = findings.map(told).collect();
    found.sort();
    (found, run.stderr)
}

fn expected(rows: &[&str]) -> Vec<[String; 3]> {
    rows.iter().map(|row| row.split(' ').map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()).collect()
}

#[test]
fn one_planned_change_announces_no_burst() {
    let planned = |operation: &str| {
        format!(
            "[[planned]]\norganization = \"org_0\"\noperation = \"{operation}\"\nactor = \"user_ann\"\n\
             not-before = 2025-06-01\nexpires = 2025-06-02\nticket = \"CHG-1\"\n"
        )
    };
    let open = expected(&["actor-across-orgs open null", "portal-url-burst open null"]);
    assert_eq!(known(&portals(12), &planned("portal-opened"), &[]), open);
    let deletions: Vec<_> =
        (0..6).map(|at| deletion(at, &format!("org_{at}"), &format!("conn_{at}"))).collect();
    let across = expected(&["actor-across-orgs open null"]);
    assert_eq!(known(&deletions, &planned("deleted"), &[]), across);
}

#[test]
fn a_suppression_by_organization_accepts_only_bursts_in_it() {
    let suppression = |rule: &str, by: &str| {
        format!("[[suppressions]]\nrule = \"{rule}\"\n{by}reason = \"sandbox\"\nexpires = 2027-01-01\n")
    };
    let rules = ["portal-url-burst", "actor-across-orgs"];
    let by = |by: &str| rules.map(|rule| suppression(rule, by)).concat();
    let of_0 = by("organization = \"org_0\"\n");
    let open = expected(&["actor-across-orgs open null", "portal-url-burst open null"]);
    assert_eq!(known(&portals(12), &of_0, &[]), open);
    let accepted = expected(&["actor-across-orgs suppressed null", "portal-url-burst suppressed null"]);
    assert_eq!(known(&portals(12), &by("actor = \"user_ann\"\n"), &[]), accepted);
    let same: Vec<_> = (0..12).map(|at| portal(at, "org_0")).collect();
    assert_eq!(known(&same, &of_0, &[]), expected(&["portal-url-burst suppressed org_0"]));
}

#[test]
fn a_burst_that_has_grown_is_not_in_the_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.json");
    let path = path.to_str().unwrap();
    known(&portals(6), "", &["--write-baseline", path]);
    let there = expected(&["actor-across-orgs baseline null", "portal-url-burst baseline null"]);
    assert_eq!(known(&portals(6), "", &["--baseline", path]), there);
    let open = expected(&["actor-across-orgs open null", "portal-url-burst open null"]);
    assert_eq!(known(&portals(50), "", &["--baseline", path]), open);
}

#[test]
fn an_organization_is_left_whoever_the_event_names() {
    let lines = [enabling("org_victim", "conn_1"), webhook_deletion(0, "org_evil", "conn_1"), late()];
    let suppression = |organization: &str| {
        format!(
            "[[suppressions]]\nrule = \"org-left-without-sso\"\norganization = \"{organization}\"\n\
             reason = \"sandbox\"\nexpires = 2027-01-01\n"
        )
    };
    let open = expected(&["org-left-without-sso open org_victim"]);
    assert_eq!(known(&lines, &suppression("org_evil"), &[]), open);
    let accepted = expected(&["org-left-without-sso suppressed org_victim"]);
    assert_eq!(known(&lines, &suppression("org_victim"), &[]), accepted);
    let scope =
        |organization: &str| format!("[rules.org-left-without-sso]\norganizations = [\"{organization}\"]\n");
    assert_eq!(known(&lines, &scope("org_victim"), &[]), open);
    assert_eq!(known(&lines, &scope("org_evil"), &[]), expected(&[]));
}

/// A planned deletion in some organization; more of it is to be added.
fn planned_deletion(organization: &str) -> String {
    format!(
        "[[planned]]\norganization = \"{organization}\"\noperation = \"deleted\"\n\
         not-before = 2025-06-01\nexpires = 2026-06-02\nticket = \"CHG-1\"\n"
    )
}

#[test]
fn a_plan_for_one_organization_covers_no_connection_of_another() {
    let lines = [enabling("org_victim", "conn_1"), webhook_deletion(0, "org_evil", "conn_1"), late()];
    let rules = |status: &str| {
        expected(&[
            &format!("connection-deleted {status} org_evil"),
            "foreign-connection open org_evil",
            &format!("org-left-without-sso {status} org_victim"),
        ])
    };
    for organization in ["org_evil", "org_victim"] {
        let (found, warnings) = found(&lines, &planned_deletion(organization), &[]);
        assert_eq!(found, rules("open"), "{organization}");
        assert!(warnings.contains("the planned change (ticket CHG-1) was not used"), "{warnings}");
    }
    // One that is for both of them.
    assert_eq!(found(&lines, &planned_deletion("org_*"), &[]), (rules("planned"), String::new()));
}

#[test]
fn a_plan_covers_what_is_done_and_by_whom_only_if_it_says_so() {
    let elsewhere = deletion(1, "org_a", "conn_1").replace("192.0.2.1", "203.0.113.9");
    let impersonated = elsewhere.replace(
        r#""metadata":{}}"#,
        r#""metadata":{"impersonator_email":"sup@example.org","impersonator_reason":" "}}"#,
    );
    // Deleted already, and with the id of something else.
    let with_id = |line: &str| line.replacen('{', r#"{"id":"ev_1","#, 1);
    let lines = [
        with_id(&portal(0, "org_a")).replace("10:00:00", "09:00:00"),
        deletion(0, "org_a", "conn_1"),
        with_id(&impersonated),
        late_portal(),
    ];
    let rules = "roster = \"roster.csv\"\n[rules.same-person]\nenabled = true\n\
                 [rules.new-address]\nhistory = 2\n[rules.deleted-without-visit]\nwindow = \"10m\"\n";
    let statuses = |plan: &str| -> BTreeSet<String> {
        let found = found(&lines, &format!("{rules}{plan}"), &[]).0;
        found.into_iter().map(|[rule, status, _]| format!("{rule} {status}")).collect()
    };
    let done = ["connection-deleted", "org-left-without-sso"];
    let by_whom = ["deleted-without-visit", "new-address", "not-on-roster", "same-person"];
    // Neither the portal nor the impersonator was announced.
    let whatever = [
        "conflicting-duplicate open",
        "duplicate-deletion open",
        "impersonated-change open",
        "impersonation-without-reason open",
        "not-on-roster open",
    ];
    let expected = |with_actor: &str| -> BTreeSet<String> {
        let done = done.map(|rule| format!("{rule} planned")).into_iter();
        let by_whom = by_whom.map(|rule| format!("{rule} {with_actor}"));
        done.chain(by_whom).chain(whatever.map(str::to_owned)).collect()
    };
    let plan = planned_deletion("org_a");
    assert_eq!(statuses(&plan), expected("open"));
    assert_eq!(statuses(&format!("{plan}actor = \"user_ann\"\n")), expected("planned"));
}

/// What happens in somebody's session by another's hand was announced by nobody, and a name proves nothing.
#[test]
fn neither_a_stale_log_nor_the_future_hides_that_an_organization_is_left() {
    let lines = [deletion(0, "org_a", "conn_1"), late_portal()];
    let left = |more: &[String]| {
        let found = known(&[&lines[..], more].concat(), "", &[]);
        found.iter().any(|[rule, ..]| rule == "org-left-without-sso")
    };
    assert!(left(&[]));
    assert!(left(&[deletion(0, "org_a", "conn_fake").replace("2025-06-01", "2052-06-01")]));
    // The other source knew the organization once, and ended before.
    let stale = [enabling("org_a", "conn_1"), deletion(0, "org_a", "conn_1")];
    let on = portal(0, "org_b").replace("2025-06-01", "2025-06-20");
    let found = known(&[&stale[..], &[on]].concat(), "", &[]);
    assert!(found.iter().any(|[rule, ..]| rule == "org-left-without-sso"), "{found:?}");
}

#[test]
fn a_plan_for_an_actor_covers_nobody_else() {
    let early = portal(0, "org_early").replace("2025-06-01", "2025-05-20");
    let plan = format!("{}actor = \"ann@example.com\"\n", planned_deletion("org_a"));
    let by = |id: &str, name: &str, metadata: &str| {
        let line = deletion(0, "org_a", "conn_1").replace("user_ann", id);
        let line = line.replace(r#""name":"Ann""#, &format!(r#""name":"{name}""#));
        line.replace(r#""metadata":{}}"#, &format!(r#""metadata":{{"email":"{metadata}}}}}"#))
    };
    let statuses = |line: String| {
        let (found, _) = found(&[early.clone(), enabling("org_a", "conn_1"), line, late()], &plan, &[]);
        found.into_iter().map(|[rule, status, _]| format!("{rule} {status}")).collect::<Vec<_>>()
    };
    let ann = statuses(by("user_ann", "Ann", r#"ann@example.com""#));
    assert!(ann.contains(&"connection-deleted planned".to_owned()), "{ann:?}");
    let eve = statuses(by("user_eve", "ann@example.com", r#"eve@example.com""#));
    assert!(eve.contains(&"connection-deleted open".to_owned()), "{eve:?}");
    let other = r#"ann@example.com","impersonator_email":"x@example.org","impersonator_reason":"\u3164""#;
    let impersonated = statuses(by("user_ann", "Ann", other));
    for rule in ["impersonated-change", "impersonation-without-reason"] {
        assert!(impersonated.contains(&format!("{rule} open")), "{impersonated:?}");
    }
}

/// An event a month later, of the source that logs deletions with their actor.
fn late_portal() -> String {
    portal(0, "org_late").replace("2025-06-01", "2025-07-01")
}

/// An event a month later, of the source that logs enablings.
fn late() -> String {
    enabling("org_late", "conn_late").replace("2025-05-01", "2025-07-01")
}

//! Patterns of a policy and of rosters: the wildcards of flags in all of them, and a warning where one matches
//! nothing in the log.

use std::fs;

use serde_json::Value;

use crate::support::run::{Run, ssoaudit};

/// What is in a folder with a log, a policy and a roster when it is checked.
struct Folder(tempfile::TempDir);

impl Folder {
    /// The log has Ann and Bob of two organizations, of which one says its name.
    fn new(policy: &str, roster: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let log = [
            event("sso.view_settings", "2025-06-01T09:00:00Z", "ann", "org_a", ""),
            event("sso.delete_connection", "2025-06-01T09:10:00Z", "ann", "org_a", "conn_1"),
            event("sso.view_settings", "2025-06-01T10:00:00Z", "bob", "org_b", ""),
            event("sso.delete_connection", "2025-06-01T10:10:00Z", "bob", "org_b", "conn_2"),
        ];
        fs::write(folder.path("log.ndjson"), log.join("\n")).unwrap();
        fs::write(folder.path("roster.csv"), roster).unwrap();
        fs::write(folder.path("p.toml"), format!("version = 1\n{policy}")).unwrap();
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn check(&self, more: &[&str]) -> (Value, Vec<String>) {
        let (policy, log) = (self.path("p.toml"), self.path("log.ndjson"));
        let args = ["check", "--now", "2025-07-01", "--format", "json", "--policy", &policy, &log];
        let run = ssoaudit(&[&args, more].concat());
        let json: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
        let warnings = json["warnings"].as_array().unwrap().iter();
        let warnings = warnings.map(|it| it.as_str().unwrap().replace(&self.path(""), "")).collect();
        (json, warnings)
    }

    fn warnings(&self, more: &[&str]) -> Vec<String> {
        self.check(more).1
    }

    /// Who is told to be allowed to do what, and what is told besides.
    fn authorization(&self, more: &[&str]) -> Run {
        let (roster, log) = (self.path("roster.csv"), self.path("log.ndjson"));
        let args = ["report", "authorization", "--roster", &roster, "--format", "json", &log];
        let run = ssoaudit(&[&args, more].concat());
        assert_eq!(run.code, 0, "{}", run.stderr);
        Run { stderr: run.stderr.replace(&self.path(""), ""), ..run }
    }
}

fn event(action: &str, time: &str, who: &str, organization: &str, connection: &str) -> String {
    let targets = match connection {
        "" => {
            let name = if organization == "org_a" { "Acme Inc" } else { "Börek" };
            format!(r#"{{"type":"organization","id":"{organization}","name":"{name}"}}"#)
        }
        id => format!(
            r#"{{"type":"sso_connection","id":"{id}","name":"C","metadata":{{"connection_id":"{id}","connection_type":"OktaSAML","organization_id":"{organization}"}}}}"#
        ),
    };
    format!(
        r#"{{"action":"{action}","occurredAt":"{time}","version":1,"actor":{{"type":"user","id":"user_{who}","name":"{who}","metadata":{{"email":"{who}@example.com"}}}},"targets":[{targets}],"context":{{"location":"192.0.2.1","userAgent":"UA"}},"metadata":{{"source":"/x"}}}}"#
    )
}

const HEAD: &str = "organization,actor,role\n";

#[test]
fn a_roster_has_the_wildcards_of_flags_in_check_and_in_the_report() {
    for (rows, allowed) in [
        ("org_?,*@EXAMPLE.com,admin\n", ["ann", "bob"].as_slice()),
        ("Acme*,*@example.com,admin\n", &["ann"]),
        ("b?rek,user_*,admin\n", &["bob"]),
        ("*,*nn@example.com,admin\n", &["ann"]),
        ("org_b,*@example.com,member\norg_*,user_bob,admin\n", &["bob"]),
        ("org_*,*@example.org,admin\norg_a?,user_ann,admin\n", &[]),
        ("*,*@example.com,member\n", &[]),
    ] {
        let folder = Folder::new("roster = \"roster.csv\"\n", &format!("{HEAD}{rows}"));
        let (json, _) = folder.check(&[]);
        let findings = json["findings"].as_array().unwrap().iter();
        let accused = findings.filter(|it| it["rule"] == "not-on-roster").count();
        assert_eq!(accused, 2 - allowed.len(), "{rows}");
        // What is allowed does not depend on what is shown.
        let reports = [&[][..], &["--redact"]].map(|more| folder.authorization(more).stdout);
        for report in &reports {
            let json: Value = serde_json::from_str(report).unwrap();
            assert_eq!(json["totals"]["allowed"], allowed.len(), "{rows}");
            let verdicts = json["verdicts"].as_array().unwrap().iter();
            let who =
                verdicts.filter(|it| it["verdict"] == "allowed").map(|it| it["actor_id"].as_str().unwrap());
            let who: Vec<_> = who.map(|id| id.trim_start_matches("user_")).collect();
            assert_eq!(who, allowed, "{rows}");
        }
        assert!(!reports[1].contains("example.com"), "{}", reports[1]);
    }
}

#[test]
fn a_row_with_a_wildcard_that_matches_nothing_is_told_once() {
    let rows = "acmee*,*@example.com,admin\norg_x,user_x,admin\nAcme*,*@example.org,admin\n\
                x*,y*,member\norg_x,*@example.com,admin\n*,user_*,admin\n";
    let folder = Folder::new("roster = \"roster.csv\"\n", &format!("{HEAD}{rows}"));
    let expected = [
        "roster.csv:2: no organization in the log matches `acmee*`, so this row is about nobody",
        "roster.csv:4: no actor's id or e-mail address in the log matches `*@example.org`, so this row is about nobody",
        "roster.csv:5: no organization in the log matches `x*` and no actor's id or e-mail address in the log \
         matches `y*`, so this row is about nobody",
    ];
    assert_eq!(folder.warnings(&[]), expected);
    let told = expected.map(|warning| format!("warning: {warning}\n")).concat();
    for (more, note) in [(&[][..], ""), (&["--redact"], "note: personal values are shown as pseudonyms\n")] {
        let stderr = folder.authorization(more).stderr;
        assert_eq!(stderr.replace("note: personal values are shown as pseudonyms\n", ""), told);
        assert!(stderr.contains(note));
    }
    // Of a part of the log, not every name is known to the report.
    assert_eq!(folder.authorization(&["--actor", "user_bob"]).stderr, "");
}

fn entries(organization: &str, connection: &str, actor: &str) -> String {
    format!(
        "[[planned]]\norganization = \"{organization}\"\noperation = \"deleted\"\nconnection = \"{connection}\"\n\
         actor = \"{actor}\"\nnot-before = 2025-05-01\nexpires = 2026-01-01\nticket = \"CHG-1\"\n\
         [[suppressions]]\nrule = \"log-gap\"\norganization = \"{organization}\"\nconnection = \"{connection}\"\n\
         actor = \"{actor}\"\nreason = \"moved\"\nexpires = 2026-01-01\n"
    )
}

#[test]
fn a_pattern_that_matches_nothing_says_so() {
    let warnings = |entries: &str, more: &[&str]| Folder::new(entries, HEAD).warnings(more);
    let planned = "p.toml:2: the planned change (ticket CHG-1) was not used";
    let suppressed = "p.toml:10: the suppression of rule log-gap (moved) was not used";
    let organization = "no organization in the log matches";
    let connection = "no connection with a change matches";
    let actor = "no actor's id or e-mail address in the log matches";
    for (entries, why) in [
        // All of them match something, though not all of it the same change.
        (entries("börek", "conn_1", "ANN@*"), String::new()),
        (entries("acmee*", "conn_1", "user_ann"), format!("; {organization} `acmee*`")),
        (entries("Acme", "conn_1", "user_ann"), format!("; {organization} `Acme`")),
        (entries("org_b", "conn_3", "user_ann"), format!("; {connection} `conn_3`")),
        // People choose their names.
        (entries("org_b", "conn_2", "ann"), format!("; {actor} `ann`")),
        (
            entries("?", "*x", "*@example.org"),
            format!("; {organization} `?` and {connection} `*x` and {actor} `*@example.org`"),
        ),
    ] {
        let both = [format!("{planned}{why}"), format!("{suppressed}{why}")];
        assert_eq!(warnings(&entries, &[]), both, "{entries}");
        // With a selection, what is suppressed may be among the rest; what is nowhere is not.
        let told = if why.is_empty() { &both[..1] } else { &both[..] };
        assert_eq!(warnings(&entries, &["--org", "org_b"]), told, "{entries}");
        assert_eq!(warnings(&entries, &["--since", "2025-06-01T10:00:00Z", "--allow-empty"]), told);
        // Lines that are read as of another source say nothing of the log.
        let of_source = warnings(&entries, &["--source", "scalekit", "--allow-empty"]);
        assert_eq!(of_source, [planned], "{entries}");
    }
    // What was used is not told, even if it has expired.
    let used = entries("org_a", "conn_1", "*@example.com").replace("2026-01-01", "2025-06-30");
    let used = used.split("[[suppressions]]").next().unwrap();
    assert_eq!(warnings(used, &[]), [""; 0]);
}

#[test]
fn a_scope_that_matches_nothing_silences_no_rule_unsaid() {
    let policy = "[rules.connection-deleted]\norganizations = [\"acme*\",\n  \"acmee*\", 'org_x']\n\
                  [rules.duplicate-deletion]\nenabled = false\norganizations = [\"acmee*\"]\n\
                  [rules.foreign-connection]\norganizations = [\"org_?\", \"Börek\"]\n";
    let folder = Folder::new(policy, HEAD);
    let expected = [
        "p.toml:4: no organization in the log matches `acmee*`, in the scope of rule connection-deleted",
        "p.toml:4: no organization in the log matches `org_x`, in the scope of rule connection-deleted",
    ];
    assert_eq!(folder.warnings(&[]), expected);
    assert_eq!(folder.warnings(&["--actor", "user_bob"]), expected);
    // No event proves nothing.
    fs::write(folder.path("log.ndjson"), "").unwrap();
    assert_eq!(folder.warnings(&[]), [""; 0]);
}

#[test]
fn nobody_can_be_everybody() {
    for actor in ["*", "**", "?*"] {
        let folder = Folder::new("", &format!("{HEAD}org_a,{actor},admin\n"));
        let (roster, log) = (folder.path("roster.csv"), folder.path("log.ndjson"));
        let run = ssoaudit(&["report", "authorization", "--roster", &roster, &log]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{actor}");
        assert!(run.stderr.contains("roster.csv:2: "), "{}", run.stderr);
    }
}

//! Which columns mean what: by their names, by `--map`, and by what sources document.

use serde_json::{Value, json};

use crate::support::run::{Run, fixture, ssoaudit, ssoaudit_with_input};

/// What a file of that name and text makes `filter` print.
fn filtered(name: &str, text: &str, args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let run = ssoaudit(&[&["filter"], args, &[path.to_str().unwrap()]].concat());
    let without_folder = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
    Run { stderr: without_folder(run.stderr), ..run }
}

fn event(text: &str, args: &[&str]) -> Value {
    let run = filtered("export.csv", text, &[args, &["--normalize", "--format", "ndjson"]].concat());
    assert_eq!((&*run.stderr, run.code), ("", 0), "{text}");
    serde_json::from_str(&run.stdout).unwrap()
}

const SPREADSHEET: &str = "testdata/csv/spreadsheet.csv";
const MAPS: [&str; 8] = [
    "--map",
    "When=time",
    "--map",
    "event name=action",
    "--map",
    "Who=actor.email",
    "--map",
    "Organisation=organization.id",
];

#[test]
fn mapped_columns_are_attributes_and_the_action_tells_the_source() {
    let columns = "--columns=time,source,operation,actor.email,organization.id";
    let run = ssoaudit(&[&["filter", "--format", "csv", columns], &MAPS[..], &[SPREADSHEET]].concat());
    assert_eq!(run.stderr, "");
    assert_eq!(
        run.stdout,
        "time,source,operation,actor.email,organization.id\n\
         2025-03-03T09:12:44Z,centure,viewed,zoe.lindqvist@example.com,org_01GZZS3P58HSEWZKKH42REJYT4\n\
         2025-03-03T09:14:02Z,centure,deleted,zoe.lindqvist@example.com,org_01GZZS3P58HSEWZKKH42REJYT4\n\
         2025-03-04T16:40:00Z,scalekit,enabled,,org_28846190337724518\n"
    );
    let piped = ssoaudit_with_input(
        &[&["filter", "--count"], &MAPS[..]].concat(),
        &std::fs::read(crate::support::run::testdata("csv/spreadsheet.csv")).unwrap(),
    );
    assert_eq!((&*piped.stdout, &*piped.stderr), ("3\n", ""));
}

#[test]
fn a_table_that_is_not_understood_says_what_to_try() {
    let run = ssoaudit(&["filter", SPREADSHEET]);
    assert_eq!((&*run.stdout, run.code), ("", 2));
    assert_eq!(
        run.stderr,
        "error: testdata/csv/spreadsheet.csv: no column is known to be the time or the action; understood: none; \
         not understood: `When`, `Event Name`, `Who`, `Organisation`, `Remark`; say what they are, such as with \
         `ssoaudit filter --map 'When=time' --map 'Event Name=action' testdata/csv/spreadsheet.csv`\n"
    );
}

#[test]
fn wrong_mappings_are_refused() {
    let text = "When,Event Name,Who,who\n2025-03-03T09:12:44Z,sso.view_settings,a,b\n";
    for (maps, told) in [
        (&["When=tme"][..], "no attribute `tme`; did you mean `time`?"),
        (&["When"], "give the column and the attribute, such as `Event Name=action`"),
        (&["=time"], "give the column and the attribute"),
        (&["When=time", "When=action"], "--map names the column `When` twice"),
        (&["When=time", "Who=time"], "--map gives two columns for `time`"),
        (&["Whn=time"], "export.csv: no column `Whn`; did you mean `When`?"),
        (
            &["When=time", "Nothing=action"],
            "export.csv: no column `Nothing`; there are `When`, `Event Name`, `Who`, `who`",
        ),
        (&["WHO=action"], "export.csv: several of its columns are named `WHO`; rename them"),
    ] {
        let args: Vec<_> = maps.iter().flat_map(|map| ["--map", map]).collect();
        let run = filtered("export.csv", text, &args);
        assert_eq!((&*run.stdout, run.code), ("", 2), "{maps:?}");
        assert!(run.stderr.contains(told), "{maps:?}: {}", run.stderr);
    }
    let vendors = "action,occurred_at,targets,x\n";
    let run = filtered("export.csv", vendors, &["--map", "x=certificate.expires"]);
    assert!(run.stderr.contains("in which no field gives `certificate.expires`"), "{}", run.stderr);
    let run = filtered("export.csv", vendors, &["--map", "x=connection.id"]);
    assert!(
        run.stderr.contains("the columns `x` and `targets` give the same part of an event"),
        "{}",
        run.stderr
    );
}

#[test]
fn columns_that_say_the_same_twice_are_refused_unless_one_is_meant() {
    let row = "2025-03-03T09:12:44Z,2025-03-03T10:00:00Z,sso.view_settings";
    let run = filtered("export.csv", &format!("timestamp,Event Time,action\n{row}\n"), &[]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("the columns `timestamp` and `Event Time` give the same part"),
        "{}",
        run.stderr
    );
    let event = event(&format!("timestamp,Event Time,action\n{row}\n"), &["--map", "Event Time=time"]);
    assert_eq!(event["time"], "2025-03-03T10:00:00Z");
    for header in ["time,action,action", "time,x,x,action"] {
        let run = filtered("export.csv", &format!("{header}\n"), &[]);
        assert!(run.stderr.contains("two of its columns are named"), "{}", run.stderr);
    }
}

#[test]
fn the_source_is_the_one_that_is_named_or_the_one_that_documents_the_action() {
    let source = |header: &str, row: &str, args: &[&str]| {
        let event = event(&format!("time,{header}\n2025-03-03T09:12:44Z,{row}\n"), args);
        (event["source"].clone(), event["operation"].clone(), event["diagnostics"][0]["code"].clone())
    };
    assert_eq!(
        source("action", "connection.activated", &[]),
        (json!("workos"), json!("enabled"), Value::Null)
    );
    assert_eq!(source("action", "sso.view_settings", &[]), (json!("centure"), json!("viewed"), Value::Null));
    let named = ("source,action", "workos,organization.created");
    assert_eq!(source(named.0, named.1, &[]), (json!("workos"), json!("other"), Value::Null));
    let shared = ["--source", "scalekit"];
    assert_eq!(source("action", "organization.created", &shared).0, json!("scalekit"));
    let unknown = source("action", "sso.explode", &["--source", "centure"]);
    assert_eq!(unknown, (json!("centure"), json!("other"), json!("unknown-action")));
    let own = source("source,operation,action", "okta,deleted,anything", &[]);
    assert_eq!(own, (json!("okta"), json!("deleted"), Value::Null));

    for (action, told) in [
        ("organization.created", "the action `organization.created` may be one of scalekit or workos"),
        ("sso.explode", "no source documents the action `sso.explode`"),
    ] {
        let text = format!("action,time\n{action},2025-03-03T09:12:44Z\n");
        let run = ssoaudit_with_input(&["filter"], text.as_bytes());
        assert!(
            run.stderr.contains(&format!("<stdin>:2:1: error[unknown-source]: {told}")),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn tables_tell_what_no_column_does() {
    let event = event(
        "time,action,connection.type,actor.type,actor.id\n2025-03-03T09:12:44Z,sso.delete_connection,OktaSAML,user,u\n",
        &[],
    );
    assert_eq!(event["connection"]["protocol"], "saml");
    assert_eq!(event["connection"]["provider"], "okta");
    assert_eq!(event["actor"]["kind"], "user");
}

#[test]
fn parts_of_an_event_in_columns_of_their_own_are_put_together() {
    let flat = "action,occurred_at,actor.type,actor.id,actor_email,actor_metadata,target_type,target_id,target.metadata.name,\
                targets.1.type,targets.1.id,location,context.location,context.user_agent,metadata.source,metadata.ticket\n\
                sso.view_settings,2025-03-03T09:12:44Z,user,user_1,a@example.com,\"{\"\"first_name\"\": \"\"A\"\"}\",organization,org_1,One,\
                organization,org_2,here,192.0.2.1,x,/sso,T-1\n";
    let run = filtered("export.csv", flat, &["--format", "ndjson"]);
    assert_eq!((&*run.stderr, run.code), ("", 0));
    let expected = json!({
        "action": "sso.view_settings", "occurredAt": "2025-03-03T09:12:44Z",
        "actor": {"type": "user", "id": "user_1", "metadata": {"first_name": "A", "email": "a@example.com"}},
        "targets": [
            {"type": "organization", "id": "org_1", "metadata": {"name": "One"}},
            {"type": "organization", "id": "org_2"},
        ],
        "context": {"location": "192.0.2.1", "userAgent": "x"}, "metadata": {"source": "/sso", "ticket": "T-1"},
        "location": "here",
    });
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap(), expected);
}

#[test]
fn what_is_not_exported_is_not_missing_and_what_is_empty_is() {
    let run = filtered(
        "e.csv",
        "action,occurred_at,actor_id\nsso.view_settings,2025-03-03T09:12:44Z,user_1\n",
        &["--count"],
    );
    assert_eq!((&*run.stdout, &*run.stderr), ("1\n", ""));
    let run = filtered(
        "e.csv",
        "action,occurred_at,actor_id\nsso.view_settings,2025-03-03T09:12:44Z,\n",
        &["--count"],
    );
    assert_eq!(run.stdout, "0\n");
    assert!(
        run.stderr.contains("e.csv:2:40: error[missing-field]: missing required field `actor`"),
        "{}",
        run.stderr
    );
}

#[test]
fn columns_that_nobody_knows_are_kept() {
    let text = "time,action,,Remark,actor,source,operation\n2025-03-03T09:12:44Z,a,x,\"late, \"\"again\"\"\",Ann,okta,other\n";
    let run = filtered("export.csv", text, &["--format", "ndjson"]);
    let event: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&event["Remark"], &event["column 3"], &event["actor (column)"]),
        (&json!("late, \"again\""), &json!("x"), &json!("Ann"))
    );
    let notices = ssoaudit_with_input(&["validate", "--notices", "--format", "ndjson"], text.as_bytes());
    assert!(notices.stdout.contains("`Remark` is not a documented field"), "{}", notices.stdout);
}

/// Whether a check of a table says that it cannot show impersonated sessions.
fn is_blind(table: &str) -> bool {
    let Run { stdout, .. } = ssoaudit_with_input(&["check", "--now", "2025-04-01"], table.as_bytes());
    stdout.contains("<stdin> has no column for impersonators")
}

#[test]
fn a_table_that_cannot_show_impersonated_sessions_says_so() {
    let row = "2025-03-03T09:14:02Z,sso.delete_connection,";
    assert!(is_blind(&format!("time,action,actor.email\n{row}zoe@example.com\n")));
    assert!(!is_blind(&format!("time,action,impersonator_email\n{row}\n")));
    assert!(!is_blind(&format!("time,action,actor.impersonator.reason\n{row}\n")));
    // Impersonators are in the JSON of a cell, or nowhere.
    let table = String::from_utf8(fixture("csv/events.csv")).unwrap();
    assert!(!is_blind(&table));
    assert!(is_blind(&table.replacen(",actor_metadata,", ",remark,", 1)));
    // An event of this vendor never names one.
    assert!(!is_blind("action,date_create,id,actor\n"));
}

#[test]
fn a_history_knows_that_a_table_could_not_show_impersonated_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (table, history) = (path("table.csv"), path("history.parquet"));
    std::fs::write(&table, "time,action\n2025-03-03T09:14:02Z,sso.delete_connection\n").unwrap();
    assert_eq!(ssoaudit(&["collect", &table, "-o", &history]).code, 0);
    for input in [&table, &history] {
        let said =
            ssoaudit(&["report", "impersonation", "--format", "table", "--width", "300", input]).stdout;
        assert!(said.contains("table.csv has no column for impersonators"), "{said}");
    }
}

//! Reports about changes read only those row groups of a history that they need, and say what they would say of all.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::json;

use crate::history::{assert_same, collect, run_in};
use crate::support::run::{Run, fixture};

/// The reports that are about changes alone.
const ABOUT_CHANGES: &[&[&str]] = &[
    &["report", "removals", "--format", "json"],
    &["report", "connections", "--format", "json"],
    &["report", "connections", "--at", "2025-09-05", "--format", "json"],
    &["report", "certificates", "--format", "json"],
    &["report", "authorization", "--format", "json"],
];

/// Views of the portal before, within and after the scenario, in which actors and organizations, those of the scenario
/// among them, change their names once in a while.
fn views() -> String {
    let mut log = String::new();
    for at in 0..3000_u32 {
        let time = format!(
            "2025-{:02}-{:02}T{:02}:{:02}:07.5Z",
            8 + at / 1500,
            1 + at % 1500 / 50,
            at % 24,
            at % 60
        );
        let (actor, organization, version) = (at % 7, at % 5, at / 700);
        let actor_id = if actor == 0 { "01J6Q1NGRDB7K9M1N3P5R7T9V1".to_owned() } else { format!("0{actor}") };
        let organization_id = if organization == 0 {
            "01J6Q0A1M3N5P7R9S1T3V5W7X9".to_owned()
        } else {
            format!("0{organization}")
        };
        let event = json!({
            "action": "sso.view_settings", "occurredAt": time, "version": 1,
            "actor": {
                "type": "user", "id": format!("user_{actor_id}"), "name": format!("Person {actor}.{version}"),
                "metadata": {
                    "email": format!("p{actor}.{version}@example.com"), "impersonator_email": "",
                    "impersonator_reason": "",
                },
            },
            "targets": [{
                "type": "organization", "id": format!("org_{organization_id}"),
                "name": format!("Firm {organization}.{version}"),
                "metadata": { "name": format!("Firm {organization}.{version}") },
            }],
            "context": { "location": format!("192.0.2.{actor}"), "userAgent": "curl/8" },
            "metadata": { "source": format!("/organizations/org_{organization_id}/sso") },
        });
        writeln!(log, "{event}").unwrap();
    }
    log
}

/// A history of views and of the scenario, with an export of both.
fn write_inputs(folder: &Path) {
    let scenario = String::from_utf8(fixture("scenario/events.ndjson")).unwrap();
    fs::write(folder.join("a.ndjson"), views() + &scenario).unwrap();
    collect(folder, &["a.ndjson"], "h.parquet");
}

#[test]
fn what_is_said_of_changes_needs_no_other_events() {
    let folder = tempfile::tempdir().unwrap();
    write_inputs(folder.path());
    let reports: Vec<_> = ABOUT_CHANGES.iter().map(|args| args.to_vec()).collect();
    assert_same(folder.path(), &reports, [&["a.ndjson"], &["h.parquet"]]);
    // The first row group has the other events. What is not read cannot fail.
    let mut damaged = fs::read(folder.path().join("h.parquet")).unwrap();
    damaged[20] ^= 1;
    fs::write(folder.path().join("damaged.parquet"), damaged).unwrap();
    assert_same(folder.path(), &reports, [&["a.ndjson"], &["damaged.parquet"]]);
    for args in
        [&["check"][..], &["summary"], &["report", "changes"], &["filter"], &["collect", "-o", "n.parquet"]]
    {
        let run = run_in(folder.path(), &[args, &["damaged.parquet"]].concat());
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains("damaged.parquet: "), "{args:?}: {}", run.stderr);
    }
}

#[test]
fn why_nothing_is_selected_takes_all_events() {
    let folder = tempfile::tempdir().unwrap();
    write_inputs(folder.path());
    for select in [["--actor", "nobody"], ["--action", "sso.view_settings"], ["--since", "2031-01-01"]] {
        let of = |input| run_in(folder.path(), &[&["report", "removals"][..], &select, &[input]].concat());
        let [raw, history] = ["a.ndjson", "h.parquet"].map(of);
        let notes = |run: &Run| {
            run.stderr
                .lines()
                .filter(|line| line.starts_with("note: "))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(notes(&raw), notes(&history), "{select:?}");
        assert_eq!((raw.code, raw.stdout), (history.code, history.stdout), "{select:?}");
    }
}

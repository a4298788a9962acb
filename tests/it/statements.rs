//! The sentences at the head of pages, on logs whose figures are known, and that they are those of Markdown as well.

use crate::support::elements::{Element, elements};
use crate::support::run::ssoaudit;

const SAMPLE: &str = "testdata/sso-events.ndjson";
const SCENARIO: &str = "testdata/scenario/events.ndjson";

/// The sentences of a page.
fn statements(args: &[&str]) -> Vec<String> {
    let page = ssoaudit(&[args, &["--format", "html"]].concat()).stdout;
    let elements = elements(&page);
    let has_class =
        |element: &&Element| element.attributes.get("class").is_some_and(|class| class == "statements");
    let statements = elements.iter().find(has_class).unwrap_or_else(|| panic!("{args:?} says nothing"));
    statements.text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn a_page_says_what_was_found() {
    let cases: [(&[&str], &[&str]); 10] = [
        (
            &["report", "changes"],
            &[
                "57 changes are shown, among them 13 deletions and 12 disablings of connections.",
                "1 change was made by somebody else in its actor's session; 45 changes name nobody who made them.",
            ],
        ),
        (
            &["report", "removals"],
            &[
                "Connections were deleted 13 times and disabled 12 times.",
                "9 of these removals took the last active connection of an organization (6 of these presumed).",
                "At the end of the log, 4 organizations are still without one (presumed); the longest time without one \
                 was 57d 10h.",
            ],
        ),
        (
            &["report", "connections"],
            &["22 connections are shown: 8 active, 1 created and 13 deleted.", "8 states are presumed."],
        ),
        (
            &["report", "certificates"],
            &[
                "1 certificate is shown: 0 expired, and 0 within 30d of expiring.",
                "1 certificate was renewed, according to the latest event about it.",
            ],
        ),
        (
            &["report", "admins"],
            &[
                "14 actors are named: 8 changed the state of a connection, and 6 deleted one.",
                "3 actors had sessions in which somebody else acted.",
                "37 of 154 events were outside of working hours.",
            ],
        ),
        (
            &["report", "impersonation"],
            &[
                "2 impersonators acted in sessions of 3 actors, for 3 customers.",
                "6 events are of such sessions; 1 of them changed the state of a connection, 1 by deleting it.",
                "Every one of them gives a reason.",
            ],
        ),
        (
            &["report", "authorization"],
            &[
                "Without a roster, nothing says who was allowed to do what.",
                "50 actions need the rights of an administrator; the log names 10 actors.",
            ],
        ),
        (
            &["report", "access"],
            &[
                "3 bursts were found: at least 5 events within 10 minutes by one actor.",
                "Actors used an address or a user agent that was new to them 31 times.",
                "These are patterns of use, which say where to look, not that anything was wrong.",
            ],
        ),
        (
            &["summary"],
            &[
                "205 events are shown, of 205 that were read from 1 input.",
                "At the end of the log: 4 organizations are presumably without an active connection.",
            ],
        ),
        (
            &["check"],
            &[
                "The check failed: 22 findings at or above medium (2 high, 20 medium); 12 below it.",
                "23 rules judged 205 events; 3 rules are not applicable to these inputs.",
                "5 rules have open findings.",
            ],
        ),
    ];
    for (report, expected) in cases {
        let args = [report, &["--now", "2025-04-05", SAMPLE]].concat();
        assert_eq!(statements(&args), expected, "{report:?}");
    }
}

/// Numbers of one, of none, and what only another log, time or selection has.
#[test]
fn a_sentence_fits_its_figures() {
    let cases: [(&[&str], &[&str]); 12] = [
        (&["report", "changes", "/dev/null"], &["The events shown change nothing."]),
        (&["report", "removals", "/dev/null"], &["The events shown remove no connection."]),
        (&["report", "connections", "/dev/null"], &["No connection is shown."]),
        (&["report", "certificates", "/dev/null"], &["No certificate is shown."]),
        (&["report", "admins", "/dev/null"], &["The events shown name no actor."]),
        (&["report", "impersonation", "/dev/null"], &["No session was impersonated."]),
        (
            &["check", "--allow-empty", "/dev/null"],
            &["The check passed: no finding at or above medium.", "26 rules judged 0 events."],
        ),
        (
            &["report", "changes", "--org", "org_01J42CG81GAZRX9XJK5BRCEQR9", SAMPLE],
            &[
                "1 change is shown, among them 1 deletion of connections.",
                "Every change names who made it, and none was made in an impersonated session.",
            ],
        ),
        (
            &["report", "removals", "--org", "org_01J42CG81GAZRX9XJK5BRCEQR9", SAMPLE],
            &[
                "Connections were deleted once.",
                "1 of these removals took the last active connection of an organization (presumed).",
                "At the end of the log, 1 organization is still without one (presumed); the longest time without one was \
                 8d 2h.",
            ],
        ),
        (
            &["report", "connections", "--now", "2025-04-05", SCENARIO],
            &[
                "21 connections are shown: 21 changed only later than the present.",
                "21 states are presumed; 7 connections have changes that do not fit the state before them.",
            ],
        ),
        (
            &["report", "connections", "--at", "2025-03-01", SAMPLE],
            &[
                "13 connections are shown: 5 active and 8 deleted.",
                "4 states are presumed.",
                "At that moment 4 organizations had an active connection, and 3 had none left (presumed).",
            ],
        ),
        (
            &["report", "authorization", "--roster", "testdata/roster.csv", SAMPLE],
            &[
                "50 actions were judged by the roster: 9 not on the roster, 1 wrong role, 2 impersonated, 5 unknown actor \
                 and 33 allowed.",
                "50 actions need the rights of an administrator; the log names 10 actors.",
            ],
        ),
    ];
    for (args, expected) in cases {
        assert_eq!(statements(args), expected, "{args:?}");
    }
}

#[test]
fn markdown_says_the_same() {
    let markdown = ssoaudit(&["report", "removals", "--format", "markdown", SAMPLE]).stdout;
    assert!(
        markdown
            .starts_with("# Removals\n\nConnections were deleted 13 times and disabled 12 times.\n\n9 of")
    );
}

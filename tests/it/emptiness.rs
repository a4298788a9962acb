//! Results with nothing in them say why, and a file that holds no event is no log of none.

use std::collections::BTreeSet;

use crate::support::run::{every_reader, fixture, ssoaudit, ssoaudit_with_input};

const SAMPLE: &str = "testdata/sso-events.ndjson";
const QUIET: &str = "testdata/checks/connection-disabled/quiet.ndjson";

/// Commands that judge or show events, not lines.
fn readers_of_events() -> impl Iterator<Item = Vec<&'static str>> {
    every_reader().into_iter().filter(|args| args[0] != "validate")
}

#[test]
fn a_file_without_an_event_is_no_log() {
    let lines = fixture("../LICENSE-MIT")
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .count();
    let told = format!("error: LICENSE-MIT: none of its {lines} lines is an event; is this an export?\n");
    for args in readers_of_events() {
        let run = ssoaudit(&[&args[..], &["LICENSE-MIT"]].concat());
        assert_eq!(run.stderr.matches(&told).count(), 1, "{args:?}: {}", run.stderr);
        assert_eq!(run.code, 2, "{args:?}");
        // Beside a log as well, which is read.
        let beside = ssoaudit(&[&args[..], &["LICENSE-MIT", SAMPLE]].concat());
        assert_eq!(beside.stderr.matches(&told).count(), 1, "{args:?}: {}", beside.stderr);
        assert_eq!(beside.code, 2, "{args:?}");
        let piped = ssoaudit_with_input(&args, b"# nothing\n\n");
        let told = "error: <stdin>: its only line is not an event; is this an export?\n";
        assert_eq!((piped.stderr.matches(told).count(), piped.code), (1, 2), "{args:?}: {}", piped.stderr);
    }
    assert_eq!(ssoaudit(&["validate", "LICENSE-MIT"]).code, 1);
    assert_eq!(ssoaudit(&["validate", "LICENSE-MIT", SAMPLE]).code, 1);
}

#[test]
fn lines_that_are_no_events_are_not_what_may_be_empty() {
    let check =
        |more: &[&str]| ssoaudit(&[&["check", "--now", "2025-04-05", "--allow-empty"], more].concat());
    assert_eq!(check(&["/dev/null"]).code, 0);
    assert_eq!(check(&["LICENSE-MIT"]).code, 2);
    for format in ["table", "json", "junit", "github", "markdown", "html", "sarif"] {
        let run = check(&["--format", format, "LICENSE-MIT", QUIET]);
        assert_eq!(run.code, 2, "{format}");
        assert!(run.stdout.contains("lines is an event; is this an export?"), "{format}: {}", run.stdout);
    }
    let table = check(&["LICENSE-MIT", QUIET]).stdout;
    assert!(table.contains("incomplete: 1 input has lines but no event; "), "{table}");
}

#[test]
fn an_empty_file_is_a_log_without_events() {
    for args in readers_of_events() {
        for input in ["", "\n \n", "[]"] {
            let run = ssoaudit_with_input(&args, input.as_bytes());
            let expected = match args[0] {
                "check" => ("error: there is no event to judge; --allow-empty lets that pass\n", 2),
                _ => ("note: there is no event in the input\n", 0),
            };
            assert_eq!((run.stderr.as_str(), run.code), expected, "{args:?} {input:?}");
        }
    }
    let run = ssoaudit_with_input(&["check", "--allow-empty"], b"");
    assert_eq!((run.stderr.as_str(), run.code), ("note: there is no event in the input\n", 0));
}

#[test]
fn an_empty_result_says_why() {
    let since =
        "0 of 205 events match; the log ends 2025-04-04T20:20:07.363Z, before --since 2025-05-01T00:00:00Z";
    let until = "0 of 205 events match; the log begins 2025-01-06T08:04:06.813Z, not before --until 2024-01-01T00:00:00Z";
    let cases = [
        (&["--since", "2025-05-01"][..], since),
        (&["--since", "2025-05-01", "--action", "deleted"], since),
        (&["--until", "2024-01-01"], until),
        (&["--org", "nobody"], "0 of 205 events match --org nobody"),
        (&["--action", "*", "--invert-match"], "0 of 205 events match; --invert-match keeps what"),
        (
            &["--org", "nobody", "--impersonated"],
            "0 of 205 events match; on its own, --org nobody keeps 0, --impersonated keeps 6",
        ),
    ];
    for args in readers_of_events() {
        for (flags, why) in &cases {
            let run = ssoaudit(&[&args[..], flags, &[SAMPLE]].concat());
            assert!(run.stderr.contains(&format!("note: {why}")), "{args:?} {flags:?}: {}", run.stderr);
            assert_eq!(run.stderr.matches("note: ").count(), 1, "{args:?} {flags:?}: {}", run.stderr);
            assert_eq!(run.code, if args[0] == "check" { 2 } else { 0 }, "{args:?} {flags:?}");
        }
        let run = ssoaudit(&[&args[..], &["--org", "nobody@example.com", "--redact", SAMPLE]].concat());
        assert!(run.stderr.contains("note: 0 of 205 events match --org …\n"), "{args:?}: {}", run.stderr);
    }
    let zone = ssoaudit(&["filter", "--since", "2025-05-01", "--tz", "Asia/Tokyo", SAMPLE]);
    assert!(
        zone.stderr.contains("ends 2025-04-05T05:20:07.363+09:00, before --since 2025-05-01T00:00:00+09:00"),
        "{}",
        zone.stderr
    );
}

#[test]
fn why_depends_on_neither_threads_nor_blocks() {
    let args =
        ["filter", "--org", "nobody", "--since", "2025-02-01", SAMPLE, "testdata/inputs/events.ndjson"];
    let expected = ssoaudit(&args).stderr;
    assert!(expected.contains("on its own, --org nobody keeps 0, --since"), "{expected}");
    for more in [["--threads", "1", "--block-bytes", "100"], ["--threads", "7", "--block-bytes", "3000"]] {
        assert_eq!(ssoaudit(&[&args[..], &more].concat()).stderr, expected);
    }
}

#[test]
fn filter_selects_organizations_by_name_whole() {
    let by_name = ["filter", "--org", "Cobalt*"];
    let names = ssoaudit(&[
        "filter",
        "--org",
        "Cobalt*",
        "--columns",
        "organization.id",
        "--format",
        "csv",
        "--no-header",
        SAMPLE,
    ])
    .stdout;
    let ids: BTreeSet<_> = names.lines().filter(|id| id.starts_with("org_")).collect();
    let ids = ids.into_iter().collect::<Vec<_>>().join(",");
    let by_id = ssoaudit(&["filter", "--org", &ids, SAMPLE]);
    let run = ssoaudit(&[&by_name[..], &[SAMPLE]].concat());
    assert_eq!((run.stdout.as_str(), run.stderr.as_str(), run.code), (by_id.stdout.as_str(), "", 0));
    assert!(run.stdout.contains("sso.delete_connection"));

    // What can be read once only: what is known is printed, and said what is missing.
    let piped = ssoaudit_with_input(&by_name, &fixture("sso-events.ndjson"));
    let missing = by_id.stdout.lines().count() - piped.stdout.lines().count();
    assert!(missing > 0 && piped.code == 0, "{}", piped.stderr);
    assert!(piped.stderr.starts_with("warning: <stdin> can be read once only: "), "{}", piped.stderr);
    let told = match missing {
        1 => "warning: 1 event was left out: it says the id of the organization".to_owned(),
        more => format!("warning: {more} events were left out: they say the id of the organization"),
    };
    assert!(piped.stderr.contains(&told), "{}", piped.stderr);
    for more in [["--threads", "1", "--block-bytes", "500"], ["--threads", "5", "--block-bytes", "9000"]] {
        let other = ssoaudit_with_input(&[&by_name[..], &more].concat(), &fixture("sso-events.ndjson"));
        assert_eq!((&other.stdout, &other.stderr), (&piped.stdout, &piped.stderr));
    }

    // A file beside it tells the names.
    let both = ssoaudit_with_input(&[&by_name[..], &["-", SAMPLE]].concat(), &fixture("sso-events.ndjson"));
    assert_eq!(both.stdout, by_id.stdout.repeat(2));
    assert!(!both.stderr.contains("left out"), "{}", both.stderr);

    // The others of all flags count, and so does the opposite.
    let count = |more: &[&str]| {
        let run = ssoaudit_with_input(&[&by_name[..], more].concat(), &fixture("sso-events.ndjson"));
        (run.stdout.lines().count(), run.stderr)
    };
    let (_, none) = count(&["--since", "2030-01-01"]);
    assert!(!none.contains("left out"), "{none}");
    let (kept, inverted) = count(&["--invert-match"]);
    assert_eq!(kept, 205 - piped.stdout.lines().count());
    assert!(inverted.contains("not left out: "), "{inverted}");
    let exact = ssoaudit(&[&by_name[..], &["--invert-match", SAMPLE]].concat());
    assert_eq!(exact.stdout.lines().count(), kept - missing);
    // Ids need no second look.
    let by_id = ssoaudit_with_input(&["filter", "--org", "org_0*"], &fixture("sso-events.ndjson"));
    assert!(!by_id.stderr.contains("read once"), "{}", by_id.stderr);
}

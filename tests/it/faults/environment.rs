//! Odd surroundings: times before 1970, a locale without UTF-8, a terminal of 20 columns.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{SAMPLE, every_reader, run, shell};
use crate::support::run::{Run, command, fixture, ssoaudit_with_input};
#[cfg(target_os = "linux")]
use crate::support::tools::not_checked;

/// The sample as it would have been written centuries ago, or in a far future.
fn sample_in(millennium: &str) -> Vec<u8> {
    let text = String::from_utf8(fixture("sso-events.ndjson")).unwrap();
    let text = text.replace("\"2025-", &format!("\"{millennium}-"));
    assert!(!text.contains("\"2025-"));
    text.into_bytes()
}

#[test]
fn any_century_can_be_the_present() {
    for year in ["0001", "1969", "9999"] {
        let input = sample_in(year);
        for mut args in every_reader() {
            let now = format!("{year}-04-05T00:00:00Z");
            if args[0] == "check" {
                args[2] = &now;
            }
            let run = ssoaudit_with_input(&args, &input);
            assert!(run.code < 2 && !run.stderr.contains("panicked"), "{year} {args:?}: {}", run.stderr);
            assert!(!run.stdout.is_empty(), "{year} {args:?}");
        }
    }
}

#[test]
fn before_1970_is_the_past_like_any_other() {
    let input = sample_in("1969");
    let filter =
        |more: &[&str]| ssoaudit_with_input(&[&["filter", "--format", "csv"], more].concat(), &input);
    let last =
        filter(&["--now", "1969-04-05", "--since", "20d", "--columns", "time,epoch_ms", "--no-header"]);
    let all = filter(&["--columns", "epoch_ms", "--no-header"]);
    let ages = |run: &Run| -> Vec<i64> {
        run.stdout.lines().map(|line| line.rsplit(',').next().unwrap().parse().unwrap()).collect()
    };
    assert!(ages(&all).is_sorted() && ages(&all).iter().all(|age| *age < 0));
    let from = -(271 + 20) * 86_400_000;
    let expected: Vec<_> = ages(&all).into_iter().filter(|age| *age >= from).collect();
    assert!(expected.len() > 10 && expected.len() < 190);
    assert_eq!(ages(&last), expected);
    // The same findings, as long before the present as ever.
    let check = |year: &str, input: &[u8]| -> Vec<Value> {
        let args = ["check", "--now", &format!("{year}-04-05"), "--format", "ndjson"];
        let run = ssoaudit_with_input(&args, input);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""));
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let told = |findings: Vec<Value>| -> Vec<(String, String)> {
        let text = |value: &Value| value.to_string().replace("1969-", "2025-");
        findings.iter().map(|it| (text(&it["rule"]), text(&it["time"]))).collect()
    };
    // Weekdays differ, and with them what is outside of working hours; no rule asks for them by default.
    assert_eq!(told(check("1969", &input)), told(check("2025", &fixture("sso-events.ndjson"))));
}

/// Runs a script in a terminal of 20 columns and returns what the terminal was sent.
#[cfg(target_os = "linux")]
pub(super) fn in_terminal(script: &str, environment: &[(&str, &str)]) -> Run {
    let script = format!("stty cols 20 rows 10; exec {script}");
    let mut command = shell("exec script -q -e -c \"$SCRIPT\" /dev/null");
    command.env("SCRIPT", script).env("TERM", "xterm").envs(environment.iter().copied());
    let mut run = run(command);
    run.stdout = run.stdout.replace("\r\n", "\n");
    run
}

/// Whether scripts can be run in terminals here; says so if they cannot.
#[cfg(target_os = "linux")]
pub(super) fn has_terminals() -> bool {
    let has_them = run(shell("exec script -q -e -c true /dev/null")).code == 0;
    if !has_them {
        not_checked("script", "what is printed to a terminal");
    }
    has_them
}

/// Without the colours.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    for (at, piece) in text.split("\u{1b}[").enumerate() {
        let after = if at == 0 { Some(piece) } else { piece.split_once('m').map(|(_, after)| after) };
        bare.push_str(after.unwrap_or_else(|| panic!("{piece:?} is no colour")));
    }
    bare
}

const TABLES: [&str; 8] = [
    "filter",
    "summary",
    "report changes",
    "report removals",
    "report connections",
    "report access",
    "report authorization",
    "check --now 2025-04-05",
];

#[cfg(target_os = "linux")]
#[test]
fn everything_fits_a_terminal_of_twenty_columns() {
    if !has_terminals() {
        return;
    }
    for command in TABLES {
        let run = in_terminal(&format!("ssoaudit {command} {SAMPLE}"), &[]);
        assert_eq!(run.code, i32::from(command.starts_with("check")), "{command}: {}", run.stdout);
        assert!(run.stdout.contains("\u{1b}[3"), "{command} has colours");
        let text = bare(&run.stdout);
        // The verdict is one line, and so is each message.
        let lines = text.lines().filter(|line| !line.starts_with("failed: ") && !line.starts_with("note: "));
        assert!(lines.clone().count() > 20, "{command}");
        for line in lines {
            assert!(line.width() <= 20, "{command}: {line}");
        }
    }
}

/// In a terminal that does not speak UTF-8, the bytes of one character may be a command to it.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_without_utf_8_is_sent_ascii() {
    if !has_terminals() {
        return;
    }
    let more =
        ["filter --columns actor", "validate --notices", "validate --format table testdata/diagnostics"];
    for command in TABLES.into_iter().chain(more) {
        let run = in_terminal(&format!("ssoaudit {command} {SAMPLE}"), &[("LC_ALL", "C")]);
        assert!(run.code < 2, "{command}: {}", run.stdout);
        assert!(run.stdout.is_ascii(), "{command}: {}", run.stdout);
    }
}

#[test]
fn in_a_pipe_the_locale_changes_nothing() {
    for args in every_reader() {
        let with = |locale: &str| {
            let mut command = command(&args);
            command.arg(SAMPLE).env("LC_ALL", locale);
            let run = run(command);
            (crate::support::run::undated(&run.stdout), run.stderr, run.code)
        };
        assert_eq!(with("C"), with("C.UTF-8"), "{args:?}");
    }
}

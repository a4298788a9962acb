//! Variables that give flags their defaults.

use crate::support::run::{Run, command, ssoaudit};

const SAMPLE: &str = "testdata/sso-events.ndjson";

fn with(variables: &[(&str, &str)], args: &[&str]) -> Run {
    let mut command = command(args);
    Run::of(command.arg(SAMPLE).envs(variables.iter().copied()).output().unwrap())
}

fn without(args: &[&str]) -> Run {
    with(&[], args)
}

fn assert_same(run: &Run, expected: &Run, what: &str) {
    assert_eq!(
        (&run.stdout, &run.stderr, run.code),
        (&expected.stdout, &expected.stderr, expected.code),
        "{what}"
    );
}

/// A variable, its flag, commands that take it, and values of it.
type Default = (&'static str, &'static str, &'static [&'static [&'static str]], [&'static str; 2]);

const DEFAULTS: &[Default] = &[
    (
        "SSOAUDIT_TZ",
        "--tz",
        &[&["filter", "--format", "csv", "--on", "2025-03-24"], &["summary"]],
        ["Asia/Tokyo", "UTC"],
    ),
    (
        "SSOAUDIT_FORMAT",
        "--format",
        &[&["filter"], &["validate"], &["summary"], &["report", "changes"]],
        ["csv", "table"],
    ),
    (
        "SSOAUDIT_WIDTH",
        "--width",
        &[&["filter", "--format", "table"], &["check", "--now", "2025-04-05"]],
        ["40", "80"],
    ),
    (
        "SSOAUDIT_COLOR",
        "--color",
        &[&["filter", "--format", "table"], &["check", "--now", "2025-04-05"]],
        ["always", "never"],
    ),
    ("SSOAUDIT_THREADS", "--threads", &[&["filter"], &["check", "--now", "2025-04-05"]], ["1", "3"]),
];

#[test]
fn a_variable_is_the_default_of_its_flag() {
    for (name, flag, commands, [value, other]) in DEFAULTS {
        for args in *commands {
            let given = |value| without(&[*args, &[flag, value]].concat());
            assert_same(&with(&[(name, value)], args), &given(value), name);
            assert_same(&with(&[(name, "")], args), &without(args), name);
            let both = with(&[(name, value)], &[*args, &[flag, other]].concat());
            assert_same(&both, &given(other), &format!("{flag} beats {name}"));
        }
    }
}

#[test]
fn a_wrong_value_is_an_error_that_names_its_variable() {
    for (name, value, told) in [
        ("SSOAUDIT_TZ", "Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("SSOAUDIT_FORMAT", "tabel", "no command has the format `tabel`"),
        ("SSOAUDIT_WIDTH", "wide", "`wide` is not a value of --width"),
        ("SSOAUDIT_COLOR", "sometimes", "it takes auto, always, never"),
        ("SSOAUDIT_THREADS", "0", "`0` is not a value of --threads"),
    ] {
        let run = with(&[(name, value)], &["filter"]);
        assert!(
            run.stderr.starts_with(&format!("error: {name}: ")) && run.stderr.contains(told),
            "{}",
            run.stderr
        );
        assert_eq!((run.stdout.as_str(), run.code), ("", 2), "{name}");
        // Whoever does not use it is not told.
        assert_eq!(command(&["schema", "--list"]).env(name, value).output().unwrap().status.code(), Some(0));
    }
}

#[test]
fn a_format_that_does_not_fit_is_passed_over() {
    for (format, args) in [
        ("ocsf", &["summary"][..]),
        ("text", &["filter"]),
        ("csv", &["filter", "--normalize"]),
        ("ecs", &["filter", "--columns", "id"]),
        ("csv", &["filter", "--count"]),
        ("csv", &["lake", "--help"]),
    ] {
        assert_same(&with(&[("SSOAUDIT_FORMAT", format)], args), &without(args), format);
    }
}

/// What is selected must not depend on who runs it, where an exit code says what was found.
#[test]
fn no_variable_decides_a_verdict() {
    let all = [("SSOAUDIT_TZ", "Pacific/Apia"), ("SSOAUDIT_FORMAT", "csv"), ("SSOAUDIT_THREADS", "1")];
    for args in [
        &["check", "--now", "2025-04-05", "--on", "2025-03-24"][..],
        &["check", "--now", "2025-04-05", "--format", "json"],
        &["filter", "--exit-status", "--count", "--on", "2025-03-24"],
    ] {
        assert_same(&with(&all, args), &without(args), args[0]);
    }
}

#[test]
fn colours_follow_the_conventions() {
    let is_coloured = |variables: &[(&str, &str)]| {
        with(variables, &["filter", "--format", "table"]).stdout.contains('\u{1b}')
    };
    assert!(!is_coloured(&[]));
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")]));
    assert!(is_coloured(&[("FORCE_COLOR", "1")]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "0")]));
    assert!(!is_coloured(&[("CLICOLOR", "1")]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(is_coloured(&[("NO_COLOR", "1"), ("SSOAUDIT_COLOR", "always")]));
    let never = ssoaudit(&["filter", "--format", "table", "--color", "never", SAMPLE]);
    let forced = with(&[("CLICOLOR_FORCE", "1")], &["filter", "--format", "table", "--color", "never"]);
    assert_same(&forced, &never, "--color");
}

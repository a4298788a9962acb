//! The command line as a user meets it: snapshots, pipes and exit codes.

use std::io::{BufRead, BufReader, Read};

use crate::support::run::{UNSET, command, root, ssoaudit, ssoaudit_with_input};

/// Every `tests/cmd/*.md` is a page of commands with what they print; `TRYCMD=overwrite` renews
/// them.
#[test]
fn snapshots() {
    let cases = trycmd::TestCases::new();
    for (name, empty) in UNSET {
        cases.env(name, empty);
    }
    cases.case("tests/cmd/*.md");
}

/// Every message there is, as `tests/cmd/messages.csv`.
#[test]
fn messages() {
    let run = ssoaudit(&[
        "validate",
        "--notices",
        "--format",
        "csv",
        "--max-line-bytes",
        "8192",
        "testdata/diagnostics",
    ]);
    let path = root().join("tests/cmd/messages.csv");
    if std::env::var("TRYCMD").is_ok_and(|mode| mode == "overwrite") {
        std::fs::write(&path, &run.stdout).unwrap();
    }
    for (line, expected) in run.stdout.lines().zip(std::fs::read_to_string(&path).unwrap().lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(run.code, 1);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let many = std::fs::read(root().join("testdata/sso-events.ndjson")).unwrap().repeat(200);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.ndjson");
    std::fs::write(&file, many).unwrap();
    for format in ["ndjson", "json", "csv", "table", "markdown"] {
        for threads in ["1", "3"] {
            let args = ["filter", "--format", format, "--threads", threads, file.to_str().unwrap()];
            let mut child = command(&args).spawn().unwrap();
            let mut first = String::new();
            BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            let code = child.wait().unwrap().code();
            assert_eq!((stderr.as_str(), code), ("", Some(0)), "{format} with {threads} threads");
            assert!(!first.is_empty());
        }
    }
}

#[test]
fn exit_codes_do_not_depend_on_the_format() {
    let invalid = "testdata/diagnostics/bad-time.ndjson";
    for format in ["table", "ndjson", "json", "csv", "tsv", "markdown", "parquet"] {
        let code = |args: &[&str]| ssoaudit(&[&["filter", "--format", format][..], args].concat()).code;
        assert_eq!(code(&[invalid]), 0, "{format}");
        assert_eq!(code(&["--strict", invalid]), 1, "{format}");
        assert_eq!(code(&["--exit-status", "--org", "nobody", invalid]), 1, "{format}");
        assert_eq!(code(&["--exit-status", invalid]), 0, "{format}");
        assert_eq!(code(&["--strict", invalid, "missing"]), 2, "{format}");
    }
    for format in ["text", "table", "ndjson", "json", "csv", "parquet"] {
        let code = |args: &[&str]| ssoaudit(&[&["validate", "--format", format][..], args].concat()).code;
        assert_eq!(code(&["testdata/sso-events.ndjson"]), 0, "{format}");
        assert_eq!(code(&[invalid]), 1, "{format}");
        assert_eq!(code(&["--max-findings", "0", invalid]), 1, "{format}");
        assert_eq!(code(&["testdata/diagnostics/naive-time.ndjson"]), 0, "{format}");
        assert_eq!(code(&["--deny", "warnings", "testdata/diagnostics/naive-time.ndjson"]), 1, "{format}");
        assert_eq!(code(&[invalid, "missing"]), 2, "{format}");
    }
}

#[test]
fn sorting_and_limits_agree_with_the_input() {
    let times = |args: &[&str]| -> Vec<String> {
        let columns = ["filter", "--format", "csv", "--no-header", "--columns", "epoch_ms"];
        let run = ssoaudit(&[&columns[..], args, &["testdata/sso-events.ndjson"]].concat());
        run.stdout.lines().map(str::to_owned).collect()
    };
    let all = times(&[]);
    assert_eq!(all.len(), 205);
    let reversed: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(times(&["--sort", "time"]), all);
    assert_eq!(times(&["--sort", "-time"]), reversed);
    assert_eq!(times(&["--limit", "7"]), all[..7]);
    assert_eq!(times(&["--sort", "-time", "--limit", "7"]), reversed[..7]);
    assert_eq!(times(&["--limit", "1000"]), all);
}

#[test]
fn a_limit_counts_invalid_lines_up_to_its_last_row_only() {
    let text = std::fs::read_to_string(root().join("testdata/inputs/events.ndjson")).unwrap();
    let events: Vec<_> = text.lines().collect();
    let input = format!("oops\n{}\n{}\noops\n{}\noops\n", events[0], events[1], events[2]);
    let run = ssoaudit_with_input(&["filter", "--limit", "2"], input.as_bytes());
    assert!(run.stderr.contains("1 invalid line was skipped: <stdin>:1:1"), "{}", run.stderr);
    let run = ssoaudit_with_input(&["filter", "--limit", "2", "--strict"], input.as_bytes());
    assert!(run.stderr.contains("3 invalid lines were skipped"), "{}", run.stderr);
    assert_eq!((run.stdout.lines().count(), run.code), (2, 1));
}

/// A day of 23 hours, as the machine's zone and by its name.
#[cfg(unix)]
#[test]
fn the_zone_of_the_machine_is_that_of_its_variable() {
    let first = |zone: &str, tz: &str| {
        let mut filter = command(&["filter", "--on", "2025-03-30", "--tz", zone, "--format", "csv"]);
        let output = filter.env("TZ", tz).arg("testdata/sso-events.ndjson").output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        (String::from_utf8(output.stdout).unwrap(), told, output.status.code())
    };
    let expected = first("Europe/Berlin", "");
    assert_eq!(first("local", "Europe/Berlin"), expected);
    assert_eq!(first("local", ":Europe/Berlin"), expected);
    assert_eq!(first("local", ""), first("UTC", "Europe/Berlin"));
    let (_, refused, code) = first("local", "CET-1CEST");
    assert_eq!(code, Some(2));
    assert!(refused.contains("`CET-1CEST` of the variable TZ is not an IANA name"), "{refused}");
}

#[test]
fn completions_and_manual_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = ssoaudit(&["completions", shell]);
        assert_eq!(run.code, 0);
        assert!(run.stdout.contains("connection-type"), "{shell}");
    }
    let page = ssoaudit(&["man"]).stdout;
    assert!(page.contains(".TH SSOAUDIT 1") && page.contains("ssoaudit\\-filter(1)"), "{page}");
    assert!(ssoaudit(&["man", "filter"]).stdout.contains("\\-\\-connection\\-type"));
    let wrong = ssoaudit(&["man", "filtr"]);
    assert_eq!(
        (wrong.code, wrong.stderr.as_str()),
        (2, "error: no command `filtr`; did you mean `filter`?\n")
    );
}

/// The names below `Commands:` in a help text.
fn commands(help: &[&str]) -> Vec<String> {
    let help = ssoaudit(&[help, &["--help"]].concat()).stdout;
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let list = list.take_while(|line| !line.is_empty()).map(|line| line.split_whitespace().next().unwrap());
    list.map(str::to_owned).collect()
}

#[test]
fn every_manual_page_has_examples() {
    let names = commands(&[]);
    assert!(names.len() > 10, "{names:?}");
    for name in &names {
        let inner = commands(&[name]).into_iter().map(|inner| vec!["man".to_owned(), name.clone(), inner]);
        for args in inner.chain([vec!["man".to_owned(), name.clone()]]) {
            let args: Vec<_> = args.iter().map(String::as_str).collect();
            let page = ssoaudit(&args).stdout;
            let examples = page.split(".SH EXAMPLES\n.nf\n").nth(1).unwrap_or_else(|| panic!("{args:?}"));
            let typed = args[1..].join(" ");
            assert!(examples.starts_with(&format!("ssoaudit {typed}")), "{args:?}: {examples}");
        }
    }
}

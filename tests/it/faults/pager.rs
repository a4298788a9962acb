//! A pager on a terminal: when there is one, who may use the terminal meanwhile, and what quitting it means.

use std::fs;

use super::environment::{has_terminals, in_terminal};
use super::{SAMPLE, fifo, long_log};
use crate::support::run::Run;

/// A pager that marks what it was given.
const MARKING: &str = r#"sh -c 'sed "s/^/paged: /"; echo the end'"#;

fn paged(script: &str, environment: &[(&str, &str)]) -> Run {
    in_terminal(script, &[&[("SSOAUDIT_PAGER", MARKING)], environment].concat())
}

/// Whether there was a pager, and nobody else wrote to the terminal before its end.
fn is_marked(run: &Run) -> bool {
    let (given, _) = run.stdout.split_once("the end\n").unwrap_or_default();
    let mut lines = given.lines().skip_while(|line| !line.starts_with("paged: "));
    lines.clone().count() > 0 && lines.all(|line| line.starts_with("paged: "))
}

#[test]
fn tables_in_a_terminal_have_a_pager_and_nothing_else_has() {
    if !has_terminals() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out").display().to_string();
    for command in [
        "filter",
        "summary",
        "report changes",
        "check --now 2025-04-05",
        "validate",
        "validate --format table testdata/diagnostics",
    ] {
        let run = paged(&format!("ssoaudit {command} {SAMPLE}"), &[]);
        assert!(is_marked(&run), "{command}: {}", run.stdout);
        assert_eq!(
            run.code,
            i32::from(!matches!(command, "filter" | "summary" | "report changes" | "validate"))
        );
        let run = paged(&format!("ssoaudit {command} --no-pager {SAMPLE}"), &[]);
        assert!(!run.stdout.contains("paged: "), "{command}: {}", run.stdout);
    }
    for args in [
        "--format ndjson",
        "--format csv",
        "--format markdown",
        "--count",
        &format!("-o {file} --format table"),
    ] {
        let run = paged(&format!("ssoaudit filter {args} {SAMPLE}"), &[]);
        assert!(run.code == 0 && !run.stdout.contains("the end"), "{args}: {}", run.stdout);
    }
    let run = paged(&format!("sh -c 'ssoaudit filter --format table {SAMPLE} | cat'"), &[]);
    assert!(!run.stdout.contains("the end"), "{}", run.stdout);
}

#[test]
fn a_variable_names_the_pager() {
    if !has_terminals() {
        return;
    }
    let filter = format!("ssoaudit filter --action deleted {SAMPLE}");
    let told = |environment: &[(&str, &str)]| paged(&filter, environment).stdout;
    let plain = told(&[("SSOAUDIT_PAGER", "")]);
    assert!(plain.lines().count() > 10 && !plain.contains("paged"));
    // What there is not, shows nothing; the results are there anyway.
    for none in ["cat", " ", "/no/such/pager --option"] {
        assert_eq!(told(&[("SSOAUDIT_PAGER", none), ("PAGER", MARKING)]), plain, "{none}");
    }
    assert_eq!(told(&[("TERM", "dumb")]).lines().count(), plain.lines().count());
    let unnamed = format!("sh -c 'unset SSOAUDIT_PAGER; {filter}'");
    assert!(is_marked(&paged(&unnamed, &[("PAGER", MARKING)])));
    let options = r#"sh -c 'cat > /dev/null; echo "LESS=$LESS"'"#;
    assert!(told(&[("SSOAUDIT_PAGER", options)]).starts_with("LESS=FRX\n"));
    assert!(told(&[("SSOAUDIT_PAGER", options), ("LESS", "-i")]).starts_with("LESS=-i\n"));
    let refused = paged(&filter, &[("SSOAUDIT_PAGER", "less 'R")]);
    assert!(
        refused.code == 2 && refused.stdout.contains("SSOAUDIT_PAGER is not a command"),
        "{}",
        refused.stdout
    );
}

#[test]
fn messages_wait_for_the_pager() {
    if !has_terminals() {
        return;
    }
    let run = paged("ssoaudit filter testdata/diagnostics/bad-time.ndjson missing", &[]);
    assert!(is_marked(&run), "{}", run.stdout);
    let (_, after) = run.stdout.split_once("the end\n").unwrap();
    assert!(run.stdout.contains("missing: ") && after.contains(" skipped"), "{}", run.stdout);
    assert_eq!(run.code, 2);
}

/// The input stays open, and has nothing more to print: only the pager's end can end this.
#[test]
fn quitting_the_pager_ends_the_run_and_no_verdict() {
    if !has_terminals() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    fifo(&pipe);
    let script =
        format!("sh -c 'exec 3<>{0}; head -n 20 {SAMPLE} >&3; exec ssoaudit filter {0}'", pipe.display());
    let run = paged(&script, &[("SSOAUDIT_PAGER", "head -n 2")]);
    assert_eq!((run.stdout.lines().count(), run.code), (2, 0), "{}", run.stdout);
    let long = long_log(folder.path());
    for (command, code) in [("filter", 0), ("validate", 0), ("report changes", 0), ("check", 1)] {
        let file = folder.path().join("verdict.json");
        let also = if code == 1 {
            format!("--format table --format json={}", file.display())
        } else {
            String::new()
        };
        let run = paged(&format!("ssoaudit {command} {also} {long}"), &[("SSOAUDIT_PAGER", "head -n 2")]);
        assert_eq!(run.code, code, "{command}: {}", run.stdout);
        assert!(code == 0 || fs::read(&file).is_ok_and(|verdict| verdict.ends_with(b"}\n")));
    }
}

/// Nobody scrolls through a quarter of a million rows.
#[test]
fn a_list_on_a_terminal_ends_after_a_hundred_rows() {
    if !has_terminals() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.ndjson");
    let sample = fs::read_to_string(crate::support::run::root().join(SAMPLE)).unwrap();
    let deletion = sample.lines().find(|line| line.contains("evt_48122308539920142")).unwrap();
    let lines: String = (1000..1150)
        .map(|id| {
            format!(
                "{}\n",
                deletion
                    .replace("165337810", &format!("16533{id}"))
                    .replace("539920142", &format!("53992{id}"))
            )
        })
        .collect();
    fs::write(&file, lines).unwrap();
    let report = format!(
        "ssoaudit report removals --section removals --no-pager --color never --width 200 {}",
        file.display()
    );
    let rows = |run: &Run| run.stdout.lines().filter(|line| line.starts_with("2025-01-20 ")).count();
    let short = in_terminal(&report, &[]);
    assert!(
        rows(&short) == 100 && short.stdout.contains("… and 50 more; --top all shows them"),
        "{}",
        short.stdout
    );
    assert_eq!(rows(&in_terminal(&format!("{report} --top all"), &[])), 150);
    assert_eq!(rows(&in_terminal(&format!("{report} --top 120"), &[])), 120);
    assert_eq!(rows(&in_terminal(&format!("sh -c '{report} --format table | cat'"), &[])), 150);
}

//! Completions as shells offer them: every value that a flag lists, in bash, zsh and fish.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::run::{root, ssoaudit};
use crate::support::tools::not_checked;

/// What is typed after `ssoaudit`, and what its last word becomes.
const TYPED: &[(&str, &str)] = &[
    ("filter --action portal-", "portal-opened"),
    ("filter --action sso.del", "sso.delete_connection"),
    ("filter --action=portal-", "portal-opened"),
    ("check --action organization.sso_dis", "organization.sso_disabled"),
    ("filter --connection-type GoogleS", "GoogleSAML"),
    ("filter --provider micros", "microsoft"),
    ("summary --protocol sam", "saml"),
    ("filter --columns connection.proto", "connection.protocol"),
    ("filter --source centu", "centure"),
    ("filter --impersonated=y", "yes"),
    ("count --by actor.k", "actor.kind"),
    ("count --per mon", "month"),
    ("count --section co", "counts"),
    ("diff --section tot", "totals"),
    ("diff --exit-status=ed", "edits"),
    ("report --section remo", "removals"),
    ("report remo", "removals"),
    ("report removals --format par", "parquet"),
    ("check --format jun", "junit"),
    ("check --explain org-left-w", "org-left-without-sso"),
    ("check --rule org-left-w", "org-left-without-sso"),
    ("schema ssoaudit.report.remo", "ssoaudit.report.removals.v2"),
    ("man fil", "filter"),
];

/// What a shell completes each of [`TYPED`] to; `None` if there is no such shell.
fn completed(shell: &str, args: &[&str]) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    fs::write(&script, ssoaudit(&["completions", shell]).stdout).unwrap();
    let mut child = Command::new(shell)
        .args(args)
        .arg(root().join("testdata/completions/complete").with_extension(shell))
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let lines: String = TYPED.iter().map(|(typed, _)| format!("ssoaudit {typed}\n")).collect();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    Some(printed.lines().map(|line| line.trim().rsplit(['=', ' ']).next().unwrap().to_owned()).collect())
}

#[test]
fn shells_complete_values() {
    for (shell, args) in [("bash", &["--norc"][..]), ("zsh", &["-f"]), ("fish", &["--no-config"])] {
        let Some(completed) = completed(shell, args) else {
            not_checked(shell, "nobody sees what it completes");
            continue;
        };
        assert_eq!(completed.len(), TYPED.len(), "{shell}: {completed:?}");
        for ((typed, expected), completed) in TYPED.iter().zip(completed) {
            assert_eq!(completed, *expected, "{shell}: {typed}");
        }
    }
}

/// Flags take patterns and what vendors will add, whatever completions list.
#[test]
fn values_that_are_not_listed_are_accepted() {
    let filter =
        |args: &[&str]| ssoaudit(&[&["filter"], args, &["testdata/sso-events.ndjson"]].concat()).code;
    for args in [["--action", "sso.*"], ["--action", "!deleted"], ["--connection-type", "Newer"]] {
        assert_eq!(filter(&args), 0, "{args:?}");
    }
}

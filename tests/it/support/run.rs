//! Runs the binary and collects what it prints.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use ssoaudit::formats::rows::ROW_FORMATS;
use ssoaudit::formats::sheets::SHEET_FORMATS;
use ssoaudit::formats::validation::VALIDATION_FORMATS;
use ssoaudit::formats::verdict::VERDICT_FORMATS;
use ssoaudit::reports;

/// What a run printed and how it ended.
pub struct Run {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Run {
    /// How a process ended that printed text or a file of Parquet.
    pub fn of(output: Output) -> Self {
        let stdout = characters(&output.stdout).unwrap_or_else(|| String::from_utf8(output.stdout).unwrap());
        let stderr = String::from_utf8(output.stderr).unwrap();
        Self { stdout, stderr, code: output.status.code().unwrap_or(-1) }
    }
}

/// A character for each byte of a file of Parquet, so that different ones stay different.
fn characters(bytes: &[u8]) -> Option<String> {
    bytes.starts_with(b"PAR1").then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

/// Runs `ssoaudit` at the root of the repository with a neutral environment.
pub fn ssoaudit(args: &[&str]) -> Run {
    ssoaudit_with_input(args, b"")
}

/// The same with something on standard input.
pub fn ssoaudit_with_input(args: &[&str], input: &[u8]) -> Run {
    let mut child = command(args).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The program may end before it has read everything.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let lossy = || String::from_utf8_lossy(&output.stdout).into_owned();
    Run {
        stdout: characters(&output.stdout).unwrap_or_else(lossy),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code().unwrap_or(-1),
    }
}

/// The variables of a developer that must not change a test; empty, they count as not set. In a terminal, nobody would
/// quit a pager.
pub const UNSET: [(&str, &str); 11] = [
    ("CLICOLOR", ""),
    ("CLICOLOR_FORCE", ""),
    ("FORCE_COLOR", ""),
    ("NO_COLOR", ""),
    ("PAGER", ""),
    ("SSOAUDIT_COLOR", ""),
    ("SSOAUDIT_FORMAT", ""),
    ("SSOAUDIT_PAGER", ""),
    ("SSOAUDIT_THREADS", ""),
    ("SSOAUDIT_TZ", ""),
    ("SSOAUDIT_WIDTH", ""),
];

/// A command for `ssoaudit` with piped output.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ssoaudit"));
    command.args(args).current_dir(root()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["TERM", "COLUMNS"] {
        command.env_remove(name);
    }
    command.envs(UNSET);
    command
}

/// Every command that reads events, in every format; the input is to be added.
pub fn every_reader() -> Vec<Vec<&'static str>> {
    let rows = ROW_FORMATS.iter().map(|format| format.name());
    let mut all: Vec<Vec<_>> = rows.map(|name| vec!["filter", "--format", name]).collect();
    all.push(vec!["filter", "--normalize"]);
    all.push(vec!["filter", "--count"]);
    let formats = VALIDATION_FORMATS.iter().map(|format| format.name());
    all.extend(formats.map(|name| vec!["validate", "--max-diagnostics", "all", "--format", name]));
    for format in SHEET_FORMATS.iter() {
        all.push(vec!["summary", "--format", format.name]);
        all.extend(reports::ALL.iter().map(|report| vec!["report", report.name, "--format", format.name]));
    }
    let check = |name| vec!["check", "--now", "2025-04-05", "--format", name];
    all.extend(VERDICT_FORMATS.iter().map(|format| check(format.name)));
    all
}

/// Removes from a normalized event what it has besides attributes, so that it can be read again.
pub fn attributes_only(mut event: Value) -> Value {
    let members = event.as_object_mut().unwrap();
    ["texts", "diagnostics", "content", "origin"].iter().for_each(|name| drop(members.remove(*name)));
    event
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The path of a fixture.
pub fn testdata(name: &str) -> PathBuf {
    root().join("testdata").join(name)
}

/// A fixture's bytes.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(testdata(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What is printed without the lines of a page that say when it was made, and the digests of what it was made of.
pub fn undated(printed: &str) -> String {
    let is_kept = |line: &&str| !line.contains("<dt>Made</dt>") && !line.contains("class=\"hash\"");
    printed.split_inclusive('\n').filter(is_kept).collect()
}

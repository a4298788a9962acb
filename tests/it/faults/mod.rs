//! What goes wrong around the program: disks, pipes, signals, files that change, odd surroundings.
//! Every test waits for something to have happened, never for time to pass.

mod environment;
mod inputs;
mod outputs;
#[cfg(target_os = "linux")]
mod pager;
mod panics;
mod pipes;
mod signals;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use serde_json::json;
use tempfile::TempDir;

use crate::support::run::{Run, command, every_reader};

const SAMPLE: &str = "testdata/sso-events.ndjson";
const EVENTS: &str = "testdata/inputs/events.ndjson";

/// Every command that reads nothing and prints something.
const OTHERS: &[&[&str]] = &[
    &["check", "--list-rules"],
    &["check", "--explain", "log-gap"],
    &["init", "-"],
    &["schema", "--list"],
    &["schema", "centure"],
    &["completions", "bash"],
    &["man"],
    &["--help"],
    &["filter", "--help"],
    &["--version"],
];

/// How every command may be told to write a file, with the flags before its name.
const WRITERS: &[(&[&str], &str)] = &[
    (&["filter", "--output"], ""),
    (&["filter", "--format", "parquet", "--output"], ""),
    (&["validate", "--output"], ""),
    (&["summary", "--output"], ""),
    (&["report", "changes", "--output"], ""),
    (&["check", "--format"], "sarif="),
    (&["check", "--evidence"], ""),
    (&["check", "--write-baseline"], ""),
];

/// The arguments of a writer that reads `input` and writes `output`.
fn writing<'a>((flags, prefix): &(&[&'a str], &str), output: &Path, input: &'a str) -> Vec<String> {
    let output = format!("{prefix}{}", output.to_str().unwrap());
    let flags = flags.iter().map(|flag| (*flag).to_owned());
    flags.chain([output, input.to_owned()]).collect()
}

fn run(mut command: Command) -> Run {
    Run::of(command.output().unwrap())
}

fn run_strings(args: &[String]) -> Run {
    run(command(&args.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Runs a shell script in which `ssoaudit` is the binary under test, at the root of the repository.
fn shell(script: &str) -> Command {
    let binary = command(&[]);
    let folder = Path::new(binary.get_program()).parent().unwrap().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).current_dir(binary.get_current_dir().unwrap());
    shell
        .stdin(Stdio::null())
        .env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()));
    for (name, value) in binary.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// A named pipe.
fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    // As a shell tells it.
    status.code().or(status.signal().map(|signal| 128 + signal)).unwrap()
}

/// A folder that everybody may enter.
fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    allow(folder.path(), 0o755);
    folder
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// The binary for somebody whom permissions bind: root is somebody else for as long as it runs.
fn unprivileged(args: &[&str], folder: &Path) -> Command {
    const NOBODY: u32 = 65_534;
    let ordinary = command(args);
    if folder.metadata().unwrap().uid() != 0 {
        return ordinary;
    }
    // The folder of the build may be closed to others.
    let binary = folder.join("ssoaudit");
    if !binary.exists() {
        // By another process: a file that this one has open for writing cannot be run.
        let copied = Command::new("cp").arg(ordinary.get_program()).arg(&binary).status().unwrap();
        assert!(copied.success());
        allow(&binary, 0o755);
    }
    let mut command = Command::new(binary);
    command.args(args).current_dir(folder).uid(NOBODY).gid(NOBODY);
    command
}

/// A log with so many deletions of connections whose types no document knows, so that every command
/// has more to say than a pipe takes in.
fn long_log(folder: &Path) -> String {
    // So long that nobody looks for the nearest one, which takes its time.
    let kind = format!("Novel{}SAML", "x".repeat(100));
    let deletion = |number: usize| {
        let connection = format!("conn_{number:0200}");
        let event = json!({
            "action": "sso.delete_connection",
            "occurredAt": format!("2025-01-{:02}T{:02}:{:02}:00.000Z", 1 + number / 1000, number / 60 % 16, number % 60),
            "version": 1,
            "actor": {"type": "user", "id": format!("user_{}", number % 7), "name": "Zoë Lindqvist",
                "metadata": {"email": "zoe@example.com"}},
            "targets": [{"type": "sso_connection", "id": connection, "name": format!("{kind} Connection"),
                "metadata": {"connection_id": connection, "connection_type": kind,
                    "organization_id": format!("org_{:026}", number % 50)}}],
            "context": {"location": "192.0.2.7", "userAgent": "Browser"},
            "metadata": {"source": "/sso"},
        });
        format!("{event}\n")
    };
    let path = folder.join("long.ndjson");
    fs::write(&path, (0..450).map(deletion).collect::<String>()).unwrap();
    path.to_str().unwrap().to_owned()
}

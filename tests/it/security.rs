//! What `docs/SECURITY.md` promises, on the program as it is run: nothing of an input is executed, nothing
//! is connected to, and nothing is written but where it was told to.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::run::{command, root, testdata};
use crate::support::tools::not_checked;

/// Every command that reads, in formats that say the most.
const READING: &[&[&str]] = &[
    &["filter", "--format", "table"],
    &["filter", "--format", "csv"],
    &["filter", "--format", "parquet"],
    &["filter", "--redact"],
    &["validate", "--notices"],
    &["summary", "--format", "html"],
    &["report", "changes"],
    &["report", "removals", "--format", "markdown"],
    &["report", "access", "--format", "table"],
    &["check", "--format", "github"],
    &["check", "--format", "sarif"],
];
const OTHERS: &[&[&str]] =
    &[&["schema", "--list"], &["completions", "bash"], &["man"], &["--help"], &["check", "--list-rules"]];

/// An export whose texts would be commands, paths and addresses, if anybody took them for such.
fn hostile(folder: &Path) -> String {
    let line = std::fs::read_to_string(testdata("sources/centure/documented.ndjson")).unwrap();
    let texts = [
        "$(touch pwned)",
        "`touch pwned`",
        "; touch pwned",
        "|touch pwned",
        "../../pwned",
        "http://127.0.0.1:9/",
    ];
    let lines = texts.iter().flat_map(|text| {
        let text = serde_json::to_string(text).unwrap();
        line.lines().map(move |line| line.replace("\"Zoë Lindqvist\"", &text) + "\n").collect::<Vec<_>>()
    });
    let path = folder.join("-export $(touch pwned).ndjson");
    std::fs::write(&path, lines.collect::<String>()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The program in a folder that is also every other place where programs put things.
fn ssoaudit_in(folder: &Path, mut command: Command) -> Command {
    for name in ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env(name, folder);
    }
    command.env_remove("GITHUB_STEP_SUMMARY").stdin(Stdio::null()).current_dir(folder);
    command
}

fn run(folder: &Path, args: &[&str]) {
    let output = ssoaudit_in(folder, command(args)).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code <= 1), "{args:?}: {:?} {stderr}", output.status);
}

fn files(folder: &Path) -> BTreeSet<String> {
    let entries = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    let path =
        |entry: walkdir::DirEntry| entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    entries.map(path).collect()
}

#[test]
fn nothing_is_written_where_nothing_was_told() {
    let (inputs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let export = hostile(inputs.path());
    for args in READING {
        run(folder.path(), &[*args, &[export.as_str()]].concat());
        assert_eq!(files(folder.path()), BTreeSet::new(), "{args:?}");
    }
    for args in OTHERS {
        run(folder.path(), args);
        assert_eq!(files(folder.path()), BTreeSet::new(), "{args:?}");
    }
    assert_eq!(files(inputs.path()).len(), 1);
}

#[test]
fn what_was_told_is_written_and_nothing_else() {
    let (inputs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let export = hostile(inputs.path());
    for (args, written) in [
        (&["init"][..], &["ssoaudit.toml"][..]),
        (&["filter", "-o", "a.ndjson", &export], &["a.ndjson"]),
        (&["summary", "-o", "b.html", "--format", "html", &export], &["b.html"]),
        (
            &[
                "check",
                "--format",
                "sarif=c.sarif",
                "--evidence",
                "d.json",
                "--write-baseline",
                "e.json",
                &export,
            ],
            &["c.sarif", "d.json", "e.json"],
        ),
    ] {
        run(folder.path(), args);
        assert_eq!(files(folder.path()), written.iter().map(|name| (*name).to_owned()).collect(), "{args:?}");
        written.iter().for_each(|name| std::fs::remove_file(folder.path().join(name)).unwrap());
    }
}

/// The system calls of every reading command, as strace sees them.
#[cfg(target_os = "linux")]
#[test]
fn the_system_is_asked_for_no_network_no_program_and_no_file_to_write() {
    let (inputs, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let export = hostile(inputs.path());
    let log = inputs.path().join("strace.log");
    for args in READING {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=network,process,openat,open,creat,mkdir,rename,unlink", "-o"]);
        strace.arg(&log).arg(env!("CARGO_BIN_EXE_ssoaudit")).args(*args).arg(&export);
        let output = ssoaudit_in(folder.path(), strace).current_dir(root()).output();
        let calls = std::fs::read_to_string(&log).unwrap_or_default();
        let Some(output) = output.ok().filter(|_| calls.contains("execve(")) else {
            // It is not installed, or may not trace.
            return not_checked("strace", "whether a network, a program or a file to write is asked for");
        };
        assert!(output.status.code().is_some_and(|code| code <= 1), "{args:?}: {:?}", output.status);
        assert_eq!(calls.matches("execve(").count(), 1, "{args:?}: {calls}");
        for call in
            ["socket(", "connect(", "bind(", "sendto(", "fork(", "creat(", "mkdir(", "rename(", "unlink("]
        {
            assert!(!calls.contains(call), "{args:?}: {call} in {calls}");
        }
        for call in calls.lines().filter(|call| call.contains("open")) {
            let is_reading = call.contains("O_RDONLY") || call.contains("resumed>");
            assert!(is_reading && !call.contains("O_CREAT"), "{args:?}: {call}");
        }
        // Threads are made by clone as well as processes.
        let mut clones = calls.lines().filter(|call| call.contains("clone") && call.contains("flags="));
        assert!(clones.all(|call| call.contains("CLONE_THREAD")), "{args:?}: {calls}");
    }
}

//! What ends the process from within: a panic, which would be a fault of ours, and memory that runs out.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use ssoaudit::cli::panics;
use ssoaudit::output::interrupt;
use tempfile::{Builder, NamedTempFile};

use super::{WRITERS, names, run, shell, writing};

/// Where the test below lets a process of its own fall over.
const FOLDER: &str = "SSOAUDIT_TEST_PANICS_IN";

/// Panics on several threads, as `main` would have them end.
#[test]
#[ignore = "the test below runs it in a process of its own"]
#[expect(clippy::exit, reason = "as `main` does")]
fn workers_that_panic() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    panics::end_with(|| std::process::exit(2));
    let create = || Builder::new().tempfile_in(&folder);
    let files: Vec<_> =
        (0..3).map(|_| interrupt::create_tracked(create, NamedTempFile::path).unwrap()).collect();
    assert_eq!(names(&folder).len(), files.len());
    let fall_over = || panic!("something is wrong with `zoe@example.com`\nand \u{1b}[31m");
    std::thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(fall_over))));
}

#[test]
fn a_panic_leaves_no_file_and_says_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "faults::panics::workers_that_panic"])
        .env(FOLDER, folder.path())
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    let start = "error: internal error: something is wrong with at tests/it/faults/panics.rs:";
    let line = stderr.strip_prefix(start).and_then(|rest| rest.strip_suffix("; please report it\n"));
    assert!(line.is_some_and(|line| line.parse::<u32>().is_ok()), "{stderr}");
    assert!(names(folder.path()).is_empty());
}

/// No code of ours runs any more then.
#[cfg(target_os = "linux")]
#[test]
fn memory_that_runs_out_leaves_no_file_and_says_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (out, log) = (folder.path().join("out"), folder.path().join("log.ndjson"));
    // Longer than all the room there is.
    fs::File::create(&log).unwrap().set_len(256 << 20).unwrap();
    for writer in WRITERS {
        let args = writing(writer, &out, log.to_str().unwrap()).join(" ");
        let script = format!(
            "ulimit -c 0; ulimit -v 65536; unset RUST_BACKTRACE; exec ssoaudit {args} --threads 1 --max-line-bytes 4000000000"
        );
        let run = run(shell(&script));
        // As it was ended by a signal: SIGABRT.
        assert_eq!(run.code, -1, "{args}: {}", run.stderr);
        let (line, more) = run.stderr.split_once('\n').unwrap();
        assert!(line.starts_with("memory allocation of ") && line.ends_with(" failed"), "{args}: {line}");
        // Rust's own, of how to be told more.
        assert!(more.lines().all(|line| line.starts_with("note: run with ")), "{args}: {more}");
        assert_eq!(names(folder.path()), ["log.ndjson"], "{args}");
    }
}

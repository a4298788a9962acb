//! Readers that close the pipe: no message, no panic, and the exit code of the rule: 0, but `check`
//! keeps its verdict.

use std::io::Read;
use std::process::Stdio;

use super::{OTHERS, SAMPLE, WRITERS, every_reader, fifo, long_log, writing};
use crate::support::run::command;

/// Whether reports go to standard error, which is open, before all rows are written.
fn is_told(args: &[&str]) -> bool {
    args[0] == "validate" && (args.contains(&"csv") || args.contains(&"parquet"))
}

fn expected(args: &[&str]) -> i32 {
    i32::from(args[0] == "check" && !OTHERS.contains(&args))
}

#[test]
fn nobody_reads_at_all() {
    let others = OTHERS.iter().map(|args| args.to_vec());
    for args in every_reader().into_iter().chain(others) {
        let code = expected(&args);
        let input = (!OTHERS.contains(&args.as_slice())).then_some(SAMPLE);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(&args).args(input).stdout(writer).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(is_told(&args) || stderr.is_empty(), "{args:?}: {stderr}");
        assert_eq!(output.status.code(), Some(code), "{args:?}");
    }
}

#[test]
fn a_reader_has_enough_after_a_few_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let log = long_log(folder.path());
    for args in every_reader() {
        // A summary, a count and some reports are shorter than what a pipe takes in.
        let is_short = args[0] == "summary" || args.contains(&"--count");
        let is_short = is_short || ["admins", "access", "authorization", "impersonation"].contains(&args[1]);
        let is_short = is_short || (args[0] == "check" && args.contains(&"github"));
        if is_short {
            continue;
        }
        let mut child = command(&args).arg(&log).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 10]).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(is_told(&args) || stderr.is_empty(), "{args:?}: {stderr}");
        assert_eq!(output.status.code(), Some(expected(&args)), "{args:?}");
    }
}

#[test]
fn a_closed_named_pipe_keeps_the_verdict_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let log = long_log(folder.path());
    let pipe = folder.path().join("pipe");
    fifo(&pipe);
    for writer in WRITERS {
        let args = writing(writer, &pipe, &log);
        let is_check = args[0] == "check";
        let mut command = command(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let mut reader = std::fs::File::open(&pipe).unwrap();
        reader.read_exact(&mut [0]).ok();
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(i32::from(is_check)), "{args:?}");
        assert!(!String::from_utf8(output.stderr).unwrap().contains("error"), "{args:?}");
    }
}

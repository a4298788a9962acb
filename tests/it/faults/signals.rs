//! Signals in the middle of a run: it ends as it would have, and leaves nothing half-written behind.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command};

use super::{WRITERS, code, fifo, names, writing};
use crate::support::run::{command, fixture};
use crate::support::tools::not_checked;

/// Nobody can catch the last one; where files have no name before they are complete, it leaves none either.
const SIGNALS: &[(&str, i32)] = if cfg!(target_os = "linux") {
    &[("INT", 130), ("TERM", 143), ("HUP", 129), ("KILL", 137)]
} else {
    &[("INT", 130), ("TERM", 143), ("HUP", 129)]
};

/// Those that end a process here; says which of them do not.
fn signals() -> impl Iterator<Item = (&'static str, i32)> {
    SIGNALS.iter().copied().filter(|(name, code)| {
        let is_ignored = is_ignored(*code - 128);
        if is_ignored {
            not_checked(&format!("SIG{name}"), "what it leaves behind: whoever runs the tests ignores it");
        }
        !is_ignored
    })
}

fn kill(child: &Child, signal: &str) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// How many files the program writes in a folder that are not complete: those with a temporary name, and on
/// Linux those without any, `/folder/#123 (deleted)`.
fn being_written(child: &Child, folder: &Path) -> usize {
    let named = names(folder).iter().filter(|name| name.starts_with(".ssoaudit-")).count();
    let Ok(open) = fs::read_dir(format!("/proc/{}/fd", child.id())) else {
        return named;
    };
    let leads_to = open.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let unnamed = leads_to.filter(|file| file.to_string_lossy().contains("/#") && file.starts_with(folder));
    named + unnamed.count()
}

/// Starts the program on a pipe that stays open, sends a signal once it has opened it, and returns how
/// a shell would tell its end. The output is created before inputs are opened.
fn interrupted(args: &[String], pipe: &Path, signal: &str, meanwhile: impl FnOnce(&Child)) -> i32 {
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let mut child = command(&args).spawn().unwrap();
    // Waits for the reader.
    let mut input = OpenOptions::new().write(true).open(pipe).unwrap();
    input.write_all(&fixture("inputs/events.ndjson")).unwrap();
    meanwhile(&child);
    kill(&child, signal);
    code(child.wait().unwrap())
}

#[test]
fn a_signal_leaves_no_file_and_keeps_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let (pipe, out) = (folder.path().join("pipe"), folder.path().join("out"));
    fifo(&pipe);
    for has_old in [false, true] {
        if has_old {
            fs::write(&out, "old").unwrap();
        }
        let before = names(folder.path());
        for writer in WRITERS {
            for (signal, expected) in signals() {
                let args = writing(writer, &out, pipe.to_str().unwrap());
                let code = interrupted(&args, &pipe, signal, |child| {
                    assert_eq!(being_written(child, folder.path()), 1);
                });
                assert_eq!(code, expected, "{args:?}");
                assert_eq!(names(folder.path()), before, "{args:?} {signal}");
            }
        }
        assert!(!has_old || fs::read(&out).unwrap() == b"old");
    }
}

#[test]
fn a_signal_leaves_none_of_several_files() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    fifo(&pipe);
    let mut args = vec!["check".to_owned()];
    for format in ["sarif", "junit", "html", "json", "csv", "markdown"] {
        args.extend(["--format".to_owned(), format!("{format}={}", folder.path().join(format).display())]);
    }
    for (flag, name) in [("--evidence", "evidence"), ("--write-baseline", "baseline")] {
        args.extend([flag.to_owned(), folder.path().join(name).display().to_string()]);
    }
    args.push(pipe.display().to_string());
    for (signal, expected) in signals() {
        let code = interrupted(&args, &pipe, signal, |child| {
            assert_eq!(being_written(child, folder.path()), 8);
        });
        assert_eq!(code, expected);
        assert_eq!(names(folder.path()), ["pipe"], "{signal}");
    }
}

#[test]
fn a_signal_ends_what_writes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    fifo(&pipe);
    let (signal, expected) = if is_ignored(2) { ("TERM", 143) } else { ("INT", 130) };
    for args in super::every_reader() {
        let args: Vec<_> = args.into_iter().chain([pipe.to_str().unwrap()]).map(str::to_owned).collect();
        assert_eq!(interrupted(&args, &pipe, signal, |_| {}), expected, "{args:?}");
    }
}

/// A shell has what it runs in the background ignore SIGINT, and `nohup` SIGHUP: so do we and whatever we start.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

//! Inputs that cannot be read, fail in the middle, or change while they are read.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Child;

use serde_json::Value;

use super::{EVENTS, allow, every_reader, fifo, names, open_folder, run, shell, unprivileged};
use crate::support::run::{Run, command, fixture, ssoaudit};
use crate::support::tools::not_checked;

fn finished(child: Child) -> Run {
    Run::of(child.wait_with_output().unwrap())
}

fn events() -> String {
    String::from_utf8(fixture("inputs/events.ndjson")).unwrap()
}

#[test]
fn permissions_cost_what_they_close_and_nothing_else() {
    let folder = open_folder();
    let put = |name: &str, mode| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, events()).unwrap();
        allow(path.parent().unwrap(), 0o755);
        allow(&path, mode);
    };
    put("logs/a.ndjson", 0o644);
    put("logs/b.ndjson", 0o000);
    put("logs/c/c.ndjson", 0o644);
    put("logs/d.ndjson", 0o644);
    allow(&folder.path().join("logs/c"), 0o000);
    for args in every_reader() {
        let logs = folder.path().join("logs");
        let run = run(unprivileged(&[&args[..], &[logs.to_str().unwrap()]].concat(), folder.path()));
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        for closed in ["b.ndjson", "c"] {
            let told = format!("error: {}: Permission denied", logs.join(closed).display());
            assert!(run.stderr.contains(&told), "{args:?}: {}", run.stderr);
        }
        if args == ["filter", "--format", "ndjson"] {
            assert_eq!(run.stdout, events().repeat(2));
        }
    }
    allow(&folder.path().join("logs/c"), 0o755);
}

/// Memory that is not mapped cannot be read: the first read of the file fails.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fails_at_once_costs_one_file() {
    let run = ssoaudit(&["filter", EVENTS, "/proc/self/mem", EVENTS]);
    assert_eq!((run.stdout, run.code), (events().repeat(2), 2));
    assert!(run.stderr.starts_with("error: /proc/self/mem: Input/output error"), "{}", run.stderr);
}

/// A socket that is closed while it has something unread resets its peer: what was sent can be read, and
/// then there is an error.
#[cfg(target_os = "linux")]
#[test]
fn an_error_in_the_middle_comes_after_what_could_be_read_and_says_where() {
    for args in every_reader() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        (&theirs).write_all(b"unread").unwrap();
        ours.write_all(events().as_bytes()).unwrap();
        drop(ours);
        let child = command(&args).stdin(OwnedFd::from(theirs)).spawn().unwrap();
        let run = finished(child);
        let told = format!("error: <stdin>: after {} bytes of content: Connection reset", events().len());
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(&told), "{args:?}: {}", run.stderr);
        if args == ["filter", "--format", "ndjson"] {
            assert_eq!(run.stdout, events());
        }
    }
}

#[test]
fn a_broken_member_of_a_gzip_comes_after_the_whole_ones_and_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.ndjson.gz");
    let member = || {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(events().as_bytes()).unwrap();
        gzip.finish().unwrap()
    };
    let mut broken = member();
    broken[2] = 0;
    fs::write(&path, [member(), member(), broken].concat()).unwrap();
    let run = ssoaudit(&["filter", path.to_str().unwrap(), EVENTS]);
    assert_eq!((run.stdout, run.code), (events().repeat(3), 2));
    let told = format!("error: {}: after {} bytes of content: ", path.display(), 2 * events().len());
    assert!(run.stderr.starts_with(&told), "{}", run.stderr);
    let run = ssoaudit(&["validate", "--format", "json", path.to_str().unwrap()]);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let error = report["files"][0]["error"].as_str().unwrap();
    assert!(error.starts_with(&format!("after {} bytes", 2 * events().len())), "{error}");
}

#[test]
fn a_folder_where_a_file_is_needed_is_named() {
    for (args, what) in [
        (&["check", "--policy", "testdata", EVENTS][..], "testdata"),
        (&["check", "--baseline", "testdata", EVENTS], "testdata"),
        (&["report", "authorization", "--roster", "testdata", EVENTS], "testdata"),
        (&["filter", "--redact", "--redact-key-file", "testdata", EVENTS], "testdata"),
    ] {
        let run = ssoaudit(args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(what), "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains("s a directory"), "{args:?}: {}", run.stderr);
    }
    let run = run(shell("ssoaudit filter < testdata"));
    assert_eq!(
        (run.code, run.stderr.contains("error: <stdin>: Is a directory")),
        (2, true),
        "{}",
        run.stderr
    );
}

#[test]
fn a_closed_standard_input_is_an_empty_one() {
    let filter = run(shell("exec ssoaudit filter <&-"));
    let note = "note: there is no event in the input\n";
    assert_eq!((filter.stdout.as_str(), filter.stderr.as_str(), filter.code), ("", note, 0));
    let check = run(shell("exec ssoaudit check <&-"));
    assert_eq!(check.code, 2);
    assert!(check.stderr.contains("there is no event to judge"), "{}", check.stderr);
}

#[test]
fn a_named_pipe_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    fs::write(&path, events()).unwrap();
    let expected: Vec<_> =
        every_reader().iter().map(|args| ssoaudit(&[args, &[path.to_str().unwrap()][..]].concat())).collect();
    fs::remove_file(&path).unwrap();
    fifo(&path);
    for (args, expected) in every_reader().iter().zip(expected) {
        let child = command(args).arg(&path).spawn().unwrap();
        fs::write(&path, events()).unwrap();
        let run = finished(child);
        let [printed, wanted] = [&run.stdout, &expected.stdout].map(|it| crate::support::run::undated(it));
        assert_eq!((printed, run.code), (wanted, expected.code), "{args:?}: {}", run.stderr);
    }
    // Only named ones: a walk does not wait for somebody to write.
    let run = ssoaudit(&["filter", folder.path().to_str().unwrap()]);
    assert!(run.stderr.contains("holds no file named"), "{}", run.stderr);
}

#[test]
fn names_that_are_no_text_can_be_read_and_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &[u8], text: &str| fs::write(folder.path().join(OsStr::from_bytes(name)), text);
    if put(b"a\xFF.ndjson", &events()).is_err() {
        return not_checked(
            "file-names",
            "names of files that are not UTF-8, which this file system refuses",
        );
    }
    put(b"a\xFE.ndjson", "{}\n").unwrap();
    let evidence = folder.path().join("evidence.json");
    let mut check = command(&["check", "--allow-empty", "--format", "json", "--evidence"]);
    check.arg(&evidence).arg(folder.path());
    let checked = run(check);
    let told: Value = serde_json::from_str(&checked.stdout).unwrap();
    assert_eq!(told["findings"][0]["file"], format!("{}/a\\xFE.ndjson", folder.path().display()));
    let manifest: Value = serde_json::from_slice(&fs::read(&evidence).unwrap()).unwrap();
    let inputs = manifest["inputs"].as_array().unwrap();
    let bytes: Vec<_> = inputs.iter().map(|input| input["bytes"].as_u64().unwrap()).collect();
    assert_eq!(bytes, [3, events().len() as u64]);
    let path = folder.path().join(OsStr::from_bytes(b"a\xFF.ndjson"));
    let out = folder.path().join(OsStr::from_bytes(b"out\xFF"));
    let mut filter = command(&["filter", "--output"]);
    filter.arg(&out).arg(path);
    assert_eq!(run(filter).code, 0);
    assert_eq!(fs::read_to_string(out).unwrap(), events());
}

#[test]
fn the_manifest_is_right_about_a_file_that_is_read_twice() {
    let folder = tempfile::tempdir().unwrap();
    let evidence = folder.path().join("evidence.json");
    let seals = |files: &[&str]| -> Vec<Value> {
        let args = ["check", "--threads", "4", "--evidence", evidence.to_str().unwrap()];
        assert!(ssoaudit(&[&args, files].concat()).code < 2);
        let manifest: Value = serde_json::from_slice(&fs::read(&evidence).unwrap()).unwrap();
        manifest["inputs"].as_array().unwrap().clone()
    };
    let once = seals(&[EVENTS]);
    assert_eq!(seals(&[EVENTS, EVENTS]), [once.clone(), once].concat());
}

/// A log that is longer than what a program reads ahead of a reader that does not read.
fn long(folder: &Path) -> (PathBuf, Vec<u8>) {
    let text = fixture("sso-events.ndjson").repeat(80);
    assert!(text.len() > 8 << 20);
    let path = folder.join("long.ndjson");
    fs::write(&path, &text).unwrap();
    (path, text)
}

/// Filters a long log; `change` happens when the first bytes were printed and the last ones cannot
/// have been read.
fn changed_while_read(change: impl FnOnce(&Path)) -> (Run, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let (path, text) = long(folder.path());
    let mut child = command(&["filter", "--threads", "1", path.to_str().unwrap()]).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut first = [0; 100];
    stdout.read_exact(&mut first).unwrap();
    change(&path);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let mut run = finished(child);
    run.stdout = format!("{}{rest}", std::str::from_utf8(&first).unwrap());
    (run, text)
}

#[test]
fn a_file_that_shrinks_is_an_error_after_what_could_be_read() {
    const LEFT: usize = 6 << 20;
    let (run, text) = changed_while_read(|path| {
        OpenOptions::new().write(true).open(path).unwrap().set_len(LEFT as u64).unwrap();
    });
    let whole = memchr::memrchr(b'\n', &text[..LEFT]).unwrap() + 1;
    assert!(run.stdout.as_bytes() == &text[..whole], "{} of {whole} bytes", run.stdout.len());
    let lost = text.len() - LEFT;
    let told =
        format!("after {LEFT} bytes of content: the file lost its last {lost} bytes while it was read");
    assert!(run.stderr.contains(&told), "{}", run.stderr);
    assert_eq!(run.code, 2);
}

#[test]
fn a_file_that_grows_is_read_to_its_new_end() {
    let (run, text) = changed_while_read(|path| {
        OpenOptions::new().append(true).open(path).unwrap().write_all(events().as_bytes()).unwrap();
    });
    assert!(run.stdout.as_bytes() == [text, events().into_bytes()].concat(), "{}", run.stdout.len());
    assert_eq!((run.stderr.as_str(), run.code), ("", 0));
}

#[test]
fn a_file_that_is_removed_or_replaced_is_read_as_it_was() {
    for replace in [false, true] {
        let (run, text) = changed_while_read(|path| {
            let other = path.with_extension("other");
            fs::write(&other, "{}\n").unwrap();
            if replace { fs::rename(other, path).unwrap() } else { fs::remove_file(path).unwrap() }
        });
        assert!(run.stdout.as_bytes() == text, "{}", run.stdout.len());
        assert_eq!((run.stderr.as_str(), run.code), ("", 0));
    }
}

#[test]
fn a_file_that_vanishes_before_its_turn_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    let pipe = folder.path().join("pipe");
    fifo(&pipe);
    for args in every_reader() {
        for name in ["a.ndjson", "b.ndjson"] {
            fs::write(logs.join(name), events()).unwrap();
        }
        let child = command(&args).args(["--threads", "1"]).args([&pipe, &logs]).spawn().unwrap();
        // It has walked the folder by now, and waits for the pipe.
        let mut gate = OpenOptions::new().write(true).open(&pipe).unwrap();
        fs::remove_file(logs.join("a.ndjson")).unwrap();
        gate.write_all(events().as_bytes()).unwrap();
        drop(gate);
        let run = finished(child);
        let told = format!("error: {}: No such file", logs.join("a.ndjson").display());
        assert!(run.stderr.contains(&told), "{args:?}: {}", run.stderr);
        assert_eq!(run.code, 2, "{args:?}");
        if args == ["filter", "--format", "ndjson"] {
            assert_eq!(run.stdout, events().repeat(2));
        }
    }
    assert_eq!(names(&logs), ["b.ndjson"]);
}

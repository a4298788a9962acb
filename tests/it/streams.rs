//! Inputs that arrive bit by bit: what has arrived is printed before there is more.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::support::run::{command, fixture, ssoaudit};

/// What a stream has printed so far. Something that never comes is a failure, and how long it takes is none.
struct Printed {
    pieces: Receiver<Vec<u8>>,
    bytes: Vec<u8>,
}

const LONGEST: Duration = Duration::from_secs(60);

impl Printed {
    fn by(mut stream: impl Read + Send + 'static) -> Self {
        let (to_test, pieces) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                let _ = to_test.send(buffer[..length].to_vec());
            }
        });
        Self { pieces, bytes: Vec::new() }
    }

    /// Waits until so many bytes are printed, or until nothing more can be.
    fn wait_for(&mut self, length: usize) -> &[u8] {
        while self.bytes.len() < length {
            match self.pieces.recv_timeout(LONGEST) {
                Ok(piece) => self.bytes.extend(piece),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} of {length} bytes are printed", self.bytes.len());
                }
            }
        }
        &self.bytes
    }
}

fn start(args: &[&str]) -> (Child, Printed) {
    let mut child = command(args).stdin(Stdio::piped()).spawn().unwrap();
    let printed = Printed::by(child.stdout.take().unwrap());
    (child, printed)
}

/// The bytes up to the end of the last complete line.
fn complete(text: &[u8]) -> usize {
    text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// A power of two is what a writer with a buffer writes at once, and what a reader asks for.
#[test]
fn every_complete_line_of_a_burst_is_printed_before_the_next_burst() {
    let lines = fixture("sso-events.ndjson").repeat(10);
    let sizes = [1, 4095, 4096, 4097, 65_536, 65_537, 1, 8192, 131_072, 700_000];
    for threads in ["1", "2", "5"] {
        let (mut child, mut printed) = start(&["filter", "--threads", threads, "-"]);
        let mut pipe = child.stdin.take().unwrap();
        let mut written = 0;
        for size in sizes {
            let burst = &lines[written..written + size];
            pipe.write_all(burst).unwrap();
            written += size;
            let whole = &lines[..complete(&lines[..written])];
            assert!(printed.wait_for(whole.len()) == whole, "after {written} bytes on {threads} threads");
        }
        // Several whole lines at once, and the rest of one.
        let rest = &lines[written..];
        pipe.write_all(rest).unwrap();
        assert!(printed.wait_for(lines.len()) == lines);
        drop(pipe);
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

/// A file that is followed, and what is said of it.
struct Following {
    child: Child,
    printed: Printed,
    told: Printed,
    path: PathBuf,
    lines: Vec<Vec<u8>>,
    _folder: TempDir,
}

impl Following {
    /// Follows a file that has so many lines, or does not exist.
    fn start(args: &[&str], lines: Option<usize>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.ndjson");
        let all = fixture("sso-events.ndjson");
        let all: Vec<_> = all.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if let Some(count) = lines {
            fs::write(&path, all[..count].concat()).unwrap();
        }
        let (mut child, printed) = start(&[&["filter", "--follow", path.to_str().unwrap()], args].concat());
        let told = Printed::by(child.stderr.take().unwrap());
        Self { child, printed, told, path, lines: all, _folder: folder }
    }

    fn append(&self, bytes: &[u8]) {
        OpenOptions::new().append(true).create(true).open(&self.path).unwrap().write_all(bytes).unwrap();
    }

    /// Waits until these lines are printed after those before.
    fn expect(&mut self, lines: Range<usize>) {
        let before = std::mem::take(&mut self.printed.bytes);
        assert!(before.is_empty(), "{}", String::from_utf8_lossy(&before));
        let expected = self.lines[lines].concat();
        assert_eq!(text(self.printed.wait_for(expected.len())), text(&expected));
        self.printed.bytes.clear();
    }

    /// Waits until so many more lines are printed.
    fn lines(&mut self, count: usize) -> Vec<String> {
        while self.printed.bytes.iter().filter(|byte| **byte == b'\n').count() < count {
            let length = self.printed.bytes.len();
            assert!(self.printed.wait_for(length + 1).len() > length, "there are no further lines");
        }
        text(&std::mem::take(&mut self.printed.bytes)).lines().map(str::to_owned).collect()
    }

    /// Waits until this is said next.
    fn expect_told(&mut self, message: &str) {
        let message = format!("{message}\n").replace("FILE", self.path.to_str().unwrap());
        assert_eq!(text(self.told.wait_for(message.len())), message);
        self.told.bytes.clear();
    }

    /// Ends it, and returns what else it printed and said.
    fn end(mut self) -> [String; 2] {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        [&mut self.printed, &mut self.told].map(|printed| text(printed.wait_for(usize::MAX)))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_file_is_followed_as_it_grows() {
    let mut following = Following::start(&[], Some(3));
    following.expect(0..3);
    following.append(&following.lines[3]);
    following.expect(3..4);
    // A line in two halves is one line.
    let (first, second) = following.lines[4].split_at(100);
    following.append(first);
    following.append(second);
    following.expect(4..5);
    // What is broken is told as it comes, and its line is that of the file.
    following.append(b"oops\n");
    following.append(&following.lines[5]);
    following.expect(5..6);
    following.expect_told(
        "warning: 1 invalid line was skipped: FILE:6:1: error[not-json]: found `o`, expected a JSON value; \
         `ssoaudit validate` shows all",
    );
    assert_eq!(following.end(), ["", ""]);
}

#[test]
fn a_file_that_is_not_there_is_waited_for() {
    let mut following = Following::start(&["--format", "csv", "--columns", "id"], None);
    following.expect_told("note: FILE does not exist yet; waiting for it");
    following.append(&following.lines[..2].concat());
    assert_eq!(following.lines(3)[0], "id");
    assert_eq!(following.end(), ["", ""]);
}

/// A rotation: the old file gets a line more before the new one is there, and both are read to their end.
#[cfg(unix)]
#[test]
fn a_file_that_takes_the_place_of_another_is_read_from_its_begin() {
    let mut following = Following::start(&["--normalize"], Some(2));
    let id = |line: usize| format!(r#""line":{line}}}}}"#);
    assert_eq!(following.lines(2).len(), 2);
    let old = following.path.with_extension("1");
    fs::rename(&following.path, &old).unwrap();
    OpenOptions::new().append(true).open(&old).unwrap().write_all(&following.lines[2]).unwrap();
    assert!(following.lines(1)[0].ends_with(&id(3)));
    following.append(&following.lines[3]);
    assert!(following.lines(1)[0].ends_with(&id(1)), "lines count for each file");
    following.expect_told("note: FILE is another file now, which is read from its beginning");
    following.end();
}

#[test]
fn a_file_that_was_truncated_is_read_from_its_begin() {
    let mut following = Following::start(&[], Some(3));
    following.expect(0..3);
    fs::write(&following.path, &following.lines[7]).unwrap();
    following.expect(7..8);
    following.expect_told("note: FILE was truncated, and is read from its beginning");
    following.append(&following.lines[8]);
    following.expect(8..9);
    assert_eq!(following.end(), ["", ""]);
}

#[test]
fn following_ends_with_the_limit_and_with_the_reader() {
    let mut following = Following::start(&["--limit", "4"], Some(3));
    following.expect(0..3);
    following.append(&following.lines[3..6].concat());
    following.expect(3..4);
    assert_eq!(following.child.wait().unwrap().code(), Some(0));
    assert_eq!(text(following.told.wait_for(usize::MAX)), "");
}

#[test]
fn what_has_no_growing_lines_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let packed = folder.path().join("packed.ndjson");
    for magic in [&b"\x1F\x8B\x08\0"[..], b"\x28\xB5\x2F\xFD", b"PAR1", b"BZh9"] {
        fs::write(&packed, magic).unwrap();
        let run = ssoaudit(&["filter", "--follow", packed.to_str().unwrap()]);
        assert!(run.stderr.contains("cannot be followed"), "{}", run.stderr);
        assert_eq!((run.stdout.as_str(), run.code), ("", 2));
    }
    let log = "testdata/sso-events.ndjson";
    let refused: [&[&str]; 11] = [
        &["-"],
        &[],
        &[log, log],
        &["testdata"],
        &[log, "--sort", "time"],
        &[log, "--count"],
        &[log, "--exit-status"],
        &[log, "--strict"],
        &[log, "--output", "out"],
        &[log, "--format", "json"],
        &[log, "--format", "parquet"],
    ];
    for args in refused {
        let run = ssoaudit(&[&["filter", "-F"], args].concat());
        assert!(run.stderr.contains("--follow"), "{args:?}: {}", run.stderr);
        assert_eq!((run.stdout.as_str(), run.code), ("", 2), "{args:?}");
    }
}

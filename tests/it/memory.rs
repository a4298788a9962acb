//! Memory is bounded whatever the input: small files that unpack to more than the address space
//! they are read in. Where that cannot be limited, only the answers are looked at.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::run::root;

const MIB: usize = 1 << 20;
/// A block of zstd repeats a byte so often.
const REPEATED: usize = 128 << 10;

/// A frame of zstd (RFC 8878) that repeats each of these bytes in turn.
fn bomb(bytes: &[u8], unpacked: usize) -> Vec<u8> {
    let window = 7 << 3;
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0, window];
    let blocks = unpacked / REPEATED;
    for (at, byte) in bytes.iter().cycle().take(blocks).enumerate() {
        const REPEATING: u32 = 1 << 1;
        let head = (REPEATED as u32) << 3 | REPEATING | u32::from(at + 1 == blocks);
        frame.extend(&head.to_le_bytes()[..3]);
        frame.push(*byte);
    }
    frame
}

/// Runs the program in so many bytes of address space.
fn limited(most: usize, args: &[&str]) -> (Option<i32>, String, String) {
    let limit = if cfg!(target_os = "linux") { "ulimit -v \"$0\" && " } else { "" };
    let output = Command::new("sh")
        .args(["-c", &format!("{limit}exec \"$@\""), &(most >> 10).to_string()])
        .arg(env!("CARGO_BIN_EXE_ssoaudit"))
        .args(args)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn path(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_line_without_end_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let lines = path(folder.path(), "a.ndjson.zst", &bomb(b"x", 96 * MIB));
    let documents = path(folder.path(), "b.json.zst", &bomb(b"[x", 80 * MIB));
    for (file, bytes) in [(&lines, 96 * MIB), (&documents, 80 * MIB - 1)] {
        let args = ["validate", "--threads", "1", "--max-line-bytes", "65536", "--format", "text", file];
        let (code, out, err) = limited(72 * MIB, &args);
        assert_eq!(code, Some(1), "{err}");
        assert!(out.contains("error[line-too-long]") && out.contains(&bytes.to_string()), "{out}");
    }
    for args in [&["summary"][..], &["filter"]] {
        let (code, _, err) =
            limited(72 * MIB, &[args, &["--threads", "1", "--max-line-bytes", "65536", &lines]].concat());
        assert_eq!(code, Some(2), "{args:?}: {err}");
        assert!(err.contains("its only line is not an event"), "{args:?}: {err}");
        assert!(err.contains("invalid"), "{args:?}: {err}");
    }
}

#[test]
fn what_is_read_whole_has_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let bomb = path(folder.path(), "bomb.zst", &bomb(b"#", 1024 * MIB));
    let log = "testdata/sso-events.ndjson";
    for (args, what) in [
        (&["check", "--policy", &bomb, log][..], "policy"),
        (&["check", "--baseline", &bomb, log], "baseline"),
        (&["report", "authorization", "--roster", &bomb, log], "roster"),
        (&["filter", "--redact", "--redact-key-file", &bomb, log], "key"),
    ] {
        let (code, out, err) = limited(256 * MIB, &[args, &["--threads", "1"]].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        let expected = format!(
            "error: cannot read {what} {bomb}: it is longer than 64 MiB, so it is not what it should be\n"
        );
        assert_eq!(err, expected);
    }
}

/// The most memory a run has needed by the time it prints what comes after the lines, in bytes.
#[cfg(target_os = "linux")]
fn peak(threads: usize, lines: &[u8]) -> usize {
    use std::io::{BufRead, BufReader, Write};
    let mut child =
        crate::support::run::command(&["filter", "--format", "ndjson", "--threads", &threads.to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
    let (mut stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    // As much as fills blocks, so that something is printed while the input stays open.
    let after = crate::support::run::fixture("sso-events.ndjson").repeat(40);
    let input = [lines, &after].concat();
    let writer = std::thread::spawn(move || stdin.write_all(&input).map(|()| stdin).unwrap());
    let mut first = String::new();
    let mut stdout = BufReader::new(stdout);
    stdout.read_line(&mut first).unwrap();
    assert!(first.starts_with('{'), "{first}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10;
    let rest = std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    drop(writer.join().unwrap());
    rest.join().unwrap().unwrap();
    assert!(child.wait().unwrap().success());
    peak
}

/// As `docs/guarantees.md` says: thirteen times the longest line in every thread.
#[cfg(target_os = "linux")]
#[test]
fn a_hostile_line_needs_thirteen_times_its_size_in_every_thread() {
    const LONGEST: usize = 4 << 20;
    let shapes =
        [("[", "{},", "{}]"), ("[", "[{}],", "{}]"), ("{", "\"\":1,", "\"\":1}"), ("[", "{\"\":{}},", "1]")];
    let baseline = [1, 2].map(|threads| peak(threads, b""));
    for (open, piece, close) in shapes {
        let line = format!("{{\"x\":{open}{}{close}}}\n", piece.repeat(LONGEST / piece.len()));
        for (threads, baseline) in [1, 2].into_iter().zip(baseline) {
            let most = baseline + 13 * threads * line.len();
            let peak = peak(threads, line.repeat(3 * threads).as_bytes());
            assert!(peak <= most, "{piece} {threads}: {peak}, expected at most {most}");
        }
    }
}

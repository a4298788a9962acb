//! What is huge or hostile needs no more memory than the limits say, and is told in a few words. Sizes are
//! small here; `benches/bounds.sh` has the real ones.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::run::{command, fixture, ssoaudit, ssoaudit_with_input};

/// Bytes that a run may have mapped at all; one that wants more dies.
const ROOM: usize = 40 << 20;

/// `ssoaudit` in little room and with few files.
fn bounded(args: &[&str]) -> Command {
    let inner = command(args);
    let mut shell = Command::new("sh");
    let limit = format!("ulimit -v {} && ulimit -n 32 && exec \"$0\" \"$@\"", ROOM >> 10);
    // With more arenas, glibc reserves much room that it does not use.
    shell.env("MALLOC_ARENA_MAX", "1");
    shell.args(["-c", &limit]).arg(inner.get_program()).args(inner.get_args());
    shell.current_dir(inner.get_current_dir().unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
    shell
}

/// What a run in little room prints, and whether it lived.
struct Told {
    stdout: String,
    stderr: String,
    code: Option<i32>,
}

/// Pipes `head`, as often as it takes to be `bytes` long the `body`, and `tail` into a run.
fn pipe(args: &[&str], head: &[u8], (body, bytes): (&[u8], usize), tail: &[u8]) -> Told {
    let mut child = bounded(args).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (head, tail) = (head.to_vec(), tail.to_vec());
    let times = (1 << 16) / body.len();
    let chunk = body.repeat(times);
    let writer = std::thread::spawn(move || {
        let mut chunks = std::iter::repeat_n(&chunk, bytes / chunk.len());
        // A run that dies reads no more.
        let _ = stdin.write_all(&head);
        let _ = chunks.try_for_each(|chunk| stdin.write_all(chunk));
        let _ = stdin.write_all(&tail);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    told(&output)
}

fn told(output: &std::process::Output) -> Told {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Told { stdout: text(&output.stdout), stderr: text(&output.stderr), code: output.status.code() }
}

/// Findings as `line:column code message`, and the counts of lines that are valid and invalid.
fn validated(told: &Told) -> (Vec<String>, u64, u64) {
    assert!(told.code.is_some_and(|code| code < 2), "{:?} {}", told.code, told.stderr);
    let mut findings = Vec::new();
    let (mut valid, mut invalid) = (0, 0);
    for value in told.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        match value["code"].as_str() {
            Some(code) => {
                let (line, column) = (&value["line"], &value["column"]);
                findings.push(format!("{line}:{column} {code}: {}", value["message"].as_str().unwrap()));
            }
            None => {
                valid += value["valid"].as_u64().unwrap();
                invalid += value["invalid"].as_u64().unwrap();
            }
        }
    }
    (findings, valid, invalid)
}

const VALIDATE: &[&str] = &["validate", "--format", "ndjson", "--threads", "2"];
const MANY: usize = 48 << 20;

fn events(count: usize) -> Vec<u8> {
    let text = fixture("sso-events.ndjson");
    text.split_inclusive(|byte| *byte == b'\n').take(count).flatten().copied().collect()
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_line_is_passed_over() {
    let limits = ["--max-line-bytes", "100000"];
    let told =
        pipe(&[VALIDATE, &limits].concat(), &events(1), (b"x", MANY), &[b"\n", &events(2)[..]].concat());
    let expected = format!("2:1 line-too-long: the line has {MANY} bytes, expected at most 100000");
    assert_eq!(validated(&told), (vec![expected], 3, 1));
    // The limit on memory is one that keeping the line would exceed.
    let told = pipe(&[VALIDATE, &["--max-line-bytes", "4000000000"]].concat(), b"", (b"x", MANY), b"\n");
    assert_ne!(told.code, Some(1), "{}", told.stdout);
}

#[cfg(target_os = "linux")]
#[test]
fn a_long_event_of_an_array_is_passed_over() {
    let event = events(1);
    let (head, tail) = ([b"[", &event[..], b",{\"a\":\""].concat(), [b"\"},", &event[..], b"]"].concat());
    let told = pipe(&[VALIDATE, &["--max-line-bytes", "100000"]].concat(), &head, (b"x", MANY / 2), &tail);
    let expected = format!("2:2 line-too-long: the line has {} bytes, expected at most 100000", MANY / 2 + 8);
    assert_eq!(validated(&told), (vec![expected], 2, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn a_bomb_goes_off_block_by_block() {
    let folder = tempfile::tempdir().unwrap();
    // All members and all frames are read, so that a bomb can be put together from small ones.
    let zeros = vec![b'0'; 1 << 20];
    let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    member.write_all(&zeros).unwrap();
    let member = member.finish().unwrap();
    let frame = zstd::encode_all(&zeros[..], 1).unwrap();
    // gzip is slow to unpack in a build for tests.
    for (name, piece, times) in [("bomb.ndjson.gz", member, 24), ("bomb.ndjson.zst", frame, 48)] {
        assert!(piece.len() < zeros.len() / 900, "{name}: {}", piece.len());
        let path = folder.path().join(name);
        fs::write(&path, piece.repeat(times)).unwrap();
        let args = [VALIDATE, &["--max-line-bytes", "100000", path.to_str().unwrap()]].concat();
        let told = told(&bounded(&args).output().unwrap());
        let bytes = times * zeros.len();
        let expected = format!("1:1 line-too-long: the line has {bytes} bytes, expected at most 100000");
        assert_eq!(validated(&told), (vec![expected], 0, 1), "{name}");
    }
}

#[test]
fn a_window_that_is_too_large_is_refused_with_what_to_do() {
    // A frame with a window of 2 to the power of that, and one raw block with an empty line.
    let frame = |window_log: u8| [0x28, 0xB5, 0x2F, 0xFD, 0, (window_log - 10) << 3, 0x09, 0, 0, b'\n'];
    let run = ssoaudit_with_input(&["filter", "--count"], &frame(27));
    let note = "note: there is no event in the input\n";
    assert_eq!((run.stdout.as_str(), run.stderr.as_str(), run.code), ("0\n", note, 0));
    for window_log in [28, 31, 41] {
        let run = ssoaudit_with_input(&["filter", "--count"], &frame(window_log));
        assert_eq!(run.code, 2, "{window_log}");
        assert!(run.stderr.starts_with("error: <stdin>: "), "{}", run.stderr);
        assert!(run.stderr.contains("larger than 128 MiB"), "{}", run.stderr);
        assert!(run.stderr.contains("zstd -d --long=31"), "{}", run.stderr);
    }
}

/// A valid event with a member put first.
fn with_member(member: &str) -> String {
    let event = String::from_utf8(events(1)).unwrap();
    event.replacen('{', &format!("{{{member},"), 1)
}

#[cfg(target_os = "linux")]
#[test]
fn shapes_unknown_fields_and_findings_are_not_collected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shapes.ndjson");
    let name = "field_".repeat(12);
    let lines: String = (0..3_000).map(|number| with_member(&format!("\"{name}{number}\":1"))).collect();
    fs::write(&path, lines).unwrap();
    let path = path.to_str().unwrap();
    let told = told(&bounded(&[VALIDATE, &["--notices", path]].concat()).output().unwrap());
    let (findings, valid, invalid) = validated(&told);
    assert_eq!((findings.len(), valid, invalid), (100, 3_000, 0));
    let report: Value = serde_json::from_str(told.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&report["notices"], &report["unknown_more"]), (&3_000.into(), &2_000.into()));
    // Lines of which none is an event.
    let told = pipe(VALIDATE, b"", (b"x\n", 1 << 18), b"");
    let (findings, valid, invalid) = validated(&told);
    assert_eq!((findings.len(), valid, invalid), (100, 0, 1 << 17));
}

#[cfg(target_os = "linux")]
#[test]
fn a_line_of_nothing_but_problems_is_told_in_a_thousand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("line.ndjson");
    let told = |line: String| {
        fs::write(&path, line).unwrap();
        let more = ["--notices", "--max-diagnostics", "all", path.to_str().unwrap()];
        let told = told(&bounded(&[VALIDATE, &more].concat()).output().unwrap());
        validated(&told)
    };
    const COUNT: usize = 20_000;
    let (findings, valid, invalid) =
        told(with_member(&format!("\"n\":{{{}}}", "\"a\":1,".repeat(COUNT) + "\"b\":1")));
    // One notice, for the field that holds them.
    assert_eq!((findings.len(), valid, invalid), (1001, 0, 1));
    let last = &findings[1000];
    assert_eq!(
        last,
        "1:6008 duplicate-key: key `a` is in the object twice; 18999 more errors of this line are not shown"
    );
    let unknown: Vec<_> = (0..COUNT).map(|number| format!("\"k{number}\":1")).collect();
    let (findings, valid, invalid) = told(with_member(&unknown.join(",")));
    assert_eq!((findings.len(), valid, invalid), (1000, 1, 0), "notices spoil no event");
    assert!(findings[999].ends_with("; 19000 more notices of this line are not shown"), "{}", findings[999]);
    // Errors are told even after a thousand notices.
    let (findings, _, invalid) = told(with_member(&format!("{},\"action\":1", unknown.join(","))));
    assert_eq!((findings.len(), invalid), (1002, 1));
    assert!(findings[1001].contains(" duplicate-key: "), "{}", findings[1001]);
    // A long key or value is not told in full each time.
    let key = "k".repeat(1 << 20);
    let (findings, ..) = told(with_member(&format!("\"{key}\":{{{}}}", "\"a\":1,".repeat(1000) + "\"b\":1")));
    assert!(findings.len() == 1000 && findings.iter().all(|finding| finding.len() < 2000));
}

/// Every row of a table is as wide as its widest, so a single text must not decide how wide that is.
#[test]
fn one_long_text_does_not_widen_every_row() {
    const LONG: usize = 40_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.ndjson");
    let long = "é".repeat(LONG / 2);
    let text = String::from_utf8(fixture("sources/centure/documented.ndjson")).unwrap();
    let deletion = text.lines().find(|line| line.contains("sso.delete_connection")).unwrap();
    let mut lines = String::new();
    for number in 0..100 {
        let mut event: Value = serde_json::from_str(deletion).unwrap();
        event["id"] = format!("event_{number}").into();
        if number == 7 {
            event["actor"]["name"] = long.as_str().into();
            event["actor"]["metadata"]["email"] = long.as_str().into();
            event["context"]["userAgent"] = long.as_str().into();
        }
        lines += &format!("{event}\n");
    }
    fs::write(&path, &lines).unwrap();
    for mut args in crate::support::run::every_reader() {
        args.push(path.to_str().unwrap());
        let run = ssoaudit(&args);
        assert!((0..2).contains(&run.code), "{args:?}: {}", run.stderr);
        let is_table = args.contains(&"table") || args.contains(&"text");
        if is_table {
            let most = 100 * 17 * 2 * 200;
            assert!(run.stdout.len() < most, "{args:?}: {} bytes", run.stdout.len());
            let widest = run.stdout.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest < 17 * 202, "{args:?}: {widest}");
        }
        let is_whole = ["filter", "report"].contains(&args[0]) && args.contains(&"csv");
        let shows_actors = args[0] == "filter" || ["changes", "admins", "removals"].contains(&args[1]);
        assert!(!is_whole || !shows_actors || run.stdout.contains(&long), "{args:?}");
    }
}

/// Wherever something is shortened, characters of any length are left whole.
#[test]
fn long_keys_and_values_are_cut_between_characters() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.ndjson");
    let mut lines = String::new();
    for character in ["é", "株", "😀", "e\u{301}"] {
        for before in ["", "a", "ab", "abc"] {
            for length in [99, 100, 101, 1001] {
                let text = format!("{before}{}", character.repeat(length));
                lines += &with_member(&format!("\"metadata_of\":{{\"{text}\":{{\"{text}\":\"{text}\"}}}}"));
                lines += &with_member(&format!("\"{text}\":{{\"a\":1,\"a\":\"{text}\"}}"));
                lines += &with_member("\"a\":1").replace("OktaSAML", &text).replace("2025-", &text);
            }
        }
    }
    fs::write(&path, &lines).unwrap();
    for mut args in crate::support::run::every_reader() {
        args.extend(["--threads", "2", path.to_str().unwrap()]);
        args.extend((args[0] == "validate").then_some("--notices"));
        let run = ssoaudit(&args);
        assert!((0..2).contains(&run.code), "{args:?}: {} {}", run.code, run.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn many_files_are_open_a_few_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let event = events(1);
    for number in 0..500 {
        fs::write(folder.path().join(format!("{number:03}.ndjson")), &event).unwrap();
    }
    let path = folder.path().to_str().unwrap();
    // At most 32 files may be open.
    let told = told(&bounded(&["filter", "--threads", "4", path]).output().unwrap());
    assert_eq!((told.stdout.into_bytes(), told.stderr.as_str(), told.code), (event.repeat(500), "", Some(0)));
    let told =
        self::told(&bounded(&["summary", "--format", "json", "--threads", "4", path]).output().unwrap());
    let summary: Value = serde_json::from_str(&told.stdout).unwrap_or_else(|_| panic!("{}", told.stderr));
    assert_eq!(summary["files"].as_array().unwrap().len(), 500);
}

#[test]
fn every_actor_counts() {
    let event = String::from_utf8(events(1)).unwrap();
    let id = "user_01GZZS7ZVG5AF8AX46YP6PVGWP";
    let lines: String = (0..20_000).map(|number| event.replace(id, &format!("user_{number:026}"))).collect();
    let run = ssoaudit_with_input(&["summary", "--format", "json", "--top", "1"], lines.as_bytes());
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(summary["actors_left_out"], 19_999);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_is_said_and_the_rest_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("a.ndjson"), events(1)).unwrap();
    std::os::unix::fs::symlink(folder.path(), inner.join("back")).unwrap();
    let run = ssoaudit(&["filter", "--count", folder.path().to_str().unwrap()]);
    assert_eq!((run.stdout.as_str(), run.code), ("1\n", 2));
    let expected =
        format!("error: {}/back: a link that leads back to {}\n", inner.display(), folder.path().display());
    assert_eq!(run.stderr, expected);
}

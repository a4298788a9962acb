//! The same five events in every shape an input may come in.

use crate::support::run::{Run, every_reader, fixture, root, ssoaudit, ssoaudit_with_input, testdata};

/// The normalized events, without where they were read.
fn normalized(args: &[&str]) -> Run {
    without_origins(ssoaudit(&[&["filter", "--normalize", "--format", "ndjson"][..], args].concat()))
}

fn without_origins(run: Run) -> Run {
    let without = |line: &str| format!("{}}}\n", line.split(",\"origin\":").next().unwrap());
    Run { stdout: run.stdout.lines().map(without).collect(), ..run }
}

fn expected() -> String {
    let run = normalized(&["testdata/inputs/events.ndjson"]);
    assert_eq!(run.stdout.lines().count(), 5);
    run.stdout
}

const SHAPES: &[&str] = &[
    "array-pretty.json",
    "array.json",
    "blank-lines.ndjson",
    "bom.ndjson",
    "crlf.ndjson",
    "events.ndjson.zst",
    "no-last-newline.ndjson",
    "pretty.json",
    "two-frames.zst",
    "two-members.ndjson.gz",
];

#[test]
fn every_shape_gives_the_same_events() {
    let expected = expected();
    for shape in SHAPES {
        let run = normalized(&[&format!("testdata/inputs/{shape}")]);
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str(), run.code),
            (expected.as_str(), "", 0),
            "{shape}"
        );
        let piped = without_origins(ssoaudit_with_input(
            &["filter", "--normalize"],
            &fixture(&format!("inputs/{shape}")),
        ));
        assert_eq!((piped.stdout, piped.code), (expected.clone(), 0), "{shape} on standard input");
    }
}

#[test]
fn unsorted_ndjson_is_the_input_byte_for_byte() {
    for name in ["inputs/events.ndjson", "inputs/crlf.ndjson", "sso-events.ndjson"] {
        let run = ssoaudit(&["filter", &format!("testdata/{name}")]);
        assert_eq!(run.stdout.as_bytes(), fixture(name), "{name}");
    }
    let pretty = ssoaudit(&["filter", "testdata/inputs/pretty.json"]);
    let compact = |text: &str| -> Vec<serde_json::Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let lines = String::from_utf8(fixture("inputs/events.ndjson")).unwrap();
    assert_eq!(compact(&pretty.stdout), compact(&lines), "one event a line");
}

#[test]
fn a_truncated_stream_is_an_error_after_what_could_be_read() {
    for (name, at_least) in [("truncated.ndjson.gz", 12), ("truncated.ndjson.zst", 25)] {
        let run = ssoaudit(&["filter", &format!("testdata/inputs/{name}")]);
        assert_eq!(run.code, 2, "{name}");
        assert!(run.stdout.lines().count() >= at_least, "{name}");
        assert!(run.stderr.contains(&format!("error: testdata/inputs/{name}: ")), "{}", run.stderr);
    }
}

#[test]
fn unreadable_files_are_said_and_the_rest_is_read() {
    let run =
        normalized(&["testdata/inputs/missing.ndjson", "testdata/inputs/events.ndjson", "no/such/folder"]);
    assert_eq!((run.stdout, run.code), (expected(), 2));
    assert!(run.stderr.contains("testdata/inputs/missing.ndjson: No such file"), "{}", run.stderr);
    assert!(run.stderr.contains("no/such/folder: "), "{}", run.stderr);
}

#[test]
fn directories_are_walked_in_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, from: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(testdata(from), path).unwrap();
    };
    put("b/2.jsonl", "inputs/events.ndjson");
    put("a.ndjson.gz", "inputs/two-members.ndjson.gz");
    put("b/1.LOG", "inputs/array.json");
    put("c.ndjson.1", "inputs/events.ndjson");
    put("c.ndjson-20250131.gz", "inputs/two-members.ndjson.gz");
    put("notes.txt", "diagnostics/not-json.ndjson");
    put(".hidden.ndjson", "diagnostics/not-json.ndjson");
    let path = folder.path().to_str().unwrap();
    let run = ssoaudit(&["validate", "--format", "ndjson", path]);
    let files = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let files: Vec<_> =
        files.map(|report| report["file"].as_str().unwrap()[path.len() + 1..].to_owned()).collect();
    assert_eq!(files, ["a.ndjson.gz", "b/1.LOG", "b/2.jsonl", "c.ndjson-20250131.gz", "c.ndjson.1"]);
    assert_eq!(run.stderr, format!("note: {path}: 1 file was skipped: notes.txt\n"));
    assert_eq!(run.code, 0);
}

#[test]
fn what_a_walk_passes_over_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    put("a.ndjson", &fixture("inputs/events.ndjson"));
    put("b/old.ndjson.bz2", b"BZh91AY&SY");
    put("c.ndjson.xz", b"\xFD7zXZ\0");
    for number in 0..9 {
        put(&format!("d{number}.csv"), b"a,b\n");
    }
    #[cfg(unix)]
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("b/pipe.ndjson")).unwrap();
    let path = folder.path().to_str().unwrap();
    let expected = format!(
        "warning: {path}: 12 files were skipped: b/old.ndjson.bz2, b/pipe.ndjson, c.ndjson.xz, d0.csv, \
         d1.csv, d2.csv, d3.csv, d4.csv and 4 more\n"
    );
    for args in every_reader() {
        let run = ssoaudit(&[&args[..], &[path]].concat());
        let told: String = run.stderr.lines().filter(|line| line.contains("skipped")).collect();
        assert_eq!(told + "\n", expected, "{args:?}: {}", run.stderr);
        assert!(run.code < 2, "{args:?}");
    }
}

#[test]
fn what_is_packed_otherwise_is_an_error_that_says_how_to_unpack_it() {
    for (begins, told) in [
        (&b"BZh91AY&SY"[..], "it is bzip2, which is not read; unpack it, such as with `bzip2 -dc FILE |"),
        (b"\xFD7zXZ\0\0\x04", "it is xz, which is not read; unpack it, such as with `xz -dc FILE |"),
        (b"\x04\x22\x4D\x18\x64", "it is lz4, which is not read"),
        (b"PK\x03\x04\x14", "it is a zip archive, which is not read"),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), begins).unwrap();
        for args in every_reader() {
            let run = ssoaudit(&[&args[..], &[file.path().to_str().unwrap()]].concat());
            assert!(run.stderr.contains(told), "{args:?}: {}", run.stderr);
            assert_eq!(run.code, 2, "{args:?}");
        }
        let piped = ssoaudit_with_input(&["filter"], begins);
        assert!(piped.stderr.contains(&format!("<stdin>: {told}")), "{}", piped.stderr);
        assert_eq!(piped.code, 2);
    }
}

#[test]
fn frames_to_be_passed_over_and_zeros_after_the_last_member_are_nothing() {
    let zstd = fixture("inputs/events.ndjson.zst");
    let gzip = fixture("inputs/two-members.ndjson.gz");
    let zeros = |count: usize| vec![0; count];
    let frame = b"\x57\x2A\x4D\x18\x03\0\0\0abc";
    for (packed, times) in [
        ([&frame[..], &zstd].concat(), 1),
        ([&zstd[..], frame, &zstd].concat(), 2),
        ([&gzip[..], &zeros(1)].concat(), 1),
        ([&gzip[..], &zeros(300_000)].concat(), 1),
        ([&gzip[..], &zeros(512), &gzip].concat(), 2),
    ] {
        let run = without_origins(ssoaudit_with_input(&["filter", "--normalize"], &packed));
        assert_eq!((run.stdout, run.stderr.as_str(), run.code), (expected().repeat(times), "", 0));
    }
    for garbage in [&b"x"[..], b"\0\0x", b"\0\x1F"] {
        let run =
            without_origins(ssoaudit_with_input(&["filter", "--normalize"], &[&gzip[..], garbage].concat()));
        assert_eq!((run.stdout, run.code), (expected(), 2));
        assert!(run.stderr.starts_with("error: <stdin>: after "), "{}", run.stderr);
    }
}

#[test]
fn an_empty_directory_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let run = ssoaudit(&["filter", folder.path().to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("holds no file named *.ndjson"), "{}", run.stderr);
}

#[test]
fn empty_input_is_no_error() {
    for (args, expected) in [
        (&["filter"][..], ""),
        (&["filter", "--format", "json"], "[]\n"),
        (&["filter", "--format", "csv", "--columns", "time,ip"], "time,ip\n"),
        (&["filter", "--count"], "0\n"),
        (&["filter", "--format", "table"], ""),
    ] {
        for input in ["", "\n \n", "\u{feff}"] {
            let run = ssoaudit_with_input(args, input.as_bytes());
            assert_eq!(
                (run.stdout.as_str(), run.stderr.as_str(), run.code),
                (expected, "note: there is no event in the input\n", 0),
                "{args:?} {input:?}"
            );
        }
    }
}

/// Findings of a text on standard input as `line:column code`.
fn places(input: &str) -> Vec<String> {
    let run =
        ssoaudit_with_input(&["validate", "--format", "ndjson", "--max-line-bytes", "400"], input.as_bytes());
    let values = run.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let findings = values.filter(|value| value["code"].is_string());
    findings.map(|it| format!("{}:{} {}", it["line"], it["column"], it["code"].as_str().unwrap())).collect()
}

#[test]
fn places_are_exact_in_lines() {
    assert_eq!(places("\r\n\n{\"a\":1}\r\n{\n"), ["3:1 unknown-source", "4:2 not-json"]);
    assert_eq!(places("\u{feff}{\"é\" 1}"), ["1:6 not-json"]);
    let long = "x".repeat(1000);
    assert_eq!(
        places(&format!("{{}}\n{long}\n\n[]")),
        ["1:1 unknown-source", "2:1 line-too-long", "4:1 not-an-object"]
    );
}

#[test]
fn places_are_exact_in_documents() {
    assert_eq!(
        places("[{\"a\":1},\n {\"é\":2}, 7]\n"),
        ["1:2 unknown-source", "2:2 unknown-source", "2:11 not-an-object"]
    );
    assert_eq!(places("{\n  \"a\": 1\n}\n{\n  \"a\" 1\n}\n"), ["1:1 unknown-source", "5:7 not-json"]);
    assert_eq!(places("[{}"), ["1:2 unknown-source", "1:4 not-json"], "the array is not closed");
    assert_eq!(
        places("[,{},\n,{} {},]"),
        [
            "1:2 not-json",
            "1:3 unknown-source",
            "2:1 not-json",
            "2:2 unknown-source",
            "2:5 not-json",
            "2:5 unknown-source",
            "2:8 not-json"
        ],
        "commas are between events"
    );
    assert_eq!(places("{\n\"a\":1\n}\n}x"), ["1:1 unknown-source", "4:1 not-json"]);
}

#[test]
fn a_missing_brace_costs_one_event_only() {
    let broken = "[\n  {\"a\": {\"b\": 1},\n  {\"a\": 2},\n  {\"a\": \"x},\n  {\"a\": 4}\n]\n";
    assert_eq!(
        places(broken),
        ["2:18 not-json", "3:3 unknown-source", "4:13 not-json", "5:3 unknown-source"]
    );
    let long = format!("[\n{{\"a\":\"{}\"}},\n{{}}\n]", "x".repeat(3000));
    assert_eq!(places(&long), ["2:1 line-too-long", "3:1 unknown-source"]);
}

#[test]
fn a_broken_first_line_does_not_make_documents() {
    let cut = "{\"action\":\"sso.view_settings\",\"actor\":{\n{}\n{}\n";
    assert_eq!(places(cut), ["1:40 not-json", "2:1 unknown-source", "3:1 unknown-source"]);
}

#[test]
fn output_appears_when_complete_and_never_over_an_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.ndjson");
    let out = path.to_str().unwrap();
    let run = ssoaudit(&["filter", "--output", out, "testdata/inputs/events.ndjson"]);
    assert_eq!((run.stdout.as_str(), run.code), ("", 0));
    assert_eq!(std::fs::read(&path).unwrap(), fixture("inputs/events.ndjson"));
    let run = ssoaudit(&["filter", "--output", out, out]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("is the input"), "{}", run.stderr);
    let run = ssoaudit(&["filter", "--output", "no/such/folder/out", "testdata/inputs/events.ndjson"]);
    assert_eq!(run.code, 2);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
    assert!(root().join("testdata/inputs/events.ndjson").exists());
}

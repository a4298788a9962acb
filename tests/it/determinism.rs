//! Every command prints the same bytes for every number of threads and every size of blocks, and for every
//! order of files where it does not print rows in that order. Knows no report and no format by name.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use ssoaudit::formats::rows::ROW_FORMATS;
use ssoaudit::formats::sheets::SHEET_FORMATS;
use ssoaudit::formats::validation::VALIDATION_FORMATS;
use ssoaudit::formats::verdict::VERDICT_FORMATS;
use ssoaudit::model::event;
use ssoaudit::rules;
use ssoaudit::{reports, sources};

use crate::support::run::{command, fixture, ssoaudit, testdata};

/// A command line without what says how to read.
struct Job {
    args: Vec<String>,
    /// Whether it goes by the order of files: it prints rows in that order.
    follows_order: bool,
}

fn job(follows_order: bool, args: &[&[&str]]) -> Job {
    Job { args: args.concat().into_iter().map(str::to_owned).collect(), follows_order }
}

/// Stands for a file that a command writes.
const WRITTEN: &str = "{written}";
const PRESENT: [&str; 2] = ["--now", "2025-04-05T00:00:00Z"];
const NOW: [&str; 3] = ["check", PRESENT[0], PRESENT[1]];

fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    let wide = ["--width", "100"];
    for format in ROW_FORMATS.iter().map(|format| format.name()) {
        jobs.push(job(true, &[&["filter", "--format", format], &wide]));
    }
    let key = testdata("roster.csv");
    let redacted = ["--redact", "--redact-key-file", key.to_str().unwrap()];
    let filters: [&[&str]; 9] = [
        &["--normalize"],
        &["--sort", "time", "--format", "csv"],
        &["--sort", "-time", "--limit", "7"],
        &["--limit", "3"],
        &["--strict", "--columns", "id", "--limit", "50"],
        &["--columns", "time,actor,ip", "--format", "tsv", "--tz", "Europe/Berlin"],
        &["--action", "deleted", "--invert-match", "--output", WRITTEN],
        &["--exit-status", "--org", "nobody"],
        &redacted,
    ];
    jobs.extend(filters.map(|args| job(true, &[&["filter"], args])));
    jobs.push(job(false, &[&["filter", "--count", "--provider", "okta"]]));
    for format in VALIDATION_FORMATS.iter().map(|format| format.name()) {
        jobs.push(job(true, &[&["validate", "--notices", "--format", format], &wide]));
    }
    for report in reports::every() {
        let name =
            if report.name == reports::SUMMARY.name { vec!["summary"] } else { vec!["report", report.name] };
        for format in SHEET_FORMATS.iter() {
            jobs.push(job(false, &[&name, &PRESENT, &["--format", format.name], &wide]));
        }
        jobs.push(job(false, &[&name, &["--action", "deleted,disabled", "--format", "json"], &redacted]));
    }
    let roster = testdata("roster.csv");
    let with_roster = ["--roster", roster.to_str().unwrap()];
    jobs.push(job(false, &[&["report", "admins", "--format", "json"], &with_roster]));
    for format in VERDICT_FORMATS.iter() {
        jobs.push(job(false, &[&NOW, &["--format", format.name], &wide]));
    }
    jobs.push(job(
        false,
        &[&NOW, &["--format", "ndjson", "--fail-on", "critical", "--evidence", WRITTEN], &redacted],
    ));
    jobs.push(job(false, &[&NOW, &["--format", "csv", "--write-baseline", WRITTEN]]));
    let silences = testdata("policy/log-gap.toml");
    jobs.push(job(false, &[&NOW, &["--format", "csv", "--policy", silences.to_str().unwrap()]]));
    jobs
}

/// What a run printed and wrote, and how it ended; what it says about the first invalid line aside, which
/// depends on what comes first.
fn printed(job: &Job, how: &[&str], folder: &Path, number: usize) -> (Vec<u8>, Vec<u8>, Option<i32>) {
    let written = folder.join(format!("written-{number}"));
    let args = job.args.iter().map(|arg| arg.replace(WRITTEN, written.to_str().unwrap()));
    let args: Vec<_> = args.chain(how.iter().map(|arg| (*arg).to_owned())).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let output = command(&args).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {output:?}");
    let mut stdout = output.stdout;
    if job.args.iter().any(|arg| arg == WRITTEN) {
        stdout.extend(fs::read(&written).unwrap());
        fs::remove_file(&written).unwrap();
    }
    (stdout, if job.follows_order { output.stderr } else { Vec::new() }, output.status.code())
}

/// The sample export, the scenario and one of two joined logs in two files each, one of lines that came before, and one with
/// lines that are none.
fn files(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for name in ["sso-events", "scenario/events", "scenario/joined/workos"] {
        let text = fixture(&format!("{name}.ndjson"));
        let lines: Vec<_> = text.split_inclusive(|byte| *byte == b'\n').collect();
        for part in 0..2 {
            let path = folder.join(format!("{part}-{}.ndjson", name.replace('/', "-")));
            fs::write(&path, lines.iter().skip(part).step_by(2).copied().collect::<Vec<_>>().concat())
                .unwrap();
            files.push(path.to_str().unwrap().to_owned());
        }
    }
    let again = fixture("scenario/events.ndjson")
        .split_inclusive(|byte| *byte == b'\n')
        .step_by(3)
        .collect::<Vec<_>>()
        .concat();
    let path = folder.join("again.ndjson");
    fs::write(&path, again).unwrap();
    files.push(path.to_str().unwrap().to_owned());
    let broken: Vec<_> = ["not-json", "contradiction", "unknown-status", "not-utf8"]
        .iter()
        .flat_map(|code| fixture(&format!("diagnostics/{code}.ndjson")))
        .collect();
    let path = folder.join("broken.ndjson");
    fs::write(&path, broken).unwrap();
    files.push(path.to_str().unwrap().to_owned());
    files
}

const THREADS: [&str; 3] = ["1", "2", "7"];
/// A whole file, about a line, and a few lines; less than the first line of a file would be more.
const BLOCKS: [&str; 3] = ["524288", "1000", "5000"];

#[test]
fn neither_threads_nor_blocks_nor_the_order_of_files_matter() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let orders = [files.clone(), files.into_iter().rev().collect()];
    let jobs = jobs();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let check = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(number) else {
                    return;
                };
                let print = |threads: &str, block: &str, order: &[String]| {
                    let how = ["--threads", threads, "--block-bytes", block].into_iter();
                    let how: Vec<_> = how.chain(order.iter().map(String::as_str)).collect();
                    printed(job, &how, folder.path(), number)
                };
                let first = print(THREADS[0], BLOCKS[0], &orders[0]);
                let other = || print(THREADS[0], BLOCKS[0], &orders[1]);
                let expected = [first.clone(), if job.follows_order { other() } else { first }];
                // The first combination is the one that the others are compared with.
                for at in 1..THREADS.len() * BLOCKS.len() {
                    let (threads, block) = (THREADS[at / BLOCKS.len()], BLOCKS[at % BLOCKS.len()]);
                    // Both orders meet every number of threads and every size of blocks.
                    let order = at % 2;
                    let printed = print(threads, block, &orders[order]);
                    if printed != expected[order] {
                        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                        let pairs = [(&printed.0, &expected[order].0), (&printed.1, &expected[order].1)];
                        for (printed, expected) in pairs.map(|(a, b)| (text(a), text(b))) {
                            for (line, expected) in printed.lines().zip(expected.lines()) {
                                assert_eq!(
                                    line, expected,
                                    "{:?}, {threads} threads, blocks of {block}, order {order}",
                                    job.args
                                );
                            }
                        }
                        panic!(
                            "{:?}, {threads} threads, blocks of {block}, order {order}: another length or code",
                            job.args
                        );
                    }
                }
            }
        };
        scope.spawn(check);
        scope.spawn(check);
    });
}

#[test]
fn what_reads_nothing_prints_the_same_twice() {
    let schemas =
        sources::ALL.iter().map(|source| source.name).chain(reports::every().map(|report| report.schema));
    let schemas = schemas.chain([event::SCHEMA, "ssoaudit.check.v3", "ssoaudit.evidence.v2", "--list"]);
    let mut lines: Vec<_> = schemas.map(|name| vec!["schema", name]).collect();
    lines.extend(["bash", "zsh", "fish", "powershell", "elvish"].map(|shell| vec!["completions", shell]));
    lines.extend(rules::ALL.iter().map(|check| vec!["check", "--explain", check.id]));
    lines.extend([vec!["check", "--list-rules"], vec!["init", "-"], vec!["man"], vec!["man", "check"]]);
    for args in lines {
        let run = ssoaudit(&args);
        assert_eq!((run.code, run.stdout.is_empty()), (0, false), "{args:?}: {}", run.stderr);
        assert_eq!(ssoaudit(&args).stdout, run.stdout, "{args:?}");
    }
}

#[test]
fn a_size_of_blocks_that_cannot_be_is_refused() {
    for (size, expected) in [("0", "0 is not in 1..=1073741824"), ("4k", "invalid digit found in string")] {
        let run = ssoaudit(&["filter", "--block-bytes", size, "testdata/sso-events.ndjson"]);
        assert_eq!(run.code, 2);
        let start = format!("error: invalid value '{size}' for '--block-bytes <N>': {expected}");
        assert!(run.stderr.starts_with(&start), "{}", run.stderr);
    }
}

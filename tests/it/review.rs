//! `report all`: the pages of a folder say what each report says by itself, and take the place of no other file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ssoaudit::formats::sheets::html::assets::is_page;
use ssoaudit::reports;

use crate::support::elements::{assert_inert, elements};
use crate::support::run::{Run, command, fixture, root, ssoaudit, testdata};

const SAMPLE: &str = "testdata/sso-events.ndjson";
const NOW: [&str; 2] = ["--now", "2025-04-05"];

fn review(folder: &Path, more: &[&str]) -> Run {
    let to = ["report", "all", "--format", "html", "--output", folder.to_str().unwrap()];
    ssoaudit(&[&to[..], &NOW, more].concat())
}

/// The pages of a folder by name.
fn pages(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let page = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name, fs::read_to_string(entry.path()).unwrap())
    };
    entries.map(page).collect()
}

fn names() -> BTreeSet<String> {
    let reports = reports::every().map(|report| report.name);
    ["index", "check"].into_iter().chain(reports).map(|name| format!("{name}.html")).collect()
}

/// Holds that a page has what the other one has besides links to others.
fn assert_same(linked: &str, alone: &str, which: &str) {
    let (before, links) = linked.split_once("<nav class=\"pages\"").unwrap();
    let (_, after) = links.split_once("</nav>").unwrap();
    let lines = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let (linked, alone) = ([lines(before), lines(after)].concat(), lines(alone));
    for (linked, alone) in linked.iter().zip(&alone) {
        assert_eq!(linked, alone, "{which}");
    }
    assert_eq!(linked.len(), alone.len(), "{which}");
}

#[test]
fn each_page_says_what_the_report_says_by_itself() {
    let key = testdata("roster.csv");
    let key = key.to_str().unwrap();
    let broken = "testdata/diagnostics/unknown-action.ndjson";
    let cases: [&[&str]; 5] = [
        &[SAMPLE],
        &["--redact", "--redact-key-file", key, SAMPLE],
        &["--action", "deleted,disabled,viewed", "--tz", "Asia/Kolkata", SAMPLE],
        &["testdata/scenario/events.ndjson", "testdata/scenario/joined/workos.ndjson", SAMPLE, broken],
        &[
            "--since",
            "2025-03-01",
            "--org",
            "*",
            "testdata/scenario/events.ndjson",
            "testdata/scenario/events.ndjson",
        ],
    ];
    for case in cases {
        let folder = tempfile::tempdir().unwrap();
        let run = review(folder.path(), case);
        assert_eq!(run.code, 0, "{case:?}: {}", run.stderr);
        let pages = pages(folder.path());
        assert_eq!(pages.keys().cloned().collect::<BTreeSet<_>>(), names());
        for report in reports::every() {
            let name = if report.name == "summary" { vec!["summary"] } else { vec!["report", report.name] };
            let single = ssoaudit(&[&name[..], &["--format", "html"], &NOW, case].concat());
            assert_same(
                &pages[&format!("{}.html", report.name)],
                &single.stdout,
                &format!("{name:?} {case:?}"),
            );
        }
        let verdict = ssoaudit(&[&["check", "--format", "html"][..], &NOW, case].concat());
        assert_same(&pages["check.html"], &verdict.stdout, &format!("check {case:?}"));
    }
}

#[test]
fn the_pages_lead_to_each_other_and_the_first_one_says_what_all_found() {
    let folder = tempfile::tempdir().unwrap();
    let run = review(&folder.path().join("new/review"), &[SAMPLE]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = format!("note: {} pages written to ", names().len());
    assert!(
        run.stderr.starts_with(&told) && run.stderr.ends_with("; the verdict is `failed`\n"),
        "{}",
        run.stderr
    );
    let pages = pages(&folder.path().join("new/review"));
    let index = &pages["index.html"];
    for (name, page) in &pages {
        assert_inert(page);
        assert!(is_page(page.as_bytes()), "{name}");
        let elements = elements(page);
        let links = elements.iter().filter_map(|element| element.attributes.get("href"));
        let links: BTreeSet<_> = links.filter(|link| !link.starts_with('#')).cloned().collect();
        assert_eq!(links, names(), "{name}");
        let current =
            elements.iter().find(|element| element.attributes.contains_key("aria-current")).unwrap();
        assert_eq!(&current.attributes["href"], name);
        let has_class = |class: &'static str| {
            elements
                .iter()
                .filter(move |element| element.attributes.get("class").is_some_and(|it| it == class))
        };
        if name != "index.html" {
            let statements = has_class("statements").next().unwrap_or_else(|| panic!("{name} says nothing"));
            let statements: Vec<_> = statements.text.lines().filter(|line| !line.is_empty()).collect();
            assert!((1..=3).contains(&statements.len()), "{name}: {statements:?}");
            for statement in statements {
                assert!(statement.ends_with('.'), "{statement}");
                assert!(index.contains(&format!(">{}</p>", statement.replace('\'', "&#39;"))), "{statement}");
            }
        }
        let origin = &has_class("origin").next().unwrap().text;
        for told in [SAMPLE, "4563ba47f44eabe5dd9420f0c69608d3499a204b1cb9848ec9ba8347c46718b0"] {
            assert!(origin.contains(told), "{name}: {origin}");
        }
    }
}

#[test]
fn no_other_file_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    fs::write(folder.join("changes.html"), "<!doctype html><title>mine</title>").unwrap();
    let run = review(folder, &[SAMPLE]);
    assert_eq!(run.code, 2);
    let expected = format!(
        "error: {}/changes.html is not a page that ssoaudit made; give another folder\n",
        folder.display()
    );
    assert_eq!(run.stderr, expected);
    assert_eq!(pages(folder).keys().collect::<Vec<_>>(), ["changes.html", "notes.txt"]);
    fs::remove_file(folder.join("changes.html")).unwrap();
    assert_eq!(review(folder, &[SAMPLE]).code, 0);
    let first = pages(folder);
    assert_eq!((first.len(), first["notes.txt"].as_str()), (names().len() + 1, "mine"));
    assert_eq!(review(folder, &["--action", "deleted", SAMPLE]).code, 0);
    let second = pages(folder);
    assert_ne!(first["changes.html"], second["changes.html"]);
    assert!(second["changes.html"].contains("--action deleted"));
    // What cannot be read to its end is told by the pages.
    let run = review(folder, &[SAMPLE, "testdata/missing.ndjson"]);
    assert_eq!(run.code, 2);
    let incomplete = pages(folder);
    assert!(
        incomplete["index.html"].contains("The check is incomplete: 1 input could not be read to its end")
    );
    assert!(incomplete["changes.html"].contains("testdata/missing.ndjson could not be read to its end"));
    fs::create_dir(folder.join("sub")).unwrap();
    fs::create_dir(folder.join("sub/index.html")).unwrap();
    assert_eq!(review(&folder.join("sub"), &[SAMPLE]).code, 2);
    assert_eq!(review(&folder.join("notes.txt"), &[SAMPLE]).code, 2);
    assert_eq!(fs::read_to_string(folder.join("notes.txt")).unwrap(), "mine");
}

#[test]
fn an_input_is_no_page_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("index.html");
    fs::copy(root().join(SAMPLE), &input).unwrap();
    let run = review(folder.path(), &[input.to_str().unwrap()]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert_eq!(fs::read(&input).unwrap(), fixture("sso-events.ndjson"));
}

#[test]
fn what_makes_no_pages_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("review");
    let to = to.to_str().unwrap();
    let pages = "report all writes pages, which only --format html does; ";
    let cases: [(&[&str], &str); 7] = [
        (&["--format", "csv", "-o", to], &format!("{pages}csv is for one report at a time")),
        (&["-o", to], &format!("{pages}json is for one report at a time")),
        (
            &["--format", "html"],
            "report all writes a page for each report; name their folder with --output DIR",
        ),
        (
            &["--format", "html", "-o", "-"],
            "report all writes a page for each report; name their folder with --output DIR",
        ),
        (
            &["--format", "html", "-o", to, "--section", "changes"],
            "report all takes no --section; name the report that has it",
        ),
        (&["--format", "html", "-o", to, "--policy", "missing.toml"], "cannot read policy missing.toml"),
        (&["--format", "html", "-o", to, "--at", "never"], "--at"),
    ];
    for (args, expected) in cases {
        let run = ssoaudit(&[&["report", "all"], args, &[SAMPLE]].concat());
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.starts_with(&format!("error: {expected}")), "{args:?}: {}", run.stderr);
    }
    let run = ssoaudit(&["report", "changes", "--policy", "ssoaudit.toml", SAMPLE]);
    assert_eq!(run.stderr, "error: report changes takes no --policy; it is for all\n");
}

#[test]
fn the_policy_is_found_as_check_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ssoaudit.toml"), "version = 1\nfail-on = \"critical\"\n").unwrap();
    fs::copy(root().join(SAMPLE), folder.path().join("log.ndjson")).unwrap();
    let mut command =
        command(&["report", "all", "--format", "html", "-o", "review", NOW[0], NOW[1], "log.ndjson"]);
    let run = Run::of(command.current_dir(folder.path()).output().unwrap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    for page in ["check.html", "index.html"] {
        let page = fs::read_to_string(folder.path().join("review").join(page)).unwrap();
        assert!(page.contains("ssoaudit.toml") && page.contains("at or above critical"));
    }
}

#[test]
fn the_pages_are_the_same_however_the_log_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["testdata/scenario/events.ndjson", SAMPLE];
    let read = |name: &str, how: &[&str], files: [&str; 2]| {
        let folder = folder.path().join(name);
        let run = review(&folder, &[how, &files].concat());
        assert_eq!(run.code, 0, "{how:?}: {}", run.stderr);
        pages(&folder)
    };
    let once = read("once", &[], files);
    for how in [&["--threads", "1"][..], &["--threads", "7", "--block-bytes", "1000"]] {
        assert!(read("again", how, [files[1], files[0]]) == once, "{how:?}");
    }
}

//! Every rule on its fixtures in `testdata/checks/<id>`: what fires, what is near to it and does not, and
//! that no order of lines and files matters. Knows no rule by name.
//!
//! A folder has `fires.ndjson` and `quiet.ndjson`, and may have more of each, such as `fires-scoped.ndjson`, with
//! settings of their own in `fires-scoped.json`.
//!
//! The first line of `fires.expect` says how many events were judged and how many could not be. Each
//! other line is a violation: the lines of the log where its event may stand (several where it came
//! again), or `log`, then a part of the message.
//!
//! A rule that needs what no source logs yet has `unjudged.ndjson` instead, with `unjudged.expect` for its counts;
//! whether it fires is tested in its own file.

use std::collections::BTreeSet;

use ssoaudit::rules::{ALL, Rule};

use crate::support::judging::{Line, Settings, Verdict, judge};
use crate::support::run::{root, testdata};

fn lines(text: &[u8]) -> Vec<Line<'_>> {
    (1..).zip(text.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n')).collect()
}

/// Names of a rule's logs that begin so, without the extension.
fn fixtures(rule: &Rule, begin: &str) -> Vec<String> {
    let folder = testdata("checks").join(rule.id);
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", rule.id));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let logs = names.filter_map(|name| Some(name.strip_suffix(".ndjson")?.to_owned()));
    let mut logs: Vec<_> = logs.filter(|name| name.starts_with(begin)).collect();
    logs.sort();
    if !is_unjudged(rule) {
        assert_eq!(logs.first().map(String::as_str), Some(begin), "{}", rule.id);
    }
    logs
}

/// Whether a rule needs what no source logs yet.
fn is_unjudged(rule: &Rule) -> bool {
    testdata("checks").join(rule.id).join("unjudged.ndjson").exists()
}

/// Judges the log as it stands, backwards, and in two files of which the later one comes first.
fn judged(rule: &Rule, name: &str, mut each: impl FnMut(Verdict, &str)) {
    let folder = testdata("checks").join(rule.id);
    let settings = Settings::read(rule, &folder, name);
    let text = std::fs::read(folder.join(name).with_extension("ndjson"))
        .unwrap_or_else(|error| panic!("{}: {error}", rule.id));
    let lines = lines(&text);
    let (first, second) = lines.split_at(lines.len() / 2);
    let backwards = lines.iter().rev().copied().collect();
    let what = |how: &str| format!("{} of {}, {how}", name, rule.id);
    each(judge(rule, std::slice::from_ref(&lines), &settings), &what("as it stands"));
    each(judge(rule, &[backwards], &settings), &what("backwards"));
    each(judge(rule, &[second.to_vec(), first.to_vec()], &settings), &what("in two files"));
}

#[test]
fn rules_fire_where_they_should() {
    let all = ALL.iter().flat_map(|rule| fixtures(rule, "fires").into_iter().map(move |name| (rule, name)));
    for (rule, name) in all {
        let path = testdata("checks").join(rule.id).join(&name).with_extension("expect");
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", rule.id));
        let (counts, rows) = text.split_once('\n').unwrap();
        let expected: Vec<(BTreeSet<usize>, &str)> = rows
            .lines()
            .map(|row| {
                let (places, part) = row.split_once(' ').unwrap();
                let place = |text: &str| if text == "log" { 0 } else { text.parse().unwrap() };
                (places.split(',').map(place).collect(), part)
            })
            .collect();
        assert!(!expected.is_empty(), "nothing fires {}", rule.id);
        let mut messages = None;
        judged(rule, &name, |verdict, what| {
            let Verdict { judged, not_applicable, violations } = verdict;
            assert_eq!(format!("judged {judged}, not applicable {not_applicable}"), counts, "{what}");
            let mut left = expected.clone();
            for (line, message) in &violations {
                let fits =
                    |(lines, part): &(BTreeSet<usize>, &str)| lines.contains(line) && message.contains(part);
                let at = left.iter().position(fits);
                let at = at.unwrap_or_else(|| panic!("{what} fires at {line}: {message}"));
                left.swap_remove(at);
            }
            assert!(left.is_empty(), "{what} does not fire: {left:?}");
            let mut told: Vec<_> = violations.into_iter().map(|(_, message)| message).collect();
            told.sort();
            for message in &told {
                assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
            }
            assert_eq!(messages.get_or_insert(told.clone()), &told, "{what}");
        });
    }
}

#[test]
fn rules_are_quiet_where_they_should_be() {
    let all = ALL.iter().flat_map(|rule| fixtures(rule, "quiet").into_iter().map(move |name| (rule, name)));
    for (rule, name) in all {
        let mut counts = None;
        judged(rule, &name, |verdict, what| {
            assert_eq!(verdict.violations, [], "{what}");
            assert!(verdict.judged > 0, "{what} judges nothing");
            let now = (verdict.judged, verdict.not_applicable);
            assert_eq!(*counts.get_or_insert(now), now, "{what}");
        });
    }
}

#[test]
fn rules_judge_nothing_without_a_source_that_logs_what_they_need() {
    let unjudged = ALL.iter().filter(|rule| is_unjudged(rule));
    for rule in unjudged {
        let expected = std::fs::read_to_string(testdata("checks").join(rule.id).join("unjudged.expect"));
        judged(rule, "unjudged", |verdict, what| {
            let Verdict { judged, not_applicable, violations } = verdict;
            assert_eq!(violations, [], "{what}");
            let counts = format!("judged {judged}, not applicable {not_applicable}\n");
            assert_eq!(counts, *expected.as_ref().unwrap(), "{what}");
        });
    }
}

#[test]
fn every_folder_is_of_a_rule() {
    for entry in std::fs::read_dir(testdata("checks")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(ALL.iter().any(|rule| rule.id == name), "{name} is no rule");
    }
}

#[test]
fn rules_are_told_completely() {
    let order: Vec<_> = ALL.iter().map(|rule| (std::cmp::Reverse(rule.severity), rule.id)).collect();
    assert!(order.is_sorted(), "the worst first, then by name: {order:?}");
    let ids: BTreeSet<_> = ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), ALL.len());
    for rule in ALL {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(rule.id.split('-').all(is_word), "{} is not in kebab-case", rule.id);
        let file = root().join("src/rules/catalog").join(rule.id.replace('-', "_")).with_extension("rs");
        assert!(file.exists(), "{} is missing", file.display());
        assert!(!rule.about.is_empty() && !rule.about.ends_with('.'), "{}", rule.id);
        let explain = &rule.explain;
        for text in [explain.means, explain.why, explain.example, explain.fix] {
            assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", rule.id);
        }
        let controls = &rule.controls;
        for (ids, begins) in [(controls.soc2, "CC"), (controls.iso27001, "A."), (controls.nist, "")] {
            assert!(!ids.is_empty(), "{} gives no evidence", rule.id);
            let is_id = |id: &&str| id.starts_with(begins) && id.bytes().any(|byte| byte.is_ascii_digit());
            assert!(ids.iter().all(is_id), "{}: {ids:?}", rule.id);
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{}: {ids:?}", rule.id);
        }
        let keys: BTreeSet<_> = rule.params.iter().map(|param| param.key).collect();
        assert_eq!(keys.len(), rule.params.len(), "{}", rule.id);
        for param in rule.params {
            assert!(is_word(param.key), "{}: {}", rule.id, param.key);
            assert!(!param.about.is_empty() && !param.about.ends_with('.'), "{}: {}", rule.id, param.key);
        }
    }
}

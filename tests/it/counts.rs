//! `count`: the numbers of `summary`, by any attribute and unit of time.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::run::{Run, fixture, ssoaudit};

const SAMPLE: &str = "testdata/sso-events.ndjson";

fn json(args: &[&str]) -> Value {
    let run = ssoaudit(args);
    assert!(run.code < 2, "{args:?}: {}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// The texts and numbers of a list, each of them by its key.
fn pairs(list: &Value, [name, number]: [&str; 2]) -> Vec<(String, u64)> {
    let rows = list.as_array().unwrap().iter();
    let pairs = rows.map(|row| (row[name].as_str().unwrap_or("").to_owned(), row[number].as_u64().unwrap()));
    let mut pairs: Vec<_> = pairs.filter(|(name, _)| !name.is_empty()).collect();
    pairs.sort();
    pairs
}

#[test]
fn it_counts_what_summary_counts() {
    let twice = [SAMPLE, "testdata/sources/scalekit", SAMPLE];
    for inputs in [
        &[SAMPLE][..],
        &twice,
        &["testdata/sources"],
        &["testdata/checks/conflicting-duplicate/fires.ndjson"],
    ] {
        // To summary, an attempt that failed is none of the operations.
        let done = &["--where", "outcome != 'failure'", "--format", "json"][..];
        let summary = json(&[&["summary", "--top", "100000"], done, inputs].concat());
        for (column, section, name) in [
            ("action", "actions", "action"),
            ("operation", "operations", "name"),
            ("source", "sources", "name"),
            ("connection.type", "connection_types", "name"),
            ("ip", "ips", "name"),
        ] {
            let counts = json(&[&["count", "--by", column], done, inputs].concat());
            let expected = pairs(&summary[section], [name, "events"]);
            assert!(!expected.is_empty(), "{section}");
            let counted = pairs(&counts["counts"], [column, "events"]);
            if column == "ip" {
                let sum = |pairs: &[(String, u64)]| pairs.iter().map(|(_, count)| count).sum::<u64>();
                assert_eq!(sum(&counted), sum(&expected), "{column} of {inputs:?}");
            } else {
                // The ranking of actions tells apart what two vendors call the same.
                let mut by_name = BTreeMap::new();
                expected.into_iter().for_each(|(name, count)| *by_name.entry(name).or_insert(0) += count);
                assert_eq!(counted, Vec::from_iter(by_name), "{column} of {inputs:?}");
            }
        }
    }
}

#[test]
fn actions_are_counted_by_what_lines_say_whichever_are_read_fast() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, lines: &[&str]| {
        let path = folder.path().join(name);
        fs::write(&path, lines.join("\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for source in ["auth0", "centure", "github", "okta", "scalekit", "slack", "workos"] {
        let text = String::from_utf8(fixture(&format!("sources/{source}/documented.ndjson"))).unwrap();
        let lines: Vec<_> = text.lines().collect();
        for first in 0..lines.len().min(12) {
            let rest = write("rest.ndjson", &lines[first..]);
            let mut expected = BTreeMap::<_, u64>::new();
            let filtered = ssoaudit(&["filter", "--format", "csv", "--columns", "action", &rest]).stdout;
            filtered.lines().skip(1).for_each(|action| *expected.entry(action.to_owned()).or_default() += 1);
            // The second time, the line is read fast. The later ones are not, as they are new.
            let log = write("log.ndjson", &[&[lines[first]][..], &lines[first..]].concat());
            let actions = &json(&["summary", "--format", "json", "--top", "all", &log])["actions"];
            let mut counted = BTreeMap::<_, u64>::new();
            pairs(actions, ["action", "events"])
                .into_iter()
                .for_each(|(name, count)| *counted.entry(name).or_default() += count);
            assert_eq!(counted, expected, "{source} from line {first}");
        }
    }
}

#[test]
fn everything_counts_once_in_whatever_order() {
    let folder = tempfile::tempdir().unwrap();
    let text = String::from_utf8(fixture("sso-events.ndjson")).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let write = |name: &str, lines: &[&str]| {
        let path = folder.path().join(name);
        fs::write(&path, lines.join("\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let reversed: Vec<_> = lines.iter().rev().copied().collect();
    let (all, half, back) =
        (write("all.ndjson", &lines), write("half.ndjson", &lines[..120]), write("back.ndjson", &reversed));
    let history = folder.path().join("h.parquet");
    let history = history.to_str().unwrap();
    assert_eq!(ssoaudit(&["collect", &half, &back, "-o", history]).code, 0);
    let args = ["count", "--by", "actor,operation,organization", "--per", "week", "--format", "csv"];
    let expected = ssoaudit(&[&args[..], &[&all]].concat()).stdout;
    assert!(expected.lines().count() > 50);
    for more in [
        &[&*half, &*back][..],
        &[&back, &half, &all],
        &[history],
        &[history, &half],
        &["--threads", "1", &back],
    ] {
        assert_eq!(ssoaudit(&[&args[..], more].concat()).stdout, expected, "{more:?}");
    }
}

/// Ann is renamed; another Ann has another id.
fn named() -> [String; 4] {
    let event = |day: u32, id: &str, name: &str| {
        format!(
            r#"{{"action":"sso.view_settings","occurredAt":"2025-06-0{day}T09:00:00Z","version":1,"actor":{{"type":"user","id":"{id}","name":"{name}","metadata":{{"email":"{id}@example.com"}}}},"targets":[{{"type":"organization","id":"org_1"}}],"context":{{"location":"192.0.2.1","userAgent":"UA"}},"metadata":{{"source":"/x"}}}}"#
        )
    };
    [
        event(1, "user_1", "Ann"),
        event(2, "user_1", "Ann Smith"),
        event(3, "user_2", "Ann"),
        event(4, "user_1", "Ann Smith"),
    ]
}

fn count(args: &[&str], lines: &[String]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.ndjson");
    fs::write(&path, lines.join("\n")).unwrap();
    ssoaudit(&[&["count", "--format", "csv"], args, &[path.to_str().unwrap()]].concat())
}

#[test]
fn an_actor_is_one_whatever_the_name() {
    let head = |run: Run| -> Vec<String> {
        let lines = run.stdout.lines().skip(1);
        lines.map(|line| line.split(',').take(2).collect::<Vec<_>>().join(",")).collect()
    };
    for lines in [named().to_vec(), named().into_iter().rev().collect()] {
        assert_eq!(head(count(&["--by", "actor"], &lines)), ["Ann Smith,3", "Ann,1"]);
        assert_eq!(head(count(&["--by", "actor.name"], &lines)), ["Ann,2", "Ann Smith,2"]);
        let per_day = count(&["--by", "actor", "--per", "day"], &lines).stdout;
        assert!(per_day.contains("2025-06-01,Ann Smith,1,"), "{per_day}");
    }
}

#[test]
fn units_of_time_are_those_of_the_zone() {
    let lines = [named()[0].replace("09:00:00Z", "23:30:00Z"), named()[1].clone()];
    assert!(count(&["--per", "day"], &lines).stdout.contains("2025-06-01,1,"));
    let there = count(&["--per", "day", "--tz", "Europe/Berlin"], &lines).stdout;
    assert!(there.contains("2025-06-02,2,1,"), "{there}");
    // 2025-06-01 is a Sunday.
    assert!(count(&["--per", "week"], &lines).stdout.contains("2025-05-26,1,"));
    assert!(count(&["--per", "month"], &lines).stdout.contains("2025-06,2,"));
    assert!(count(&["--per", "year"], &lines).stdout.contains("2025,2,"));
}

#[test]
fn the_largest_come_first_and_the_rest_is_told() {
    let json = json(&["count", "--by", "operation", "--top", "2", "--format", "json", SAMPLE]);
    let numbers: Vec<_> =
        json["counts"].as_array().unwrap().iter().map(|row| row["events"].as_u64()).collect();
    assert_eq!(numbers, [Some(101), Some(33)]);
    assert_eq!(json["counts_left_out"], 8);
}

#[test]
fn its_json_satisfies_the_published_schema() {
    let schema: Value = serde_json::from_str(&ssoaudit(&["schema", "ssoaudit.count.v1"]).stdout).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    for args in
        [&["--by", "actor,ip"][..], &["--per", "month"], &["--by", "connection.enabled", "--per", "day"]]
    {
        for input in [SAMPLE, "/dev/null"] {
            let json = json(&[&["count", "--format", "json"], args, &[input]].concat());
            assert!(schema.is_valid(&json), "{args:?}: {:?}", schema.iter_errors(&json).next());
        }
    }
}

#[test]
fn pseudonyms_take_the_place_of_people() {
    let run = ssoaudit(&["count", "--by", "actor,ip", "--redact", "--format", "csv", SAMPLE]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!run.stdout.contains("Lindqvist") && !run.stdout.contains("198.51.100.23"), "{}", run.stdout);
    assert_eq!(
        run.stdout.lines().count(),
        ssoaudit(&["count", "--by", "actor,ip", "--format", "csv", SAMPLE]).stdout.lines().count()
    );
}

#[test]
fn nothing_to_count_says_why() {
    let run = ssoaudit(&["count", "--by", "action", "--action", "updated", "--format", "csv", SAMPLE]);
    assert_eq!((run.code, run.stdout.lines().count()), (0, 1));
    assert!(run.stderr.contains("0 of 205 events match --action updated"), "{}", run.stderr);
    assert_eq!(ssoaudit(&["count", "--by", "action", "no-such-file"]).code, 2);
    assert!(ssoaudit(&["count", "--by", "actr", SAMPLE]).stderr.contains("did you mean `actor`?"));
}

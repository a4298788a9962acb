//! Whatever is typed: it is read or refused with a reason, and what is read is printed so that it
//! reads back the same.
//!
//! Every reader is given the whole text; a command line and a pattern with what it is matched to are
//! its lines.

use chrono_tz::Tz;
use clap::{Args, Command, FromArgMatches, Parser};
use ssoaudit::cli::Cli;
use ssoaudit::cli::args::SelectArgs;
use ssoaudit::formats::rows::columns;
use ssoaudit::model::selection::{Pattern, parse_network};
use ssoaudit::model::time;
use ssoaudit::model::time::Timestamp;
use ssoaudit::reports::{Burst, Hours};
use ssoaudit::rules::fingerprint::Fingerprint;

const ZONES: [Tz; 5] =
    [Tz::UTC, Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kolkata, Tz::Pacific__Apia];

/// Reads the text as every kind of argument.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    times(text);
    lengths(text);
    names(text);
    let lines: Vec<_> = text.split('\n').collect();
    if let [pattern, subjects @ ..] = lines.as_slice() {
        subjects.iter().for_each(|subject| matching(pattern, subject));
        matching(pattern, pattern);
    }
    command_line(&lines);
}

fn times(text: &str) {
    if let Some(parsed) = time::parse(text) {
        for zone in ZONES {
            reads_back(parsed.timestamp, zone);
        }
    }
    let now = time::parse("2025-06-04T12:00:00.5Z").unwrap().timestamp;
    for zone in ZONES {
        if let Ok(bound) = time::parse_bound(text, zone, now) {
            reads_back(bound, zone);
        }
        if let Ok(period) = time::parse_on(text, zone, now) {
            assert!(period.begin < period.end, "{text}");
            assert_eq!(time::parse_bound(text, zone, now).unwrap(), period.begin, "{text}");
        }
        if let Ok(Some(fixed)) = time::parse_fixed(text, zone) {
            assert_eq!(time::parse_bound(text, zone, now).unwrap(), fixed, "{text}");
            assert!(!time::is_relative(text), "{text}");
        }
    }
}

fn reads_back(time: Timestamp, zone: Tz) {
    let printed = time.rfc3339(zone);
    let read = time::parse(&printed).unwrap_or_else(|| panic!("{printed} is no time"));
    assert_eq!((read.timestamp, read.naive), (time, false), "{printed}");
    assert!(printed.starts_with(&time.to_the_second(zone)[..10]), "{printed}");
}

fn lengths(text: &str) {
    if let Some(seconds) = time::parse_age(text) {
        let seconds = u64::try_from(seconds).unwrap();
        let printed = time::duration(seconds, 4);
        let parts = printed.split(' ').map(|part| time::parse_age(part).unwrap());
        assert_eq!(parts.sum::<i64>(), seconds as i64, "{printed}");
    }
    if let Ok(hours) = Hours::parse(text) {
        assert_eq!(Hours::parse(&hours.to_string()).unwrap(), hours);
    }
    if let Ok(burst) = Burst::parse(text) {
        let printed = burst.to_string();
        let (events, length) = printed.split_once(" events within ").unwrap();
        let (count, unit) = length.split_once(' ').unwrap();
        assert_eq!(Burst::parse(&format!("{events}/{count}{}", &unit[..1])).unwrap(), burst, "{printed}");
    }
}

/// Longer names of zones cost too much: each is compared with hundreds.
const LONGEST_ZONE: usize = 16;

fn names(text: &str) {
    if text.len() <= LONGEST_ZONE
        && let Ok(zone) = time::parse_zone(text)
    {
        assert_eq!(time::parse_zone(zone.name()).unwrap(), zone);
    }
    if let Ok(network) = parse_network(text) {
        assert_eq!(parse_network(&network.to_string()).unwrap(), network);
        assert!(network.contains(&network.addr()));
    }
    if let Ok(columns) = columns::named(&[text.to_owned()]) {
        assert_eq!(columns.iter().map(|column| column.name).collect::<Vec<_>>(), [text]);
    }
    if let Some(fingerprint) = Fingerprint::read(text) {
        assert_eq!(Fingerprint::read(&fingerprint.to_string()), Some(fingerprint));
    }
}

fn matching(pattern: &str, subject: &str) {
    let lower = |text: &str| text.to_ascii_lowercase().chars().collect::<Vec<_>>();
    let expected = matches(&lower(pattern), &lower(subject));
    assert_eq!(Pattern::new(pattern).matches(subject), expected, "{pattern:?} on {subject:?}");
}

/// The plain way: for every beginning of the pattern, which beginnings of the text it matches.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for part in pattern {
        let before = reached.clone();
        for at in 0..=text.len() {
            reached[at] = match part {
                '*' => before[at] || (at > 0 && reached[at - 1]),
                '?' => at > 0 && before[at - 1],
                c => at > 0 && before[at - 1] && text[at - 1] == *c,
            };
        }
    }
    reached[text.len()]
}

fn command_line(arguments: &[&str]) {
    let arguments = || ["ssoaudit"].iter().chain(arguments);
    if let Err(refusal) = Cli::try_parse_from(arguments()) {
        assert!(!refusal.to_string().trim().is_empty());
    }
    let select = SelectArgs::augment_args(Command::new("ssoaudit"));
    let Ok(matched) = select.try_get_matches_from(arguments()) else {
        return;
    };
    let select = SelectArgs::from_arg_matches(&matched).unwrap();
    match select.select() {
        Ok(found) => {
            assert!(found.clauses.iter().all(|clause| clause.flag.starts_with("--")));
            assert!(select.warnings().iter().all(|warning| !warning.is_empty()));
        }
        Err(refusal) => assert!(!format!("{refusal:#}").is_empty()),
    }
}

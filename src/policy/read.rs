//! Reads a policy from TOML and reports all problems of the file at once, each with its position.
//!
//! Anything not understood is an error: a policy that is only half read would let pass what it forbids.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::InvalidFile;
use super::Policy;
use super::problems::Problems;
use super::rules::{self, Parts};
use crate::analysis::roster;
use crate::analysis::roster::Roster;
use crate::input::read_whole;
use crate::model::hashed_file::HashedFile;
use crate::model::time;
use crate::model::time::Timestamp;
use crate::policy::conditions::Conditions;
use crate::policy::lists::PolicyLists;
use crate::policy::toml::{Entry, Section};
use crate::rules::{Rule, Severity};
use crate::sigma;
use crate::sigma::CustomRules;
use crate::text::hex::hex;
use crate::text::position::{Position, utf8};

/// The version of the format.
pub(super) const VERSION: u64 = 1;
/// The time zone unless the policy says otherwise.
pub(super) const ZONE: Tz = Tz::UTC;
/// The lowest severity that fails the verdict, unless the policy says otherwise.
pub(super) const FAIL_ON: Severity = Severity::Medium;

const KEYS: [&str; 10] = [
    "version",
    "timezone",
    "fail-on",
    "roster",
    "rule-files",
    "rules",
    "windows",
    "freezes",
    "planned",
    "suppressions",
];

/// Where the rules come from that a policy is about.
#[derive(Clone, Copy)]
pub struct RuleSources<'a> {
    /// The built-in rules.
    pub built_in: &'a [&'static Rule],
    /// Files of custom rules, besides those that the policy names.
    pub files: &'a [PathBuf],
    /// The time taken as the present in conditions.
    pub now: Timestamp,
}

impl<'a> From<&'a [&'static Rule]> for RuleSources<'a> {
    fn from(built_in: &'a [&'static Rule]) -> Self {
        Self { built_in, files: &[], now: Timestamp::MIN }
    }
}

impl Policy {
    /// The policy that applies without a file.
    pub fn default_for(rules: &[&'static Rule]) -> Self {
        Self {
            catalog: rules.to_vec(),
            custom: CustomRules::default(),
            path: None,
            sha256: hex(&Sha256::digest([])),
            zone: ZONE,
            fail_on: FAIL_ON,
            conditions: Arc::default(),
            rules: rules::defaults(rules, Parts::default()),
            roster: None,
            roster_file: None,
            windows: Vec::new(),
            freezes: Vec::new(),
            planned: Vec::new(),
            suppressions: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Reads a policy; one that is malformed is an [`InvalidFile`] error.
pub fn read<'a>(path: &Path, rules: impl Into<RuleSources<'a>>) -> Result<Policy> {
    let name = path.display().to_string();
    let bytes = read_whole(path).with_context(|| format!("cannot read policy {name}"))?;
    let text = utf8(&bytes).map_err(|Position { line, column }| {
        anyhow!("{name}:{line}:{column}: the policy is not UTF-8 here")
    })?;
    parse(&name, text, path.parent().unwrap_or(Path::new("")), rules)
}

/// The policy that applies without a file, with custom rules; malformed ones are an
/// [`InvalidFile`] error.
pub fn default_with(rules: RuleSources<'_>) -> Result<Policy> {
    let custom = sigma::load(rules.files, rules.built_in).map_err(InvalidFile)?;
    let catalog = [rules.built_in, &custom.rules].concat();
    Ok(Policy { custom, ..Policy::default_for(&catalog) })
}

/// Parses the text of a policy whose roster and rules are in or below `folder`; malformed text is an
/// [`InvalidFile`] error.
pub fn parse<'a>(name: &str, text: &str, folder: &Path, rules: impl Into<RuleSources<'a>>) -> Result<Policy> {
    let rules = rules.into();
    let sha256 = hex(&Sha256::digest(text));
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let problems = Problems::new(name, text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or_default();
        match (error.message(), text.get(span.clone())) {
            // `init` writes every section, so the second one is what somebody added.
            ("duplicate key", Some(key)) => {
                problems.error(span.start, format!("`{key}` is already in this file; change it there"));
            }
            (message, _) => problems.error(span.start, message),
        }
    }
    let document = document.get_ref();
    // A table recovered from broken TOML could cause errors about things that the file does not contain.
    let policy = if errors.is_empty() {
        policy_of(document, folder, rules, &problems)
    } else {
        Policy::default_for(rules.built_in)
    };
    let warnings = problems.warnings();
    problems.finish()?;
    Ok(Policy { path: Some(name.to_owned()), sha256, warnings, ..policy })
}

/// Builds the policy of a document; defaults replace invalid entries.
fn policy_of(table: &DeTable<'_>, folder: &Path, rules: RuleSources<'_>, problems: &Problems<'_>) -> Policy {
    let now = rules.now;
    let default = Policy::default_for(rules.built_in);
    if is_of_another_version(Section::open(table, 0, problems)) {
        return default;
    }
    let document = Section::new(table, 0, &KEYS, problems);
    let zone = document.get("timezone").and_then(zone).unwrap_or(default.zone);
    let files = document.get("rule-files").map(|entry| rule_files(entry, folder)).unwrap_or_default();
    let custom = sigma::load(&[rules.files, &files].concat(), rules.built_in);
    let custom = custom.map_err(|lines| problems.elsewhere(lines)).unwrap_or_default();
    let rules = &[rules.built_in, &custom.rules].concat();
    let lists = PolicyLists { document, zone, rules };
    // A part that is present but invalid is not also reported as missing.
    let has = |key| document.get(key).is_some_and(|entry| !entry.is_empty_list());
    let parts = Parts { roster: has("roster"), windows_or_freezes: has("windows") || has("freezes") };
    let (roster, roster_file) = document.get("roster").and_then(|entry| roster(entry, folder)).unzip();
    let mut conditions = Conditions::new(now);
    let settings = document.get("rules").and_then(settings_of_rules);
    let settings = rules::read(settings, rules, (parts, &mut conditions));
    Policy {
        zone,
        fail_on: document.get("fail-on").and_then(rules::severity).unwrap_or(default.fail_on),
        rules: settings,
        conditions: conditions.read.into(),
        catalog: rules.clone(),
        custom,
        roster,
        roster_file,
        windows: lists.windows(),
        freezes: lists.freezes(),
        planned: lists.planned(),
        suppressions: lists.suppressions(),
        ..default
    }
}

fn settings_of_rules(entry: Entry<'_>) -> Option<Section<'_>> {
    if entry.is_list() {
        return entry.refuse("`rules` is a list, expected a table; custom rules are named by `rule-files`");
    }
    entry.open_section()
}

/// The files of custom rules that a policy names.
fn rule_files(entry: Entry<'_>, folder: &Path) -> Vec<PathBuf> {
    let named = entry.texts().unwrap_or_default().into_iter().flat_map(|(text, entry)| {
        let files = sigma::rule_files(&folder.join(text));
        files.map_err(|why| entry.error(format!("`{text}` {why}"))).unwrap_or_default()
    });
    named.collect()
}

/// Whether the document has a version other than ours; one without a version is read as ours.
fn is_of_another_version(document: Section<'_>) -> bool {
    let Some(entry) = document.get("version") else {
        document.error(format!("missing `version`; begin with `version = {VERSION}`"));
        return false;
    };
    let other = entry.count().filter(|version| *version != VERSION);
    if let Some(version) = other {
        entry.error(format!("version {version} is not supported; this ssoaudit reads version {VERSION}"));
    }
    other.is_some()
}

fn zone(entry: Entry<'_>) -> Option<Tz> {
    time::parse_zone(entry.text()?).map_err(|error| entry.error(error.to_string())).ok()
}

fn roster(entry: Entry<'_>, folder: &Path) -> Option<(Roster, HashedFile)> {
    let path = folder.join(entry.text()?);
    roster::read(&path).map_err(|error| entry.error(format!("{error:#}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::RulePolicy;
    use crate::policy::testing::CHECKS;
    use crate::rules::Value;
    use proptest::prelude::*;

    fn testdata() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/policy")
    }

    fn example() -> String {
        std::fs::read_to_string(testdata().join("example.toml")).unwrap()
    }

    fn policy(text: &str) -> Policy {
        parse("p", &format!("version = 1\n{text}"), &testdata(), CHECKS).unwrap()
    }

    fn problems(text: &str) -> Vec<String> {
        let error = parse("p", text, &testdata(), CHECKS).unwrap_err();
        error.downcast::<InvalidFile>().unwrap().0
    }

    #[test]
    fn every_problem_is_told_at_its_place() {
        let folder = testdata().join("bad");
        let mut count = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            count += 1;
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let refused = parse(name, &text, &folder, CHECKS).unwrap_err().to_string();
            let refused = refused.replace(&folder.join("").display().to_string(), "");
            let expected = path.with_extension("expect");
            let expected = std::fs::read_to_string(expected).unwrap();
            assert_eq!(refused.lines().collect::<Vec<_>>(), expected.lines().collect::<Vec<_>>(), "{name}");
        }
        assert!(count >= 11, "{count}");
    }

    #[test]
    fn the_example_says_everything() {
        let policy = read(&testdata().join("example.toml"), CHECKS).unwrap();
        assert!(policy.path.as_deref().unwrap().ends_with("example.toml"));
        assert_eq!(policy.sha256, hex(&Sha256::digest(example())));
        assert_eq!((policy.zone, policy.fail_on), (Tz::Europe__Berlin, Severity::High));
        assert!(policy.roster.is_some());
        let rule = |id: &str| &policy.rules[id];
        let on: Vec<_> = policy.rules.iter().filter(|(_, rule)| rule.is_on).map(|(id, _)| *id).collect();
        let expected =
            ["change-outside-window", "org-left-without-sso", "too-many-changes", "unwanted-connection-type"];
        assert_eq!(on, expected);
        let RulePolicy { severity, params, scope, .. } = rule("org-left-without-sso");
        assert_eq!((*severity, &params["grace"]), (Severity::Critical, &Value::Age(36 * 3600)));
        assert_eq!(scope.organizations.len(), 2);
        assert!(scope.organizations[1].matches("ORG_07") && scope.connection_types[0].matches("OktaSAML"));
        assert_eq!(scope.sources, ["scalekit"]);
        let params = &rule("too-many-changes").params;
        assert_eq!((&params["most"], &params["within"]), (&Value::Count(32), &Value::Age(5400)));
        assert_eq!(params["pause"], Value::Age(7200));
        assert_eq!(params["except"], Value::List(vec!["OktaSAML".into()]));
        assert_eq!(params["nobody"], Value::List(Vec::new()));

        let windows: Vec<_> = policy.windows.iter().map(|w| (w.days, w.from, w.to)).collect();
        let thursday = [false, false, false, true, false, false, false];
        let working_days = [true, true, true, true, true, false, false];
        assert_eq!(windows, [(working_days, 480, 1080), (thursday, 22 * 60, 0)]);
        let utc = |time: crate::model::time::Timestamp| time.rfc3339(Tz::UTC);
        let freezes: Vec<_> = policy.freezes.iter().map(|f| (&*f.reason, utc(f.from), utc(f.to))).collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            freezes,
            [
                ("year end", text("2025-12-19T23:00:00Z"), text("2026-01-01T23:00:00Z")),
                ("migration", text("2025-10-26T00:30:00Z"), text("2025-10-26T01:30:00Z")),
            ]
        );
        let [first, second] = &policy.planned[..] else { panic!("two changes are planned") };
        assert_eq!((&*first.ticket, first.operation.name(), first.line), ("CHG-12", "disabled", 51));
        assert_eq!(
            (utc(first.not_before), utc(first.expires)),
            (text("2025-11-02T20:00:00Z"), text("2025-11-03T05:00:00Z"))
        );
        assert!(first.connection.is_none() && first.actor.is_none() && first.organization.matches("Acme"));
        assert_eq!((second.operation.name(), second.line), ("portal-opened", 58));
        assert_eq!(
            (utc(second.not_before), utc(second.expires)),
            (text("2025-11-01T23:00:00Z"), text("2025-11-03T11:00:00.500Z"))
        );
        assert!(second.connection.as_ref().unwrap().matches("conn_9"));
        assert!(second.actor.as_ref().unwrap().matches("ann@example.com"));
        let [first, second] = &policy.suppressions[..] else { panic!("two suppressions") };
        assert_eq!(first.fingerprint.unwrap().to_string(), "0123456789abcdef0123456789abcdef");
        assert_eq!((first.rule.as_deref(), first.line), (None, 67));
        assert_eq!((second.rule.as_deref(), second.line), (Some("org-left-without-sso"), 72));
        assert_eq!(utc(second.expires), "2026-06-30T10:00:00Z");
        assert!(second.organization.is_some() && second.connection.is_some() && second.actor.is_some());
    }

    #[test]
    fn rules_are_on_when_they_have_what_they_need() {
        let is_on = |text: &str, id: &str| policy(text).rules[id].is_on;
        let window = "[[windows]]\ndays = ['sun']\nfrom = '22:00'\nto = '06:00'\n";
        let freeze = "[[freezes]]\nreason = 'x'\nfrom = 2025-01-01\nto = 2025-01-02\n";
        for (text, id, expected) in [
            ("", "org-left-without-sso", true),
            ("", "too-many-changes", false),
            ("rules.too-many-changes.enabled = true", "too-many-changes", true),
            ("", "change-by-stranger", false),
            ("roster = 'roster.csv'", "change-by-stranger", true),
            ("roster = 'roster.csv'\nrules.change-by-stranger.severity = 'low'", "change-by-stranger", true),
            ("roster = 'roster.csv'\nrules.change-by-stranger.enabled = false", "change-by-stranger", false),
            (window, "change-outside-window", true),
            ("windows = []", "change-outside-window", false),
            (freeze, "change-outside-window", true),
            ("windows = []\nfreezes = []", "change-outside-window", false),
            ("", "unwanted-connection-type", false),
            ("rules.unwanted-connection-type.types = []", "unwanted-connection-type", false),
            ("rules.unwanted-connection-type.types = ['x']", "unwanted-connection-type", true),
            ("rules.unwanted-connection-type.most = 7", "unwanted-connection-type", false),
        ] {
            assert_eq!(is_on(text, id), expected, "{id} in {text}");
        }
        assert_eq!(format!("{:?}", policy("").rules), format!("{:?}", Policy::default_for(CHECKS).rules));
    }

    #[test]
    fn terms_that_no_document_names_are_warned_of() {
        let warnings = policy(
            "[rules.unwanted-connection-type]\ntypes = ['okta*',\n'OktaSALM']\n\
            [rules.org-left-without-sso]\nconnection-types = ['*SAML', 'zz*']",
        )
        .warnings;
        let expected = [
            (
                6,
                "no document names connection type `zz*`; `ssoaudit schema --list` shows the documented ones",
            ),
            (4, "no document names connection type `OktaSALM`; did you mean `OktaSAML`?"),
        ];
        assert_eq!(warnings, expected.map(|(line, message)| (line, message.to_owned())));
    }

    #[test]
    fn every_form_of_a_time_is_read_in_the_zone() {
        for (zone, written, expected) in [
            ("UTC", "2025-07-01", "2025-07-01T00:00:00Z"),
            ("Asia/Kolkata", "2025-07-01", "2025-06-30T18:30:00Z"),
            ("Asia/Kolkata", "'2025-07-01'", "2025-06-30T18:30:00Z"),
            ("America/New_York", "2025-07-01T10:30:00", "2025-07-01T14:30:00Z"),
            ("America/New_York", "2025-07-01 10:30", "2025-07-01T14:30:00Z"),
            ("America/New_York", "'2025-01-01T10:30'", "2025-01-01T15:30:00Z"),
            ("America/New_York", "2025-07-01T10:30Z", "2025-07-01T10:30:00Z"),
            ("America/New_York", "2025-07-01T10:30:00+02:00", "2025-07-01T08:30:00Z"),
            ("America/New_York", "' 2025-07-01T10:30:00.25+02:00 '", "2025-07-01T08:30:00.250Z"),
            // Clocks were put forward at midnight.
            ("Africa/Cairo", "2025-04-25", "2025-04-24T22:00:00Z"),
            ("Africa/Cairo", "'2025-04-25'", "2025-04-24T22:00:00Z"),
            // Clocks were put back: the first of two hours.
            ("Europe/Berlin", "2025-10-26T02:00:00", "2025-10-26T00:00:00Z"),
        ] {
            let text =
                format!("timezone = '{zone}'\n[[freezes]]\nreason = 'x'\nfrom = {written}\nto = 2026-01-01");
            assert_eq!(policy(&text).freezes[0].from.rfc3339(Tz::UTC), expected, "{zone} {written}");
        }
    }

    #[test]
    fn places_are_counted_in_characters_behind_a_mark() {
        let found = problems(
            "\u{FEFF}version = 1\r\n\"größe\" = 1\r\nfail-on = [\"ü\", 2]\r\nrules = { \"ü\" = 1 , y = 2}",
        );
        let [size, fail_on, first, second] = &found[..] else { panic!("{found:?}") };
        assert!(size.starts_with("p:2:1: no key `größe`; there are version, "), "{size}");
        assert_eq!(fail_on, "p:3:11: `fail-on` is a list, expected a string");
        assert!(first.starts_with("p:4:11: no rule `ü`; there are "), "{first}");
        assert!(second.starts_with("p:4:21: no rule `y`; there are "), "{second}");
    }

    #[test]
    fn a_roster_is_beside_its_policy() {
        let found = problems("version = 1\nroster = 'none.csv'\nrules.change-by-stranger.enabled = true");
        let start = format!("p:2:10: cannot read roster {}: ", testdata().join("none.csv").display());
        assert!(found.len() == 1 && found[0].starts_with(&start), "{found:?}");
        let policy = policy("roster = 'roster.csv'");
        let role =
            policy.roster.unwrap().role(&["acme"], &["ann@example.com"], crate::model::time::Timestamp::MIN);
        assert_eq!(role, Some(roster::Role::Admin));
    }

    #[test]
    fn files_that_are_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.toml");
        let error = || format!("{:#}", read(&path, CHECKS).unwrap_err());
        assert!(error().starts_with(&format!("cannot read policy {}: ", path.display())));
        std::fs::write(&path, b"version = 1\n# \xC3\xBC \xFF").unwrap();
        assert_eq!(error(), format!("{}:2:5: the policy is not UTF-8 here", path.display()));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = parse("p", &text, &testdata(), CHECKS);
        }

        #[test]
        fn no_toml_makes_it_panic(
            keys in prop::collection::vec((0..KEYS.len(), 0..14_usize), 1..5),
        ) {
            const VALUES: [&str; 14] = [
                "1", "-1", "0x1F", "99999999999999999999", "1.5", "nan", "true", "''", "'x'", "2025-01-01",
                "08:00", "[[]]", "[{}]", "{ a = { b = 1 } }",
            ];
            let text: Vec<_> = keys.into_iter().map(|(key, value)| format!("{} = {}", KEYS[key], VALUES[value])).collect();
            let _ = parse("p", &text.join("\n"), &testdata(), CHECKS);
        }

        #[test]
        fn no_mutation_makes_it_panic(
            cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..9_usize, "[-\\[\\]{}=\"'0-9a-zü,. \n]{0,3}"), 1..4),
        ) {
            let mut text: Vec<char> = example().chars().collect();
            for (at, length, new) in cuts {
                let at = at.index(text.len());
                let end = (at + length).min(text.len());
                text.splice(at..end, new.chars());
            }
            let text: String = text.into_iter().collect();
            if let Err(error) = parse("p", &text, &testdata(), CHECKS) {
                let refused = error.downcast::<InvalidFile>().unwrap();
                prop_assert!(!refused.0.is_empty());
            }
        }
    }
}

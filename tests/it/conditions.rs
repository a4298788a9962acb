//! Conditions of rules in a policy: what they confine, what they refuse, and that they agree with `--where`.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use ssoaudit::rules::Activation;

use crate::support::run::{Run, ssoaudit};

const SAMPLE: &str = "testdata/sso-events.ndjson";

/// Runs `check --format json` by a policy.
fn check(policy: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ssoaudit.toml");
    std::fs::write(&path, format!("version = 1\n{policy}")).unwrap();
    let path = path.to_str().unwrap();
    let mut run =
        ssoaudit(&[&["check", "--now", "2025-07-01", "--format", "json", "--policy", path], more].concat());
    run.stderr = run.stderr.replace(path, "POLICY");
    run
}

/// The findings, as rule and fingerprint.
fn findings(run: &Run) -> BTreeSet<(String, String)> {
    assert!(run.code < 2, "{}", run.stderr);
    let json: Json = serde_json::from_str(&run.stdout).unwrap();
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let findings = json["findings"].as_array().unwrap().iter();
    findings.map(|finding| (text(&finding["rule"]), text(&finding["fingerprint"]))).collect()
}

/// The ids of the rules that are on and can have a condition.
fn confinable_rules() -> Vec<&'static str> {
    let rules = ssoaudit::rules::ALL.iter().filter(|rule| rule.activation == Activation::On);
    rules.filter(|rule| rule.scopes.contains(&"where")).map(|rule| rule.id).collect()
}

#[test]
fn a_rule_judges_the_events_that_meet_its_condition() {
    let all = findings(&check("", &[SAMPLE]));
    let of = |rule: &str, found: &BTreeSet<(String, String)>| found.iter().filter(|it| it.0 == rule).count();
    assert_eq!(of("connection-deleted", &all), 13);
    for (condition, expected) in [
        ("true", 13),
        ("false", 0),
        ("connection.type == \"OktaSAML\"", 2),
        ("connection.type != \"OktaSAML\"", 11),
        ("time < now - duration(\"2400h\")", 11),
        ("field(\"targets.metadata.connection_type\") == \"OktaSAML\"", 2),
    ] {
        let confined =
            findings(&check(&format!("[rules.connection-deleted]\nwhere = '{condition}'"), &[SAMPLE]));
        assert_eq!(of("connection-deleted", &confined), expected, "{condition}");
        // Other rules go on as before.
        let others = |found: &BTreeSet<(String, String)>| {
            found.iter().filter(|it| it.0 != "connection-deleted").cloned().collect::<Vec<_>>()
        };
        assert_eq!(others(&confined), others(&all), "{condition}");
    }
}

/// A condition of every rule finds what the same expression on the command line finds.
#[test]
fn conditions_agree_with_the_flag() {
    let inputs = [SAMPLE, "testdata/sources"];
    for expression in [
        "operation in ['deleted', 'disabled']",
        "connection.protocol == 'saml' || !has(connection.id)",
        "organization.id.contains('01J')",
        "actor.email.endsWith('@example.com')",
        "time >= timestamp('2025-03-01T00:00:00Z')",
        "source == 'centure'",
        "!has(ip)",
    ] {
        let rules = confinable_rules();
        let policy: String =
            rules.iter().map(|rule| format!("[rules.{rule}]\nwhere = \"{expression}\"\n")).collect();
        let by_rules = findings(&check(&policy, &inputs));
        let by_flag = findings(&check("", &[&["--where", expression], &inputs[..]].concat()));
        let confined = |found: BTreeSet<(String, String)>| -> Vec<_> {
            found.into_iter().filter(|(rule, _)| rules.contains(&&**rule)).collect()
        };
        assert_eq!(confined(by_rules), confined(by_flag), "{expression}");
    }
}

#[test]
fn a_condition_holds_within_the_selection() {
    let policy = "[rules.connection-deleted]\nwhere = 'connection.type == \"OktaSAML\"'";
    let [both, first] =
        [&[SAMPLE][..], &["--until", "2025-03-01", SAMPLE]].map(|more| findings(&check(policy, more)));
    assert!(first.is_subset(&both) && first.len() < both.len(), "{first:?} {both:?}");
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history.parquet");
    let history = history.to_str().unwrap();
    assert_eq!(ssoaudit(&["collect", SAMPLE, "-o", history]).code, 0);
    let policy = "[rules.connection-deleted]\nwhere = 'field(\"targets.type\") == \"connection\"'\n";
    let refused = check(policy, &[history]);
    assert_eq!(refused.code, 2);
    let expected = "error: `where` of rule `connection-deleted` asks for field(…), but histories and normalized \
                    events keep only attributes; give the exports, or ask for attributes only\n";
    assert_eq!(refused.stderr, expected);
    // A rule that is off asks nothing.
    let off = check(&format!("{policy}enabled = false"), &[history]);
    assert!(off.code < 2, "{}", off.stderr);
    let attributes =
        check("[rules.connection-deleted]\nwhere = 'connection.type == \"OktaSAML\"'", &[history]);
    let exports = check("[rules.connection-deleted]\nwhere = 'connection.type == \"OktaSAML\"'", &[SAMPLE]);
    assert_eq!(findings(&attributes), findings(&exports));
}

/// The place of a mistake is that in the file, however the text is written there.
#[test]
fn mistakes_are_told_at_their_place() {
    for (written, expected) in [
        ("where = 'ipp == \"\"'", "3:10: no attribute `ipp`; did you mean `ip`?"),
        ("where = \"has(ip) && ipp == ''\"", "3:21: no attribute `ipp`; did you mean `ip`?"),
        ("where = \"\"\"\nhas(ip) &&\n  ipp == ''\"\"\"", "5:3: no attribute `ipp`; did you mean `ip`?"),
        ("where = \'\'\'\"ü\" == \"ü\" || ipp == \'\'\'\'\'", "3:26: no attribute `ipp`; did you mean `ip`?"),
        ("where = 'has(ip) &&'", "3:20: "),
        ("where = ''", "3:9: `where` is empty"),
        ("where = ['true']", "3:9: `where` is a list, expected a string"),
        // With escapes, it stands differently in the file.
        ("where = \"\\\"x\\\" == ipp\"", "3:9: column 8: no attribute `ipp`; did you mean `ip`?"),
    ] {
        let run = check(&format!("[rules.connection-deleted]\n{written}"), &[SAMPLE]);
        let start = format!("error: POLICY:{expected}");
        assert!(run.code == 2 && run.stderr.starts_with(&start), "{written}: {}", run.stderr);
    }
    let unscoped = check("[rules.log-gap]\nwhere = 'true'", &[SAMPLE]);
    let expected =
        "error: POLICY:3:1: `where` cannot confine rule `log-gap`; it is always about the whole log\n";
    assert_eq!(unscoped.stderr, expected);
}

#[test]
fn rules_share_their_conditions_and_there_are_at_most_fifteen() {
    let policy = |different: usize| -> String {
        let rules = confinable_rules().into_iter().enumerate();
        rules
            .map(|(index, rule)| format!("[rules.{rule}]\nwhere = 'size(action) > {}'\n", index % different))
            .collect()
    };
    assert!(confinable_rules().len() > 16);
    assert!(check(&policy(15), &[SAMPLE]).code < 2);
    let refused = check(&policy(16), &[SAMPLE]);
    let expected = "more than 15 different conditions; let rules share some, or confine them otherwise";
    assert!(refused.code == 2 && refused.stderr.contains(expected), "{}", refused.stderr);
}

#[test]
fn names_of_organizations_are_warned_of() {
    let run = check("[rules.connection-deleted]\nwhere = 'organization.name == \"Acme\"'", &[SAMPLE]);
    let expected =
        "`where` compares organization.name with what each event says; `organizations` goes by every name";
    assert!(run.stderr.contains(expected) || run.stdout.contains(expected), "{}", run.stderr);
}

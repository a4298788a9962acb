//! A policy to start from: every rule with its defaults, and an example of everything else.
//!
//! Lines that begin with `#` without a space are examples that take effect once the `#` is removed.

use crate::policy::lists;
use crate::policy::read::{FAIL_ON, VERSION, ZONE};
use crate::rules::fingerprint;
use crate::rules::{Activation, Param, ParamKind, Rule, Severity, wording};
use crate::sources;
use crate::text::display::wrapped;

/// Renders a policy that has the same effect as the defaults.
pub fn commented(rules: &[&Rule]) -> String {
    let sections = rules.iter().map(|rule| section(rule));
    [head()].into_iter().chain(sections).chain([times(), planned(), suppressions(rules)]).collect()
}

fn head() -> String {
    let severities: Vec<_> =
        <Severity as clap::ValueEnum>::value_variants().iter().copied().map(Severity::name).collect();
    format!(
        "# What ssoaudit checks. Everything here is as it would be without this file.
# Lines that begin with # and no space are examples: remove the # to use them.
version = {VERSION}

# IANA zone of windows, and of dates and times without an offset.
timezone = {zone:?}

# The lowest severity that fails the check: {severities}.
fail-on = {fail_on:?}

# Who may do what, as CSV (organization,actor,role) or JSON; relative to this file. Organizations and
# actors may contain * and ?, as in acme*,*@example.com,admin; the strongest role holds.
#roster = \"roster.csv\"

# Files of custom rules, written in Sigma: paths relative to this file, which may contain * and ?.
#rule-files = [\"rules/*.yml\"]

# Rules. A list of organizations (ids or names), connection types or sources confines a rule to
# these, where it is shown below; texts may contain * and ?. Lengths of time include their end: exactly
# 24h is within 24h.
",
        zone = ZONE.name(),
        severities = severities.join(", "),
        fail_on = FAIL_ON.name(),
    )
}

fn section(rule: &Rule) -> String {
    let mut lines = vec![format!("\n[rules.{}]", rule.id), format!("# {}", rule.about)];
    lines.extend(rule.plan_coverage.note().map(|note| format!("# {note}")));
    match rule.activation {
        Activation::On => lines.push("enabled = true".to_owned()),
        Activation::Off => lines.push("enabled = false".to_owned()),
        Activation::When(prerequisite) => {
            let condition = prerequisite.condition();
            lines.push(format!("# On when the policy {condition}, unless this says otherwise."));
            lines.push("#enabled = true".to_owned());
        }
    }
    lines.push(format!("severity = {:?}", rule.severity.name()));
    lines.extend(rule.params.iter().flat_map(|param| [format!("# {}", param.about), setting(param)]));
    lines.extend(rule.scopes.iter().map(|scope| format!("#{scope} = {}", example(scope))));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// An example value of a scope.
fn example(scope: &str) -> String {
    match scope {
        "organizations" => "[\"acme*\"]".to_owned(),
        "connection-types" => "[\"*SAML\"]".to_owned(),
        "where" => "'!actor.email.endsWith(\"@example.com\")'".to_owned(),
        _ => format!("[{:?}]", sources::logging().first().map_or("", |source| source.name)),
    }
}

fn setting(param: &Param) -> String {
    let key = param.key;
    match param.kind {
        ParamKind::Count(count) => format!("{key} = {count}"),
        ParamKind::Age(seconds) => format!("{key} = \"{}\"", wording::policy_duration(seconds)),
        ParamKind::OptionalAge(seconds) => format!("#{key} = \"{}\"", wording::policy_duration(seconds)),
        ParamKind::Terms(kind) => format!("#{key} = [{:?}]", kind.documented().first().unwrap_or(&"*")),
    }
}

fn times() -> String {
    format!(
        "
# When changes are allowed, every week: on days ({days}), on the clock
# in the zone above. A window includes the minute `from` but not the minute `to`. One whose end is not
# later than its beginning closes on the next day.
#[[windows]]
#days = [{working_days}]
#from = \"08:00\"
#to = \"18:00\"

# When no change is allowed, with or without windows. A freeze is over at `to`; a date is the midnight
# with which it begins.
#[[freezes]]
#reason = \"year end\"
#from = 2026-12-19
#to = 2027-01-04
",
        days = lists::DAYS.join(", "),
        working_days = lists::DAYS[..5].iter().map(|day| format!("{day:?}")).collect::<Vec<_>>().join(", "),
    )
}

fn planned() -> String {
    let operations: Vec<_> = lists::operations().map(|operation| operation.name()).collect();
    let operations = wrapped(&operations.join(", "), 100).join("\n# ");
    format!(
        "
# Changes that were announced: what a rule finds about them does not count, unless the rule says
# otherwise above. The organization (id or name) is the one that the event names, and the one that owns
# the connection if that is another one: both have to match. Operations are
# {operations}.
# A connection (id) and an actor (id or e-mail address) may be left out. The change is at `not-before` or
# later, and before `expires`.
#[[planned]]
#organization = \"acme*\"
#operation = \"disabled\"
#connection = \"conn_1\"
#actor = \"*@example.com\"
#not-before = 2026-11-02T20:00:00
#expires = \"2026-11-03T06:00:00+01:00\"
#ticket = \"CHG-12\"
"
    )
}

fn suppressions(rules: &[&Rule]) -> String {
    let by_fingerprint = format!(
        "
# Findings that are accepted until some time: one by its fingerprint, or all of a rule that match the
# organization, connection and actor given. `rule` or `fingerprint`, `reason` and `expires` are required.
#[[suppressions]]
#fingerprint = \"{fingerprint}\"
#reason = \"tested by the vendor\"
#expires = 2027-01-01
",
        fingerprint = "0".repeat(fingerprint::DIGITS),
    );
    let by_rule = rules.first().map_or(String::new(), |rule| {
        format!(
            "
#[[suppressions]]
#rule = \"{}\"
#organization = \"sandbox*\"
#reason = \"nobody logs in there\"
#expires = 2027-01-01
",
            rule.id
        )
    });
    by_fingerprint + &by_rule
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::CHECKS;
    use crate::policy::{Policy, read};
    use crate::rules::Value;
    use std::path::Path;

    fn parse(text: &str, checks: &[&'static Rule]) -> Policy {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/policy");
        read::parse("p", text, &folder, checks).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    /// Removes the `#` from the examples.
    fn uncommented(text: &str) -> String {
        let lines = text.lines().map(|line| match line.strip_prefix('#') {
            Some(example) if !example.starts_with(' ') && !example.is_empty() => example,
            _ => line,
        });
        lines.map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn it_says_what_holds_anyway() {
        for checks in [CHECKS, crate::rules::ALL, &[]] {
            let policy = Policy { path: None, ..parse(&commented(checks), checks) };
            let default = Policy { sha256: policy.sha256.clone(), ..Policy::default_for(checks) };
            assert_eq!(format!("{policy:#?}"), format!("{default:#?}"));
        }
    }

    #[test]
    fn every_example_holds_without_its_mark() {
        for checks in [CHECKS, crate::rules::ALL] {
            let policy = parse(&uncommented(&commented(checks)), checks);
            assert!(policy.roster.is_some() && policy.warnings.is_empty());
            let counts = [policy.windows.len(), policy.freezes.len(), policy.planned.len()];
            assert_eq!((counts, policy.suppressions.len()), ([1, 1, 1], 1 + usize::from(!checks.is_empty())));
            for check in checks {
                let rule = &policy.rules[check.id];
                assert_eq!(rule.is_on, check.activation != Activation::Off, "{}", check.id);
                let confined = usize::from(check.scopes.contains(&"organizations"));
                assert_eq!(rule.scope.organizations.len(), confined, "{}", check.id);
                let is_empty = |value: &Value| matches!(value, Value::List(texts) if texts.is_empty());
                assert!(!rule.params.values().any(is_empty), "{}", check.id);
            }
        }
    }

    #[test]
    fn lines_fit() {
        let text = commented(CHECKS);
        let long: Vec<_> = text.lines().filter(|line| line.len() > 110).collect();
        assert!(long.is_empty(), "{long:#?}");
    }

    #[test]
    fn a_rule_is_shown_with_what_can_be_set() {
        let text = commented(CHECKS);
        let source = sources::logging()[0].name;
        let expected = format!(
            "
[rules.unwanted-connection-type]
# a sample
# Only a planned change that names the actor covers its findings.
# On when the policy has something in one of the rule's lists, unless this says otherwise.
#enabled = true
severity = \"low\"
# connection types nobody wants
#types = [\"ADFSSAML\"]
# how many are borne
most = 3
# protocols nobody wants
#speech = [\"saml\"]
#organizations = [\"acme*\"]
#sources = [\"{source}\"]
"
        );
        assert!(text.contains(&expected), "{text}");
    }
}

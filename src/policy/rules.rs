//! What a policy says of rules, and what holds where it says nothing.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::RulePolicy;
use crate::model::selection::undocumented;
use crate::policy::toml::{Entry, Section};
use crate::rules::Scope;
use crate::rules::{Activation, Param, ParamKind, Prerequisite, Rule, SCOPES, Severity, TermKind, Value};
use crate::sources;
use crate::text::suggest::unknown;

/// Keys that every rule has.
const KEYS: [&str; 2] = ["enabled", "severity"];

/// Which parts of a policy there are, for rules that need one.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts {
    pub(super) roster: bool,
    pub(super) windows_or_freezes: bool,
}

impl Parts {
    /// Whether a rule has what it needs.
    fn satisfy(self, rule: &Rule, params: &BTreeMap<&'static str, Value>) -> bool {
        let has_text = |value: &Value| matches!(value, Value::List(texts) if !texts.is_empty());
        match rule.activation {
            Activation::On | Activation::Off => true,
            Activation::When(Prerequisite::Roster) => self.roster,
            Activation::When(Prerequisite::WindowsOrFreezes) => self.windows_or_freezes,
            Activation::When(Prerequisite::OwnList) => params.values().any(has_text),
        }
    }

    fn is_on(self, rule: &Rule, params: &BTreeMap<&'static str, Value>) -> bool {
        rule.activation != Activation::Off && self.satisfy(rule, params)
    }
}

/// What is wanted of rules a policy says nothing of.
pub(super) fn defaults(checks: &[&'static Rule], parts: Parts) -> BTreeMap<&'static str, RulePolicy> {
    checks.iter().map(|check| (check.id, of(check, parts))).collect()
}

fn of(check: &'static Rule, parts: Parts) -> RulePolicy {
    let params = check.params.iter().map(|param| (param.key, param.default())).collect();
    let is_on = parts.is_on(check, &params);
    RulePolicy { is_on, severity: check.severity, params, scope: Scope::default() }
}

/// What is wanted of every rule.
pub(super) fn read(
    rules: Option<Section<'_>>,
    checks: &[&'static Rule],
    parts: Parts,
) -> BTreeMap<&'static str, RulePolicy> {
    let mut policies = defaults(checks, parts);
    for (id, entry) in rules.into_iter().flat_map(Section::entries) {
        match checks.iter().find(|check| check.id == id) {
            Some(check) => {
                policies.insert(check.id, rule(entry, check, parts));
            }
            None => {
                entry.complain_of_key(unknown("rule", id, checks.iter().map(|check| check.id)));
            }
        }
    }
    policies
}

fn rule(entry: Entry<'_>, check: &'static Rule, parts: Parts) -> RulePolicy {
    let mut policy = of(check, parts);
    let Some(section) = entry.open_section() else {
        return policy;
    };
    let keys = keys(check);
    for (key, entry) in section.entries().filter(|(key, _)| !keys.contains(key)) {
        entry.complain_of_key(match SCOPES.contains(&key) {
            true => scope_not_supported(check, key),
            false => unknown("key", key, keys.iter().copied()),
        });
    }
    for param in check.params {
        if let Some(value) = section.get(param.key).and_then(|entry| value(entry, param)) {
            policy.params.insert(param.key, value);
        }
    }
    policy.is_on = parts.is_on(check, &policy.params);
    if let Some(entry) = section.get("enabled")
        && let Some(is_on) = entry.flag()
    {
        policy.is_on = is_on;
        if is_on && !parts.satisfy(check, &policy.params) {
            entry.error(format!("rule `{}` needs {}", check.id, missing_prerequisite(check)));
        }
    }
    if let Some(severity) = section.get("severity").and_then(severity) {
        policy.severity = severity;
    }
    if let Some(entry) = section.get("connection-types") {
        terms(entry, TermKind::ConnectionType);
    }
    let patterns = |key| section.get(key).and_then(Entry::patterns).unwrap_or_default();
    policy.scope = Scope {
        organizations: patterns("organizations"),
        lines: section.get("organizations").map(Entry::lines).unwrap_or_default(),
        connection_types: patterns("connection-types"),
        sources: section.get("sources").and_then(sources_of).unwrap_or_default(),
    };
    policy
}

/// What can be said of a rule.
fn keys(check: &Rule) -> Vec<&'static str> {
    let params = check.params.iter().map(|param| param.key);
    KEYS.into_iter().chain(check.scopes.iter().copied()).chain(params).collect()
}

/// Why a rule has no such scope.
fn scope_not_supported(check: &Rule, key: &str) -> String {
    let others = match check.scopes {
        [] => "it is always about the whole log".to_owned(),
        scopes => format!("give {}", scopes.join(" or ")),
    };
    format!("`{key}` cannot confine rule `{}`; {others}", check.id)
}

/// What a rule cannot do without, and where to write it.
fn missing_prerequisite(rule: &Rule) -> String {
    match rule.activation {
        Activation::On | Activation::Off => String::new(),
        Activation::When(Prerequisite::Roster) => "a roster; give `roster = \"roster.csv\"`".to_owned(),
        Activation::When(Prerequisite::WindowsOrFreezes) => {
            "windows or freezes; give [[windows]] or [[freezes]]".to_owned()
        }
        Activation::When(Prerequisite::OwnList) => {
            let lists = rule.params.iter().filter(|param| matches!(param.kind, ParamKind::Terms(_)));
            let keys: Vec<_> = lists.map(|param| format!("`{}`", param.key)).collect();
            format!("a list; give {}", keys.join(" or "))
        }
    }
}

/// How bad something is.
pub(super) fn severity(entry: Entry<'_>) -> Option<Severity> {
    let names: Vec<_> = Severity::value_variants().iter().map(|severity| severity_name(*severity)).collect();
    let known: Vec<_> =
        names.iter().map(String::as_str).zip(Severity::value_variants().iter().copied()).collect();
    entry.one_of("severity", &known)
}

/// A severity as it is written.
pub(super) fn severity_name(severity: Severity) -> String {
    severity.to_possible_value().map_or(String::new(), |value| value.get_name().to_owned())
}

fn sources_of(entry: Entry<'_>) -> Option<Vec<String>> {
    let known: Vec<_> = sources::ALL.iter().map(|source| (source.name, source.name)).collect();
    let elements = entry.elements("a list of strings")?;
    let names: Vec<_> = elements.into_iter().map(|element| element.one_of("source", &known)).collect();
    names.into_iter().map(|name| name.map(str::to_owned)).collect()
}

fn value(entry: Entry<'_>, param: &Param) -> Option<Value> {
    match param.kind {
        ParamKind::Count(_) => entry.count().map(Value::Count),
        ParamKind::Age(_) => entry.age().map(Value::Age),
        ParamKind::Terms(kind) => terms(entry, kind).map(Value::List),
    }
}

/// A list of patterns, each of which should match a documented term: one that matches none is refused where no
/// other terms can exist, and otherwise doubted.
fn terms(entry: Entry<'_>, kind: TermKind) -> Option<Vec<String>> {
    let documented = kind.documented();
    let texts = entry.texts()?;
    for (text, entry) in &texts {
        match undocumented(kind.noun(), text, &documented) {
            Some(_) if kind.is_closed() => {
                entry.error(unknown(kind.noun(), text, documented.iter().copied()));
            }
            Some(doubt) => entry.doubt(doubt),
            None => {}
        }
    }
    Some(texts.into_iter().map(|(text, _)| text.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::CHECKS;
    use crate::rules;

    #[test]
    fn every_rule_can_be_set() {
        let everything = Parts { roster: true, windows_or_freezes: true };
        for check in CHECKS.iter().chain(rules::ALL) {
            let keys = keys(check);
            assert!(check.scopes.iter().all(|scope| SCOPES.contains(scope)), "{}", check.id);
            for (at, key) in keys.iter().enumerate() {
                let is_plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                assert!(is_plain && !keys[..at].contains(key), "{}: {key}", check.id);
            }
            let filled = check.params.iter().map(|param| match param.default() {
                Value::List(_) => (param.key, Value::List(vec!["x".to_owned()])),
                default => (param.key, default),
            });
            assert!(everything.satisfy(check, &filled.collect()), "{}: nothing is enough", check.id);
        }
    }
}

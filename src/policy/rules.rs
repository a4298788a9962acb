//! Reads the rules of a policy: their settings, with defaults for those not mentioned.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::RulePolicy;
use super::conditions::Conditions;
use crate::model::scopes::ScopeId;
use crate::model::selection::undocumented;
use crate::policy::toml::{Entry, Section};
use crate::rules::Scope;
use crate::rules::{Activation, Param, ParamKind, Prerequisite, Rule, SCOPES, Severity, TermKind, Value};
use crate::sources;
use crate::text::suggest::unknown;

/// The keys that every rule has.
const KEYS: [&str; 2] = ["enabled", "severity"];

/// Which optional parts a policy has; some rules need one.
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

/// The settings of rules that a policy does not mention.
pub(super) fn defaults(rules: &[&'static Rule], parts: Parts) -> BTreeMap<&'static str, RulePolicy> {
    rules.iter().map(|rule| (rule.id, default_of(rule, parts))).collect()
}

fn default_of(rule: &'static Rule, parts: Parts) -> RulePolicy {
    let params = rule.params.iter().filter_map(|param| Some((param.key, param.default()?))).collect();
    let is_on = parts.is_on(rule, &params);
    RulePolicy { is_on, severity: rule.severity, params, scope: Scope::default() }
}

/// Reads the settings of every rule.
pub(super) fn read(
    section: Option<Section<'_>>,
    rules: &[&'static Rule],
    (parts, conditions): (Parts, &mut Conditions),
) -> BTreeMap<&'static str, RulePolicy> {
    let mut policies = defaults(rules, parts);
    for (id, entry) in section.into_iter().flat_map(Section::entries) {
        match rules.iter().find(|rule| rule.id == id) {
            Some(rule) => {
                policies.insert(rule.id, rule_policy((entry, rule), parts, conditions));
            }
            None => entry.key_error(unknown("rule", id, rules.iter().map(|rule| rule.id))),
        }
    }
    policies
}

fn rule_policy(
    (entry, rule): (Entry<'_>, &'static Rule),
    parts: Parts,
    conditions: &mut Conditions,
) -> RulePolicy {
    let mut policy = default_of(rule, parts);
    let Some(section) = entry.open_section() else {
        return policy;
    };
    check_keys(section, rule);
    for param in rule.params {
        if let Some(value) = section.get(param.key).and_then(|entry| value(entry, param)) {
            policy.params.insert(param.key, value);
        }
    }
    policy.is_on = parts.is_on(rule, &policy.params);
    if let Some(entry) = section.get("enabled")
        && let Some(is_on) = entry.flag()
    {
        policy.is_on = is_on;
        if is_on && !parts.satisfy(rule, &policy.params) {
            entry.error(format!("rule `{}` needs {}", rule.id, missing_prerequisite(rule)));
        }
    }
    if let Some(severity) = section.get("severity").and_then(severity) {
        policy.severity = severity;
    }
    policy.scope = scope(section);
    let condition = section.get("where").and_then(|entry| conditions.scope((rule, &policy), entry));
    policy.scope.condition = condition.unwrap_or_default();
    policy
}

/// Adds an error for every key that the rule does not have.
fn check_keys(section: Section<'_>, rule: &Rule) {
    let keys = keys(rule);
    for (key, entry) in section.entries().filter(|(key, _)| !keys.contains(key)) {
        entry.key_error(match SCOPES.contains(&key) {
            true => scope_not_supported(rule, key),
            false => unknown("key", key, keys.iter().copied()),
        });
    }
}

/// The keys that the section of a rule can have.
fn keys(rule: &Rule) -> Vec<&'static str> {
    let params = rule.params.iter().map(|param| param.key);
    KEYS.into_iter().chain(rule.scopes.iter().copied()).chain(params).collect()
}

/// Says why a rule does not support a scope.
fn scope_not_supported(rule: &Rule, key: &str) -> String {
    let others = match rule.scopes {
        [] => "it is always about the whole log".to_owned(),
        scopes => format!("give {}", scopes.join(" or ")),
    };
    format!("`{key}` cannot confine rule `{}`; {others}", rule.id)
}

fn scope(section: Section<'_>) -> Scope {
    if let Some(entry) = section.get("connection-types") {
        terms(entry, TermKind::ConnectionType);
    }
    let patterns = |key| section.get(key).and_then(Entry::patterns).unwrap_or_default();
    Scope {
        organizations: patterns("organizations"),
        lines: section.get("organizations").map(Entry::lines).unwrap_or_default(),
        connection_types: patterns("connection-types"),
        sources: section.get("sources").and_then(sources_of).unwrap_or_default(),
        condition: ScopeId::SELECTION,
    }
}

/// Names the part of a policy that a rule needs, and how to write it.
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

/// Reads a severity.
pub(super) fn severity(entry: Entry<'_>) -> Option<Severity> {
    let known: Vec<_> =
        Severity::value_variants().iter().map(|severity| (severity.name(), *severity)).collect();
    entry.one_of("severity", &known)
}

fn sources_of(entry: Entry<'_>) -> Option<Vec<String>> {
    let known: Vec<_> = sources::logging().iter().map(|source| (source.name, source.name)).collect();
    let elements = entry.elements("a list of strings")?;
    let names: Vec<_> = elements.into_iter().map(|element| element.one_of("source", &known)).collect();
    names.into_iter().map(|name| name.map(str::to_owned)).collect()
}

fn value(entry: Entry<'_>, param: &Param) -> Option<Value> {
    match param.kind {
        ParamKind::Count(_) => entry.count().map(Value::Count),
        ParamKind::Age(_) | ParamKind::OptionalAge(_) => entry.age().map(Value::Age),
        ParamKind::Terms(kind) => terms(entry, kind).map(Value::List),
    }
}

/// Reads a list of patterns, each of which should match a documented term. A pattern that matches none is an error if
/// no other terms can exist, and otherwise a warning.
fn terms(entry: Entry<'_>, kind: TermKind) -> Option<Vec<String>> {
    let documented = kind.documented();
    let texts = entry.texts()?;
    for (text, entry) in &texts {
        match undocumented(kind.noun(), text, &documented) {
            Some(_) if kind.is_closed() => {
                entry.error(unknown(kind.noun(), text, documented.iter().copied()));
            }
            Some(warning) => entry.warning(warning),
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
            let filled = check.params.iter().filter_map(|param| match param.default()? {
                Value::List(_) => Some((param.key, Value::List(vec!["x".to_owned()]))),
                default => Some((param.key, default)),
            });
            assert!(everything.satisfy(check, &filled.collect()), "{}: nothing is enough", check.id);
        }
    }
}

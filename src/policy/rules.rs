//! What a policy says of rules, and what holds where it says nothing.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::RulePolicy;
use super::problems::unknown;
use crate::model::selection::undocumented;
use crate::policy::toml::{Entry, Section};
use crate::rules::Scope;
use crate::rules::{Default, Param, Rule, SCOPES, Severity, Value, Words};
use crate::sources;

/// Keys that every rule has.
const KEYS: [&str; 2] = ["enabled", "severity"];

/// Which parts of a policy there are, for rules that need one.
#[derive(Clone, Copy, Default)]
pub(super) struct Parts {
    pub(super) roster: bool,
    pub(super) windows: bool,
    pub(super) freezes: bool,
    pub(super) planned: bool,
}

impl Parts {
    /// Whether a rule has what it needs.
    fn satisfy(self, check: &Rule, params: &BTreeMap<&'static str, Value>) -> bool {
        match check.default {
            Default::On | Default::Off => true,
            Default::With("roster") => self.roster,
            Default::With(TIMES) => self.windows || self.freezes,
            Default::With("freezes") => self.freezes,
            Default::With("planned") => self.planned,
            Default::With(LIST) => params.values().any(|value| !is_empty(value)),
            Default::With(_) => false,
        }
    }

    fn is_on(self, check: &Rule, params: &BTreeMap<&'static str, Value>) -> bool {
        check.default != Default::Off && self.satisfy(check, params)
    }
}

/// Either part says when no change is allowed.
pub(super) const TIMES: &str = "windows or freezes";
/// The part that is a setting of the rule itself.
pub(super) const LIST: &str = "list";

/// A list without a text; other values are none.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(texts) => texts.is_empty(),
        Value::OwnList(texts) => texts.is_empty(),
        Value::Count(_) | Value::Age(_) | Value::Words(_) => true,
    }
}

/// What is wanted of rules a policy says nothing of.
pub(super) fn defaults(checks: &[&'static Rule], parts: Parts) -> BTreeMap<&'static str, RulePolicy> {
    checks.iter().map(|check| (check.id, of(check, parts))).collect()
}

fn of(check: &'static Rule, parts: Parts) -> RulePolicy {
    let params = check.params.iter().map(|param| (param.key, param.default.clone())).collect();
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
        words(entry, Words::ConnectionTypes);
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
fn missing_prerequisite(check: &Rule) -> String {
    match check.default {
        Default::With("roster") => "a roster; give `roster = \"roster.csv\"`".to_owned(),
        Default::With(LIST) => {
            let lists =
                check.params.iter().filter(|param| matches!(param.default, Value::List(_) | Value::Words(_)));
            let keys: Vec<_> = lists.map(|param| format!("`{}`", param.key)).collect();
            format!("a list; give {}", keys.join(" or "))
        }
        Default::With(TIMES) => format!("{TIMES}; give [[windows]] or [[freezes]]"),
        Default::With(part) => format!("{part}; give [[{part}]]"),
        Default::On | Default::Off => String::new(),
    }
}

/// How bad something is.
pub(super) fn severity(entry: Entry<'_>) -> Option<Severity> {
    let known: Vec<_> =
        Severity::value_variants().iter().map(|severity| (severity.name(), *severity)).collect();
    entry.one_of("severity", &known)
}

fn sources_of(entry: Entry<'_>) -> Option<Vec<String>> {
    let known: Vec<_> = sources::ALL.iter().map(|source| (source.name, source.name)).collect();
    let elements = entry.elements("a list of strings")?;
    let names: Vec<_> = elements.into_iter().map(|element| element.one_of("source", &known)).collect();
    names.into_iter().map(|name| name.map(str::to_owned)).collect()
}

fn value(entry: Entry<'_>, param: &Param) -> Option<Value> {
    let value = match &param.default {
        Value::Count(_) => Value::Count(entry.count()?),
        Value::Age(_) => Value::Age(entry.age()?),
        Value::Words(sort) => Value::OwnList(words(entry, *sort)?),
        Value::List(_) | Value::OwnList(_) => {
            Value::OwnList(entry.texts()?.into_iter().map(|(text, _)| text.to_owned()).collect())
        }
    };
    // A list that says what holds anyway is no other value.
    let is_default = match (&value, &param.default) {
        (Value::OwnList(own), Value::List(texts)) => own.iter().map(String::as_str).eq(texts.iter().copied()),
        (Value::OwnList(own), Value::Words(_)) => own.is_empty(),
        _ => false,
    };
    Some(if is_default { param.default.clone() } else { value })
}

/// Texts that stand for such words, each for one at least: where all are known, another is refused, and
/// else doubted.
fn words(entry: Entry<'_>, sort: Words) -> Option<Vec<String>> {
    let known = sort.known();
    let texts = entry.texts()?;
    for (text, entry) in &texts {
        let doubt = undocumented(sort.noun(), text, &known);
        match doubt {
            Some(_) if sort.are_all_known() => {
                entry.error(unknown(sort.noun(), text, known.iter().copied()));
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
        let everything = Parts { roster: true, windows: true, freezes: true, planned: true };
        for check in CHECKS.iter().chain(rules::ALL) {
            let keys = keys(check);
            assert!(check.scopes.iter().all(|scope| SCOPES.contains(scope)), "{}", check.id);
            for (at, key) in keys.iter().enumerate() {
                let is_plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
                assert!(is_plain && !keys[..at].contains(key), "{}: {key}", check.id);
            }
            let filled = check.params.iter().map(|param| match param.default {
                Value::List(_) | Value::Words(_) => (param.key, Value::List(&["x"])),
                _ => (param.key, param.default.clone()),
            });
            assert!(everything.satisfy(check, &filled.collect()), "{}: nothing is enough", check.id);
        }
    }
}

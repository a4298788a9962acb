//! Which crates there are: `deny.toml` held without cargo-deny, from `Cargo.lock` and `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value as Json;
use toml::{Table, Value};

use crate::support::run::root;

fn toml_file(name: &str) -> Table {
    std::fs::read_to_string(root().join(name)).unwrap().parse().unwrap()
}

/// The texts of a list, or those that its tables have for a key.
fn texts(list: &Value, key: &str) -> Vec<String> {
    let text = |entry: &Value| entry.as_str().or_else(|| entry[key].as_str()).unwrap().to_owned();
    list.as_array().unwrap().iter().map(text).collect()
}

/// Every crate that may be part of a build for any target, with its versions.
fn locked() -> BTreeMap<String, Vec<Table>> {
    let lock = toml_file("Cargo.lock");
    let mut crates: BTreeMap<_, Vec<Table>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        let package = package.as_table().unwrap().clone();
        crates.entry(package["name"].as_str().unwrap().to_owned()).or_default().push(package);
    }
    assert!(crates.len() > 100, "{}", crates.len());
    crates
}

#[test]
fn no_crate_is_banned() {
    let crates = locked();
    let banned = texts(&toml_file("deny.toml")["bans"]["deny"], "crate");
    assert!(
        ["hyper", "reqwest", "native-tls", "openssl-sys"].iter().all(|name| banned.iter().any(|b| b == name))
    );
    let found: Vec<_> = banned.iter().filter(|name| crates.contains_key(*name)).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn crates_are_there_once_but_for_known_ones() {
    let mut skipped: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in toml_file("deny.toml")["bans"]["skip"].as_array().unwrap() {
        let (name, version) = entry["crate"].as_str().unwrap().split_once('@').unwrap();
        assert!(entry["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{name} has no reason");
        skipped.entry(name.to_owned()).or_default().insert(format!("{version}."));
    }
    for (name, packages) in locked() {
        let versions: Vec<_> = packages.iter().map(|package| package["version"].as_str().unwrap()).collect();
        let skip = skipped.remove(&name).unwrap_or_default();
        let known =
            |skip: &String| versions.iter().filter(|version| version.starts_with(skip.as_str())).count();
        assert!(skip.iter().all(|skip| known(skip) == 1), "{name} needs no exception");
        assert!(versions.len() == skip.len() + 1, "{name} is there as {versions:?}");
    }
    assert!(skipped.is_empty(), "no such crates: {skipped:?}");
}

#[test]
fn crates_come_from_one_registry_with_a_checksum() {
    let packages: Vec<_> =
        locked().into_values().flatten().filter(|it| it["name"].as_str() != Some("ssoaudit")).collect();
    let sources: BTreeSet<_> = packages.iter().map(|package| package["source"].as_str().unwrap()).collect();
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert!(sources.iter().all(|source| source.starts_with("registry+")), "{sources:?}");
    assert!(packages.iter().all(|package| package["checksum"].as_str().unwrap().len() == 64));
}

/// What cargo says about the crates of this platform, dependencies of tests included.
fn metadata() -> Json {
    let host = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let host = String::from_utf8(host).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_licence_is_allowed_and_every_allowed_one_needed() {
    let allowed = texts(&toml_file("deny.toml")["licenses"]["allow"], "license");
    let metadata = metadata();
    let mut needed = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let expression = package["license"].as_str().unwrap_or_default().replace('/', " OR ");
        let terms: Vec<_> = expression.split([' ', '(', ')']).filter(|term| !term.is_empty()).collect();
        needed.extend(terms.iter().map(|term| (*term).to_owned()));
        let is_allowed = |name: &str| allowed.iter().any(|allowed| allowed == name);
        assert!(is_satisfied(&expression, &is_allowed), "{}: {expression}", package["name"]);
    }
    let unneeded: Vec<_> = allowed.iter().filter(|name| !needed.contains(*name)).collect();
    assert!(unneeded.is_empty(), "{unneeded:?}");
}

/// Whether an SPDX expression can be met: `OR` binds less than `AND`, and an exception only adds to a
/// licence.
fn is_satisfied(expression: &str, is_allowed: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.trim();
    for (operator, is_any) in [(" OR ", true), (" AND ", false)] {
        let parts = split_outside(expression, operator);
        if parts.len() > 1 {
            let mut parts = parts.into_iter().map(|part| is_satisfied(part, is_allowed));
            return if is_any { parts.any(|part| part) } else { parts.all(|part| part) };
        }
    }
    match expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => is_satisfied(inner, is_allowed),
        None => is_allowed(expression.split(" WITH ").next().unwrap_or_default()),
    }
}

/// The parts between operators that are in no parentheses.
fn split_outside<'e>(expression: &'e str, operator: &str) -> Vec<&'e str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in expression.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 && at >= start && expression[at..].starts_with(operator) {
            parts.push(&expression[start..at]);
            start = at + operator.len();
        }
    }
    parts.push(&expression[start..]);
    parts
}

#[test]
fn expressions_of_licences() {
    let is_allowed = |name: &str| ["A", "B"].contains(&name);
    for (expression, expected) in [
        ("A", true),
        ("C", false),
        ("", false),
        ("C OR A", true),
        ("A AND C", false),
        ("(C OR A) AND B", true),
        ("(A OR B) AND C", false),
        ("C OR A AND B", true),
        ("A AND (C OR (B AND A))", true),
        ("A WITH some-exception", true),
    ] {
        assert_eq!(is_satisfied(expression, &is_allowed), expected, "{expression}");
    }
}

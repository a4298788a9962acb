//! The layers: every import points to a layer that `lib.rs` lists before, files form no circle, and the drawing
//! in ARCHITECTURE.md is that of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::run::root;
use crate::tidy::{code, rust_files};

/// The modules of `lib.rs`, the lowest layer first.
fn layers() -> Vec<String> {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let names = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// Files that are more than help for tests.
fn product_files() -> Vec<(PathBuf, String)> {
    let is_help = |path: &Path| path.ends_with("testing.rs") || path.ends_with("tests.rs");
    rust_files("src").into_iter().filter(|(path, _)| !is_help(path)).collect()
}

/// The module of a file below `src`, as the parts of its path.
fn module(path: &Path) -> Vec<String> {
    let path = path.strip_prefix("src").unwrap().with_extension("");
    let parts = path.iter().map(|part| part.to_str().unwrap().to_owned());
    parts.filter(|part| part != "mod").collect()
}

/// The paths below the crate that a module's code names.
fn paths(text: &str, module: &[String]) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let without_comments: String =
        code(text).lines().map(|line| format!("{}\n", line.split("//").next().unwrap())).collect();
    for root in ["crate::", "super::"] {
        for (at, _) in without_comments.match_indices(root) {
            let before = without_comments[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == ':' || c == '_') {
                continue;
            }
            let mut prefix = if root == "crate::" { Vec::new() } else { module[..module.len() - 1].to_vec() };
            let mut rest = &without_comments[at + root.len()..];
            while let Some(further) = rest.strip_prefix("super::") {
                prefix.pop();
                rest = further;
            }
            expand(rest, &prefix, &mut paths);
        }
    }
    paths
}

/// Every path of a tree such as `a::{b, c::{d, e}}`; returns what stands after it.
fn expand<'a>(mut rest: &'a str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> &'a str {
    let mut path = prefix.to_vec();
    loop {
        if let Some(inside) = rest.strip_prefix('{') {
            rest = inside.trim_start();
            while !rest.starts_with('}') {
                rest = expand(rest, &path, paths).trim_start();
                rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
            }
            return &rest[1..];
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        path.push(rest[..end].to_owned());
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(further) if further.starts_with(|c: char| c.is_alphabetic() || c == '{') => rest = further,
            _ => break,
        }
    }
    paths.push(path);
    // An alias, or whatever else does not belong to the path.
    let aliased = rest.strip_prefix(" as ");
    aliased.map_or(rest, |alias| alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'))
}

/// By layer the other layers that it imports.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in product_files() {
        let module = module(&path);
        if ["lib", "main"].contains(&module[0].as_str()) {
            continue;
        }
        let named = paths(&text, &module).into_iter().map(|path| path[0].clone());
        let others = named.filter(|name| *name != module[0]);
        imports.entry(module[0].clone()).or_default().extend(others);
    }
    imports
}

#[test]
fn imports_point_down() {
    let layers = layers();
    let level = |name: &str| layers.iter().position(|layer| layer == name);
    for (layer, imported) in imports() {
        for other in imported {
            assert!(level(&other) < level(&layer) && level(&other).is_some(), "{layer} imports {other}");
        }
    }
}

/// What being lower does not forbid.
#[test]
fn some_layers_do_not_know_each_other() {
    let imports = imports();
    for (layer, strangers) in [
        ("rules", &["reports"][..]),
        ("policy", &["reports"]),
        ("formats", &["input", "sources", "reader", "scan"]),
        ("survey", &["input"]),
        ("reports", &["sources", "reader"]),
    ] {
        for stranger in strangers {
            assert!(!imports[layer].contains(*stranger), "{layer} imports {stranger}");
        }
    }
}

#[test]
fn files_form_no_circle() {
    let files = product_files();
    let modules: BTreeSet<_> = files.iter().map(|(path, _)| module(path)).collect();
    let mut left: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (path, text) in &files {
        let module = module(path);
        let file = |path: Vec<String>| (1..=path.len()).rev().find_map(|n| modules.get(&path[..n]).cloned());
        let others = paths(text, &module).into_iter().filter_map(file).filter(|other| *other != module);
        left.insert(module.clone(), others.collect());
    }
    // Files that import none of those left are fine; what remains is in a circle, or above one.
    while let Some(done) =
        left.iter().find(|(_, others)| !others.iter().any(|other| left.contains_key(other)))
    {
        let done = done.0.clone();
        left.remove(&done);
    }
    assert!(left.is_empty(), "a circle of imports among {:?}", left.keys());
}

#[test]
fn the_drawing_is_true() {
    let imports = imports();
    let drawn: String = layers()
        .iter()
        .rev()
        .map(|layer| {
            let below = layers().into_iter().rev().filter(|other| imports[layer].contains(other));
            let line = format!("{layer:<9} → {}", below.collect::<Vec<_>>().join(" "));
            format!("{}\n", line.trim_end_matches([' ', '→']))
        })
        .collect();
    let told = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(told.contains(&drawn), "ARCHITECTURE.md should have this drawing:\n{drawn}");
}

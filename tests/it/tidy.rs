//! What can be read off the source tree: file headers and sizes, where vendors are named, files nobody compiles.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ssoaudit::sources;

use crate::support::run::root;

pub fn rust_files(folder: &str) -> Vec<(PathBuf, String)> {
    let walk = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name();
    let paths = walk.into_iter().map(|entry| entry.unwrap().into_path());
    let rust = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| (path.strip_prefix(root()).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

/// The code of a file without its tests.
pub fn code(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

#[test]
fn files_say_what_they_own() {
    for (path, text) in [rust_files("src"), rust_files("tests")].concat() {
        assert!(text.starts_with("//! "), "{} has no //! header", path.display());
    }
}

#[test]
fn files_are_small() {
    let files = rust_files("src");
    let mut sizes: Vec<_> = files.iter().map(|(path, text)| (code(text).lines().count(), path)).collect();
    sizes.sort();
    let (largest, path) = sizes.last().unwrap();
    assert!(*largest <= 350, "{} has {largest} lines", path.display());
    let median = sizes[sizes.len() / 2].0;
    assert!(median <= 120, "the median file has {median} lines");
    let main = sizes.iter().find(|(_, path)| path.ends_with("main.rs")).unwrap().0;
    assert!(main <= 60, "main.rs has {main} lines");
}

/// Lines of every function of a file, from its head to the brace that ends it: rustfmt puts that below the beginning of
/// the head.
fn function_lengths(text: &str) -> Vec<usize> {
    let lines: Vec<_> = code(text).lines().collect();
    let ends = |line: &str, indent: &str| line.strip_prefix(indent).is_some_and(|rest| rest.starts_with('}'));
    let length = |at: usize| {
        let indent = &lines[at][..lines[at].len() - lines[at].trim_start().len()];
        let is_one_line = lines[at].ends_with(['}', ';']);
        let end = lines[at..].iter().skip(1).position(|line| ends(line, indent));
        if is_one_line { 1 } else { end.map_or(1, |end| end + 2) }
    };
    let is_head = |line: &str| {
        let words = line.trim_start().split(' ').take_while(|word| *word != "fn");
        let mut words: Vec<_> = words.collect();
        words.retain(|word| !word.starts_with("pub") && *word != "const");
        words.is_empty() && line.contains("fn ")
    };
    (0..lines.len()).filter(|at| is_head(lines[*at])).map(length).collect()
}

/// Clippy holds how long a function may be and what it may be given; this holds what most are like.
#[test]
fn functions_are_short() {
    let mut lengths: Vec<_> = rust_files("src").iter().flat_map(|(_, text)| function_lengths(text)).collect();
    lengths.sort_unstable();
    assert!(lengths.len() > 1000, "{} functions were found", lengths.len());
    let at_most = lengths[lengths.len() * 9 / 10];
    assert!(at_most <= 25, "nine of ten functions have up to {at_most} lines");
    assert!(
        lengths[lengths.len() - 1] <= 60,
        "the longest function has {} lines",
        lengths[lengths.len() - 1]
    );
}

#[test]
fn clippy_holds_the_limits_of_functions() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let limits: toml::Table = std::fs::read_to_string(root().join("clippy.toml")).unwrap().parse().unwrap();
    for lint in ["fn_params_excessive_bools", "too_many_lines"] {
        assert_eq!(manifest["lints"]["clippy"][lint].as_str(), Some("warn"), "{lint}");
    }
    for (limit, value) in
        [("too-many-arguments-threshold", 4), ("too-many-lines-threshold", 60), ("max-fn-params-bools", 0)]
    {
        assert_eq!(limits[limit].as_integer(), Some(value), "{limit}");
    }
    for (path, text) in rust_files("src") {
        for lint in ["too_many_arguments", "fn_params_excessive_bools", "too_many_lines"] {
            assert!(!text.contains(lint), "{} lets {lint} off", path.display());
        }
    }
}

#[test]
fn no_file_is_forgotten() {
    for (path, _) in [rust_files("src"), rust_files("tests")].concat() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let is_root = ["main", "lib"].contains(&stem);
        if is_root {
            continue;
        }
        let (name, owners) = if stem == "mod" {
            let outside = folder.parent().unwrap();
            (folder.file_name().unwrap().to_str().unwrap(), candidates(outside))
        } else {
            (stem, candidates(folder))
        };
        let declares = |owner: &PathBuf| {
            let text = std::fs::read_to_string(root().join(owner)).unwrap_or_default();
            text.contains(&format!("mod {name};"))
        };
        assert!(owners.iter().any(declares), "{} is declared nowhere", path.display());
    }
}

fn candidates(folder: &Path) -> Vec<PathBuf> {
    let beside = folder.with_extension("rs");
    ["mod.rs", "lib.rs", "main.rs"].iter().map(|name| folder.join(name)).chain([beside]).collect()
}

#[test]
fn vendors_are_named_in_their_own_file_only() {
    // The source of our own events is no vendor.
    let vendors: BTreeSet<_> =
        sources::logging().iter().flat_map(|source| [source.name, source.ids]).collect();
    let own = vendors.iter().copied().chain(["unsupported.rs", "mod.rs"]);
    let own: Vec<_> = own.map(|name| format!("src/sources/{name}")).collect();
    for (path, text) in rust_files("src") {
        if own.iter().any(|own| path.to_str().unwrap().starts_with(own)) {
            continue;
        }
        for line in code(&text).lines().filter(|line| !line.trim_start().starts_with("//")) {
            // Examples in help texts name sources, as the user will.
            let is_help = line.starts_with("  ssoaudit ");
            for vendor in &vendors {
                // Some are identity providers as well, and one runs checks, for which there is a format.
                let has_other_role = *vendor == "github" || sources::providers().any(|it| it == *vendor);
                let source = format!("sources::{vendor}");
                let name = if has_other_role { &*source } else { vendor };
                assert!(
                    is_help || !line.to_lowercase().contains(name),
                    "{} names {vendor}: {line}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn one_place_each_for_files_threads_and_exit_codes() {
    for (path, text) in rust_files("src") {
        let code = code(&text);
        let owns = |needle: &str, owners: &[&str]| {
            let is_owner = owners.iter().any(|owner| path.ends_with(owner));
            assert!(is_owner || !code.contains(needle), "{} uses {needle}", path.display());
        };
        owns("File::open", &["input/mod.rs"]);
        owns("rayon", &["parallel.rs"]);
        owns("parquet::", &["columnar/coded.rs", "columnar/encode.rs", "columnar/writer.rs"]);
        owns("rsigma_", &["sigma/engine.rs", "sigma/prefilter.rs"]);
        owns("ExitCode", &["main.rs"]);
        owns("process::exit", &["main.rs"]);
        owns("unsafe ", &[]);
    }
}

/// Clippy holds that nobody else cuts a text at a computed byte; this holds that nobody talks it out of it.
#[test]
fn one_place_cuts_texts() {
    let manifest: toml::Table = std::fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let disallowed = std::fs::read_to_string(root().join("clippy.toml")).unwrap();
    for lint in ["string_slice", "disallowed_methods"] {
        assert_eq!(manifest["lints"]["clippy"][lint].as_str(), Some("deny"), "{lint}");
        for (path, text) in rust_files("src") {
            // In `lib.rs` tests are let off.
            let is_owner = path.ends_with("text/cut.rs");
            let allows = code(&text).contains(lint);
            assert_eq!(allows, is_owner || path.ends_with("lib.rs"), "{} and {lint}", path.display());
        }
    }
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    assert_eq!(lib.matches("string_slice").count(), 1);
    assert!(lib.contains("cfg_attr(\n    test,\n    allow(clippy::string_slice, clippy::disallowed_methods"));
    for method in ["split_at", "truncate", "split_off", "drain", "insert", "remove", "replace_range"] {
        assert!(disallowed.contains(&format!("::{method}\"")), "{method}");
    }
}

#[test]
fn nothing_can_reach_a_network_or_a_program() {
    let reaching = ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "ToSocketAddrs"];
    for (path, text) in rust_files("src") {
        for name in reaching {
            assert!(!code(&text).contains(name), "{} uses {name}", path.display());
        }
        // A pager is the one program that the user names.
        for name in ["process::Command", "process::{", "process::*"] {
            let is_pager = path.ends_with("output/pager.rs");
            assert!(is_pager || !code(&text).contains(name), "{} uses {name}", path.display());
        }
        // Addresses are values; whatever else is in there connects.
        let net = code(&text).split("std::net::").skip(1);
        for rest in net {
            assert!(rest.starts_with("Ip"), "{} uses more of std::net than addresses", path.display());
        }
    }
}

/// Names of our own for what the field has a term for; the glossary in ARCHITECTURE.md has the terms.
const OLD_WORDS: &[&str] = &[
    "Answer",
    "Bench",
    "Board",
    "Brief",
    "Case",
    "Deed",
    "Desk",
    "Drift",
    "Face",
    "Faces",
    "Gathered",
    "Harmless",
    "Judgement",
    "Kept",
    "Lesson",
    "Life",
    "Lists",
    "Look",
    "Material",
    "Meaning",
    "Names",
    "Noted",
    "Notes",
    "Patience",
    "Refused",
    "Renumbered",
    "Select",
    "Sighting",
    "Sink",
    "Suspects",
    "Tally",
    "Texts",
    "Then",
    "Told",
    "What",
    "Written",
    "arrive",
    "cacheful",
    "came_true",
    "complain",
    "crew",
    "deed",
    "grow",
    "is_after_deed",
    "leads",
    "meets",
    "nests",
    "oddity",
    "opaque_unless_sso",
    "resembles",
    "respelled",
    "spelt",
    "thin_out",
    "took",
    "unconfined",
    "unkept",
];

/// The code of a file without its tests, comments and texts.
fn bare(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = code(text);
    while let Some(at) = rest.find(['"', '/', '\'']) {
        bare.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match rest.as_bytes() {
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'\'', b'"', b'\'', ..] => 3,
            [b'"', ..] => text_length(rest),
            _ => 1,
        };
        rest = &rest[length..];
    }
    bare + rest
}

/// Bytes of the text in quotation marks with which this begins.
fn text_length(code: &str) -> usize {
    let mut is_escaped = false;
    let ends = |(_, c): &(usize, char)| {
        let ends = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    };
    code.char_indices().skip(1).find(ends).map_or(code.len(), |(at, _)| at + 1)
}

#[test]
fn the_words_are_those_of_the_field() {
    for (path, text) in rust_files("src") {
        for word in bare(&text).split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            assert!(!OLD_WORDS.contains(&word), "{} has `{word}`", path.display());
        }
    }
}

//! What the fuzz targets check, on inputs that are kept and on as many others that a fixed seed gives.
//!
//! `testdata/fuzz/<target>/` has inputs that reach far, and every one that once was a fault. The
//! targets in `fuzz/` look for more of them.

mod agreement;
mod arguments;
mod blocks;
mod columnar;
mod decompression;
mod events;
mod formats;
mod policy;
mod sound;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use crate::support::run::testdata;

type Rule = fn(&[u8]);

/// Every target, with how many inputs of chance it gets.
const TARGETS: &[(&str, Rule, u32)] = &[
    ("agreement", agreement::check, 100),
    ("arguments", arguments::check, 200),
    ("blocks", blocks::check, 100),
    ("columnar", columnar::check, 400),
    ("decompression", decompression::check, 100),
    ("formats", formats::check, 100),
    ("policy", policy::check, 200),
];

fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(testdata(&format!("fuzz/{target}"))).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

#[test]
fn inputs_that_are_kept_pass() {
    for (target, check, _) in TARGETS {
        let kept = kept(target);
        assert!(!kept.is_empty(), "{target} has none");
        let fails = |(_, bytes): &&(String, Vec<u8>)| std::panic::catch_unwind(|| check(bytes)).is_err();
        let failed: Vec<_> = kept.iter().filter(fails).map(|(name, _)| name).collect();
        assert!(failed.is_empty(), "{failed:?}");
    }
}

/// Every target has a dictionary, and libFuzzer takes every word of it: longer ones it leaves out without
/// a word.
#[test]
fn dictionaries_can_be_read() {
    const LONGEST_WORD: usize = 64;
    for name in ["events", "policy", "arguments"] {
        let path = crate::support::run::root().join(format!("fuzz/dictionaries/{name}.dict"));
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let mut words = std::collections::HashSet::new();
        for line in lines {
            let quoted = line.split_once("=\"").and_then(|(_, quoted)| quoted.strip_suffix('"'));
            let word = quoted.unwrap_or_else(|| panic!("{name}: {line}"));
            let mut bytes = Vec::new();
            let mut rest = word;
            while let Some((before, escape)) = rest.split_once("\\x") {
                bytes.extend_from_slice(before.as_bytes());
                bytes.push(u8::from_str_radix(&escape[..2], 16).unwrap());
                rest = &escape[2..];
            }
            bytes.extend_from_slice(rest.as_bytes());
            assert!((1..=LONGEST_WORD).contains(&bytes.len()), "{name}: {line}");
            assert!(words.insert(bytes), "{name} has it twice: {line}");
        }
        let is_long = |word: &&Vec<u8>| word.len() > 50 && std::str::from_utf8(word).is_ok();
        assert!(words.iter().filter(is_long).count() >= 9, "{name}");
    }
}

/// A change to an input.
#[derive(Clone, Debug)]
enum Change {
    Replace(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    /// Puts a part of another input in.
    Splice(prop::sample::Index, prop::sample::Index, prop::sample::Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (at(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, new)| Change::Insert(at, new)),
        (at(), 1..20_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (at(), at(), at(), 1..60_usize).prop_map(|(at, input, from, n)| Change::Splice(at, input, from, n)),
    ]
}

fn changed(mut bytes: Vec<u8>, change: &Change, others: &[Vec<u8>]) -> Vec<u8> {
    let at = |index: &prop::sample::Index, bytes: &[u8]| index.index(bytes.len() + 1);
    match change {
        Change::Replace(index, byte) => {
            let at = at(index, &bytes);
            bytes.iter_mut().skip(at).take(1).for_each(|old| *old = *byte);
        }
        Change::Insert(index, new) => {
            let at = at(index, &bytes);
            bytes.splice(at..at, new.iter().copied());
        }
        Change::Remove(index, length) => {
            let at = at(index, &bytes);
            bytes.drain(at..(at + length).min(bytes.len()));
        }
        Change::Splice(index, other, from, length) => {
            let other = other.get(others);
            let from = at(from, other);
            let part = &other[from..(from + length).min(other.len())];
            let at = at(index, &bytes);
            bytes.splice(at..at, part.iter().copied());
        }
    }
    bytes
}

#[test]
fn changed_inputs_pass() {
    for (target, check, cases) in TARGETS {
        let kept: Vec<_> = kept(target).into_iter().map(|(_, bytes)| bytes).collect();
        let config = ProptestConfig { cases: *cases, failure_persistence: None, ..ProptestConfig::default() };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let inputs = (any::<prop::sample::Index>(), prop::collection::vec(change(), 1..6));
        let result = TestRunner::new_with_rng(config, rng).run(&inputs, |(input, changes)| {
            let input = input.get(&kept).clone();
            check(&changes.iter().fold(input, |bytes, change| changed(bytes, change, &kept)));
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{target}: {error}"));
    }
}

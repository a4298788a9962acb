//! Whatever the text is: as a policy or a baseline it is read or refused, every problem is at a place
//! within it, and what is accepted says the same when it is written in another way.

use std::path::Path;

use ssoaudit::policy::{InvalidFile, Policy, baseline, read};
use ssoaudit::rules;

const NAME: &str = "p";
const MARK: &str = "\u{FEFF}";

/// Reads the text as each of them.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match baseline::parse(NAME, text) {
        Ok(known) => assert_eq!(baseline::parse(NAME, &known.to_json()).unwrap().to_json(), known.to_json()),
        Err(refused) => assert_placed(&refused, text),
    }
    // A roster is another file, and this text must not choose which.
    if text.contains("roster") && text.contains(['/', '\\']) {
        return;
    }
    let policy = match parse(text) {
        Ok(policy) => policy,
        Err(refused) => return assert_placed(&refused, text),
    };
    let same = |other: &str, what: &str| {
        assert_eq!(told(parse(other).unwrap()), told(policy_of(text)), "{what}: {other}");
    };
    let plain = text.strip_prefix(MARK).unwrap_or(text);
    assert_eq!(policy.sha256, hex(text));
    same(&format!("{MARK}{plain}"), "behind a mark");
    same(&format!("\n# a comment\n{plain}\n# another"), "with comments");
    let table: toml::Table = plain.parse().unwrap();
    same(&toml::to_string(&table).unwrap(), "written anew");
}

fn parse(text: &str) -> Result<Policy, InvalidFile> {
    let read = read::parse(NAME, text, Path::new("no-such-folder"), rules::ALL);
    read.map_err(|error| error.downcast().unwrap())
}

fn policy_of(text: &str) -> Policy {
    parse(text).unwrap()
}

fn hex(text: &str) -> String {
    use sha2::Digest;
    ssoaudit::text::hex::hex(&sha2::Sha256::digest(text))
}

/// All of a policy but for its bytes and the lines things are on.
fn told(mut policy: Policy) -> String {
    policy.sha256.clear();
    policy.planned.iter_mut().for_each(|entry| entry.line = 0);
    policy.suppressions.iter_mut().for_each(|entry| entry.line = 0);
    policy.warnings.iter_mut().for_each(|(line, _)| *line = 0);
    policy.rules.values_mut().for_each(|rule| rule.scope.lines.fill(0));
    format!("{policy:?}")
}

/// Every problem begins with a line of the text, and a column on it or just behind it.
fn assert_placed(refused: &InvalidFile, text: &str) {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let lines: Vec<_> = text.split('\n').collect();
    assert!(!refused.0.is_empty(), "refused without a reason");
    for problem in &refused.0 {
        let place = problem.strip_prefix(NAME).and_then(|rest| rest.strip_prefix(':'));
        let (line, rest) = place.and_then(|rest| rest.split_once(':')).unwrap();
        let (column, message) = rest.split_once(": ").unwrap();
        let (line, column): (usize, usize) = (line.parse().unwrap(), column.parse().unwrap());
        assert!((1..=lines.len()).contains(&line), "{problem}");
        assert!((1..=lines[line - 1].chars().count() + 1).contains(&column), "{problem}");
        assert!(!message.is_empty(), "{problem}");
    }
}

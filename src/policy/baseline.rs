//! Baselines: findings that existed when checking began and are accepted from then on.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::input::read_whole;
use crate::json::strict::{self, Members, Problem};
use crate::json::{Document, Kind, NodeId};
use crate::model::hashed_file::HashedFile;
use crate::policy::problems::{InvalidFile, Problems};
use crate::rules::fingerprint::Fingerprint;
use crate::text::escape;
use crate::text::position::{Position, utf8};

/// Name and version of the baseline JSON.
pub const SCHEMA: &str = "ssoaudit.baseline.v2";
/// The version whose fingerprints covered only the event id, which another event can reuse.
const OUTDATED: &str = "ssoaudit.baseline.v1";

/// Accepted findings by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    findings: BTreeMap<Fingerprint, Entry>,
}

/// Describes an accepted finding to people; only its fingerprint is compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    rule: String,
    message: String,
}

impl Baseline {
    /// Adds a finding. If two have the same fingerprint, the first by rule and message is kept.
    pub fn add(&mut self, fingerprint: Fingerprint, rule: &str, message: &str) {
        let new = Entry { rule: rule.to_owned(), message: message.to_owned() };
        let entry = self.findings.entry(fingerprint).or_insert_with(|| new.clone());
        if new < *entry {
            *entry = new;
        }
    }

    /// Replaces the messages, which may name people.
    pub fn hide_messages(&mut self) {
        self.findings.values_mut().for_each(|entry| "known from before".clone_into(&mut entry.message));
    }

    /// Whether it contains the finding.
    pub fn contains(&self, fingerprint: Fingerprint) -> bool {
        self.findings.contains_key(&fingerprint)
    }

    /// The number of findings.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it has no findings.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Renders the file: one line per finding, sorted by fingerprint, so that diffs stay small.
    pub fn to_json(&self) -> String {
        let findings = self.findings.iter().map(|(fingerprint, Entry { rule, message })| {
            let finding = serde_json::json!({ "fingerprint": fingerprint, "rule": rule, "message": message });
            format!("\n    {}", escape::json(&finding.to_string()))
        });
        let findings = findings.collect::<Vec<_>>().join(",");
        let end = if findings.is_empty() { "" } else { "\n  " };
        format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{findings}{end}]\n}}\n")
    }
}

/// Reads a baseline; one that is malformed is an [`InvalidFile`] error.
pub fn read(path: &Path) -> Result<(Baseline, HashedFile)> {
    let name = path.display().to_string();
    let bytes = read_whole(path).with_context(|| format!("cannot read baseline {name}"))?;
    let text = utf8(&bytes).map_err(|Position { line, column }| {
        anyhow!("{name}:{line}:{column}: the baseline is not UTF-8 here")
    })?;
    Ok((parse(&name, text)?, HashedFile::of(path, &bytes)))
}

/// Parses the text of a baseline.
pub fn parse(name: &str, text: &str) -> Result<Baseline, InvalidFile> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let problems = Problems::new(name, text);
    let mut nodes = Vec::new();
    let mut baseline = Baseline::default();
    match strict::document(text, &mut nodes) {
        Ok(document) => Reader { document, problems: &problems }.baseline(name, &mut baseline),
        Err(problem) => problems.error(problem.offset, problem.message),
    }
    problems.finish()?;
    Ok(baseline)
}

struct Reader<'a> {
    document: Document<'a>,
    problems: &'a Problems<'a>,
}

impl Reader<'_> {
    fn baseline(&self, name: &str, baseline: &mut Baseline) {
        let Some([schema, findings]) = self.members(0, ["schema", "findings"]) else {
            return;
        };
        if !self.is_known_schema(schema, name) {
            return;
        }
        if self.document.nodes[findings].kind != Kind::Array {
            return self.expected(findings, "findings", "an array of objects");
        }
        self.document.children(findings).for_each(|finding| self.finding(finding, baseline));
    }

    /// Whether the findings can be read. Those of another version cannot; a `schema` that is no string is an error,
    /// but the findings are still checked.
    fn is_known_schema(&self, schema: NodeId, name: &str) -> bool {
        let message = match self.document.string(schema).as_deref() {
            Some(SCHEMA) => return true,
            Some(OUTDATED) => format!(
                "this baseline was written by an earlier version, whose fingerprints another event could \
                 reuse; review the findings and renew it with `--write-baseline {name}`"
            ),
            Some(other) => format!("schema `{other}` is not known; this ssoaudit reads `{SCHEMA}`"),
            None => {
                self.expected(schema, "schema", "a string");
                return true;
            }
        };
        self.error(schema, message);
        false
    }

    fn finding(&self, id: NodeId, baseline: &mut Baseline) {
        const KEYS: [&str; 3] = ["fingerprint", "rule", "message"];
        let Some(values) = self.members(id, KEYS) else {
            return;
        };
        let texts = values.map(|value| self.document.string(value));
        for ((value, text), key) in values.into_iter().zip(&texts).zip(KEYS) {
            if text.is_none() {
                self.expected(value, key, "a string");
            }
        }
        if let [Some(fingerprint), Some(rule), Some(message)] = &texts {
            match Fingerprint::read(fingerprint) {
                Some(fingerprint) => baseline.add(fingerprint, rule, message),
                None => self.error(
                    values[0],
                    format!("invalid fingerprint `{fingerprint}`; it has 32 hexadecimal digits"),
                ),
            }
        }
    }

    /// Returns the members of an object that must have exactly these keys.
    fn members<const N: usize>(&self, id: NodeId, keys: [&'static str; N]) -> Option<[NodeId; N]> {
        let kind = self.document.nodes[id].kind;
        if kind != Kind::Object {
            self.error(id, format!("this is {}, expected an object", kind.name()));
            return None;
        }
        let members = Members::of(self.document, id, keys);
        members.missing().for_each(|key| self.error(id, format!("missing `{key}`")));
        let complete = members.complete();
        members
            .problems
            .into_iter()
            .for_each(|Problem { offset, message }| self.problems.error(offset, message));
        complete
    }

    fn expected(&self, id: NodeId, key: &str, expected: &str) {
        let found = self.document.nodes[id].kind.name();
        self.error(id, format!("`{key}` is {found}, expected {expected}"));
    }

    fn error(&self, id: NodeId, message: String) {
        self.problems.error(strict::start(self.document, id), message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn print(text: &str) -> Fingerprint {
        Fingerprint::read(text).unwrap()
    }

    const A: &str = "00000000000000000000000000000001";
    const B: &str = "abcdef00000000000000000000000002";

    #[test]
    fn the_file_is_by_fingerprint_whatever_came_first() {
        let findings =
            [(B, "rule-b", "a \"quoted\" message"), (A, "rule-z", "later"), (A, "rule-a", "first")];
        let mut baseline = Baseline::default();
        findings.iter().for_each(|(text, rule, message)| baseline.add(print(text), rule, message));
        let mut reverse = Baseline::default();
        findings.iter().rev().for_each(|(text, rule, message)| reverse.add(print(text), rule, message));
        let expected = format!(
            "{{
  \"schema\": \"ssoaudit.baseline.v2\",
  \"findings\": [
    {{\"fingerprint\":\"{A}\",\"rule\":\"rule-a\",\"message\":\"first\"}},
    {{\"fingerprint\":\"{B}\",\"rule\":\"rule-b\",\"message\":\"a \\\"quoted\\\" message\"}}
  ]
}}
"
        );
        assert_eq!((baseline.to_json(), reverse.to_json()), (expected.clone(), expected));
        assert!(
            baseline.contains(print(A)) && !baseline.contains(print(&"0".repeat(32))) && baseline.len() == 2
        );
        let empty = Baseline::default().to_json();
        assert_eq!(empty, "{\n  \"schema\": \"ssoaudit.baseline.v2\",\n  \"findings\": []\n}\n");
        assert!(parse("b", &empty).unwrap().is_empty());
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_place() {
        let head = format!("{{\"schema\":\"{SCHEMA}\",\n");
        for (text, expected) in [
            ("", "b:1:1: this is not JSON: expected a JSON value"),
            ("[]", "b:1:1: this is an array, expected an object"),
            ("{}", "b:1:1: missing `findings`\nb:1:1: missing `schema`"),
            (
                "{\"findings\":7,\n \"schema\":\"ssoaudit.baseline.v3\"}",
                "b:2:11: schema `ssoaudit.baseline.v3` is not known; this ssoaudit reads `ssoaudit.baseline.v2`",
            ),
            (
                "{\"schema\":\"ssoaudit.baseline.v1\",\"findings\":[7]}",
                "b:1:11: this baseline was written by an earlier version, whose fingerprints another event \
                 could reuse; review the findings and renew it with `--write-baseline b`",
            ),
            ("{\"findings\":[],\"schema\":1}", "b:1:25: `schema` is a number, expected a string"),
            (
                &format!("{head}\"findings\":{{}}}}"),
                "b:2:12: `findings` is an object, expected an array of objects",
            ),
            (
                &format!("{head}\"finding\":[]}}"),
                "b:1:1: missing `findings`\nb:2:1: no key `finding`; did you mean `findings`?",
            ),
            (&format!("{head}\"findings\":[],\"findings\":[]}}"), "b:2:15: key `findings` is there twice"),
            (
                &format!(
                    "{head}\"findings\":[\n 1,\n {{\"fingerprint\":\"ü1\",\"rule\":\"r\",\"message\":\"m\"}},\n\
                     {{\"ü\":1,\"rule\":2,\"message\":null}},\n\
                     {{\"fingerprint\":\"{A}\",\"rule\":[],\"message\":null}}]}}"
                ),
                "b:3:2: this is a number, expected an object\n\
                 b:4:17: invalid fingerprint `ü1`; it has 32 hexadecimal digits\n\
                 b:5:1: missing `fingerprint`\n\
                 b:5:2: no key `ü`; there are fingerprint, rule, message\n\
                 b:6:58: `rule` is an array, expected a string\n\
                 b:6:71: `message` is null, expected a string",
            ),
        ] {
            assert_eq!(parse("b", text).unwrap_err().to_string(), expected, "{text}");
        }
        let cut = parse("b", "{\n\"schema\":").unwrap_err().to_string();
        assert!(cut.starts_with("b:2:10: this is not JSON: expected "), "{cut}");
    }

    #[test]
    fn files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("baseline.json");
        let error = || format!("{:#}", read(&path).unwrap_err());
        assert!(error().starts_with(&format!("cannot read baseline {}: ", path.display())));
        std::fs::write(&path, b"{\n\xFF}").unwrap();
        assert_eq!(error(), format!("{}:2:1: the baseline is not UTF-8 here", path.display()));
        std::fs::write(&path, "{}").unwrap();
        assert!(error().contains(":1:1: missing `schema`"));
        let mut baseline = Baseline::default();
        baseline.add(print(A), "r", "m");
        std::fs::write(&path, baseline.to_json()).unwrap();
        assert_eq!(read(&path).unwrap().0, baseline);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(findings in prop::collection::vec(("[0-9a-f]{32}", any::<String>(), any::<String>()), 0..5)) {
            let mut baseline = Baseline::default();
            findings.iter().for_each(|(text, rule, message)| baseline.add(print(text), rule, message));
            prop_assert_eq!(parse("b", &baseline.to_json()).unwrap(), baseline);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), cut in any::<prop::sample::Index>(), length in 0..9_usize) {
            let _ = parse("b", &text);
            let mut baseline = Baseline::default();
            baseline.add(print(A), "r", "m");
            let mut json = baseline.to_json();
            let cut = cut.index(json.len());
            json.replace_range(cut..(cut + length).min(json.len()), "");
            let _ = parse("b", &json);
        }
    }
}

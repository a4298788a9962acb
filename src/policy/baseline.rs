//! Baselines: findings that were there when somebody began to look, and are not told again.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow};

use super::fingerprint;
use super::problems::{Problems, Refused, place, unknown};
use super::read::{bytes, utf8};
use crate::json::{self, Document, Kind, NodeId};

/// Name and version of a baseline's JSON.
pub const SCHEMA: &str = "ssoaudit.baseline.v1";

/// Findings by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    findings: BTreeMap<String, Entry>,
}

/// What a baseline says of a finding; it is for the reader only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    rule: String,
    message: String,
}

impl Baseline {
    /// Takes in a finding. Of two with one fingerprint the first by rule and message is kept.
    pub fn add(&mut self, fingerprint: &str, rule: &str, message: &str) {
        let new = Entry { rule: rule.to_owned(), message: message.to_owned() };
        let entry = self.findings.entry(fingerprint.to_owned()).or_insert_with(|| new.clone());
        if new < *entry {
            *entry = new;
        }
    }

    /// Whether the finding is in it.
    pub fn contains(&self, fingerprint: &str) -> bool {
        self.findings.contains_key(fingerprint)
    }

    /// How many findings it has.
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// It has none.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The text of its file: a finding a line, by fingerprint, so that differences are small.
    pub fn to_json(&self) -> String {
        let findings = self.findings.iter().map(|(fingerprint, Entry { rule, message })| {
            let finding = serde_json::json!({ "fingerprint": fingerprint, "rule": rule, "message": message });
            format!("\n    {finding}")
        });
        let findings = findings.collect::<Vec<_>>().join(",");
        let end = if findings.is_empty() { "" } else { "\n  " };
        format!("{{\n  \"schema\": \"{SCHEMA}\",\n  \"findings\": [{findings}{end}]\n}}\n")
    }
}

/// Reads a baseline. What is wrong with it is a [`Refused`].
pub fn read(path: &Path) -> Result<Baseline> {
    let name = path.display().to_string();
    let bytes = bytes(path).with_context(|| format!("cannot read baseline {name}"))?;
    let text = utf8(&bytes)
        .map_err(|(line, column)| anyhow!("{name}:{line}:{column}: the baseline is not UTF-8 here"))?;
    Ok(parse(&name, text)?)
}

/// Reads the text of a baseline.
pub fn parse(name: &str, text: &str) -> Result<Baseline, Refused> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut nodes = Vec::new();
    let refused = |at: usize, message: String| {
        let (line, column) = place(text, at);
        Refused(vec![format!("{name}:{line}:{column}: {message}")])
    };
    json::parse(text, &mut nodes).map_err(|fault| {
        let expected = fault.expected.unwrap_or("less nesting");
        refused(fault.offset, format!("this is not JSON: expected {expected}"))
    })?;
    let document = Document { text, nodes: &nodes };
    let problems = Problems::new(name, text);
    let reader = Reader { document, problems: &problems };
    let mut baseline = Baseline::default();
    if let Some([schema, findings]) = reader.members(0, ["schema", "findings"]) {
        match document.string(schema) {
            // Whatever else another version says is not known here.
            Some(known) if known != SCHEMA => {
                return Err(refused(
                    reader.start(schema),
                    format!("schema `{known}` is not known; this ssoaudit reads `{SCHEMA}`"),
                ));
            }
            Some(_) => {}
            None => reader.expected(schema, "schema", "a string"),
        }
        if nodes[findings].kind != Kind::Array {
            reader.expected(findings, "findings", "an array of objects");
        } else {
            for finding in document.children(findings) {
                reader.finding(finding, &mut baseline);
            }
        }
    }
    problems.settle()?;
    Ok(baseline)
}

struct Reader<'a> {
    document: Document<'a>,
    problems: &'a Problems<'a>,
}

impl Reader<'_> {
    fn finding(&self, id: NodeId, baseline: &mut Baseline) {
        const KEYS: [&str; 3] = ["fingerprint", "rule", "message"];
        let Some(values) = self.members(id, KEYS) else {
            return;
        };
        let mut texts = values.map(|value| self.document.string(value));
        for ((value, text), key) in values.into_iter().zip(&texts).zip(KEYS) {
            if text.is_none() {
                self.expected(value, key, "a string");
            }
        }
        if let [Some(fingerprint), Some(rule), Some(message)] = &mut texts {
            match fingerprint::read(fingerprint) {
                Some(fingerprint) => baseline.add(&fingerprint, rule, message),
                None => self.problems.add(
                    self.start(values[0]),
                    format!("`{fingerprint}` is no fingerprint; it has 32 hexadecimal digits"),
                ),
            }
        }
    }

    /// The members of an object, which has these and no others.
    fn members<const N: usize>(&self, id: NodeId, keys: [&str; N]) -> Option<[NodeId; N]> {
        let node = self.document.nodes[id];
        if node.kind != Kind::Object {
            let found = node.kind.name();
            self.problems.add(self.start(id), format!("this is {found}, expected an object"));
            return None;
        }
        let mut members = [None; N];
        for member in self.document.children(id) {
            let key = self.document.key(member);
            match keys.iter().position(|known| **known == *key) {
                Some(at) if members[at].is_none() => members[at] = Some(member),
                Some(_) => self.problems.add(self.key_start(member), format!("key `{key}` is there twice")),
                None => self.problems.add(self.key_start(member), unknown("key", &key, keys)),
            }
        }
        for (key, member) in keys.iter().zip(&members) {
            if member.is_none() {
                self.problems.add(self.start(id), format!("there is no `{key}`"));
            }
        }
        let found: Option<Vec<_>> = members.into_iter().collect();
        found?.try_into().ok()
    }

    fn expected(&self, id: NodeId, key: &str, expected: &str) {
        let found = self.document.nodes[id].kind.name();
        self.problems.add(self.start(id), format!("`{key}` is {found}, expected {expected}"));
    }

    /// Byte at which a value begins, with its quote.
    fn start(&self, id: NodeId) -> usize {
        let node = self.document.nodes[id];
        node.span.start as usize - usize::from(node.kind == Kind::Text)
    }

    fn key_start(&self, id: NodeId) -> usize {
        self.document.nodes[id].key.map_or(0, |key| key.start as usize - 1)
    }
}

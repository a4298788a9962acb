//! SARIF 2.1.0 (OASIS; the sections are of its document) as types: a log that reads into them and back
//! without a difference has nothing the format does not know, and nothing it asks for is missing.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// §3.13
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: String,
    version: Version,
    pub runs: Vec<Run>,
}

#[derive(Debug, Deserialize, Serialize)]
enum Version {
    #[serde(rename = "2.1.0")]
    V2,
}

/// §3.14
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    tool: Tool,
    pub invocations: Vec<Invocation>,
    pub results: Vec<SarifResult>,
}

/// §3.18
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Tool {
    driver: Driver,
}

/// §3.19
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Driver {
    name: String,
    version: String,
    semantic_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<String>,
    rules: Vec<Rule>,
}

/// §3.49
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Rule {
    id: String,
    name: String,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
    properties: Properties,
}

/// §3.50
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Configuration {
    enabled: bool,
    level: Level,
}

/// What GitHub's code scanning reads of a rule's property bag.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Properties {
    #[serde(rename = "security-severity")]
    security_severity: String,
    precision: Precision,
    tags: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Precision {
    VeryHigh,
    High,
    Medium,
    Low,
}

/// §3.11, §3.12
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

/// §3.20
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Invocation {
    pub execution_successful: bool,
    pub exit_code: i32,
    tool_execution_notifications: Vec<Notification>,
    properties: Map<String, Value>,
}

/// §3.58
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Notification {
    level: Level,
    descriptor: Descriptor,
    message: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    associated_rule: Option<DescriptorReference>,
}

/// §3.52
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DescriptorReference {
    id: String,
    index: usize,
}

/// §3.52
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Descriptor {
    id: String,
}

/// §3.27
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: Level,
    message: Message,
    locations: Vec<Location>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation>,
    partial_fingerprints: BTreeMap<String, String>,
    suppressions: Option<Vec<Suppression>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<BaselineState>,
}

/// §3.27.10
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum Level {
    Error,
    Warning,
    Note,
    None,
}

/// §3.27.24
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum BaselineState {
    New,
    Unchanged,
    Updated,
    Absent,
}

/// §3.28
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

/// §3.28 in §3.27.22, where a message says how it is related.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RelatedLocation {
    physical_location: PhysicalLocation,
    message: Message,
}

/// §3.29
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

/// §3.4
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ArtifactLocation {
    uri: String,
}

/// §3.30
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Region {
    start_line: u64,
}

/// §3.35
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Suppression {
    kind: SuppressionKind,
    status: SuppressionStatus,
    justification: String,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum SuppressionKind {
    InSource,
    External,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum SuppressionStatus {
    Accepted,
    UnderReview,
    Rejected,
}

/// Reads a log; it must keep what the format and GitHub's code scanning ask for beyond types.
pub fn read(text: &str) -> Log {
    let log: Log = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:.500}"));
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_value(&log).unwrap(), value);
    assert!(log.schema.starts_with("https://"));
    for run in &log.runs {
        run.check();
    }
    log
}

impl Run {
    fn check(&self) {
        let Driver { name, version, semantic_version, rules, .. } = &self.tool.driver;
        assert_eq!((name.as_str(), version), ("ssoaudit", semantic_version));
        let ids: HashSet<_> = rules.iter().map(|rule| &rule.id).collect();
        assert_eq!(ids.len(), rules.len(), "§3.49.3: ids of rules are different");
        rules.iter().for_each(Rule::check);
        for Invocation { execution_successful, exit_code, tool_execution_notifications, .. } in
            &self.invocations
        {
            assert!((0..=2).contains(exit_code));
            assert_eq!(*execution_successful, *exit_code < 2);
            for Notification { descriptor, message, associated_rule, .. } in tool_execution_notifications {
                assert!(!descriptor.id.is_empty());
                if let Some(DescriptorReference { id, index }) = associated_rule {
                    assert_eq!(rules[*index].id, *id, "§3.58.3, §3.52.4");
                }
                message.check();
            }
        }
        assert!(self.results.len() <= 5_000, "GitHub shows no more");
        for result in &self.results {
            let rule = &rules[result.rule_index];
            assert_eq!(rule.id, result.rule_id, "§3.27.7");
            result.check();
        }
        let with = |has: fn(&SarifResult) -> bool| self.results.iter().filter(|result| has(result)).count();
        for count in
            [with(|result| result.suppressions.is_some()), with(|result| result.baseline_state.is_some())]
        {
            assert!(count == 0 || count == self.results.len(), "§3.27.23, §3.27.24: all have it or none");
        }
    }
}

impl Rule {
    fn check(&self) {
        assert!(self.name.chars().all(|c| c.is_ascii_alphanumeric()) && self.name != self.id, "§3.49.7");
        for message in [&self.short_description, &self.full_description] {
            message.check();
        }
        assert!(!self.help.text.is_empty() && self.help.markdown.is_some());
        let Properties { security_severity, tags, .. } = &self.properties;
        let score: f64 = security_severity.parse().unwrap();
        assert!((0.0..=10.0).contains(&score));
        assert!(tags.len() <= 20 && tags.iter().any(|tag| tag == "security"), "GitHub's limit and mark");
    }
}

impl SarifResult {
    fn check(&self) {
        self.message.check();
        let [Location { physical_location }] = &*self.locations else {
            panic!("GitHub shows the one place of a result");
        };
        physical_location.check();
        for RelatedLocation { physical_location, message } in &self.related_locations {
            physical_location.check();
            message.check();
        }
        let hash = &self.partial_fingerprints["primaryLocationLineHash"];
        assert!(!hash.is_empty(), "GitHub tells results apart by it");
        for Suppression { justification, .. } in self.suppressions.iter().flatten() {
            assert!(!justification.is_empty());
        }
    }
}

impl PhysicalLocation {
    fn check(&self) {
        assert!(self.region.start_line >= 1, "§3.30.5");
        let uri = &self.artifact_location.uri;
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        assert!(!uri.is_empty() && !uri.starts_with('/') && uri.bytes().all(is_fine), "§3.4.3: {uri}");
    }
}

impl Message {
    /// §3.11.5: what is in braces stands for an argument, and there is none.
    fn check(&self) {
        assert!(!self.text.is_empty() && self.text.chars().count() <= 1_024, "{}", self.text);
        let text = self.text.replace("{{", "").replace("}}", "");
        assert!(!text.contains(['{', '}']), "{}", self.text);
    }
}

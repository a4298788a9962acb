//! The plain program that the real one must agree with.
//!
//! The oracle reads a line into a [`Value`], checks it field by field in the order a person would,
//! and builds the neutral event by hand. It knows no tables, no shapes and no threads, and it was
//! written from the facts about the vendors, not from the code it checks. Where the two disagree,
//! one of them has misread the facts.
//!
//! Below the oracle is a generator: a few events of both vendors, each repeated with changes small
//! and large, so that the binary's fast path sees lines that nearly have a shape it has learned.

use std::fmt;
use std::net::IpAddr;

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, json};

use crate::run;

proptest! {
    // Each case starts a process, so there are few; `PROPTEST_CASES` asks for more. A failing
    // corpus is printed in full, so nothing is kept in the tree.
    #![proptest_config(ProptestConfig {
        cases: 64,
        max_shrink_iters: 1024,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn generated_lines_agree(lines in corpus(), flags in flags()) {
        let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
        agreement(&lines, &flags, usize::MAX).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn documented_lines_are_valid_and_agree() {
    for name in
        ["sso-events.ndjson", "sources/centure/documented.ndjson", "sources/scalekit/documented.ndjson"]
    {
        let bytes = run::fixture(name);
        let lines = split(&bytes);
        for line in &lines {
            let text = std::str::from_utf8(line).unwrap();
            assert!(normalize(text).is_some(), "{name}: the oracle refuses {text}");
        }
        agreement(&lines, &Flags::default(), usize::MAX)
            .unwrap_or_else(|message| panic!("{name}: {message}"));
    }
}

#[test]
fn lines_with_findings_agree() {
    let mut paths: Vec<_> = std::fs::read_dir(run::testdata("findings"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are fixtures");
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        // A line that is no UTF-8 is no text for the oracle to have an opinion on.
        let lines: Vec<&[u8]> =
            split(&bytes).into_iter().filter(|line| std::str::from_utf8(line).is_ok()).collect();
        agreement(&lines, &Flags::default(), 8192)
            .unwrap_or_else(|message| panic!("{}: {message}", path.display()));
    }
}

fn split(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}

// ---------------------------------------------------------------------------------------------
// Comparing

/// Runs the binary over the lines and compares what it prints with the oracle's events. The error
/// is the first disagreement.
fn agreement(lines: &[&[u8]], flags: &Flags, longest: usize) -> Result<(), String> {
    let mut expected = lines
        .iter()
        .filter(|line| line.len() <= longest)
        .map(|line| std::str::from_utf8(line).unwrap())
        .filter_map(|line| Some((line, normalize(line)?)))
        .filter(|(_, normal)| selects(normal, flags))
        .map(|(line, normal)| (line, normal.event));

    let mut args = flags.args();
    if longest != usize::MAX {
        args.extend(["--max-line-bytes".to_owned(), longest.to_string()]);
    }
    let mut printed = printed_events(&args, lines).into_iter();
    loop {
        let (line, event, got) = match (expected.next(), printed.next()) {
            (None, None) => return Ok(()),
            (Some((_, event)), Some(got)) if event == got => continue,
            (Some((line, event)), got) => (line, event, got.unwrap_or_default()),
            (None, Some(got)) => ("(none left)", Value::Null, got),
        };
        return Err(format!(
            "the binary and the oracle disagree\nargs: {args:?}\nline: {line}\nexpected: {event}\ngot: {got}"
        ));
    }
}

/// What the binary prints, parsed line by line.
fn printed_events(args: &[String], lines: &[&[u8]]) -> Vec<Value> {
    let mut all = vec!["filter", "--normalize", "--format", "ndjson"];
    all.extend(args.iter().map(String::as_str));
    let mut input = lines.join(&b'\n');
    input.push(b'\n');
    let run = run::ssoaudit_with_input(&all, &input);
    assert_eq!(run.code, 0, "{all:?}: {}", run.stderr);
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

// ---------------------------------------------------------------------------------------------
// The oracle: reading

/// A line with a finding of level error. Which finding it was is for another test.
struct Invalid;

type Valid<T> = Result<T, Invalid>;

/// The neutral event, and what the selecting flags may ask for beyond it.
struct Normal {
    event: Value,
    organizations: Vec<String>,
    connections: Vec<String>,
    connection_types: Vec<String>,
}

/// The neutral event of a line, or `None` when the line is invalid.
fn normalize(line: &str) -> Option<Normal> {
    if depth(line) > 128 {
        return None;
    }
    let Strict(root) = serde_json::from_str(line).ok()?;
    if !root.is_object() {
        return None;
    }
    let wrapped = root.get("event").filter(|event| event.is_object());
    if looks_like_centure(wrapped.unwrap_or(&root)) {
        centure(&root, wrapped.unwrap_or(&root)).ok()
    } else if looks_like_scalekit(&root) {
        scalekit(&root).ok()
    } else {
        None
    }
}

/// How many arrays and objects are open at the deepest place of a line.
fn depth(line: &str) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in line.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => open += 1,
            b']' | b'}' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// A value in which no object has a key twice. [`Value`] itself would keep the last one.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value without duplicate keys")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(Value::Bool(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(Value::from(value)))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(Value::from(value)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Strict, E> {
        Number::from_f64(value).map(|number| Strict(number.into())).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(Value::from(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Strict(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.insert(key, value).is_some() {
                return Err(de::Error::custom("duplicate key"));
            }
        }
        Ok(Strict(Value::Object(object)))
    }
}

// ---------------------------------------------------------------------------------------------
// The oracle: fields

/// The member under its name or the name's camelCase spelling; both at once are an error.
fn member<'a>(object: &'a Value, name: &str) -> Valid<Option<&'a Value>> {
    let other = camel(name);
    match (object.get(name), object.get(&other)) {
        (Some(_), Some(_)) if name != other => Err(Invalid),
        (snake, camel) => Ok(snake.or(camel)),
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &word[..1].to_uppercase() + &word[1..])
}

fn require(holds: bool) -> Valid<()> {
    if holds { Ok(()) } else { Err(Invalid) }
}

fn required<'a>(object: &'a Value, name: &str) -> Valid<&'a Value> {
    member(object, name)?.ok_or(Invalid)
}

fn required_object<'a>(object: &'a Value, name: &str) -> Valid<&'a Value> {
    required(object, name).and_then(|value| if value.is_object() { Ok(value) } else { Err(Invalid) })
}

fn required_text<'a>(object: &'a Value, name: &str) -> Valid<&'a str> {
    required(object, name)?.as_str().ok_or(Invalid)
}

/// A required string that must not be empty.
fn filled_text<'a>(object: &'a Value, name: &str) -> Valid<&'a str> {
    required_text(object, name).and_then(|text| if text.is_empty() { Err(Invalid) } else { Ok(text) })
}

/// An optional string; null counts as absent.
fn optional_text<'a>(object: &'a Value, name: &str) -> Valid<Option<&'a str>> {
    match member(object, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(Invalid),
    }
}

/// An optional string that must not be empty when it is there.
fn optional_filled_text<'a>(object: &'a Value, name: &str) -> Valid<Option<&'a str>> {
    let text = optional_text(object, name)?;
    require(text != Some(""))?;
    Ok(text)
}

/// A metadata object: its values are strings, numbers or booleans, and nothing else.
fn check_metadata(metadata: &Value) -> Valid<()> {
    let object = metadata.as_object().ok_or(Invalid)?;
    require(object.values().all(|value| value.is_string() || value.is_number() || value.is_boolean()))
}

/// The metadata of an actor or a target, which may be absent or null.
fn optional_metadata(object: &Value) -> Valid<&Value> {
    match object.get("metadata") {
        None | Some(Value::Null) => Ok(&Value::Null),
        Some(metadata) => check_metadata(metadata).map(|()| metadata),
    }
}

/// A member's text where the empty string, like anything that is no string, means "not there".
fn text_or_null(object: &Value, name: &str) -> Value {
    some_text(object.get(name).and_then(Value::as_str))
}

fn some_text(text: Option<&str>) -> Value {
    text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::from)
}

/// An object, or null when it says nothing.
fn unless_hollow(object: Value) -> Value {
    let hollow = object.as_object().is_some_and(|members| members.values().all(Value::is_null));
    if hollow { Value::Null } else { object }
}

/// The first value that is not null.
fn first_of(values: impl IntoIterator<Item = Value>) -> Value {
    values.into_iter().find(|value| !value.is_null()).unwrap_or(Value::Null)
}

/// Adds a text to the list, when there is one.
fn collect(list: &mut Vec<String>, value: &Value) {
    list.extend(value.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
}

// ---------------------------------------------------------------------------------------------
// The oracle: Centure

fn looks_like_centure(keys: &Value) -> bool {
    let has = |name: &str| keys.get(name).is_some();
    let nested = |name: &str| keys.get(name).is_some_and(|value| value.is_object() || value.is_array());
    let time = has("occurredAt") || has("occurred_at");
    (has("action") && (time || nested("targets"))) || (time && has("targets") && nested("actor"))
}

/// `event` is `root` itself, or the member of the ingestion wrapper that holds the event.
fn centure(root: &Value, event: &Value) -> Valid<Normal> {
    // Beside the event in the wrapper, or in the event itself.
    let ids = [optional_filled_text(root, "id")?, optional_filled_text(event, "id")?];
    let organizations =
        [optional_filled_text(root, "organization_id")?, optional_filled_text(event, "organization_id")?];
    let organization = organizations[0].or(organizations[1]);
    let action = filled_text(event, "action")?;
    let time = filled_text(event, "occurred_at")?;
    let nanos = nanoseconds(time).ok_or(Invalid)?;
    check_version(event)?;
    let actor = centure_actor(required_object(event, "actor")?)?;
    let targets = required(event, "targets")?.as_array().ok_or(Invalid)?;
    check_targets(action, targets)?;
    let context = required_object(event, "context")?;
    let location = required_text(context, "location")?;
    let user_agent = required_text(context, "user_agent")?;
    let metadata = required_object(event, "metadata")?;
    check_metadata(metadata)?;
    let page = required_text(metadata, "source")?;

    let event = json!({
        "schema": "ssoaudit.event.v1", "source": "centure", "id": some_text(ids[0].or(ids[1])),
        "time": time, "epoch_ms": milliseconds(nanos),
        "action": action, "operation": centure_operation(action),
        "actor": actor,
        "organization": centure_organization(organization, targets),
        "connection": centure_connection(targets),
        "environment_id": null,
        "ip": some_text(Some(location).filter(|text| text.parse::<IpAddr>().is_ok())),
        "user_agent": some_text(Some(user_agent)),
        "page": some_text(Some(page)),
    });
    Ok(centure_normal(event, organizations, targets))
}

fn centure_operation(action: &str) -> &'static str {
    match action.to_ascii_lowercase().as_str() {
        "sso.view_settings" => "viewed",
        "sso.create_management_portal_url" => "portal-opened",
        "sso.delete_connection" => "deleted",
        _ => "other",
    }
}

/// A whole number, however it is written, when it is there at all.
fn check_version(event: &Value) -> Valid<()> {
    match event.get("version") {
        None | Some(Value::Null) => Ok(()),
        Some(version) => require(version.as_f64().is_some_and(|number| number.fract() == 0.0)),
    }
}

fn centure_actor(actor: &Value) -> Valid<Value> {
    filled_text(actor, "id")?;
    required_text(actor, "type")?;
    optional_text(actor, "name")?;
    let metadata = optional_metadata(actor)?;
    Ok(unless_hollow(json!({
        "type": text_or_null(actor, "type"),
        "id": text_or_null(actor, "id"),
        "name": text_or_null(actor, "name"),
        "email": text_or_null(metadata, "email"),
        "impersonator": unless_hollow(json!({
            "email": text_or_null(metadata, "impersonator_email"),
            "reason": text_or_null(metadata, "impersonator_reason"),
        })),
    })))
}

fn check_targets(action: &str, targets: &[Value]) -> Valid<()> {
    for target in targets {
        require(target.is_object())?;
        filled_text(target, "id")?;
        required_text(target, "type")?;
        optional_text(target, "name")?;
        let metadata = optional_metadata(target)?;
        if is_a(target, "sso_connection") {
            check_connection_metadata(metadata)?;
        }
    }
    match centure_operation(action) {
        "viewed" | "portal-opened" => require(targets.iter().any(|target| is_a(target, "organization"))),
        "deleted" => require(targets.iter().any(|target| is_a(target, "sso_connection"))),
        _ => Ok(()),
    }
}

fn check_connection_metadata(metadata: &Value) -> Valid<()> {
    let text = |name: &str| metadata.get(name).and_then(Value::as_str);
    let id = text("connection_id").ok_or(Invalid)?;
    let organization = text("organization_id").ok_or(Invalid)?;
    require(text("connection_type").is_some() && !id.is_empty() && !organization.is_empty())
}

fn is_a(target: &Value, kind: &str) -> bool {
    target["type"] == kind
}

fn centure_organization(beside: Option<&str>, targets: &[Value]) -> Value {
    let organization = targets.iter().find(|target| is_a(target, "organization")).unwrap_or(&Value::Null);
    let connection = targets.iter().find(|target| is_a(target, "sso_connection")).unwrap_or(&Value::Null);
    unless_hollow(json!({
        "id": first_of([
            some_text(beside),
            text_or_null(organization, "id"),
            text_or_null(&connection["metadata"], "organization_id"),
        ]),
        "name": first_of([
            text_or_null(organization, "name"),
            text_or_null(&organization["metadata"], "name"),
        ]),
    }))
}

fn centure_connection(targets: &[Value]) -> Value {
    let Some(target) = targets.iter().find(|target| is_a(target, "sso_connection")) else {
        return Value::Null;
    };
    let kind = text_or_null(&target["metadata"], "connection_type");
    unless_hollow(json!({
        "id": text_or_null(target, "id"),
        "name": text_or_null(target, "name"),
        "type": kind,
        "protocol": kind.as_str().map(centure_protocol),
        "provider": kind.as_str().and_then(centure_provider),
        "enabled": null,
        "status": null,
    }))
}

fn centure_protocol(kind: &str) -> &'static str {
    let kind = kind.to_ascii_lowercase();
    ["saml", "oidc", "oauth"].into_iter().find(|protocol| kind.ends_with(protocol)).unwrap_or("other")
}

/// Only the connection types that the fixtures and the generator use.
fn centure_provider(kind: &str) -> Option<&'static str> {
    match kind.to_ascii_lowercase().as_str() {
        "googlesaml" => Some("google"),
        "oktasaml" => Some("okta"),
        "azuresaml" | "entraidoidc" => Some("microsoft"),
        "genericsaml" | "genericoidc" => Some("custom"),
        "githuboauth" => Some("github"),
        "pingonesaml" => Some("ping-identity"),
        _ => None,
    }
}

fn centure_normal(event: Value, beside: [Option<&str>; 2], targets: &[Value]) -> Normal {
    let mut normal = Normal {
        event,
        organizations: beside.into_iter().flatten().map(str::to_owned).collect(),
        connections: Vec::new(),
        connection_types: Vec::new(),
    };
    for target in targets {
        let metadata = &target["metadata"];
        if is_a(target, "organization") {
            collect(&mut normal.organizations, &target["id"]);
            collect(&mut normal.organizations, &target["name"]);
            collect(&mut normal.organizations, &metadata["name"]);
        } else if is_a(target, "sso_connection") {
            collect(&mut normal.organizations, &metadata["organization_id"]);
            collect(&mut normal.connections, &target["id"]);
            collect(&mut normal.connection_types, &metadata["connection_type"]);
        }
    }
    normal
}

// ---------------------------------------------------------------------------------------------
// The oracle: Scalekit

fn looks_like_scalekit(keys: &Value) -> bool {
    let has = |name: &str| keys.get(name).is_some() || keys.get(camel(name)).is_some();
    ["spec_version", "environment_id", "occurred_at"].into_iter().any(has) && (has("type") || has("data"))
}

fn scalekit(root: &Value) -> Valid<Normal> {
    let version = filled_text(root, "spec_version")?;
    require(version.bytes().all(|byte| byte.is_ascii_digit()))?;
    let id = required_text(root, "id")?;
    check_id(id, "evt_", 32)?;
    let action = filled_text(root, "type")?;
    required_text(root, "object")?;
    let time = filled_text(root, "occurred_at")?;
    let nanos = nanoseconds(time).ok_or(Invalid)?;
    let environment = required_text(root, "environment_id")?;
    check_id(environment, "env_", 32)?;
    let organization = optional_text(root, "organization_id")?;
    organization.map_or(Ok(()), |organization| check_id(organization, "org_", 32))?;
    optional_text(root, "display_name")?;
    let data = required_object(root, "data")?;
    let (organization_in_data, connection) =
        if scalekit_operation(action) == "other" { (None, Value::Null) } else { scalekit_connection(data)? };

    let event = json!({
        "schema": "ssoaudit.event.v1", "source": "scalekit", "id": id,
        "time": time, "epoch_ms": milliseconds(nanos),
        "action": action, "operation": scalekit_operation(action),
        "actor": null,
        "organization": unless_hollow(json!({
            "id": some_text(organization.or(organization_in_data)),
            "name": null,
        })),
        "connection": connection,
        "environment_id": environment,
        "ip": null, "user_agent": null, "page": null,
    });
    Ok(scalekit_normal(event, [organization, organization_in_data]))
}

fn scalekit_operation(action: &str) -> &'static str {
    match action.to_ascii_lowercase().as_str() {
        "organization.sso_created" => "created",
        "organization.sso_enabled" => "enabled",
        "organization.sso_disabled" => "disabled",
        "organization.sso_deleted" => "deleted",
        _ => "other",
    }
}

fn check_id(id: &str, prefix: &str, longest: usize) -> Valid<()> {
    require(id.starts_with(prefix) && id.chars().count() <= longest)
}

/// The organization and the connection in the data of an event about SSO.
fn scalekit_connection(data: &Value) -> Valid<(Option<&str>, Value)> {
    let id = required_text(data, "id")?;
    check_id(id, "conn_", usize::MAX)?;
    let organization = required_text(data, "organization_id")?;
    check_id(organization, "org_", usize::MAX)?;
    let kind = optional_text(data, "connection_type")?.filter(|kind| !kind.is_empty());
    let provider = optional_text(data, "provider")?;
    let status = optional_text(data, "status")?;
    let enabled = member(data, "enabled")?.unwrap_or(&Value::Null);
    require(enabled.is_null() || enabled.is_boolean())?;
    let connection = json!({
        "id": id,
        "name": null,
        "type": kind,
        "protocol": kind.map(scalekit_protocol),
        "provider": provider.and_then(scalekit_provider),
        "enabled": enabled,
        "status": some_text(status),
    });
    Ok((Some(organization), connection))
}

/// Only the types that the fixtures and the generator use.
fn scalekit_protocol(kind: &str) -> &'static str {
    match kind.to_ascii_lowercase().as_str() {
        "saml" => "saml",
        "oidc" => "oidc",
        _ => "other",
    }
}

/// Only the providers that the fixtures and the generator use.
fn scalekit_provider(provider: &str) -> Option<&'static str> {
    match provider.to_ascii_lowercase().as_str() {
        "okta" => Some("okta"),
        "google" => Some("google"),
        "microsoft_ad" => Some("microsoft"),
        "custom" => Some("custom"),
        "auth0" => Some("auth0"),
        "ping_identity" => Some("ping-identity"),
        _ => None,
    }
}

fn scalekit_normal(event: Value, organizations: [Option<&str>; 2]) -> Normal {
    let mut normal = Normal {
        organizations: organizations.into_iter().flatten().map(str::to_owned).collect(),
        connections: Vec::new(),
        connection_types: Vec::new(),
        event,
    };
    collect(&mut normal.connections, &normal.event["connection"]["id"]);
    collect(&mut normal.connection_types, &normal.event["connection"]["type"]);
    normal
}

// ---------------------------------------------------------------------------------------------
// The oracle: times

/// Nanoseconds since 1970 of `2025-01-15T14:30:00.123Z` and its variants.
fn nanoseconds(text: &str) -> Option<i128> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let (nanos, zone) = fraction(rest)?;
    let seconds = midnight(date)? + seconds_of_day(clock)? - zone_seconds(zone)?;
    Some(i128::from(seconds) * 1_000_000_000 + i128::from(nanos))
}

/// Rounded towards the past, so that the order of events is kept also before 1970.
fn milliseconds(nanos: i128) -> i64 {
    i64::try_from(nanos.div_euclid(1_000_000)).unwrap()
}

/// Seconds since 1970 at the start of `2025-01-15`.
fn midnight(date: &str) -> Option<i64> {
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
}

fn seconds_of_day(clock: &str) -> Option<i64> {
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    // RFC 3339 knows leap seconds, which fall on the first instant of the next minute.
    (hour < 24 && minute < 60 && second <= 60).then_some(i64::from(hour * 3600 + minute * 60 + second))
}

/// The fraction in nanoseconds, and what follows it.
fn fraction(rest: &str) -> Option<(u32, &str)> {
    let Some(rest) = rest.strip_prefix('.') else {
        return Some((0, rest));
    };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let nanos = format!("{:0<9}", &rest[..length])[..9].parse().ok()?;
    (length > 0).then_some((nanos, &rest[length..]))
}

/// Seconds that the zone is ahead of UTC; no zone is read as UTC.
fn zone_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone = zone.strip_prefix(['+', '-'])?;
    let [hours, minutes] = match zone.len() {
        4 => numbers(&format!("{}:{}", zone.get(..2)?, zone.get(2..)?), ':', [2, 2])?,
        _ => numbers(zone, ':', [2, 2])?,
    };
    (hours < 24 && minutes < 60).then_some(sign * i64::from(hours * 3600 + minutes * 60))
}

/// Whole numbers of so many digits each.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let well_formed = parts.len() == N
        && parts
            .iter()
            .zip(digits)
            .all(|(part, digits)| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()));
    let values: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    if well_formed { values.try_into().ok() } else { None }
}

// ---------------------------------------------------------------------------------------------
// The oracle: selecting

/// The selecting flags of a run. An empty list is a flag that is not given.
#[derive(Clone, Debug, Default)]
struct Flags {
    action: Vec<String>,
    actor: Vec<String>,
    org: Vec<String>,
    connection: Vec<String>,
    connection_type: Vec<String>,
    protocol: Vec<String>,
    provider: Vec<String>,
    ip: Vec<String>,
    since: Option<String>,
    until: Option<String>,
    impersonated: bool,
    invert: bool,
    /// Give the values of a flag in one argument, separated by commas.
    commas: bool,
}

impl Flags {
    /// The flags with a list of values.
    fn lists(&self) -> [(&'static str, &Vec<String>); 8] {
        [
            ("--action", &self.action),
            ("--actor", &self.actor),
            ("--org", &self.org),
            ("--connection", &self.connection),
            ("--connection-type", &self.connection_type),
            ("--protocol", &self.protocol),
            ("--provider", &self.provider),
            ("--ip", &self.ip),
        ]
    }

    fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        for (flag, values) in self.lists() {
            if self.commas && !values.is_empty() {
                args.extend([flag.to_owned(), values.join(",")]);
            } else {
                args.extend(values.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
            }
        }
        for (flag, value) in [("--since", &self.since), ("--until", &self.until)] {
            args.extend(value.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
        }
        args.extend(self.impersonated.then(|| "--impersonated".to_owned()));
        args.extend(self.invert.then(|| "--invert-match".to_owned()));
        args
    }
}

fn selects(normal: &Normal, flags: &Flags) -> bool {
    let event = &normal.event;
    let connection = &event["connection"];
    let holds = matches_any(&flags.action, &texts([&event["action"], &event["operation"]]))
        && matches_actor(&flags.actor, &event["actor"])
        && matches_any(&flags.org, &normal.organizations)
        && matches_any(&flags.connection, &normal.connections)
        && matches_any(&flags.connection_type, &normal.connection_types)
        && matches_any(&flags.protocol, &texts([&connection["protocol"]]))
        && matches_any(&flags.provider, &texts([&connection["provider"]]))
        && matches_ip(&flags.ip, &event["ip"])
        && matches_time(flags, event["time"].as_str().unwrap())
        && (!flags.impersonated || !event["actor"]["impersonator"].is_null());
    holds != flags.invert
}

fn texts<const N: usize>(values: [&Value; N]) -> Vec<String> {
    values.iter().filter_map(|value| value.as_str()).map(str::to_owned).collect()
}

/// A flag that is not given holds for every event.
fn matches_any(patterns: &[String], texts: &[String]) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| texts.iter().any(|text| matches(pattern, text)))
}

fn matches_actor(patterns: &[String], actor: &Value) -> bool {
    let known = texts([&actor["id"], &actor["email"], &actor["name"]]);
    let wants_none = patterns.iter().any(|pattern| pattern.eq_ignore_ascii_case("none"));
    matches_any(patterns, &known) || (wants_none && known.is_empty())
}

/// The whole text matches a pattern with `*` and `?`, ASCII case ignored.
fn matches(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return text.is_empty();
    };
    let pattern_rest = &pattern[first.len_utf8()..];
    let text_rest = text.chars().next().map(|first| &text[first.len_utf8()..]);
    match (first, text_rest) {
        ('*', None) => matches(pattern_rest, text),
        ('*', Some(rest)) => matches(pattern_rest, text) || matches(pattern, rest),
        (_, None) => false,
        (_, Some(rest)) => {
            let same = text.chars().next().is_some_and(|other| first.eq_ignore_ascii_case(&other));
            (first == '?' || same) && matches(pattern_rest, rest)
        }
    }
}

fn matches_ip(networks: &[String], ip: &Value) -> bool {
    let ip = ip.as_str().map(|text| text.parse::<IpAddr>().unwrap());
    networks.is_empty() || networks.iter().any(|network| ip.is_some_and(|ip| contains(network, ip)))
}

/// The address is in a network such as `192.0.2.0/24`, or is the only one in `192.0.2.1`.
fn contains(network: &str, ip: IpAddr) -> bool {
    let (address, length) = match network.split_once('/') {
        Some((address, length)) => (address, length.parse().unwrap()),
        None => (network, usize::MAX),
    };
    let (network, ip) = (bits(address.parse().unwrap()), bits(ip));
    network.len() == ip.len() && network.chars().zip(ip.chars()).take(length).all(|(a, b)| a == b)
}

/// The address in binary digits.
fn bits(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.octets().map(|byte| format!("{byte:08b}")).concat(),
        IpAddr::V6(ip) => ip.octets().map(|byte| format!("{byte:08b}")).concat(),
    }
}

fn matches_time(flags: &Flags, time: &str) -> bool {
    let time = nanoseconds(time).unwrap();
    flags.since.as_ref().is_none_or(|since| time >= bound(since))
        && flags.until.as_ref().is_none_or(|until| time < bound(until))
}

/// A bound is a time or a date, which means its first instant.
fn bound(text: &str) -> i128 {
    nanoseconds(text).or_else(|| nanoseconds(&format!("{text}T00:00:00Z"))).unwrap()
}

// ---------------------------------------------------------------------------------------------
// The generator: JSON as text

/// JSON that may be wrong: objects may repeat a key, and a literal is whatever it says.
#[derive(Clone, Debug)]
enum Json {
    Literal(&'static str),
    Text(String),
    List(Vec<Self>),
    Object(Vec<Member>),
}

type Member = (String, Json);

impl Json {
    /// Paths to everything below, each a list of positions.
    fn paths(&self, here: &[usize], paths: &mut Vec<Vec<usize>>) {
        let children: Vec<&Self> = match self {
            Self::Literal(_) | Self::Text(_) => Vec::new(),
            Self::List(items) => items.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, value)| value).collect(),
        };
        for (position, child) in children.into_iter().enumerate() {
            let path = [here, &[position]].concat();
            paths.push(path.clone());
            child.paths(&path, paths);
        }
    }

    fn at(&mut self, path: &[usize]) -> &mut Self {
        path.iter().fold(self, |json, position| match json {
            Self::List(items) => &mut items[*position],
            Self::Object(members) => &mut members[*position].1,
            Self::Literal(_) | Self::Text(_) => unreachable!("paths end at scalars"),
        })
    }

    fn write(&self, style: &mut Style, out: &mut String) {
        match self {
            Self::Literal(literal) => out.push_str(literal),
            Self::Text(text) => style.write_text(text, out),
            Self::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    style.separate(position, out);
                    item.write(style, out);
                }
                style.space(out);
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (position, (key, value)) in members.iter().enumerate() {
                    style.separate(position, out);
                    style.write_text(key, out);
                    style.space(out);
                    out.push(':');
                    style.space(out);
                    value.write(style, out);
                }
                style.space(out);
                out.push('}');
            }
        }
    }
}

/// How a line is written: with white space between tokens, with escapes that are not needed.
#[derive(Clone, Debug)]
struct Style {
    spaces: bool,
    escapes: bool,
    dice: u32,
}

impl Style {
    /// True once in so many calls, in an order that only depends on the first value of the dice.
    fn roll(&mut self, sides: u32) -> bool {
        self.dice = self.dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.dice >> 16).is_multiple_of(sides)
    }

    fn space(&mut self, out: &mut String) {
        if self.spaces && self.roll(3) {
            out.push(if self.roll(4) { '\t' } else { ' ' });
        }
    }

    fn separate(&mut self, position: usize, out: &mut String) {
        if position > 0 {
            self.space(out);
            out.push(',');
        }
        self.space(out);
    }

    fn write_text(&mut self, text: &str, out: &mut String) {
        out.push('"');
        for character in text.chars() {
            let needed = matches!(character, '"' | '\\' | '\0'..='\x1f');
            if needed || (self.escapes && self.roll(6)) {
                let mut units = [0; 2];
                let units = character.encode_utf16(&mut units);
                out.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
            } else {
                out.push(character);
            }
        }
        out.push('"');
    }
}

fn style() -> impl Strategy<Value = Style> {
    // Most lines are plain, or no two of them would have the same shape.
    (prop::bool::weighted(0.15), prop::bool::weighted(0.15), any::<u32>())
        .prop_map(|(spaces, escapes, dice)| Style { spaces, escapes, dice })
}

// ---------------------------------------------------------------------------------------------
// The generator: vocabulary

const ACTIONS: &[&str] = &[
    "sso.view_settings",
    "sso.create_management_portal_url",
    "sso.delete_connection",
    "SSO.Delete_Connection",
    "directory_sync.delete",
    "sso.rotate_certificate",
];
const SCALEKIT_TYPES: &[&str] = &[
    "organization.sso_created",
    "organization.sso_enabled",
    "organization.sso_disabled",
    "organization.sso_deleted",
    "Organization.SSO_Deleted",
    "user.login",
    "organization.sso_enable",
];
const TIMES: &[&str] = &[
    "2025-01-15T14:30:00.000Z",
    "2025-01-15T14:30:00Z",
    "2025-01-15t14:30:00.0001z",
    "2025-01-15 14:30:00.123456789",
    "2025-01-15T16:30:00+02:00",
    "2025-01-15T09:00:00.5-0530",
    "2025-01-15T14:29:59.999999999-00:00",
    "2025-01-15T14:30:00.1234567890123Z",
    "2024-02-29T23:59:59.9999Z",
    "1969-12-31T23:59:59.9995Z",
    "2025-06-04T00:00:00",
    "2016-12-31T23:59:60Z",
];
const BAD_TIMES: &[&str] = &[
    "2025-02-29T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-01-15T24:00:00Z",
    "2025-01-15T14:30:61Z",
    "2025-01-15T14:30:00+24:00",
    "2025-01-15T14:30Z",
    "2025-01-15T14:30:00.Z",
    "2025-01-15T14:30:00,5Z",
    "2025-01-15T14:30:00+2:00",
    "2025-01-15T14:30:00+02",
    "2025-01-15T14:30:00+02:60",
    "2025-01-15T14:30:00Z ",
    " 2025-01-15T14:30:00Z",
    "2025-01-15",
    "1736951400",
    "yesterday",
];
const ACTOR_IDS: &[&str] = &["user_01JGXYZ123", "user_2", "svc-7"];
const NAMES: &[&str] =
    &["Zoë Lindqvist", "Alice \"Al\" Johnson", "田中 花子", "Müller & Söhne", "A\\B 💥", ""];
const EMAILS: &[&str] = &["alice@example.com", "Zoe.Lindqvist@example.com", ""];
const ORG_IDS: &[&str] = &["org_01JGXYZ456", "org_2", "org_33590218846613072"];
const CONNECTION_IDS: &[&str] = &["conn_01JGXYZ789", "conn_2", "conn_83545002856153607"];
const CONNECTION_TYPES: &[&str] = &[
    "GoogleSAML",
    "googlesaml",
    "OktaSAML",
    "AzureSAML",
    "GenericSAML",
    "GenericOIDC",
    "EntraIdOIDC",
    "GitHubOAuth",
    "FooSAML",
    "Foo",
    "",
];
const SCALEKIT_CONNECTION_TYPES: &[&str] = &["OIDC", "SAML", "saml", "SAML2", ""];
const PROVIDERS: &[&str] = &["OKTA", "GOOGLE", "Microsoft_AD", "CUSTOM", "ACME", ""];
const LOCATIONS: &[&str] = &["192.0.2.1", "192.0.2.200", "203.0.113.9", "2001:db8::1", "unknown", "Oslo", ""];
const PAGES: &[&str] = &["/organizations/org_2/sso", "/sso", ""];

/// Values that break most fields, and are right for some.
const LITERALS: &[&str] = &["null", "true", "false", "0", "1", "2.0", "2.5", "1e2", "-3", "20e-1", "1.5e1"];
/// What no JSON value is.
const BROKEN: &[&str] =
    &["01", "1.", "NaN", "nul", "'x'", "\"\\x\"", "\"\\ud800\"", "\"a\tb\"", "[1,]", "{\"a\"}", ""];
const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "x",
    "org_1",
    "conn_1",
    "evt_",
    "evt_1",
    "env_1",
    "evt_0123456789012345678901234567",
    "evt_01234567890123456789012345678",
    "env_éééééééééééééééééééééééééééé",
    "org_ééééééééééééééééééééééééééééé",
    "a\u{0}b\u{202e}c",
    "organization",
    "sso_connection",
    "8",
    "8.",
];
const KEYS: &[&str] = &[
    "extra",
    "é",
    "",
    "action",
    "actor",
    "connection_type",
    "connectionType",
    "data",
    "display_name",
    "environmentId",
    "id",
    "items",
    "metadata",
    "name",
    "occurredAt",
    "occurred_at",
    "organization_id",
    "organizationId",
    "Records",
    "spec_version",
    "status",
    "targets",
    "type",
    "userAgent",
    "user_agent",
    "version",
];

fn text(choices: &'static [&'static str]) -> BoxedStrategy<Json> {
    select(choices).prop_map(|text| Json::Text(text.to_owned())).boxed()
}

fn literal(choices: &'static [&'static str]) -> BoxedStrategy<Json> {
    select(choices).prop_map(Json::Literal).boxed()
}

/// Anything at all, mostly something that some field wants.
fn anything() -> BoxedStrategy<Json> {
    prop_oneof![
        4 => literal(LITERALS),
        1 => literal(BROKEN),
        1 => deep(),
        3 => text(ODD_TEXTS),
        1 => text(TIMES),
        2 => text(BAD_TIMES),
        1 => text(ACTIONS),
        1 => text(SCALEKIT_TYPES),
        1 => text(CONNECTION_TYPES),
        1 => text(NAMES),
        1 => text(LOCATIONS),
        1 => Just(Json::List(Vec::new())),
        1 => Just(Json::Object(Vec::new())),
        1 => target(),
        1 => target().prop_map(|target| Json::List(vec![target])),
    ]
    .boxed()
}

/// Arrays in arrays, on both sides of the limit.
fn deep() -> BoxedStrategy<Json> {
    prop_oneof![1_usize..110, 110_usize..140]
        .prop_map(|levels| (0..levels).fold(Json::Literal("1"), |json, _| Json::List(vec![json])))
        .boxed()
}

// ---------------------------------------------------------------------------------------------
// The generator: events

/// Members of an object: none or one.
type Part = BoxedStrategy<Vec<Member>>;

fn must(key: &'static str, value: impl Strategy<Value = Json> + 'static) -> Part {
    value.prop_map(move |value| vec![(key.to_owned(), value)]).boxed()
}

/// A required member of two spellings.
fn spelled(key: &'static str, value: impl Strategy<Value = Json> + 'static) -> Part {
    (any::<bool>(), value)
        .prop_map(move |(snake, value)| vec![(if snake { key.to_owned() } else { camel(key) }, value)])
        .boxed()
}

/// An optional member: there, absent or null.
fn may(part: Part) -> Part {
    (0..4, part)
        .prop_map(|(fate, mut members)| {
            match fate {
                0 => members.clear(),
                1 => members.iter_mut().for_each(|(_, value)| *value = Json::Literal("null")),
                _ => {}
            }
            members
        })
        .boxed()
}

/// An optional member of a metadata object, where null is not allowed and any scalar is.
fn may_metadata(key: &'static str, choices: &'static [&'static str]) -> Part {
    prop_oneof![
        3 => must(key, text(choices)),
        1 => must(key, literal(&["true", "7", "-1.5"])),
        1 => Just(Vec::new()),
    ]
    .boxed()
}

/// An object, usually in the documented order.
fn object(parts: Vec<Part>) -> BoxedStrategy<Json> {
    let members = parts.prop_map(|parts| parts.concat());
    prop_oneof![3 => members.clone(), 1 => members.prop_shuffle()].prop_map(Json::Object).boxed()
}

fn centure_event() -> BoxedStrategy<Json> {
    let context = object(vec![must("location", text(LOCATIONS)), spelled("user_agent", text(NAMES))]);
    let event = object(vec![
        spelled("occurred_at", text(TIMES)),
        may(must("version", literal(&["1", "2.0"]))),
        must("actor", actor()),
        must("context", context),
        must("metadata", object(vec![must("source", text(PAGES)), may_metadata("é", NAMES)])),
    ]);
    let targets = prop::collection::vec(target(), 0..3);
    let beside = object(vec![
        may(spelled("organization_id", text(ORG_IDS))),
        may(must("id", text(&["audit_event_1", "e2"]))),
    ]);
    (select(ACTIONS), targets, any_target_first(), event, beside, prop::bool::weighted(0.3))
        .prop_map(|(action, mut targets, (organization, connection, first), event, beside, wrapped)| {
            let needed = if action.ends_with("onnection") { connection } else { organization };
            targets.insert(if first { 0 } else { targets.len() }, needed);
            let head = vec![member_of("action", Json::Text(action.to_owned()))];
            let tail = vec![member_of("targets", Json::List(targets))];
            let event = join(vec![Json::Object(head), event, Json::Object(tail)]);
            if wrapped {
                join(vec![beside, Json::Object(vec![member_of("event", event)])])
            } else {
                join(vec![event, beside])
            }
        })
        .boxed()
}

/// One target of either kind that an action may need, and whether it goes before the others.
fn any_target_first() -> impl Strategy<Value = (Json, Json, bool)> {
    (organization_target(), connection_target(), any::<bool>())
}

fn member_of(key: &str, value: Json) -> Member {
    (key.to_owned(), value)
}

/// One object with the members of all.
fn join(objects: Vec<Json>) -> Json {
    let members = objects.into_iter().flat_map(|object| match object {
        Json::Object(members) => members,
        Json::Literal(_) | Json::Text(_) | Json::List(_) => Vec::new(),
    });
    Json::Object(members.collect())
}

fn actor() -> BoxedStrategy<Json> {
    let metadata = object(vec![
        may_metadata("first_name", NAMES),
        may_metadata("email", EMAILS),
        may_metadata("impersonator_email", EMAILS),
        may_metadata("impersonator_reason", &["ticket 7", "", ""]),
    ]);
    object(vec![
        must("type", text(&["user", "user", "system", ""])),
        must("id", text(ACTOR_IDS)),
        may(must("name", text(NAMES))),
        may(must("metadata", metadata)),
    ])
}

fn target() -> BoxedStrategy<Json> {
    let other = object(vec![
        must("type", text(&["user", "directory_sync", ""])),
        must("id", text(ACTOR_IDS)),
        may(must("name", text(NAMES))),
        may(must("metadata", object(vec![may_metadata("name", NAMES)]))),
    ]);
    prop_oneof![organization_target(), connection_target(), other].boxed()
}

fn organization_target() -> BoxedStrategy<Json> {
    object(vec![
        must("type", text(&["organization"])),
        must("id", text(ORG_IDS)),
        may(must("name", text(NAMES))),
        may(must("metadata", object(vec![may_metadata("name", NAMES)]))),
    ])
}

fn connection_target() -> BoxedStrategy<Json> {
    let metadata = object(vec![
        must("connection_id", text(CONNECTION_IDS)),
        must("connection_type", text(CONNECTION_TYPES)),
        must("organization_id", text(ORG_IDS)),
        may_metadata("extra", NAMES),
    ]);
    object(vec![
        must("type", text(&["sso_connection"])),
        must("id", text(CONNECTION_IDS)),
        may(must("name", text(NAMES))),
        must("metadata", metadata),
    ])
}

fn scalekit_event() -> BoxedStrategy<Json> {
    let data = object(vec![
        must("id", text(CONNECTION_IDS)),
        spelled("organization_id", text(ORG_IDS)),
        may(spelled("connection_type", text(SCALEKIT_CONNECTION_TYPES))),
        may(must("provider", text(PROVIDERS))),
        may(must("enabled", literal(&["true", "false"]))),
        may(must("status", text(&["COMPLETED", "IN_PROGRESS", "ODD", ""]))),
    ]);
    object(vec![
        spelled("spec_version", text(&["1", "27"])),
        must("id", text(&["evt_43372727222604197", "evt_1"])),
        must("object", text(&["Connection", "Organization", "Odd"])),
        spelled("environment_id", text(&["env_40317725518823947", "env_1"])),
        spelled("occurred_at", text(TIMES)),
        may(spelled("organization_id", text(ORG_IDS))),
        must("type", text(SCALEKIT_TYPES)),
        must("data", data),
        may(spelled("display_name", text(NAMES))),
    ])
}

// ---------------------------------------------------------------------------------------------
// The generator: mutations and corpora

/// A change to an event, at a place that is found when the event is known.
#[derive(Clone, Debug)]
enum Mutation {
    Drop(Index),
    Duplicate(Index),
    /// Adds the same member in its other spelling.
    Respell(Index),
    Replace(Index, Json),
    Insert(Index, &'static str, Json),
    Uppercase(Index),
    /// Takes the first character off a text.
    Behead(Index),
}

fn mutation() -> BoxedStrategy<Mutation> {
    let place = any::<Index>;
    prop_oneof![
        2 => place().prop_map(Mutation::Drop),
        1 => place().prop_map(Mutation::Duplicate),
        1 => place().prop_map(Mutation::Respell),
        6 => (place(), anything()).prop_map(|(place, value)| Mutation::Replace(place, value)),
        4 => (place(), select(KEYS), anything())
            .prop_map(|(place, key, value)| Mutation::Insert(place, key, value)),
        1 => place().prop_map(Mutation::Uppercase),
        1 => place().prop_map(Mutation::Behead),
    ]
    .boxed()
}

impl Mutation {
    fn apply(&self, event: &mut Json) {
        let mut paths = Vec::new();
        event.paths(&[], &mut paths);
        let (Self::Drop(index)
        | Self::Duplicate(index)
        | Self::Respell(index)
        | Self::Replace(index, _)
        | Self::Insert(index, ..)
        | Self::Uppercase(index)
        | Self::Behead(index)) = self;
        if paths.is_empty() {
            return;
        }
        let path = index.get(&paths);
        match (self, event.at(path)) {
            (Self::Replace(_, value), slot) => *slot = value.clone(),
            (Self::Uppercase(_), Json::Text(text)) => text.make_ascii_uppercase(),
            (Self::Behead(_), Json::Text(text)) => *text = text.chars().skip(1).collect(),
            _ => self.apply_to_siblings(event.at(&path[..path.len() - 1]), path[path.len() - 1]),
        }
    }

    /// The changes to the list or object that holds the place.
    fn apply_to_siblings(&self, parent: &mut Json, position: usize) {
        match (self, parent) {
            (Self::Drop(_), Json::Object(members)) => drop(members.remove(position)),
            (Self::Drop(_), Json::List(items)) => drop(items.remove(position)),
            (Self::Duplicate(_), Json::Object(members)) => members.push(members[position].clone()),
            (Self::Duplicate(_), Json::List(items)) => items.push(items[position].clone()),
            (Self::Respell(_), Json::Object(members)) => {
                let (key, value) = members[position].clone();
                members.push((other_spelling(&key), value));
            }
            (Self::Insert(_, key, value), Json::Object(members)) => {
                members.insert(position, (key.to_string(), value.clone()));
            }
            _ => {}
        }
    }
}

fn other_spelling(key: &str) -> String {
    if key.contains('_') {
        return camel(key);
    }
    key.chars().fold(String::new(), |text, character| {
        if character.is_ascii_uppercase() {
            text + "_" + &character.to_ascii_lowercase().to_string()
        } else {
            text + &character.to_string()
        }
    })
}

/// What happens to the text of a line.
#[derive(Clone, Debug)]
enum Damage {
    None,
    Cut(Index),
    Tail(&'static str),
    Whole(&'static str),
}

impl Damage {
    fn apply(&self, line: String) -> String {
        match self {
            Self::None => line,
            Self::Cut(index) => line.chars().take(index.index(line.chars().count())).collect(),
            Self::Tail(tail) => line + tail,
            Self::Whole(whole) => (*whole).to_owned(),
        }
    }
}

fn damage() -> BoxedStrategy<Damage> {
    prop_oneof![
        20 => Just(Damage::None),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => select(&["x", " ", "\r", "}", ",", " {}", "\0", " // done"][..]).prop_map(Damage::Tail),
        1 => select(&["null", "[]", "{}", "7", "\"text\"", "not json", " ", "{\"event\":{}}"][..])
            .prop_map(Damage::Whole),
    ]
    .boxed()
}

/// How often a line is changed before it is written.
fn mutations() -> impl Strategy<Value = Vec<Mutation>> {
    prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec(mutation(), 1),
        1 => prop::collection::vec(mutation(), 2..4),
    ]
}

/// A few events, each in several lines with and without changes.
fn corpus() -> impl Strategy<Value = Vec<String>> {
    let events = prop::collection::vec(prop_oneof![centure_event(), scalekit_event()], 2..7);
    let line = (any::<Index>(), mutations(), style(), damage());
    (events, prop::collection::vec(line, 5..31)).prop_map(|(events, lines)| {
        lines
            .into_iter()
            .enumerate()
            .map(|(position, (index, mutations, mut style, damage))| {
                let mut event = index.get(&events).clone();
                mutations.iter().for_each(|mutation| mutation.apply(&mut event));
                let mut line = String::new();
                event.write(&mut style, &mut line);
                match (position, depth(&line)) {
                    // Here serde_json gives up already, and the program must not.
                    (_, 128) => "{}".to_owned(),
                    // The first line decides whether the input is read line by line, so it stays whole.
                    (0, _) => line,
                    _ => damage.apply(line),
                }
            })
            .collect()
    })
}

// ---------------------------------------------------------------------------------------------
// The generator: flags

/// No value most of the time, else one or two of the choices.
fn values(choices: &'static [&'static str]) -> BoxedStrategy<Vec<String>> {
    let some = prop::collection::vec(select(choices).prop_map(str::to_owned), 1..3);
    prop_oneof![5 => Just(Vec::new()), 1 => some].boxed()
}

fn maybe_bound() -> impl Strategy<Value = Option<String>> {
    const BOUNDS: &[&str] = &[
        "2025-01-15",
        "2025-01-15T14:30:00Z",
        "2025-01-15T14:30:00.0001Z",
        "2025-01-15T16:30:00+02:00",
        "2025-01-15T14:30:00.000100001Z",
        "1970-01-01T00:00:00Z",
        "2025-06-04T00:00:00",
    ];
    prop::option::weighted(0.15, select(BOUNDS).prop_map(str::to_owned))
}

/// Values of the flags that take lists, in the order of [`Flags::lists`].
fn lists() -> impl Strategy<Value = [Vec<String>; 8]> {
    [
        values(&["sso.*", "SSO.view_settings", "deleted", "other", "*ed", "portal-opened", "*.sso_*"]),
        values(&["none", "user_?", "ALICE@*", "zoë lindqvist", "田*", "??? *", "*"]),
        values(&["org_01JGXYZ456", "ORG_?", "müller & s*", "*", "nobody"]),
        values(&["conn_2", "CONN_*", "conn_0?JGXYZ789"]),
        values(&["GOOGLEsaml", "*SAML", "oidc", "foo*"]),
        values(&["saml", "OIDC", "o*", "oauth"]),
        values(&["google", "Microsoft", "custom", "okta", "?i*"]),
        values(&["192.0.2.0/24", "192.0.2.1", "192.0.2.129/25", "2001:db8::/32", "0.0.0.0/0"]),
    ]
}

fn flags() -> impl Strategy<Value = Flags> {
    let switches = (prop::bool::weighted(0.1), prop::bool::weighted(0.25), any::<bool>());
    (lists(), maybe_bound(), maybe_bound(), switches).prop_map(|(lists, since, until, switches)| {
        let [action, actor, org, connection, connection_type, protocol, provider, ip] = lists;
        let (impersonated, invert, commas) = switches;
        meaningful(Flags {
            action,
            actor,
            org,
            connection,
            connection_type,
            protocol,
            provider,
            ip,
            since,
            until,
            impersonated,
            invert,
            commas,
        })
    })
}

/// Takes out what is refused before anything is read: an empty span of time, nothing to invert.
fn meaningful(mut flags: Flags) -> Flags {
    if let (Some(since), Some(until)) = (&flags.since, &flags.until)
        && bound(since) >= bound(until)
    {
        flags.until = None;
    }
    let invert = std::mem::take(&mut flags.invert);
    flags.invert = invert && !flags.args().is_empty();
    flags
}

//! What is known of custom rules beforehand changes nothing: generated rules find the same generated events as their twins,
//! of which nothing is known beforehand.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestError, TestRunner};
use serde_json::{Value, json};
use ssoaudit::model::event::Event;
use ssoaudit::reader::Scratch;
use ssoaudit::survey::EventMatcher;
use ssoaudit::text::position::Position;

use crate::support::both_ways::READING;

/// Texts that events and rules have in common, some only if the case of letters is ignored.
const TEXTS: [&str; 16] = [
    "Acme",
    "ACME admin",
    "kiosk",
    "\u{212A}IO\u{17F}K",
    "\u{130}dP-1",
    "idp",
    "10.9.0.",
    "10.9",
    "12345",
    "né\"e\\x",
    "user",
    "@example.net",
    "a",
    "true",
    "org_",
    "SAML sso",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(select(&TEXTS[..]), 1..3).prop_map(|texts| texts.concat())
}

/// A text of JSON, with or without escapes that nobody needs.
fn quoted((text, is_escaped): (&str, bool)) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    if is_escaped { quoted.replace(['o', 'O'], "\\u006f").replace('k', "\\u006b") } else { quoted }
}

/// An event of Centure with several targets, and fields that no table knows.
fn line() -> impl Strategy<Value = String> {
    let action = select(vec!["sso.view_settings", "sso.delete_connection"]);
    let texts = prop::collection::vec((text(), prop::bool::weighted(0.1)), 6);
    let ip = select(vec!["10.9.0.1", "192.0.2.7", "2001:db8::a"]);
    (action, texts, ip, 0..4_u8).prop_map(|(action, texts, ip, kind)| {
        let [a, b, c, d, e, f] =
            std::array::from_fn(|at| quoted((texts[at].0.as_str(), texts[at].1)));
        let more = match kind {
            0 => format!(r#","extra":{{"Note":{e},"count":12345}}"#),
            1 => format!(r#","extra":[{{"note":{e}}},{{"note":[{f},null]}}]"#),
            2 => format!(r#","Extra.note":{f}"#),
            _ => String::new(),
        };
        format!(
            r#"{{"action":"{action}","occurredAt":"2025-05-05T08:41:12.407Z","version":1,"actor":{{"type":"user","id":"user_01GZZS7ZVG5AF8AX46YP6PVGWP","name":{a},"metadata":{{"email":{b}}}}},"targets":[{{"type":"organization","id":"org_01GZZS3P58HSEWZKKH42REJYT4","name":{c},"metadata":{{"name":{c}}}}},{{"type":"sso_connection","id":"conn_01JNEYC0KYS346Q3D25VT4F5V3","name":{d},"metadata":{{"connection_id":"conn_01JNEYC0KYS346Q3D25VT4F5V3","connection_type":"OktaSAML","organization_id":"org_01GZZS3P58HSEWZKKH42REJYT4"}}}}],"context":{{"location":"{ip}","userAgent":{f}}},"metadata":{{"source":"/sso"}}{more}}}"#
        )
    })
}

/// A condition on a field, as a line of YAML.
fn item() -> impl Strategy<Value = String> {
    let field = select(vec![
        "actor.name",
        "actor.email",
        "actor.type",
        "connection.name",
        "connection.type",
        "organization.name",
        "ip",
        "user_agent",
        "action",
        "operation",
        "epoch_ms",
        "extra.note",
        "extra.count",
        "Context.UserAgent",
        "context.location",
        "targets.name",
        "targets",
        "extra",
        "actor",
    ]);
    let modifiers = select(vec![
        "",
        "|contains",
        "|startswith",
        "|endswith",
        "|contains|all",
        "|cased",
        "|contains|cased",
        "|neq",
    ]);
    let values = prop_oneof![
        text().prop_map(|text| json!(text)),
        prop::collection::vec(text(), 1..10).prop_map(|texts| json!(texts)),
        select(vec![
            json!(12345),
            json!(true),
            json!("*SAML*"),
            json!("10.9*"),
            json!("sso.*"),
            json!("viewed")
        ]),
    ];
    let expressions =
        select(vec!["^10\\.9", "(?i)kiosk", "(acme|idp)+ ?admin", "[Uu]ser.*net$", "SAML( sso)?", "x^"]);
    let others = select(vec![
        "ip|cidr: 10.9.0.0/16",
        "actor.name|exists: true",
        "extra.note: null",
        "extra.count|gte: 12",
        "actor.name|fieldref: connection.name",
        "user_agent|base64offset|contains: Acme",
    ]);
    prop_oneof![
        6 => (field.clone(), modifiers, values).prop_map(|(field, modifiers, value)| {
            // There is something to be "all" only if there are two.
            let value = match value {
                Value::Array(values) if modifiers.ends_with("all") => [values, vec![json!("a")]].concat().into(),
                value if modifiers.ends_with("all") => json!([value, "a"]),
                value => value,
            };
            format!("{field}{modifiers}: {value}")
        }),
        2 => (field, select(vec!["|re", "|re|i"]), expressions)
            .prop_map(|(field, modifiers, expression)| format!("{field}{modifiers}: {}", json!(expression))),
        1 => others.prop_map(str::to_owned),
    ]
}

/// A selection: conditions that all hold, several groups of them of which one holds, or words that are anywhere.
fn selection() -> impl Strategy<Value = String> {
    let mapping = |begin: &'static str| {
        prop::collection::btree_map(0..9_u8, item(), 1..3).prop_map(move |items| {
            let mut fields = BTreeSet::new();
            let mut items: Vec<_> = items.into_values().collect();
            items.retain(|item| fields.insert(item.split(':').next().unwrap_or_default().to_owned()));
            format!("        {begin}{}\n", items.join(&format!("\n        {}", " ".repeat(begin.len()))))
        })
    };
    prop_oneof![
        4 => mapping(""),
        2 => prop::collection::vec(mapping("- "), 1..4).prop_map(|parts| parts.concat()),
        1 => prop::collection::vec(text(), 1..4)
            .prop_map(|words| words.iter().map(|word| format!("        - {}\n", json!(word))).collect()),
    ]
}

/// A rule after its title and its twin, which has another way to match that comes to nothing.
fn twins() -> impl Strategy<Value = [String; 2]> {
    let condition = select(vec![
        "a",
        "a and b",
        "a or b",
        "a and not b",
        "not (a and b)",
        "1 of them",
        "all of them",
        "(a or b) and not (a and b)",
    ]);
    (selection(), selection(), condition).prop_map(|(a, b, condition)| {
        let expanded = condition.replace("1 of them", "a or b").replace("all of them", "a and b");
        let rule = |never: &str, condition: &str| {
            format!("detection:\n    a:\n{a}    b:\n{b}{never}    condition: {condition}\n")
        };
        [rule("", condition), rule("    never:\n        nothing|re: x^\n", &format!("({expanded}) or never"))]
    })
}

/// The lists of the matches in a line.
fn found(matcher: &dyn EventMatcher, event: &Event<'_>) -> BTreeSet<u16> {
    let mut lists = BTreeSet::new();
    matcher.find(event, &matcher.candidates(event), &mut |detected| {
        lists.insert(detected.list);
    });
    lists
}

#[test]
fn what_is_known_beforehand_drops_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yml");
    let (mut runner, count) =
        (TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() }), Cell::new(0));
    let rules_and_lines = (prop::collection::vec(twins(), 30), prop::collection::vec(line(), 30));
    let outcome = runner.run(&rules_and_lines, |(rules, lines)| {
        let titled = |(number, text): (usize, &String)| format!("---\ntitle: R{number}\n{text}");
        fs::write(&file, rules.iter().flatten().enumerate().map(titled).collect::<String>()).unwrap();
        let loaded = ssoaudit::sigma::load(std::slice::from_ref(&file), &[])
            .map_err(|told| TestCaseError::fail(told.join("\n")))?;
        let matcher = loaded.matcher.unwrap();
        let mut scratch = Scratch::default();
        for line in &lines {
            let origin = Position { line: 1, column: 1 };
            let read = ssoaudit::reader::read(line.as_bytes(), origin, &READING, &mut scratch);
            let event = read.event.ok_or_else(|| TestCaseError::fail(format!("no event: {line}")))?;
            let lists = found(&*matcher, &event);
            for (number, [rule, _]) in (0..).zip(&rules) {
                let [ours, twin] = [2 * number, 2 * number + 1].map(|list| lists.contains(&list));
                prop_assert_eq!(ours, twin, "{}\n{}", rule, line);
                count.set(count.get() + usize::from(ours));
            }
        }
        Ok(())
    });
    // The rule and the line at fault are in the reason; the whole input would hide them.
    if let Err(TestError::Fail(reason, _) | TestError::Abort(reason)) = outcome {
        panic!("{reason}");
    }
    assert!(count.get() > 1000, "only {} matches were compared", count.get());
}

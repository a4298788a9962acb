//! Generated expressions, as this project writes them and as any implementation of CEL reads them.

use proptest::prelude::*;
use ssoaudit::model::attribute::{ATTRIBUTES, ValueKind};

/// The same expression twice.
#[derive(Clone, Debug)]
pub struct Generated {
    /// For this project.
    pub own: String,
    /// For the crate, whose values have no fields that may be absent.
    pub cel: String,
}

fn same(text: String) -> Generated {
    Generated { own: text.clone(), cel: text }
}

/// Names of attributes that are texts.
fn text_name() -> impl Strategy<Value = &'static str> {
    let names = ATTRIBUTES.iter().filter(|info| info.kind == ValueKind::Text && info.name != "time");
    prop::sample::select(names.map(|info| info.name).collect::<Vec<_>>())
}

/// Texts that some events have, and some that none has.
fn text() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "",
        "viewed",
        "deleted",
        "created",
        "enabled",
        "user",
        "saml",
        "oidc",
        "okta",
        "scalekit",
        "workos",
        "sso.",
        "SAML",
        "org_",
        "conn_",
        "192.0.2.1",
        "@",
        "e",
        "é",
        "日本",
        "a'b",
        "a\"b",
        "a\\b",
        "\n",
        "~",
        "OktaSAML",
    ])
}

/// A text in some way to write it.
fn literal(text: &str, way: usize) -> String {
    let escaped = |quote: char| {
        let escape = |c: char| match c {
            '\\' => "\\\\".to_owned(),
            '\n' => "\\n".to_owned(),
            c if c == quote => format!("\\{c}"),
            c if way >= 4 && !c.is_ascii() => format!("\\u{:04x}", u32::from(c)),
            c => c.to_string(),
        };
        text.chars().map(escape).collect::<String>()
    };
    match way {
        0 if !text.contains(['\'', '\n']) => format!("r'{text}'"),
        1 if !text.contains(['"', '\\']) => format!("\"\"\"{text}\"\"\""),
        2 | 4 => format!("\"{}\"", escaped('"')),
        _ => format!("'{}'", escaped('\'')),
    }
}

fn written_text() -> impl Strategy<Value = String> {
    (text(), 0..6_usize).prop_map(|(text, way)| literal(text, way))
}

fn relation() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="])
}

fn time() -> impl Strategy<Value = String> {
    let at = prop::sample::select(vec![
        "timestamp('2025-01-15T00:00:00Z')",
        "timestamp(\"2025-03-01T12:30:00+02:00\")",
        "timestamp('2025-06-30T23:59:59.999Z')",
        "now",
        "timestamp('0002-01-01T00:00:00Z')",
    ]);
    let shift = prop::sample::select(vec![
        "",
        " - duration('24h')",
        " + duration('1h30m')",
        " - duration('1.5s') - duration('90m')",
    ]);
    (at, shift).prop_map(|(at, shift)| format!("{at}{shift}"))
}

fn leaf() -> impl Strategy<Value = Generated> {
    let method = prop::sample::select(vec!["startsWith", "endsWith", "contains"]);
    let pattern = prop::sample::select(vec![
        "r'^[a-z]+$'",
        "'^$'",
        "'@'",
        "'[0-9]{3}'",
        "r'\\.'",
        "'(?i)OKTA'",
        "'é|日'",
    ]);
    let number = prop::sample::select(vec![
        "0",
        "1",
        "7",
        "26",
        "-1",
        "1740000000000",
        "1.5",
        "1e3",
        "1750000000000.0",
    ]);
    prop_oneof![
        4 => (text_name(), relation(), written_text()).prop_map(|(name, relation, text)| same(format!("{name} {relation} {text}"))),
        1 => (text_name(), relation(), written_text()).prop_map(|(name, relation, text)| same(format!("{text}{relation}{name}"))),
        1 => (text_name(), relation(), text_name()).prop_map(|(a, relation, b)| same(format!("{a} {relation} {b}"))),
        3 => (text_name(), method.clone(), written_text()).prop_map(|(name, method, text)| same(format!("{name}.{method}({text})"))),
        1 => (text_name(), method, text_name()).prop_map(|(a, method, b)| same(format!("{a}.{method}({b})"))),
        2 => (text_name(), pattern).prop_map(|(name, pattern)| same(format!("{name}.matches({pattern})"))),
        2 => (text_name(), prop::collection::vec(written_text(), 0..4)).prop_map(|(name, texts)| same(format!("{name} in [{}]", texts.join(", ")))),
        1 => (written_text(), prop::collection::vec(text_name(), 1..4)).prop_map(|(text, names)| same(format!("{text} in [{}]", names.join(", ")))),
        1 => (text_name(), text()).prop_map(|(name, text)| same(format!("{name} in {{{}: 1, 'viewed': 2}}", literal(&format!("{text}."), 3)))),
        2 => text_name().prop_map(|name| Generated { own: format!("has({name})"), cel: format!("{name} != ''") }),
        2 => (relation(), time()).prop_map(|(relation, at)| same(format!("time {relation} {at}"))),
        1 => (relation(), time()).prop_map(|(relation, at)| same(format!("{at} {relation} time"))),
        1 => relation().prop_map(|relation| same(format!("time - now {relation} duration('-2000h')"))),
        2 => (relation(), number.clone()).prop_map(|(relation, number)| same(format!("epoch_ms {relation} {number}"))),
        2 => (text_name(), relation(), number).prop_map(|(name, relation, number)| same(format!("size({name}) {relation} {number}"))),
        1 => (text_name(), 0..40_usize).prop_map(|(name, size)| same(format!("{name}.size() == {size}"))),
        1 => prop::sample::select(vec!["== true", "== false", "!= true", "!= false", "== null", "!= null"])
            .prop_map(|rest| same(format!("connection.enabled {rest}"))),
        2 => (prop::sample::select(vec!["action", "actor.type", "context.location", "data.enabled", "missing", "version"]),
              prop::sample::select(vec!["'viewed'", "''", "'user'", "true", "false", "null", "1", "'192.0.2.1'"]),
              prop::sample::select(vec!["==", "!="]))
            .prop_map(|(path, value, relation)| same(format!("field('{path}') {relation} {value}"))),
        1 => prop::sample::select(vec!["true", "false"]).prop_map(|flag| same(flag.to_owned())),
    ]
}

/// Expressions of up to some dozens of comparisons.
pub fn expression() -> impl Strategy<Value = Generated> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let joined = |parts: Vec<Generated>, operator: &str| {
            let join = |of: fn(&Generated) -> &String| {
                let parts: Vec<_> = parts.iter().map(|part| format!("({})", of(part))).collect();
                parts.join(operator)
            };
            Generated { own: join(|part| &part.own), cel: join(|part| &part.cel) }
        };
        let plain = |parts: Vec<Generated>, operator: &str| {
            let join = |of: fn(&Generated) -> &String| {
                parts.iter().map(of).cloned().collect::<Vec<_>>().join(operator)
            };
            Generated { own: join(|part| &part.own), cel: join(|part| &part.cel) }
        };
        prop_oneof![
            (
                prop::collection::vec(inner.clone(), 2..4),
                prop::sample::select(vec![" && ", "||", " // and\n && "])
            )
                .prop_map(move |(parts, operator)| joined(parts, operator)),
            // Precedence decides what belongs together.
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(move |(a, b, c)| { plain(vec![plain(vec![a, b], " || "), c], " && ") }),
            inner.prop_map(|part| Generated {
                own: format!("!({})", part.own),
                cel: format!("!({})", part.cel)
            }),
        ]
    })
}

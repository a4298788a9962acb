//! The slow path against serde_json, and what it says about places.

use proptest::prelude::*;

use super::*;

fn fault(text: &str) -> (usize, &'static str) {
    let fault = parse(text, &mut Vec::new()).unwrap_err();
    (fault.offset, fault.expected.unwrap_or("less nesting"))
}

#[test]
fn says_where_and_what() {
    for (text, offset, expected) in [
        ("", 0, "a JSON value"),
        ("nul", 0, "a JSON value"),
        ("{'a':1}", 1, "a key in double quotes"),
        ("{\"a\" 1}", 5, "`:`"),
        ("{\"a\":1,}", 7, "a key in double quotes"),
        ("{\"a\":1 \"b\"", 7, "`,` or `}`"),
        ("[1 2]", 3, "`,` or `]`"),
        ("{\"a", 3, "`\"` at the end of the string"),
        ("{} {}", 3, "one value a line, but a second one begins"),
        ("{}x", 2, "nothing after the value"),
        ("[01]", 2, "no digit after a leading zero"),
        ("[1.]", 3, "a digit"),
        ("[\"\\x\"]", 2, "one of \" \\ / b f n r t u after a backslash"),
        ("[\"\\u12\"]", 2, "four hexadecimal digits after `\\u`"),
        ("[\"\\ud800\"]", 2, "a pair of surrogates; half a character cannot be read"),
        ("[\"\\udc00\"]", 2, "a pair of surrogates; half a character cannot be read"),
        ("[\"\t\"]", 2, "an escape; a control character must not stand in a string"),
    ] {
        assert_eq!(fault(text), (offset, expected), "{text}");
    }
}

#[test]
fn bounds_the_nesting() {
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(&nested(MAX_DEPTH), &mut Vec::new()).is_ok());
    assert_eq!(fault(&nested(MAX_DEPTH + 1)), (MAX_DEPTH, "less nesting"));
}

#[test]
fn remembers_few_of_many_elements_without_an_object() {
    let many = format!("[{}{}{{\"a\":1}}]", "1,".repeat(100_000), "[[1],\"\"],".repeat(100_000));
    let mut nodes = Vec::new();
    parse(&many, &mut nodes).unwrap();
    assert!(nodes.len() < 2000);
    let document = Document { text: &many, nodes: &nodes };
    let last = document.children(0).last().unwrap();
    assert_eq!((document.nodes[last].kind, document.nodes[0].next as usize), (Kind::Object, nodes.len()));
}

#[test]
fn finds_duplicates_however_spelt() {
    let text = r#"{"a":1,"\u0061":{"b":1,"c":2,"b":3},"d":[{"e":1,"e":1}]}"#;
    let mut nodes = Vec::new();
    parse(text, &mut nodes).unwrap();
    let document = Document { text, nodes: &nodes };
    let paths: Vec<_> = document.duplicates().map(|id| Trail::default().path(document, id)).collect();
    assert_eq!(paths, ["a", "a.b", "d[0].e"]);
}

fn value(document: Document<'_>, id: NodeId) -> serde_json::Value {
    let node = document.nodes[id];
    match node.kind {
        Kind::Object => document
            .children(id)
            .map(|child| (document.key(child).into_owned(), value(document, child)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Kind::Array => document.children(id).map(|child| value(document, child)).collect(),
        Kind::Text => document.string(id).unwrap().into(),
        _ => serde_json::from_str(node.span.raw(document.text)).unwrap(),
    }
}

/// `docs/guarantees.md` says thirteen times a line's size: of these eight at most are nodes.
#[test]
fn of_a_hostile_line_little_is_remembered() {
    const COUNT: usize = 20_000;
    let mut nodes = Vec::new();
    for (element, kept) in [
        ("{}", COUNT),
        ("{\"\":1}", 2 * COUNT),
        // What may have a key twice is looked at.
        ("[{\"\":1,\"a\":1}]", 4 * COUNT),
        ("[{}]", 1_000),
        ("[[{}]]", 1_000),
        ("[{\"\":1}]", 1_000),
        ("[]", 1_000),
        ("1", 1_000),
    ] {
        let text = format!("[{}1]", format!("{element},").repeat(COUNT));
        parse(&text, &mut nodes).unwrap();
        assert!((kept..=kept + 3).contains(&nodes.len()), "{element}: {}", nodes.len());
        let bytes = nodes.len() * size_of::<Node>();
        assert!(bytes <= 8 * text.len() + 1000, "{element}: {bytes} for {}", text.len());
    }
    assert_eq!(size_of::<Node>(), 24);
}

#[test]
fn a_key_that_is_there_twice_is_found_among_many() {
    let mut nodes = Vec::new();
    for count in [3, 16, 17, 1000] {
        let members: Vec<_> = (0..count).map(|at| format!("\"k{}\":1", at % (count / 2 + 1))).collect();
        let text = format!("[[[{{{}}}]],{{\"a\":{{\"\\u0061\":1,\"a\":2}}}}]", members.join(","));
        parse(&text, &mut nodes).unwrap();
        let document = Document { text: &text, nodes: &nodes };
        let keys: Vec<_> = document.duplicates().map(|id| document.key(id).into_owned()).collect();
        let mut expected: Vec<_> = (0..count - (count / 2 + 1)).map(|at| format!("k{at}")).collect();
        expected.push("a".to_owned());
        assert_eq!(keys, expected);
    }
}

/// JSON-like text: mostly valid, with the pieces in which parsers differ.
fn jsonish() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("-0".to_owned()),
        Just("01".to_owned()),
        Just("1e5".to_owned()),
        Just("1.".to_owned()),
        Just(r#""\u00e9\ud83d\ude00\n""#.to_owned()),
        Just(r#""\ud83d""#.to_owned()),
        Just(r#""\q""#.to_owned()),
        Just("\"\u{7f}\u{0}\"".to_owned()),
        "\"[a-zé \\\\\"]{0,4}\"",
        "-?[0-9]{1,3}(\\.[0-9]{1,2})?",
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let members = prop::collection::vec(("\"[ab]\" ?: ?", inner.clone()), 0..4);
        prop_oneof![
            (prop::collection::vec(inner, 0..4), "[,] ?")
                .prop_map(|(items, comma)| format!("[{}]", items.join(&comma))),
            members.prop_map(|members| {
                let members: Vec<_> = members.into_iter().map(|(key, value)| key + &value).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn agrees_with_serde_json(text in jsonish(), cut in 0..40_usize, tail in "[ \\]}x,]{0,2}") {
        let kept: String = text.chars().take(text.chars().count().saturating_sub(cut.saturating_sub(30))).collect();
        let text = kept + &tail;
        let mut nodes = Vec::new();
        match (parse(&text, &mut nodes), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(()), Ok(expected)) => prop_assert_eq!(value(Document { text: &text, nodes: &nodes }, 0), expected),
            (Err(_), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{text}: {ours:?}, serde_json: {theirs:?}"),
        }
    }

    #[test]
    fn a_trail_leads_to_the_same_place_in_any_order(text in jsonish(), picks in prop::collection::vec(any::<prop::sample::Index>(), 1..20)) {
        let mut nodes = Vec::new();
        prop_assume!(parse(&text, &mut nodes).is_ok());
        let document = Document { text: &text, nodes: &nodes };
        let mut trail = Trail::default();
        for pick in picks {
            let id = pick.index(nodes.len());
            prop_assert_eq!(trail.path(document, id), Trail::default().path(document, id));
        }
    }

    #[test]
    fn every_key_may_be_there_and_a_repeated_one_is_found(keys in prop::collection::vec("[a-c]{0,2}é?|\\\\u006[12]", 0..24)) {
        let members: Vec<_> = keys.iter().map(|key| format!("\"{key}\":0")).collect();
        let text = format!("{{{}}}", members.join(","));
        let mut nodes = Vec::new();
        prop_assert_eq!(parse(&text, &mut nodes), Ok(()));
        let document = Document { text: &text, nodes: &nodes };
        let names: Vec<_> = document.children(0).map(|member| document.key(member)).collect();
        let set = KeySet::of(document, 0);
        prop_assert!(names.iter().all(|name| set.may_have(name)));
        let repeated = (0..names.len()).filter(|at| names[..*at].contains(&names[*at])).map(|at| at + 1);
        prop_assert_eq!(document.duplicates().collect::<Vec<_>>(), repeated.collect::<Vec<_>>());
    }

    #[test]
    fn never_panics(text in "[{}\\[\\]\",:\\\\u0-9a-f \\t.eE+-]{0,40}") {
        let _ = parse(&text, &mut Vec::new());
    }
}

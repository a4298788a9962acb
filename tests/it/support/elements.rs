//! An HTML page as a browser reads it: its elements, closed as they were opened, and that nothing in
//! it runs. Shared with the fuzz target.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{Token, Tokenizer};
use ssoaudit::formats::sheets::html::assets::SCRIPT;

pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    /// Text in it, that of inner elements included.
    pub text: String,
}

/// The elements of a page, closed as they were opened.
pub fn elements(page: &str) -> Vec<Element> {
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                let name = text(&tag.name);
                assert!(!tag.self_closing, "<{name}/>");
                if !["meta", "input"].contains(&name.as_str()) {
                    open.push(elements.len());
                }
                elements.push(Element { name, attributes: attributes.collect(), text: String::new() });
            }
            Token::EndTag(tag) => {
                let last = open.pop().unwrap();
                assert_eq!(elements[last].name, text(&tag.name));
            }
            Token::String(string) => {
                for at in &open {
                    elements[*at].text.push_str(&text(&string));
                }
            }
            Token::Doctype(doctype) => assert_eq!(&doctype.name[..], b"html"),
            Token::Comment(comment) => panic!("comment {comment:?}"),
            Token::Error(error) => panic!("{error:?}"),
        }
    }
    assert!(open.is_empty());
    elements
}

/// Whatever the texts are, there are only the elements and attributes that templates write, one script, which is ours, and
/// links within a page and to pages beside it. What a script reads of data is numbers and words of ours.
pub fn assert_inert(page: &str) {
    let known = "a bdi body button caption code dd details div dl dt figcaption figure footer h1 h2 h3 head header html \
                 input label li line main meta nav output p path rect script section span style summary svg table tbody \
                 td text th thead time title tr tspan ul";
    let known: BTreeSet<&str> = known.split_whitespace().collect();
    let elements = elements(page);
    let scripts: Vec<_> = elements.iter().filter(|element| element.name == "script").collect();
    assert_eq!(scripts.len(), 1);
    assert!(scripts[0].attributes.is_empty());
    assert_eq!(scripts[0].text, SCRIPT);
    for element in elements {
        assert!(known.contains(element.name.as_str()), "<{}>", element.name);
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "src" && name != "style", "{name}");
            match name.as_str() {
                "href" => assert!(value.starts_with('#') || is_page_beside(value), "{value}"),
                "data-order" => assert!(["number", "text"].contains(&value.as_str()), "{value}"),
                "data-key" => assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{value}"),
                name => assert!(!name.starts_with("data-"), "{name}"),
            }
        }
    }
}

fn is_page_beside(link: &str) -> bool {
    link.strip_suffix(".html").is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()))
}

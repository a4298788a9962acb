//! An HTML page as a browser reads it: its elements, closed as they were opened, and that nothing in
//! it runs. Shared with the fuzz target.

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{Token, Tokenizer};

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
                if name != "meta" {
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

/// Whatever the texts are, there are only the elements and attributes that templates write.
pub fn assert_inert(page: &str) {
    let known = "a body caption code dd details div dl dt figcaption figure footer h1 h2 h3 head header html \
                 li line main meta nav ol p path rect section span style summary svg table tbody td text th \
                 thead time title tr tspan ul";
    let known: BTreeSet<&str> = known.split_whitespace().collect();
    for element in elements(page) {
        assert!(known.contains(element.name.as_str()), "<{}>", element.name);
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "src" && name != "style", "{name}");
            assert!(name != "href" || value.starts_with('#'), "{value}");
        }
    }
}

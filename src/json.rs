//! The slow path: one walk over a line that checks all of RFC 8259 and remembers every value's
//! place.
//!
//! A general parser would do but for the places: every finding names a column, so each value
//! keeps where it starts and ends. Strings stay as written until somebody asks for them.

use std::borrow::Cow;
use std::collections::HashSet;

/// Arrays and objects may be nested this deep.
pub const MAX_DEPTH: usize = 128;

/// Type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    Text,
    /// A number.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

impl Kind {
    /// The type's name with its article, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::Text => "a string",
            Self::Number => "a number",
            Self::True | Self::False => "a boolean",
            Self::Null => "null",
        }
    }
}

/// A piece of the text: of a string without its quotes, of anything else as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// A string with at least one backslash.
    pub escaped: bool,
}

impl Span {
    /// The text as written.
    pub fn raw(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }

    /// The text with its escapes resolved.
    pub fn decode(self, text: &str) -> Cow<'_, str> {
        let raw = self.raw(text);
        if self.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }
}

/// A value in the order of the text; its members or elements follow it up to `next`.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Type of the value.
    pub kind: Kind,
    /// Where it is.
    pub span: Span,
    /// Its key, if it is a member of an object.
    pub key: Option<Span>,
    /// Index of the first node that is not inside it.
    pub next: u32,
}

/// Why a text is refused, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset.
    pub offset: usize,
    /// What was expected there; `None` when nesting is too deep.
    pub expected: Option<&'static str>,
}

/// A parsed text.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    /// The text.
    pub text: &'a str,
    /// Its values in order; the first is the root.
    pub nodes: &'a [Node],
}

/// Index of a node.
pub type NodeId = usize;

/// Parses one JSON value and nothing else into `nodes`, which is cleared first.
pub fn parse(text: &str, nodes: &mut Vec<Node>) -> Result<(), Fault> {
    nodes.clear();
    let mut walk = Walk { bytes: text.as_bytes(), at: 0, nodes };
    walk.space();
    walk.value(None, 0)?;
    walk.space();
    match walk.peek() {
        None => Ok(()),
        Some(b'{' | b'[') => walk.fault("one value a line, but a second one begins"),
        Some(_) => walk.fault("nothing after the value"),
    }
}

impl<'a> Document<'a> {
    /// Members or elements of a value, in order.
    pub fn children(self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'a> {
        let end = self.nodes[id].next as usize;
        let mut next = id + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.nodes[child].next as usize;
                child
            })
        })
    }

    /// A member's key, decoded; empty for what is no member.
    pub fn key(self, id: NodeId) -> Cow<'a, str> {
        self.nodes[id].key.map_or(Cow::Borrowed(""), |key| key.decode(self.text))
    }

    /// The first member of that name.
    pub fn member(self, id: NodeId, name: &str) -> Option<NodeId> {
        (self.nodes[id].kind == Kind::Object)
            .then(|| self.children(id).find(|child| self.key(*child) == name))?
    }

    /// A string's text, decoded; `None` for other types.
    pub fn string(self, id: NodeId) -> Option<Cow<'a, str>> {
        let node = self.nodes[id];
        (node.kind == Kind::Text).then(|| node.span.decode(self.text))
    }

    /// The path from the root, such as `targets[0].metadata.name`; empty for the root.
    pub fn path(self, id: NodeId) -> String {
        let (mut path, mut parent) = (String::new(), 0);
        while parent != id {
            let inside = |child: &(usize, NodeId)| id < self.nodes[child.1].next as usize;
            let Some((index, child)) = self.children(parent).enumerate().find(inside) else {
                break;
            };
            if self.nodes[parent].kind == Kind::Array {
                path.push_str(&format!("[{index}]"));
            } else {
                push_key(&mut path, &self.key(child));
            }
            parent = child;
        }
        path
    }

    /// Members whose key an earlier member of the same object has already.
    pub fn duplicates(self) -> Vec<NodeId> {
        const FEW: usize = 16;
        let mut duplicates = Vec::new();
        for (id, node) in self.nodes.iter().enumerate() {
            if node.kind != Kind::Object || node.next as usize <= id + 2 {
                continue;
            }
            let members = self.children(id).count();
            if members <= FEW {
                let repeated = self.children(id).enumerate().filter(|(index, member)| {
                    let key = self.key(*member);
                    self.children(id).take(*index).any(|other| self.key(other) == key)
                });
                duplicates.extend(repeated.map(|(_, member)| member));
            } else {
                let mut seen = HashSet::with_capacity(members);
                duplicates.extend(self.children(id).filter(|member| !seen.insert(self.key(*member))));
            }
        }
        duplicates
    }
}

/// Adds a key to a path, in brackets where dots would mislead.
pub fn push_key(path: &mut String, key: &str) {
    let plain =
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | '$'));
    if !plain {
        path.push_str(&format!("[{key:?}]"));
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

struct Walk<'a, 'n> {
    bytes: &'a [u8],
    at: usize,
    nodes: &'n mut Vec<Node>,
}

impl Walk<'_, '_> {
    fn value(&mut self, key: Option<Span>, depth: usize) -> Result<(), Fault> {
        let start = self.at;
        let id = self.nodes.len();
        let kind = match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't') => Kind::True,
            Some(b'f') => Kind::False,
            Some(b'n') => Kind::Null,
            _ => return self.fault("a JSON value"),
        };
        let whole = |end: usize| Span { start: offset(start), end: offset(end), escaped: false };
        self.nodes.push(Node { kind, span: whole(start), key, next: 0 });
        let span = match kind {
            Kind::Object | Kind::Array => {
                if depth == MAX_DEPTH {
                    return Err(Fault { offset: start, expected: None });
                }
                self.at += 1;
                if kind == Kind::Object {
                    self.members(depth)?;
                } else {
                    self.elements(depth)?;
                }
                whole(self.at)
            }
            Kind::Text => self.string()?,
            Kind::Number => {
                self.number()?;
                whole(self.at)
            }
            Kind::True => self.word("true", whole)?,
            Kind::False => self.word("false", whole)?,
            Kind::Null => self.word("null", whole)?,
        };
        let next = offset(self.nodes.len());
        let node = &mut self.nodes[id];
        (node.span, node.next) = (span, next);
        Ok(())
    }

    fn members(&mut self, depth: usize) -> Result<(), Fault> {
        self.space();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.fault("a key in double quotes");
            }
            let key = self.string()?;
            self.space();
            if !self.take(b':') {
                return self.fault("`:`");
            }
            self.space();
            self.value(Some(key), depth + 1)?;
            self.space();
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.fault("`,` or `}`");
            }
            self.space();
        }
    }

    fn elements(&mut self, depth: usize) -> Result<(), Fault> {
        self.space();
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.value(None, depth + 1)?;
            self.space();
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return self.fault("`,` or `]`");
            }
            self.space();
        }
    }

    fn string(&mut self) -> Result<Span, Fault> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(0..=0x1F) => {
                    return self.fault("an escape; a control character must not stand in a string");
                }
                Some(_) => self.at += 1,
                None => return self.fault("`\"` at the end of the string"),
            }
        }
        let end = self.at;
        self.at += 1;
        Ok(Span { start: offset(start), end: offset(end), escaped })
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                const LONE: &str = "a pair of surrogates; half a character cannot be read";
                let Some(unit) = hex4(&self.bytes[self.at + 2..]) else {
                    return self.fault("four hexadecimal digits after `\\u`");
                };
                if matches!(unit, 0xDC00..=0xDFFF) {
                    return self.fault(LONE);
                }
                if matches!(unit, 0xD800..=0xDBFF) {
                    let low = self.bytes[self.at + 6..].strip_prefix(b"\\u").and_then(hex4);
                    if !matches!(low, Some(0xDC00..=0xDFFF)) {
                        return self.fault(LONE);
                    }
                    self.at += 6;
                }
                self.at += 6;
                Ok(())
            }
            _ => self.fault("one of \" \\ / b f n r t u after a backslash"),
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        } else if matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.fault("no digit after a leading zero");
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            return self.fault("a digit");
        }
        Ok(())
    }

    fn word(&mut self, word: &'static str, whole: impl Fn(usize) -> Span) -> Result<Span, Fault> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.fault("a JSON value");
        }
        self.at += word.len();
        Ok(whole(self.at))
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn fault<T>(&self, expected: &'static str) -> Result<T, Fault> {
        Err(Fault { offset: self.at, expected: Some(expected) })
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a line is shorter than 4 GiB")
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    bytes
        .get(..4)?
        .iter()
        .try_fold(0, |value, byte| char::from(*byte).to_digit(16).map(|digit| value * 16 + digit))
}

/// Resolves the escapes of a string that [`parse`] has accepted.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = rest.as_bytes()[at + 1];
        rest = &rest[at + 2..];
        text.push(match escape {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut unit = hex4(rest.as_bytes()).unwrap_or_default();
                rest = &rest[4..];
                if matches!(unit, 0xD800..=0xDBFF) {
                    let low = hex4(&rest.as_bytes()[2..]).unwrap_or_default();
                    rest = &rest[6..];
                    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            other => char::from(other),
        });
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
#[path = "json/tests.rs"]
mod tests;

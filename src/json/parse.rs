//! The parser: checks a text against RFC 8259 and says where it breaks it.

use crate::json::{Kind, Node, Span, hex4, string_scan};

/// Arrays and objects may be nested this deep.
pub const MAX_DEPTH: usize = 128;

/// Only so many elements of an array become nodes if they hold no object: no vendor documents a longer list of
/// strings, numbers or lists, and a hostile line must not need many times its own size. Elements with objects always
/// become nodes, as a key may be in one twice.
pub const MAX_WITHOUT_OBJECT: usize = 1000;

/// Why a text is refused, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset.
    pub offset: usize,
    /// What was expected there; `None` when nesting is too deep.
    pub expected: Option<&'static str>,
}

/// Parses one JSON value and nothing else into `nodes`, which is cleared first.
pub fn parse(text: &str, nodes: &mut Vec<Node>) -> Result<(), Fault> {
    nodes.clear();
    let mut parser = Parser { bytes: text.as_bytes(), at: 0, nodes };
    parser.space();
    parser.value(None, 0)?;
    parser.space();
    match parser.peek() {
        None => Ok(()),
        Some(b'{' | b'[') => parser.fault("one value a line, but a second one begins"),
        Some(_) => parser.fault("nothing after the value"),
    }
}

struct Parser<'a, 'n> {
    bytes: &'a [u8],
    at: usize,
    nodes: &'n mut Vec<Node>,
}

impl Parser<'_, '_> {
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
        let span_to = |end: usize| Span { start: offset(start), end: offset(end), escaped: false };
        self.nodes.push(Node { kind, span: span_to(start), key, next: 0 });
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
                span_to(self.at)
            }
            Kind::Text => self.string()?,
            Kind::Number => {
                self.number()?;
                span_to(self.at)
            }
            Kind::True => self.word("true", span_to)?,
            Kind::False => self.word("false", span_to)?,
            Kind::Null => self.word("null", span_to)?,
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
        let first = self.nodes.len();
        loop {
            let element = self.nodes.len();
            self.value(None, depth + 1)?;
            if element - first >= MAX_WITHOUT_OBJECT && !self.is_kept(element) {
                self.nodes.truncate(element);
            }
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

    /// Whether the element of a long array that was read last has to stay a node.
    fn is_kept(&self, element: usize) -> bool {
        let has_two_members =
            |(at, node): (usize, &Node)| node.kind == Kind::Object && node.next as usize > element + at + 2;
        self.nodes[element].kind == Kind::Object
            || self.nodes[element..].iter().enumerate().any(has_two_members)
    }

    fn string(&mut self) -> Result<Span, Fault> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += string_scan::length(rest).unwrap_or(rest.len());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => {
                    return self.fault("an escape; a control character must not stand in a string");
                }
                None => return self.fault("`\"` at the end of the string"),
            }
        }
        let end = self.at;
        self.at += 1;
        Ok(Span { start: offset(start), end: offset(end), escaped })
    }

    fn escape(&mut self) -> Result<(), Fault> {
        match escape_length(&self.bytes[self.at..]) {
            Ok(length) => {
                self.at += length;
                Ok(())
            }
            Err(expected) => self.fault(expected),
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

    fn word(&mut self, word: &'static str, span_to: impl Fn(usize) -> Span) -> Result<Span, Fault> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.fault("a JSON value");
        }
        self.at += word.len();
        Ok(span_to(self.at))
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

/// The length of the escape at the beginning, or what is expected there.
pub fn escape_length(bytes: &[u8]) -> Result<usize, &'static str> {
    const LONE: &str = "a pair of surrogates; half a character cannot be read";
    match bytes.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => match hex4(&bytes[2..]).ok_or("four hexadecimal digits after `\\u`")? {
            0xD800..=0xDBFF => {
                let low = bytes[6..].strip_prefix(b"\\u").and_then(hex4);
                low.filter(|low| matches!(low, 0xDC00..=0xDFFF)).map(|_| 12).ok_or(LONE)
            }
            0xDC00..=0xDFFF => Err(LONE),
            _ => Ok(6),
        },
        _ => Err("one of \" \\ / b f n r t u after a backslash"),
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("a line is shorter than 4 GiB")
}

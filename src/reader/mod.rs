//! One line: from bytes to an event and its diagnostics. Looks at all of it, always.

pub mod bind;
pub mod shape;
pub mod values;

use crate::json::{self, Document, Kind, Node, NodeId};
use crate::model::diagnostic::{
    DUPLICATE_KEY, Diagnostic, LINE_TOO_LONG, NESTING_TOO_DEEP, NOT_AN_OBJECT, NOT_JSON, NOT_UTF8,
    UNKNOWN_SOURCE, WRAPPED_EVENTS,
};
use crate::model::diagnostics::{Diagnostics, Position};
use crate::model::event::Event;
use crate::model::fields::Fields;
use crate::model::operation::Operation;
use crate::reader::bind::{Bound, bind};
use crate::reader::shape::ParsedLine;
use crate::sources::{self, Source};
use crate::text::cut::split;

/// How lines are read.
#[derive(Clone, Copy, Default)]
pub struct Reading {
    /// The source of every line; each line is asked when there is none.
    pub source: Option<&'static Source>,
    /// Whether findings of level notice are wanted.
    pub notices: bool,
    /// Lines longer than this are refused.
    pub max_line_bytes: usize,
}

/// Memory that is used again from line to line.
#[derive(Default)]
pub struct Scratch {
    nodes: Vec<Node>,
    bound: Bound,
    owner: Option<(&'static Source, Operation)>,
}

impl Scratch {
    /// What the line read last teaches; only of use when it had no finding.
    pub fn lesson<'a>(&'a self, line: &'a [u8]) -> Option<ParsedLine<'a>> {
        let (source, operation) = self.owner?;
        let text = std::str::from_utf8(line).ok()?;
        Some(ParsedLine {
            document: Document { text, nodes: &self.nodes },
            source,
            operation,
            bound: &self.bound,
        })
    }
}

/// A line after reading: an event unless it is invalid.
pub struct Line<'a> {
    /// The event, if the line has no error.
    pub event: Option<Event<'a>>,
    /// Everything that was found, in the order of places.
    pub findings: Vec<Diagnostic>,
    /// Whether all of it is one JSON value.
    pub is_json: bool,
}

/// Reads a line (without its line end) that begins at `origin`.
pub fn read<'a>(raw: &'a [u8], origin: Position, reading: &Reading, scratch: &'a mut Scratch) -> Line<'a> {
    let Scratch { nodes, bound, owner } = scratch;
    nodes.clear();
    *owner = None;
    let mut sink = Diagnostics::new(raw, origin, reading.notices);
    let text =
        match text(raw, reading, &mut sink).and_then(|text| parse(text, nodes, &mut sink).map(|()| text)) {
            Some(text) => text,
            None => return Line { is_json: false, ..sink.refuse() },
        };
    let document = Document { text, nodes };
    sink.document = Some(document);
    if nodes[0].kind != Kind::Object {
        no_object(document, &mut sink);
        return sink.refuse();
    }
    for member in document.duplicates() {
        let key = nodes[member].key.unwrap_or(nodes[member].span);
        sink.add(&DUPLICATE_KEY, key, |finding| {
            finding.message = format!("key {} is in the object twice", finding.quoted());
            finding.expected = Some("each key once".to_owned());
        });
    }
    let Some(source) = reading.source.or_else(|| sources::detect(document)) else {
        no_event(document, &mut sink);
        return sink.refuse();
    };
    let operation = bind(source, document, &mut sink, bound);
    *owner = Some((source, operation));
    let fields = Fields { text, spans: &bound.spans, bindings: &bound.bindings, index: &bound.index };
    let meaning = values::check(source, &fields, operation, &mut sink);
    let event = meaning.time.filter(|_| !sink.is_invalid()).map(|time| Event {
        time,
        operation,
        protocol: meaning.protocol,
        provider: meaning.provider,
        source: source.name,
        ids: source.id_space(),
        fields,
        redactor: None,
    });
    Line { event, findings: sink.finish(), is_json: true }
}

/// Whether a line by itself is JSON that holds an event.
pub fn has_event(line: &[u8], scratch: &mut Scratch) -> bool {
    let nodes = &mut scratch.nodes;
    nodes.clear();
    let text = simdutf8::basic::from_utf8(line).ok().filter(|text| json::parse(text, nodes).is_ok());
    text.is_some_and(|text| sources::has_event(Document { text, nodes }))
}

/// The finding for a line of which only the length is known.
pub fn too_long(bytes: u64, origin: Position, reading: &Reading) -> Diagnostic {
    let mut sink = Diagnostics::new(&[], origin, false);
    add_too_long(bytes, reading, &mut sink);
    sink.finish().remove(0)
}

/// The finding for what stands in an array of events and is none.
pub fn misplaced(found: &str, expected: &str, origin: Position) -> Diagnostic {
    let mut sink = Diagnostics::new(&[], origin, false);
    sink.add_at(&NOT_JSON, 0, |finding| {
        finding.message = format!("found {found}, expected {expected}");
        finding.found = Some(found.to_owned());
        finding.expected = Some(expected.to_owned());
    });
    sink.finish().remove(0)
}

impl Diagnostics<'_> {
    fn refuse<'l>(self) -> Line<'l> {
        Line { event: None, findings: self.finish(), is_json: true }
    }
}

fn text<'a>(raw: &'a [u8], reading: &Reading, sink: &mut Diagnostics<'_>) -> Option<&'a str> {
    if raw.len() > reading.max_line_bytes {
        add_too_long(raw.len() as u64, reading, sink);
        return None;
    }
    if let Ok(text) = simdutf8::basic::from_utf8(raw) {
        return Some(text);
    }
    let valid = std::str::from_utf8(raw).map_or_else(|error| error.valid_up_to(), str::len);
    sink.add_at(&NOT_UTF8, valid, |finding| {
        let byte = raw.get(valid).copied().unwrap_or_default();
        finding.message = format!("byte 0x{byte:02X} is not UTF-8 here");
        finding.found = Some(format!("0x{byte:02X}"));
        let is_utf16 = raw.starts_with(b"\xFF\xFE") || raw.starts_with(b"\xFE\xFF");
        let hint = if is_utf16 { "; `iconv -f UTF-16 -t UTF-8` converts what looks like UTF-16" } else { "" };
        finding.expected = Some(format!("UTF-8 text{hint}"));
    });
    None
}

fn add_too_long(bytes: u64, reading: &Reading, sink: &mut Diagnostics<'_>) {
    let limit = reading.max_line_bytes;
    sink.add_at(&LINE_TOO_LONG, 0, |finding| {
        finding.message = format!("the line has {bytes} bytes, expected at most {limit}");
        finding.found = Some(format!("{bytes} bytes"));
        finding.expected = Some(format!("at most {limit} bytes (--max-line-bytes)"));
    });
}

fn parse(text: &str, nodes: &mut Vec<Node>, sink: &mut Diagnostics<'_>) -> Option<()> {
    let fault = match json::parse(text, nodes) {
        Ok(()) => return Some(()),
        Err(fault) => fault,
    };
    let found = split(text, fault.offset).1.chars().next();
    match fault.expected {
        None => sink.add_at(&NESTING_TOO_DEEP, fault.offset, |finding| {
            finding.message = format!("nested more than {} deep", json::MAX_DEPTH);
            finding.expected = Some(format!("at most {} levels", json::MAX_DEPTH));
        }),
        Some(expected) => sink.add_at(&NOT_JSON, fault.offset, |finding| {
            let found = found.map_or("the end of the line".to_owned(), |c| format!("`{c}`"));
            finding.message = format!("found {found}, expected {expected}");
            finding.found = Some(found);
            finding.expected = Some(expected.to_owned());
        }),
    }
    None
}

fn no_object(document: Document<'_>, sink: &mut Diagnostics<'_>) {
    let objects = objects_in(document, 0);
    if objects > 0 {
        return wrapped(document, 0, objects, sink);
    }
    let kind = document.nodes[0].kind.name();
    sink.add_at(&NOT_AN_OBJECT, 0, |finding| {
        finding.message = format!("the line is {kind}, expected an object with one event");
        finding.expected = Some("an object".to_owned());
    });
}

/// Keys under which exports and APIs wrap events.
const WRAPPERS: &[&str] = &["data", "Records", "records", "items", "events", "results", "entries", "value"];

/// Says why no source claims an object: it wraps several events, is of a known foreign format, or
/// simply is something else.
fn no_event(document: Document<'_>, sink: &mut Diagnostics<'_>) {
    let likeness = sources::looks_like(document, 0);
    let lists = WRAPPERS.iter().filter_map(|key| document.member(0, key));
    for list in lists.filter(|_| likeness.is_none()) {
        let objects = objects_in(document, list);
        if document.nodes[list].kind == Kind::Array && objects > 0 {
            return wrapped(document, list, objects, sink);
        }
    }
    let names: Vec<_> = sources::ALL.iter().map(|source| source.name).collect();
    sink.add(&UNKNOWN_SOURCE, document.nodes[0].span, |finding| {
        finding.message = match likeness {
            Some(format) => format!("this looks like {format}, which no source reads yet"),
            None => "no source knows an event with these keys".to_owned(),
        };
        finding.found = Some(keys(document));
        finding.expected = Some(format!("an event of {} (or name it with --source)", names.join(" or ")));
    });
}

fn wrapped(document: Document<'_>, list: NodeId, events: usize, sink: &mut Diagnostics<'_>) {
    let key = document.key(list).into_owned();
    let filter = match &*key {
        "" => ".[]".to_owned(),
        word if word.chars().all(|c| c.is_ascii_alphabetic()) => format!(".{word}[]"),
        other => format!(".[{other:?}][]"),
    };
    sink.add(&WRAPPED_EVENTS, document.nodes[list].span, |finding| {
        finding.message = format!(
            "the line wraps {events} object{}, expected one event a line",
            if events == 1 { "" } else { "s" }
        );
        finding.found = None;
        finding.expected = Some(format!("one event a line; unwrap with `jq -c '{filter}'`"));
    });
}

fn objects_in(document: Document<'_>, list: NodeId) -> usize {
    let is_object = |id: &NodeId| document.nodes[*id].kind == Kind::Object;
    document.children(list).filter(is_object).count()
}

fn keys(document: Document<'_>) -> String {
    const SHOWN: usize = 8;
    let keys: Vec<_> = document.children(0).map(|id| document.key(id)).collect();
    let more = if keys.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", keys[..keys.len().min(SHOWN)].join(", "))
}

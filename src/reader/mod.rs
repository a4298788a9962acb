//! Reads one line: from bytes to an event and its diagnostics. This is the slow path, which always looks at all of
//! the line.

pub mod bind;
mod event;
mod listed;
pub mod shape;
pub mod table;
pub mod values;

use crate::json::{self, Document, Fault, Kind, Node, NodeId};
use crate::model::cells::Cells;
use crate::model::diagnostic::{
    DUPLICATE_KEY, Diagnostic, LINE_TOO_LONG, Level, NESTING_TOO_DEEP, NOT_AN_OBJECT, NOT_JSON, NOT_UTF8,
    UNKNOWN_SOURCE, WRAPPED_EVENTS,
};
use crate::model::diagnostics::{Diagnostics, Position};
use crate::model::event::Event;
use crate::reader::bind::{Bound, bind};
use crate::reader::event::event;
use crate::reader::listed::listed;
pub use crate::reader::listed::{Listed, Parts};
use crate::reader::shape::ParsedLine;
use crate::reader::table::Mapping;
use crate::sources::{self, Action, Source};
use crate::text::cut::split;

/// How lines are read.
#[derive(Clone, Copy, Default)]
pub struct Reading {
    /// The source of every line; detected line by line if it is `None`.
    pub source: Option<&'static Source>,
    /// The level from which on diagnostics are wanted; a line that has none may go the fast way.
    pub least: Level,
    /// Lines longer than this are refused.
    pub max_line_bytes: usize,
    /// Where lines may hold events that are read one by one.
    pub parts: Parts,
    /// Whether digests of contents are wanted.
    pub digests: Digests,
    /// What the user says of columns of tables.
    pub mappings: &'static [Mapping],
}

impl Reading {
    /// The same without warnings, for callers that look only at events and errors.
    pub fn errors_only(self) -> Self {
        Self { least: Level::Error, ..self }
    }
}

/// Whether events are read so that the digests of their contents can be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Digests {
    /// They are not: digests cost something even if nobody asks for them.
    #[default]
    Unwanted,
    /// They are.
    Wanted,
}

/// Memory that is used again from line to line.
#[derive(Default)]
pub struct Scratch {
    nodes: Vec<Node>,
    bound: Bound,
    /// The path of the value that is read, if it is a part of the line.
    pub within: String,
    /// The places of its values, if it was made of a row.
    pub cells: Option<Cells>,
    owner: Option<(&'static Source, Option<&'static Action>)>,
}

impl Scratch {
    /// The line read last, to learn its shape from; only of use if it had no diagnostic.
    pub fn parsed_line<'a>(&'a self, line: &'a [u8]) -> Option<ParsedLine<'a>> {
        let (source, action) = self.owner?;
        let text = std::str::from_utf8(line).ok()?;
        Some(ParsedLine {
            document: Document { text, nodes: &self.nodes },
            source,
            action: action?,
            bound: &self.bound,
        })
    }
}

/// A line after reading: an event unless it is invalid.
pub struct Line<'a> {
    /// The event, if the line has no error.
    pub event: Option<Event<'a>>,
    /// What is wrong with it, in the order of places.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether all of it is one JSON value.
    pub is_json: bool,
    /// The values that are read as events by themselves, if it holds such values instead of an event.
    pub listed: Vec<Listed>,
}

/// Reads a line (without its line end) that begins at `origin`.
pub fn read<'a>(raw: &'a [u8], origin: Position, reading: &Reading, scratch: &'a mut Scratch) -> Line<'a> {
    let Scratch { nodes, bound, owner, within, cells } = scratch;
    nodes.clear();
    *owner = None;
    let mut diagnostics = Diagnostics::new(raw, origin);
    diagnostics.least = reading.least;
    diagnostics.within = within;
    if let Some(cells) = &*cells {
        (diagnostics.raw, diagnostics.cells) = (&cells.row, Some(cells));
    }
    let text = text(raw, reading, &mut diagnostics);
    let Some(text) = text.filter(|text| parse(text, nodes, &mut diagnostics)) else {
        return Line { is_json: false, ..refuse(diagnostics) };
    };
    let document = Document { text, nodes };
    diagnostics.document = Some(document);
    let source = reading.source.or_else(|| sources::detect(document));
    if !source.is_some_and(|source| source.claims(document)) {
        let listed = listed(document, reading.parts);
        if !listed.is_empty() {
            return Line { listed, ..refuse(diagnostics) };
        }
    }
    if nodes[0].kind != Kind::Object {
        add_not_an_object(document, &mut diagnostics);
        return refuse(diagnostics);
    }
    for member in document.duplicates() {
        diagnostics.add(&DUPLICATE_KEY, document.key_span(member), |diagnostic| {
            diagnostic.message = format!("key {} is in the object twice", diagnostic.quoted());
            diagnostic.expected = Some("each key once".to_owned());
        });
    }
    let Some(source) = source else {
        add_unknown_source(document, &mut diagnostics);
        return refuse(diagnostics);
    };
    bound.start(document, reading.digests);
    let action = bind(source, document, &mut diagnostics, bound);
    *owner = Some((source, action));
    let fields = bound.fields(text);
    let event = event(source, action, fields, &mut diagnostics);
    Line { event, diagnostics: diagnostics.finish(), is_json: true, listed: Vec::new() }
}

/// Whether a line by itself is JSON that holds an event.
pub fn has_event(line: &[u8], scratch: &mut Scratch) -> bool {
    let nodes = &mut scratch.nodes;
    nodes.clear();
    let text = simdutf8::basic::from_utf8(line).ok().filter(|text| json::parse(text, nodes).is_ok());
    text.map(|text| Document { text, nodes })
        .is_some_and(|document| sources::has_event(document) || !sources::event_texts(document).is_empty())
}

/// The diagnostic of a line of which only the length is known.
pub fn too_long(bytes: u64, origin: Position, reading: &Reading) -> Diagnostic {
    let mut diagnostics = Diagnostics::new(&[], origin);
    add_too_long(bytes, reading, &mut diagnostics);
    diagnostics.finish().remove(0)
}

/// The diagnostic of something in an array of events that is no event.
pub fn misplaced(found: &str, expected: &str, origin: Position) -> Diagnostic {
    let mut diagnostics = Diagnostics::new(&[], origin);
    diagnostics.add_at(&NOT_JSON, 0, |diagnostic| {
        diagnostic.message = format!("found {found}, expected {expected}");
        diagnostic.found = Some(found.to_owned());
        diagnostic.expected = Some(expected.to_owned());
    });
    diagnostics.finish().remove(0)
}

/// A line without an event.
fn refuse<'l>(diagnostics: Diagnostics<'_>) -> Line<'l> {
    Line { event: None, diagnostics: diagnostics.finish(), is_json: true, listed: Vec::new() }
}

fn text<'a>(raw: &'a [u8], reading: &Reading, diagnostics: &mut Diagnostics<'_>) -> Option<&'a str> {
    if raw.len() > reading.max_line_bytes {
        add_too_long(raw.len() as u64, reading, diagnostics);
        return None;
    }
    if let Ok(text) = simdutf8::basic::from_utf8(raw) {
        return Some(text);
    }
    let valid = std::str::from_utf8(raw).map_or_else(|error| error.valid_up_to(), str::len);
    diagnostics.add_at(&NOT_UTF8, valid, |diagnostic| {
        let byte = raw.get(valid).copied().unwrap_or_default();
        diagnostic.message = format!("byte 0x{byte:02X} is not UTF-8 here");
        diagnostic.found = Some(format!("0x{byte:02X}"));
        let is_utf16 = raw.starts_with(b"\xFF\xFE") || raw.starts_with(b"\xFE\xFF");
        let hint = if is_utf16 { "; `iconv -f UTF-16 -t UTF-8` converts what looks like UTF-16" } else { "" };
        diagnostic.expected = Some(format!("UTF-8 text{hint}"));
    });
    None
}

fn add_too_long(bytes: u64, reading: &Reading, diagnostics: &mut Diagnostics<'_>) {
    let limit = reading.max_line_bytes;
    diagnostics.add_at(&LINE_TOO_LONG, 0, |diagnostic| {
        diagnostic.message = format!("the line has {bytes} bytes, expected at most {limit}");
        diagnostic.found = Some(format!("{bytes} bytes"));
        diagnostic.expected = Some(format!("at most {limit} bytes (--max-line-bytes)"));
    });
}

/// Parses the line into nodes; `false` if it is not JSON.
fn parse(text: &str, nodes: &mut Vec<Node>, diagnostics: &mut Diagnostics<'_>) -> bool {
    let parsed = json::parse(text, nodes);
    if let Err(fault) = &parsed {
        add_fault(fault, text, diagnostics);
    }
    parsed.is_ok()
}

/// Adds the diagnostic of a text that is not JSON.
fn add_fault(fault: &Fault, text: &str, diagnostics: &mut Diagnostics<'_>) {
    let found = split(text, fault.offset).1.chars().next();
    match fault.expected {
        None => diagnostics.add_at(&NESTING_TOO_DEEP, fault.offset, |diagnostic| {
            diagnostic.message = format!("nested more than {} deep", json::MAX_DEPTH);
            diagnostic.expected = Some(format!("at most {} levels", json::MAX_DEPTH));
        }),
        Some(expected) => diagnostics.add_at(&NOT_JSON, fault.offset, |diagnostic| {
            let found = found.map_or("the end of the line".to_owned(), |c| format!("`{c}`"));
            diagnostic.message = format!("found {found}, expected {expected}");
            diagnostic.found = Some(found);
            diagnostic.expected = Some(expected.to_owned());
        }),
    }
}

fn add_not_an_object(document: Document<'_>, diagnostics: &mut Diagnostics<'_>) {
    let objects = objects_in(document, 0);
    if objects > 0 {
        return add_wrapped_events(document, 0, objects, diagnostics);
    }
    let kind = document.nodes[0].kind.name();
    diagnostics.add_at(&NOT_AN_OBJECT, 0, |diagnostic| {
        diagnostic.message = format!("the line is {kind}, expected an object with one event");
        diagnostic.expected = Some("an object".to_owned());
    });
}

/// Keys under which exports and APIs wrap events.
const WRAPPERS: &[&str] = &["data", "Records", "records", "items", "events", "results", "entries", "value"];

/// Explains why no source claims the object: it wraps several events, is of a known unsupported format, or is
/// something else.
fn add_unknown_source(document: Document<'_>, diagnostics: &mut Diagnostics<'_>) {
    let format = sources::looks_like(document, 0);
    let lists = WRAPPERS.iter().filter_map(|key| document.member(0, key));
    for list in lists.filter(|_| format.is_none()) {
        let objects = objects_in(document, list);
        if document.nodes[list].kind == Kind::Array && objects > 0 {
            return add_wrapped_events(document, list, objects, diagnostics);
        }
    }
    let mut names: Vec<_> = sources::ALL.iter().map(|source| source.name).collect();
    let last = names.pop().unwrap_or_default();
    diagnostics.add(&UNKNOWN_SOURCE, document.nodes[0].span, |diagnostic| {
        diagnostic.message = match format {
            Some(format) => format!("this looks like {format}, which no source reads yet"),
            None => "no source knows an event with these keys".to_owned(),
        };
        diagnostic.found = Some(keys(document));
        diagnostic.expected =
            Some(format!("an event of {} or {last} (or name it with --source)", names.join(", ")));
    });
}

fn add_wrapped_events(
    document: Document<'_>,
    list: NodeId,
    events: usize,
    diagnostics: &mut Diagnostics<'_>,
) {
    let key = document.key(list).into_owned();
    let filter = match &*key {
        "" => ".[]".to_owned(),
        word if word.chars().all(|c| c.is_ascii_alphabetic()) => format!(".{word}[]"),
        other => format!(".[{other:?}][]"),
    };
    diagnostics.add(&WRAPPED_EVENTS, document.nodes[list].span, |diagnostic| {
        diagnostic.message = format!(
            "the line wraps {events} object{}, expected one event a line",
            if events == 1 { "" } else { "s" }
        );
        diagnostic.found = None;
        diagnostic.expected = Some(format!("one event a line; unwrap with `jq -c '{filter}'`"));
    });
}

fn objects_in(document: Document<'_>, list: NodeId) -> usize {
    let is_object = |id: &NodeId| document.nodes[*id].kind == Kind::Object;
    document.children(list).filter(is_object).count()
}

fn keys(document: Document<'_>) -> String {
    const MAX_KEYS: usize = 8;
    let keys: Vec<_> = document.children(0).map(|id| document.key(id)).collect();
    let more = if keys.len() > MAX_KEYS { ", …" } else { "" };
    format!("{}{more}", keys[..keys.len().min(MAX_KEYS)].join(", "))
}

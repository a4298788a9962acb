//! The parts of a line that are read as events by themselves: elements of lists of events, and JSON in a string.

use std::ops::Range;
use std::rc::Rc;

use crate::json::{Document, Kind, Node, NodeId, Trail};
use crate::sources::{self, ListedEvent};

/// Where a line may hold events that are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// In lists.
    pub in_lists: bool,
    /// In strings.
    pub in_texts: bool,
}

impl Parts {
    /// In lists and in strings.
    pub const ALL: Self = Self { in_lists: true, in_texts: true };
    /// The line has to be an event itself.
    pub const NONE: Self = Self { in_lists: false, in_texts: false };
}

impl Default for Parts {
    fn default() -> Self {
        Self::ALL
    }
}

/// A part of a line that is read as an event.
pub struct Listed {
    /// Where it is.
    pub bytes: Range<usize>,
    /// The JSON that it holds, if it is a string.
    pub text: Option<String>,
    /// The path of the list that it is an element of, or its own.
    path: Rc<str>,
    /// Its index in that list.
    index: Option<u32>,
}

impl Listed {
    /// Its path, such as `data.events[1]`.
    pub fn path(&self) -> String {
        self.index.map_or_else(|| self.path.to_string(), |index| format!("{}[{index}]", self.path))
    }

    /// Where its own events may be: an element of a list is no list of events, and a string holds no other one.
    pub fn parts(&self, parts: Parts) -> Parts {
        match self.text {
            Some(_) => Parts { in_texts: false, ..parts },
            None => Parts { in_lists: false, ..parts },
        }
    }
}

/// The events that an object holds instead of being one. There are none where a key that is there twice may hide one.
pub fn listed(document: Document<'_>, parts: Parts) -> Vec<Listed> {
    let mut events = if parts.in_lists { in_lists(document) } else { Vec::new() };
    if events.is_empty() && parts.in_texts {
        events = in_texts(document);
    }
    let is_inside = |id: NodeId| {
        let start = document.nodes[id].span.start as usize;
        let before = events.partition_point(|event| event.bytes.start <= start);
        before > 0 && start < events[before - 1].bytes.end
    };
    if document.duplicates().all(is_inside) { events } else { Vec::new() }
}

fn in_lists(document: Document<'_>) -> Vec<Listed> {
    let mut trail = Trail::default();
    let mut latest: Option<(NodeId, Rc<str>)> = None;
    let listed = |ListedEvent { id, place }| {
        let named = place.map_or(id, |(list, _)| list);
        let path = match &latest {
            Some((known, path)) if *known == named => path.clone(),
            _ => trail.path(document, named).into(),
        };
        latest = Some((named, Rc::clone(&path)));
        Listed { bytes: bytes(document, id), text: None, path, index: place.map(|(_, index)| index) }
    };
    sources::listed_events(document).into_iter().map(listed).collect()
}

fn in_texts(document: Document<'_>) -> Vec<Listed> {
    let mut trail = Trail::default();
    let listed = |(id, text)| {
        let path = trail.path(document, id).into();
        Listed { bytes: bytes(document, id), text: Some(text), path, index: None }
    };
    sources::event_texts(document).into_iter().map(listed).collect()
}

fn bytes(document: Document<'_>, id: NodeId) -> Range<usize> {
    let Node { span, kind, .. } = document.nodes[id];
    // The span of a string is what is between its quotes.
    let quote = usize::from(kind == Kind::Text);
    span.start as usize - quote..span.end as usize + quote
}

//! The fast path: lines of a shape that was met before need only their values looked at.
//!
//! Machine-written logs repeat a few skeletons: the same keys in the same order with the same
//! white space. When the slow path has read a line without any finding, its skeleton is kept as
//! literal text with slots between. In a line of the same skeleton, keys, nesting, presence and
//! types, and so the source, the operation and what is bound to which field, are what they were.
//! Values that decide about structure (the action, the type of a list element) are part of the
//! skeleton. What a skeleton does not prove is checked on every line; anything unusual sends the
//! line to the slow path. So both paths agree on every line, or this one declines.

mod learn;
mod literal;
mod trie;

use crate::json::Span;
use crate::model::diagnostics::Diagnostics;
use crate::model::event::Event;
use crate::model::event::Space;
use crate::model::fields::{Binding, Fields, Index};
use crate::model::operation::Operation;
use crate::model::time::{Parsed, Recent};
use crate::reader::values;
use crate::reader::values::DerivedValues;
use crate::sources::{CrossCheck, Expect, Source};
use crate::text::cut::piece;

pub use learn::ParsedLine;
use trie::{Places, Segment, Trie};

/// Shapes that are kept at once.
const MOST_SHAPES: usize = 64;
/// Lines between two looks at whether the shapes still pay.
const ROUND: u64 = 1024;

/// The shapes learned so far.
#[derive(Default)]
pub struct Shapes {
    trie: Trie,
    shapes: Vec<Shape>,
    places: Places,
    recent: Recent,
    misses: u64,
    hits: u64,
    /// For how many rounds nothing is learned, doubled whenever learning did not pay.
    pause: u32,
    /// How many of them are left.
    paused: u32,
}

/// What a skeleton proves about its lines.
struct Shape {
    source: &'static Source,
    ids: Space,
    operation: Operation,
    bindings: Vec<Binding>,
    index: Index,
    /// Beginnings that values have to have.
    prefixes: Vec<SlotPrefix>,
    /// Slots whose values have to have so many bytes: at least, and at most.
    lengths: Vec<(u32, u32, u32)>,
    /// What else values have to satisfy on every line.
    checks: Vec<SlotCheck>,
    /// Slots of numbers that have to be whole.
    integers: Vec<u32>,
    /// What several values have to say together, with the slots of the two where each is there once.
    cross_checks: Vec<(Option<[u32; 2]>, &'static CrossCheck)>,
}

/// The first bytes of the value of a slot, compared as a number.
struct SlotPrefix {
    slot: u32,
    value: u64,
    mask: u64,
}

/// What the value of a slot has to satisfy.
struct SlotCheck {
    slot: u32,
    /// Whether the event is about the value; see [`Binding::is_primary`].
    is_primary: bool,
    expect: &'static Expect,
}

/// A line that the fast path has read.
pub struct Hit<'a> {
    /// Its event; it has no findings.
    pub event: Event<'a>,
    /// Where it ends in the block, without its line end.
    pub end: usize,
}

impl Shapes {
    /// Reads the line of `block` that begins at `start`, or declines.
    #[inline(always)]
    pub fn read<'a>(&'a mut self, block: &'a str, start: usize, max_line_bytes: usize) -> Option<Hit<'a>> {
        let Some((shape, end)) = self.trie.find(block.as_bytes(), start, &mut self.places) else {
            self.misses += 1;
            return None;
        };
        self.hits += 1;
        if end - start > max_line_bytes {
            return None;
        }
        let text = piece(block, start, end);
        let event = self.shapes[shape].read(text, self.places.spans(), &mut self.recent)?;
        Some(Hit { event, end })
    }
}

impl Shape {
    #[inline(always)]
    fn read<'a>(&'a self, text: &'a str, spans: &'a [Span], recent: &mut Recent) -> Option<Event<'a>> {
        let is_whole = |slot: &u32| spans[*slot as usize].raw(text).bytes().all(|byte| byte.is_ascii_digit());
        if !self.integers.iter().all(is_whole) {
            return None;
        }
        if !self.prefixes.iter().all(|prefix| prefix.begins(text.as_bytes(), spans[prefix.slot as usize])) {
            return None;
        }
        let fits = |(slot, least, most): &(u32, u32, u32)| {
            let span = spans[*slot as usize];
            (*least..=*most).contains(&(span.end - span.start))
        };
        if !self.lengths.iter().all(fits) {
            return None;
        }
        let fields = Fields { text, spans, bindings: &self.bindings, index: &self.index };
        let mut sink = Diagnostics::asking(text.as_bytes());
        let mut meaning = DerivedValues::default();
        for SlotCheck { slot, is_primary, expect } in &self.checks {
            let span = spans[*slot as usize];
            let raw = span.raw(text);
            if matches!(expect, Expect::Time)
                && *is_primary
                && let Some(Parsed { timestamp, naive: false }) = recent.parse(raw)
            {
                meaning.time = Some(timestamp);
                continue;
            }
            values::check_value(expect, raw, span, &mut sink, is_primary.then_some(&mut meaning));
        }
        for (slots, cross_check) in &self.cross_checks {
            let values = slots.map(|slots| slots.map(|slot| spans[slot as usize].raw(text)));
            if !values.is_some_and(|[one, other]| (cross_check.agree)(one, other)) {
                (cross_check.check)(&fields, self.operation, &mut sink);
            }
        }
        if sink.has_any {
            return None;
        }
        Some(Event {
            time: meaning.time?,
            operation: self.operation,
            protocol: meaning.protocol,
            provider: meaning.provider,
            source: self.source.name,
            ids: self.ids,
            fields,
            redactor: None,
        })
    }
}

impl SlotPrefix {
    /// A prefix longer than a number is left to the slow path's way of checking.
    fn new(slot: u32, prefix: &str) -> Option<Self> {
        let (mut value, mut mask) = ([0; 8], [0; 8]);
        value.get_mut(..prefix.len())?.copy_from_slice(prefix.as_bytes());
        mask[..prefix.len()].fill(0xFF);
        Some(Self { slot, value: u64::from_ne_bytes(value), mask: u64::from_ne_bytes(mask) })
    }

    /// A value shorter than the prefix differs from it in the quote that ends it.
    #[inline(always)]
    fn begins(&self, text: &[u8], span: Span) -> bool {
        let first = text.get(span.start as usize..).and_then(|rest| rest.first_chunk());
        first.is_some_and(|first| (u64::from_ne_bytes(*first) ^ self.value) & self.mask == 0)
    }
}

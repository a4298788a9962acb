//! The fast path: of a line whose shape is known, only the values are looked at.
//!
//! Machine-written logs repeat a few skeletons: the same keys in the same order with the same
//! white space. When the slow path has read a line without a diagnostic that is wanted, its skeleton is retained as
//! literal text with slots between. A line of the same skeleton has the same keys, nesting and
//! types, and so the same source, operation and binding of values to fields: its *shape*.
//! Values that decide about structure (the action, the discriminator of a list element) are part of the
//! skeleton. What a skeleton does not prove is checked on every line; anything unusual sends the
//! line to the slow path. So both paths agree on every line, or this one declines.

mod cutter;
mod learn;
mod literal;
mod prefix;
mod slots;
mod trie;

use crate::json::Span;
use crate::model::diagnostic::Level;
use crate::model::diagnostics::Diagnostics;
use crate::model::event::{Event, Restored, Space};
use crate::model::fields::{Binding, Fields, Index};
use crate::model::neutral::{Direction, Outcome};
use crate::model::operation::Operation;
use crate::model::time::Recent;
use crate::reader::values;
use crate::reader::values::{DerivedValues, FieldValue};
use crate::sources::{CrossCheck, Expect, Part, Refine, Source};
use crate::text::cut::piece;

pub use learn::ParsedLine;
use prefix::SlotPrefix;
use trie::{Places, Segment, ShapeId, Trie};

/// Shapes that are retained at once.
const MAX_SHAPES: usize = 512;
/// Lines of unknown shape after which it is checked whether the shapes pay.
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
    /// For how many rounds nothing is learned: about twice as many whenever learning has not paid.
    backoff_rounds: u32,
    /// How many of them are left.
    rounds_left: u32,
}

/// What a skeleton proves about its lines.
struct Shape {
    source: &'static Source,
    ids: Space,
    operation: Operation,
    /// Tells the operation where it depends on values.
    refine: Option<Refine>,
    direction: Option<Direction>,
    /// The action, if several values name it together.
    action: Option<&'static str>,
    /// What is taken over from when the events were read first.
    restored: Option<Restored>,
    /// The parts of texts that are values by themselves.
    parts: Vec<SlotPart>,
    /// The values that depend on the delivery and may say again what counts already.
    repeats: Vec<SlotRepeat>,
    /// The next shape that shares its skeleton.
    next_variant: Option<ShapeId>,
    /// The outcome that the action names, which values do not overrule.
    outcome: Option<Outcome>,
    /// What follows from the action and from values that are part of the skeleton.
    derived: DerivedValues,
    bindings: Vec<Binding>,
    index: Index,
    prefixes: Vec<SlotPrefix>,
    lengths: Vec<SlotLength>,
    /// What else values have to satisfy on every line.
    checks: Vec<SlotCheck>,
    /// What values have to say together, with the slots of the two if each is there once.
    cross_checks: Vec<(Option<[u32; 2]>, &'static CrossCheck)>,
}

/// How many bytes the value of a slot has to have.
struct SlotLength {
    slot: u32,
    min: u32,
    max: u32,
}

/// What the value of a slot has to satisfy.
struct SlotCheck {
    slot: u32,
    /// Whether something follows from the value; see [`values::derives`].
    derives: bool,
    expect: &'static Expect,
}

/// A part of the text of a slot.
struct SlotPart {
    /// The slot of the text.
    slot: u32,
    /// Finds the part.
    part: Part,
    /// Whether lines of this shape have it.
    is_there: bool,
}

/// A value that belongs to the content unless it is the same as another one.
#[derive(PartialEq, Eq)]
struct SlotRepeat {
    /// The two slots.
    slots: [u32; 2],
    /// Whether they are the same in lines of this shape.
    is_same: bool,
}

/// A line that the fast path has read.
pub struct Hit<'a> {
    /// Its event; it has no diagnostics.
    pub event: Event<'a>,
    /// Where it ends in the block, without its line end.
    pub end: usize,
}

impl Shapes {
    /// Reads the line of `block` that begins at `start`, or declines: if it is longer than `max` bytes, or has a diagnostic
    /// of the level `least`, which has to be the same for all lines, or of a higher one.
    #[inline(always)]
    pub fn read<'a>(
        &'a mut self,
        block: &'a str,
        start: usize,
        (max, least): (usize, Level),
    ) -> Option<Hit<'a>> {
        let Some((shape, end)) = self.trie.find(block.as_bytes(), start, &mut self.places) else {
            self.misses += 1;
            return None;
        };
        self.hits += 1;
        if end - start > max {
            return None;
        }
        let text = piece(block, start, end);
        let shape = self.variant(shape, text)?;
        let event = self.shapes[shape].read(text, self.places.spans(), (&mut self.recent, least))?;
        Some(Hit { event, end })
    }

    /// Which of the shapes that share a skeleton a line is of.
    #[inline(always)]
    fn variant(&mut self, first: ShapeId, text: &str) -> Option<ShapeId> {
        let count = self.places.spans().len();
        let action = self.shapes[first].composed_action(text, &self.places);
        let mut next = Some(first);
        while let Some(id) = next {
            let shape = &self.shapes[id];
            if shape.action == action
                && shape.place_parts(text, &mut self.places).is_some()
                && (shape.repeats.is_empty() || shape.has_repeats(text, &self.places))
            {
                let is_readable = !self.places.has_escapes() || shape.checks_plain_texts(&self.places);
                return is_readable.then_some(id);
            }
            self.places.truncate(count);
            next = shape.next_variant;
        }
        None
    }
}

impl Shape {
    #[inline(always)]
    fn read<'a>(
        &'a self,
        text: &'a str,
        spans: &'a [Span],
        (recent, least): (&mut Recent, Level),
    ) -> Option<Event<'a>> {
        if !self.fits(text, spans) {
            return None;
        }
        let fields = Fields { text, spans, bindings: &self.bindings, index: &self.index };
        let operation = self.refine.map_or(self.operation, |refine| refine(&fields));
        let mut derived = self.check(&fields, operation, (recent, least))?;
        if let Some(actor_kind) = self.source.actor_kind {
            derived.actor_kind = derived.actor_kind.or_else(|| actor_kind(&fields));
        }
        let event = Event {
            time: derived.time?,
            operation,
            outcome: self.outcome.or(derived.outcome),
            actor_kind: derived.actor_kind,
            direction: self.direction,
            protocol: derived.protocol,
            provider: derived.provider,
            source: self.source.name,
            action: self.action,
            ids: self.ids,
            fields,
            retained: None,
            redactor: None,
        };
        Some(self.restored.as_ref().map_or(event, |restored| event.restored(restored)))
    }

    /// Adds the places of parts; `None` if there are others than in the line that taught the shape.
    #[inline(always)]
    fn place_parts(&self, text: &str, places: &mut Places) -> Option<()> {
        for SlotPart { slot, part, is_there } in &self.parts {
            let span = places.spans()[*slot as usize];
            match part(span.raw(text)) {
                Some(part) if *is_there => {
                    let at = |offset: usize| span.start + offset as u32;
                    places.push(Span { start: at(part.start), end: at(part.end), ..span })?;
                }
                None if !is_there => {}
                _ => return None,
            }
        }
        Some(())
    }

    /// Whether values that may say the same as others do so as in the line that taught the shape.
    #[inline(never)]
    fn has_repeats(&self, text: &str, places: &Places) -> bool {
        self.repeats.iter().all(|SlotRepeat { slots, is_same }| {
            let [one, other] = slots.map(|slot| places.spans()[slot as usize].decode(text));
            (one == other) == *is_same
        })
    }

    /// The action that several values of the line name, which they do wherever the skeleton is the same.
    #[inline(always)]
    fn composed_action(&self, text: &str, places: &Places) -> Option<&'static str> {
        let composite = self.source.composite.as_ref()?;
        let (spans, bindings, index) = (places.spans(), &self.bindings, &self.index);
        composite.action_of(&Fields { text, spans, bindings, index })
    }

    /// Whether no value is written with escapes that is checked, or has parts, as it is written. A prefix has no
    /// escape, and a text is not longer than it is with its escapes.
    fn checks_plain_texts(&self, places: &Places) -> bool {
        let checks = self.checks.iter().map(|check| check.slot);
        let mut slots = checks.chain(self.parts.iter().map(|part| part.slot));
        !slots.any(|slot| places.spans()[slot as usize].escaped)
    }

    /// Whether values have the expected beginnings and lengths.
    #[inline(always)]
    fn fits(&self, text: &str, spans: &[Span]) -> bool {
        let has_length = |length: &SlotLength| {
            let span = spans[length.slot as usize];
            (length.min..=length.max).contains(&(span.end - span.start))
        };
        self.prefixes.iter().all(|prefix| prefix.begins(text.as_bytes(), spans[prefix.slot as usize]))
            && self.lengths.iter().all(has_length)
    }

    /// Checks what is left of the values; `None` if there is anything for the slow path to say.
    #[inline(always)]
    fn check(
        &self,
        fields: &Fields<'_>,
        operation: Operation,
        (recent, least): (&mut Recent, Level),
    ) -> Option<DerivedValues> {
        let Fields { text, spans, .. } = *fields;
        let mut derived = self.derived;
        for check in &self.checks {
            let span = spans[check.slot as usize];
            let value = FieldValue { text: span.raw(text), span };
            let probe = || Diagnostics::probe(text.as_bytes(), least);
            if !check.passes_at_once(value, recent, &mut derived)
                && !check.passes(value, probe(), &mut derived)
            {
                return None;
            }
        }
        for (slots, cross_check) in &self.cross_checks {
            let plain = |slot: u32| Some(spans[slot as usize]).filter(|span| !span.escaped);
            let agree = |one: Span, other: Span| (cross_check.agree)(one.bytes(text), other.bytes(text));
            let is_settled =
                slots.and_then(|[one, other]| Some(agree(plain(one)?, plain(other)?))).unwrap_or(false);
            if !is_settled && !passes(cross_check, fields, operation, least) {
                return None;
            }
        }
        Some(derived)
    }
}

/// Whether values agree with each other.
#[inline(never)]
fn passes(check: &CrossCheck, fields: &Fields<'_>, operation: Operation, least: Level) -> bool {
    let mut diagnostics = Diagnostics::probe(fields.text.as_bytes(), least);
    (check.check)(fields, operation, &mut diagnostics);
    !diagnostics.has_any
}

impl SlotCheck {
    /// Recognizes the values that nearly all lines have.
    #[inline(always)]
    fn passes_at_once(
        &self,
        value: FieldValue<'_>,
        recent: &mut Recent,
        derived: &mut DerivedValues,
    ) -> bool {
        match self.expect {
            Expect::Time if self.derives => {
                let parsed = recent.parse(value.text).filter(|parsed| !parsed.naive);
                derived.time = parsed.map(|parsed| parsed.timestamp).or(derived.time);
                parsed.is_some()
            }
            Expect::OneOf(vocabulary) => {
                let term = vocabulary.term(value.text);
                if self.derives && term.is_some() {
                    derived.add(vocabulary, term, value.text);
                }
                term.is_some()
            }
            _ => false,
        }
    }

    /// Whether there is nothing for the slow path to say of a value.
    #[inline(never)]
    fn passes(&self, value: FieldValue<'_>, mut probe: Diagnostics<'_>, derived: &mut DerivedValues) -> bool {
        values::check_value(self.expect, value, &mut probe, self.derives.then_some(derived));
        !probe.has_any
    }
}

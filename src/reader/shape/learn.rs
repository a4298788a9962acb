//! From a line that the slow path has read to its shape.

use crate::json::{Document, Kind, Node};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::Level;
use crate::model::fields::{FieldId, Said};
use crate::model::operation::Operation;
use crate::reader::bind::Bound;
use crate::reader::shape::literal::Literal;
use crate::reader::shape::trie::{LONGEST_TEXT, MOST_VALUES, SlotKind};
use crate::reader::shape::{MOST_SHAPES, ROUND, Segment, Shape, Shapes, SlotCheck, SlotPrefix};
use crate::sources::{CrossCheck, Expect, Field, FieldKind, Source};
use crate::text::keyed_hash::KEYS;

/// A line that the slow path has read without any finding.
pub struct ParsedLine<'a> {
    /// The line.
    pub document: Document<'a>,
    /// Whose event it is.
    pub source: &'static Source,
    /// What happened.
    pub operation: Operation,
    /// Which value is which field.
    pub bound: &'a Bound,
}

impl Shapes {
    /// Remembers the skeleton of a line, if that promises to pay.
    pub fn learn(&mut self, lesson: &ParsedLine<'_>) {
        if !self.is_willing() {
            return;
        }
        let Some((pieces, shape)) = shape_of(lesson) else {
            return;
        };
        if self.trie.insert(pieces, self.shapes.len()) {
            self.shapes.push(shape);
        }
    }

    /// A file in which every line is different would be learned for nothing, at a cost: when
    /// shapes are many and seldom met, they are forgotten, and learning pauses ever longer.
    fn is_willing(&mut self) -> bool {
        if self.misses >= ROUND {
            let pays = self.hits > self.misses;
            (self.misses, self.hits) = (0, 0);
            if pays {
                (self.pause, self.paused) = (0, 0);
            } else if self.paused > 0 {
                self.paused -= 1;
            } else {
                self.pause = (2 * self.pause + 1).min(LONGEST_PAUSE);
                self.paused = self.pause;
                self.trie.clear();
                self.shapes.clear();
            }
        }
        self.paused == 0 && self.shapes.len() < MOST_SHAPES
    }
}

/// Rounds after which learning is tried again in any case: a file may become regular.
const LONGEST_PAUSE: u32 = 1023;

/// Lines with more values than this are no machine's routine.
const MOST_NODES: usize = 4 * MOST_VALUES;

fn shape_of(lesson: &ParsedLine<'_>) -> Option<(Vec<Segment>, Shape)> {
    let ParsedLine { document, source, operation, bound } = *lesson;
    if document.nodes.len() > MOST_NODES {
        return None;
    }
    let (bindings, index) = (bound.bindings.clone(), bound.index.clone());
    let mut shape = Shape {
        source,
        ids: source.id_space(),
        operation,
        bindings,
        index,
        prefixes: Vec::new(),
        lengths: Vec::new(),
        checks: Vec::new(),
        integers: Vec::new(),
        cross_checks: Vec::new(),
    };
    let mut cut = Cut { text: document.text, from: 0, fixed: Vec::new() };
    let mut pieces = Vec::new();
    let mut slot = 0;
    // By span of the slow path.
    let mut slots = vec![u32::MAX; bound.spans.len()];
    let mut fixed = vec![false; bound.spans.len()];
    for node in document.nodes {
        if node.span.escaped || node.key.is_some_and(|key| key.escaped) {
            return None;
        }
        let then = match node.kind {
            Kind::Object | Kind::Array | Kind::Null => continue,
            Kind::Text => SlotKind::Text,
            Kind::Number => SlotKind::Number,
            Kind::True | Kind::False => SlotKind::Flag,
        };
        let known = bound.spans.iter().position(|span| *span == node.span);
        if let Some(at) = known {
            slots[at] = slot;
        }
        // Those of fields come first.
        let binding = known.filter(|at| *at < shape.bindings.len());
        let is_fixed = binding.is_some_and(|at| shape.bind(at, slot));
        slot += 1;
        if is_fixed {
            known.into_iter().for_each(|at| fixed[at] = true);
            cut.fix(node);
        } else if node.span.end - node.span.start > LONGEST_TEXT as u32 {
            return None;
        } else {
            pieces.push(cut.piece(node, then));
        }
    }
    pieces.push(cut.rest());
    let slot = |at: &u32| slots.get(*at as usize).copied().unwrap_or(u32::MAX);
    shape.index.best = bound.index.best.each_ref().map(slot);
    let (settled, said): (Vec<_>, Vec<_>) = bound
        .index
        .said
        .iter()
        .partition(|said| fixed.get(said.slot as usize).is_some_and(|is_fixed| *is_fixed));
    let value =
        |said: &Said| KEYS.text(said.key, bound.spans[said.slot as usize].raw(document.text).as_bytes());
    shape.index.fixed = settled.iter().map(value).fold(bound.index.fixed, u64::wrapping_add);
    let said: Vec<_> = said.iter().map(|said| Said { slot: slot(&said.slot), ..*said }).collect();
    let position = |best: &u32| said.iter().position(|said| said.slot == *best);
    shape.index.best_said =
        shape.index.best.each_ref().map(|best| position(best).map_or(u32::MAX, |at| at as u32));
    shape.index.said = said;
    shape.cross_checks = source.cross_checks.iter().filter_map(|check| shape.cross_check(check)).collect();
    Some((pieces, shape))
}

impl Shape {
    /// A cross-check with its slots, if lines of this shape may fail it: where they have none of its
    /// fields but fixed ones, the line that taught the shape has passed it for all, and so it has where
    /// they have one value to agree with itself.
    fn cross_check(&self, check: &'static CrossCheck) -> Option<(Option<[u32; 2]>, &'static CrossCheck)> {
        let of = |field| self.bindings.iter().filter(move |binding| binding.field == field);
        let is_open = |field: &FieldId| {
            of(*field).next().is_some() && !decides_structure(&self.source.fields[usize::from(*field)])
        };
        let slot = |field| match &*of(field).collect::<Vec<_>>() {
            [binding] => Some(binding.slot),
            _ => None,
        };
        let [one, other] = check.fields.map(slot);
        let slots = one.zip(other);
        let is_settled = slots.is_some_and(|(one, other)| one == other) && (check.agree)("", "");
        let is_there = |field: &FieldId| of(*field).next().is_some();
        let has_enough = !check.needs_both || check.fields.iter().all(is_there);
        let may_fail = !is_settled && has_enough && check.fields.iter().any(is_open);
        may_fail.then(|| (slots.map(Into::into), check))
    }

    /// Binds a field to a slot with what its values have to satisfy, and returns whether the value
    /// is part of the skeleton.
    fn bind(&mut self, at: usize, slot: u32) -> bool {
        let binding = &mut self.bindings[at];
        binding.slot = slot;
        let field = &self.source.fields[binding.field as usize];
        if decides_structure(field) {
            return true;
        }
        if field.kind == FieldKind::Integer {
            self.integers.push(slot);
        }
        for expect in field.expects.iter().filter(|expect| is_open(expect, field)) {
            match expect {
                Expect::NotEmpty => self.lengths.push((slot, 1, u32::MAX)),
                // In bytes: the slow path counts the characters of a longer one.
                Expect::AtMost(limit, _) => self.lengths.push((slot, 0, *limit as u32)),
                Expect::Prefix(prefix, _) if let Some(prefix) = SlotPrefix::new(slot, prefix) => {
                    self.prefixes.push(prefix);
                }
                _ => self.checks.push(SlotCheck { slot, is_primary: binding.is_primary, expect }),
            }
        }
        false
    }
}

/// Whether values of the skeleton's slots may fail to meet this at all.
fn is_open(expect: &Expect, field: &Field) -> bool {
    match expect {
        Expect::NotEmpty => {
            !field.expects.iter().any(|other| matches!(other, Expect::Prefix(..) | Expect::Time))
        }
        Expect::AtMost(limit, _) => *limit < LONGEST_TEXT,
        _ => true,
    }
}

/// Values of these fields are part of the skeleton: the action and the type of a list element
/// decide what else is looked at. Others have so few values that comparing is cheaper than
/// checking.
fn decides_structure(field: &Field) -> bool {
    let has_few_values =
        |expect: &Expect| matches!(expect, Expect::OneOf(words) if words.code.level == Level::Notice);
    field.means == Some(Attribute::Action)
        || field.kind == FieldKind::Flag
        || (field.key() == "type" && field.path.contains('['))
        || field.expects.iter().any(|expect| matches!(expect, Expect::Digits) || has_few_values(expect))
}

/// What of a line is cut into pieces already.
struct Cut<'a> {
    text: &'a str,
    from: usize,
    fixed: Vec<(u32, u32)>,
}

impl Cut<'_> {
    fn fix(&mut self, node: &Node) {
        let offset = node.span.start - self.from as u32;
        self.fixed.push((offset, node.span.end - node.span.start));
    }

    fn piece(&mut self, node: &Node, then: SlotKind) -> Segment {
        let literal = &self.text.as_bytes()[self.from..node.span.start as usize];
        self.from = node.span.end as usize;
        Segment { literal: Literal::new(literal), fixed: std::mem::take(&mut self.fixed).into(), then }
    }

    fn rest(&mut self) -> Segment {
        let literal = &self.text.as_bytes()[self.from..];
        Segment {
            literal: Literal::new(literal),
            fixed: std::mem::take(&mut self.fixed).into(),
            then: SlotKind::End,
        }
    }
}

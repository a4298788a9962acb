//! Learns the shape of a line that the slow path has read.

use crate::json::{Document, Kind};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::Level;
use crate::model::fields::{Binding, FieldId};
use crate::reader::bind::Bound;
use crate::reader::bind::index::is_best;
use crate::reader::shape::cutter::Cutter;
use crate::reader::shape::slots::{Slot, index_slots};
use crate::reader::shape::trie::{
    Inserted, MAX_FREE_TEXT_BYTES, MAX_TEXT_BYTES, MAX_VALUES, ShapeId, SlotKind,
};
use crate::reader::shape::{
    MAX_SHAPES, ROUND, Segment, Shape, Shapes, SlotCheck, SlotLength, SlotPart, SlotPrefix, SlotRepeat,
};
use crate::reader::values::{self, DerivedValues};
use crate::sources::{Action, CrossCheck, Expect, Field, FieldKind, Source};

/// A line that the slow path has read without a diagnostic that is wanted.
pub struct ParsedLine<'a> {
    /// The line.
    pub document: Document<'a>,
    /// Whose event it is.
    pub source: &'static Source,
    /// What happened.
    pub action: &'static Action,
    /// Which value is which field.
    pub bound: &'a Bound,
}

impl Shapes {
    /// Remembers the skeleton of a line, if that promises to pay.
    pub fn learn(&mut self, line: &ParsedLine<'_>) {
        // The fast path takes what it reads for one line.
        if line.document.text.contains('\n') || !self.should_learn() {
            return;
        }
        let Some((segments, shape)) = shape_of(line) else {
            return;
        };
        match self.trie.insert(segments, self.shapes.len()) {
            Inserted::New => self.shapes.push(shape),
            Inserted::Known(first) => self.add_variant(first, shape),
            Inserted::Full => {}
        }
    }

    /// Adds a shape to those that share its skeleton, if lines of it are not read as one of them is.
    fn add_variant(&mut self, first: ShapeId, shape: Shape) {
        let variants = || std::iter::successors(Some(first), |variant| self.shapes[*variant].next_variant);
        let last = variants().last().unwrap_or(first);
        if variants().count() < MAX_VARIANTS && variants().all(|id| self.shapes[id].differs(&shape)) {
            self.shapes[last].next_variant = Some(self.shapes.len());
            self.shapes.push(shape);
        }
    }

    /// Learning costs something, and does not pay in a file in which every line is different: when shapes are many
    /// and seldom met, they are forgotten, and nothing is learned for ever longer.
    fn should_learn(&mut self) -> bool {
        if self.misses >= ROUND {
            let pays = self.hits > self.misses;
            (self.misses, self.hits) = (0, 0);
            if pays {
                (self.backoff_rounds, self.rounds_left) = (0, 0);
            } else if self.rounds_left > 0 {
                self.rounds_left -= 1;
            } else {
                self.backoff_rounds = (2 * self.backoff_rounds + 1).min(MAX_BACKOFF_ROUNDS);
                self.rounds_left = self.backoff_rounds;
                self.trie.clear();
                self.shapes.clear();
            }
        }
        self.rounds_left == 0 && self.shapes.len() < MAX_SHAPES
    }
}

/// Rounds after which learning is tried again in any case: a file may become regular.
const MAX_BACKOFF_ROUNDS: u32 = 1023;

/// Shapes that share a skeleton; they are tried one after another.
const MAX_VARIANTS: usize = 16;

/// Lines with more values than this are no machine's routine.
const MAX_NODES: usize = 4 * MAX_VALUES;

fn shape_of(line: &ParsedLine<'_>) -> Option<(Vec<Segment>, Shape)> {
    let ParsedLine { document, source, action, bound } = *line;
    if document.nodes.len() > MAX_NODES {
        return None;
    }
    let mut shape = Shape {
        source,
        ids: source.id_space(),
        operation: action.operation,
        refine: action.refine,
        direction: action.direction,
        action: source.composite.as_ref().and_then(|it| it.action_of(&bound.fields(document.text))),
        restored: source.restore.map(|restore| restore(&bound.fields(document.text))),
        parts: Vec::new(),
        repeats: Vec::new(),
        next_variant: None,
        outcome: action.outcome,
        derived: DerivedValues { protocol: action.protocol, ..DerivedValues::default() },
        bindings: bound.bindings.clone(),
        index: bound.index.clone(),
        prefixes: Vec::new(),
        lengths: Vec::new(),
        checks: Vec::new(),
        cross_checks: Vec::new(),
    };
    let mut slots = vec![Slot { slot: u32::MAX, is_fixed: false }; bound.spans.len()];
    let segments = segments(line, &mut shape, &mut slots)?;
    let count = segments.iter().map(|it| it.fixed.len() + usize::from(it.slot != SlotKind::End)).sum();
    shape.bind_parts(line, &mut slots, count)?;
    index_slots(document.text, bound, &slots, &mut shape.index)?;
    shape.repeats = shape.repeats(line);
    shape.cross_checks = source.cross_checks.iter().filter_map(|check| shape.cross_check(check)).collect();
    Some((segments, shape))
}

/// Whether texts that are bound to no field may be anything. What metadata objects hold has limits.
fn is_free(source: &Source) -> bool {
    !source.fields.iter().any(|field| matches!(field.kind, FieldKind::Metadata(_)))
}

/// Cuts the line into its skeleton, binds fields to slots, and says which slot each span becomes.
fn segments(line: &ParsedLine<'_>, shape: &mut Shape, slots: &mut [Slot]) -> Option<Vec<Segment>> {
    let mut cutter = Cutter::new(line.document.text);
    let mut segments = Vec::new();
    let mut slot = 0;
    let is_free = is_free(line.source);
    let deciding = line.source.deciding_texts(line.document);
    for (id, node) in line.document.nodes.iter().enumerate() {
        if node.key.is_some_and(|key| key.escaped) {
            return None;
        }
        let kind = match node.kind {
            Kind::Object | Kind::Array | Kind::Null => continue,
            Kind::Text => SlotKind::Text,
            Kind::Number => SlotKind::Number,
            Kind::True | Kind::False => SlotKind::Flag,
        };
        let known = line.bound.spans.iter().position(|span| *span == node.span);
        // The spans of fields come first.
        let binding = known.filter(|at| *at < shape.bindings.len());
        let is_fixed = binding.is_some_and(|at| shape.bind(at, slot, line));
        let is_time = || binding.is_some_and(|at| shape.is_time(at));
        if deciding.contains(&id) && !is_fixed && !is_time() {
            return None;
        }
        if let Some(at) = known {
            slots[at] = Slot { slot, is_fixed };
        }
        let kind = match kind {
            SlotKind::Text if is_free => SlotKind::FreeText,
            SlotKind::Number if binding.is_some_and(|at| shape.is_integer(at)) => SlotKind::Integer,
            kind => kind,
        };
        slot += 1;
        let max = if is_free { MAX_FREE_TEXT_BYTES } else { MAX_TEXT_BYTES };
        if is_fixed {
            // It is hashed and looked up as it is written.
            if node.span.escaped {
                return None;
            }
            cutter.fix(node);
        } else if node.span.end - node.span.start > max as u32 {
            return None;
        } else {
            segments.push(cutter.segment(node.span.start as usize, kind));
            cutter.from = node.span.end as usize;
        }
    }
    segments.push(cutter.segment(line.document.text.len(), SlotKind::End));
    Some(segments)
}

impl Shape {
    /// Whether a number has to be whole to be a value of the field that it is bound to.
    fn is_integer(&self, binding: usize) -> bool {
        let field = &self.source.fields[usize::from(self.bindings[binding].field)];
        matches!(field.kind, FieldKind::Integer | FieldKind::TextOrInteger)
    }

    /// Whether a text has to be a time, which is checked on every line.
    fn is_time(&self, binding: usize) -> bool {
        let field = &self.source.fields[usize::from(self.bindings[binding].field)];
        field.expects.iter().any(|expect| matches!(expect, Expect::Time))
    }

    /// Whether lines of its skeleton are told apart from those of another shape by what their texts say.
    fn differs(&self, other: &Self) -> bool {
        let parts = |shape: &Self| shape.parts.iter().map(|part| part.is_there).collect::<Vec<_>>();
        self.action != other.action || self.repeats != other.repeats || parts(self) != parts(other)
    }

    /// Binds the parts of texts to slots behind the `count` slots of the line; `None` if a text is part of the
    /// skeleton, which the fast path does not look at.
    fn bind_parts(&mut self, line: &ParsedLine<'_>, slots: &mut [Slot], count: usize) -> Option<()> {
        let Bound { bindings, index, .. } = line.bound;
        let fields = self.source.fields;
        let has_part =
            |at: usize| bindings.get(at).is_some_and(|it| fields[usize::from(it.field)].part.is_some());
        let mut next_slot = u32::try_from(count).ok()?;
        for text in (0..bindings.len()).filter(|at| !has_part(*at)) {
            let path = fields[usize::from(bindings[text].field)].path;
            let of_text = |(_, field): &(usize, &Field)| field.path == path && field.is_of(line.action.group);
            for (id, field) in fields.iter().enumerate().filter(of_text) {
                let Some(part) = field.part else {
                    continue;
                };
                if slots[text].is_fixed {
                    return None;
                }
                // Parts are bound right after their text.
                let parts = (text + 1..).take_while(|at| has_part(*at));
                let at = parts.into_iter().find(|at| usize::from(bindings[*at].field) == id);
                self.parts.push(SlotPart { slot: slots[text].slot, part, is_there: at.is_some() });
                let Some(at) = at else {
                    continue;
                };
                let slot = next_slot;
                next_slot += 1;
                slots[at] = Slot { slot, is_fixed: false };
                self.bindings[at].slot = slot;
                let derives = |expect| values::derives(expect, &bindings[at], index);
                let checks = field.expects.iter();
                self.checks.extend(checks.map(|expect| SlotCheck { slot, derives: derives(expect), expect }));
            }
        }
        Some(())
    }

    /// The values that depend on the delivery and are not those that count for their attributes.
    fn repeats(&self, line: &ParsedLine<'_>) -> Vec<SlotRepeat> {
        let fields = line.bound.fields(line.document.text);
        let repeat = |(binding, of_line): (&Binding, &Binding)| {
            let Field { is_delivery_metadata, attribute, .. } =
                &self.source.fields[usize::from(binding.field)];
            let attribute = attribute.filter(|_| *is_delivery_metadata)?;
            let best = self.index.best[attribute as usize];
            let repeat =
                SlotRepeat { slots: [binding.slot, best], is_same: is_best(&fields, of_line, attribute) };
            (best != binding.slot && best != u32::MAX).then_some(repeat)
        };
        self.bindings.iter().zip(fields.bindings).filter_map(repeat).collect()
    }

    /// A cross-check with its slots, if lines of this shape may fail it. If all of its fields are part of the
    /// skeleton, the line that taught the shape has passed it for every other; so it has if a single value is
    /// compared with itself.
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
        let is_settled = slots.is_some_and(|(one, other)| one == other) && (check.agree)(b"", b"");
        let is_there = |field: &FieldId| of(*field).next().is_some();
        let has_enough = !check.needs_both || check.fields.iter().all(is_there);
        let may_fail = !is_settled && has_enough && check.fields.iter().any(is_open);
        may_fail.then(|| (slots.map(Into::into), check))
    }

    /// Binds a field to a slot, adds what its values have to satisfy, and returns whether the value is part of the
    /// skeleton.
    fn bind(&mut self, at: usize, slot: u32, line: &ParsedLine<'_>) -> bool {
        let of_line = line.bound.bindings[at];
        let derives = |expect: &Expect| values::derives(expect, &of_line, &line.bound.index);
        self.bindings[at].slot = slot;
        let field = &self.source.fields[of_line.field as usize];
        let span = line.bound.spans[at];
        if decides_structure(field) {
            for expect in field.expects.iter().filter(|expect| derives(expect)) {
                let text = span.raw(line.document.text);
                match expect {
                    Expect::OneOf(vocabulary) => self.derived.add(vocabulary, vocabulary.term(text), text),
                    Expect::Outcome(outcome) => self.derived.add_outcome(outcome(text)),
                    _ => {}
                }
            }
            return true;
        }
        let is_limited = |expect: &&Expect| matches!(expect, Expect::AtMost(..)) && is_free(self.source);
        for expect in field.expects.iter().filter(|expect| is_open(expect, field) || is_limited(expect)) {
            match expect {
                Expect::NotEmpty => self.lengths.push(SlotLength { slot, min: 1, max: u32::MAX }),
                // In bytes: the slow path counts the characters of a longer one.
                Expect::AtMost(limit, _) => {
                    self.lengths.push(SlotLength { slot, min: 0, max: *limit as u32 });
                }
                Expect::Prefix(prefix, _) if let Some(prefix) = SlotPrefix::new(slot, prefix) => {
                    self.prefixes.push(prefix);
                }
                _ => self.checks.push(SlotCheck { slot, derives: derives(expect), expect }),
            }
        }
        false
    }
}

/// Whether the value of a slot may fail an expectation: some are implied by others or by what a slot can hold.
fn is_open(expect: &Expect, field: &Field) -> bool {
    match expect {
        Expect::NotEmpty => !field
            .expects
            .iter()
            .any(|other| matches!(other, Expect::Prefix(..) | Expect::Time | Expect::Epoch(_))),
        Expect::AtMost(limit, _) => *limit < MAX_TEXT_BYTES,
        _ => true,
    }
}

/// Whether the values of a field are part of the skeleton: the action and the discriminator of a list element
/// decide what else is looked at. Others have so few values that comparing is cheaper than checking.
fn decides_structure(field: &Field) -> bool {
    let has_few_values =
        |expect: &Expect| matches!(expect, Expect::OneOf(words) if words.code.level == Level::Notice);
    field.attribute == Some(Attribute::Action)
        || field.kind == FieldKind::Flag
        || field.is_discriminator
        || field.expects.iter().any(|expect| matches!(expect, Expect::Digits) || has_few_values(expect))
}

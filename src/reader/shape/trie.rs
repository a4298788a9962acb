//! The skeletons of lines as a trie: lines of one kind share their beginning, which is compared once.
//!
//! The trie is a list of steps. A step is a literal and the slot after it; `next` is the first step after those,
//! `sibling` the step to try instead if the literal does not match.

use fearless_simd::{Level, Simd, dispatch};

use crate::json::{Span, escape_length, string_scan};
use crate::reader::shape::literal::Literal;
use crate::text::digits::leading_digits;

/// Index of a shape.
pub type ShapeId = usize;

/// A piece of a skeleton: a literal and the slot after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Text that has to be there to the byte.
    pub literal: Literal,
    /// Values inside the literal whose places are wanted, as offset and length.
    pub fixed: Box<[(u32, u32)]>,
    /// What comes after it.
    pub slot: SlotKind,
}

/// What comes after a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// A string; its quotes belong to the literals around it.
    Text,
    /// A string that may be long.
    FreeText,
    /// A number.
    Number,
    /// A number of digits alone.
    Integer,
    /// `true` or `false`.
    Flag,
    /// The end of the line.
    End,
}

/// A string longer than this is left to the slow path, which knows the limits on lengths.
pub const MAX_TEXT_BYTES: usize = 500;
/// The same for a string in a source without metadata objects, whose members have limits.
pub const MAX_FREE_TEXT_BYTES: usize = 1 << 16;
/// One beginning has at most so many continuations, as they are tried one after another.
const MAX_SIBLINGS: usize = 128;
/// A sibling that matched more consecutive lines than this takes the place of the one before it.
const PROMOTE_AFTER: u32 = 4;
/// Lines with more values than this have no shape.
pub const MAX_VALUES: usize = 128;

/// The skeletons known so far.
#[derive(Default)]
pub struct Trie {
    steps: Vec<Step>,
    /// Lines looked at so far.
    lines: u64,
}

/// What became of a skeleton.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// It was added.
    New,
    /// It is there already, with this shape.
    Known(ShapeId),
    /// There are too many like it.
    Full,
}

struct Step {
    segment: Segment,
    /// Whether the head of the literal is all that has to be there.
    is_short: bool,
    /// The first step after it, or the shape when the line ends.
    next: usize,
    sibling: Option<usize>,
    /// The last line in which it was found as a sibling, and in how many lines before that without a break.
    last_found: u64,
    streak: u32,
}

/// The places of a line's values, counted from where it starts.
pub struct Places {
    spans: [Span; MAX_VALUES],
    count: usize,
    /// Whether a string has an escape.
    has_escapes: bool,
}

impl Trie {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.steps.clear();
    }

    /// Adds a skeleton with its shape, unless it is known or there are too many like it.
    pub fn insert(&mut self, segments: Vec<Segment>, shape: ShapeId) -> Inserted {
        let mut first = (!self.steps.is_empty()).then_some(0);
        let mut last = None;
        let mut segments = segments.into_iter().peekable();
        while let (Some(step), Some(segment)) = (first, segments.peek()) {
            let siblings: Vec<_> =
                std::iter::successors(Some(step), |step| self.steps[*step].sibling).collect();
            let Some(known) = siblings.iter().find(|step| self.steps[**step].segment == *segment) else {
                if siblings.len() >= MAX_SIBLINGS {
                    return Inserted::Full;
                }
                last = siblings.last().copied();
                break;
            };
            if segment.slot == SlotKind::End {
                return Inserted::Known(self.steps[*known].next);
            }
            first = Some(self.steps[*known].next);
            segments.next();
        }
        if let Some(last) = last {
            self.steps[last].sibling = Some(self.steps.len());
        }
        for segment in segments {
            let next = if segment.slot == SlotKind::End { shape } else { self.steps.len() + 1 };
            let is_short = segment.literal.is_head() && segment.slot != SlotKind::End;
            self.steps.push(Step { segment, is_short, next, sibling: None, last_found: 0, streak: 0 });
        }
        Inserted::New
    }

    /// The shape of the line that begins at `start`, and where the line ends without its line end. Fills
    /// `places`.
    #[inline]
    pub fn find(&mut self, bytes: &[u8], start: usize, places: &mut Places) -> Option<(ShapeId, usize)> {
        self.lines += 1;
        let line = bytes.get(start..)?;
        let (shape, length) = dispatch!(Level::new(), simd => self.find_with(simd, line, places))?;
        Some((shape, start + length))
    }

    /// The shape of a line, and how long it is, compiled for several kinds of processors.
    #[inline(always)]
    fn find_with<S: Simd>(&mut self, simd: S, line: &[u8], places: &mut Places) -> Option<(ShapeId, usize)> {
        let (mut count, mut has_escapes) = (0, false);
        // No line is longer than `--max-line-bytes`, which has 32 bits.
        let mut put = |from: usize, length: usize, escaped: bool| {
            let span = Span { start: from as u32, end: (from + length) as u32, escaped };
            *places.spans.get_mut(count)? = span;
            count += 1;
            Some(())
        };
        let (mut first, mut rest) = (0, line);
        loop {
            let mut step = self.steps.get(first)?;
            if !step.begins(simd, rest) {
                step = simd.vectorize(|| self.find_sibling(simd, first, rest))?;
            }
            for (offset, length) in &*step.segment.fixed {
                put(line.len() - rest.len() + *offset as usize, *length as usize, false)?;
            }
            rest = rest.get(step.segment.literal.len()..)?;
            let at = line.len() - rest.len();
            let length = match step.segment.slot {
                kind @ (SlotKind::Text | SlotKind::FreeText) => {
                    let length = string_scan::length_with(simd, rest)?;
                    if length > MAX_TEXT_BYTES || rest.get(length) == Some(&b'\\') {
                        let (length, escaped) = unusual_text(kind, rest, length)?;
                        has_escapes |= escaped;
                        put(at, length, escaped)?;
                        (first, rest) = (step.next, rest.get(length..)?);
                        continue;
                    }
                    length
                }
                SlotKind::End => {
                    (places.count, places.has_escapes) = (count, has_escapes);
                    return Some((step.next, at));
                }
                scalar_kind => scalar(scalar_kind, rest)?,
            };
            put(at, length, false)?;
            (first, rest) = (step.next, rest.get(length..)?);
        }
    }

    /// The sibling that matches. One that matches in several consecutive lines changes places with the one before
    /// it, so that it is tried sooner.
    #[inline(always)]
    fn find_sibling<S: Simd>(&mut self, simd: S, first: usize, rest: &[u8]) -> Option<&Step> {
        let mut before = first;
        loop {
            let right = self.steps[before].sibling?;
            if !self.steps[right].begins(simd, rest) {
                before = right;
                continue;
            }
            let found = &mut self.steps[right];
            found.streak = if found.last_found + 1 == self.lines { found.streak + 1 } else { 0 };
            found.last_found = self.lines;
            if found.streak < PROMOTE_AFTER {
                return Some(&self.steps[right]);
            }
            // Their order is the siblings', so they swap what they match.
            let [a, b] = self.steps.get_disjoint_mut([before, right]).ok()?;
            std::mem::swap(&mut a.segment, &mut b.segment);
            std::mem::swap(&mut a.is_short, &mut b.is_short);
            std::mem::swap(&mut a.next, &mut b.next);
            (a.last_found, a.streak, b.last_found, b.streak) = (0, 0, 0, 0);
            return Some(a);
        }
    }
}

impl Step {
    #[inline(always)]
    fn begins<S: Simd>(&self, simd: S, rest: &[u8]) -> bool {
        self.segment.literal.head_begins(simd, rest)
            && (self.is_short || self.segment.rest_follows(simd, rest))
    }
}

impl Segment {
    #[inline(always)]
    fn rest_follows<S: Simd>(&self, simd: S, rest: &[u8]) -> bool {
        let Self { literal, slot, .. } = self;
        let is_end = || rest.get(literal.len()..).is_some_and(ends_line);
        (literal.is_head() || literal.rest_follows(simd, rest)) && (*slot != SlotKind::End || is_end())
    }
}

impl Default for Places {
    fn default() -> Self {
        Self { spans: [Span { start: 0, end: 0, escaped: false }; MAX_VALUES], count: 0, has_escapes: false }
    }
}

impl Places {
    /// Adds a place behind them; `None` if there are too many.
    pub fn push(&mut self, span: Span) -> Option<()> {
        *self.spans.get_mut(self.count)? = span;
        self.count += 1;
        Some(())
    }

    /// Whether a string has an escape.
    pub fn has_escapes(&self) -> bool {
        self.has_escapes
    }

    /// Forgets all but the first places.
    pub fn truncate(&mut self, count: usize) {
        self.count = self.count.min(count);
    }

    /// The places, in the order of the line.
    pub fn spans(&self) -> &[Span] {
        &self.spans[..self.count]
    }
}

fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [] | [b'\n', ..] | [b'\r'] | [b'\r', b'\n', ..])
}

/// The length of a string that is long or has escapes, the first after so many bytes, and whether it has any.
#[inline(never)]
fn unusual_text(kind: SlotKind, rest: &[u8], first: usize) -> Option<(usize, bool)> {
    let max = if kind == SlotKind::Text { MAX_TEXT_BYTES } else { MAX_FREE_TEXT_BYTES };
    let mut length = first;
    while length <= max && rest.get(length) == Some(&b'\\') {
        length += escape_length(rest.get(length..)?).ok()?;
        length += string_scan::length(rest.get(length..)?)?;
    }
    (length <= max).then_some((length, length > first))
}

/// The length of the number, `true` or `false` at the beginning.
#[inline(never)]
fn scalar(kind: SlotKind, rest: &[u8]) -> Option<usize> {
    match kind {
        SlotKind::Number => number(rest),
        SlotKind::Integer => integer(rest),
        SlotKind::Flag if rest.starts_with(b"true") => Some(4),
        SlotKind::Flag if rest.starts_with(b"false") => Some(5),
        SlotKind::Flag | SlotKind::Text | SlotKind::FreeText | SlotKind::End => None,
    }
}

/// The length of the digits at the beginning; what follows them is compared with the skeleton.
fn integer(bytes: &[u8]) -> Option<usize> {
    let length = leading_digits(bytes);
    (length == 1 || (length > 1 && bytes[0] != b'0')).then_some(length)
}

/// The length of the number at the beginning, by JSON's grammar.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        at += 1 + fraction;
        if fraction == 0 {
            return None;
        }
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits((at + 1 + sign).min(bytes.len()));
        at += 1 + sign + exponent;
        if exponent == 0 {
            return None;
        }
    }
    Some(at)
}

//! Skeletons of lines as a tree: lines of one kind share their beginning, and it is compared once.
//!
//! The tree is a list of steps. A step is a literal and what comes after it; `next` is the first
//! step after that, `other` the step to try instead when the literal is not there.

use crate::json::{Span, string_scan};
use crate::reader::shape::literal::Literal;

/// Index of a shape.
pub type ShapeId = usize;

/// A stretch of a skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Text that has to be there to the byte.
    pub literal: Literal,
    /// Values inside the text whose places are wanted, as offset and length.
    pub fixed: Box<[(u32, u32)]>,
    /// What comes after it.
    pub then: SlotKind,
}

/// What comes after a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotKind {
    /// A string; its quotes belong to the literals around it.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
    /// The end of the line.
    End,
}

/// A string longer than this is left to the slow path, which knows the limits on lengths.
pub const LONGEST_TEXT: usize = 500;
/// More continuations of one beginning than this are not tried.
const MOST_OTHERS: usize = 24;
/// Lines running in which a step has to be found to move forward.
const RUN: u32 = 4;
/// Lines with more values than this have no shape.
pub const MOST_VALUES: usize = 128;

/// The skeletons known so far.
#[derive(Default)]
pub struct Trie {
    steps: Vec<Step>,
    /// Lines looked at so far.
    lines: u64,
}

struct Step {
    piece: Segment,
    /// The first step after it, or the shape when the line ends.
    next: usize,
    other: Option<usize>,
    /// The line in which it was found after another one, and in how many lines running.
    found: (u64, u32),
}

/// The places of a line's values, counted from where it starts.
pub struct Places {
    spans: [Span; MOST_VALUES],
    count: usize,
}

impl Trie {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.steps.clear();
    }

    /// Adds a skeleton, unless it is known or there are too many like it.
    pub fn insert(&mut self, pieces: Vec<Segment>, shape: ShapeId) -> bool {
        let mut first = (!self.steps.is_empty()).then_some(0);
        let mut last = None;
        let mut pieces = pieces.into_iter().peekable();
        while let (Some(step), Some(piece)) = (first, pieces.peek()) {
            let others: Vec<_> = std::iter::successors(Some(step), |step| self.steps[*step].other).collect();
            let Some(known) = others.iter().find(|step| self.steps[**step].piece == *piece) else {
                if others.len() >= MOST_OTHERS {
                    return false;
                }
                last = others.last().copied();
                break;
            };
            first = (piece.then != SlotKind::End).then_some(self.steps[*known].next);
            pieces.next();
        }
        if pieces.peek().is_none() {
            return false;
        }
        if let Some(last) = last {
            self.steps[last].other = Some(self.steps.len());
        }
        for piece in pieces {
            let next = if piece.then == SlotKind::End { shape } else { self.steps.len() + 1 };
            self.steps.push(Step { piece, next, other: None, found: (0, 0) });
        }
        true
    }

    /// The shape of the line that begins at `start`, and where the line ends without its line
    /// end. Fills `places`.
    #[inline(always)]
    pub fn find(&mut self, bytes: &[u8], start: usize, places: &mut Places) -> Option<(ShapeId, usize)> {
        self.lines += 1;
        let line = bytes.get(start..)?;
        let mut count = 0;
        // No line is longer than `--max-line-bytes`, which has 32 bits.
        let mut put = |from: usize, length: usize| {
            let span = Span { start: from as u32, end: (from + length) as u32, escaped: false };
            *places.spans.get_mut(count)? = span;
            count += 1;
            Some(())
        };
        let (mut first, mut rest) = (0, line);
        loop {
            let mut step = self.steps.get(first)?;
            if !step.begins(rest) {
                step = self.other(first, rest)?;
            }
            for (offset, length) in &*step.piece.fixed {
                put(line.len() - rest.len() + *offset as usize, *length as usize)?;
            }
            rest = rest.get(step.piece.literal.len()..)?;
            let at = line.len() - rest.len();
            let length = match step.piece.then {
                SlotKind::Text => string_scan::length(rest).filter(|length| *length <= LONGEST_TEXT)?,
                SlotKind::End => {
                    places.count = count;
                    return Some((step.next, start + at));
                }
                scalar_kind => scalar(scalar_kind, rest)?,
            };
            put(at, length)?;
            (first, rest) = (step.next, rest.get(length..)?);
        }
    }

    /// The other step that begins here. One that is found in several lines running moves forward
    /// and is tried sooner.
    #[inline(never)]
    fn other(&mut self, first: usize, rest: &[u8]) -> Option<&Step> {
        let mut before = first;
        loop {
            let right = self.steps[before].other?;
            if !self.steps[right].begins(rest) {
                before = right;
                continue;
            }
            let (line, running) = self.steps[right].found;
            let running = if line + 1 == self.lines { running + 1 } else { 0 };
            self.steps[right].found = (self.lines, running);
            if running < RUN {
                return Some(&self.steps[right]);
            }
            let [a, b] = self.steps.get_disjoint_mut([before, right]).ok()?;
            std::mem::swap(&mut a.piece, &mut b.piece);
            std::mem::swap(&mut a.next, &mut b.next);
            (a.found, b.found) = ((0, 0), (0, 0));
            return Some(a);
        }
    }
}

impl Step {
    #[inline(always)]
    fn begins(&self, rest: &[u8]) -> bool {
        self.piece.literal.begins(rest)
            && (self.piece.then != SlotKind::End || ends_line(&rest[self.piece.literal.len()..]))
    }
}

impl Default for Places {
    fn default() -> Self {
        Self { spans: [Span { start: 0, end: 0, escaped: false }; MOST_VALUES], count: 0 }
    }
}

impl Places {
    /// The places, in the order of the line.
    pub fn spans(&self) -> &[Span] {
        &self.spans[..self.count]
    }
}

fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [] | [b'\n', ..] | [b'\r'] | [b'\r', b'\n', ..])
}

/// The length of the number, `true` or `false` at the beginning.
#[inline(never)]
fn scalar(then: SlotKind, rest: &[u8]) -> Option<usize> {
    match then {
        SlotKind::Number => number(rest),
        SlotKind::Flag if rest.starts_with(b"true") => Some(4),
        SlotKind::Flag if rest.starts_with(b"false") => Some(5),
        SlotKind::Flag | SlotKind::Text | SlotKind::End => None,
    }
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

//! Skeletons of lines as a tree: lines of one kind share their beginning, and it is compared once.
//!
//! The tree is a list of steps. A step is a literal and what comes after it; `next` is the first
//! step after that, `other` the step to try instead when the literal is not there.

use super::literal::Literal;
use super::marks::Marks;
use crate::json::Span;

/// Index of a shape.
pub type ShapeId = usize;

/// A stretch of a skeleton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Text that has to be there to the byte.
    pub literal: Literal,
    /// Values inside the text whose places are wanted, as offset and length.
    pub fixed: Vec<(u32, u32)>,
    /// What comes after it.
    pub then: Then,
}

/// What comes after a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
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
/// Lines with more values than this have no shape.
pub const MOST_VALUES: usize = 128;

/// The skeletons known so far.
#[derive(Default)]
pub struct Trie {
    steps: Vec<Step>,
}

struct Step {
    piece: Piece,
    /// The first step after it, or the shape when the line ends.
    next: usize,
    other: Option<usize>,
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
    pub fn insert(&mut self, pieces: Vec<Piece>, shape: ShapeId) -> bool {
        let mut first = (!self.steps.is_empty()).then_some(0);
        let mut pieces = pieces.into_iter();
        let mut last = None;
        for piece in pieces.by_ref() {
            let Some(first_step) = first else {
                return self.append(piece, pieces, shape);
            };
            let (found, others) = self.find_step(first_step, &piece);
            match found {
                Some(step) if piece.then == Then::End => {
                    last = Some(step);
                }
                Some(step) => first = Some(self.steps[step].next),
                None if others.len() >= MOST_OTHERS => return false,
                None => {
                    let end = others.last().copied();
                    let added = self.steps.len();
                    let is_added = self.append(piece, pieces, shape);
                    if let Some(end) = end {
                        self.steps[end].other = Some(added);
                    }
                    return is_added;
                }
            }
        }
        last.is_none()
    }

    /// The step of that piece among a step and its others, and all of these.
    fn find_step(&self, first: usize, piece: &Piece) -> (Option<usize>, Vec<usize>) {
        let all: Vec<_> = std::iter::successors(Some(first), |step| self.steps[*step].other).collect();
        (all.iter().copied().find(|step| self.steps[*step].piece == *piece), all)
    }

    /// Adds steps one after another.
    fn append(&mut self, piece: Piece, rest: impl Iterator<Item = Piece>, shape: ShapeId) -> bool {
        for piece in std::iter::once(piece).chain(rest) {
            let next = if piece.then == Then::End { shape } else { self.steps.len() + 1 };
            self.steps.push(Step { piece, next, other: None });
        }
        true
    }

    /// The shape of the line that begins at `start`, and where the line ends without its line
    /// end. Fills `places`.
    #[inline]
    pub fn find(
        &mut self,
        bytes: &[u8],
        start: usize,
        marks: &Marks,
        places: &mut Places,
    ) -> Option<(ShapeId, usize)> {
        places.count = 0;
        let (mut first, mut at) = (0, start);
        loop {
            let rest = bytes.get(at..)?;
            let mut step = self.steps.get(first)?;
            if !step.piece.begins(rest) {
                step = self.other(first, rest)?;
            }
            for (offset, length) in &step.piece.fixed {
                let from = at - start + *offset as usize;
                places.push(from, from + *length as usize)?;
            }
            at += step.piece.literal.len();
            let end = match step.piece.then {
                Then::Text => marks.next(at).filter(|end| end - at <= LONGEST_TEXT)?,
                Then::Number => at + number(&bytes[at..])?,
                Then::Flag => at + flag(&bytes[at..])?,
                Then::End => return Some((step.next, at)),
            };
            places.push(at - start, end - start)?;
            (first, at) = (step.next, end);
        }
    }

    /// The other step that begins here. It trades places with the one before it, so that frequent
    /// continuations are tried first.
    #[inline(never)]
    fn other(&mut self, first: usize, rest: &[u8]) -> Option<&Step> {
        let mut before = first;
        loop {
            let step = self.steps[before].other?;
            if self.steps[step].piece.begins(rest) {
                let (head, tail) = self.steps.split_at_mut(before.max(step));
                let (a, b) = (&mut head[before.min(step)], &mut tail[0]);
                std::mem::swap(&mut a.piece, &mut b.piece);
                std::mem::swap(&mut a.next, &mut b.next);
                return Some(&self.steps[before]);
            }
            before = step;
        }
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

    #[inline]
    fn push(&mut self, start: usize, end: usize) -> Option<()> {
        // No line is longer than `--max-line-bytes`, which has 32 bits.
        *self.spans.get_mut(self.count)? = Span { start: start as u32, end: end as u32, escaped: false };
        self.count += 1;
        Some(())
    }
}

impl Piece {
    #[inline]
    fn begins(&self, rest: &[u8]) -> bool {
        self.literal.begins(rest) && (self.then != Then::End || ends_line(&rest[self.literal.len()..]))
    }
}

fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [] | [b'\n', ..] | [b'\r'] | [b'\r', b'\n', ..])
}

fn flag(rest: &[u8]) -> Option<usize> {
    let is_true = rest.starts_with(b"true");
    (is_true || rest.starts_with(b"false")).then_some(if is_true { 4 } else { 5 })
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

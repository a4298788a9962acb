//! Skeletons of lines as a tree: lines of one kind share their beginning, and it is compared once.

use super::literal::Literal;
use super::marks::Marks;
use crate::json::Span;

/// Index of a shape.
pub type ShapeId = usize;

/// A stretch of a skeleton: text that has to be there to the byte, and what comes after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
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
/// More kinds of continuation than this are not tried.
const MOST_EDGES: usize = 24;

/// The skeletons known so far.
#[derive(Default)]
pub struct Trie {
    nodes: Vec<Vec<Edge>>,
}

struct Edge {
    piece: Piece,
    /// The node after it, or the shape when the line ends.
    target: usize,
}

impl Trie {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.nodes.clear();
    }

    /// Adds a skeleton, unless it is known or there are too many like it.
    pub fn insert(&mut self, pieces: Vec<Piece>, shape: ShapeId) -> bool {
        if self.nodes.is_empty() {
            self.nodes.push(Vec::new());
        }
        let mut node = 0;
        for piece in pieces {
            if let Some(edge) = self.nodes[node].iter().find(|edge| edge.piece == piece) {
                if piece.then == Then::End {
                    return false;
                }
                node = edge.target;
                continue;
            }
            if self.nodes[node].len() == MOST_EDGES {
                return false;
            }
            let target = if piece.then == Then::End { shape } else { self.nodes.len() };
            if piece.then != Then::End {
                self.nodes.push(Vec::new());
            }
            self.nodes[node].push(Edge { piece, target });
            node = target;
        }
        true
    }

    /// The shape of the line that begins at `start`, and where the line ends without its line
    /// end. Fills `spans` with the places of its values, counted from `start`.
    #[inline]
    pub fn find(
        &mut self,
        bytes: &[u8],
        start: usize,
        marks: &Marks,
        spans: &mut Vec<Span>,
    ) -> Option<(ShapeId, usize)> {
        spans.clear();
        let (mut node, mut at) = (0, start);
        // No line is longer than `--max-line-bytes`, which has 32 bits.
        let mut add = |from: usize, to: usize| {
            spans.push(Span { start: (from - start) as u32, end: (to - start) as u32, escaped: false });
        };
        loop {
            let edges = self.nodes.get_mut(node)?;
            let found = edges.iter().position(|edge| edge.piece.is_at(bytes, at))?;
            let (piece, target) = (&edges[found].piece, edges[found].target);
            for (offset, length) in &piece.fixed {
                let from = at + *offset as usize;
                add(from, from + *length as usize);
            }
            at += piece.literal.len();
            let end = match piece.then {
                Then::Text => marks.next(at).filter(|end| end - at <= LONGEST_TEXT)?,
                Then::Number => at + number(&bytes[at..])?,
                Then::Flag if bytes[at..].starts_with(b"true") => at + 4,
                Then::Flag if bytes[at..].starts_with(b"false") => at + 5,
                Then::Flag => return None,
                Then::End => return Some((target, at)),
            };
            add(at, end);
            // What was met moves forward, so that frequent continuations are tried first.
            if found > 0 {
                edges.swap(found, found - 1);
            }
            (node, at) = (target, end);
        }
    }
}

impl Piece {
    #[inline]
    fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let Some(rest) = bytes.get(at..) else {
            return false;
        };
        self.literal.begins(rest) && (self.then != Then::End || ends_line(&rest[self.literal.len()..]))
    }
}

fn ends_line(rest: &[u8]) -> bool {
    matches!(rest, [] | [b'\n', ..] | [b'\r'] | [b'\r', b'\n', ..])
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

//! Collects the diagnostics of one line and works out their places.
//!
//! Messages, paths and columns are made only when there is a diagnostic: nearly all lines have none.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{Document, NodeId, Span, Trail, push_key};
use crate::model::cells::Cells;
use crate::model::diagnostic::{Code, Diagnostic, Excerpt, Level, MISSING_FIELD};
use crate::text::cut::{piece, shortened};
use crate::text::position::PositionCursor;

pub use crate::text::position::Position;

/// So many diagnostics of each level are kept, and the first of each code; the others are only counted. A line that
/// is made to have a million must not need a hundred times its size.
const MAX_PER_LEVEL: usize = 1000;
/// Characters of a sentence: it may quote a value that is as long as the line.
const MAX_MESSAGE_CHARS: usize = 1000;
const MAX_FOUND_CHARS: usize = 80;
const EXCERPT_BEFORE: usize = 36;
const EXCERPT_MARKED: usize = 40;
const EXCERPT_AFTER: usize = 24;

/// Collects the diagnostics of a line.
pub struct Diagnostics<'a> {
    /// The line's bytes; those of the row if the line was made of one.
    pub raw: &'a [u8],
    /// Where the values of the row are that the line was made of, if it was.
    pub cells: Option<&'a Cells>,
    /// Where it begins; inside a JSON array that is not always the first column.
    pub origin: Position,
    /// The path of the line's value, if it is a part of a larger one.
    pub within: &'a str,
    /// The level from which on diagnostics are wanted. Of others, nobody learns that there is one.
    pub least: Level,
    /// The line's values, once it is parsed.
    pub document: Option<Document<'a>>,
    /// Whether there is any diagnostic.
    pub has_any: bool,
    /// Only whether there is any is asked.
    is_probe: bool,
    /// Apart, as nearly every line has no diagnostic.
    state: Option<Box<CollectorState>>,
}

/// What a diagnostic is about.
enum Subject<'s> {
    /// A piece of the line.
    Piece(Span),
    /// A member that an object lacks.
    Missing(NodeId, &'s str),
}

/// The diagnostics so far, and what finds places and paths from those of the one before.
struct CollectorState {
    diagnostics: Vec<Diagnostic>,
    /// How many there are of each level.
    counts: [usize; 3],
    /// How many of each level are kept.
    kept: [usize; 3],
    /// The codes of which one is kept: whoever looks for a code must find it, however many others there are.
    codes: Vec<&'static Code>,
    cursor: PositionCursor,
    trail: Trail,
}

impl<'a> Diagnostics<'a> {
    /// For the diagnostics of a line that begins at `origin`, without notices.
    pub fn new(raw: &'a [u8], origin: Position) -> Self {
        Self {
            raw,
            cells: None,
            origin,
            within: "",
            least: Level::Warning,
            document: None,
            has_any: false,
            is_probe: false,
            state: None,
        }
    }

    /// Records only whether there is a diagnostic of that level or a higher one, and builds no messages.
    pub fn probe(raw: &'a [u8], least: Level) -> Self {
        Self { is_probe: true, least, ..Self::new(raw, Position { line: 1, column: 1 }) }
    }

    /// Adds a diagnostic about a piece of the line; `fill` writes its message.
    pub fn add(&mut self, code: &'static Code, span: Span, fill: impl FnOnce(&mut Diagnostic)) {
        self.add_about(code, Subject::Piece(span), fill);
    }

    /// Adds a diagnostic about a member that an object of the document lacks. Of the object that a row was made into,
    /// only what a column gives can be missing: nobody knows whether the event had what was not exported.
    pub fn add_missing(&mut self, object: NodeId, key: &str, fill: impl FnOnce(&mut Diagnostic)) {
        if let (Some(cells), Some(document)) = (self.cells, self.document)
            && !cells.is_in_cell(document.nodes[object].span.start as usize)
        {
            let mut path = Trail::default().path(document, object);
            push_key(&mut path, key);
            if cells.column_at(&path).is_none() {
                return;
            }
        }
        self.add_about(&MISSING_FIELD, Subject::Missing(object, key), fill);
    }

    fn add_about(&mut self, code: &'static Code, subject: Subject<'_>, fill: impl FnOnce(&mut Diagnostic)) {
        if code.level < self.least {
            return;
        }
        self.has_any = true;
        if self.is_probe {
            return;
        }
        let Some(mut diagnostic) = self.begin(code, subject) else {
            return;
        };
        fill(&mut diagnostic);
        shorten(&mut diagnostic.message);
        [&mut diagnostic.found, &mut diagnostic.expected].into_iter().flatten().for_each(shorten);
        if let Some(state) = &mut self.state {
            state.diagnostics.push(diagnostic);
        }
    }

    /// A diagnostic with its place and no message yet, if it is to be kept.
    fn begin(&mut self, code: &'static Code, subject: Subject<'_>) -> Option<Diagnostic> {
        let state = self.state.get_or_insert_with(|| Box::new(CollectorState::new(self.origin)));
        if !state.keeps(code) {
            return None;
        }
        let (mut place, path) = match (subject, self.document) {
            (Subject::Piece(span), document) => {
                let path = document.map_or(String::new(), |document| state.path(document, span));
                (span.start as usize..span.end as usize, path)
            }
            (Subject::Missing(object, key), Some(document)) => {
                let mut path = state.trail.path(document, object);
                push_key(&mut path, key);
                let start = document.nodes[object].span.start as usize;
                (start..start + 1, path)
            }
            (Subject::Missing(..), None) => return None,
        };
        let path = if self.within.is_empty() { path } else { join(self.within, &path) };
        if let Some(cells) = self.cells {
            place = cells.locate(place, &path);
        }
        let Position { line, column } = state.cursor.move_to(self.raw, place.start);
        let path = match self.cells {
            Some(cells) => cells.renamed(path),
            None => path,
        };
        Some(Diagnostic {
            code,
            line,
            column,
            path,
            message: String::new(),
            found: Some(self.found(&place)),
            expected: None,
            nearest: None,
            excerpt: self.excerpt(&place),
        })
    }

    /// Adds a diagnostic about the whole line from that byte on.
    pub fn add_at(&mut self, code: &'static Code, offset: usize, fill: impl FnOnce(&mut Diagnostic)) {
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        let span = Span { start: at, end: at, escaped: false };
        self.add(code, span, |diagnostic| {
            diagnostic.found = None;
            fill(diagnostic);
        });
    }

    /// The line has at least one error.
    pub fn is_invalid(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// The diagnostics in the order of places; the last one of a level says how many more there are.
    pub fn finish(self) -> Vec<Diagnostic> {
        let Some(state) = self.state else {
            return Vec::new();
        };
        let CollectorState { mut diagnostics, counts, kept, .. } = *state;
        diagnostics.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        for level in [Level::Error, Level::Warning, Level::Notice] {
            let more = counts[level as usize] - kept[level as usize];
            let last = diagnostics.iter_mut().rfind(|diagnostic| diagnostic.code.level == level);
            if let Some(last) = last.filter(|_| more > 0) {
                let name = level.name();
                last.message.push_str(&format!("; {more} more {name}s of this line are not shown"));
            }
        }
        diagnostics
    }

    fn count(&self, level: Level) -> usize {
        self.state.as_ref().map_or(0, |state| state.counts[level as usize])
    }

    fn found(&self, place: &Range<usize>) -> String {
        let raw = self.lossy(place.start, place.end);
        shortened(&raw, MAX_FOUND_CHARS).into_owned()
    }

    fn excerpt(&self, place: &Range<usize>) -> Excerpt {
        let Range { start, end } = *place;
        let from = start.saturating_sub(4 * EXCERPT_BEFORE).min(self.raw.len());
        let line_start = memchr::memrchr(b'\n', &self.raw[from..start.min(self.raw.len())]);
        let before = self.lossy(line_start.map_or(from, |at| from + at + 1), start);
        let skipped = before.char_indices().nth_back(EXCERPT_BEFORE - 1).map_or(0, |(at, _)| at);
        let is_whole = line_start.is_some() || from == 0 || self.raw[from - 1] == b'\n';
        let cut = if skipped > 0 || !is_whole { "…" } else { "" };
        let before = [cut, piece(&before, skipped, before.len())].concat();
        let marked = self.lossy(start, end);
        let marked_first = marked.split('\n').next().unwrap_or_default();
        let shortened: String = marked_first.chars().take(EXCERPT_MARKED).collect();
        let after = if shortened.len() < marked.len() { "…".to_owned() } else { self.after(end) };
        Excerpt { before, marked: shortened, after }
    }

    fn after(&self, end: usize) -> String {
        let rest = self.lossy(end, (end + 4 * EXCERPT_AFTER + 1).min(self.raw.len()));
        let line = rest.split(['\n', '\r']).next().unwrap_or_default();
        shortened(line, EXCERPT_AFTER).into_owned()
    }

    fn lossy(&self, start: usize, end: usize) -> Cow<'_, str> {
        let end = end.min(self.raw.len());
        let bytes = &self.raw[start.min(end)..end];
        // Nearly always UTF-8, which is quicker to tell.
        std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
    }
}

/// The path of a value that is at `path` in the value at `within`; the outermost value has an empty path.
pub fn join(within: &str, path: &str) -> String {
    let dot = if within.is_empty() || path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("{within}{dot}{path}")
}

impl CollectorState {
    fn new(origin: Position) -> Self {
        Self {
            diagnostics: Vec::new(),
            counts: [0; 3],
            kept: [0; 3],
            codes: Vec::new(),
            cursor: PositionCursor::new(origin),
            trail: Trail::default(),
        }
    }

    /// Counts a diagnostic and returns whether it is kept.
    fn keeps(&mut self, code: &'static Code) -> bool {
        let level = code.level as usize;
        self.counts[level] += 1;
        let is_first = !self.codes.contains(&code);
        if self.kept[level] >= MAX_PER_LEVEL && !is_first {
            return false;
        }
        self.kept[level] += 1;
        if is_first {
            self.codes.push(code);
        }
        true
    }

    /// The path of the value or key that begins where the span does.
    fn path(&mut self, document: Document<'_>, span: Span) -> String {
        let nodes = document.nodes;
        let after = nodes.partition_point(|node| node.span.start <= span.start);
        let is_key = nodes.get(after).and_then(|node| node.key).is_some_and(|key| key == span);
        self.trail.path(document, if is_key { after } else { after.saturating_sub(1) })
    }
}

impl Diagnostic {
    /// The value found in backquotes, for messages.
    pub fn quoted(&self) -> String {
        format!("`{}`", self.found())
    }

    /// The value found, shortened.
    pub fn found(&self) -> &str {
        self.found.as_deref().unwrap_or_default()
    }
}

fn shorten(text: &mut String) {
    if let Cow::Owned(short) = shortened(text, MAX_MESSAGE_CHARS) {
        *text = short;
    }
}

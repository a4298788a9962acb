//! Collects the diagnostics of one line and works out their places.
//!
//! Messages, paths and columns are made only when there is a finding: nearly all lines have none.

use std::borrow::Cow;

use crate::json::{Document, Span, Trail};
use crate::model::diagnostic::{Code, Diagnostic, Excerpt, Level};
use crate::text::cut::shortened;
use crate::text::position::PositionCursor;

pub use crate::text::position::Position;

/// Of each level so many findings of a line are told and the first of each code, and the others counted: a line that is made to have
/// a million must not need a hundred times its size.
const MOST_TOLD: usize = 1000;
/// Characters of a sentence: it may quote a value that is as long as the line.
const LONGEST_SAID: usize = 1000;
const LONGEST_FOUND: usize = 80;
const EXCERPT_BEFORE: usize = 36;
const EXCERPT_MARKED: usize = 40;
const EXCERPT_AFTER: usize = 24;

/// The findings of a line in the making.
pub struct Diagnostics<'a> {
    /// The line's bytes.
    pub raw: &'a [u8],
    /// Where it begins; inside a JSON array that is not always the first column.
    pub origin: Position,
    /// Whether notices are wanted.
    pub notices: bool,
    /// What it says, once it is parsed.
    pub document: Option<Document<'a>>,
    /// Whether there was anything to find.
    pub has_any: bool,
    /// Only whether is asked, not what.
    is_probe: bool,
    /// What was found so far, apart, as nearly every line has no finding.
    told: Option<Box<CollectorState>>,
}

/// The findings before the next one, and what is known of them.
struct CollectorState {
    findings: Vec<Diagnostic>,
    /// By level how many there are.
    counts: [usize; 3],
    /// By level how many are told.
    told: [usize; 3],
    /// Of which codes one is told: whoever looks for one must find it, however many others there are.
    codes: Vec<&'static Code>,
    cursor: PositionCursor,
    trail: Trail,
}

impl<'a> Diagnostics<'a> {
    /// For the findings of a line that begins at `origin`.
    pub fn new(raw: &'a [u8], origin: Position, notices: bool) -> Self {
        Self { raw, origin, notices, document: None, has_any: false, is_probe: false, told: None }
    }

    /// For asking whether there is anything to find but notices.
    pub fn asking(raw: &'a [u8]) -> Self {
        Self { is_probe: true, ..Self::new(raw, Position { line: 1, column: 1 }, false) }
    }

    /// Adds a finding about a piece of the line; `fill` writes its message.
    pub fn add(&mut self, code: &'static Code, span: Span, fill: impl FnOnce(&mut Diagnostic)) {
        if code.level == Level::Notice && !self.notices {
            return;
        }
        self.has_any = true;
        if self.is_probe {
            return;
        }
        let origin = self.origin;
        let told = self.told.get_or_insert_with(|| {
            Box::new(CollectorState {
                findings: Vec::new(),
                counts: [0; 3],
                told: [0; 3],
                codes: Vec::new(),
                cursor: PositionCursor::new(origin),
                trail: Trail::default(),
            })
        });
        let level = code.level as usize;
        told.counts[level] += 1;
        let is_first = !told.codes.contains(&code);
        if told.told[level] >= MOST_TOLD && !is_first {
            return;
        }
        told.told[level] += 1;
        if is_first {
            told.codes.push(code);
        }
        let Position { line, column } = told.cursor.move_to(self.raw, span.start as usize);
        let path = self.document.map_or(String::new(), |document| told.path(document, span));
        let mut finding = Diagnostic {
            code,
            line,
            column,
            path,
            message: String::new(),
            found: Some(self.found(span)),
            expected: None,
            nearest: None,
            excerpt: self.excerpt(span),
        };
        fill(&mut finding);
        shorten(&mut finding.message);
        [&mut finding.found, &mut finding.expected].into_iter().flatten().for_each(shorten);
        if let Some(told) = &mut self.told {
            told.findings.push(finding);
        }
    }

    /// Adds a finding about the line as a whole from that byte on.
    pub fn add_at(&mut self, code: &'static Code, offset: usize, fill: impl FnOnce(&mut Diagnostic)) {
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        let span = Span { start: at, end: at, escaped: false };
        self.add(code, span, |finding| {
            finding.found = None;
            fill(finding);
        });
    }

    /// The line has at least one error.
    pub fn is_invalid(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// The findings in the order of places; the last one of a level says how many there are besides.
    pub fn finish(self) -> Vec<Diagnostic> {
        let Some(told) = self.told else {
            return Vec::new();
        };
        let CollectorState { mut findings, counts, told, .. } = *told;
        findings.sort_by_key(|finding| (finding.line, finding.column));
        for level in [Level::Error, Level::Warning, Level::Notice] {
            let more = counts[level as usize] - told[level as usize];
            let last = findings.iter_mut().rfind(|finding| finding.code.level == level);
            if let Some(last) = last.filter(|_| more > 0) {
                let name = level.name();
                last.message.push_str(&format!("; {more} more {name}s of this line are not told"));
            }
        }
        findings
    }

    fn count(&self, level: Level) -> usize {
        self.told.as_ref().map_or(0, |told| told.counts[level as usize])
    }

    fn found(&self, span: Span) -> String {
        let raw = self.lossy(span.start as usize, span.end as usize);
        shortened(&raw, LONGEST_FOUND).into_owned()
    }

    fn excerpt(&self, span: Span) -> Excerpt {
        let (start, end) = (span.start as usize, span.end as usize);
        let from = start.saturating_sub(4 * EXCERPT_BEFORE).min(self.raw.len());
        let line_start = memchr::memrchr(b'\n', &self.raw[from..start.min(self.raw.len())]);
        let before = self.lossy(line_start.map_or(from, |at| from + at + 1), start);
        let skipped = before.chars().count().saturating_sub(EXCERPT_BEFORE);
        let is_whole = line_start.is_some() || from == 0 || self.raw[from - 1] == b'\n';
        let cut = if skipped > 0 || !is_whole { "…" } else { "" };
        let before: String = before.chars().skip(skipped).collect();
        let marked = self.lossy(start, end);
        let marked_first = marked.split('\n').next().unwrap_or_default();
        let shown: String = marked_first.chars().take(EXCERPT_MARKED).collect();
        let after = if shown.len() < marked.len() { "…".to_owned() } else { self.after(end) };
        Excerpt { before: format!("{cut}{before}"), marked: shown, after }
    }

    fn after(&self, end: usize) -> String {
        let rest = self.lossy(end, (end + 4 * EXCERPT_AFTER + 1).min(self.raw.len()));
        let line = rest.split(['\n', '\r']).next().unwrap_or_default();
        shortened(line, EXCERPT_AFTER).into_owned()
    }

    fn lossy(&self, start: usize, end: usize) -> Cow<'_, str> {
        let end = end.min(self.raw.len());
        String::from_utf8_lossy(&self.raw[start.min(end)..end])
    }
}

impl CollectorState {
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
    if let Cow::Owned(short) = shortened(text, LONGEST_SAID) {
        *text = short;
    }
}

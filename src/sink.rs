//! Collects the findings of one line and works out their places.
//!
//! Messages, paths and columns are made only when there is a finding: nearly all lines have none.

use crate::finding::{Code, Excerpt, Finding, Level};
use crate::json::{Document, Node, NodeId, Span};

const LONGEST_FOUND: usize = 80;
const EXCERPT_BEFORE: usize = 36;
const EXCERPT_MARKED: usize = 40;
const EXCERPT_AFTER: usize = 24;

/// Where a line begins in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// 1-based line.
    pub line: u64,
    /// 1-based column of its first character; above 1 inside a JSON array.
    pub column: u64,
}

/// The findings of a line in the making.
pub struct Sink<'a> {
    /// The line's bytes.
    pub raw: &'a [u8],
    /// Where it begins.
    pub origin: Origin,
    /// Whether notices are wanted.
    pub notices: bool,
    /// Its values, once it is parsed.
    pub nodes: &'a [Node],
    /// What was found so far.
    pub findings: Vec<Finding>,
    /// Whether there was anything to find.
    pub has_found: bool,
    /// Only whether is asked, not what.
    only_asks: bool,
}

impl<'a> Sink<'a> {
    /// For the findings of a line that begins at `origin`.
    pub fn new(raw: &'a [u8], origin: Origin, notices: bool) -> Self {
        Self { raw, origin, notices, nodes: &[], findings: Vec::new(), has_found: false, only_asks: false }
    }

    /// For asking whether there is anything to find but notices.
    pub fn asking(raw: &'a [u8]) -> Self {
        Self { only_asks: true, ..Self::new(raw, Origin { line: 1, column: 1 }, false) }
    }

    /// Adds a finding about a piece of the line; `fill` writes its message.
    pub fn add(&mut self, code: &'static Code, span: Span, fill: impl FnOnce(&mut Finding)) {
        if code.level == Level::Notice && !self.notices {
            return;
        }
        self.has_found = true;
        if self.only_asks {
            return;
        }
        let (line, column) = self.place(span.start as usize);
        let mut finding = Finding {
            code,
            line,
            column,
            path: self.path(span),
            message: String::new(),
            found: Some(self.found(span)),
            expected: None,
            nearest: None,
            excerpt: self.excerpt(span),
        };
        fill(&mut finding);
        self.findings.push(finding);
    }

    /// Adds a finding about the line as a whole from that byte on.
    pub fn add_at(&mut self, code: &'static Code, offset: usize, fill: impl FnOnce(&mut Finding)) {
        let at = u32::try_from(offset).unwrap_or(u32::MAX);
        let span = Span { start: at, end: at, escaped: false };
        self.add(code, span, |finding| {
            finding.found = None;
            fill(finding);
        });
    }

    /// The line has at least one error.
    pub fn is_invalid(&self) -> bool {
        self.findings.iter().any(|finding| finding.code.level == Level::Error)
    }

    fn place(&self, offset: usize) -> (u64, u64) {
        let before = &self.raw[..offset.min(self.raw.len())];
        let breaks = memchr::memchr_iter(b'\n', before).count() as u64;
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let column = characters(&before[line_start..]);
        if breaks == 0 {
            (self.origin.line, self.origin.column + column)
        } else {
            (self.origin.line + breaks, 1 + column)
        }
    }

    fn path(&self, span: Span) -> String {
        let Ok(text) = std::str::from_utf8(self.raw) else {
            return String::new();
        };
        let document = Document { text, nodes: self.nodes };
        let is_it = |id: &NodeId| self.nodes[*id].span == span || self.nodes[*id].key == Some(span);
        (0..self.nodes.len()).find(is_it).map_or(String::new(), |id| document.path(id))
    }

    fn found(&self, span: Span) -> String {
        let raw = self.lossy(span.start as usize, span.end as usize);
        let mut found: String = raw.chars().take(LONGEST_FOUND).collect();
        if found.len() < raw.len() {
            found.push('…');
        }
        found
    }

    fn excerpt(&self, span: Span) -> Excerpt {
        let (start, end) = (span.start as usize, span.end as usize);
        let line_start =
            memchr::memrchr(b'\n', &self.raw[..start.min(self.raw.len())]).map_or(0, |at| at + 1);
        let before = self.lossy(start.saturating_sub(4 * EXCERPT_BEFORE).max(line_start), start);
        let skipped = before.chars().count().saturating_sub(EXCERPT_BEFORE);
        let cut =
            if skipped > 0 || start.saturating_sub(4 * EXCERPT_BEFORE) > line_start { "…" } else { "" };
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
        let mut after: String = line.chars().take(EXCERPT_AFTER).collect();
        if after.len() < line.len() {
            after.push('…');
        }
        after
    }

    fn lossy(&self, start: usize, end: usize) -> std::borrow::Cow<'_, str> {
        let end = end.min(self.raw.len());
        String::from_utf8_lossy(&self.raw[start.min(end)..end])
    }
}

impl Finding {
    /// The value found in backquotes, for messages.
    pub fn quoted(&self) -> String {
        format!("`{}`", self.found())
    }

    /// The value found, shortened.
    pub fn found(&self) -> &str {
        self.found.as_deref().unwrap_or_default()
    }
}

/// Characters of text that may not be UTF-8: every byte that continues no other.
fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64
}

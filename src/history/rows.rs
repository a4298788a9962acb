//! Rows of a history that are collected, column by column: those of a block, or those of a row group.

use std::sync::Arc;

use chrono_tz::Tz;

use crate::columnar::{FixedColumn, TextBuilder, TextColumn, Values};
use crate::input::history::columns::{IN_COLUMNS, epoch_nanos};
use crate::model::attribute::{Attribute, ValueKind};
use crate::model::content::ContentDigest;
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::model::reported::{attribute_hash, digest_hash};
use crate::model::retained;
use crate::model::time::Timestamp;
use crate::text::keyed_hash::KEYS;

/// A place where an event was read: the input, the line in it, and which of several events there that say the same it is.
pub type Place = (Arc<str>, u64, u32);

/// A block mostly has fewer rows of a kind.
const USUAL_ROWS: usize = 1 << 9;

/// Rows in the order in which they came.
pub struct Rows {
    times: Vec<Timestamp>,
    /// Times as written, where they are not written in the usual way.
    time_texts: TextBuilder,
    /// Those of [`IN_COLUMNS`].
    attributes: Vec<Cells>,
    texts: TextBuilder,
    diagnostics: TextBuilder,
    digests: Vec<ContentDigest>,
    /// See [`Rows::keys`].
    keys: Vec<u64>,
    /// Whether each is a change, a portal link or about a certificate.
    changes: Vec<bool>,
    /// The inputs where events were read first, as far as they are known.
    inputs: TextBuilder,
    /// Lines in these inputs, or in the block.
    lines: Vec<u64>,
    /// Which of several events on the line that say the same each is, as far as that is known.
    copies: Vec<u32>,
}

/// The values of an attribute.
enum Cells {
    Text(TextBuilder),
    Flag(Vec<Option<bool>>),
}

impl Default for Rows {
    fn default() -> Self {
        let cells = IN_COLUMNS.iter().map(|info| match info.attribute {
            _ if info.kind == ValueKind::Flag => Cells::Flag(Vec::new()),
            Attribute::Id => Cells::Text(TextBuilder::distinct()),
            _ => Cells::Text(TextBuilder::default()),
        });
        Self {
            times: Vec::new(),
            time_texts: TextBuilder::default(),
            attributes: cells.collect(),
            texts: TextBuilder::default(),
            diagnostics: TextBuilder::default(),
            digests: Vec::new(),
            keys: Vec::new(),
            changes: Vec::new(),
            inputs: TextBuilder::default(),
            lines: Vec::new(),
            copies: Vec::new(),
        }
    }
}

/// An event with what a row has besides it.
pub struct NewRow<'e> {
    /// The event.
    pub event: &'e Event<'e>,
    /// The diagnostics of its line.
    pub diagnostics: &'e [Diagnostic],
    /// The digest of its content.
    pub digest: ContentDigest,
    /// Its line in the block.
    pub line: u64,
    /// Whether it is a change, a portal link or about a certificate.
    pub is_change: bool,
}

impl Rows {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// How many bytes its texts have, each different one counted once.
    pub fn bytes(&self) -> usize {
        let attributes = self.attributes.iter().filter_map(|cells| match cells {
            Cells::Text(texts) => Some(texts),
            Cells::Flag(_) => None,
        });
        let texts = attributes.chain([&self.time_texts, &self.texts, &self.diagnostics, &self.inputs]);
        texts.map(|texts| texts.column().values().bytes()).sum()
    }

    /// When the event of a row happened.
    pub fn time(&self, row: usize) -> Timestamp {
        self.times[row]
    }

    /// The digest of what the event of a row says.
    pub fn digest(&self, row: usize) -> ContentDigest {
        self.digests[row]
    }

    /// What identifies the event of each row: two with the same key say the same, and the same is wrong with them.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// Where the event of a row of a block was read first: in this input, before which so many lines come, unless the row
    /// says otherwise.
    pub fn origin<'a>(&'a self, row: usize, (input, line_base): (&'a str, u64)) -> (&'a str, u64, u32) {
        let (line, copy) = (self.lines[row], self.copies[row]);
        match self.inputs.column().get(row) {
            Some(input) => (input, line, copy),
            None => (input, line_base + line, copy),
        }
    }

    /// Adds an event.
    pub fn push(&mut self, row: &NewRow<'_>) {
        if self.times.is_empty() {
            self.reserve(USUAL_ROWS);
        }
        let NewRow { event, diagnostics, digest, line, is_change } = *row;
        let written = event.text(Attribute::Time).filter(|text| *text != event.time.rfc3339(Tz::UTC));
        self.times.push(event.time);
        self.time_texts.push(written.as_deref());
        let mut key = digest_hash(event.time, digest);
        for (cells, info) in self.attributes.iter_mut().zip(IN_COLUMNS.iter()) {
            let text = event.text(info.attribute);
            let hash = text.as_ref().map_or(0, |text| attribute_hash(info.attribute, text));
            key = key.wrapping_add(hash);
            match cells {
                Cells::Text(texts) => texts.push_hashed(text.as_deref(), hash),
                Cells::Flag(flags) => flags.push(text.map(|text| text == "true")),
            }
        }
        let texts = retained::texts(event);
        // What is wrong with a line may be in what is around its event, which is not part of what the event says.
        let diagnostics = retained::diagnostics(event, diagnostics);
        for json in texts.iter().chain(&diagnostics) {
            key = KEYS.text(key, json.as_bytes());
        }
        self.texts.push(texts.as_deref());
        self.diagnostics.push(diagnostics.as_deref());
        self.digests.push(digest);
        self.changes.push(is_change);
        self.keys.push(key);
        let origin = event.origin();
        self.inputs.push(origin.as_ref().map(|origin| &*origin.input));
        self.copies.push(origin.as_ref().map_or(0, |origin| origin.copy));
        self.lines.push(origin.map_or(line, |origin| origin.line));
    }

    fn reserve(&mut self, rows: usize) {
        self.times.reserve(rows);
        for cells in &mut self.attributes {
            match cells {
                Cells::Text(texts) => texts.reserve(rows),
                Cells::Flag(flags) => flags.reserve(rows),
            }
        }
        for texts in [&mut self.time_texts, &mut self.texts, &mut self.diagnostics, &mut self.inputs] {
            texts.reserve(rows);
        }
        self.digests.reserve(rows);
        self.keys.reserve(rows);
        self.changes.reserve(rows);
        self.lines.reserve(rows);
        self.copies.reserve(rows);
    }

    /// Adds some rows of others, in this order.
    pub fn append(&mut self, others: &Self, rows: impl Iterator<Item = usize> + Clone) {
        let texts = |texts: &mut TextBuilder, others: &TextBuilder| texts.append(others, rows.clone());
        self.times.extend(rows.clone().map(|row| others.times[row]));
        texts(&mut self.time_texts, &others.time_texts);
        for (cells, others) in self.attributes.iter_mut().zip(&others.attributes) {
            match (cells, others) {
                (Cells::Text(cells), Cells::Text(others)) => texts(cells, others),
                (Cells::Flag(flags), Cells::Flag(others)) => {
                    flags.extend(rows.clone().map(|row| others[row]));
                }
                _ => {}
            }
        }
        texts(&mut self.texts, &others.texts);
        texts(&mut self.diagnostics, &others.diagnostics);
        texts(&mut self.inputs, &others.inputs);
        self.digests.extend(rows.clone().map(|row| others.digests[row]));
        self.changes.extend(rows.clone().map(|row| others.changes[row]));
        self.keys.extend(rows.clone().map(|row| others.keys[row]));
        self.lines.extend(rows.clone().map(|row| others.lines[row]));
        self.copies.extend(rows.map(|row| others.copies[row]));
    }

    /// For each row, what its text for an attribute is known by.
    pub fn codes(&self, attribute: Attribute) -> &[u32] {
        self.texts_of(attribute).codes()
    }

    /// What a text for an attribute is known by, if some row has it.
    pub fn code(&self, attribute: Attribute, text: &str) -> Option<u32> {
        (0..).zip(self.texts_of(attribute).values().iter()).find(|(_, it)| *it == text).map(|(code, _)| code)
    }

    fn texts_of(&self, attribute: Attribute) -> &TextColumn {
        let mut columns = IN_COLUMNS.iter().zip(&self.attributes);
        let column = columns.find_map(|(info, cells)| match cells {
            Cells::Text(texts) if info.attribute == attribute => Some(texts.column()),
            _ => None,
        });
        column.expect("the attribute is a text")
    }

    /// Whether each of some rows is a change, a portal link or about a certificate.
    pub fn are_changes(&self, order: &[u32]) -> Values {
        Values::Boolean(order.iter().map(|row| Some(self.changes[*row as usize])).collect())
    }

    /// The values of some rows, in that order, for the columns up to that of the digest.
    pub fn into_values(self, order: &[u32]) -> Vec<Values> {
        // How many there are decides how they are stored, so those of rows that are left out do not count.
        let mut time_texts = TextBuilder::default();
        time_texts.append(&self.time_texts, order.iter().map(|row| *row as usize));
        let times = || order.iter().map(|row| self.times[*row as usize]);
        let mut values = vec![
            Values::Time(times().map(|time| Some(time.epoch_micros())).collect()),
            Values::Integer(times().map(epoch_nanos).collect()),
            Values::Text(time_texts.finish()),
        ];
        values.extend(self.attributes.into_iter().map(|cells| match cells {
            Cells::Text(texts) => Values::Text(reordered(texts, order)),
            Cells::Flag(flags) => Values::Boolean(order.iter().map(|row| flags[*row as usize]).collect()),
        }));
        values.push(Values::Text(reordered(self.texts, order)));
        values.push(Values::Text(reordered(self.diagnostics, order)));
        // Hardly any two are the same.
        let digests = order.iter().flat_map(|row| self.digests[*row as usize]).collect();
        let digests =
            FixedColumn::new(size_of::<ContentDigest>(), digests, (0..order.len() as u32).collect());
        values.push(Values::Fixed(digests.expect("every code stands for a digest")));
        values
    }
}

fn reordered(texts: TextBuilder, order: &[u32]) -> TextColumn {
    let column = texts.finish();
    let codes = order.iter().map(|row| column.codes()[*row as usize]).collect();
    TextColumn::new(column.values().clone(), codes).expect("codes are those of the column")
}

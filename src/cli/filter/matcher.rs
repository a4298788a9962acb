//! What workers do: they match lines and render the rows.

use crate::cli::input_status::first_error;
use crate::cli::organization_ids::Doubtful;
use crate::formats::rows::Match;
use crate::formats::rows::printer::{Plan, Rows};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::model::selection::{Pattern, Selection};
use crate::scan::Record;
use crate::scan::record::Fold;
use crate::survey::emptiness::{Misses, Watch};

/// What workers need to match and render a line.
pub struct Matcher {
    /// Which events match.
    pub select: Selection,
    /// The selected organization names, if they cannot be looked up because an input can be read only once.
    pub names: Option<Vec<Pattern>>,
    /// How they are printed.
    pub plan: Plan,
    /// Whether to render rows, and not only count them.
    pub renders: bool,
    /// When to stop counting why events do not match.
    pub watch: Watch,
}

/// The result of a block.
#[derive(Default)]
pub struct Chunk {
    /// The rows.
    pub rows: Rows,
    /// How many events match.
    pub matched: u64,
    /// Why others do not.
    pub misses: Misses,
    /// Events that the name of their organization might have selected.
    pub doubtful: Doubtful,
    /// The lines that hold no event.
    pub invalid_lines: Vec<u64>,
    /// What is wrong with the first of them.
    pub first_error: Option<Diagnostic>,
}

impl Fold for Chunk {
    fn weight(&self) -> usize {
        self.rows.weight() + self.invalid_lines.len() * size_of::<u64>()
    }
}

impl Matcher {
    /// Adds a line to the result of its block.
    pub fn add(&self, chunk: &mut Chunk, record: &mut Record<'_>) {
        let Some(event) = &record.event else {
            chunk.invalid_lines.push(record.line);
            if chunk.first_error.is_none() {
                chunk.first_error = first_error(std::mem::take(&mut record.diagnostics));
            }
            return;
        };
        if let Some(names) = &self.names {
            chunk.doubtful.add(event, &self.select, names);
        }
        if chunk.misses.matches(&self.select, event, &self.watch) {
            chunk.matched += 1;
            if self.renders {
                let event = Event { redactor: self.plan.redactor.as_ref(), ..*event };
                let diagnostics = &record.diagnostics;
                let row = Match { raw: record.raw, line: record.line, event: &event, diagnostics };
                chunk.rows.push(&self.plan, &row);
            }
        }
    }
}

//! What became of the inputs: counted lines, invalid ones, files that could not be read.

use super::Verdict;
use crate::finding::{Finding, Level};
use crate::input::Input;
use crate::messages;
use crate::progress::Progress;
use crate::scan::Counts;
use crate::terminal::Terminal;

/// The bookkeeping of a command that leaves invalid lines out.
#[derive(Default)]
pub struct Tally {
    /// Lines of all inputs so far.
    pub counts: Counts,
    first_error: Option<(usize, Finding)>,
    /// Inputs that could not be read to their end.
    pub unreadable: usize,
}

/// The first error among a line's findings.
pub fn first_error(findings: Vec<Finding>) -> Option<Finding> {
    findings.into_iter().find(|finding| finding.code.level == Level::Error)
}

impl Tally {
    /// Counts a block's lines; `error` is the first error in it, with its line in the file.
    pub fn block(&mut self, input: usize, counts: Counts, error: Option<Finding>) {
        self.counts.merge(counts);
        if self.first_error.is_none() {
            self.first_error = error.map(|error| (input, error));
        }
    }

    /// Says on standard error when an input could not be read to its end.
    pub fn end(&mut self, input: &Input, error: Option<String>, progress: &mut Progress, terminal: Terminal) {
        if let Some(error) = error {
            progress.clear();
            messages::error(&format!("{}: {error}", input.name), terminal.colors_stderr());
            self.unreadable += 1;
        }
    }

    /// Warns of the invalid lines that results leave out; what a line holds is not quoted if it is private.
    pub fn warn(&self, inputs: &[Input], is_private: bool, terminal: Terminal) {
        let Some((input, finding)) = &self.first_error else {
            return;
        };
        let lines = match self.counts.invalid {
            1 => "1 invalid line is left out:".to_owned(),
            more => format!("{more} invalid lines are left out, the first is"),
        };
        let place = format!("{}:{}:{}", inputs[*input].name, finding.line, finding.column);
        let message = if is_private { String::new() } else { format!(": {}", finding.message) };
        let code = format!("{}[{}]", finding.code.level.name(), finding.code.name);
        let warning = format!("{lines} {place}: {code}{message}; `ssoaudit validate` shows all");
        messages::warning(&warning, terminal.colors_stderr());
    }

    /// The verdict: unreadable inputs weigh more than findings.
    pub fn verdict(&self, has_findings: bool) -> Verdict {
        if self.unreadable > 0 {
            Verdict::Unreadable
        } else if has_findings {
            Verdict::Findings
        } else {
            Verdict::Done
        }
    }
}

//! The status of the inputs: counts of lines, and files that could not be read or hold no event.

use crate::cli::ExitStatus;
use crate::cli::messages;
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::input::Input;
use crate::model::diagnostic::{Diagnostic, Level};
use crate::model::redact::Redactor;
use crate::scan::Counts;
use crate::survey::emptiness::without_event;
use crate::text::plural;

/// What a command has counted and reported about its inputs.
#[derive(Default)]
pub struct InputStatus {
    /// The lines of all inputs so far.
    pub counts: Counts,
    /// The lines of the current input so far.
    of_input: Counts,
    first_error: Option<(usize, Diagnostic)>,
    /// The number of inputs that could not be read to their end.
    pub unreadable: usize,
    /// The number of inputs that have lines but no events.
    pub eventless: usize,
}

/// The first error among the diagnostics of a line.
pub fn first_error(diagnostics: Vec<Diagnostic>) -> Option<Diagnostic> {
    diagnostics.into_iter().find(|it| it.code.level == Level::Error)
}

impl InputStatus {
    /// Counts a block's lines; `error` is the first error in it, with its line in the file.
    pub fn block(&mut self, input: usize, counts: Counts, error: Option<Diagnostic>) {
        self.counts.merge(counts);
        self.of_input.merge(counts);
        if self.first_error.is_none() {
            self.first_error = error.map(|error| (input, error));
        }
    }

    /// Ends an input. Reports on standard error if it could not be read to its end, or holds no event.
    pub fn end(&mut self, input: &Input, error: Option<String>, progress: &mut Progress) {
        let Counts { lines, blank, valid, .. } = std::mem::take(&mut self.of_input);
        if let Some(error) = error {
            self.unreadable(input, &error, progress);
        } else if let Some(error) = without_event(lines - blank, valid) {
            progress.error(&format!("{}: {error}", input.name));
            self.eventless += 1;
        }
    }

    /// Reports on standard error that an input could not be read to its end.
    pub fn unreadable(&mut self, input: &Input, error: &str, progress: &mut Progress) {
        progress.error(&format!("{}: {error}", input.name));
        self.unreadable += 1;
    }

    /// The number of inputs that could not be used.
    pub fn unusable(&self) -> usize {
        self.unreadable + self.eventless
    }

    /// Warns of the invalid lines that results leave out. With pseudonyms, the warning quotes nothing of a line.
    pub fn warn(&self, inputs: &[Input], redactor: Option<&Redactor>, terminal: Terminal) {
        let Some((input, error)) = &self.first_error else {
            if self.counts.invalid > 0 {
                let (were, them) = if self.counts.invalid == 1 { ("was", "it") } else { ("were", "them") };
                let lines = plural::counted(self.counts.invalid, "invalid line");
                let warning = format!(
                    "{lines} {were} skipped when the history was collected; `ssoaudit check` shows {them}"
                );
                messages::warning(&warning, terminal.message_style());
            }
            return;
        };
        let lines = match self.counts.invalid {
            1 => "1 invalid line was skipped:".to_owned(),
            more => format!("{more} invalid lines were skipped, the first is"),
        };
        let position = format!("{}:{}:{}", inputs[*input].name, error.line, error.column);
        let message = redactor.map_or_else(|| format!(": {}", error.message), |_| String::new());
        let code = format!("{}[{}]", error.code.level.name(), error.code.name);
        let warning = format!("{lines} {position}: {code}{message}; `ssoaudit validate` shows all");
        messages::warning(&warning, terminal.message_style());
    }

    /// The exit status of the command. Inputs that could not be used take precedence.
    pub fn exit_status(&self, otherwise: ExitStatus) -> ExitStatus {
        if self.unusable() > 0 { ExitStatus::Unreadable } else { otherwise }
    }
}

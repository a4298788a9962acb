//! The progress bar, on standard error if that is a terminal, for work that takes over a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::input::{Input, Meter};

const SILENT: Duration = Duration::from_secs(1);

/// Displays how much of the inputs is read.
pub struct Progress {
    started: Instant,
    total: Option<u64>,
    bar: Option<ProgressBar>,
    enabled: bool,
    terminal: Terminal,
}

impl Progress {
    /// Creates a bar that displays nothing in the first second, or ever if standard error is not a terminal.
    pub fn new(inputs: &[Input], terminal: Terminal) -> Self {
        let enabled = terminal.stderr;
        let total = if enabled { inputs.iter().map(Input::size).sum() } else { None };
        Self { started: Instant::now(), total, bar: None, enabled, terminal }
    }

    /// Displays how many bytes have been read.
    pub fn update(&mut self, meter: &Meter) {
        if !self.enabled || self.started.elapsed() < SILENT {
            return;
        }
        let total = self.total;
        let bar = self.bar.get_or_insert_with(|| match total {
            Some(total) => ProgressBar::new(total)
                .with_style(style("{wide_bar} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left")),
            None => ProgressBar::new_spinner().with_style(style("{spinner} {bytes}, {binary_bytes_per_sec}")),
        });
        bar.set_position(meter.bytes());
    }

    /// Removes the bar before results or messages go to the same terminal.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.enabled = false;
    }

    /// Removes the bar if results go to a terminal.
    pub fn clear_for_results(&mut self) {
        if self.terminal.stdout {
            self.clear();
        }
    }

    /// Removes the bar and prints an error.
    pub fn error(&mut self, message: &str) {
        self.clear();
        messages::error(message, self.terminal.message_style());
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is valid")
}

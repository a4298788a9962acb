//! The progress bar, on standard error if that is a terminal, for work that takes over a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::input::{Input, Meter};

const SILENT: Duration = Duration::from_secs(1);

/// Displays how much of the inputs is read.
pub struct Progress {
    started: Instant,
    /// It counts from the beginning, so that the rate is that of the last seconds, and is hidden in the first one.
    bar: Option<ProgressBar>,
    is_hidden: bool,
    terminal: Terminal,
}

impl Progress {
    /// Creates a bar that displays nothing in the first second, or ever if standard error is not a terminal.
    pub fn new(inputs: &[Input], terminal: Terminal) -> Self {
        let total: Option<u64> = inputs.iter().map(Input::size).sum();
        let style = style(match total {
            Some(_) => "{wide_bar} {bytes} of {total_bytes}, {binary_bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes}, {binary_bytes_per_sec}",
        });
        let bar = || ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden()).with_style(style);
        Self { started: Instant::now(), bar: terminal.stderr.then(bar), is_hidden: true, terminal }
    }

    /// Displays how many bytes have been read.
    pub fn update(&mut self, meter: &Meter) {
        let Some(bar) = &self.bar else {
            return;
        };
        if self.is_hidden && self.started.elapsed() >= SILENT {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            self.is_hidden = false;
        }
        bar.set_position(meter.bytes());
    }

    /// Removes the bar before results or messages go to the same terminal.
    pub fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
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

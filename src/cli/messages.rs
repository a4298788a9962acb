//! Messages to the user, on standard error. Results never go there, messages nowhere else.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use crate::cli::terminal::speaks_utf8;
use crate::text::display::escape_own;

/// Prints why the program could not do its job.
pub fn error(message: &str, colors: bool) {
    print("error", AnsiColor::Red, message, colors);
}

/// Prints what the user should know.
pub fn warning(message: &str, colors: bool) {
    print("warning", AnsiColor::Yellow, message, colors);
}

/// Prints what may help the user.
pub fn note(message: &str, colors: bool) {
    print("note", AnsiColor::Cyan, message, colors);
}

/// Prints text that is laid out and escaped already.
pub fn plain(text: &str) {
    let _ = write!(io::stderr(), "{text}");
}

fn print(label: &str, color: AnsiColor, message: &str, colors: bool) {
    let style = if colors { color.on_default().bold() } else { Style::new() };
    let message = escape_own(message, io::stderr().is_terminal() && !speaks_utf8());
    // There is nobody left to tell when standard error is closed.
    let _ = writeln!(io::stderr(), "{style}{label}{style:#}: {message}");
}

//! Messages to the user. They go to standard error only, and results never do.

use std::io::{self, IsTerminal};

use anstyle::{AnsiColor, Style};

use crate::cli::terminal::{MessageStyle, locale_charset};
use crate::output::pager::write_message;
use crate::text::display::{Charset, escape_own};

/// Prints why the program could not do its job.
pub fn error(message: &str, style: MessageStyle) {
    print(("error", AnsiColor::Red), message, style);
}

/// Prints what the user should know.
pub fn warning(message: &str, style: MessageStyle) {
    print(("warning", AnsiColor::Yellow), message, style);
}

/// Prints what may help the user.
pub fn note(message: &str, style: MessageStyle) {
    print(("note", AnsiColor::Cyan), message, style);
}

/// Prints text that is laid out and escaped already.
pub fn plain(text: &str) {
    write_message(text);
}

fn print((label, color): (&str, AnsiColor), message: &str, style: MessageStyle) {
    let style = match style {
        MessageStyle::Colored => color.on_default().bold(),
        MessageStyle::Plain => Style::new(),
    };
    let charset = if io::stderr().is_terminal() { locale_charset() } else { Charset::Unicode };
    let message = escape_own(message, charset);
    write_message(&format!("{style}{label}{style:#}: {message}\n"));
}

//! A panic, which would be a fault of ours: what it must not leave behind, and the line that it says.

use std::panic::{self, PanicHookInfo};
use std::sync::Once;

use crate::cli::messages;
use crate::cli::terminal::MessageStyle;
use crate::output::interrupt;

/// From now on a panic of any thread removes files that are not complete, says in one line what happened and
/// where, and ends the process with `end`. With `RUST_BACKTRACE` set, it says more before.
pub fn end_with(end: fn()) {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        static FIRST: Once = Once::new();
        // Others wait for the process to end.
        FIRST.call_once(|| {
            interrupt::remove_all();
            if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
                default(info);
            }
            messages::error(&told(info), MessageStyle::Plain);
            end();
        });
    }));
}

/// What is told of a panic. Messages may quote a text of the log, which `--redact` is to keep secret, so they
/// are told up to the first quotation.
fn told(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or_default();
    let unquoted = message.split(['`', '"', '\'', '\n']).next().unwrap_or_default().trim_end();
    let what = if unquoted.is_empty() { "a panic" } else { unquoted };
    let place = info.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
    format!("internal error: {what}{place}; please report it")
}

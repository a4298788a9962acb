//! Panics are bugs of this program. They leave no unfinished files behind and print one line.

use std::panic::{self, PanicHookInfo};
use std::sync::Once;

use crate::cli::messages;
use crate::cli::terminal::MessageStyle;
use crate::output::{interrupt, pager};

/// Sets the panic hook. A panic of any thread removes unfinished files, prints in one line what happened and where,
/// and ends the process with `end`. With `RUST_BACKTRACE` set, it prints a backtrace before.
pub fn end_with(end: fn()) {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        static FIRST: Once = Once::new();
        // Other panicking threads wait here until the process ends.
        FIRST.call_once(|| {
            interrupt::remove_all();
            if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
                default(info);
            }
            pager::release_messages();
            messages::error(&message(info), MessageStyle::Plain);
            end();
        });
    }));
}

/// The message of a panic. It is cut before the first quotation, which may be a text of the log that `--redact` must
/// keep secret.
fn message(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or_default();
    let unquoted = message.split(['`', '"', '\'', '\n']).next().unwrap_or_default().trim_end();
    let what = if unquoted.is_empty() { "a panic" } else { unquoted };
    let location = info.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
    format!("internal error: {what}{location}; please report it")
}

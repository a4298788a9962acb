//! Arguments that several commands share.

mod input;
mod output;
mod select;
mod times;

pub use input::InputArgs;
pub use output::{OutputArgs, RedactArgs, TerminalArgs, format_help, format_parser, max_shown, top};
pub use select::SelectArgs;
pub use times::zone;

/// Help with the examples first.
pub const HELP: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

//! What the process is connected to: terminals or pipes, colours, width.

use clap::ValueEnum;
use std::env;
use std::io::{self, IsTerminal};

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal; see NO_COLOR, FORCE_COLOR and TERM=dumb.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The surroundings of the process.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Standard input is a terminal.
    pub stdin: bool,
    /// Standard output is a terminal.
    pub stdout: bool,
    /// Standard error is a terminal.
    pub stderr: bool,
    /// Columns of the terminal, if standard output is one.
    pub width: Option<u16>,
    /// What the environment says about colour; `None` when it says nothing.
    pub color: Option<bool>,
}

impl Terminal {
    /// Looks around.
    pub fn detect() -> Self {
        let stdout = io::stdout().is_terminal();
        let size = terminal_size::terminal_size_of(io::stdout());
        Self {
            stdin: io::stdin().is_terminal(),
            stdout,
            stderr: io::stderr().is_terminal(),
            width: size.filter(|_| stdout).map(|(width, _)| width.0),
            color: color_of_environment(),
        }
    }

    /// Whether to colour what goes to standard output, or to a file when `to_file`.
    pub fn colors_stdout(&self, choice: ColorChoice, to_file: bool) -> bool {
        self.colors(choice, self.stdout && !to_file)
    }

    /// Whether to colour messages.
    pub fn colors_stderr(&self) -> bool {
        self.colors(ColorChoice::Auto, self.stderr)
    }

    fn colors(&self, choice: ColorChoice, is_terminal: bool) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => self.color.unwrap_or(is_terminal),
        }
    }
}

/// Whether the locale is a UTF-8 one; where none is set, terminals speak it nowadays.
pub fn speaks_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os);
    let Some(locale) = locale.into_iter().find(|locale| !locale.is_empty()) else {
        return true;
    };
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    locale.ends_with("utf-8") || locale.ends_with("utf8")
}

/// `NO_COLOR` and `FORCE_COLOR` count when they are not empty; `TERM=dumb` knows no colours.
fn color_of_environment() -> Option<bool> {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        Some(false)
    } else if is_set("FORCE_COLOR") {
        Some(true)
    } else {
        env::var_os("TERM").filter(|term| term == "dumb").map(|_| false)
    }
}

//! What the standard streams are connected to, and which colours, width and characters output may use.

use std::env;
use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::{Result, bail};
use chrono_tz::Tz;
use clap::ValueEnum;

use crate::formats::RenderOptions;
use crate::formats::table::is_binary;
use crate::output::is_stdout;
use crate::text::display::Charset;

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal; see NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM=dumb.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the standard streams are connected to.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether standard input is a terminal.
    pub stdin: bool,
    /// Whether standard output is a terminal.
    pub stdout: bool,
    /// Whether standard error is a terminal.
    pub stderr: bool,
    /// Columns of the terminal, if standard output is one.
    pub width: Option<u16>,
    /// Whether the environment wants colours; `None` if it does not say.
    pub color: Option<bool>,
}

impl Terminal {
    /// Detects this from the system and the environment.
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

    /// How results are rendered in a file, or on standard output if there is no file. What the user does not choose
    /// depends on the destination.
    pub fn render_options(
        &self,
        file: Option<&Path>,
        color: ColorChoice,
        width: Option<u16>,
    ) -> RenderOptions {
        let is_terminal = self.stdout && file.is_none();
        RenderOptions {
            zone: Tz::UTC,
            width: width.or(self.width.filter(|_| is_terminal)).map(usize::from),
            colors: match color {
                ColorChoice::Always => true,
                ColorChoice::Never => false,
                ColorChoice::Auto => self.color.unwrap_or(is_terminal),
            },
            charset: if is_terminal { locale_charset() } else { Charset::Unicode },
            header: true,
        }
    }

    /// Refuses to print a format that is not text, where results go to a terminal instead of a file.
    pub fn check_prints(&self, format: &str, file: Option<&Path>) -> Result<()> {
        if self.stdout && file.is_none_or(is_stdout) && is_binary(format) {
            bail!("{format} is not text, so a terminal cannot show it; write it to a file or into a pipe");
        }
        Ok(())
    }

    /// How messages are printed.
    pub fn message_style(&self) -> MessageStyle {
        if self.color.unwrap_or(self.stderr) { MessageStyle::Colored } else { MessageStyle::Plain }
    }
}

/// How messages on standard error are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageStyle {
    /// Without colours.
    Plain,
    /// With a coloured label.
    Colored,
}

/// The charset of terminals in this locale. Without a locale it is Unicode, as today's terminals support UTF-8.
pub fn locale_charset() -> Charset {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(env::var_os);
    let Some(locale) = locale.into_iter().find(|locale| !locale.is_empty()) else {
        return Charset::Unicode;
    };
    let locale = locale.to_string_lossy().to_ascii_lowercase();
    let is_utf8 = locale.ends_with("utf-8") || locale.ends_with("utf8");
    if is_utf8 { Charset::Unicode } else { Charset::Ascii }
}

/// Whether the environment wants colours: `NO_COLOR`, `FORCE_COLOR` and `CLICOLOR_FORCE` count unless empty, the latter
/// unless 0 as well; `CLICOLOR=0` and `TERM=dumb` have none.
fn color_of_environment() -> Option<bool> {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_zero = |name| env::var_os(name).is_some_and(|value| value == "0");
    if is_set("NO_COLOR") {
        Some(false)
    } else if is_set("FORCE_COLOR") || (is_set("CLICOLOR_FORCE") && !is_zero("CLICOLOR_FORCE")) {
        Some(true)
    } else if is_zero("CLICOLOR") {
        Some(false)
    } else {
        env::var_os("TERM").filter(|term| term == "dumb").map(|_| false)
    }
}

//! Arguments about output, the same for every command that prints events.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::messages;
use crate::cli::pager;
use crate::cli::terminal::{ColorChoice, Terminal};
use crate::formats::RenderOptions;
use crate::input::{self, Input};
use crate::model::redact::Redactor;
use crate::output::Output;
use crate::output::pager::AtQuit;

/// Whether personal values are replaced, the same for every command that prints events.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct RedactArgs {
    /// Show stable pseudonyms for names, e-mail and IP addresses and user agents
    #[arg(long)]
    redact: bool,
    /// Key for the pseudonyms [default: SSOAUDIT_REDACT_KEY, or else a new key in every run]
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_key_file: Option<PathBuf>,
}

impl RedactArgs {
    /// Whether pseudonyms are wanted.
    pub fn is_wanted(&self) -> bool {
        self.redact
    }

    /// The file that the key is read from, if there is one, and what messages call it.
    pub fn key(&self) -> (Option<&Path>, &'static str) {
        (self.redact_key_file.as_deref(), "the key of --redact")
    }

    /// Creates pseudonyms, if they are wanted, and says so, as not every format can.
    pub fn redactor(&self, terminal: Terminal) -> Result<Option<Redactor>> {
        if !self.redact {
            return Ok(None);
        }
        let key = match (&self.redact_key_file, std::env::var_os("SSOAUDIT_REDACT_KEY")) {
            (Some(path), _) => {
                let key = input::read_whole(path);
                key.with_context(|| format!("cannot read key {}", path.display()))?
            }
            (None, Some(key)) => key.into_encoded_bytes(),
            (None, None) => {
                let mut key = [0; 32];
                getrandom::fill(&mut key).map_err(|error| anyhow!("a random key: {error}"))?;
                key.to_vec()
            }
        };
        // The key is trimmed, as files usually end with a newline.
        let key = key.trim_ascii();
        if key.is_empty() {
            bail!("the key of --redact is empty");
        }
        messages::note("personal values are shown as pseudonyms", terminal.message_style());
        Ok(Some(Redactor::new(key)))
    }
}

/// How to print to a terminal.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct TerminalArgs {
    /// When to use colour; SSOAUDIT_COLOR sets another default
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    /// Width in columns [default: SSOAUDIT_WIDTH, or else the terminal's; unlimited in a pipe]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    width: Option<u16>,
    /// Do not use a pager on a terminal; see SSOAUDIT_PAGER and PAGER
    #[arg(long)]
    no_pager: bool,
}

impl TerminalArgs {
    /// How results are rendered in a file, or on standard output if there is none.
    pub fn render_options(&self, file: Option<&Path>, terminal: Terminal) -> RenderOptions {
        terminal.render_options(file, self.color, self.width)
    }

    /// The output with a pager, if it is a terminal that has one for the format.
    pub fn paged(
        &self,
        output: Output,
        format: &str,
        (terminal, at_quit): (Terminal, AtQuit),
    ) -> Result<Output> {
        let pager = if self.no_pager { None } else { pager::command(format, terminal, at_quit)? };
        Ok(output.paged(pager))
    }
}

/// How to print, the same for every command that prints rows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write to a file, which appears only when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    screen: TerminalArgs,
}

impl OutputArgs {
    /// Opens the output for a format, in a terminal with a pager if there is one.
    pub fn open(&self, format: &str, inputs: &[Input], terminal: Terminal) -> Result<Output> {
        let output = Output::create(self.output.as_deref(), inputs)?;
        self.screen.paged(output, format, (terminal, AtQuit::EndRun))
    }

    /// The name of the format: the given one, or else the default for terminals, or for files and pipes. It refuses a
    /// format that a terminal cannot show.
    pub fn format_name<'a>(
        &self,
        given: &'a str,
        [on_terminal, elsewhere]: [&'a str; 2],
        terminal: Terminal,
    ) -> Result<&'a str> {
        let output = self.output.as_deref();
        terminal.check_prints(given, output)?;
        Ok(match given {
            "auto" if terminal.stdout && output.is_none() => on_terminal,
            "auto" => elsewhere,
            name => name,
        })
    }

    /// How results are rendered for their destination.
    pub fn render_options(&self, terminal: Terminal) -> RenderOptions {
        self.screen.render_options(self.output.as_deref(), terminal)
    }
}

/// Parses the name of a format, or `auto`.
pub fn format_parser(names: impl Iterator<Item = &'static str>) -> PossibleValuesParser {
    PossibleValuesParser::new(std::iter::once("auto").chain(names))
}

/// The help for a flag that takes formats: `csv, tsv or html; rest`.
pub fn format_help(names: impl Iterator<Item = &'static str>, rest: &str) -> String {
    let mut names: Vec<_> = names.collect();
    let last = names.pop().unwrap_or_default();
    format!("{} or {last}; {rest}", names.join(", "))
}

/// Parses the value of `--top`: a number, or `all`.
pub fn top(text: &str) -> Result<usize, String> {
    match max_shown(text) {
        Ok(0) | Err(_) => Err("give a number from 1 on, or `all`".to_owned()),
        top => top,
    }
}

/// Parses the maximum number of items that are shown: a number, or `all`.
pub fn max_shown(text: &str) -> Result<usize, String> {
    if text == "all" {
        return Ok(usize::MAX);
    }
    text.parse().map_err(|_| "give a number or `all`".to_owned())
}

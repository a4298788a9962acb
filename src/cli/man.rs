//! `ssoaudit man`: the manual page of the whole program or of one command.

use anyhow::{Result, anyhow};
use clap::builder::StyledStr;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;
use clap_mangen::roff::{Roff, roman};

use crate::cli::Cli;
use crate::cli::ExitStatus;
use crate::cli::args::HELP;
use crate::output::Output;
use crate::text::suggest;

/// Arguments of `man`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit man | man -l -                read it
  ssoaudit man filter > ssoaudit-filter.1
  ssoaudit man rules test                a subcommand
")]
pub struct Man {
    /// Command to describe [default: the whole program]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl Man {
    /// Prints the page in roff.
    pub fn run(&self) -> Result<ExitStatus> {
        let mut program = Cli::command();
        program.build();
        let command = self.command.iter().try_fold(program, |command, name| subcommand(&command, name))?;
        Output::create(None, &[])?.write(page(command)?.as_bytes())?;
        Ok(ExitStatus::Done)
    }
}

fn subcommand(command: &Command, name: &str) -> Result<Command> {
    command.find_subcommand(name).cloned().ok_or_else(|| {
        let names: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
        anyhow!(suggest::unknown("command", name, names.iter().copied()))
    })
}

/// The page of a command: what its help says, with the examples in a section of their own.
fn page(command: Command) -> Result<String> {
    let title = command.get_display_name().unwrap_or(command.get_name()).to_uppercase();
    let mut more = Roff::new();
    for paragraph in text(command.get_after_help()).split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        let status = paragraph.strip_prefix("Exit status: ");
        more.control("SH", [if status.is_some() { "EXIT STATUS" } else { "NOTES" }]);
        more.text([roman(status.unwrap_or(paragraph))]);
    }
    more.control("SH", ["EXAMPLES"]).control("nf", []);
    for example in text(command.get_before_help()).lines().filter_map(|line| line.strip_prefix("  ")) {
        more.text([roman(example)]);
    }
    more.control("fi", []);
    // A quoted nothing stands for the date, as the same source makes the same page on every day.
    let page = Page::new(command.after_help(None::<&str>).version(None::<&str>))
        .title(title)
        .date("\"\"")
        .source(concat!("ssoaudit ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut roff = Vec::new();
    page.render(&mut roff)?;
    // Formatters warn of breaks beside an empty line.
    let roff = String::from_utf8(roff)?.replace("\n.br\n\n.br\n", "\n.sp\n");
    Ok(roff + &more.render())
}

fn text(help: Option<&StyledStr>) -> String {
    help.map(ToString::to_string).unwrap_or_default()
}

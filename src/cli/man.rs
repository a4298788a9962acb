//! `ssoaudit man`: the manual page of the whole program or of one command.

use anyhow::{Result, anyhow};
use clap::{Args, CommandFactory};
use clap_mangen::Man as Page;

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
")]
pub struct Man {
    /// Command to describe [default: the whole program]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

impl Man {
    /// Prints the page in roff.
    pub fn run(&self) -> Result<ExitStatus> {
        let mut program = Cli::command();
        program.build();
        let page = match &self.command {
            None => program,
            Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
                let names: Vec<_> = program.get_subcommands().map(|command| command.get_name()).collect();
                anyhow!(suggest::unknown("command", name, names.iter().copied()))
            })?,
        };
        let mut roff = Vec::new();
        Page::new(page).render(&mut roff)?;
        Output::create(None, &[])?.write(&roff)?;
        Ok(ExitStatus::Done)
    }
}

//! `ssoaudit completions`: a completion script for a shell.

use anyhow::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::cli::ExitStatus;
use crate::cli::args::HELP;
use crate::output::Output;

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit completions bash > /etc/bash_completion.d/ssoaudit
  ssoaudit completions zsh > ~/.zfunc/_ssoaudit
")]
pub struct Completions {
    /// Shell to complete in
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    pub fn run(&self) -> Result<ExitStatus> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "ssoaudit", &mut script);
        Output::create(None, &[])?.write(&script)?;
        Ok(ExitStatus::Done)
    }
}

//! `ssoaudit init`: writes a commented policy with every rule at its default.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::cli::ExitStatus;
use crate::cli::args::HELP;
use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::output::{Output, is_stdout};
use crate::policy::{locate, template};
use crate::rules;

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit init                  writes ssoaudit.toml
  ssoaudit init - | less         only shows it
")]
pub struct Init {
    /// Where to write; `-` means standard output
    #[arg(value_name = "FILE", default_value = locate::NAME)]
    file: PathBuf,
    /// Overwrite an existing file
    #[arg(long)]
    force: bool,
}

impl Init {
    /// Writes the policy.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let to_stdout = is_stdout(&self.file);
        if self.file.is_dir() {
            bail!("{} is a directory; name the file, such as {}", self.file.display(), locate::NAME);
        }
        if !to_stdout && !self.force && self.file.exists() {
            bail!("{} is there already; --force writes over it", self.file.display());
        }
        let mut output = Output::create((!to_stdout).then_some(self.file.as_path()), &[])?;
        output.write(template::commented(rules::ALL).as_bytes())?;
        output.finish()?;
        if !to_stdout {
            messages::note(&format!("wrote {}", self.file.display()), terminal.message_style());
        }
        Ok(ExitStatus::Done)
    }
}

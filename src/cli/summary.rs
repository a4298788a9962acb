//! `ssoaudit summary`: one page about the input.

use anyhow::Result;
use clap::Args;

use crate::analysis::calendar::Unit;
use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, SelectArgs, top};
use crate::cli::sheet_output::{Request, SheetArgs};
use crate::cli::terminal::Terminal;
use crate::reports::{self, Options};

/// Arguments of `summary`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit summary exports/                             one page about everything
  ssoaudit summary --org 'acme*' --since 90d exports/   about an organization, recently
  ssoaudit summary --format html -o summary.html exports/
  ssoaudit summary --format json exports/ | jq .actors
")]
pub struct Summary {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Rows of each ranking [default: 10], or `all`
    #[arg(long, value_name = "N", value_parser = top, help_heading = "Report")]
    top: Option<usize>,
    /// Unit of the timeline [default: one that fits]
    #[arg(long, value_name = "UNIT", help_heading = "Report")]
    by: Option<Unit>,
    #[command(flatten)]
    sheet: SheetArgs,
}

impl Summary {
    /// Refuses a format that the terminal cannot show.
    pub fn check_format(&self, terminal: Terminal) -> Result<()> {
        self.sheet.format(terminal).map(drop)
    }

    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let options = Options { top: self.top, by: self.by, ..Options::default() };
        let request =
            Request { input: &self.input, select: &self.select, sheet: &self.sheet, options, roster: None };
        request.run(reports::SUMMARY, terminal)
    }
}

//! The subcommands, one file each: its arguments and its `run`.

mod check;
mod check_outputs;
mod check_rules;
mod completions;
mod filter;
mod init;
mod man;
mod organizations;
mod report;
mod schema;
mod sheet_args;
mod summary;
mod survey;
mod tally;
mod validate;

use anyhow::Result;
use clap::Subcommand;

use crate::terminal::Terminal;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the events that match
    Filter(Box<filter::Filter>),
    /// Check every line and print what is wrong with it
    Validate(validate::Validate),
    /// Print one page about what is in the input
    Summary(Box<summary::Summary>),
    /// Answer one question about the input
    Report(Box<report::ReportCommand>),
    /// Judge the input by a policy; exit with 1 when it is violated
    Check(Box<check::CheckCommand>),
    /// Write a commented policy for `check`
    Init(init::Init),
    /// Print the JSON Schema of a source or of the neutral event
    Schema(schema::Schema),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Print the manual page
    Man(man::Man),
}

/// How a command ended that did its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Done,
    /// It found what it was told to fail on.
    Findings,
    /// It did what it could, but some input could not be read, or holds no event.
    Unreadable,
}

impl Command {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<Verdict> {
        match self {
            Self::Filter(filter) => filter.run(terminal),
            Self::Validate(validate) => validate.run(terminal),
            Self::Summary(summary) => summary.run(terminal),
            Self::Report(report) => report.run(terminal),
            Self::Check(check) => check.run(terminal),
            Self::Init(init) => init.run(terminal),
            Self::Schema(schema) => schema.run(),
            Self::Completions(completions) => completions.run(),
            Self::Man(man) => man.run(),
        }
    }
}

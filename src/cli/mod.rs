//! The command line, with one file for each subcommand, its arguments and its `run`.

pub mod args;
mod check;
mod collect;
mod completions;
mod count;
mod diff;
pub mod environment;
mod filter;
mod hints;
mod init;
mod input_facts;
mod input_status;
mod lake;
mod man;
pub mod messages;
mod organization_ids;
mod pager;
pub mod panics;
mod policy;
pub mod progress;
mod report;
mod review;
mod rules;
mod schema;
mod sheet_output;
mod summary;
mod survey;
pub mod terminal;
mod validate;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::cli::args::HELP;
use crate::cli::terminal::Terminal;

/// What a user typed.
#[derive(Debug, Parser)]
#[command(name = "ssoaudit", version, about = "Validate, filter, report on and check SSO administration audit logs", help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit filter --action deleted exports/            deletions of SSO connections, as a table
  ssoaudit filter --org 'acme*' export.ndjson | jq .   the original lines, in a pipe
  ssoaudit summary exports/                            one page about what is in them
  ssoaudit count --by operation,actor exports/         how many events of each kind
  ssoaudit diff last-quarter/ this-quarter/            what changed, and whether the log was edited
  ssoaudit report removals --since 30d exports/        one question, answered
  ssoaudit check exports/                              exit 1 when a rule is broken
  ssoaudit collect exports/ -o history.parquet         keep all events in one file, for later
  ssoaudit validate export.ndjson                      every broken line, with line and field
  ssoaudit schema --list                               what sources, actions and types there are
")]
#[command(after_help = "Exit status: 0 done, 1 findings, 2 could not do the job, 130 interrupted.")]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print the events that match
    Filter(Box<filter::Filter>),
    /// Check every line and print what is wrong with it
    Validate(validate::Validate),
    /// Print one page about what is in the input
    Summary(Box<summary::Summary>),
    /// Count events by their attributes or by time
    Count(Box<count::Count>),
    /// Print what a newer export adds, lacks and contradicts, compared with an older one
    Diff(Box<diff::Diff>),
    /// Answer one question about the input
    Report(Box<report::ReportCommand>),
    /// Keep events in a history, a Parquet file that every command reads
    Collect(collect::Collect),
    /// Write events as OCSF in Parquet, laid out for Amazon Security Lake
    Lake(Box<lake::Lake>),
    /// Check logs against a policy; exit with 1 when the check fails
    Check(Box<check::CheckCommand>),
    /// Write a commented policy for `check`
    Init(init::Init),
    /// Test custom rules
    Rules(rules::RulesCommand),
    /// Print the JSON Schema of a source or of the normalized event
    Schema(schema::Schema),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Print the manual page
    Man(man::Man),
}

/// How a command ended, unless it failed with an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Nothing was found.
    Done,
    /// It found something that it should fail on.
    Findings,
    /// Some input could not be read, or holds no event.
    Unreadable,
}

impl Command {
    /// Refuses a format that does not fit the other flags or the terminal.
    fn check_format(&self, terminal: Terminal) -> Result<()> {
        match self {
            Self::Filter(filter) => filter.check_format(terminal),
            Self::Validate(validate) => validate.check_format(terminal),
            Self::Summary(summary) => summary.check_format(terminal),
            Self::Count(count) => count.check_format(terminal),
            Self::Diff(diff) => diff.check_format(terminal),
            Self::Report(report) => report.check_format(terminal),
            _ => Ok(()),
        }
    }

    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        match self {
            Self::Filter(filter) => filter.run(terminal),
            Self::Validate(validate) => validate.run(terminal),
            Self::Summary(summary) => summary.run(terminal),
            Self::Count(count) => count.run(terminal),
            Self::Diff(diff) => diff.run(terminal),
            Self::Report(report) => report.run(terminal),
            Self::Collect(collect) => collect.run(terminal),
            Self::Lake(lake) => lake.run(terminal),
            Self::Check(check) => check.run(terminal),
            Self::Init(init) => init.run(terminal),
            Self::Rules(rules) => rules.run(),
            Self::Schema(schema) => schema.run(),
            Self::Completions(completions) => completions.run(),
            Self::Man(man) => man.run(),
        }
    }
}

//! `ssoaudit report`: one question, answered.

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::Verdict;
use super::sheet_args::{Request, SheetArgs};
use crate::cli::{HELP, InputArgs, SelectArgs};
use crate::reports::{self, Options};
use crate::terminal::Terminal;

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit report removals --since 30d exports/         who took SSO away, and for how long
  ssoaudit report changes --org 'acme*' exports/        every change of an organization
  ssoaudit report connections --at 2025-03-01 exports/  who had SSO on that day
  ssoaudit report removals --format html -o removals.html exports/
")]
pub struct ReportCommand {
    /// The report
    #[arg(value_name = "NAME", value_parser = names())]
    name: String,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Rows of each list [default: all] and ranking [default: 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Report")]
    top: Option<u32>,
    /// connections: show who had active SSO at this moment, in the forms of --since
    #[arg(long, value_name = "TIME", help_heading = "Report")]
    at: Option<String>,
    #[command(flatten)]
    sheet: SheetArgs,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(
        reports::ALL.iter().map(|report| PossibleValue::new(report.name).help(report.about)),
    )
}

impl ReportCommand {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<Verdict> {
        let report = reports::ALL
            .iter()
            .find(|report| report.name == self.name)
            .expect("clap knows the reports from the list");
        let given = [("--top", self.top.is_some()), ("--at", self.at.is_some())];
        for (flag, _) in
            given.into_iter().filter(|(flag, is_given)| *is_given && !report.takes.contains(flag))
        {
            let takers: Vec<_> = reports::ALL
                .iter()
                .filter(|report| report.takes.contains(&flag))
                .map(|report| report.name)
                .collect();
            bail!("report {} takes no {flag}; it is for {}", self.name, takers.join(", "));
        }
        let options = Options {
            top: self.top.map(|top| top as usize),
            at: self.at.as_deref().map(|at| self.select.bound("--at", at)).transpose()?,
            ..Options::default()
        };
        let request = Request { input: &self.input, select: &self.select, sheet: &self.sheet, options };
        request.run(report, terminal)
    }
}

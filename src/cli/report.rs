//! `ssoaudit report`: prints a report.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use crate::analysis::roster;
use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, SelectArgs, top};
use crate::cli::review::Review;
use crate::cli::sheet_output::{Request, SheetArgs};
use crate::cli::terminal::Terminal;
use crate::model::time;
use crate::reports::{self, Burst, Hours, Options};

/// Arguments of `report`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit report removals --since 30d exports/         who took SSO away, and for how long
  ssoaudit report changes --org 'acme*' exports/        every change of an organization
  ssoaudit report connections --at 2025-03-01 exports/  what was known on that day
  ssoaudit report removals --format html -o removals.html exports/
  ssoaudit report all --format html -o review/ exports/  every report and the verdict, to hand on
")]
pub struct ReportCommand {
    /// The report, or `all` for a folder of pages
    #[arg(value_name = "NAME", value_parser = names())]
    name: String,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Rows of each list [default: all, or 100 on a terminal] and ranking [default: 10], or `all`
    #[arg(long, value_name = "N", value_parser = top, help_heading = "Report")]
    top: Option<usize>,
    /// connections: show what was known at this moment, and who had SSO; in the forms of --since
    #[arg(long, value_name = "TIME", help_heading = "Report")]
    at: Option<String>,
    /// admins: working hours, Monday to Friday in --tz [default: 08:00-18:00]
    #[arg(long, value_name = "FROM-TO", help_heading = "Report")]
    hours: Option<String>,
    /// access: this many events of one actor in this much time are a burst [default: 5/10m]
    #[arg(long, value_name = "N/AGE", help_heading = "Report")]
    burst: Option<String>,
    /// certificates: only those that expire within this time, such as 30d, or have expired
    #[arg(long, value_name = "AGE", help_heading = "Report")]
    within: Option<String>,
    /// admins, authorization: who may do what, and where: CSV or JSON with organization, actor and role; * and ?
    /// are wildcards
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    roster: Option<PathBuf>,
    /// all: the policy of the verdict [default: as for check]
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    sheet: SheetArgs,
}

/// The name that stands for every report.
const ALL: &str = "all";

/// Parses the time given to `--within`, in seconds.
fn certificates_within(text: &str) -> Result<u64> {
    let seconds = time::parse_age(text).and_then(|seconds| u64::try_from(seconds).ok());
    seconds.ok_or_else(|| anyhow!("invalid time `{text}` for --within; give one such as 30d or 12h"))
}

fn names() -> PossibleValuesParser {
    let all = PossibleValue::new(ALL).help("every report and the verdict of check, as pages of a folder");
    let one = reports::ALL.iter().map(|report| PossibleValue::new(report.name).help(report.about));
    PossibleValuesParser::new(one.chain([all]))
}

impl ReportCommand {
    /// Refuses a format that the terminal cannot show.
    pub fn check_format(&self, terminal: Terminal) -> Result<()> {
        self.sheet.format(terminal).map(drop)
    }

    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        // Clap knows the names from the list, so what is not in it is `all`.
        let report = reports::ALL.iter().find(|report| report.name == self.name);
        self.check_flags(report.map(|report| report.flags))?;
        let request = self.request()?;
        match report {
            Some(report) => request.run(report, terminal),
            None => Review { request, policy: self.policy.as_deref() }.run(terminal),
        }
    }

    /// Refuses flags that the report does not take, which has these besides those of all reports.
    fn check_flags(&self, flags: Option<&[&str]>) -> Result<()> {
        let given = [
            ("--top", self.top.is_some()),
            ("--at", self.at.is_some()),
            ("--hours", self.hours.is_some()),
            ("--burst", self.burst.is_some()),
            ("--within", self.within.is_some()),
            ("--roster", self.roster.is_some()),
            ("--policy", self.policy.is_some()),
        ];
        let Some(flags) = flags else {
            return self.sheet.check_is_whole();
        };
        let is_refused = |(flag, is_given): &(&'static str, bool)| *is_given && !flags.contains(flag);
        if let Some((flag, _)) = given.into_iter().find(is_refused) {
            let takers = reports::ALL.iter().filter(|report| report.flags.contains(&flag));
            let mut takers: Vec<_> = takers.map(|report| report.name).collect();
            takers.extend(takers.is_empty().then_some(ALL));
            bail!("report {} takes no {flag}; it is for {}", self.name, takers.join(", "));
        }
        Ok(())
    }

    fn request(&self) -> Result<Request<'_>> {
        let (roster, roster_file) = self.roster.as_deref().map(roster::read).transpose()?.unzip();
        let options = Options {
            top: self.top,
            hours: self.hours.as_deref().map_or(Ok(Hours::default()), Hours::parse)?,
            burst: self.burst.as_deref().map_or(Ok(Burst::default()), Burst::parse)?,
            within: self.within.as_deref().map(certificates_within).transpose()?,
            roster,
            at: self.at.as_deref().map(|at| self.select.times.bound("--at", at)).transpose()?,
            ..Options::default()
        };
        Ok(Request {
            input: &self.input,
            select: &self.select,
            sheet: &self.sheet,
            options,
            roster: self.roster.as_deref().zip(roster_file),
        })
    }
}

//! `ssoaudit completions`: a completion script for a shell.

use std::collections::HashSet;
use std::fmt::Write;

use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Args, Command, CommandFactory};
use clap_complete::Shell;

use crate::cli::Cli;
use crate::cli::ExitStatus;
use crate::cli::args::HELP;
use crate::cli::schema::{no_counts, with_empty_log};
use crate::formats::rows::columns;
use crate::formats::verdict::VERDICT_FORMATS;
use crate::model::operation::{OPERATIONS, Operation};
use crate::output::Output;
use crate::reports::differences::{self, Differences};
use crate::reports::sheet::Sheet;
use crate::reports::{self, Report};
use crate::{rules, sources};

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
        let mut program = with_hints(Cli::command());
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "ssoaudit", &mut script);
        let script = String::from_utf8(script)?;
        let script = match self.shell {
            Shell::Bash => script.replacen(BASH_PREVIOUS, BASH_PREVIOUS_BUT_EQUALS, 1),
            Shell::Fish => script + &fish_positionals(&program),
            _ => script,
        };
        Output::create(None, &[])?.write(script.as_bytes())?;
        Ok(ExitStatus::Done)
    }
}

/// Values that an argument takes among others, such as patterns: it accepts any, so only completions are told.
struct Hint {
    /// The command; if empty, every command that has the argument.
    command: &'static str,
    argument: &'static str,
    values: fn() -> Vec<PossibleValue>,
}

const HINTS: &[Hint] = &[
    Hint { command: "", argument: "action", values: actions },
    Hint { command: "", argument: "connection_type", values: || unexplained(sources::connection_types()) },
    Hint { command: "", argument: "protocol", values: || unexplained(sources::protocols()) },
    Hint { command: "", argument: "provider", values: || unexplained(sources::providers()) },
    Hint { command: "", argument: "columns", values: || unexplained(columns::names()) },
    Hint { command: "", argument: "by", values: || unexplained(columns::names()) },
    Hint { command: "", argument: "explain", values: rule_ids },
    Hint { command: "", argument: "only", values: rule_ids },
    Hint {
        command: "check",
        argument: "format",
        values: || unexplained(VERDICT_FORMATS.iter().map(|format| format.name)),
    },
    Hint { command: "summary", argument: "section", values: || report_sections(&[reports::SUMMARY]) },
    Hint { command: "report", argument: "section", values: || report_sections(reports::ALL) },
    Hint { command: "count", argument: "section", values: count_sections },
    Hint {
        command: "diff",
        argument: "section",
        values: || sections(&differences::sheet(&Differences::default())),
    },
    Hint { command: "man", argument: "command", values: commands },
];

/// The command line in which the arguments of [`HINTS`] list their values.
fn with_hints(program: Command) -> Command {
    program.mut_subcommands(|command| {
        HINTS.iter().fold(command, |command, hint| {
            let is_meant = hint.command.is_empty() || hint.command == command.get_name();
            let has_argument = command.get_arguments().any(|argument| argument.get_id() == hint.argument);
            if !is_meant || !has_argument {
                return command;
            }
            let values = PossibleValuesParser::new(completable((hint.values)()));
            command.mut_arg(hint.argument, |argument| argument.value_parser(values))
        })
    })
}

/// The values that can be typed as they are, once each: shells split or quote others, each in its own way.
fn completable(mut values: Vec<PossibleValue>) -> Vec<PossibleValue> {
    let mut seen = HashSet::new();
    let is_plain =
        |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    values.retain(|value| is_plain(value.get_name()) && seen.insert(value.get_name().to_owned()));
    values
}

fn unexplained(names: impl Iterator<Item = &'static str>) -> Vec<PossibleValue> {
    names.map(PossibleValue::new).collect()
}

/// Operations, and the actions that are about SSO: of the others there are more than anybody would look through.
fn actions() -> Vec<PossibleValue> {
    let operations = OPERATIONS.iter().map(|info| PossibleValue::new(info.name).help(info.about));
    let actions = sources::ALL.iter().flat_map(|source| source.actions);
    let about_sso = actions.filter(|action| action.operation != Operation::Other);
    operations
        .chain(about_sso.map(|action| PossibleValue::new(action.name).help(action.operation.name())))
        .collect()
}

fn rule_ids() -> Vec<PossibleValue> {
    rules::ALL.iter().map(|rule| PossibleValue::new(rule.id).help(rule.about)).collect()
}

fn sections(sheet: &Sheet<'_>) -> Vec<PossibleValue> {
    unexplained(sheet.sections.iter().map(|section| section.key))
}

fn report_sections(reports: &[&Report]) -> Vec<PossibleValue> {
    reports.iter().flat_map(|report| with_empty_log(|read| sections(&(report.make)(read)))).collect()
}

fn count_sections() -> Vec<PossibleValue> {
    with_empty_log(|read| sections(&no_counts(read)))
}

fn commands() -> Vec<PossibleValue> {
    let program = Cli::command();
    let about = |command: &Command| command.get_about().cloned().unwrap_or_default();
    let value = |command: &Command| PossibleValue::new(command.get_name().to_owned()).help(about(command));
    program.get_subcommands().map(value).collect()
}

/// Where the bash script takes the word before the one that is completed.
const BASH_PREVIOUS: &str = "    prev=\"$3\"\n";
/// The same, as bash takes the `=` of `--flag=value` for a word of its own.
const BASH_PREVIOUS_BUT_EQUALS: &str = "    prev=\"$3\"
    if [[ \"${prev}\" == \"=\" && \"${COMP_CWORD}\" -ge 2 ]]; then
        prev=\"${COMP_WORDS[COMP_CWORD-2]}\"
    fi
";

/// Completions of positional arguments, which the generator for fish leaves out.
fn fish_positionals(program: &Command) -> String {
    let mut script = String::new();
    for command in program.get_subcommands() {
        let only = if command.get_positionals().count() == 1 { " -f" } else { "" };
        for value in command.get_positionals().flat_map(Arg::get_possible_values) {
            let about = value.get_help().map(ToString::to_string).unwrap_or_default();
            let about = about.replace('\\', "\\\\").replace('\'', "\\'");
            let (command, name) = (command.get_name(), value.get_name());
            let used = format!("__fish_ssoaudit_using_subcommand {command}");
            let _ = writeln!(script, "complete -c ssoaudit -n \"{used}\"{only} -a '{name}' -d '{about}'");
        }
    }
    script
}

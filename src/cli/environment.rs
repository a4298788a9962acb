//! Defaults that the environment gives to flags. A flag beats its variable, and no variable decides a verdict.

use std::env;
use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, Error, FromArgMatches};

use crate::cli::Cli;
use crate::cli::args::zone;
use crate::cli::hints::with_hint;
use crate::cli::terminal::Terminal;

/// A variable that gives a default to a flag of its name. Empty, it counts as not set.
struct Variable {
    name: &'static str,
    /// The id of the flag.
    flag: &'static str,
    /// The command whose verdict must not depend on it.
    except: &'static str,
    /// A flag that would make the exit code depend on it.
    unless: Option<&'static str>,
}

const VARIABLES: &[Variable] = &[
    // A zone decides which time is selected.
    Variable { name: "SSOAUDIT_TZ", flag: "tz", except: "check", unless: Some("exit_status") },
    Variable { name: FORMAT, flag: "format", except: "check", unless: None },
    Variable { name: "SSOAUDIT_WIDTH", flag: "width", except: "", unless: None },
    Variable { name: "SSOAUDIT_COLOR", flag: "color", except: "", unless: None },
    Variable { name: "SSOAUDIT_THREADS", flag: "threads", except: "", unless: None },
];

const FORMAT: &str = "SSOAUDIT_FORMAT";

/// Reads a command line, with the defaults of the environment. A format that the command does not have, or that does
/// not fit its other flags or the terminal, is passed over; every other value that cannot be is an error.
pub fn parse(args: &[OsString], terminal: Terminal) -> Result<Cli, Error> {
    let typed = Cli::command().try_get_matches_from(args).map_err(|error| with_hint(error, args))?;
    let parse = |passed_over: &str| {
        let mut variables = VARIABLES.iter().filter(|variable| variable.name != passed_over);
        let command = variables.try_fold(Cli::command(), |command, it| it.apply(command, &typed))?;
        Cli::from_arg_matches(&command.try_get_matches_from(args)?)
    };
    let cli = parse("")?;
    let fits = env::var_os(FORMAT).is_none() || cli.command.check_format(terminal).is_ok();
    if fits { Ok(cli) } else { parse(FORMAT) }
}

impl Variable {
    /// The command line with this default, if the variable is set and the flag is not given.
    fn apply(&self, command: Command, typed: &ArgMatches) -> Result<Command, Error> {
        let Some((name, typed)) = typed.subcommand().filter(|(name, _)| *name != self.except) else {
            return Ok(command);
        };
        let Some(value) = env::var_os(self.name).filter(|value| !value.is_empty()) else {
            return Ok(command);
        };
        let is_given = |flag: &str| {
            typed.try_contains_id(flag).is_ok() && typed.value_source(flag) == Some(ValueSource::CommandLine)
        };
        let subcommand = command.find_subcommand(name);
        let flag = subcommand.and_then(|it| it.get_arguments().find(|flag| flag.get_id() == self.flag));
        let Some(flag) = flag.filter(|_| !is_given(self.flag) && !self.unless.is_some_and(is_given)) else {
            return Ok(command);
        };
        let refuse = |why: &str| Error::raw(ErrorKind::InvalidValue, format!("{}: {why}\n", self.name));
        let Some(value) = value.to_str() else {
            return Err(refuse("it is not UTF-8"));
        };
        if self.name == FORMAT && !has_format(flag, value) {
            return match is_format(&command, value) {
                true => Ok(command),
                false => Err(refuse(&format!("no command has the format `{value}`"))),
            };
        }
        check(flag, value).map_err(|why| refuse(&why))?;
        let (id, value) = (self.flag, value.to_owned());
        Ok(command.mut_subcommand(name, |it| it.mut_arg(id, |flag| flag.default_value(value))))
    }
}

/// Whether some command prints a format of this name.
fn is_format(program: &Command, value: &str) -> bool {
    let mut flags = program.get_subcommands().flat_map(Command::get_arguments);
    flags.any(|flag| flag.get_id() == "format" && has_format(flag, value))
}

fn has_format(flag: &Arg, value: &str) -> bool {
    flag.get_possible_values().iter().any(|known| known.matches(value, false))
}

/// Whether a flag takes a value, or why not.
fn check(flag: &Arg, value: &str) -> Result<(), String> {
    if flag.get_id() == "tz" {
        return zone(value).map(drop).map_err(|error| format!("{error:#}"));
    }
    let alone = Command::new("").no_binary_name(true).arg(flag.clone());
    let given = format!("--{}={value}", flag.get_id());
    let values = flag.get_possible_values();
    let known: Vec<_> = values.iter().map(|value| value.get_name()).collect();
    let known = if known.is_empty() { "numbers, as the flag does".to_owned() } else { known.join(", ") };
    let refusal = format!("`{value}` is not a value of --{}; it takes {known}", flag.get_id());
    alone.try_get_matches_from([given]).map(drop).map_err(|_| refusal)
}

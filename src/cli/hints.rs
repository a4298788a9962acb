//! What people type who come from other tools, and what the flag is called here.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error};

use crate::cli::Cli;

/// What is typed, the flag that is meant, and how it is used.
struct Hint {
    typed: &'static [&'static str],
    flag: &'static str,
    advice: &'static str,
}

const HINTS: &[Hint] = &[
    hint(&["-j", "--json"], "format", "--format json"),
    hint(&["--ndjson", "--jsonl"], "format", "--format ndjson"),
    hint(&["--csv"], "format", "--format csv"),
    hint(&["--tsv"], "format", "--format tsv"),
    hint(&["--table"], "format", "--format table"),
    hint(&["--md", "--markdown"], "format", "--format markdown"),
    hint(&["--html"], "format", "--format html"),
    hint(&["--parquet"], "format", "--format parquet"),
    hint(&["--sarif"], "format", "--format sarif"),
    hint(&["--yaml", "--yml"], "format", "--format json, as there is no YAML"),
    hint(&["--from", "--after", "--start", "--begin"], "since", "--since TIME"),
    hint(&["--to", "--before", "--end"], "until", "--until TIME"),
    hint(&["--date", "--day", "--month", "--year", "--during", "--in"], "on", "--on PERIOD"),
    hint(&["-u", "--user", "--email", "--by"], "actor", "--actor ACTOR"),
    hint(&["--organization", "--organisation", "--tenant", "--customer"], "org", "--org ORG"),
    hint(&["-a", "--event", "--event-type", "--operation"], "action", "--action ACTION"),
    hint(&["--type", "--kind"], "connection-type", "--connection-type TYPE"),
    hint(&["--conn", "--connection-id"], "connection", "--connection ID"),
    hint(&["--idp"], "provider", "--provider NAME"),
    hint(&["--address", "--ip-address", "--cidr"], "ip", "--ip CIDR"),
    hint(&["-v", "--invert", "--not", "--exclude"], "invert-match", "--invert-match"),
    hint(&["-i", "--ignore-case"], "action", "no flag: case never matters"),
    hint(&["-m", "--head", "--max-count", "--first"], "limit", "--limit N"),
    hint(&["-n", "--limit", "--head"], "top", "--top N"),
    hint(&["-n", "--limit", "--max-diagnostics"], "max-findings", "--max-findings N"),
    hint(&["-n", "--limit"], "max-diagnostics", "--max-diagnostics N"),
    hint(&["--total"], "count", "--count"),
    hint(&["-r", "--reverse", "--desc"], "sort", "--sort=-time"),
    hint(&["--field", "--fields", "--select"], "columns", "--columns NAMES"),
    hint(&["--tail", "--watch"], "follow", "--follow"),
    hint(&["--timezone", "--time-zone", "--zone"], "tz", "--tz ZONE"),
    hint(&["--utc"], "tz", "--tz UTC, the default"),
    hint(&["--out", "--out-file", "--outfile"], "output", "--output FILE"),
    hint(&["--colour"], "color", "--color WHEN"),
    hint(&["--no-color", "--no-colour"], "color", "--color never"),
    hint(&["--jobs", "--parallel"], "threads", "--threads N"),
    hint(&["-q", "--quiet", "--silent"], "exit-status", "--exit-status, and > /dev/null"),
    hint(&["-q", "--quiet", "--silent"], "strict", "> /dev/null: the exit status says what was found"),
];

const fn hint(typed: &'static [&'static str], flag: &'static str, advice: &'static str) -> Hint {
    Hint { typed, flag, advice }
}

/// The error with a hint, if it is about a flag that is called otherwise in this command.
pub fn with_hint(mut error: Error, args: &[OsString]) -> Error {
    let typed = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(typed))) => typed.clone(),
        _ => return error,
    };
    let program = Cli::command();
    let Some(command) = args.iter().skip(1).find_map(|name| program.find_subcommand(name)) else {
        return error;
    };
    let has = |flag: &str| command.get_arguments().any(|known| known.get_long() == Some(flag));
    if let Some(hint) = HINTS.iter().find(|it| it.typed.contains(&typed.as_str()) && has(it.flag)) {
        // What is near by its letters is not what is meant.
        error.remove(ContextKind::SuggestedArg);
        let advice = StyledStr::from(format!("use {}", hint.advice));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![advice]));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a flag is one already.
    #[test]
    fn every_hint_is_for_what_is_no_flag_and_names_one() {
        let program = Cli::command();
        for Hint { typed, flag, .. } in HINTS {
            let takers = || {
                program
                    .get_subcommands()
                    .filter(|it| it.get_arguments().any(|arg| arg.get_long() == Some(*flag)))
            };
            assert!(takers().count() > 0, "{flag}");
            for typed in *typed {
                let is_known = |arg: &clap::Arg| {
                    let long = arg.get_long().map(|long| format!("--{long}"));
                    let short = arg.get_short().map(|short| format!("-{short}"));
                    long.as_deref() == Some(typed) || short.as_deref() == Some(typed)
                };
                let mut taught = takers().filter(|it| !it.get_arguments().any(is_known));
                assert!(taught.next().is_some(), "{typed} is a flag wherever --{flag} is");
            }
        }
    }
}

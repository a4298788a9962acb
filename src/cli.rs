//! The command line: the top parser and the arguments that commands share.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use chrono_tz::Tz;
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;
use crate::input::{self, Input, PassedOver, Place};
use crate::messages;
use crate::model::event::{Attribute, OPERATIONS};
use crate::model::redact::Redactor;
use crate::model::selection::{Clause, NoActor, Pattern, Select, Test, parse_network, undocumented};
use crate::model::time;
use crate::model::time::Timestamp;
use crate::reader::Reading;
use crate::scan::Settings;
use crate::sources;
use crate::terminal::Terminal;

/// Help with the examples first.
pub const HELP: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// What a user typed.
#[derive(Debug, Parser)]
#[command(name = "ssoaudit", version, about = "Validate, filter, report on and check SSO administration audit logs", help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit filter --action deleted exports/            deletions of SSO connections, as a table
  ssoaudit filter --org 'acme*' export.ndjson | jq .   the original lines, in a pipe
  ssoaudit summary exports/                            one page about what is in there
  ssoaudit report removals --since 30d exports/        one question, answered
  ssoaudit check exports/                              exit 1 when a rule is broken
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

/// What to read, the same for every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Files, directories to walk, or `-` for standard input (the default)
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Source of the events; `auto` asks each line
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = source_names())]
    pub source: String,
    /// Refuse lines longer than this; 16777216 is 16 MiB
    #[arg(long, value_name = "N", default_value_t = MAX_LINE_BYTES, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_line_bytes: u32,
    /// Threads that parse [default: one a processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub threads: Option<u16>,
    /// Bytes that are read at once; nothing that is printed depends on it
    #[arg(long, value_name = "N", default_value_t = BLOCK_BYTES, hide = true, value_parser = clap::value_parser!(u32).range(1..=MOST_BLOCK_BYTES))]
    pub block_bytes: u32,
    /// Exit with 1 when a line is invalid
    #[arg(long)]
    pub strict: bool,
}

const MAX_LINE_BYTES: u32 = 16 << 20;
/// Bytes a block has: large enough to cost nothing, small enough for the caches.
const BLOCK_BYTES: u32 = 1 << 19;
/// Every thread has a block.
const MOST_BLOCK_BYTES: i64 = 1 << 30;

impl InputArgs {
    /// The inputs; tells what directories hold besides.
    pub fn inputs(&self, terminal: Terminal) -> Result<Vec<Input>> {
        let (inputs, passed_over) = self.collect(terminal)?;
        for others in passed_over {
            let tell = if others.may_hold_events { messages::warning } else { messages::note };
            tell(&others.message(), terminal.colors_stderr());
        }
        Ok(inputs)
    }

    /// The inputs, and what directories hold besides; refuses to wait for a terminal that nobody was told to
    /// type into.
    pub fn collect(&self, terminal: Terminal) -> Result<(Vec<Input>, Vec<PassedOver>)> {
        if self.paths.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
            bail!("`-` is named twice, but standard input can be read once only");
        }
        if !self.paths.is_empty() {
            return Ok(input::collect(&self.paths));
        }
        if terminal.stdin {
            bail!("nothing to read; name a file or directory, or pipe events in (`-` reads the terminal)");
        }
        Ok((vec![Input { name: "<stdin>".to_owned(), place: Place::Stdin }], Vec::new()))
    }

    /// How to scan them.
    pub fn settings(&self, notices: bool) -> Settings {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Settings {
            threads: self.threads.map_or_else(processors, usize::from),
            block_bytes: self.block_bytes as usize,
            reading: Reading {
                source: sources::ALL.iter().copied().find(|source| source.name == self.source),
                notices,
                max_line_bytes: self.max_line_bytes as usize,
            },
        }
    }

    /// The flags that say how lines are read, if not as usual.
    pub fn reading(&self) -> Vec<String> {
        let source = (self.source != "auto").then(|| format!("--source {}", self.source));
        let is_other = self.max_line_bytes != MAX_LINE_BYTES;
        let most = is_other.then(|| format!("--max-line-bytes {}", self.max_line_bytes));
        source.into_iter().chain(most).collect()
    }
}

fn source_names() -> PossibleValuesParser {
    let names = sources::ALL.iter().map(|source| source.name);
    PossibleValuesParser::new(std::iter::once("auto").chain(names))
}

/// Which events are meant, the same for every command that selects.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Select (values of one flag are alternatives, different flags all have to hold; * and ? are wildcards)"
)]
pub struct SelectArgs {
    /// Vendor's action or operation: viewed, portal-opened, created, enabled, disabled, deleted, other
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    pub action: Vec<String>,
    /// Actor's id, e-mail address or name; `none` for events that carry no actor
    #[arg(long, value_name = "ACTOR", value_delimiter = ',')]
    pub actor: Vec<String>,
    /// Organization's id or name
    #[arg(long, value_name = "ORG", value_delimiter = ',')]
    pub org: Vec<String>,
    /// Connection's id
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub connection: Vec<String>,
    /// Vendor's connection type, such as GoogleSAML or OIDC
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub connection_type: Vec<String>,
    /// Neutral protocol: saml, oidc, oauth, …
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub protocol: Vec<String>,
    /// Neutral identity provider: okta, google, microsoft, custom, …; other for one that no document names
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub provider: Vec<String>,
    /// Done in an impersonated session
    #[arg(long)]
    pub impersonated: bool,
    /// IP address or network, such as 192.0.2.0/24
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub ip: Vec<String>,
    /// At that time or later: RFC 3339, a date, or an age such as 7d or 12h
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Before, and not at that time, in the same forms
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Keep the events that the flags above do not match
    #[arg(long)]
    pub invert_match: bool,
    /// IANA time zone of bounds without a zone and of times in tables, csv and tsv
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
    /// Take this for the present, for runs that can be repeated
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}

const ACTION: &[Attribute] = &[Attribute::Action, Attribute::Operation];

impl SelectArgs {
    /// The zone times are read and printed in.
    pub fn zone(&self) -> Result<Tz> {
        self.tz.as_deref().map_or(Ok(Tz::UTC), time::parse_zone)
    }

    /// What is taken for the present.
    pub fn now(&self) -> Result<Timestamp> {
        let now = Timestamp::now();
        self.now.as_deref().map_or(Ok(now), |text| time::parse_bound(text, self.zone()?, now))
    }

    /// Reads a time given to a flag.
    pub fn bound(&self, flag: &'static str, text: &str) -> Result<Timestamp> {
        let bound = time::parse_bound(text, self.zone()?, self.now()?);
        bound.map_err(|error| error.context(flag))
    }

    /// The predicate; refuses values that cannot be meant.
    pub fn select(&self) -> Result<Select> {
        let zone = self.zone()?;
        let mut clauses = Vec::new();
        let mut matching = |flag: &str, values: &[String], attributes: &'static [Attribute]| {
            if !values.is_empty() {
                clauses.push(clause(flag, values, Test::Matches(attributes, patterns(values))));
            }
        };
        matching("--action", &self.action, ACTION);
        matching("--connection", &self.connection, &[Attribute::ConnectionId]);
        matching("--connection-type", &self.connection_type, &[Attribute::ConnectionType]);
        matching("--protocol", &self.protocol, &[Attribute::ConnectionProtocol]);
        matching("--provider", &self.provider, &[Attribute::ConnectionProvider]);
        if !self.org.is_empty() {
            let test = Test::Organization(patterns(&self.org), HashSet::default());
            clauses.push(clause("--org", &self.org, test));
        }
        if !self.actor.is_empty() {
            let is_none = |value: &String| value.eq_ignore_ascii_case("none");
            let no_actor = if self.actor.iter().any(is_none) { NoActor::Matches } else { NoActor::Fails };
            clauses.push(clause("--actor", &self.actor, Test::Actor(patterns(&self.actor), no_actor)));
        }
        if self.impersonated {
            clauses.push(clause("--impersonated", &[], Test::Impersonated));
        }
        if !self.ip.is_empty() {
            let networks: Result<_> = self.ip.iter().map(|text| parse_network(text)).collect();
            let networks = networks.map_err(|error| error.context("--ip"))?;
            clauses.push(clause("--ip", &self.ip, Test::Within(networks)));
        }
        let bound =
            |flag, text: &Option<String>| text.as_deref().map(|text| self.bound(flag, text)).transpose();
        let (since, until) = (bound("--since", &self.since)?, bound("--until", &self.until)?);
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            bail!("--since {} is not before --until {}", since.rfc3339(zone), until.rfc3339(zone));
        }
        let at = |flag: &str, bound: Timestamp, test| clause(flag, &[bound.rfc3339(zone)], test);
        clauses.extend(since.map(|since| at("--since", since, Test::Since(since))));
        clauses.extend(until.map(|until| at("--until", until, Test::Until(until))));
        if self.invert_match && clauses.is_empty() {
            bail!("--invert-match needs a flag to invert");
        }
        Ok(Select { clauses, invert: self.invert_match })
    }

    /// A warning for every value that no documented vocabulary knows.
    pub fn warnings(&self) -> Vec<String> {
        let operations = OPERATIONS.iter().map(|operation| operation.1);
        let actions = sources::ALL.iter().flat_map(|source| source.actions).map(|action| action.name);
        let flags = [
            ("--action", &self.action, operations.chain(actions).collect()),
            ("--connection-type", &self.connection_type, sources::connection_types().collect()),
            ("--protocol", &self.protocol, sources::protocols().collect()),
            ("--provider", &self.provider, sources::providers().collect::<Vec<_>>()),
        ];
        let warnings = flags.iter().flat_map(|(flag, values, known)| {
            values.iter().filter_map(|value| undocumented(flag, value, known))
        });
        warnings.collect()
    }
}

fn patterns(values: &[String]) -> Vec<Pattern> {
    values.iter().map(|value| Pattern::new(value)).collect()
}

fn clause(flag: &str, values: &[String], test: Test) -> Clause {
    let flag = if values.is_empty() { flag.to_owned() } else { format!("{flag} {}", values.join(",")) };
    Clause { flag, test }
}

/// Whether what is personal is shown, the same for every command that shows events.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct RedactArgs {
    /// Show stable pseudonyms for names, e-mail and IP addresses and user agents
    #[arg(long)]
    redact: bool,
    /// Key of the pseudonyms [default: SSOAUDIT_REDACT_KEY, or else another key in every run]
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_key_file: Option<PathBuf>,
}

impl RedactArgs {
    /// Whether pseudonyms are wanted.
    pub fn is_wanted(&self) -> bool {
        self.redact
    }

    /// Where their key is read from, if in a file, and what that is.
    pub fn key(&self) -> (Option<&Path>, &'static str) {
        (self.redact_key_file.as_deref(), "the key of --redact")
    }

    /// Who gives pseudonyms, if that is wanted.
    pub fn redactor(&self) -> Result<Option<Redactor>> {
        if !self.redact {
            return Ok(None);
        }
        let key = match (&self.redact_key_file, std::env::var_os("SSOAUDIT_REDACT_KEY")) {
            (Some(path), _) => {
                let key = input::read_whole(path);
                key.with_context(|| format!("cannot read key {}", path.display()))?
            }
            (None, Some(key)) => key.into_encoded_bytes(),
            (None, None) => {
                let mut key = [0; 32];
                getrandom::fill(&mut key).map_err(|error| anyhow!("a random key: {error}"))?;
                key.to_vec()
            }
        };
        // However it is given: a file mostly ends with a line's end.
        let key = key.trim_ascii();
        if key.is_empty() {
            bail!("the key of --redact is empty");
        }
        Ok(Some(Redactor::new(key)))
    }
}

/// How to print, the same for every command that prints rows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write to a file, which appears when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
    /// Columns of the terminal [default: the terminal's, unlimited in a pipe]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub width: Option<u16>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal; see NO_COLOR, FORCE_COLOR and TERM=dumb.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Reads how many findings are to be shown at most: a number, or `all`.
pub fn max_findings(text: &str) -> Result<usize, String> {
    if text == "all" {
        return Ok(usize::MAX);
    }
    text.parse().map_err(|_| "give a number or `all`".to_owned())
}

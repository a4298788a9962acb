//! Arguments that select events, the same for every command that selects.

use std::collections::HashSet;

use anyhow::{Result, bail};
use clap::Args;

use crate::cli::args::times::TimeArgs;
use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::model::attribute::Attribute;
use crate::model::operation::OPERATIONS;
use crate::model::selection::{Clause, NoActor, Pattern, Selection, Test, parse_network, undocumented};
use crate::model::time::Timestamp;
use crate::sources;

/// Which events are selected, the same for every command that selects.
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
    /// Which time is selected, the zone, and the present.
    #[command(flatten)]
    pub times: TimeArgs,
    /// Keep the events that the flags above do not match
    #[arg(long)]
    pub invert_match: bool,
}

const ACTION: &[Attribute] = &[Attribute::Action, Attribute::Operation];

impl SelectArgs {
    /// The selection. Values that cannot be intended are errors.
    pub fn select(&self) -> Result<Selection> {
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
        clauses.extend(self.period()?);
        if self.invert_match && clauses.is_empty() {
            bail!("--invert-match needs a flag to invert");
        }
        Ok(Selection { clauses, invert: self.invert_match })
    }

    /// The clauses of `--since`, `--until` and `--on`.
    fn period(&self) -> Result<impl Iterator<Item = Clause>> {
        let zone = self.times.zone()?;
        let [since, until] = self.times.selected()?;
        let at = |flag: &str, bound: Timestamp, test| clause(flag, &[bound.rfc3339(zone)], test);
        let since = since.map(|since| at("--since", since, Test::Since(since)));
        let until = until.map(|until| at("--until", until, Test::Until(until)));
        Ok(since.into_iter().chain(until))
    }

    /// Warns on standard error of every undocumented value.
    pub fn warn(&self, terminal: Terminal) {
        for warning in self.warnings() {
            messages::warning(&warning, terminal.message_style());
        }
    }

    /// A warning for every undocumented value.
    pub fn warnings(&self) -> Vec<String> {
        let operations = OPERATIONS.iter().map(|operation| operation.name);
        let actions = sources::ALL.iter().flat_map(|source| source.actions).map(|action| action.name);
        let flags = [
            ("--action", &self.action, operations.chain(actions).collect()),
            ("--connection-type", &self.connection_type, sources::connection_types().collect()),
            ("--protocol", &self.protocol, sources::protocols().collect()),
            ("--provider", &self.provider, sources::providers().collect::<Vec<_>>()),
        ];
        let warnings = flags.iter().flat_map(|(flag, values, documented)| {
            values.iter().filter_map(|value| undocumented(flag, value, documented))
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

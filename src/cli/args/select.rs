//! Arguments that select events, the same for every command that selects.

use std::collections::HashSet;

use anyhow::{Error, Result, bail};
use clap::{Args, ValueEnum};

use crate::cli::args::times::TimeArgs;
use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::formats::rows::columns::OfImpersonated;
use crate::model::attribute::Attribute;
use crate::model::expression::Expression;
use crate::model::operation::OPERATIONS;
use crate::model::selection::{Clause, NoActor, Pattern, Selection, Test, parse_network, undocumented};
use crate::model::time::Timestamp;
use crate::sources;

/// Which events are selected, the same for every command that selects.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Select (values of one flag are alternatives, different flags all have to hold; * and ? are wildcards, '!VALUE' excludes)"
)]
pub struct SelectArgs {
    /// Vendor's action, or an operation such as created, deleted or portal-opened; `schema --list` has all of them
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
    /// Protocol: saml, oidc, oauth, …
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub protocol: Vec<String>,
    /// Identity provider: okta, google, microsoft, custom, …; `other` for one that no document names
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub provider: Vec<String>,
    /// Events of impersonated sessions; =no for all others
    #[arg(long, value_name = "YES|NO", num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub impersonated: Option<YesOrNo>,
    /// E-mail address of whoever acted in an impersonated session
    #[arg(long, value_name = "EMAIL", value_delimiter = ',')]
    pub impersonator: Vec<String>,
    /// IP address or network, such as 192.0.2.0/24
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub ip: Vec<String>,
    /// Expression that holds for the event, in the syntax of CEL: 'operation == "deleted" && actor.email != ""'
    #[arg(long = "where", value_name = "EXPR")]
    pub expression: Option<String>,
    /// Which time is selected, the zone, and the present.
    #[command(flatten)]
    pub times: TimeArgs,
    /// Keep the events that the flags above do not match
    #[arg(long)]
    pub invert_match: bool,
}

/// Whether events with or without something are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesOrNo {
    /// Events of impersonated sessions.
    Yes,
    /// All other events.
    No,
}

const ACTION: &[Attribute] = &[Attribute::Action, Attribute::Operation];

impl SelectArgs {
    /// The selection. Values that cannot be intended are errors.
    pub fn select(&self) -> Result<Selection> {
        let mut clauses = Vec::new();
        let attributes: [(&str, &[String], &'static [Attribute]); 5] = [
            ("--action", &self.action, ACTION),
            ("--connection", &self.connection, &[Attribute::ConnectionId]),
            ("--connection-type", &self.connection_type, &[Attribute::ConnectionType]),
            ("--protocol", &self.protocol, &[Attribute::ConnectionProtocol]),
            ("--provider", &self.provider, &[Attribute::ConnectionProvider]),
        ];
        for (flag, values, attributes) in attributes {
            clauses
                .extend(negatable(flag, values, |values| Ok(Test::Matches(attributes, patterns(values))))?);
        }
        clauses.extend(negatable("--org", &self.org, |values| {
            Ok(Test::Organization(patterns(values), HashSet::default()))
        })?);
        clauses.extend(negatable("--actor", &self.actor, |values| {
            let is_none = |value: &String| value.eq_ignore_ascii_case("none");
            let no_actor = if values.iter().any(is_none) { NoActor::Matches } else { NoActor::Fails };
            Ok(Test::Actor(patterns(values), no_actor))
        })?);
        clauses.extend(self.impersonated.map(|wanted| match wanted {
            YesOrNo::Yes => clause("--impersonated", &[], Test::Impersonated),
            YesOrNo::No => clause("--impersonated=no", &[], Test::Not(Box::new(Test::Impersonated))),
        }));
        clauses.extend(negatable("--impersonator", &self.impersonator, |values| {
            Ok(Test::Matches(&[Attribute::ImpersonatorEmail], patterns(values)))
        })?);
        clauses.extend(negatable("--ip", &self.ip, |values| {
            let networks: Result<_> = values.iter().map(|text| parse_network(text)).collect();
            networks.map(Test::Within).map_err(|error| error.context("--ip"))
        })?);
        clauses.extend(self.period()?);
        if let Some(source) = &self.expression {
            let expression = Expression::new(source, self.times.now()?);
            let expression = expression.map_err(|error| Error::new(error).context("--where"))?;
            let flag = format!("--where '{source}'");
            clauses.push(Clause { flag, test: Test::Where(Box::new(expression)) });
        }
        if self.invert_match && clauses.is_empty() {
            bail!("--invert-match needs a flag to invert");
        }
        Ok(Selection { clauses, invert: self.invert_match })
    }

    /// Whether impersonated sessions are selected.
    pub fn impersonation(&self) -> OfImpersonated {
        match self.impersonated == Some(YesOrNo::Yes) || !self.impersonator.is_empty() {
            true => OfImpersonated::Yes,
            false => OfImpersonated::No,
        }
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

    /// A warning if names of organizations are compared, which not every event has.
    fn warning_of_names(&self) -> Option<String> {
        let expression = Expression::new(self.expression.as_deref()?, self.times.now().ok()?).ok()?;
        expression.names_organizations().then(|| {
            "--where compares organization.name with what each event says; --org NAME also selects events that say \
             the organization's id only"
                .to_owned()
        })
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
            values.iter().filter_map(|value| undocumented(flag, without_negation(value), documented))
        });
        warnings.chain(self.warning_of_names()).collect()
    }
}

/// The clauses of a flag: one of its values has to match, and none of those with `!` before them.
fn negatable(flag: &str, values: &[String], test: impl Fn(&[String]) -> Result<Test>) -> Result<Vec<Clause>> {
    let (excluded, wanted): (Vec<_>, Vec<_>) =
        values.iter().cloned().partition(|value| value.starts_with('!'));
    let mut clauses = Vec::new();
    if !wanted.is_empty() {
        clauses.push(clause(flag, &wanted, test(&wanted)?));
    }
    if !excluded.is_empty() {
        let values: Vec<_> = excluded.iter().map(|value| without_negation(value).to_owned()).collect();
        if values.iter().any(String::is_empty) {
            bail!("{flag} `!`: a value has to follow, which is then excluded");
        }
        clauses.push(clause(flag, &excluded, Test::Not(Box::new(test(&values)?))));
    }
    Ok(clauses)
}

/// A value without the `!` that excludes it.
fn without_negation(value: &str) -> &str {
    value.strip_prefix('!').unwrap_or(value)
}

fn patterns(values: &[String]) -> Vec<Pattern> {
    values.iter().map(|value| Pattern::new(value)).collect()
}

fn clause(flag: &str, values: &[String], test: Test) -> Clause {
    let flag = if values.is_empty() { flag.to_owned() } else { format!("{flag} {}", values.join(",")) };
    Clause { flag, test }
}

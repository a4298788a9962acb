//! `ssoaudit schema`: JSON Schemas of sources, the normalized event and reports, and the documented vocabularies.

use anyhow::Result;
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::analysis::grouping::GroupBy;
use crate::cli::ExitStatus;
use crate::cli::args::HELP;
use crate::formats::rows::event_schema;
use crate::formats::sheets;
use crate::formats::verdict::{self, evidence, json};
use crate::model::event;
use crate::model::operation::OPERATIONS;
use crate::output::Output;
use crate::reports::differences::{self, Differences};
use crate::reports::sheet::Sheet;
use crate::reports::{self, Options, Report, ReportInput, counts};
use crate::sources::schema;
use crate::sources::{self, CatchAll, Source};
use crate::survey::Survey;

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit schema --list                    sources, operations, actions, connection types
  ssoaudit schema centure > centure.schema.json
  ssoaudit schema ssoaudit.event.v2         what `filter --normalize` prints
  ssoaudit schema ssoaudit.report.removals.v2
                                            what `report removals --format json` prints
")]
pub struct Schema {
    /// A source, or one of ssoaudit's own schemas
    #[arg(value_name = "NAME", required_unless_present = "list", value_parser = names())]
    name: Option<String>,
    /// List what is documented, one line each
    #[arg(long, conflicts_with = "name")]
    list: bool,
}

fn names() -> PossibleValuesParser {
    let names = sources::ALL.iter().map(|source| source.name);
    let reports = reports::every().map(|report| report.schema);
    let others = [event::SCHEMA, json::SCHEMA, evidence::SCHEMA, counts::SCHEMA, differences::SCHEMA];
    PossibleValuesParser::new(names.chain(others).chain(reports))
}

impl Schema {
    /// Prints the schema or the list.
    pub fn run(&self) -> Result<ExitStatus> {
        let source = sources::ALL.iter().find(|source| Some(source.name) == self.name.as_deref());
        let report = reports::every().find(|report| Some(report.schema) == self.name.as_deref());
        let text = match (source, report) {
            _ if self.list => list(),
            (Some(source), _) => pretty(&schema::of_source(source)),
            (_, Some(report)) => pretty(&of_report(report)),
            _ if self.name.as_deref() == Some(json::SCHEMA) => pretty(&verdict::schema::check()),
            _ if self.name.as_deref() == Some(evidence::SCHEMA) => pretty(&verdict::schema::evidence()),
            _ if self.name.as_deref() == Some(counts::SCHEMA) => pretty(&of_counts()),
            _ if self.name.as_deref() == Some(differences::SCHEMA) => {
                pretty(&sheets::schema::schema(&differences::sheet(&Differences::default())))
            }
            (None, None) => pretty(&event_schema::schema()),
        };
        Output::create(None, &[])?.write(text.as_bytes())?;
        Ok(ExitStatus::Done)
    }
}

/// What a function makes of an empty log: a report has the same sections for every input, so it has them all.
pub fn with_empty_log<T>(function: impl for<'a> FnOnce(&'a ReportInput<'a>) -> T) -> T {
    let (survey, options) = (Survey::default(), Options::default());
    function(&ReportInput { survey: &survey, files: &[], options: &options, roster: None })
}

/// The schema of a report.
fn of_report(report: &Report) -> serde_json::Value {
    with_empty_log(|read| sheets::schema::schema(&(report.make)(read)))
}

/// The counts of no events, by nothing.
pub fn no_counts<'a>(read: &ReportInput<'_>) -> Sheet<'a> {
    counts::counts(&[], &GroupBy { columns: Vec::new(), period: None }, read)
}

/// The schema of counts. Which columns there are besides the numbers depends on what they are counted by.
fn of_counts() -> serde_json::Value {
    let mut schema = with_empty_log(|read| sheets::schema::schema(&no_counts(read)));
    schema["properties"]["counts"]["items"]["additionalProperties"] =
        serde_json::json!({ "type": ["string", "null"] });
    schema
}

fn pretty(schema: &serde_json::Value) -> String {
    format!("{schema:#}\n")
}

fn list() -> String {
    let mut text =
        section("Sources", sources::ALL.iter().map(|source| (source.name, source.about.to_owned())));
    text.push_str(&section("Operations", OPERATIONS.iter().map(|info| (info.name, info.about.to_owned()))));
    for source in sources::logging() {
        let actions = source
            .actions
            .iter()
            .map(|action| (action.name, format!("{}: {}", action.operation.name(), action.about)));
        let actions = actions.chain(source.catch_all.iter().map(others));
        text.push_str(&section(&format!("Actions of {}", source.name), actions));
        text.push_str(&section(&format!("Connection types of {}", source.name), connection_types(source)));
    }
    text
}

/// The actions that a source does not list.
fn others(CatchAll { action, except }: &CatchAll) -> (&'static str, String) {
    let operation = action.operation.name();
    let unknown = format!("; unknown if it contains {}", except.join(", "));
    let unknown = if except.is_empty() { "" } else { &unknown };
    (action.name, format!("any other is {operation}: {}{unknown}", action.about))
}

fn connection_types(source: &Source) -> impl Iterator<Item = (&'static str, String)> {
    let terms = source.vocabularies().flat_map(|vocabulary| vocabulary.terms);
    terms.filter_map(|term| {
        let protocol = term.protocol?;
        let provider = term.provider.map_or(String::new(), |provider| format!(", provider {provider}"));
        Some((term.name, format!("protocol {protocol}{provider}")))
    })
}

fn section(title: &str, rows: impl Iterator<Item = (&'static str, String)>) -> String {
    let rows: Vec<_> = rows.collect();
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let lines: String = rows.iter().map(|(name, about)| format!("  {name:<width$}  {about}\n")).collect();
    format!("{title}\n{lines}\n")
}

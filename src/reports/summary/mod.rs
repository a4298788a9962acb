//! `summary`: one page about the contents of the input and what needs attention.

mod attention;
mod rankings;

use self::attention::{WithoutSso, attention};
use self::rankings::{ACTIONS, ACTORS, CONNECTION_TYPES, IPS, ORGANIZATIONS, by_term, ranking};
use super::columns::{FIRST, LAST};
use super::statements::{Statement, clause, sentence, statements};
use super::table::{ColumnOf, TableLayout};
use super::{Report, ReportInput};
use crate::analysis::calendar;
use crate::analysis::calendar::Unit;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Cell, Chart, Column, Fact, Kind, Section, Sheet, Table, Tone};
use crate::survey::ids::Id;
use crate::survey::input_summary::InputSummary;
use crate::survey::{QUARTER_SECONDS, SKEW_SECONDS, Wants};
use crate::text::plural::{agreeing, counted};

/// The report.
pub static REPORT: Report = Report {
    name: "summary",
    about: "what is in the input, on one page",
    schema: "ssoaudit.report.summary.v2",
    wants: Wants { counts: true, changes: true, ..Wants::NOTHING },
    flags: &["--top", "--by"],
    make,
};

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = input.survey;
    let ((attention, without_sso), (timeline, organizations, actors)) = parallel::both(
        || attention(input),
        || {
            let organizations = ranking(input, &survey.organizations, ORGANIZATIONS);
            (timeline(input), organizations, ranking(input, &survey.actors, ACTORS))
        },
    );
    let (actions, _) = survey.actions.ranking(usize::MAX);
    let by_action = || actions.iter().map(|(id, seen)| (survey.action_facts[id.index()], *seen));
    let operations = by_action().map(|((_, operation), seen)| (Some(operation.name()), seen));
    let sources = by_action().map(|((source, _), seen)| (Some(source), seen));
    let providers = survey.kinds.counted().map(|(kind, seen)| (kind.provider, seen));
    let protocols = survey.kinds.counted().map(|(kind, seen)| (kind.protocol, seen));
    let connection_types = ranking(input, &survey.kinds.types, CONNECTION_TYPES);
    let figures = Figures::of(input, without_sso);
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Summary".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes: input.reading_notes(),
        sections: vec![
            Section::facts("input", "Input", totals(input)),
            Section::table("attention", "Needs attention", attention),
            Section::chart("timeline", "Events over time", timeline),
            Section::table("actions", "Actions", ranking(input, &survey.actions, ACTIONS)),
            Section::table("operations", "Operations", by_term(survey, operations)),
            Section::table("sources", "Sources", by_term(survey, sources)),
            Section::table("organizations", "Organizations", organizations),
            Section::table("actors", "Actors", actors),
            Section::table("connection_types", "Connection types", connection_types),
            Section::table("providers", "Identity providers", by_term(survey, providers)),
            Section::table("protocols", "Protocols", by_term(survey, protocols)),
            Section::table("ips", "IP addresses", ranking(input, &survey.ips, IPS)),
            Section::table("files", "Files", files(input)),
        ],
    }
}

/// What the sentences count.
struct Figures {
    inputs: u64,
    valid: u64,
    shown: u64,
    invalid: u64,
    redeliveries: u64,
    without_sso: WithoutSso,
}

impl Figures {
    const STATEMENTS: &'static [Statement<Self>] = &[Self::read, Self::exposed, Self::invalid];

    fn of(input: &ReportInput<'_>, without_sso: WithoutSso) -> Self {
        let sum = |of: fn(&InputSummary) -> u64| input.files.iter().map(of).sum();
        Self {
            inputs: input.files.len() as u64,
            valid: sum(|file| file.counts.valid),
            shown: input.survey.selected,
            invalid: sum(|file| file.counts.invalid),
            redeliveries: input.survey.redeliveries,
            without_sso,
        }
    }

    fn read(&self) -> Option<String> {
        let [shown, inputs] =
            [(self.shown, "event"), (self.inputs, "input")].map(|(n, noun)| counted(n, noun));
        let is = agreeing(self.shown, ["is", "are"]);
        let again =
            clause(self.redeliveries, "event", ["came again and counts once", "came again and count once"]);
        let read = format!("{shown} {is} shown, of {} that were read from {inputs}", self.valid);
        sentence([Some(read), again])
    }

    fn exposed(&self) -> Option<String> {
        let WithoutSso { certain, presumed } = self.without_sso;
        let holds = ["is without an active connection", "are without an active connection"];
        let holds_presumably =
            ["is presumably without an active connection", "are presumably without an active connection"];
        let certain = clause(certain, "organization", holds);
        let presumed = clause(presumed, "organization", holds_presumably);
        let exposed = sentence([certain, presumed])?;
        Some(format!("At the end of the log: {exposed}"))
    }

    fn invalid(&self) -> Option<String> {
        let holds = [
            "is not a valid event and is not counted anywhere else",
            "are not valid events and are not counted anywhere else",
        ];
        sentence([clause(self.invalid, "line", holds)])
    }
}

fn totals(input: &ReportInput<'_>) -> Vec<Fact<'static>> {
    let survey = input.survey;
    let sum = |of: fn(&InputSummary) -> u64| Cell::Number(input.files.iter().map(of).sum());
    let number = |key, label, value| Fact::new(key, label, Kind::Number, value);
    vec![
        number("files", "Files", Cell::Number(input.files.len() as u64)),
        number("lines", "Lines", sum(|file| file.counts.lines)),
        number("valid", "Valid events", sum(|file| file.counts.valid)),
        number("invalid", "Invalid lines", sum(|file| file.counts.invalid)),
        number("blank", "Blank lines", sum(|file| file.counts.blank)),
        number("other", "Non-SSO events", survey.other.into()),
        number("redeliveries", "Duplicates", survey.redeliveries.into()),
        number("conflicts", "Conflicting duplicates", survey.conflicts.into()),
        number("out_of_order", "Out of order", sum(|file| file.times.out_of_order)),
        number("shown", "Events shown", survey.selected.into()),
        Fact::new("first", "First event", Kind::Time, survey.range.map(|(first, _)| first)),
        Fact::new("last", "Last event", Kind::Time, survey.range.map(|(_, last)| last)),
    ]
}

static FILES: &[ColumnOf<InputSummary>] = &[
    Column::new("file", "File", Kind::Text, "name of the input").cell(|_, file| file.name.clone().into()),
    Column::new("lines", "Lines", Kind::Number, "lines, blank ones included")
        .cell(|_, file| file.counts.lines.into()),
    Column::new("valid", "Valid", Kind::Number, "lines that are events")
        .rank(1)
        .cell(|_, file| file.counts.valid.into()),
    Column::new("invalid", "Invalid", Kind::Number, "lines with an error")
        .cell(|_, file| file.counts.invalid.into()),
    Column::new("out_of_order", "Out of order", Kind::Number, "events earlier than the one before them")
        .rank(4)
        .cell(|_, file| file.times.out_of_order.into()),
    FIRST.about("earliest event").rank(3).cell(|_, file| file.times.range.map(|(first, _)| first).into()),
    LAST.about("latest event").rank(2).cell(|_, file| file.times.range.map(|(_, last)| last).into()),
];

fn files<'a>(input: &'a ReportInput<'a>) -> Table<'a> {
    let tone = |file: &InputSummary| if file.counts.invalid > 0 { Tone::Warn } else { Tone::Plain };
    TableLayout { columns: FILES, tone, empty: "There is no input." }
        .table(input.survey, input.files.to_vec())
}

fn timeline(input: &ReportInput<'_>) -> Chart {
    let latest = input.options.now.later_by(SKEW_SECONDS);
    let begin = |quarter: i64| Timestamp { seconds: quarter * QUARTER_SECONDS, nanos: 0 };
    let counts = input.survey.quarters.iter().map(|(quarter, count)| (begin(*quarter), *count));
    // Events dated later than the present would stretch the chart.
    let counts: Vec<_> = counts.filter(|(begin, _)| *begin <= latest).collect();
    let times = || counts.iter().map(|(begin, _)| *begin);
    let unit = input.options.by.unwrap_or_else(|| match (times().min(), times().max()) {
        (Some(first), Some(last)) => Unit::fitting(first, last),
        _ => Unit::Day,
    });
    let (unit, buckets) = calendar::buckets(unit, input.options.zone, counts.into_iter());
    Chart::Timeline { unit: unit.name(), buckets }
}

//! `summary`: one page about what is in the input, and what of it deserves a look.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::{Report, ReportInput};
use crate::analysis::calendar;
use crate::analysis::calendar::Unit;
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::Gaps;
use crate::analysis::reach::Certainty;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Body, Cell, Chart, Column, Fact, Kind, Row, Section, Sheet, Table, Tone};
use crate::survey::collect::InputSummary;
use crate::survey::counter::{Counter, Seen};
use crate::survey::ids::{ActionId, Id};
use crate::survey::{QUARTER_SECONDS, SKEW_SECONDS, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "summary",
    about: "what is in the input, on one page",
    schema: "ssoaudit.report.summary.v2",
    wants: Wants { counts: true, changes: true, visits: false, notes: None },
    takes: &["--top", "--by"],
    make,
};

fn make<'a>(material: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = material.survey;
    let actors = || {
        ranking(material, "actors", "Actors", &survey.actors, ACTORS, |id| {
            survey.actor_labels.get(id).map(Cell::from).to_vec()
        })
    };
    let (attention, actors) = parallel::both(|| attention(material), actors);
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Summary".to_owned(),
        notes: material.notes_of_reading(),
        sections: vec![
            section("input", "Input", Body::Facts(input(material))),
            section("attention", "Needs attention", Body::Table(attention)),
            section("timeline", "Events over time", Body::Chart(timeline(material))),
            ranked(material, "actions", "Actions", &survey.actions, ACTIONS, |id| {
                let (source, operation) = survey.action_facts[id.index()];
                vec![survey.action(id).into(), operation.name().into(), source.into()]
            }),
            grouped(material, "operations", "Operations", |id| {
                Some(survey.action_facts[id.index()].1.name())
            }),
            grouped(material, "sources", "Sources", |id| Some(survey.action_facts[id.index()].0)),
            ranking(material, "organizations", "Organizations", &survey.organizations, ORGANIZATIONS, |id| {
                vec![survey.organization_name(id).into()]
            }),
            actors,
            ranking(material, "connection_types", "Connection types", &survey.kinds.types, COUNTED, |_| {
                Vec::new()
            }),
            kinds(material, "providers", "Identity providers", |kind| kind.provider),
            kinds(material, "protocols", "Protocols", |kind| kind.protocol),
            ranking(material, "ips", "IP addresses", &survey.ips, COUNTED, |_| Vec::new()),
            section("files", "Files", Body::Table(files(material))),
        ],
    }
}

const EVENTS: Column = Column::new("events", "Events", Kind::Number, "how many events");
const SHARE: Column = Column::new("share", "Share", Kind::Share, "share of the events shown").rank(1);
const FIRST: Column = Column::new("first", "First", Kind::Time, "when first seen").rank(3);
const LAST: Column = Column::new("last", "Last", Kind::Time, "when last seen").rank(2);
const NAME: Column = Column::new("name", "Name", Kind::Text, "what was counted");

static COUNTED: &[Column] = &[NAME, EVENTS, SHARE, FIRST, LAST];
static ACTIONS: &[Column] = &[
    Column::new("action", "Action", Kind::Text, "the vendor's name"),
    Column::new("operation", "Operation", Kind::Text, "the neutral word for it").rank(4),
    Column::new("source", "Source", Kind::Text, "the source that logs it").rank(5),
    EVENTS,
    SHARE,
    FIRST,
    LAST,
];
static ORGANIZATIONS: &[Column] = &[
    Column::new("organization_id", "Organization", Kind::Id, "organization id"),
    Column::new("organization_name", "Name", Kind::Text, "its latest name").rank(4),
    EVENTS,
    SHARE,
    FIRST,
    LAST,
];
static ACTORS: &[Column] = &[
    Column::new("actor_id", "Actor", Kind::Id, "actor id"),
    Column::new("actor_name", "Name", Kind::Text, "their latest name").rank(4),
    Column::new("actor_email", "E-mail", Kind::Text, "their latest e-mail address").rank(5),
    EVENTS,
    SHARE,
    FIRST,
    LAST,
];
static FILES: &[Column] = &[
    Column::new("file", "File", Kind::Text, "name of the input"),
    Column::new("lines", "Lines", Kind::Number, "lines, blank ones included"),
    Column::new("valid", "Valid", Kind::Number, "lines that are an event").rank(1),
    Column::new("invalid", "Invalid", Kind::Number, "lines with an error"),
    Column::new("out_of_order", "Out of order", Kind::Number, "events earlier than the one before them")
        .rank(4),
    Column::new("first", "First", Kind::Time, "earliest event").rank(3),
    Column::new("last", "Last", Kind::Time, "latest event").rank(2),
];
static ATTENTION: &[Column] = &[
    Column::new("count", "Count", Kind::Number, "how many"),
    Column::new("what", "What", Kind::Text, "what was seen"),
    Column::new("command", "Shown by", Kind::Text, "the command that shows more").rank(1),
];

fn section<'a>(key: &'static str, title: &'static str, body: Body<'a>) -> Section<'a> {
    Section { key, title, body }
}

fn input(material: &ReportInput<'_>) -> Vec<Fact<'static>> {
    let survey = material.survey;
    let sum = |of: fn(&InputSummary) -> u64| Cell::Number(material.files.iter().map(of).sum());
    let number = |key, label, value| Fact::new(key, label, Kind::Number, value);
    vec![
        number("files", "Files", Cell::Number(material.files.len() as u64)),
        number("lines", "Lines", sum(|file| file.counts.lines)),
        number("valid", "Valid events", sum(|file| file.counts.valid)),
        number("invalid", "Invalid lines", sum(|file| file.counts.invalid)),
        number("blank", "Blank lines", sum(|file| file.counts.blank)),
        number("other", "Non-SSO events", survey.other.into()),
        number("redeliveries", "Duplicates", survey.redeliveries.into()),
        number("conflicts", "Conflicting duplicates", survey.conflicts.into()),
        number("out_of_order", "Out of order", sum(|file| file.times.out_of_order)),
        number("shown", "Events shown", survey.selected.into()),
        Fact::new("first", "First event", Kind::Time, survey.range.map(|range| range.0)),
        Fact::new("last", "Last event", Kind::Time, survey.range.map(|range| range.1)),
    ]
}

fn files<'a>(material: &'a ReportInput<'a>) -> Table<'a> {
    let rows = material.files.iter().map(|file| {
        let range = file.times.range;
        Row {
            cells: vec![
                file.name.as_str().into(),
                file.counts.lines.into(),
                file.counts.valid.into(),
                file.counts.invalid.into(),
                file.times.out_of_order.into(),
                range.map(|range| range.0).into(),
                range.map(|range| range.1).into(),
            ],
            tone: if file.counts.invalid > 0 { Tone::Warn } else { Tone::Plain },
        }
    });
    Table { columns: FILES, rows: rows.collect(), empty: "There is no input.", left_out: 0 }
}

fn timeline(material: &ReportInput<'_>) -> Chart {
    let quarters = &material.survey.quarters;
    let latest = material.options.now.later_by(SKEW_SECONDS);
    let begin = |quarter: &i64| Timestamp { seconds: quarter * QUARTER_SECONDS, nanos: 0 };
    // What is dated later than the present would stretch it.
    let quarters = || quarters.iter().filter(|(quarter, _)| begin(quarter) <= latest);
    let times = || quarters().map(|(quarter, _)| begin(quarter));
    let unit = material.options.by.unwrap_or_else(|| match (times().min(), times().max()) {
        (Some(first), Some(last)) => Unit::fitting(first, last),
        _ => Unit::Day,
    });
    let counts = quarters().map(|(quarter, count)| (begin(quarter), *count));
    let (unit, buckets) = calendar::buckets(unit, material.options.zone, counts);
    Chart::Timeline { unit: unit.name(), buckets }
}

/// The most frequent names, with further cells between the name and the counts.
fn ranking<'a, I: Id>(
    material: &ReportInput<'_>,
    key: &'static str,
    title: &'static str,
    counter: &'a Counter<I>,
    columns: &'static [Column],
    more: impl Fn(I) -> Vec<Cell<'a>>,
) -> Section<'a> {
    ranked(material, key, title, counter, columns, |id| {
        let mut cells = vec![counter.names.get(id).into()];
        cells.extend(more(id));
        cells
    })
}

/// The same, of what has other names than those it is counted by.
fn ranked<'a, I: Id>(
    material: &ReportInput<'_>,
    key: &'static str,
    title: &'static str,
    counter: &'a Counter<I>,
    columns: &'static [Column],
    cells: impl Fn(I) -> Vec<Cell<'a>>,
) -> Section<'a> {
    let (ranking, left_out) = counter.ranking(material.top());
    let rows = ranking.into_iter().map(|(id, seen)| row(material, cells(id), seen));
    let (rows, left_out) = (rows.collect::<Vec<_>>().into(), left_out as u64);
    section(key, title, Body::Table(Table { columns, rows, empty: "The events shown name none.", left_out }))
}

fn row<'a>(material: &ReportInput<'_>, mut cells: Vec<Cell<'a>>, seen: Seen) -> Row<'a> {
    let share = seen.count as f64 / material.survey.selected.max(1) as f64;
    cells.extend([seen.count.into(), Cell::Share(share), seen.first.into(), seen.last.into()]);
    Row { cells, tone: Tone::Plain }
}

/// Counts by a word that several actions share.
fn grouped<'a>(
    material: &ReportInput<'_>,
    key: &'static str,
    title: &'static str,
    word: impl Fn(ActionId) -> Option<&'static str>,
) -> Section<'a> {
    let (actions, _) = material.survey.actions.ranking(usize::MAX);
    by_word(material, key, title, actions.into_iter().map(|(id, seen)| (word(id), seen)))
}

/// Counts by a word that several kinds of connections share.
fn kinds<'a>(
    material: &ReportInput<'_>,
    key: &'static str,
    title: &'static str,
    word: fn(&crate::survey::Kind) -> Option<&'static str>,
) -> Section<'a> {
    by_word(material, key, title, material.survey.kinds.counted().map(|(kind, seen)| (word(&kind), seen)))
}

fn by_word<'a>(
    material: &ReportInput<'_>,
    key: &'static str,
    title: &'static str,
    counts: impl Iterator<Item = (Option<&'static str>, Seen)>,
) -> Section<'a> {
    let mut words = BTreeMap::new();
    for (word, seen) in counts {
        if let Some(word) = word {
            words.entry(word).or_insert(Seen::NEVER).merge(seen);
        }
    }
    let mut words: Vec<_> = words.into_iter().collect();
    words.sort_by_key(|(_, seen)| std::cmp::Reverse(seen.count));
    let rows = words
        .into_iter()
        .map(|(word, seen)| row(material, vec![word.into()], seen))
        .collect::<Vec<_>>()
        .into();
    let table = Table { columns: COUNTED, rows, empty: "The events shown name none.", left_out: 0 };
    section(key, title, Body::Table(table))
}

/// Needs attention, one line each: nothing that did not happen.
fn attention<'a>(material: &ReportInput<'_>) -> Table<'a> {
    let survey = material.survey;
    let Changes { removals, without: [without, maybe_without], odd } = changes(material);
    let invalid: u64 = material.files.iter().map(|file| file.counts.invalid).sum();
    let out_of_order: u64 = material.files.iter().map(|file| file.times.out_of_order).sum();
    let ahead = survey.ahead;
    let is_ahead = ahead.count > 0;
    let time = |time: Timestamp| if is_ahead { time.rfc3339(Tz::UTC) } else { String::new() };
    let (first, last) = (time(ahead.first), time(ahead.last));
    let day = last.split('T').next().unwrap_or_default();
    let lines: [(u64, Tone, Cow<'_, str>, Cow<'_, str>); 10] = [
        (
            without,
            Tone::Bad,
            "organizations left without active SSO".into(),
            "ssoaudit report removals".into(),
        ),
        (
            maybe_without,
            Tone::Warn,
            "organizations presumably left without SSO".into(),
            "ssoaudit report removals".into(),
        ),
        (invalid, Tone::Bad, "invalid lines, counted nowhere here".into(), "ssoaudit validate".into()),
        (
            survey.conflicts,
            Tone::Bad,
            "events with another's id that differ".into(),
            "ssoaudit report changes".into(),
        ),
        (
            ahead.count,
            Tone::Bad,
            format!("events in the future, up to {day}").into(),
            format!("ssoaudit filter --since {first}").into(),
        ),
        (removals, Tone::Warn, "connections deleted or disabled".into(), "ssoaudit report removals".into()),
        (
            survey.impersonated,
            Tone::Warn,
            "events of impersonated sessions".into(),
            "ssoaudit filter --impersonated".into(),
        ),
        (
            odd,
            Tone::Warn,
            "changes inconsistent with prior state".into(),
            "ssoaudit report connections".into(),
        ),
        (
            survey.redeliveries,
            Tone::Plain,
            "duplicate events, counted once".into(),
            "ssoaudit report connections".into(),
        ),
        (
            out_of_order,
            Tone::Plain,
            "events earlier than the one before".into(),
            "ssoaudit filter --sort time".into(),
        ),
    ];
    let rows = lines.into_iter().filter(|(count, ..)| *count > 0).map(|(count, tone, what, command)| Row {
        cells: vec![count.into(), Cell::text(what.into_owned()), Cell::text(command.into_owned())],
        tone,
    });
    Table { columns: ATTENTION, rows: rows.collect(), empty: "Nothing.", left_out: 0 }
}

/// What there is to say about changes.
struct Changes {
    /// Selected removals.
    removals: u64,
    /// Organizations that lost their last connection to the end of the log by a selected change, certainly and
    /// presumably.
    without: [u64; 2],
    /// Selected changes that are odd.
    odd: u64,
}

fn changes(material: &ReportInput<'_>) -> Changes {
    let (survey, now) = (material.survey, material.options.now);
    let selected = |index: usize| survey.changes[index].is_selected;
    let is_removal = |operation| matches!(operation, Operation::Deleted | Operation::Disabled);
    let removals =
        survey.actions.names.ids().zip(&survey.action_facts).filter(|(_, facts)| is_removal(facts.1));
    let removals =
        removals.filter_map(|(action, _)| survey.actions.seen(action)).map(|seen| seen.count).sum();
    let (origins, reach) = parallel::both(|| lifecycle::origins(survey, now), || material.reach());
    // What happens to one organization says nothing of another.
    let walk = |part: usize| {
        let (mut gaps, mut odd) = (Gaps::until(now), 0);
        lifecycle::walk_some(
            survey,
            &origins,
            |owner| owner.map_or(1, Id::index) % 2 == part,
            |step| {
                gaps.add(&step, survey.changes[step.change].time);
                odd += u64::from(selected(step.change) && step.inconsistency().is_some());
            },
        );
        (gaps.list, odd)
    };
    let ((gaps, odd), (other_gaps, other_odd)) = parallel::both(|| walk(0), || walk(1));
    let mut without = [0, 0];
    for gap in gaps.iter().chain(&other_gaps).filter(|gap| gap.end.is_none() && selected(gap.cause)) {
        let change = &survey.changes[gap.cause];
        let until = reach.until(gap.organization, change, &[Operation::Enabled]);
        let certainty = reach.certainty(gap.organization, change.action, (change.time, until));
        let certainty = certainty.unless(gap.is_contradictory);
        without[usize::from(certainty != Certainty::Certain)] += 1;
    }
    Changes { removals, without, odd: odd + other_odd }
}

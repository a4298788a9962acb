//! The table of what needs attention.

use std::borrow::Cow;

use chrono_tz::Tz;

use crate::analysis::confirmations::{Confirmations, WINDOW_SECONDS};
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::{Gap, Gaps};
use crate::analysis::reach::Certainty;
use crate::model::operation::Operation;
use crate::parallel;
use crate::reports::ReportInput;
use crate::reports::sheet::{Column, Kind, Table, Tone};
use crate::reports::table::{ColumnOf, TableLayout};
use crate::survey::Survey;
use crate::survey::ids::Id;
use crate::survey::input_summary::InputSummary;

/// Something that needs attention, and the command that shows more about it.
struct Attention {
    count: u64,
    tone: Tone,
    text: Cow<'static, str>,
    command: Cow<'static, str>,
}

static COLUMNS: &[ColumnOf<Attention>] = &[
    Column::new("count", "Count", Kind::Number, "how many").cell(|_, line| line.count.into()),
    Column::new("what", "What", Kind::Text, "what was seen").cell(|_, line| line.text.clone().into()),
    Column::new("command", "Shown by", Kind::Text, "the command that shows more")
        .rank(1)
        .cell(|_, line| line.command.clone().into()),
];

const REMOVALS: &str = "ssoaudit report removals";
const CONNECTIONS: &str = "ssoaudit report connections";

/// Everything that occurred and needs attention, and how many organizations are without SSO.
pub fn attention<'a>(input: &ReportInput<'a>) -> (Table<'a>, WithoutSso) {
    let survey = input.survey;
    let sum = |of: fn(&InputSummary) -> u64| input.files.iter().map(of).sum::<u64>();
    let line = |count, tone, text: &'static str, command: &'static str| Attention {
        count,
        tone,
        text: text.into(),
        command: command.into(),
    };
    let changes = Changes::of(input);
    let WithoutSso { certain, presumed } = changes.without_sso;
    let invalid = sum(|file| file.counts.invalid);
    let out_of_order = sum(|file| file.times.out_of_order);
    let impersonated = survey.impersonated;
    let mut lines = vec![
        line(certain, Tone::Bad, "organizations left without active SSO", REMOVALS),
        line(presumed, Tone::Warn, "organizations presumably left without SSO", REMOVALS),
        line(invalid, Tone::Bad, "invalid lines, counted nowhere here", "ssoaudit validate"),
        line(survey.conflicts, Tone::Bad, "events with another's id that differ", "ssoaudit report changes"),
    ];
    lines.extend(in_the_future(survey));
    lines.extend([
        line(changes.removals, Tone::Warn, "connections deleted or disabled", REMOVALS),
        line(impersonated, Tone::Warn, "events of impersonated sessions", "ssoaudit filter --impersonated"),
        line(changes.inconsistent, Tone::Warn, "changes inconsistent with prior state", CONNECTIONS),
        line(survey.redeliveries, Tone::Plain, "duplicate events, counted once", CONNECTIONS),
        line(out_of_order, Tone::Plain, "events earlier than the one before", "ssoaudit filter --sort time"),
    ]);
    lines.retain(|line| line.count > 0);
    let layout = TableLayout { columns: COLUMNS, tone: |line| line.tone, empty: "Nothing." };
    (layout.table(survey, lines), changes.without_sso)
}

fn in_the_future(survey: &Survey) -> Option<Attention> {
    let ahead = survey.ahead;
    if ahead.count == 0 {
        return None;
    }
    let [first, last] = [ahead.first, ahead.last].map(|time| time.rfc3339(Tz::UTC));
    let day = last.split('T').next().unwrap_or_default();
    Some(Attention {
        count: ahead.count,
        tone: Tone::Bad,
        text: format!("events in the future, up to {day}").into(),
        command: format!("ssoaudit filter --since {first}").into(),
    })
}

/// How many selected changes need attention.
struct Changes {
    removals: u64,
    /// Changes that do not fit the state before them.
    inconsistent: u64,
    without_sso: WithoutSso,
}

/// How many organizations are without a connection until the end of the log, by certainty.
#[derive(Clone, Copy, Default)]
pub struct WithoutSso {
    /// Those that certainly are.
    pub certain: u64,
    /// Those that presumably are.
    pub presumed: u64,
}

impl Changes {
    fn of(input: &ReportInput<'_>) -> Self {
        let (survey, now) = (input.survey, input.options.now);
        let (origins, (reach, confirmations)) = parallel::both(
            || lifecycle::Origins::of(survey, now),
            || (input.reach(), Confirmations::of(survey, WINDOW_SECONDS)),
        );
        let walk = |half| {
            let (mut gaps, mut inconsistent) = (Gaps::until(now), 0);
            lifecycle::walk_owners(
                survey,
                (&origins, &confirmations),
                |owner| owner.map_or(1, Id::index) % 2 == half,
                |step| {
                    let change = || survey.changes.at(step.change.index());
                    gaps.add(&step, || change().time);
                    inconsistent +=
                        u64::from(step.inconsistency().is_some() && change().scopes.is_selected());
                },
            );
            (gaps.list, inconsistent)
        };
        // What happens in one organization does not depend on others, so half of them can be walked at the same time.
        let ((gaps, inconsistent), (other_gaps, other_inconsistent)) = parallel::both(|| walk(0), || walk(1));
        let mut without_sso = WithoutSso::default();
        let is_ongoing = |gap: &&Gap| gap.end.is_none() && survey.changes.at(gap.cause).scopes.is_selected();
        for gap in gaps.iter().chain(&other_gaps).filter(is_ongoing) {
            let change = survey.changes.at(gap.cause);
            let until = reach.until(gap.organization, &change, &[Operation::Enabled]);
            let certainty = reach.certainty(gap.organization, change.action, (change.time, until));
            let certainty = if gap.is_contradictory { certainty.contradicted() } else { certainty };
            match certainty {
                Certainty::Certain => without_sso.certain += 1,
                Certainty::Presumed(_) => without_sso.presumed += 1,
            }
        }
        Self { removals: removals(survey), inconsistent: inconsistent + other_inconsistent, without_sso }
    }
}

fn removals(survey: &Survey) -> u64 {
    let is_removal = |operation| matches!(operation, Operation::Deleted | Operation::Disabled);
    let removals = survey
        .actions
        .names
        .ids()
        .zip(&survey.action_facts)
        .filter(|(_, (_, operation))| is_removal(*operation));
    removals.filter_map(|(action, _)| survey.actions.seen(action)).map(|seen| seen.count).sum()
}

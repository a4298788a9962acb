//! The chart of periods in which organizations had no active connection.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::exposure::{Exposure, Removal};
use crate::reports::ReportInput;
use crate::reports::sheet::{Chart, Stretch};
use crate::survey::ids::OrganizationId;

/// The maximum number of organizations in the chart.
const MAX_ROWS: usize = 20;

#[derive(Default)]
struct Row {
    /// How long the organization was exposed in total.
    seconds: u64,
    stretches: Vec<Stretch>,
}

/// Charts organizations with their exposures, the longest exposed first.
pub fn chart(input: &ReportInput<'_>, removals: &[Removal<'_>]) -> Chart {
    let survey = input.survey;
    let mut rows: HashMap<Option<OrganizationId>, Row, RandomState> = HashMap::default();
    for removal in removals {
        if let Some(exposure) = removal.exposure {
            let row = rows.entry(removal.step.owner).or_default();
            row.seconds += exposure.seconds;
            row.stretches.push(stretch(removal, exposure));
        }
    }
    let id_text = |id: Option<OrganizationId>| survey.organizations.names.text(id);
    let name = |id: Option<OrganizationId>| survey.organization_name(id).unwrap_or(id_text(id));
    let mut rows: Vec<_> = rows.into_iter().collect();
    let space = |id: Option<OrganizationId>| id.map(|id| survey.organizations.names.space(id));
    rows.sort_by_key(|(id, row)| (Reverse(row.seconds), name(*id), id_text(*id), space(*id)));
    rows.truncate(MAX_ROWS);
    let rows = rows.into_iter().map(|(id, mut row)| {
        row.stretches.sort_by_key(|stretch| stretch.from);
        (name(id).to_owned(), row.stretches)
    });
    let end = input.reach().end();
    let span = survey.range.map(|(begin, _)| (begin, end)).filter(|(begin, end)| begin <= end);
    Chart::Stretches { span, rows: rows.collect() }
}

fn stretch(removal: &Removal<'_>, exposure: Exposure) -> Stretch {
    Stretch {
        from: removal.change.time,
        to: exposure.until,
        is_open: !exposure.is_over,
        is_presumed: removal.is_presumed(),
        tone: removal.tone(),
    }
}

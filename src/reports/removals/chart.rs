//! The chart of periods in which organizations had no active connection.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::exposure::{Exposure, Removal};
use crate::model::time::Timestamp;
use crate::reports::ReportInput;
use crate::reports::sheet::{Chart, Stretch};
use crate::survey::ids::OrganizationId;

/// The maximum number of organizations in the chart.
const MAX_ROWS: usize = 20;

/// Charts organizations with their exposures, the longest exposed first, until the end of the log.
pub fn chart(input: &ReportInput<'_>, removals: &[Removal], end: Timestamp) -> Chart {
    let survey = input.survey;
    let exposures = || removals.iter().filter_map(|removal| Some((removal, removal.exposure?)));
    let mut seconds: HashMap<Option<OrganizationId>, u64, RandomState> = HashMap::default();
    exposures()
        .for_each(|(removal, exposure)| *seconds.entry(removal.step.owner).or_default() += exposure.seconds);
    let id_text = |id: Option<OrganizationId>| survey.organizations.names.text(id);
    let name = |id: Option<OrganizationId>| survey.organization_name(id).unwrap_or(id_text(id));
    let space = |id: Option<OrganizationId>| id.map(|id| survey.organizations.names.space(id));
    let key = |(id, seconds): &(Option<OrganizationId>, u64)| {
        (Reverse(*seconds), name(*id), id_text(*id), space(*id))
    };
    let mut longest: Vec<_> = seconds.into_iter().collect();
    if longest.len() > MAX_ROWS {
        longest.select_nth_unstable_by_key(MAX_ROWS, key);
        longest.truncate(MAX_ROWS);
    }
    longest.sort_by_key(key);
    let mut rows: Vec<_> = longest.iter().map(|(id, _)| (name(*id).to_owned(), Vec::new())).collect();
    for (removal, exposure) in exposures() {
        if let Some(row) = longest.iter().position(|(id, _)| *id == removal.step.owner) {
            rows[row].1.push(stretch(removal, exposure));
        }
    }
    rows.iter_mut().for_each(|(_, stretches)| stretches.sort_by_key(|stretch| stretch.from));
    let span = survey.range.map(|(begin, _)| (begin, end)).filter(|(begin, end)| begin <= end);
    Chart::Stretches { span, rows }
}

fn stretch(removal: &Removal, exposure: Exposure) -> Stretch {
    Stretch {
        from: removal.change.time,
        to: exposure.until,
        is_open: !exposure.is_over,
        is_presumed: removal.is_presumed(),
        tone: removal.tone(),
    }
}

//! Which events reports about changes need besides changes: the first and the last one of every source, and of every
//! combination of names of an organization, an actor or a connection.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;

use crate::history::rows::Rows;
use crate::model::attribute::Attribute;
use crate::model::operation::Operation;

/// At most so many attributes are names of one thing.
const MAX_NAMES: usize = 3;

/// The attributes that name one thing.
const THINGS: [&[Attribute]; 4] = [
    &[],
    &[Attribute::OrganizationId, Attribute::OrganizationName],
    &[Attribute::ActorId, Attribute::ActorName, Attribute::ActorEmail],
    &[Attribute::ConnectionId, Attribute::ConnectionName],
];

/// The rows with the first and the last event of each combination, in order; `by_time` has the rows in the order of time.
/// Of events at the same time, all are first.
pub fn named(rows: &Rows, by_time: &[u32]) -> Vec<u32> {
    let sources = rows.codes(Attribute::Source);
    let outcomes = rows.codes(Attribute::Outcome);
    let operations = rows.codes(Attribute::Operation);
    // An event of no SSO action says something else about its names than one of any.
    let other = rows.code(Attribute::Operation, Operation::Other.name());
    let mut found = BTreeSet::new();
    for thing in THINGS {
        let columns: Vec<_> = thing.iter().map(|attribute| rows.codes(*attribute)).collect();
        let mut seen: HashMap<_, _, RandomState> = HashMap::default();
        for row in by_time {
            let at = *row as usize;
            let mut codes = [u32::MAX; MAX_NAMES];
            codes.iter_mut().zip(&columns).for_each(|(code, column)| *code = column[at]);
            let is_other = Some(operations[at]) == other;
            let time = rows.time(at);
            let (first, last) =
                seen.entry((codes, sources[at], outcomes[at], is_other)).or_insert((time, *row));
            if *first == time {
                found.insert(*row);
            }
            *last = *row;
        }
        found.extend(seen.into_values().map(|(_, last)| last));
    }
    found.into_iter().collect()
}

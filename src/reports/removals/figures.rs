//! The totals of the removals, as facts and as sentences.

use std::collections::BTreeSet;

use super::exposure::Removal;
use crate::model::operation::Operation;
use crate::model::time;
use crate::reports::sheet::{Cell, Fact, Kind};
use crate::reports::statements::{Statement, presumed, times};
use crate::text::plural::{agreeing, counted};

/// How many removals there are of each kind.
pub struct Figures {
    removals: u64,
    deleted: u64,
    disabled: u64,
    exposures: u64,
    exposures_presumed: u64,
    ongoing: u64,
    ongoing_presumed: u64,
    /// Organizations without an active connection at the end of the log, and how many of these only presumably are.
    exposed: [u64; 2],
    longest: Option<u64>,
}

impl Figures {
    /// The sentences about them.
    pub const STATEMENTS: &'static [Statement<Self>] = &[Self::removed, Self::exposing, Self::still_exposed];

    /// Counts removals.
    pub fn of(removals: &[Removal]) -> Self {
        let count = |is_counted: fn(&&Removal) -> bool| removals.iter().filter(is_counted).count() as u64;
        let ongoing = || removals.iter().filter(|removal| removal.is_ongoing());
        let owners: BTreeSet<_> = ongoing().map(|removal| removal.step.owner).collect();
        let certain = ongoing().filter(|removal| !removal.is_presumed());
        let certain: BTreeSet<_> = certain.map(|removal| removal.step.owner).collect();
        Self {
            removals: removals.len() as u64,
            deleted: count(|removal| removal.change.operation == Operation::Deleted),
            disabled: count(|removal| removal.change.operation == Operation::Disabled),
            exposures: count(|removal| removal.exposure.is_some()),
            exposures_presumed: count(|removal| removal.exposure.is_some() && removal.is_presumed()),
            ongoing: count(|removal| removal.is_ongoing()),
            ongoing_presumed: count(|removal| removal.is_ongoing() && removal.is_presumed()),
            exposed: [owners.len() as u64, (owners.len() - certain.len()) as u64],
            longest: removals.iter().filter_map(|removal| Some(removal.exposure?.seconds)).max(),
        }
    }

    /// The totals.
    pub fn facts(&self) -> Vec<Fact<'static>> {
        let number = |key, label, count: u64| Fact::new(key, label, Kind::Number, count);
        let longest = self.longest.map(Cell::Duration);
        vec![
            number("removals", "Removals", self.removals),
            number("deleted", "Deleted", self.deleted),
            number("disabled", "Disabled", self.disabled),
            number("exposures", "Left an organization without SSO", self.exposures),
            number("exposures_presumed", "Of these only presumed", self.exposures_presumed),
            number("still_exposed", "Ongoing at the end of the log", self.ongoing),
            number("still_exposed_presumed", "Of these only presumed", self.ongoing_presumed),
            Fact::new("longest_exposure_seconds", "Longest exposure", Kind::Duration, longest),
        ]
    }

    fn removed(&self) -> Option<String> {
        let each = [(self.deleted, "deleted"), (self.disabled, "disabled")];
        let each = each.into_iter().filter(|(count, _)| *count > 0);
        let each: Vec<_> = each.map(|(count, what)| format!("{what} {}", times(count))).collect();
        Some(match self.removals {
            0 => "The events shown remove no connection.".to_owned(),
            _ => format!("Connections were {}.", each.join(" and ")),
        })
    }

    fn exposing(&self) -> Option<String> {
        let Self { removals, exposures, exposures_presumed, .. } = *self;
        (removals > 0).then(|| match exposures {
            0 => "As far as the log shows, no organization lost its last active connection through this."
                .to_owned(),
            _ => format!(
                "{exposures} of these removals took the last active connection of an organization{}.",
                presumed(exposures_presumed, exposures)
            ),
        })
    }

    fn still_exposed(&self) -> Option<String> {
        let [organizations, only_presumed] = self.exposed;
        let longest = time::duration(self.longest?, 2);
        let (is, has) = (agreeing(organizations, ["is", "are"]), counted(organizations, "organization"));
        Some(match organizations {
            0 => format!(
                "Each had one again before the end of the log; the longest time without one was {longest}."
            ),
            _ => format!(
                "At the end of the log, {has} {is} still without one{}; the longest time without one was \
                 {longest}.",
                presumed(only_presumed, organizations)
            ),
        })
    }
}

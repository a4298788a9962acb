//! What is derived from events: the lifecycle of connections and of certificates, deletions that two logs show, how far
//! the log reaches, bursts, rosters, calendars, groups of events, how two logs differ, and how valid lines are.

pub mod bursts;
pub mod calendar;
pub mod certificates;
pub mod comparison;
pub mod confirmations;
pub mod grouping;
pub mod lifecycle;
pub mod reach;
pub mod roster;
pub mod validation;

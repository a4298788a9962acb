//! What is derived from events: the lifecycle of connections, how far the log reaches, bursts, rosters, calendars, groups
//! of events, and how two logs differ.

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

//! What is derived from a survey: the lifecycle of connections, how far the log reaches, bursts, rosters,
//! calendars.

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

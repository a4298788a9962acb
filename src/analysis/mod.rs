//! What follows from a survey: the lifecycle of connections, how far the log reaches, rosters, calendars.

pub mod calendar;
pub mod lifecycle;
pub mod reach;
pub mod roster;
pub mod validation;

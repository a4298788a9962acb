//! ssoaudit: an analyzer for SSO administration audit logs.
//!
//! The library exists for the binary and its tests; its API is not stable. `ARCHITECTURE.md`
//! says how the modules fit together. In reading order:

#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::string_slice, clippy::disallowed_methods, reason = "a test that cuts wrongly fails")
)]

pub mod cli;
pub mod commands;

pub mod input;
pub mod scan;

pub mod json;
pub mod reader;
pub mod sources;

pub mod parallel;

pub mod survey;

pub mod checks;
pub mod judge;
pub mod policy;
pub mod reports;

pub mod columns;
pub mod sheet;
pub mod verdict;

pub mod formats;
pub mod printer;

pub mod analysis;
pub mod messages;
pub mod model;
pub mod output;
pub mod progress;
pub mod terminal;
pub mod text;

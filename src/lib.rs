//! ssoaudit: an analyzer for SSO administration audit logs.
//!
//! The library exists for the binary and its tests; its API is not stable. The modules are its layers, the lowest
//! one first: each may import those above it in this list, and none below. `ARCHITECTURE.md` says what each of
//! them is for.

#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::string_slice, clippy::disallowed_methods, reason = "a test that cuts wrongly fails")
)]

// The order is the architecture; a test holds it. The blank lines keep the formatter from sorting it.
pub mod text;

pub mod json;

pub mod parallel;

pub mod columnar;

pub mod model;

pub mod input;

pub mod output;

pub mod sources;

pub mod reader;

pub mod scan;

pub mod survey;

pub mod history;

pub mod analysis;

pub mod reports;

pub mod rules;

pub mod sigma;

pub mod policy;

pub mod verdict;

pub mod formats;

pub mod cli;

//! ssoaudit: an analyzer for SSO administration audit logs.
//!
//! The library exists for the binary and its tests; its API is not stable. `ARCHITECTURE.md`
//! says how the modules fit together.

#![forbid(unsafe_code)]

pub mod bind;
pub mod event;
pub mod fields;
pub mod finding;
pub mod json;
pub mod line;
pub mod nearest;
pub mod sink;
pub mod sources;
pub mod time;
pub mod values;

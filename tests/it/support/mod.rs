//! What tests share: running the binary, judging logs, reading pages, the same text in several ways,
//! saying that a tool is missing.

pub mod both_ways;
pub mod cuts;
pub mod elements;
pub mod harmless;
pub mod judging;
pub mod run;
#[cfg(unix)]
pub mod tools;

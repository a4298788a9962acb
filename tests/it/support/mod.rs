<<<<<<< HEAD
//! What tests share: running the binary, judging logs, documented events, reading pages, the same text in several ways.
=======
//! What tests share: running the binary, judging logs, reading pages, the same text in several ways,
//! saying that a tool is missing.
>>>>>>> wt-tests

pub mod both_ways;
pub mod cuts;
pub mod documented;
pub mod elements;
pub mod harmless;
pub mod judging;
pub mod run;
#[cfg(unix)]
pub mod tools;

//! What tests share: running the binary, judging logs, columnar files, Parquet as others read it, documented events, reading pages, the same text in several ways.

pub mod both_ways;
pub mod columnar;
pub mod columnar_pages;
pub mod cuts;
pub mod documented;
pub mod elements;
pub mod harmless;
pub mod judging;
pub mod parquet;
pub mod run;
#[cfg(unix)]
pub mod tools;

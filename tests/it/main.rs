//! Integration tests: one crate, one module a subject. Each file says in its first lines what it holds.

// A test that cannot unwrap has failed.
#![allow(clippy::unwrap_used)]
// The limits are for the product.
#![allow(clippy::fn_params_excessive_bools, clippy::too_many_arguments, clippy::too_many_lines)]
#![allow(clippy::string_slice, clippy::disallowed_methods, reason = "a test that cuts wrongly fails")]

mod acceptance;
mod admins;
mod agreement;
mod attempts;
mod baselines;
mod bounds;
mod certainty;
mod check_cli;
mod check_outputs;
mod cli;
mod columnar;
#[cfg(unix)]
mod completions;
mod conditions;
mod counts;
mod csv_input;
#[cfg(feature = "sigma")]
mod custom_rule_laws;
mod custom_rules;
mod determinism;
mod diagnostics;
mod diff;
mod digests;
mod emptiness;
mod expressions;
#[cfg(unix)]
mod faults;
mod fingerprints;
mod fuzz;
mod hiding;
mod history;
mod html;
mod identities;
mod injection;
mod inputs;
mod json;
#[cfg(unix)]
mod lake;
mod layers;
mod mappings;
mod memory;
mod normalized;
mod oracle;
mod parquet;
mod patterns;
mod pruning;
mod redact;
mod references;
mod releasing;
mod reports;
mod review;
mod rows;
mod rules;
mod sarif;
mod scan_properties;
mod scenario;
mod schema;
mod second_readings;
mod security;
mod sheets;
mod silences;
#[cfg(unix)]
mod spark;
mod statements;
mod streams;
mod supply_chain;
mod support;
mod tidy;
mod ties;
mod unzstd;
mod variables;
mod verdicts;

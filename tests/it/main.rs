//! Integration tests: one crate, one module a subject.

// A test that cannot unwrap has failed.
#![allow(clippy::unwrap_used)]
// The limits are for the product.
#![allow(clippy::fn_params_excessive_bools, clippy::too_many_arguments, clippy::too_many_lines)]
#![allow(clippy::string_slice, clippy::disallowed_methods, reason = "a test that cuts wrongly fails")]

// What clean input gives in every shape it may come in.
mod inputs;
// Every code of validation on its fixture, and only there.
mod diagnostics;
mod fingerprints;
// The plain program that the real one must agree with.
mod oracle;
// A story with answers worked out by hand.
mod scenario;
// JSON, by its grammar.
mod json;
// What is huge or hostile.
mod bounds;
mod json_properties;
// The fast path and the slow path on the same lines.
mod agreement;
// What holds for any blocks and any threads.
mod scan_properties;
// The same bytes whatever the threads, blocks and files.
mod determinism;
// The command line: snapshots, README, pipes, files.
mod cli;
// The published schemas against fixtures.
mod schema;
// Every format of a report on one sheet with everything in it.
mod sheets;
// Why there is nothing to show.
mod emptiness;
// The page of a sheet, read by a parser.
mod html;
// What holds for every report.
mod reports;
// Every format of a verdict, hostile texts included.
mod verdicts;
// SARIF, by its standard.
mod sarif;
// Every rule on its fixtures.
mod rules;
// What may import what.
mod layers;
// What can be read off the source tree.
mod tidy;
// What tests share.
mod support;
// The gate: verdicts of the binary, and what it leaves behind.
mod check_cli;
mod check_outputs;
// By what people, organizations and connections are known, and what hides from the gate.
mod hiding;
mod identities;
// That nothing is said which the log does not show.
mod certainty;
// What a policy and a baseline know of findings about more than their event.
mod acceptance;
// Results that can be shared.
mod redact;
// What may be unpacked in how much memory.
mod memory;
// What SECURITY.md promises.
mod patterns;
mod security;
// Which crates there are, and under which licences.
mod supply_chain;
// What the fuzz targets check, on fixed inputs.
mod fuzz;
// Texts of an attacker through every command and format.
mod injection;
// Disks, pipes, signals, changing files and odd surroundings.
#[cfg(unix)]
mod faults;

//! See `tests/it/fuzz/policy.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/fuzz/policy.rs"]
mod policy;

fuzz_target!(|bytes: &[u8]| policy::check(bytes));

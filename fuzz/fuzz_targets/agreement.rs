//! See `tests/it/fuzz/agreement.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/fuzz/agreement.rs"]
mod agreement;
#[path = "../../tests/it/both_ways.rs"]
mod both_ways;

fuzz_target!(|bytes: &[u8]| agreement::check(bytes));

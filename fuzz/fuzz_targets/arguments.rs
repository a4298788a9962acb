//! See `tests/it/fuzz/arguments.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/fuzz/arguments.rs"]
mod arguments;

fuzz_target!(|bytes: &[u8]| arguments::check(bytes));

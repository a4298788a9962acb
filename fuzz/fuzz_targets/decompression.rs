//! See `tests/it/fuzz/decompression.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/fuzz/decompression.rs"]
mod decompression;

fuzz_target!(|bytes: &[u8]| decompression::check(bytes));

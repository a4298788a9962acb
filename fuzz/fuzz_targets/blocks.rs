//! See `tests/it/fuzz/blocks.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/fuzz/blocks.rs"]
mod blocks;
#[path = "../../tests/it/cuts.rs"]
mod cuts;

fuzz_target!(|bytes: &[u8]| blocks::check(bytes));

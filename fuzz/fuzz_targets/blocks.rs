//! See `tests/it/fuzz/blocks.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/support"]
mod support {
    pub mod cuts;
}
#[path = "../../tests/it/fuzz/blocks.rs"]
mod blocks;

fuzz_target!(|bytes: &[u8]| blocks::check(bytes));

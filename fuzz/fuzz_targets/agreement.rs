//! See `tests/it/fuzz/agreement.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/support"]
mod support {
    pub mod both_ways;
    pub mod documented;
}
#[path = "../../tests/it/fuzz/agreement.rs"]
mod agreement;

fuzz_target!(|bytes: &[u8]| agreement::check(bytes));

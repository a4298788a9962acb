//! See `tests/it/fuzz/columnar.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/support"]
mod support {
    pub mod columnar;
    pub mod columnar_pages;
}
#[path = "../../tests/it/fuzz/columnar.rs"]
mod columnar;

fuzz_target!(|bytes: &[u8]| columnar::check(bytes));

//! See `tests/it/fuzz/formats.rs`.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/support"]
mod support {
    pub mod documented;
    pub mod elements;
    pub mod harmless;
    pub mod parquet;
}
#[path = "../../tests/it/fuzz/events.rs"]
mod events;
#[path = "../../tests/it/fuzz/formats.rs"]
mod formats;
#[path = "../../tests/it/fuzz/sound.rs"]
mod sound;

fuzz_target!(|bytes: &[u8]| formats::check(bytes));

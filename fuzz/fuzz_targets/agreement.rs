//! Whatever the bytes are: after lines whose shapes are known, the fast path says what the slow
//! path says.
//!
//!     cargo fuzz run agreement -- -max_len=4096

#![no_main]

use libfuzzer_sys::fuzz_target;
use ssoaudit::scan::Bench;

#[path = "../../tests/it/both_ways.rs"]
mod both_ways;

static KNOWN: &[&[u8]] = &[
    include_bytes!("../../testdata/sources/centure/documented.ndjson"),
    include_bytes!("../../testdata/sources/scalekit/documented.ndjson"),
];

fuzz_target!(|bytes: &[u8]| {
    let text = [KNOWN.concat(), bytes.to_vec()].concat();
    let mut bench = Bench::default();
    assert_eq!(both_ways::quickly(&text, &mut bench), both_ways::slowly(&text));
});

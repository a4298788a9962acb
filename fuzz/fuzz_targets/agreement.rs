//! Whatever the bytes are: after lines whose shapes are known, the fast path says what the slow
//! path says.
//!
//!     cargo fuzz run agreement -- -max_len=4096

#![no_main]

use libfuzzer_sys::fuzz_target;
use ssoaudit::scan::Bench;

#[path = "../../tests/it/both_ways.rs"]
mod both_ways;

static KNOWN: &[&str] = &[
    include_str!("../../testdata/sources/centure/documented.ndjson"),
    include_str!("../../testdata/sources/scalekit/documented.ndjson"),
];
/// Of each source so many lines: enough to have shapes, and few enough to be quick.
const LINES: usize = 3;

fuzz_target!(|bytes: &[u8]| {
    let known: String = KNOWN.iter().flat_map(|text| text.split_inclusive('\n').take(LINES)).collect();
    let text = [known.as_bytes(), bytes].concat();
    let mut bench = Bench::default();
    assert_eq!(both_ways::quickly(&text, &mut bench), both_ways::slowly(&text));
});

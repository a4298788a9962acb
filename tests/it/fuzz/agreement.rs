//! Whatever the bytes are: after lines whose shapes are known, the fast path says what the slow
//! path says.

use ssoaudit::scan::LineReader;

use crate::support::both_ways::{quickly, slowly};
use crate::support::documented::DOCUMENTED;

/// So many lines of each source: enough to have shapes, and few enough to be quick.
const LINES: usize = 3;

/// Reads the bytes both ways.
pub fn check(bytes: &[u8]) {
    let known: String = DOCUMENTED.iter().flat_map(|text| text.split_inclusive('\n').take(LINES)).collect();
    let text = [known.as_bytes(), bytes].concat();
    assert_eq!(quickly(&text, &mut LineReader::default()), slowly(&text));
}

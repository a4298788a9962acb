//! Whatever the bytes are: blocks of any size, bytes that come in any pieces and any threads give
//! what one block gives.
//!
//! The first four bytes say how: size of blocks, pieces, longest line, threads. The rest is the text.

use std::io::Write;

use ssoaudit::input::{Input, Place, Sizes};

use crate::support::cuts::{pieces, transcript};

/// Cuts the text in different ways.
pub fn check(bytes: &[u8]) {
    let Some(([block, arrival, longest, threads], text)) = bytes.split_first_chunk() else {
        return;
    };
    let max_line = 20 + usize::from(*longest);
    let arrivals = text.iter().map(|byte| 1 + usize::from(byte ^ arrival) % 60).collect();
    let small = pieces(text, Sizes { block: 1 + usize::from(*block), max_line }, arrivals, true);
    let whole = pieces(text, Sizes { block: 1 << 16, max_line }, Vec::new(), false);
    assert_eq!(small, whole);

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    let inputs = [Input { name: "-".to_owned(), place: Place::File(file.path().to_owned()) }];
    let expected = transcript(&inputs, 1, 1 << 20);
    let told = transcript(&inputs, 1 + usize::from(threads % 4), 1 + usize::from(*block) * 4);
    assert_eq!(told, expected);
}

//! What a verdict says of each input.

use sha2::Digest;

use crate::input::{InputDigest, Meter};
use crate::survey::input_summary::{InputSummary, StoredDigest};
use crate::text::hex::hex;
use crate::verdict::InputFacts;

/// What is known of an input, with the bytes that were read of it, now or when it was collected.
pub fn input_facts(input: &InputSummary, meter: &Meter) -> InputFacts {
    let (bytes, sha256) = match &input.stored {
        Some(StoredDigest { bytes, sha256 }) => (*bytes, meter.is_hashing().then(|| sha256.clone())),
        None => {
            let InputDigest { bytes, sha256 } = meter.digest(input.index).unwrap_or_default();
            (bytes, sha256.map(|sha256| hex(&sha256.finalize())))
        }
    };
    InputFacts { bytes, sha256, ..InputFacts::of(input) }
}

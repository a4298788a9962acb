//! What results say of each input, with the bytes that were read of it.

use sha2::Digest;

use crate::input::{InputDigest, Meter};
use crate::survey::input_facts::InputFacts;
use crate::survey::input_summary::{InputSummary, StoredDigest};
use crate::text::hex::hex;

/// What is known of an input, with the bytes that were read of it, now or when it was collected.
fn input_facts(input: &InputSummary, meter: &Meter) -> InputFacts {
    let (bytes, sha256) = match &input.stored {
        Some(StoredDigest { bytes, sha256 }) => (*bytes, meter.is_hashing().then(|| sha256.clone())),
        None => {
            let InputDigest { bytes, sha256 } = meter.digest(input.index).unwrap_or_default();
            (bytes, sha256.map(|sha256| hex(&sha256.finalize())))
        }
    };
    InputFacts { bytes, sha256, ..InputFacts::of(input) }
}

/// The same of several inputs.
pub fn facts_of(inputs: &[InputSummary], meter: &Meter) -> Vec<InputFacts> {
    inputs.iter().map(|input| input_facts(input, meter)).collect()
}

/// The meter for results in a format: a page says which bytes it was made of.
pub fn meter_for(format: &str) -> Meter {
    if format == HTML { Meter::hashing() } else { Meter::default() }
}

/// The format of pages.
pub const HTML: &str = "html";

//! The hash of what an event says whose digest is known: the digest and what is reported of the event, as anybody can
//! write a digest. It is the same for the line that the event was read from first, for its normalized event and for its
//! row in a history; it differs from process to process.

use crate::model::attribute::{ATTRIBUTES, Attribute};
use crate::model::content::ContentDigest;
use crate::model::event::{Event, Retained};
use crate::model::time::Timestamp;
use crate::text::keyed_hash::KEYS;

/// The key of the time. No value has it.
const TIME: u64 = u64::MAX;

/// The place of the digest, which comes after those of attributes.
const DIGEST: u64 = ATTRIBUTES.len() as u64;

/// The hash of what an event with this digest says.
#[inline]
pub fn reported_hash(event: &Event<'_>, digest: ContentDigest) -> u64 {
    let fixed = digest_hash(event.time, digest);
    match event.retained {
        Some(Retained::Row(row)) => row.hashes.iter().copied().fold(fixed, u64::wrapping_add),
        _ => fixed.wrapping_add(texts_hash(event)),
    }
}

/// The hash of when an event happened and of the digest of its content.
#[inline]
pub fn digest_hash(time: Timestamp, digest: ContentDigest) -> u64 {
    time_hash(time).wrapping_add(KEYS.text(KEYS.at(DIGEST), &digest))
}

/// The hash of when an event happened.
#[inline(always)]
pub fn time_hash(time: Timestamp) -> u64 {
    KEYS.numbers(TIME, [time.seconds.cast_unsigned(), time.nanos.into()])
}

/// The hash of the text that is displayed for an attribute.
#[inline]
pub fn attribute_hash(attribute: Attribute, text: &str) -> u64 {
    KEYS.text(KEYS.at(attribute as u64), text.as_bytes())
}

#[inline(never)]
fn texts_hash(event: &Event<'_>) -> u64 {
    // How the time is written does not matter.
    let reported = ATTRIBUTES.iter().map(|info| info.attribute).filter(|it| *it != Attribute::Time);
    let hashes = reported.map(|attribute| {
        let key = |at: u64| KEYS.at(attribute as u64).wrapping_add(at);
        let displayed = event.text(attribute).map_or(0, |text| attribute_hash(attribute, &text));
        let further = event.further_texts(attribute).into_iter().flatten().zip(1..);
        further.map(|(text, at)| KEYS.text(key(at), text.as_bytes())).fold(displayed, u64::wrapping_add)
    });
    hashes.fold(0, u64::wrapping_add)
}

//! Which keys an object may have.

use crate::json::{Document, NodeId};

/// A bit for each key of an object: of most keys that it lacks, one look tells so.
#[derive(Clone, Copy, Default)]
pub struct KeySet(u64);

impl KeySet {
    /// The keys of an object.
    pub fn of(document: Document<'_>, id: NodeId) -> Self {
        Self(document.children(id).map(|member| bit_of(document, member)).fold(0, |bits, bit| bits | bit))
    }

    /// Adds the key of a member, and returns whether one with the same bit was there already.
    pub fn add(&mut self, document: Document<'_>, member: NodeId) -> bool {
        let bit = bit_of(document, member);
        let was_there = self.0 & bit != 0;
        self.0 |= bit;
        was_there
    }

    /// Whether it may have that key; `false` is certain.
    pub fn may_have(self, key: &str) -> bool {
        self.0 & bit(key.as_bytes()) != 0
    }
}

/// The bit of a member's key, in whatever way it is written.
fn bit_of(document: Document<'_>, member: NodeId) -> u64 {
    match document.nodes[member].key {
        Some(key) if !key.escaped => bit(key.bytes(document.text)),
        _ => bit(document.key(member).as_bytes()),
    }
}

/// Depends on the length of a key and on its first and last byte.
fn bit(key: &[u8]) -> u64 {
    let [first, last] = [key.first(), key.last()].map(|byte| u32::from(byte.copied().unwrap_or_default()));
    let mixed = (first | last << 8 | (key.len() as u32) << 16).wrapping_mul(0x9E37_79B1);
    1 << (mixed >> (u32::BITS - u64::BITS.ilog2()))
}

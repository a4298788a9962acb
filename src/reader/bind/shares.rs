//! What of each node of a line belongs to the content of its event. Binding notes it, if digests are wanted.

use crate::json::{Document, NodeId};
use crate::reader::Digests;
use crate::reader::bind::{Binder, Bound};

/// What of a node belongs to the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Nothing but what is inside of it.
    Inside,
    /// The value of a field, if the field belongs to the content; the number is that of its binding.
    Bound(u32),
    /// All of it, as it is.
    Whole,
}

impl Bound {
    /// Forgets the line before. Whether digests are wanted decides whether shares are noted.
    pub fn start(&mut self, document: Document<'_>, digests: Digests) {
        let count = if digests == Digests::Wanted { document.nodes.len() } else { 0 };
        self.shares.clear();
        self.shares.resize(count, Share::Inside);
        self.canonical_values.clear();
        self.index.canonical = None;
    }
}

impl Binder<'_, '_, '_> {
    /// Notes that the next binding is that of this node. What counts as a whole stays so.
    #[inline]
    pub(super) fn share_bound(&mut self, node: NodeId) {
        let binding = self.bound.bindings.len() as u32;
        if let Some(share @ Share::Inside) = self.bound.shares.get_mut(node) {
            *share = Share::Bound(binding);
        }
    }

    /// Notes that a node counts as a whole.
    #[inline]
    pub(super) fn share_whole(&mut self, node: NodeId) {
        if self.bound.shares.is_empty() {
            return;
        }
        let end = self.document.nodes[node].next as usize;
        if let Some(shares) = self.bound.shares.get_mut(node..end) {
            shares.fill(Share::Whole);
        }
    }
}

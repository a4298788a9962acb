//! Sets of attributes.

use crate::model::attribute::{ATTRIBUTES, Attribute};

/// How many attributes there are.
pub const COUNT: usize = ATTRIBUTES.len();

/// A set of attributes.
pub type AttributeSet = u64;

const _: () = assert!(COUNT <= AttributeSet::BITS as usize, "every attribute has a bit");

/// The set of these attributes.
pub const fn set(attributes: &[Attribute]) -> AttributeSet {
    let (mut set, mut at) = (0, 0);
    while at < attributes.len() {
        set |= 1 << attributes[at] as usize;
        at += 1;
    }
    set
}

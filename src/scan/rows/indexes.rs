//! Lookup tables over the values of a row, which are the same for all rows that have the same attributes.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use crate::model::attribute::ATTRIBUTES;
use crate::model::fields::{Binding, Index};
use crate::reader::table::told::TOLD;
use crate::scan::rows::attribute_set::{AttributeSet, COUNT, set};

/// What the table of the event's source tells is no value of its line.
const NOT_IN_LINE: AttributeSet = set(&TOLD);

/// The value of every attribute that is one of its line.
pub static BINDINGS: LazyLock<[Binding; COUNT]> = LazyLock::new(|| {
    std::array::from_fn(|slot| Binding { field: 0, element: 0, slot: slot as u32, is_primary: true })
});

/// The indexes of rows, by the attributes that they have.
#[derive(Default)]
pub struct RowIndexes(HashMap<AttributeSet, Index, RandomState>);

/// Nobody has so many kinds of rows who does not want to fill the memory.
const MAX_INDEXES: usize = 1 << 10;

impl RowIndexes {
    /// The index of rows that have these attributes.
    pub fn of(&mut self, present: AttributeSet) -> &Index {
        if self.0.len() == MAX_INDEXES && !self.0.contains_key(&present) {
            self.0.clear();
        }
        self.0.entry(present).or_insert_with(|| index(present & !NOT_IN_LINE))
    }
}

/// The index of a row with these attributes.
fn index(present: AttributeSet) -> Index {
    const NONE: [u32; COUNT] = [u32::MAX; COUNT];
    let mut index = Index { best: NONE, best_content: NONE, ..Index::default() };
    for info in ATTRIBUTES {
        let at = info.attribute as usize;
        if present & 1 << at != 0 {
            index.attributes.push((info.attribute, at as u32));
            (index.best[at], index.best_content[at]) = (at as u32, at as u32);
        }
        index.starts[at + 1] = index.attributes.len() as u32;
    }
    index
}

//! Tables: files of rows, CSV and the like, with a header that names the columns.
//!
//! One reader finds the rows, as a row may span lines; what they mean is for a layout to say, which turns each into the
//! JSON of an event.

mod framer;
mod head;
mod layout;
mod open_row;

use std::io;
use std::sync::Arc;

pub use framer::{Fault, Framer, Row};
pub use head::{Head, Naming};
pub use layout::{BrokenCell, Layout, Members, Occupied, Rendered, Step, Value};

use crate::input::kind::Extent;

/// Rows in a block, and what their columns mean.
pub struct Table {
    /// What the columns mean.
    pub layout: Arc<Layout>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// What a file is, by its header.
pub enum Plan {
    /// No table: its lines are read.
    Lines,
    /// A table of this layout.
    Table(Arc<Layout>),
    /// A table that cannot be read, and why.
    Unreadable(String),
}

/// Decides what a file is, and what its columns mean.
pub type Planner = Arc<dyn Fn(&Head) -> Plan + Send + Sync>;

/// A table of which the header was read.
pub struct OpenTable {
    /// Finds its rows.
    pub framer: Framer,
    /// What its columns mean.
    pub layout: Arc<Layout>,
}

/// How to tell whether a file is a table.
#[derive(Clone)]
pub struct Tables {
    /// How the file is named.
    pub naming: Naming,
    /// Decides by the header.
    pub planner: Planner,
}

impl Tables {
    /// The table that begins with these bytes; no table if they are lines. `None` if more bytes are needed to decide that.
    pub fn open(
        &self,
        bytes: &[u8],
        extent: Extent,
        max_row: usize,
    ) -> Option<io::Result<Option<OpenTable>>> {
        let Some(head) = Head::of(bytes, extent, self.naming)? else {
            return Some(Ok(None));
        };
        let plan = head.fault.clone().map_or_else(|| (self.planner)(&head), Plan::Unreadable);
        Some(match plan {
            Plan::Lines => Ok(None),
            Plan::Table(layout) => {
                Ok(Some(OpenTable { framer: Framer::behind(&head, bytes, max_row), layout }))
            }
            Plan::Unreadable(reason) => Err(io::Error::other(reason)),
        })
    }
}

//! Tables: what their columns mean in the terms of sources, and what rows say.
//!
//! A row becomes the JSON of an event, which is then read as any other: of a vendor's event, if the columns have the
//! names of its fields, or otherwise of a normalized event.

mod columns;
mod documented;
mod plan;
mod problems;
mod row;
pub mod told;

use crate::model::attribute::Attribute;

pub use plan::planner;
pub use problems::bad_row;
pub use row::{RowContent, RowRenderer, RowText};

/// What the user says of a column: which attribute of the normalized event it gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The name of the column.
    pub column: String,
    /// The attribute.
    pub attribute: Attribute,
}

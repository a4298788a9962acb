//! Output formats: one file each, listed here. They see neutral events and grids, never a vendor.

pub mod event_json;
pub mod event_schema;
pub mod findings;
pub mod grid;
pub mod html;
pub mod objects;
pub mod rows;
pub mod sheets;
pub mod table;
pub mod validation;
pub mod verdict;

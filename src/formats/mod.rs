//! Output formats: one file each, listed here. They see normalized events and grids, never a vendor.

pub mod json_objects;
pub mod rows;
pub mod sheets;
pub mod table;
pub mod validation;
pub mod verdict;

//! The model that everything else shares: events and their attributes, diagnostics, selections, time,
//! pseudonyms. It does no I/O and knows no vendor.

pub mod attribute;
pub mod attribute_tree;
pub mod cells;
pub mod content;
pub mod diagnostic;
pub mod diagnostics;
pub mod event;
pub mod expression;
pub mod fields;
pub mod hashed_file;
pub mod neutral;
pub mod operation;
pub mod redact;
pub mod reported;
pub mod retained;
pub mod scopes;
pub mod selection;
pub mod spelling;
pub mod state;
pub mod time;

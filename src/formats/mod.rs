//! Output formats: one file each, listed here. They see normalized events, findings and sheets, never a vendor.

pub mod cells;
pub mod json_objects;
pub mod lake;
pub mod rows;
pub mod sheets;
pub mod table;
pub mod validation;
pub mod verdict;

use chrono_tz::Tz;

use crate::text::display::Charset;

/// How output is rendered. Each format uses the options that apply to it.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// The time zone of printed times.
    pub zone: Tz,
    /// The width in terminal columns; `None` is unlimited.
    pub width: Option<usize>,
    /// Whether to print colours.
    pub colors: bool,
    /// The characters that may be printed.
    pub charset: Charset,
    /// Whether to print the headers of tables.
    pub header: bool,
}

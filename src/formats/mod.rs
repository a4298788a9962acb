//! Output formats: one file each, listed here. They see normalized events, findings and sheets, never a vendor.

pub mod cells;
pub mod json_objects;
pub mod rows;
pub mod sheets;
pub mod table;
pub mod validation;
pub mod verdict;

use chrono_tz::Tz;

use crate::text::display::Charset;

/// How output is to look; formats take from it what concerns them.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// Zone of printed times.
    pub zone: Tz,
    /// Terminal columns; no limit when there is none.
    pub width: Option<usize>,
    /// Print colours.
    pub colors: bool,
    /// The characters that may be printed.
    pub charset: Charset,
    /// Print the headers of tables.
    pub header: bool,
}

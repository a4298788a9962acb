//! What every page has in it as it is: the style sheet, the script, and the policy that allows these two alone.

/// The style sheet.
pub const STYLE: &str = include_str!("../../../../templates/html/style.css");

/// Filters and sorts tables. A page says the same without it.
pub const SCRIPT: &str = include_str!("../../../../templates/html/script.js");

/// The hash of the style sheet, for the page's content security policy. A test checks it.
pub const STYLE_HASH: &str = "sha256-2mwt4sj57y/C4W49kT8fOrFL8s842v9O9DmVfDnINoM=";

/// The hash of the script, likewise.
pub const SCRIPT_HASH: &str = "sha256-2KpHVcx2x6IJZdcDOGNSSf+sr+MsAqcsZuzN/FwlVVU=";

/// The program with its version.
pub const GENERATOR: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// How a page says who made it, up to the version.
const MADE_BY: &str = concat!("<meta name=\"generator\" content=\"", env!("CARGO_PKG_NAME"), " ");

/// How many bytes of a page hold [`MADE_BY`].
pub const HEAD_BYTES: usize = 2048;

/// Whether what begins with these bytes is a page that ssoaudit made, and may make again.
pub fn is_page(beginning: &[u8]) -> bool {
    let doctype = b"<!doctype html>";
    let mut windows = beginning.windows(MADE_BY.len());
    beginning.starts_with(doctype) && windows.any(|bytes| bytes == MADE_BY.as_bytes())
}

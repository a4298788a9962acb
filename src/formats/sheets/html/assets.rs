//! What every page has in it as it is: the style sheet, the script, and the policy that allows these two alone.

/// The style sheet.
pub const STYLE: &str = include_str!("../../../../templates/html/style.css");

/// Filters and sorts tables. A page says the same without it.
pub const SCRIPT: &str = include_str!("../../../../templates/html/script.js");

/// The hash of the style sheet, for the page's content security policy. A test checks it.
pub const STYLE_HASH: &str = "sha256-BeH+j2TyUigaan5qWEXV8mfjh2wHB9Kae83fWEuA8gs=";

/// The hash of the script, likewise.
pub const SCRIPT_HASH: &str = "sha256-DkkEFAlSkk8NEvIJAhBR6tn5nkefxyXAp4l0YGUvK84=";

/// The program with its version.
pub const GENERATOR: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// How a page says who made it, up to the version.
const MADE_BY: &str = concat!("<meta name=\"generator\" content=\"", env!("CARGO_PKG_NAME"), " ");

/// How many bytes of a page hold the mark of what made it.
pub const HEAD_BYTES: usize = 2048;

/// Whether what begins with these bytes is a page that ssoaudit made, and may make again.
pub fn is_page(beginning: &[u8]) -> bool {
    let doctype = b"<!doctype html>";
    let mut windows = beginning.windows(MADE_BY.len());
    beginning.starts_with(doctype) && windows.any(|bytes| bytes == MADE_BY.as_bytes())
}

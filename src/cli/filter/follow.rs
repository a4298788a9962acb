//! `filter --follow`: which file is followed, and what is said about it on standard error.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::formats::rows::RowFormat;
use crate::formats::table::is_binary;
use crate::input::{FollowEnd, Followed, Input, Place};

/// The file to follow.
pub fn input(paths: &[PathBuf]) -> Result<Input> {
    let path = match paths {
        [path] if path.as_os_str() == "-" => {
            bail!("--follow is for a file; what arrives in a pipe is read at once anyway")
        }
        [path] => path,
        _ => bail!("--follow needs the path of one file, not {}", paths.len()),
    };
    if path.exists() && !path.is_file() {
        bail!("--follow is for a file, and {} is not one", path.display());
    }
    let place = Place::Followed(Arc::new(Followed::new(path.clone())));
    Ok(Input { name: path.display().to_string(), place })
}

/// Refuses a format whose end makes it complete.
pub fn check_format(format: RowFormat) -> Result<()> {
    let name = format.name();
    if matches!(format, RowFormat::JsonArray) || is_binary(name) {
        bail!("{name} is complete only with its end, and --follow has none; give --format ndjson or csv");
    }
    Ok(())
}

/// Says that a file has come to its end, or is not there yet.
pub fn tell(file: &Followed, terminal: Terminal) {
    let path = file.path.display();
    let note = match file.end() {
        Some(FollowEnd::Replaced) => format!("{path} is another file now, which is read from its beginning"),
        Some(FollowEnd::Truncated) => format!("{path} was truncated, and is read from its beginning"),
        None if !file.path.exists() => format!("{path} does not exist yet; waiting for it"),
        None => return,
    };
    messages::note(&note, terminal.message_style());
}

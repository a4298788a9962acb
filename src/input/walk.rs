//! Turns paths of the command line into inputs: directories are walked, in order of names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Input, Place};

const EXTENSIONS: &[&str] = &[".ndjson", ".jsonl", ".json", ".log"];
const COMPRESSIONS: &[&str] = &[".gz", ".zst"];

/// The inputs that paths name, in the order given; what cannot be read is an input that says why.
///
/// Hidden files and directories are passed over unless they are named; links are followed.
pub fn collect(paths: &[PathBuf]) -> Vec<Input> {
    paths.iter().flat_map(|path| at(path)).collect()
}

fn at(path: &Path) -> Vec<Input> {
    let name = name_of(path);
    if path.as_os_str() == "-" {
        return vec![Input { name: "<stdin>".to_owned(), place: Place::Stdin }];
    }
    if !path.is_dir() {
        return vec![Input { name, place: Place::File(path.to_owned()) }];
    }
    let found: Vec<_> = WalkDir::new(path)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry))
        .filter_map(|entry| input(entry, path))
        .collect();
    if found.is_empty() {
        let reason = format!(
            "the directory holds no file named *{} (also with {})",
            EXTENSIONS.join(", *"),
            COMPRESSIONS.join(" or ")
        );
        return vec![Input { name, place: Place::Unreadable(reason) }];
    }
    found
}

fn input(entry: walkdir::Result<DirEntry>, directory: &Path) -> Option<Input> {
    match entry {
        Ok(entry) if entry.file_type().is_file() && is_export(entry.file_name()) => {
            Some(Input { name: name_of(entry.path()), place: Place::File(entry.into_path()) })
        }
        Ok(_) => None,
        Err(error) => {
            let path = name_of(error.path().unwrap_or(directory));
            let reason = match (error.loop_ancestor(), error.io_error()) {
                (Some(ancestor), _) => format!("a link that leads back to {}", ancestor.display()),
                (None, Some(io)) => io.to_string(),
                (None, None) => error.to_string(),
            };
            Some(Input { name: path, place: Place::Unreadable(reason) })
        }
    }
}

/// The path as text; bytes that are none are written as `\xFF`, so that no two files look the same.
fn name_of(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        name.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    name
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_export(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    let plain = COMPRESSIONS.iter().find_map(|compression| name.strip_suffix(compression)).unwrap_or(&name);
    EXTENSIONS.iter().any(|extension| plain.ends_with(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_exports_by_name() {
        for name in ["a.ndjson", "a.JSONL.gz", "a.json.zst", "2025-01.log"] {
            assert!(is_export(OsStr::new(name)), "{name}");
        }
        for name in ["a.csv", "a.gz", "ndjson", "a.json.bak"] {
            assert!(!is_export(OsStr::new(name)), "{name}");
        }
    }
}

//! Turns paths of the command line into inputs: directories are walked, in order of names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::{Input, Place};

const EXTENSIONS: &[&str] = &[".ndjson", ".jsonl", ".json", ".log"];
const TABLES: [&str; 2] = [".csv", ".tsv"];
const COMPRESSIONS: &[&str] = &[".gz", ".zst"];

/// The files of a directory that are not taken for inputs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PassedOver {
    /// The directory, as given.
    pub directory: String,
    /// How many there are.
    pub count: usize,
    /// The names of the first of them, without the directory.
    pub names: Vec<String>,
    /// One of them is named like an export, or is a pipe, a socket or a device.
    pub may_hold_events: bool,
}

/// So many skipped files are named.
const MAX_NAMES: usize = 8;

/// The inputs that paths name, in the order given, and the files that were skipped in directories. What cannot be
/// read is an input that says why.
///
/// Hidden files and directories are ignored unless they are named; links are followed.
pub fn collect(paths: &[PathBuf]) -> (Vec<Input>, Vec<PassedOver>) {
    let mut passed_over = Vec::new();
    let inputs = paths.iter().flat_map(|path| inputs_at(path, &mut passed_over)).collect();
    (inputs, passed_over)
}

fn inputs_at(path: &Path, passed_over: &mut Vec<PassedOver>) -> Vec<Input> {
    let name = name_of(path);
    if path.as_os_str() == "-" {
        return vec![Input { name: "<stdin>".to_owned(), place: Place::Stdin }];
    }
    if !path.is_dir() {
        return vec![Input { name, place: Place::File(path.to_owned()) }];
    }
    let mut others = PassedOver { directory: name.clone(), ..PassedOver::default() };
    let found: Vec<_> = WalkDir::new(path)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry))
        .filter_map(|entry| input(entry, path, &mut others))
        .collect();
    if others.count > 0 {
        passed_over.push(others);
    }
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

fn input(entry: walkdir::Result<DirEntry>, directory: &Path, passed_over: &mut PassedOver) -> Option<Input> {
    match entry {
        Ok(entry) if entry.file_type().is_dir() => None,
        Ok(entry) if entry.file_type().is_file() && is_export(entry.file_name()) => {
            Some(Input { name: name_of(entry.path()), place: Place::File(entry.into_path()) })
        }
        Ok(entry) => {
            passed_over.add(&entry, directory);
            None
        }
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

impl PassedOver {
    fn add(&mut self, entry: &DirEntry, directory: &Path) {
        self.count += 1;
        self.may_hold_events |= !entry.file_type().is_file() || resembles_export(entry.file_name());
        if self.names.len() < MAX_NAMES {
            self.names.push(name_of(entry.path().strip_prefix(directory).unwrap_or(entry.path())));
        }
    }

    /// A message about them.
    pub fn message(&self) -> String {
        let names = self.names.join(", ");
        let (files, rest) = match (self.count, self.count - self.names.len()) {
            (1, _) => ("1 file was".to_owned(), String::new()),
            (count, 0) => (format!("{count} files were"), String::new()),
            (count, more) => (format!("{count} files were"), format!(" and {more} more")),
        };
        format!("{}: {files} skipped: {names}{rest}", self.directory)
    }
}

/// The path as text; bytes that are not UTF-8 are written as `\xFF`, so that no two files look the same.
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

/// Whether a file is named like an export, or like an older one after rotation: `a.ndjson.1`, `a.log.2.gz`,
/// `a.log-20250131.gz`.
fn is_export(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    let unpacked =
        COMPRESSIONS.iter().find_map(|compression| name.strip_suffix(compression)).unwrap_or(&name);
    let unrotated = before_rotation(unpacked).unwrap_or(unpacked);
    EXTENSIONS.iter().any(|extension| unrotated.ends_with(extension))
}

fn before_rotation(name: &str) -> Option<&str> {
    let before = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_numbered = before.len() < name.len();
    before.strip_suffix(['.', '-']).filter(|_| is_numbered)
}

/// Whether a file that is not named like an export may be one: `a.ndjson.bz2`, `a.log.bak`. A table is one or anything
/// else, such as a roster, so it is read if it is named.
fn resembles_export(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    EXTENSIONS.iter().chain(&TABLES).any(|extension| name.contains(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_exports_by_name() {
        for name in [
            "a.ndjson",
            "a.JSONL.gz",
            "a.json.zst",
            "2025-01.log",
            "a.ndjson.1",
            "a.log.12.gz",
            "a.log-20250131",
            "a.log-20250131.zst",
        ] {
            assert!(is_export(OsStr::new(name)), "{name}");
        }
        for name in ["a.csv", "a.gz", "ndjson", "a.json.bak", "a.1", "1", "a.csv.1.gz", "a.log1", "a.ndjson."]
        {
            assert!(!is_export(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn what_was_passed_over_is_named_up_to_a_number() {
        let names = |count: usize| PassedOver {
            directory: "exports/".to_owned(),
            count,
            names: (0..count.min(MAX_NAMES)).map(|number| format!("{number}.csv")).collect(),
            may_hold_events: false,
        };
        assert_eq!(names(1).message(), "exports/: 1 file was skipped: 0.csv");
        assert_eq!(names(2).message(), "exports/: 2 files were skipped: 0.csv, 1.csv");
        assert!(names(11).message().ends_with("6.csv, 7.csv and 3 more"), "{}", names(11).message());
    }
}

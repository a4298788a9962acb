//! Which files hold custom rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;
use wildmatch::WildMatch;

/// The extensions of files with rules.
const EXTENSIONS: [&str; 2] = ["yml", "yaml"];

/// The files that a path names: itself, those in and below a folder, or those that match a pattern with `*`, `?` and `**`.
/// They are sorted. The message of an error follows the path.
pub fn rule_files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_dir() {
        return in_folder(path);
    }
    let is_pattern = path.to_string_lossy().contains(['*', '?']);
    if path.exists() || !is_pattern {
        let missing = |error: std::io::Error| format!("cannot be read: {error}");
        return fs::metadata(path).map(|_| vec![path.to_owned()]).map_err(missing);
    }
    let mut found: BTreeSet<PathBuf> = [PathBuf::new()].into();
    for part in path.components() {
        found = found.into_iter().flat_map(|folder| matching(&folder, part)).collect();
    }
    let files: Vec<_> = found.into_iter().filter(|path| path.is_file()).collect();
    if files.is_empty() { Err("matches no file".to_owned()) } else { Ok(files) }
}

/// The entries of a folder that match a part of a pattern.
fn matching(folder: &Path, part: Component<'_>) -> Vec<PathBuf> {
    let text = part.as_os_str().to_string_lossy();
    if text == "**" {
        let walk = WalkDir::new(here(folder)).follow_links(true).into_iter().flatten();
        let folders = walk.filter(|entry| entry.file_type().is_dir());
        return folders
            .map(|entry| entry.path().strip_prefix("./").unwrap_or(entry.path()).to_owned())
            .collect();
    }
    if !text.contains(['*', '?']) {
        return vec![folder.join(part)];
    }
    let pattern = WildMatch::new(&text);
    let entries = fs::read_dir(here(folder)).into_iter().flatten().flatten();
    let names =
        entries.map(|entry| entry.file_name()).filter(|name| pattern.matches(&name.to_string_lossy()));
    names.map(|name| folder.join(name)).collect()
}

fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| format!("cannot be read: {error}"))?;
        let extension = entry.path().extension().and_then(|extension| extension.to_str());
        if entry.file_type().is_file() && extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() { Err("holds no file named *.yml or *.yaml".to_owned()) } else { Ok(files) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_folders_and_patterns() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        for name in ["one.yml", "two.yaml", "a/three.yml", "a/b/four.yml", "a/b/note.txt"] {
            fs::write(root.join(name), "").unwrap();
        }
        let found = |path: &str| {
            let files = rule_files(&root.join(path))?;
            let name =
                |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
            Ok::<_, String>(files.iter().map(name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(found("").unwrap(), "a/b/four.yml a/three.yml one.yml two.yaml");
        assert_eq!(found("*.yml").unwrap(), "one.yml");
        assert_eq!(found("a/*").unwrap(), "a/three.yml");
        assert_eq!(found("**/*.yml").unwrap(), "a/b/four.yml a/three.yml one.yml");
        assert_eq!(found("two.yaml").unwrap(), "two.yaml");
        assert_eq!(found("*.json").unwrap_err(), "matches no file");
        assert!(found("nothing.yml").unwrap_err().starts_with("cannot be read: "));
    }
}

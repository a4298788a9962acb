//! Finds the policy file that applies to a folder.

use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The name of a policy file.
pub const NAME: &str = "ssoaudit.toml";

/// Finds the policy in the working directory or the nearest folder above it.
pub fn here() -> Result<Option<PathBuf>> {
    find(&std::env::current_dir().context("looking for a policy: there is no working directory")?)
}

/// Finds the policy in `from` or the nearest folder above it, up to a folder that holds `.git`. The path is relative
/// to `from`. A broken link counts as found, so that it is an error and the defaults do not silently apply.
fn find(from: &Path) -> Result<Option<PathBuf>> {
    let mut path = PathBuf::from(NAME);
    for folder in from.ancestors() {
        let is_there = |name| match folder.join(name).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == NotFound => Ok(false),
            Err(error) => Err(error)
                .with_context(|| format!("looking for a policy in {}; --policy names one", folder.display())),
        };
        if is_there(NAME)? {
            return Ok(Some(path));
        }
        if is_there(".git")? {
            return Ok(None);
        }
        path = Path::new("..").join(path);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_policy_of_the_same_repository_is_found() {
        let root = tempfile::tempdir().unwrap();
        let root = &root.path().canonicalize().unwrap();
        let deep = root.join("a/repository/b/c");
        std::fs::create_dir_all(&deep).unwrap();
        let write = |folder: &str| std::fs::write(root.join(folder).join(NAME), "").unwrap();
        let found = |folder: &str| {
            let from = root.join(folder);
            let found = from.join(find(&from).unwrap()?.parent().unwrap()).canonicalize().unwrap();
            Some(found.strip_prefix(root).ok()?.display().to_string())
        };
        write("a");
        assert_eq!(found("a/repository/b/c").as_deref(), Some("a"));
        // In a worktree it is a file.
        std::fs::write(root.join("a/repository/.git"), "gitdir: elsewhere").unwrap();
        assert_eq!(found("a/repository/b/c"), None);
        assert_eq!(found("a").as_deref(), Some("a"));
        write("a/repository");
        assert_eq!(found("a/repository/b/c").as_deref(), Some("a/repository"));
        assert_eq!(find(&deep).unwrap().unwrap(), Path::new("../../ssoaudit.toml"));
        // A policy that cannot be read must not be replaced by one further up.
        std::fs::create_dir(root.join("a/repository/b").join(NAME)).unwrap();
        assert_eq!(found("a/repository/b/c").as_deref(), Some("a/repository/b"));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("gone", deep.join(NAME)).unwrap();
            assert_eq!(found("a/repository/b/c").as_deref(), Some("a/repository/b/c"));
        }
    }
}

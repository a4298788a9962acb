//! Where the policy of a folder is.

use std::path::{Path, PathBuf};

/// Name of a policy's file.
pub const NAME: &str = "ssoaudit.toml";

/// The policy in `from` or the nearest folder above it, but not above a folder that holds `.git`.
pub fn find(from: &Path) -> Option<PathBuf> {
    let from = std::path::absolute(from).ok()?;
    for folder in from.ancestors() {
        let path = folder.join(NAME);
        if path.is_file() {
            return Some(path);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_policy_of_the_same_repository_is_found() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let deep = root.join("a/repository/b/c");
        std::fs::create_dir_all(&deep).unwrap();
        let write = |folder: &str| std::fs::write(root.join(folder).join(NAME), "").unwrap();
        let found = |folder: &str| {
            let found = find(&root.join(folder))?;
            Some(found.parent().unwrap().strip_prefix(root).ok()?.display().to_string())
        };
        write("a");
        assert_eq!(found("a/repository/b/c").as_deref(), Some("a"));
        // In a worktree it is a file.
        std::fs::write(root.join("a/repository/.git"), "gitdir: elsewhere").unwrap();
        assert_eq!(found("a/repository/b/c"), None);
        assert_eq!(found("a").as_deref(), Some("a"));
        write("a/repository");
        assert_eq!(found("a/repository/b/c").as_deref(), Some("a/repository"));
        // A folder of that name is no policy.
        std::fs::create_dir(deep.join(NAME)).unwrap();
        assert_eq!(found("a/repository/b/c").as_deref(), Some("a/repository"));
        write("a/repository/b");
        assert_eq!(found("a/repository/b/c").as_deref(), Some("a/repository/b"));
    }
}

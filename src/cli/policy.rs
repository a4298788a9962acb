//! The policy of a command, with custom rules.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::model::time::Timestamp;
use crate::policy::read::RuleSources;
use crate::policy::{Policy, locate, read};
use crate::rules;
use crate::sigma;

/// The policy of a file, or of the one that applies here, or else the defaults; with custom rules besides its own.
/// In its conditions, `now` is that time.
pub fn policy(file: Option<&Path>, rules: &[PathBuf], now: Timestamp) -> Result<Policy> {
    let file = file.map_or_else(locate::here, |file| Ok(Some(file.to_owned())))?;
    let files = rule_files(rules)?;
    let rules = RuleSources { built_in: rules::ALL, files: &files, now };
    file.map_or_else(|| read::default_with(rules), |file| read::read(&file, rules))
}

/// The files of custom rules that paths name.
pub fn rule_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let files = |path: &PathBuf| {
        sigma::rule_files(path).map_err(|why| anyhow!("the path of rules {} {why}", path.display()))
    };
    Ok(paths.iter().map(files).collect::<Result<Vec<_>>>()?.concat())
}

//! Custom rules, written in Sigma: reading them, and finding the events that they are about.
//!
//! Sigma is a format for rules about logs. Without the feature `sigma`, this program reads none.

#[cfg(feature = "sigma")]
mod correlation;
#[cfg(feature = "sigma")]
mod engine;
#[cfg(feature = "sigma")]
mod fields;
mod files;
#[cfg(feature = "sigma")]
mod header;
#[cfg(feature = "sigma")]
mod literals;
#[cfg(feature = "sigma")]
mod load;
#[cfg(feature = "sigma")]
mod matcher;
#[cfg(feature = "sigma")]
mod prefilter;
#[cfg(feature = "sigma")]
mod problem;
#[cfg(feature = "sigma")]
mod regex_text;
#[cfg(feature = "sigma")]
mod rule;
#[cfg(feature = "sigma")]
mod three_valued;
#[cfg(feature = "sigma")]
mod windows;

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::hashed_file::HashedFile;
use crate::rules::Rule;
use crate::survey::EventMatcher;

pub use files::rule_files;

/// Custom rules that were read.
#[derive(Clone, Debug, Default)]
pub struct CustomRules {
    /// The rules, by their ids.
    pub rules: Vec<&'static Rule>,
    /// Finds the events that they are about; `None` if there are no rules.
    pub matcher: Option<Arc<dyn EventMatcher>>,
    /// The files that they were read from.
    pub files: Vec<HashedFile>,
}

/// Reads the rules of some files. The errors are lines for the user, mostly `file:line:column: message`.
#[cfg(feature = "sigma")]
pub fn load(files: &[PathBuf], built_in: &[&'static Rule]) -> Result<CustomRules, Vec<String>> {
    load::load(files, built_in)
}

/// Refuses rules, as this program cannot read them.
#[cfg(not(feature = "sigma"))]
pub fn load(files: &[PathBuf], _: &[&'static Rule]) -> Result<CustomRules, Vec<String>> {
    let refused = |file: &PathBuf| {
        format!(
            "{}: this ssoaudit reads no custom rules; install one that does with `cargo install ssoaudit --features sigma`",
            file.display()
        )
    };
    let refused: Vec<_> = files.iter().map(refused).collect();
    if refused.is_empty() { Ok(CustomRules::default()) } else { Err(refused) }
}

//! What a custom rule has besides what every rule has: users write these in files of their own.

use std::fmt::Debug;

use crate::survey::Match;

/// What a custom rule has besides what every rule has.
#[derive(Debug)]
pub struct Custom {
    /// What it finds, as its author says it.
    pub title: String,
    /// The file that it was read from.
    pub file: String,
    /// The sources whose events it is about.
    pub product: Product,
    /// Whether it reads the vendor's own fields, which only the vendor's line has.
    pub reads_lines: bool,
    /// Further parts of its explanation: a title and sentences.
    pub parts: Vec<(&'static str, String)>,
    /// Addresses of pages about it.
    pub references: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The lists of its matches.
    pub lists: Vec<u16>,
    /// Judges its matches together; `None` if each is a finding.
    pub correlation: Option<Box<dyn Correlation>>,
}

/// The sources that a custom rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// All of them.
    Any,
    /// The one with this name.
    Source(&'static str),
    /// A product that no source reads.
    Unread(String),
}

impl Product {
    /// Whether it includes a source.
    pub fn includes(&self, source: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Source(name) => *name == source,
            Self::Unread(_) => false,
        }
    }
}

/// Judges matches together.
pub trait Correlation: Debug + Send + Sync {
    /// Finds the matches that fulfil its condition together, given all of them in time order, with those of the list that it
    /// names first before others of the same time. Each result has the indices of matches in time order; the last one is
    /// the match that completed it.
    fn completed(&self, matches: &[&Match]) -> Vec<Vec<usize>>;

    /// What its matches have in common, as the beginning of a sentence that goes on with their number.
    fn condition(&self) -> &str;
}

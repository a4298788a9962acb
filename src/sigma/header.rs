//! What a rule says of itself.

/// What every rule says of itself, whether it is about one event or several.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// Its title.
    pub title: String,
    /// Its name, by which others refer to it.
    pub name: Option<String>,
    /// Its id, mostly a UUID, by which others refer to it.
    pub id: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// How mature it is.
    pub status: Option<String>,
    /// How severe its findings are.
    pub level: Option<String>,
    /// When it fires although nothing is wrong.
    pub falsepositives: Vec<String>,
    /// Addresses of pages about it.
    pub references: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
}

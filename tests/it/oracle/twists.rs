//! What may be unusual about a generated history, each by itself, so that a disagreement can be
//! traced to what it is about.

/// Sorts of twists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twist {
    /// Names of organizations and e-mail addresses of actors change, also back.
    Names,
    /// Actions that no document names, some of which look like those that change connections.
    Unknown,
    /// Events later than the present.
    Future,
    /// Both vendors use the same ids.
    SameIds,
    /// Redelivered views without an id; the same id with other content in unknown fields.
    Copies,
    /// Addresses in several spellings.
    Spellings,
    /// Numbers and booleans where somebody impersonates.
    Scalars,
    /// Types and providers of live connections change.
    Altered,
    /// Organizations that do not own the connection.
    Foreign,
    /// Enabled or disabled after a deletion.
    Revived,
    /// Wildcards in rosters.
    Wildcards,
    /// A complete event that holds another one.
    Decoys,
    /// A moment is asked for (`--at`).
    Moments,
    /// Only a part is shown.
    Selections,
    /// Another source logs the same connections.
    Joined,
}

/// Every one, by its name in `SSOAUDIT_TWISTS`.
pub const TWISTS: [(&str, Twist); 15] = [
    ("names", Twist::Names),
    ("unknown", Twist::Unknown),
    ("future", Twist::Future),
    ("same-ids", Twist::SameIds),
    ("copies", Twist::Copies),
    ("spellings", Twist::Spellings),
    ("scalars", Twist::Scalars),
    ("altered", Twist::Altered),
    ("foreign", Twist::Foreign),
    ("revived", Twist::Revived),
    ("wildcards", Twist::Wildcards),
    ("decoys", Twist::Decoys),
    ("moments", Twist::Moments),
    ("selections", Twist::Selections),
    ("joined", Twist::Joined),
];

/// Which of them a history may have.
#[derive(Clone, Debug)]
pub struct Twists(pub Vec<Twist>);

impl Twists {
    /// Those of these names, or all.
    pub fn named(names: &str) -> Self {
        let is_named = |name: &str| names == "all" || names.split(',').any(|other| other == name);
        Self(TWISTS.iter().filter(|(name, _)| is_named(name)).map(|(_, twist)| *twist).collect())
    }

    pub fn has(&self, twist: Twist) -> bool {
        self.0.contains(&twist)
    }
}

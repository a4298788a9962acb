//! Unknown actions whose name is close to that of an action that changes connections, or looks like it: a slip, a
//! new spelling, or somebody who wants to hide a change.

use std::sync::LazyLock;

use unicode_security::skeleton;
use unicode_width::UnicodeWidthChar;

use super::{ALL, Action};
use crate::model::operation::Operation;
use crate::text::edits::CharacterCounts;

/// A name is close if it is at most so many edits away.
const MAX_EDITS: usize = 2;

/// The visible characters of a name in lower case, and the same with those that look alike made one.
type Spellings = [Spelling; 2];

/// Characters, with how many there are of each kind: names that differ much are told apart by that alone.
struct Spelling {
    characters: Vec<char>,
    counts: CharacterCounts,
}

/// An action that changes a connection or may lead to that.
struct Change {
    source: &'static str,
    action: &'static Action,
    spellings: Spellings,
}

static CHANGES: LazyLock<Vec<Change>> = LazyLock::new(|| {
    let actions = ALL.iter().flat_map(|source| source.actions.iter().map(|action| (source.name, action)));
    let changes = actions.filter(|(_, action)| action.operations().any(Operation::is_change_or_link));
    changes.map(|(source, action)| Change { source, action, spellings: spellings(action.name) }).collect()
});

/// The action of any source that changes connections and that a name is close to or looks like; white space,
/// invisible and confusable characters, accents and case make no difference.
pub fn lookalike(name: &str) -> Option<&'static Action> {
    let spellings = spellings(name);
    CHANGES.iter().find(|change| change.is_like(&spellings)).map(|change| change.action)
}

/// Whether a name is close to or looks like that of an action of a source that changes connections.
pub fn is_lookalike(source: &str, name: &str) -> bool {
    let spellings = spellings(name);
    CHANGES.iter().any(|change| change.source == source && change.is_like(&spellings))
}

impl Change {
    fn is_like(&self, spellings: &Spellings) -> bool {
        spellings.iter().zip(&self.spellings).any(|(a, b)| are_close(a, b))
    }
}

fn are_close(a: &Spelling, b: &Spelling) -> bool {
    a.counts.fewest_edits(&b.counts) <= MAX_EDITS
        && strsim::generic_damerau_levenshtein(&a.characters, &b.characters) <= MAX_EDITS
}

fn spelling(characters: impl Iterator<Item = char>) -> Spelling {
    let characters: Vec<_> = characters.collect();
    let counts = CharacterCounts::of(characters.iter().copied());
    Spelling { characters, counts }
}

fn spellings(name: &str) -> Spellings {
    let is_visible = |c: &char| !c.is_whitespace() && c.width().is_some_and(|width| width > 0);
    let visible: String = name.chars().filter(is_visible).collect();
    let lower = |c: char| c.to_lowercase();
    [
        spelling(visible.chars().flat_map(lower)),
        // Accents come apart from their letters.
        spelling(skeleton(&visible).filter(is_visible).flat_map(lower)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_change_is_found() {
        for name in [
            "sso.delete_connections",
            "sso.delete_connection ",
            " sso.delete_\u{200B}\u{200B}\u{200B}connection\n",
            "sso.delete_c\u{43E}nnecti\u{43E}n",
            "\u{455}\u{455}\u{43E}.d\u{435}l\u{435}t\u{435}_c\u{43E}nn\u{435}cti\u{43E}n",
            "sso.d\u{E9}l\u{E9}t\u{E9}_conn\u{E9}ction",
            "\u{FF53}\u{FF53}\u{FF4F}.\u{FF44}\u{FF45}lete_connection",
            "SSO.DELETE-CONNECTION",
            "SSO Delete Connection",
            "sso.de1ete_connecti0n",
            "sso.create_managment_portal_url",
            "organization.sos_created",
            "organization.sso_enable",
            "organization.sso_deletd",
        ] {
            assert!(lookalike(name).is_some(), "{name}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "",
            "sso.view_setting",
            "sso.update_connection",
            "sso.rotate_certificate",
            "organization.sso_paused",
            "directory.activated",
            "user.delete_session",
            &"sso.delete_connection".repeat(9),
        ] {
            assert!(lookalike(name).is_none(), "{name}");
        }
    }
}

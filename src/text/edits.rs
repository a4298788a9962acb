//! How many edits lie between texts, at least: cheap to find, so that few texts have to be compared exactly.

/// How many characters of each kind a text has. ASCII case makes no difference.
#[derive(Clone, Copy)]
pub struct CharacterCounts([u8; KINDS]);

/// Letters differ from those of the other case by a multiple of this, so that they are of one kind.
const KINDS: usize = 32;

impl CharacterCounts {
    /// Counts characters.
    pub fn of(characters: impl Iterator<Item = char>) -> Self {
        let mut counts = [0_u8; KINDS];
        for character in characters {
            let count = &mut counts[character as usize % KINDS];
            *count = count.saturating_add(1);
        }
        Self(counts)
    }

    /// How many edits at least make one text the other. An edit takes away one character at most, adds one at most, or
    /// swaps two.
    pub fn fewest_edits(&self, other: &Self) -> usize {
        let more =
            |a: &Self, b: &Self| a.0.iter().zip(&b.0).map(|(a, b)| u32::from(a.saturating_sub(*b))).sum();
        let (missing, added): (u32, u32) = (more(self, other), more(other, self));
        missing.max(added) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_are_never_fewer_edits(a in "[a-dA-D_é株\u{1F600}]{0,12}", b in "[a-dA-D_é株\u{1F600}]{0,12}") {
            let counts = [&a, &b].map(|text| CharacterCounts::of(text.chars()));
            let edits = strsim::damerau_levenshtein(&a.to_ascii_lowercase(), &b.to_ascii_lowercase());
            prop_assert!(counts[0].fewest_edits(&counts[1]) <= edits);
            prop_assert_eq!(counts[1].fewest_edits(&counts[0]), counts[0].fewest_edits(&counts[1]));
        }
    }

    #[test]
    fn different_characters_need_edits() {
        let of =
            |a: &str, b: &str| CharacterCounts::of(a.chars()).fewest_edits(&CharacterCounts::of(b.chars()));
        assert_eq!(
            (of("", ""), of("", "abc"), of("abc", "abd"), of("abc", "CAB"), of("ab", "aabb")),
            (0, 3, 1, 0, 2)
        );
        assert_eq!((of(&"a".repeat(300), ""), of(&"a".repeat(300), &"a".repeat(299))), (255, 0));
    }
}

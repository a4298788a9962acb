//! Characters that are invisible, or that change how a text is displayed, by their Unicode properties.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// Ranges of characters, in order: first and last.
type Ranges = Vec<(char, char)>;

/// Controls, characters that change the direction of text or are left out of it, separators of lines, and
/// noncharacters, of which XML forbids some and HTML all.
static HARMFUL: LazyLock<Ranges> = LazyLock::new(|| {
    ranges(
        r"[\p{Control}\p{Format}\p{Line_Separator}\p{Paragraph_Separator}\p{Bidi_Control}
        \p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]",
    )
});

static IGNORABLE: LazyLock<Ranges> = LazyLock::new(|| ranges(r"[\p{Default_Ignorable_Code_Point}]"));

/// Whether a terminal or a browser may obey the character, or display the text differently because of it.
#[inline]
pub fn is_harmful(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_control() } else { is_among(c, &HARMFUL) }
}

/// Whether displays leave the character out (`Default_Ignorable_Code_Point`), be it a letter or not.
pub fn is_ignorable(c: char) -> bool {
    !c.is_ascii() && is_among(c, &IGNORABLE)
}

fn is_among(c: char, ranges: &Ranges) -> bool {
    let at = ranges.partition_point(|(_, last)| *last < c);
    ranges.get(at).is_some_and(|(first, _)| *first <= c)
}

/// The characters of a class as regular expressions write it.
fn ranges(class: &str) -> Ranges {
    let class = class.replace(|c: char| c.is_whitespace(), "");
    let parsed = regex_syntax::parse(&class).expect("Unicode has these properties").into_kind();
    let HirKind::Class(Class::Unicode(class)) = parsed else {
        unreachable!("several characters are a class");
    };
    class.ranges().iter().map(|range| (range.start(), range.end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_or_is_obeyed() {
        let ignorable = [
            '\u{AD}'..='\u{AD}',
            '\u{34F}'..='\u{34F}',
            '\u{61C}'..='\u{61C}',
            '\u{115F}'..='\u{1160}',
            '\u{17B4}'..='\u{17B5}',
            '\u{180B}'..='\u{180F}',
            '\u{200B}'..='\u{200F}',
            '\u{202A}'..='\u{202E}',
            '\u{2060}'..='\u{206F}',
            '\u{3164}'..='\u{3164}',
            '\u{FE00}'..='\u{FE0F}',
            '\u{FEFF}'..='\u{FEFF}',
            '\u{FFA0}'..='\u{FFA0}',
            '\u{FFF0}'..='\u{FFF8}',
            '\u{1BCA0}'..='\u{1BCA3}',
            '\u{1D173}'..='\u{1D17A}',
            '\u{E0000}'..='\u{E0FFF}',
        ];
        for c in '\0'..=char::MAX {
            let is_ignored = ignorable.iter().any(|range| range.contains(&c));
            assert_eq!(is_ignorable(c), is_ignored, "{c:?}");
            let is_noncharacter = u32::from(c) & 0xFFFE == 0xFFFE || ('\u{FDD0}'..='\u{FDEF}').contains(&c);
            let is_other = matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}');
            let is_certain = is_ignored || is_noncharacter || is_other || c.is_control();
            assert!(!is_certain || is_harmful(c), "{c:?}");
        }
    }

    #[test]
    fn what_people_read_is_left_alone() {
        let text = "Zoë Lindqvist, 田中 花子, Ἀθηνᾶ, e\u{301}, \u{A0}\u{3000}, שָׁלוֹם, नमस्ते, 한국어, 😀, \u{2764}, €²µ";
        assert_eq!(text.find(is_harmful), None);
    }
}

//! Cutting texts. Only this file cuts a `str` at a computed byte, and never inside of a character; Clippy refuses cuts
//! elsewhere, see `Cargo.toml` and `clippy.toml`.

#![allow(
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "every cut is moved back to where a character begins"
)]

use std::borrow::Cow;

/// The part from byte `start` up to byte `end`. Cuts beyond the text or inside of a character are moved back to where
/// a character begins.
#[inline(always)]
pub fn piece(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_else(|| moved(text, start, end))
}

#[cold]
fn moved(text: &str, start: usize, end: usize) -> &str {
    let end = text.floor_char_boundary(end);
    &text[text.floor_char_boundary(start).min(end)..end]
}

/// The part before byte `at`, and the rest. A cut beyond the text or inside of a character is moved back.
pub fn split(text: &str, at: usize) -> (&str, &str) {
    text.split_at(text.floor_char_boundary(at))
}

/// Drops the part from byte `at` on. A cut inside of a character is moved back.
pub fn truncate(text: &mut String, at: usize) {
    text.truncate(text.floor_char_boundary(at));
}

/// The first `most` characters, and `…` if there are more.
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    // A text has no more characters than bytes.
    let end = (text.len() > most).then(|| text.char_indices().nth(most)).flatten();
    match end {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// The first and the last `most` characters, and `…` between them if something is left out.
pub fn ends(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= 2 * most {
        return Cow::Borrowed(text);
    }
    let first = text.char_indices().nth(most).map(|(at, _)| at);
    let last = most.checked_sub(1).and_then(|before| text.char_indices().nth_back(before)).map(|(at, _)| at);
    match (first, last.or(Some(text.len()))) {
        (Some(first), Some(last)) if first < last => {
            Cow::Owned(format!("{}…{}", &text[..first], &text[last..]))
        }
        _ => Cow::Borrowed(text),
    }
}

/// At most `most` bytes, which end in `…` if something is left out. Nothing if not even that fits.
pub fn within(text: &str, most: usize) -> Cow<'_, str> {
    const MARK: char = '…';
    match most.checked_sub(MARK.len_utf8()) {
        _ if text.len() <= most => Cow::Borrowed(text),
        Some(room) => Cow::Owned(format!("{}{MARK}", split(text, room).0)),
        None => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_are_moved_back_to_where_a_character_begins() {
        let text = "aé株😀";
        let pieces: Vec<_> = (0..=12).map(|at| split(text, at).0).collect();
        assert_eq!(pieces[..5], ["", "a", "a", "aé", "aé"]);
        assert_eq!(pieces[5..], ["aé", "aé株", "aé株", "aé株", "aé株", text, text, text]);
        assert_eq!((piece(text, 2, 5), piece(text, 1, 6), piece(text, 7, 99)), ("é", "é株", "😀"));
        assert_eq!((piece(text, 6, 3), piece(text, 99, 99)), ("", ""));
    }

    #[test]
    fn what_is_left_out_is_said() {
        for (text, most, expected) in
            [("éé", 2, "éé"), ("ééé", 2, "éé…"), ("", 0, ""), ("é", 0, "…"), ("abc", 9, "abc")]
        {
            assert_eq!(shortened(text, most), expected, "{text}");
        }
        for (text, most, expected) in [
            ("ééé株", 2, "ééé株"),
            ("éééa株", 2, "éé…a株"),
            ("ab", 0, "…"),
            ("", 0, ""),
            ("é", 1, "é"),
            ("éü", 1, "éü"),
            ("éüa", 1, "é…a"),
        ] {
            assert_eq!(ends(text, most), expected, "{text}");
        }
        for (text, most, expected) in
            [("abcd", 4, "abcd"), ("abcde", 4, "a…"), ("éééé", 6, "é…"), ("株株", 3, "…"), ("株株", 2, "")]
        {
            assert_eq!(within(text, most), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_cut_panics_or_loses_a_character(text in any::<String>(), start in 0..80_usize, end in 0..80_usize) {
            let (before, after) = split(&text, start);
            prop_assert_eq!(format!("{before}{after}"), text.as_str());
            let mut cut = text.clone();
            truncate(&mut cut, start);
            prop_assert_eq!(&cut, before);
            prop_assert!(text.contains(piece(&text, start, end)));
            if let Some(exact) = text.get(start..end) {
                prop_assert_eq!(piece(&text, start, end), exact);
            }
            prop_assert!(within(&text, start).len() <= start);
            prop_assert!(ends(&text, start).chars().count() <= 2 * start + 1);
            prop_assert!(shortened(&text, start).chars().count() <= start + 1);
        }
    }
}

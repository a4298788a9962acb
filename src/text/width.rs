//! Text by the terminal columns that it takes.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Where a text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// At its end.
    End,
    /// In its middle, as both ends of an id matter.
    Middle,
}

/// The terminal columns of a text.
#[inline]
pub fn width(text: &str) -> usize {
    let is_plain = text.bytes().fold(true, |is, byte| is & matches!(byte, b' '..=b'~'));
    if is_plain { text.len() } else { text.width() }
}

/// Cuts a text to so many terminal columns.
pub fn cut(text: &str, room: usize, cut: Cut) -> Cow<'_, str> {
    if width(text) <= room {
        return Cow::Borrowed(text);
    }
    Cow::Owned(shortened(text, room, cut))
}

fn shortened(text: &str, width: usize, cut: Cut) -> String {
    let room = width.saturating_sub(1);
    let tail = if cut == Cut::Middle { room / 2 } else { 0 };
    let mut kept = String::new();
    take(text.chars(), room - tail, |c| kept.push(c));
    kept.push('…');
    let mut end = Vec::new();
    take(text.chars().rev(), tail, |c| end.push(c));
    kept.extend(end.iter().rev());
    if width == 0 { String::new() } else { kept }
}

/// The terminal columns of a character. Those of a text may be fewer than the sum, but not more.
pub fn columns_of(c: char) -> usize {
    c.width().unwrap_or(0)
}

fn take(chars: impl Iterator<Item = char>, mut room: usize, mut keep: impl FnMut(char)) {
    for c in chars {
        let width = columns_of(c);
        if width > room {
            break;
        }
        room -= width;
        keep(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_display_width() {
        assert_eq!(cut("Zoë Lindqvist", 6, Cut::End), "Zoë L…");
        assert_eq!(cut("org_01JGXYZ456", 9, Cut::Middle), "org_…Z456");
        assert_eq!(cut("株式会社みどり", 6, Cut::End), "株式…");
        assert_eq!(cut("abc", 3, Cut::End), "abc");
        assert_eq!(cut("abc", 1, Cut::Middle), "…");
        assert_eq!(cut("abc", 0, Cut::Middle), "");
    }
}

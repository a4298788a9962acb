//! Texts made fit to print: harmless, in ASCII where that is asked for, wrapped, and padded.
//!
//! In [`Charset::Ascii`], texts of the log are escaped as they come in. Whatever else is not ASCII in the finished
//! output is a mark of ours, and [`to_charset`] has a letter of the same width for it.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

use crate::text::cut;
use crate::text::escape::{escape_controls, is_command};
use crate::text::width::{self, Cut};

/// The characters that may be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Every character that is harmless.
    Unicode,
    /// Nothing but ASCII.
    Ascii,
}

/// Escapes a text of the log.
pub fn escape_log<'t>(text: impl Into<Cow<'t, str>>, charset: Charset) -> String {
    let text = text.into();
    match escaped_log(&text, charset) {
        Cow::Owned(escaped) => escaped,
        Cow::Borrowed(_) => text.into_owned(),
    }
}

/// The same without a copy of a text that needs no escape.
pub fn escaped_log(text: &str, charset: Charset) -> Cow<'_, str> {
    let text = escape_controls(text);
    if charset == Charset::Unicode || text.is_ascii() {
        return text;
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
        } else {
            escaped.extend(c.escape_unicode());
        }
    }
    Cow::Owned(escaped)
}

/// Escapes a text of ours, whose marks have a letter in ASCII; it may quote the log.
pub fn escape_own(text: &str, charset: Charset) -> String {
    // Letters first: a mark that the log has may become part of a command.
    escape_log(to_charset(text.to_owned(), charset), charset)
}

/// Replaces every mark of ours in finished output by its letter if only ASCII may be printed.
pub fn to_charset(text: String, charset: Charset) -> String {
    if charset == Charset::Unicode || text.is_ascii() {
        return text;
    }
    text.chars().map(|c| ascii_for(c).unwrap_or(c)).collect()
}

/// The letter that stands for a mark of ours.
fn ascii_for(c: char) -> Option<char> {
    Some(match c {
        '…' => '~',
        '─' | '–' | '—' => '-',
        '━' => '=',
        '┅' => '-',
        '▶' => '>',
        '×' => 'x',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '▁' => '_',
        '░' | '▂' | '▃' => '.',
        '▒' | '▄' | '▅' => ':',
        '▏' | '▎' | '▍' | '▆' | '▇' => '|',
        '▓' => '*',
        '▌' | '▋' | '▊' | '▉' | '█' => '#',
        _ => return None,
    })
}

/// Breaks a text into lines of at most `width` columns, at spaces where that is possible.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain && text.len() <= width && !text.starts_with(' ') {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let (mut line, mut taken) = (String::new(), 0);
    for mut word in text.split(' ') {
        while let (head, Some(rest)) = split(word, width) {
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            lines.push(head.to_owned());
            (word, taken) = (rest, 0);
        }
        if !line.is_empty() && taken + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if line.is_empty() {
            taken = word.width();
        } else {
            line.push(' ');
            taken += 1 + word.width();
        }
        line.push_str(word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Splits a word into the part that fits on a line, one character at least, and the rest if there is one. The rest
/// begins a character earlier where it would be a command of a CI job.
fn split(word: &str, width: usize) -> (&str, Option<&str>) {
    let (mut taken, mut last) = (0, 0);
    for (at, c) in word.char_indices() {
        taken += width::columns_of(c);
        if taken > width && at > 0 {
            let at = if last > 0 && is_command(cut::split(word, at).1) { last } else { at };
            let (head, rest) = cut::split(word, at);
            return (head, Some(rest));
        }
        last = at;
    }
    (word, None)
}

/// Cuts a text in its middle, or fills it with spaces, to exactly `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    let mut text = width::cut(text, width, Cut::Middle).into_owned();
    text.push_str(&" ".repeat(width.saturating_sub(text.width())));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ascii_when_asked_for() {
        for (text, of_log, of_report) in [
            ("plain", "plain", "plain"),
            ("Zoë — x", "Zo\\u{eb} \\u{2014} x", "Zo\\u{eb} - x"),
            ("a\u{1b}b\u{202e}", "a\\u{1b}b\\u{202e}", "a\\u{1b}b\\u{202e}"),
            ("██", "\\u{2588}\\u{2588}", "#\\u{23}"),
        ] {
            assert_eq!(to_charset(escape_log(text, Charset::Ascii), Charset::Ascii), of_log);
            assert_eq!(to_charset(escape_own(text, Charset::Ascii), Charset::Ascii), of_report);
        }
        assert_eq!(escape_log("Zoë —", Charset::Unicode), "Zoë —");
    }

    #[test]
    fn wraps_at_spaces_and_within_long_words() {
        for (text, width, lines) in [
            ("", 5, vec![""]),
            ("one two three", 7, vec!["one two", "three"]),
            ("one two three", 80, vec!["one two three"]),
            ("a abcdefgh b", 4, vec!["a", "abcd", "efgh", "b"]),
            ("株式会社", 5, vec!["株式", "会社"]),
            ("株", 1, vec!["株"]),
            ("aaa::b::c", 3, vec!["aa", "a::", "b::", "c"]),
            ("a::b::c", 1, vec!["a", ":", ":", "b", ":", ":", "c"]),
        ] {
            assert_eq!(wrapped(text, width), lines, "{text}");
        }
    }
}

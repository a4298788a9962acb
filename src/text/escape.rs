//! Escapes text for where it is displayed, as attackers may write the fields of a log.

use std::borrow::Cow;
use std::io;
use std::net::Ipv6Addr;

use serde::Serialize;

use crate::text::characters::is_harmful;
use crate::text::cut::{piece, split};
use crate::text::plain::{for_each_sign, is_plain};

/// Escapes characters that a terminal would obey or hide ([`is_harmful`]), and commands to CI jobs.
///
/// GitHub's runner takes a line that begins with `::name …::` for a command, and `##[name …]`
/// anywhere; others take `##vso[` or `##teamcity[`. So no text has `##`, and no word
/// begins with `::` unless it is an IPv6 address. Code that breaks a word into lines must not begin
/// a line with `::` either, see [`is_command`].
pub fn escape_controls(text: &str) -> Cow<'_, str> {
    if is_plain(text.as_bytes(), [b'#', b':']) {
        return Cow::Borrowed(text);
    }
    let is_harmless = is_plain(text.as_bytes(), []) || !text.chars().any(is_harmful);
    if is_harmless && !text.contains("##") && !text.contains("::") {
        return Cow::Borrowed(text);
    }
    // A character that is escaped becomes part of a word.
    let begins_word = |before: char| before.is_whitespace() && !is_harmful(before);
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut rest = text.chars();
    loop {
        let here = rest.as_str();
        let Some(c) = rest.next() else { break };
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '#' if before == '#' => escaped.extend(c.escape_unicode()),
            ':' if begins_word(before) && is_command(here) => escaped.extend(c.escape_unicode()),
            c if is_harmful(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
        before = c;
    }
    Cow::Owned(escaped)
}

/// Whether a line that begins with the text may be a command of a CI job.
pub fn is_command(text: &str) -> bool {
    let word = || text.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default();
    text.starts_with("::") && word().parse::<Ipv6Addr>().is_err()
}

/// With what a text begins that a spreadsheet would take for a formula. Some do so with wide forms of the signs as well.
const FORMULA_SIGNS: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

/// Puts an apostrophe before text that a spreadsheet would take for a formula, and before text that looks as if it had
/// one already, so that [`unescape_formula`] gives every text back.
pub fn escape_formula(text: &str) -> Cow<'_, str> {
    let begins_harmlessly = text.bytes().next().is_none_or(|byte| byte.is_ascii_alphanumeric());
    if !begins_harmlessly && text.trim_start_matches('\'').starts_with(FORMULA_SIGNS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that [`escape_formula`] made this of.
pub fn unescape_formula(text: &str) -> &str {
    let escaped = text.strip_prefix('\'');
    escaped.filter(|text| text.trim_start_matches('\'').starts_with(FORMULA_SIGNS)).unwrap_or(text)
}

/// Escapes the same characters in finished JSON, which reads back the same. Newlines between values stay. Commands
/// that begin with colons need no escape, as no line of JSON does.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| c != '\n' && is_harmful(c);
    // Without an early end, so that many bytes are compared at once.
    let is_plain = text.bytes().fold(true, |is, byte| is & matches!(byte, b' '..=b'~') & (byte != b'#'));
    if is_plain || !(text.contains("##") || text.chars().any(is_odd)) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for c in text.chars() {
        if is_odd(c) || (c == '#' && before == '#') {
            let units =
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            escaped.push_str(&units);
        } else {
            escaped.push(c);
        }
        before = c;
    }
    Cow::Owned(escaped)
}

/// Escapes strings as [`json`] does while they are written.
struct HarmlessJson;

impl serde_json::ser::Formatter for HarmlessJson {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        to.write_all(json(fragment).as_bytes())
    }
}

/// Writes a value as escaped JSON on one line.
pub fn write_json(value: &(impl Serialize + ?Sized), to: &mut (impl io::Write + ?Sized)) -> io::Result<()> {
    Ok(value.serialize(&mut serde_json::Serializer::with_formatter(to, HarmlessJson))?)
}

/// Escapes characters that have a meaning in a cell of a Markdown table, or in HTML there.
pub fn markdown(text: &str) -> Cow<'_, str> {
    let is_plain =
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-' | b','));
    if is_plain {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    write_markdown(text, |part| escaped.push_str(part));
    Cow::Owned(escaped)
}

/// Writes the parts of what [`markdown`] makes of a text.
pub fn write_markdown(text: &str, write: impl FnMut(&str)) {
    write_markdown_signs(&escape_controls(text), write);
}

/// The same of a text that [`escape_controls`] leaves as it is.
pub fn write_markdown_signs(text: &str, mut write: impl FnMut(&str)) {
    let mut written = 0;
    for_each_sign(text.as_bytes(), |at| {
        if let Some(escaped) = escaped_sign(text, at) {
            write(piece(text, written, at));
            write(escaped);
            written = at + 1;
        }
    });
    write(piece(text, written, text.len()));
}

/// What stands for the sign at a byte of a text, if it means something there.
fn escaped_sign(text: &str, at: usize) -> Option<&'static str> {
    let before = || split(text, at).0.chars().next_back().unwrap_or(' ');
    let after = || piece(text, at + 1, text.len());
    Some(match *text.as_bytes().get(at)? {
        // `@name` would notify a person, and `#1` and `a@example.com` would be links, even if the sign is an entity.
        // A comment after it prevents that; for the others an entity is enough.
        b'@' => "@<!-- -->",
        b'#' if after().starts_with(|next: char| next.is_ascii_digit()) => "#<!-- -->",
        b'#' => "&#35;",
        b'&' => "&#38;",
        b'<' => "&#60;",
        b'>' => "&#62;",
        b':' if after().starts_with("//") => "&#58;",
        b'.' if before().eq_ignore_ascii_case(&'w') => "&#46;",
        b':' | b'.' => return None,
        b'_' if before().is_alphanumeric() && after().starts_with(char::is_alphanumeric) => return None,
        b'_' => "\\_",
        b'\\' => "\\\\",
        b'`' => "\\`",
        b'*' => "\\*",
        b'[' => "\\[",
        b']' => "\\]",
        b'(' => "\\(",
        b')' => "\\)",
        b'!' => "\\!",
        b'|' => "\\|",
        b'~' => "\\~",
        b'$' => "\\$",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_a_terminal_would_obey() {
        assert_eq!(escape_controls("Zoë 田中 😀"), "Zoë 田中 😀");
        assert_eq!(escape_controls("a\u{1b}[31mb\n\t\u{9b}"), "a\\u{1b}[31mb\\n\\t\\u{9b}");
        assert_eq!(escape_controls("a\u{202e}b\u{200b}\u{feff}"), "a\\u{202e}b\\u{200b}\\u{feff}");
        assert_eq!(
            escape_controls("\u{fdd0}\u{fffe}\u{fffd}\u{1ffff}"),
            "\\u{fdd0}\\u{fffe}\u{fffd}\\u{1ffff}"
        );
    }

    #[test]
    fn commands_of_ci_jobs_are_broken() {
        for (text, expected) in [
            ("::error::x", "\\u{3a}:error::x"),
            ("a ::error::x", "a \\u{3a}:error::x"),
            ("a\u{3000}::error::x", "a\u{3000}\\u{3a}:error::x"),
            ("##[error]##[x", "#\\u{23}[error]#\\u{23}[x"),
            ("a\n::error::x", "a\\n::error::x"),
            ("###vso[", "#\\u{23}\\u{23}vso["),
            // Left as they are, for people who read addresses and names of classes.
            ("::1 ::ffff:192.0.2.1 ::/0 2001:db8::1", "::1 ::ffff:192.0.2.1 ::/0 2001:db8::1"),
            ("LWP::Simple/6.0 #1 # #", "LWP::Simple/6.0 #1 # #"),
        ] {
            assert_eq!(escape_controls(text), expected);
        }
    }

    #[test]
    fn json_reads_back_the_same() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}株##[error]\"\n";
        let plain = serde_json::to_string_pretty(&[text]).unwrap();
        let mut written = Vec::new();
        write_json(&[text], &mut written).unwrap();
        for escaped in [&*json(&plain), std::str::from_utf8(&written).unwrap()] {
            assert!(escaped.contains("\\u007f\\u009b\\u202e\\udb40\\udc41株#\\u0023["), "{escaped}");
            assert_eq!(serde_json::from_str::<[String; 1]>(escaped).unwrap(), [text]);
        }
    }

    #[test]
    fn defuses_formulas() {
        assert_eq!(escape_formula("=1+1"), "'=1+1");
        assert_eq!(escape_formula("-x"), "'-x");
        assert_eq!(escape_formula("\n=1"), "'\n=1");
        assert_eq!(escape_formula("＝1+1"), "'＝1+1");
        assert_eq!(escape_formula("a=1"), "a=1");
        for text in ["=1", "'=1", "''-", "'", "'a", "a", "", "＝", "'\n"] {
            assert_eq!(unescape_formula(&escape_formula(text)), text);
        }
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(markdown("a|b<i>*c*"), "a\\|b&#60;i&#62;\\*c\\*");
        assert_eq!(markdown("sso.delete_connection _x_"), "sso.delete_connection \\_x\\_");
        assert_eq!(
            markdown("@ann a@example.com #12 #a"),
            "@<!-- -->ann a@<!-- -->example.com #<!-- -->12 &#35;a"
        );
        assert_eq!(markdown("12:30 https://www.example.com"), "12:30 https&#58;//www&#46;example.com");
    }
}

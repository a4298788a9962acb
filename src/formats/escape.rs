//! Makes text harmless for where it is shown: fields of a log are written by attackers.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Escapes what a terminal would obey or hide: control, bidirectional and zero-width characters; and
/// noncharacters, which HTML and XML forbid.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if is_unsafe(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || u32::from(c) & 0xFFFE == 0xFFFE
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FDD0}'..='\u{FDEF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Keeps a spreadsheet from taking text for a formula, by an apostrophe before it.
pub fn defused(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Escapes the same in finished JSON, whose readers see no difference; newlines stand between values.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| c != '\n' && is_unsafe(c);
    if text.is_ascii() && !text.contains('\u{7f}') || !text.chars().any(is_odd) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_odd(c) {
            let units =
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            escaped.push_str(&units);
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Writes a value as JSON on one line, with the same escaped.
pub fn write_json(value: &impl Serialize, out: impl Write) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Harmless))
}

struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        out.write_all(json(fragment).as_bytes())
    }
}

/// Escapes what Markdown or the HTML in it would give a meaning, for a cell of a table.
pub fn markdown(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let has_meaning = match c {
            ':' => rest.as_str().starts_with("//"),
            '.' => before.eq_ignore_ascii_case(&'w'),
            '_' => !before.is_alphanumeric() || !rest.as_str().starts_with(char::is_alphanumeric),
            _ => true,
        };
        match c {
            // `@name` would notify a person; the others would link.
            '&' | '<' | '>' | '@' | '#' => escaped.push_str(&format!("&#{};", u32::from(c))),
            ':' | '.' if has_meaning => escaped.push_str(&format!("&#{};", u32::from(c))),
            '_' if !has_meaning => escaped.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | '$' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_a_terminal_would_obey() {
        assert_eq!(visible("Zoë 田中 😀"), "Zoë 田中 😀");
        assert_eq!(visible("a\u{1b}[31mb\n\t\u{9b}"), "a\\u{1b}[31mb\\n\\t\\u{9b}");
        assert_eq!(visible("a\u{202e}b\u{200b}\u{feff}"), "a\\u{202e}b\\u{200b}\\u{feff}");
        assert_eq!(visible("\u{fdd0}\u{fffe}\u{fffd}\u{1ffff}"), "\\u{fdd0}\\u{fffe}\u{fffd}\\u{1ffff}");
    }

    #[test]
    fn json_reads_back_the_same() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{e0041}株\"\n";
        let plain = serde_json::to_string_pretty(&[text]).unwrap();
        let escaped = json(&plain);
        assert!(escaped.contains("\\u007f\\u009b\\u202e\\udb40\\udc41株"), "{escaped}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&escaped).unwrap(), [text]);
        let mut written = Vec::new();
        write_json(&[text], &mut written).unwrap();
        assert!(written.ends_with(b"\\u007f\\u009b\\u202e\\udb40\\udc41\xE6\xA0\xAA\\\"\\n\"]"));
    }

    #[test]
    fn defuses_formulas() {
        assert_eq!(defused("=1+1"), "'=1+1");
        assert_eq!(defused("-x"), "'-x");
        assert_eq!(defused("a=1"), "a=1");
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(markdown("a|b<i>*c*"), "a\\|b&#60;i&#62;\\*c\\*");
        assert_eq!(markdown("sso.delete_connection _x_"), "sso.delete_connection \\_x\\_");
        assert_eq!(markdown("12:30 https://www.example.com"), "12:30 https&#58;//www&#46;example.com");
    }
}

//! Texts and numbers as CEL writes them.

use super::mistake::Mistake;

/// The text that another one begins with, and how many bytes it takes there; `None` if it begins with none.
pub fn text(source: &str) -> Result<Option<(String, usize)>, Mistake> {
    let is_prefix = |c: char| matches!(c, 'r' | 'R' | 'b' | 'B');
    let opening = source.trim_start_matches(is_prefix);
    let prefix = source.get(..source.len() - opening.len()).unwrap_or_default();
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| opening.starts_with(quote));
    let (Some(quote), true) = (quote, prefix.len() <= 2) else {
        return Ok(None);
    };
    if prefix.contains(['b', 'B']) {
        return Err(Mistake::new(&(0..prefix.len()), "bytes cannot be compared with anything; write a text"));
    }
    let body = opening.strip_prefix(quote).unwrap_or_default();
    let begin = source.len() - body.len();
    let mut text = String::new();
    let mut left = body;
    loop {
        if let Some(after) = left.strip_prefix(quote) {
            return Ok(Some((text, source.len() - after.len())));
        }
        let at = source.len() - left.len();
        let first = left.chars().next().filter(|c| quote.len() > 1 || !matches!(c, '\n' | '\r'));
        let Some(first) = first else {
            let message = format!("the text has no end; write {quote} after it");
            return Err(Mistake::new(&(begin - quote.len()..at), message));
        };
        let length = if first == '\\' && prefix.is_empty() {
            let (character, length) = escape(left).ok_or_else(|| unknown_escape(left, at))?;
            text.push(character);
            length
        } else {
            text.push(first);
            first.len_utf8()
        };
        left = left.get(length..).unwrap_or_default();
    }
}

fn unknown_escape(left: &str, at: usize) -> Mistake {
    let shown: String = left.chars().take(2).collect();
    let length = shown.len();
    let message = format!(
        "`{}` is not an escape that CEL knows; write `\\\\` for a backslash, or r\"…\" for a text without \
         escapes",
        shown.escape_debug().to_string().replace("\\\\", "\\")
    );
    Mistake::new(&(at..at + length), message)
}

/// The character that an escape stands for, and how many bytes it takes.
fn escape(text: &str) -> Option<(char, usize)> {
    let mut characters = text.chars().skip(1);
    let kind = characters.next()?;
    let digits = |from: usize, count: usize, radix: u32| {
        let digits = text.get(from..from + count)?;
        let is_plain = digits.chars().all(|digit| digit.is_digit(radix));
        let number = is_plain.then(|| u32::from_str_radix(digits, radix).ok())??;
        Some((char::from_u32(number)?, from + count))
    };
    let simple = match kind {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{C}',
        'v' => '\u{B}',
        '\\' | '"' | '\'' | '`' | '?' => kind,
        'x' | 'X' => return digits(2, 2, 16),
        'u' => return digits(2, 4, 16),
        'U' => return digits(2, 8, 16),
        '0'..='3' => return digits(1, 3, 8),
        _ => return None,
    };
    Some((simple, 2))
}

/// A number without a sign.
pub enum Number {
    /// A whole number.
    Integer(u64),
    /// A number with a fraction or an exponent.
    Float(f64),
}

/// The number that a text begins with, and how many bytes it takes.
pub fn number(source: &str) -> Result<(Number, usize), Mistake> {
    let end = |from: usize, is_part: fn(char) -> bool| {
        let rest = source.get(from..).unwrap_or_default();
        from + rest.find(|c| !is_part(c)).unwrap_or(rest.len())
    };
    let piece = |from: usize, to: usize| source.get(from..to).unwrap_or_default();
    let is_digit: fn(char) -> bool = |c| c.is_ascii_digit();
    let (number, length) = if piece(0, 2).eq_ignore_ascii_case("0x") {
        let length = end(2, |c| c.is_ascii_hexdigit());
        (u64::from_str_radix(piece(2, length), 16).ok().map(Number::Integer), length)
    } else {
        let whole = end(0, is_digit);
        let fraction_end = end(whole + 1, is_digit);
        let fraction =
            if piece(whole, whole + 1) == "." && fraction_end > whole + 1 { fraction_end } else { whole };
        let sign = usize::from(matches!(piece(fraction + 1, fraction + 2), "+" | "-"));
        let exponent_end = end(fraction + 1 + sign, is_digit);
        let has_exponent =
            matches!(piece(fraction, fraction + 1), "e" | "E") && exponent_end > fraction + 1 + sign;
        let length = if has_exponent { exponent_end } else { fraction };
        let number = if length == whole {
            piece(0, length).parse().ok().map(Number::Integer)
        } else {
            piece(0, length).parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Float)
        };
        (number, length)
    };
    let length = length.max(1);
    let after = source.get(length..).and_then(|rest| rest.chars().next());
    match (number, after) {
        (Some(number), after) if !after.is_some_and(|c| c.is_alphanumeric() || c == '_') => {
            Ok((number, length))
        }
        (Some(_), Some('u' | 'U')) => {
            Err(Mistake::new(&(0..length + 1), "numbers have a sign here; write it without `u`"))
        }
        (Some(_), _) => {
            Err(Mistake::new(&(0..length), "a letter cannot follow a number; write a text in quotes"))
        }
        (None, _) => Err(Mistake::new(&(0..length), "the number is too large, or has no digits")),
    }
}

//! An expression as tokens.

use std::ops::Range;

use super::literal::{self, Number};
use super::mistake::Mistake;

/// A token, and the bytes where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it is.
    pub at: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind {
    /// A name or a word of the language.
    Word(String),
    /// A text, without its quotes and escapes.
    Text(String),
    /// A whole number without a sign.
    Integer(u64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// An operator or a bracket.
    Symbol(&'static str),
    /// The end of the expression.
    End,
}

/// Operators and brackets, longer ones before those that they begin with.
const SYMBOLS: [&str; 22] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", "{", "}", ",", ":", ".", "+", "-",
    "?", "=",
];

/// The tokens of an expression; the last one is its end.
pub fn tokens(source: &str) -> Result<Vec<Token>, Mistake> {
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += blank(rest(source, at));
        let left = rest(source, at);
        let Some(first) = left.chars().next() else {
            tokens.push(Token { kind: TokenKind::End, at: at..at });
            return Ok(tokens);
        };
        let (kind, length) = match literal::text(left).map_err(|mistake| moved(mistake, at))? {
            Some((text, length)) => (TokenKind::Text(text), length),
            None if first.is_ascii_alphabetic() || first == '_' => word(left),
            None if first.is_ascii_digit() => {
                match literal::number(left).map_err(|mistake| moved(mistake, at))? {
                    (Number::Integer(number), length) => (TokenKind::Integer(number), length),
                    (Number::Float(number), length) => (TokenKind::Float(number), length),
                }
            }
            None => symbol(left).ok_or_else(|| unknown(first, at))?,
        };
        tokens.push(Token { kind, at: at..at + length });
        at += length;
    }
}

/// What is left of the expression from a byte.
fn rest(source: &str, at: usize) -> &str {
    source.get(at..).unwrap_or_default()
}

/// Bytes of white space and comments that a text begins with.
fn blank(text: &str) -> usize {
    let mut left = text.trim_start();
    while let Some(comment) = left.strip_prefix("//") {
        left = comment.find('\n').map_or("", |end| rest(comment, end)).trim_start();
    }
    text.len() - left.len()
}

fn word(text: &str) -> (TokenKind, usize) {
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    (TokenKind::Word(text.get(..length).unwrap_or_default().to_owned()), length)
}

fn symbol(text: &str) -> Option<(TokenKind, usize)> {
    let symbol = SYMBOLS.into_iter().find(|symbol| text.starts_with(symbol))?;
    Some((TokenKind::Symbol(symbol), symbol.len()))
}

fn unknown(found: char, at: usize) -> Mistake {
    let advice = match found {
        '&' => "; write `&&`",
        '|' => "; write `||`",
        '“' | '”' | '„' | '‘' | '’' => "; write a text in straight quotes, \"like this\"",
        '*' | '/' | '%' => "; the only arithmetic is + and - with times",
        _ => "",
    };
    let at = at..at + found.len_utf8();
    Mistake::new(&at, format!("`{}` has no meaning here{advice}", found.escape_debug()))
}

fn moved(Mistake { at, message }: Mistake, by: usize) -> Mistake {
    Mistake { at: at.start + by..at.end + by, message }
}

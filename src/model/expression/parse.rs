//! Tokens to a tree. What CEL has and this subset has not is refused with words.

use std::ops::Range;

use super::lexer::{Token, TokenKind, tokens};
use super::mistake::Mistake;
use super::relation::Relation;

/// A part of an expression, and the bytes where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Where it is.
    pub at: Range<usize>,
    /// What it is.
    pub kind: PartKind,
}

/// What a part of an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum PartKind {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A name with its dots, or `true`, `false` or `null`.
    Name(String),
    /// `[a, b]`
    List(Vec<Part>),
    /// `{a: b}`
    Map(Vec<(Part, Part)>),
    /// `name(a)`
    Call(String, Vec<Part>),
    /// `a.name(b)`
    Method(Box<Part>, Named, Vec<Part>),
    /// `!a`
    Not(Box<Part>),
    /// `a && b`
    All(Vec<Part>),
    /// `a || b`
    Any(Vec<Part>),
    /// `a == b`
    Related(Box<Part>, Relation, Box<Part>),
    /// `a + b - c`: each with its sign, 1 or -1.
    Sum(Vec<(i128, Part)>),
}

/// A name, and the bytes where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Where it is.
    pub at: Range<usize>,
}

/// Brackets and negations may be nested so deep.
const MAX_DEPTH: usize = 64;

/// The tree of an expression.
pub fn parse(source: &str) -> Result<Part, Mistake> {
    let tokens = tokens(source)?;
    let mut parser = Parser { tokens: &tokens, next: 0, depth: 0 };
    let part = parser.any()?;
    match parser.peek() {
        Token { kind: TokenKind::End, .. } => Ok(part),
        token => Err(unexpected(token, "an operator or the end")),
    }
}

struct Parser<'t> {
    tokens: &'t [Token],
    next: usize,
    depth: usize,
}

type Parsed<T> = Result<T, Mistake>;

impl<'t> Parser<'t> {
    fn peek(&self) -> &'t Token {
        // The last token is the end, which nobody passes.
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> &'t Token {
        let token = self.peek();
        self.next += 1;
        token
    }

    /// Takes a symbol, if it comes next.
    fn accept(&mut self, symbol: &str) -> Option<&'t Token> {
        let is_next = matches!(self.peek().kind, TokenKind::Symbol(next) if next == symbol);
        is_next.then(|| self.take())
    }

    fn expect(&mut self, symbol: &str) -> Parsed<&'t Token> {
        self.accept(symbol).ok_or_else(|| unexpected(self.peek(), &format!("`{symbol}`")))
    }

    /// Goes one level deeper for a part.
    fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} brackets and negations are nested here");
            return Err(Mistake::new(&self.peek().at, message));
        }
        self.depth += 1;
        let part = part(self)?;
        self.depth -= 1;
        Ok(part)
    }

    fn any(&mut self) -> Parsed<Part> {
        self.joined("||", Self::all, PartKind::Any)
    }

    fn all(&mut self) -> Parsed<Part> {
        self.joined("&&", Self::related, PartKind::All)
    }

    fn joined(
        &mut self,
        symbol: &str,
        part: fn(&mut Self) -> Parsed<Part>,
        join: fn(Vec<Part>) -> PartKind,
    ) -> Parsed<Part> {
        let mut parts = vec![part(self)?];
        while self.accept(symbol).is_some() {
            parts.push(part(self)?);
        }
        Ok(match parts.as_slice() {
            [first, .., last] => Part { at: first.at.start..last.at.end, kind: join(parts) },
            _ => parts.remove(0),
        })
    }

    fn related(&mut self) -> Parsed<Part> {
        let left = self.sum()?;
        let Some(relation) = self.relation()? else {
            return Ok(left);
        };
        let right = self.sum()?;
        if let Some(second) = self.relation()? {
            let message = format!("`{}` has a comparison before it; join two with `&&`", second.symbol());
            return Err(Mistake::new(&self.tokens[self.next - 1].at, message));
        }
        let at = left.at.start..right.at.end;
        Ok(Part { at, kind: PartKind::Related(Box::new(left), relation, Box::new(right)) })
    }

    fn relation(&mut self) -> Parsed<Option<Relation>> {
        let token = self.peek();
        let relation = match &token.kind {
            TokenKind::Symbol("=") => {
                return Err(Mistake::new(&token.at, "`=` compares nothing; write `==`"));
            }
            TokenKind::Symbol("?") => {
                return Err(Mistake::new(
                    &token.at,
                    "there is no `? :` here; join conditions with `&&` and `||`",
                ));
            }
            TokenKind::Symbol(symbol) => Relation::of(symbol),
            TokenKind::Word(word) if word == "in" => Some(Relation::In),
            _ => None,
        };
        self.next += usize::from(relation.is_some());
        Ok(relation)
    }

    fn sum(&mut self) -> Parsed<Part> {
        let mut parts = vec![(1, self.negated()?)];
        loop {
            let sign = match self.peek().kind {
                TokenKind::Symbol("+") => 1,
                TokenKind::Symbol("-") => -1,
                _ => break,
            };
            self.take();
            parts.push((sign, self.negated()?));
        }
        Ok(match parts.as_slice() {
            [(_, first), .., (_, last)] => {
                Part { at: first.at.start..last.at.end, kind: PartKind::Sum(parts) }
            }
            _ => parts.remove(0).1,
        })
    }

    fn negated(&mut self) -> Parsed<Part> {
        if let Some(not) = self.accept("!") {
            let part = self.nested(Self::negated)?;
            return Ok(Part { at: not.at.start..part.at.end, kind: PartKind::Not(Box::new(part)) });
        }
        let Some(minus) = self.accept("-") else {
            return self.member();
        };
        let token = self.take();
        let kind = match token.kind {
            TokenKind::Integer(number) => 0_i64.checked_sub_unsigned(number).map(PartKind::Integer),
            TokenKind::Float(number) => Some(PartKind::Float(-number)),
            _ => return Err(unexpected(token, "a number")),
        };
        let at = minus.at.start..token.at.end;
        let kind = kind.ok_or_else(|| Mistake::new(&at, "the number has more than 64 bits"))?;
        Ok(Part { at, kind })
    }

    /// A part with the names and methods after its dots.
    fn member(&mut self) -> Parsed<Part> {
        let mut part = self.primary()?;
        let mut methods = 0;
        loop {
            if let Some(bracket) = self.accept("[") {
                let message =
                    "there are no indices here; write field(\"list.0.key\") for a vendor's own field";
                return Err(Mistake::new(&bracket.at, message));
            }
            if self.accept(".").is_none() {
                return Ok(part);
            }
            let token = self.take();
            let TokenKind::Word(word) = &token.kind else {
                return Err(unexpected(token, "a name"));
            };
            let named = Named { name: word.clone(), at: token.at.clone() };
            let start = part.at.start;
            if self.accept("(").is_some() {
                methods += 1;
                if methods + self.depth > MAX_DEPTH {
                    return Err(Mistake::new(
                        &token.at,
                        format!("more than {MAX_DEPTH} calls are nested here"),
                    ));
                }
                let (arguments, end) = self.list(")")?;
                part = Part { at: start..end, kind: PartKind::Method(Box::new(part), named, arguments) };
                continue;
            }
            let PartKind::Name(name) = &mut part.kind else {
                let message = "only names have parts; write field(\"a.b\") for a vendor's own field";
                return Err(Mistake::new(&token.at, message));
            };
            name.push('.');
            name.push_str(word);
            part.at.end = token.at.end;
        }
    }

    fn primary(&mut self) -> Parsed<Part> {
        let token = self.take();
        let at = token.at.clone();
        let kind = match &token.kind {
            TokenKind::Text(text) => PartKind::Text(text.clone()),
            TokenKind::Integer(number) => {
                let number = i64::try_from(*number);
                PartKind::Integer(number.map_err(|_| Mistake::new(&at, "the number has more than 64 bits"))?)
            }
            TokenKind::Float(number) => PartKind::Float(*number),
            TokenKind::Word(word) if word == "in" => return Err(unexpected(token, "a value")),
            TokenKind::Word(word) if self.accept("(").is_some() => {
                let (arguments, end) = self.list(")")?;
                return Ok(Part { at: at.start..end, kind: PartKind::Call(word.clone(), arguments) });
            }
            TokenKind::Word(word) => PartKind::Name(word.clone()),
            TokenKind::Symbol("(") => {
                let part = self.nested(Self::any)?;
                let end = self.expect(")")?.at.end;
                return Ok(Part { at: at.start..end, ..part });
            }
            TokenKind::Symbol("[") => {
                let (parts, end) = self.list("]")?;
                return Ok(Part { at: at.start..end, kind: PartKind::List(parts) });
            }
            TokenKind::Symbol("{") => {
                let (entries, end) = self.entries()?;
                return Ok(Part { at: at.start..end, kind: PartKind::Map(entries) });
            }
            _ => return Err(unexpected(token, "a value")),
        };
        Ok(Part { at, kind })
    }

    /// Parts with commas between them up to a closing bracket, and where that ends. The last one may have a comma too.
    fn list(&mut self, close: &str) -> Parsed<(Vec<Part>, usize)> {
        let mut parts = Vec::new();
        loop {
            if let Some(token) = self.accept(close) {
                return Ok((parts, token.at.end));
            }
            parts.push(self.nested(Self::any)?);
            if self.accept(",").is_none() {
                return self.expect(close).map(|token| (parts, token.at.end));
            }
        }
    }

    fn entries(&mut self) -> Parsed<(Vec<(Part, Part)>, usize)> {
        let mut entries = Vec::new();
        loop {
            if let Some(token) = self.accept("}") {
                return Ok((entries, token.at.end));
            }
            let key = self.nested(Self::any)?;
            self.expect(":")?;
            entries.push((key, self.nested(Self::any)?));
            if self.accept(",").is_none() {
                return self.expect("}").map(|token| (entries, token.at.end));
            }
        }
    }
}

fn unexpected(token: &Token, expected: &str) -> Mistake {
    let found = match &token.kind {
        TokenKind::Word(word) => format!("`{word}`"),
        TokenKind::Text(_) => "a text".to_owned(),
        TokenKind::Integer(_) | TokenKind::Float(_) => "a number".to_owned(),
        TokenKind::Symbol(symbol) => format!("`{symbol}`"),
        TokenKind::End => "the end".to_owned(),
    };
    Mistake::new(&token.at, format!("expected {expected}, found {found}"))
}

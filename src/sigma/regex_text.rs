//! A text that everything has that a regular expression matches.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::sigma::literals::folds_to_ascii;

/// The longest text without alternatives, the case of letters ignored; `None` if there is none.
pub fn required_text(pattern: &str) -> Option<String> {
    longest(&regex_syntax::parse(pattern).ok()?)
}

fn longest(expression: &Hir) -> Option<String> {
    match expression.kind() {
        HirKind::Capture(capture) => longest(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => longest(&repetition.sub),
        HirKind::Concat(parts) => longest_run(parts),
        _ => text(expression),
    }
}

/// The longest text that neighbours make together, or that one of them has.
fn longest_run(parts: &[Hir]) -> Option<String> {
    let (mut texts, mut run) = (Vec::new(), String::new());
    for part in parts {
        match text(part) {
            Some(more) => run += &more,
            None => {
                texts.push(std::mem::take(&mut run));
                texts.extend(longest(part));
            }
        }
    }
    texts.push(run);
    texts.into_iter().max_by_key(String::len).filter(|text| !text.is_empty())
}

/// The only text that an expression matches, the case of letters ignored; empty for a place such as `^`.
fn text(expression: &Hir) -> Option<String> {
    match expression.kind() {
        _ if expression.properties().maximum_len() == Some(0) => Some(String::new()),
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(Class::Unicode(class)) => {
            let mut chars = class.iter().flat_map(|range| range.start()..=range.end());
            let letter = chars.next()?.to_ascii_lowercase();
            let is_same = |c: char| c.eq_ignore_ascii_case(&letter) || folds_to_ascii(c) == Some(letter);
            chars.all(is_same).then(|| letter.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_text_is_found() {
        for (pattern, expected) in [
            ("^x0[a-z]+@nowhere", Some("@nowhere")),
            ("(?i)^Disable_SAML$", Some("disable_saml")),
            ("(?i)kiosk", Some("kiosk")),
            ("a(bc)+d*", Some("bc")),
            ("a(?:bcd)?ef", Some("ef")),
            ("delete|remove", None),
            (".*", None),
            ("[ab]", None),
        ] {
            assert_eq!(required_text(pattern).as_deref(), expected, "{pattern}");
        }
    }
}

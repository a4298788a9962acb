//! Where in a file a problem is, what was expected there, and what to do.

use crate::text::position::{Position, PositionCursor};

/// A word in what the crate says of a problem, the key of the file that it is about, and what is expected there.
const ADVICE: &[(&str, &str, &str)] = &[
    ("YAML", "", "a rule is YAML; mind indentation, colons and quotes"),
    ("not a YAML mapping", "", "a rule begins with `title:`"),
    ("filter rule", "filter:", "write what it leaves out into the conditions of the rules"),
    ("'timeframe'", "timeframe:", "write a rule with `correlation:` that refers to this one"),
    (
        "modifier",
        "",
        "see the modifiers of Sigma: contains, startswith, endswith, all, re, cidr, exists, cased, gt, lt",
    ),
    ("'title'", "", "give `title:`, what the rule finds"),
    ("'detection'", "", "give `detection:` with selections and a `condition:`"),
    ("'condition'", "detection:", "give `condition:`, such as `selection and not filter`"),
    (
        "Condition",
        "condition:",
        "expected names of selections with and, or, not, `1 of selection_*` and parentheses",
    ),
    ("unknown detection", "condition:", "a condition names the selections beside it"),
    ("level", "level:", "expected informational, low, medium, high or critical"),
    ("status", "status:", "expected stable, test, experimental, deprecated or unsupported"),
    ("related", "related:", "each has an `id:` and a `type:`"),
    ("sigma-version", "sigma-version:", "expected a number such as 2"),
    ("timespan", "timespan:", "expected a number and a unit, such as 10m, 1h or 7d"),
    ("regex", "|re", "expected a regular expression without backreferences or look-around"),
    ("CIDR", "|cidr", "expected a network such as 10.0.0.0/8"),
    ("orrelation", "correlation:", "expected `type:`, `rules:`, `timespan:` and, for counts, `condition:`"),
    ("etection", "detection:", "expected selections, each a mapping of fields or a list, and a `condition:`"),
];

/// A problem of a file: where it is, what is wrong, and what is expected.
pub type Problem = (Position, String);

/// What the crate says of a text, with what is expected there.
pub fn described(text: &str, told: &str) -> Problem {
    let advice = ADVICE.iter().find(|(word, ..)| told.contains(word));
    let (_, key, expected) = advice.unwrap_or(&("", "", "expected a rule of Sigma"));
    // A drawing of the place in a condition follows, which is one line of the file only.
    let sentence = told.split(" -->").next().unwrap_or(told).split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = sentence.trim_end_matches(['.', ':']);
    (position(text, told, key), format!("{}; {expected}", uncapitalized(sentence)))
}

/// A problem at the first place of some text in the file.
pub fn at(text: &str, needle: &str, message: String) -> Problem {
    (text.find(needle).map_or(Position::START, |offset| at_offset(text, offset)), message)
}

/// Where the crate says that it is, or else where what it quotes is, if possible beside the key, or else where the key is.
fn position(text: &str, told: &str, key: &str) -> Position {
    let number_after = |word: &str| {
        let digits: String = told.split(word).nth(1)?.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    if let (Some(line), Some(column)) = (number_after("at line "), number_after("column ")) {
        return Position { line, column };
    }
    if let Some(offset) = with_modifiers(text, told) {
        return at_offset(text, offset);
    }
    let drawn = told.lines().find_map(|line| line.strip_prefix("1 | "));
    let quoted = told.split('\'').nth(1).or(drawn).or_else(|| told.split("identifier: ").nth(1));
    let quoted = quoted.map(str::trim).filter(|quoted| !quoted.is_empty());
    let mut keys = text.match_indices(key).map(|(offset, _)| offset).filter(|_| !key.is_empty());
    let line = |offset: usize| text.get(offset..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let beside = |offset: usize| Some(offset + line(offset).find(quoted?)?);
    let offset = keys.clone().find_map(beside).or_else(|| text.find(quoted?)).or_else(|| keys.next());
    offset.map_or(Position::START, |offset| at_offset(text, offset))
}

/// Where a field begins that has all modifiers that the crate names.
fn with_modifiers(text: &str, told: &str) -> Option<usize> {
    let modifiers: Vec<_> =
        told.split([' ', ',']).filter(|word| word.starts_with('|') && word.len() > 1).collect();
    let is_it =
        |line: &&str| !modifiers.is_empty() && modifiers.iter().all(|modifier| line.contains(modifier));
    let line = text.lines().find(is_it)?;
    text.find(line.trim_start())
}

fn at_offset(text: &str, offset: usize) -> Position {
    PositionCursor::new(Position::START).move_to(text.as_bytes(), offset)
}

/// A sentence without its first capital letter, unless that begins an abbreviation.
fn uncapitalized(sentence: &str) -> String {
    let (first, rest) = sentence.split_at_checked(1).unwrap_or((sentence, ""));
    let is_abbreviation = rest.starts_with(|c: char| c.is_uppercase());
    let first = if is_abbreviation { first.to_owned() } else { first.to_lowercase() };
    first + rest
}

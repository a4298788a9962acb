//! Which rules a line may be found by, given the texts that it has. One pass over its bytes looks for those of all rules.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// What makes a text be written otherwise than it is compared: an escape, and the two letters that become ASCII in lower case.
const EVASIVE: [&str; 3] = ["\\", "\u{130}", "\u{212A}"];

/// Up to so many bytes of all texts, the fastest automaton is built, which takes most memory.
const MAX_FAST: usize = 1 << 15;

/// The texts of all rules.
#[derive(Debug)]
pub struct Literals {
    automaton: Option<AhoCorasick>,
    /// For each of its patterns the rule that looks for it; `None` for evasive ones.
    rules: Vec<Option<usize>>,
    /// For each rule whether it looks for texts.
    looks: Vec<bool>,
}

/// The rules that may find a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// All of them.
    All,
    /// Those that look for no texts, and those for which one of theirs is there.
    Some(Vec<bool>),
}

impl Possible {
    /// Whether a rule is one of them.
    pub fn has(&self, rule: usize) -> bool {
        match self {
            Self::All => true,
            Self::Some(rules) => rules.get(rule).copied().unwrap_or(true),
        }
    }
}

impl Literals {
    /// The texts of each rule, in lower case, one of which a line must have; `None` if any line may do.
    pub fn new(texts: &[Option<Vec<String>>]) -> Self {
        let evasive = EVASIVE.iter().map(|text| ((*text).to_owned(), None));
        let literals = texts
            .iter()
            .enumerate()
            .flat_map(|(rule, texts)| texts.iter().flatten().map(move |text| (text.clone(), Some(rule))));
        let (patterns, rules): (Vec<_>, Vec<_>) = evasive.chain(literals).unzip();
        // Without an automaton, every line is possible.
        let bytes: usize = patterns.iter().map(String::len).sum();
        let kind = (bytes < MAX_FAST).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(&patterns).ok();
        Self { automaton, rules, looks: texts.iter().map(Option::is_some).collect() }
    }

    /// Whether a rule looks for texts.
    pub fn look(&self, rule: usize) -> bool {
        self.looks.get(rule).copied().unwrap_or_default()
    }

    /// The rules that may find a line.
    pub fn possible(&self, line: &str) -> Possible {
        let Some(automaton) = &self.automaton else {
            return Possible::All;
        };
        let mut rules: Vec<_> = self.looks.iter().map(|looks| !looks).collect();
        for found in automaton.find_overlapping_iter(line) {
            match self.rules[found.pattern().as_usize()] {
                Some(rule) => rules[rule] = true,
                None => return Possible::All,
            }
        }
        Possible::Some(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_possible_unless_it_surely_lacks_what_a_rule_looks_for() {
        let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        let literals = Literals::new(&[texts(&["saml", "oidc"]), None, texts(&["sam"]), texts(&[])]);
        let possible = |line| literals.possible(line);
        assert_eq!(possible("org.Disable_SAML"), Possible::Some(vec![true, true, true, false]));
        assert_eq!(possible("samOIDC"), Possible::Some(vec![true, true, true, false]));
        assert_eq!(possible("nothing"), Possible::Some(vec![false, true, false, false]));
        for evasive in ["\\u0073aml", "\u{212A}", "\u{130}"] {
            assert_eq!(possible(evasive), Possible::All);
        }
        assert!(literals.look(0) && !literals.look(1));
    }
}

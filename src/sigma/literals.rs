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
    /// For each of its patterns the set that it is in; `None` for evasive ones.
    sets: Vec<Option<usize>>,
    /// For each rule its sets, which follow one another: the first one, and the one after the last.
    rules: Vec<(usize, usize)>,
}

/// The rules that may find a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// All of them.
    All,
    /// Those of which a text of each set is there; for each set, whether one is.
    Some(Vec<bool>),
}

impl Literals {
    /// The sets of texts of each rule, in lower case.
    pub fn new(clauses: &[Vec<Vec<String>>]) -> Self {
        let evasive = EVASIVE.iter().map(|text| ((*text).to_owned(), None));
        let literals = clauses.iter().flatten().enumerate();
        let literals =
            literals.flat_map(|(set, texts)| texts.iter().map(move |text| (text.clone(), Some(set))));
        let (patterns, sets): (Vec<_>, Vec<_>) = evasive.chain(literals).unzip();
        let bytes: usize = patterns.iter().map(String::len).sum();
        let kind = (bytes < MAX_FAST).then_some(AhoCorasickKind::DFA);
        // Without an automaton, every line is possible.
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(&patterns).ok();
        let mut next = 0;
        let rules = clauses.iter().map(|sets| {
            let first = next;
            next += sets.len();
            (first, next)
        });
        Self { automaton, sets, rules: rules.collect() }
    }

    /// Whether a rule looks for texts.
    pub fn look(&self, rule: usize) -> bool {
        self.rules.get(rule).is_some_and(|(first, end)| first < end)
    }

    /// Whether a rule may find a line.
    pub fn allow(&self, rule: usize, possible: &Possible) -> bool {
        let (first, end) = self.rules.get(rule).copied().unwrap_or_default();
        match possible {
            Possible::All => true,
            Possible::Some(sets) => {
                sets.get(first..end).is_none_or(|sets| sets.iter().all(|is_there| *is_there))
            }
        }
    }

    /// The rules that may find a line.
    pub fn possible(&self, line: &str) -> Possible {
        let Some(automaton) = &self.automaton else {
            return Possible::All;
        };
        let mut sets = vec![false; self.rules.last().map_or(0, |(_, end)| *end)];
        for found in automaton.find_overlapping_iter(line) {
            match self.sets[found.pattern().as_usize()] {
                Some(set) => sets[set] = true,
                None => return Possible::All,
            }
        }
        Possible::Some(sets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_possible_unless_it_surely_lacks_what_a_rule_looks_for() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let both = vec![texts(&["saml", "oidc"]), texts(&["org"])];
        let literals = Literals::new(&[both, Vec::new(), vec![texts(&["sam"])], vec![Vec::new()]]);
        let allowed = |line| {
            let possible = literals.possible(line);
            [0, 1, 2, 3].map(|rule| literals.allow(rule, &possible))
        };
        assert_eq!(allowed("org.Disable_SAML"), [true, true, true, false]);
        assert_eq!(allowed("samOIDC"), [false, true, true, false]);
        assert_eq!(allowed("nothing"), [false, true, false, false]);
        for evasive in ["\\u0073aml", "\u{212A}", "\u{130}"] {
            assert_eq!(allowed(evasive), [true; 4]);
        }
        assert!(literals.look(0) && !literals.look(1));
    }
}

//! Which rules an event may be found by, given the texts that it has. One pass over a place looks for those of all rules.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::model::attribute::{Attribute, Value};
use crate::sigma::fields::{AttributeValue, EventFields};

/// Characters beyond ASCII that are an ASCII letter if the case of letters is ignored, with that letter.
const FOLDED: [(char, char); 3] = [('\u{130}', 'i'), ('\u{212A}', 'k'), ('\u{17F}', 's')];

/// Up to so many bytes of all texts, the fastest automaton is built, which takes most memory.
const MAX_FAST: usize = 1 << 15;

/// Where a text is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the values of an attribute.
    Attribute(Attribute),
    /// In the line, which takes longest.
    Line,
}

/// Texts in lower case, each with its place; an event has at least one of them, the case of letters ignored.
pub type Clause = Vec<(Place, String)>;

/// The texts of all rules.
#[derive(Debug)]
pub struct Literals {
    /// The texts by their places.
    places: Vec<PlaceLiterals>,
    /// For each rule its clauses.
    rules: Vec<Vec<PlacedClause>>,
    /// How many clauses there are.
    clauses: usize,
}

/// What is looked for in a place.
#[derive(Debug)]
struct PlaceLiterals {
    place: Place,
    /// Without one, every clause is taken to hold.
    automaton: Option<AhoCorasick>,
    /// For each pattern of the automaton the number of its clause; `None` if a text is written otherwise than it is compared.
    clauses: Vec<Option<usize>>,
}

/// A clause, and where to look for its texts.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PlacedClause {
    /// Indices of places.
    places: Vec<usize>,
    number: usize,
}

/// The ASCII letter that a character beyond ASCII is if the case of letters is ignored.
pub fn folds_to_ascii(character: char) -> Option<char> {
    FOLDED.iter().find(|(other, _)| *other == character).map(|(_, letter)| *letter)
}

impl Literals {
    /// The clauses of each rule.
    pub fn new(rules: &[Vec<Clause>]) -> Self {
        let all: Vec<_> = rules.iter().flatten().collect();
        let mut places: Vec<_> = all.iter().copied().flatten().map(|(place, _)| *place).collect();
        places.sort_unstable();
        places.dedup();
        let bytes: usize = all.iter().copied().flatten().map(|(_, text)| text.len()).sum();
        let kind = (bytes < MAX_FAST).then_some(AhoCorasickKind::DFA);
        let mut numbers = 0..;
        let placed = |clause: &Clause, number| {
            let is_used = |place: &Place| clause.iter().any(|(other, _)| other == place);
            PlacedClause { places: (0..places.len()).filter(|at| is_used(&places[*at])).collect(), number }
        };
        let rules = rules.iter().map(|clauses| {
            let mut placed: Vec<_> =
                clauses.iter().zip(&mut numbers).map(|(it, at)| placed(it, at)).collect();
            placed.sort_unstable();
            placed
        });
        let rules = rules.collect();
        let places = places.iter().map(|place| PlaceLiterals::new(*place, &all, kind)).collect();
        Self { places, rules, clauses: all.len() }
    }
}

impl PlaceLiterals {
    fn new(place: Place, clauses: &[&Clause], kind: Option<AhoCorasickKind>) -> Self {
        let escape = (place == Place::Line).then(|| "\\".to_owned());
        let evasive = FOLDED.iter().map(|(character, _)| character.to_string()).chain(escape);
        let texts = clauses.iter().enumerate().flat_map(|(number, clause)| {
            let here = clause.iter().filter(|(other, _)| *other == place);
            here.map(move |(_, text)| (text.clone(), Some(number)))
        });
        let (patterns, clauses): (Vec<_>, Vec<_>) = evasive.map(|text| (text, None)).chain(texts).unzip();
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).kind(kind).build(&patterns).ok();
        Self { place, automaton, clauses }
    }

    /// Notes which clauses a text makes hold.
    fn search(&self, text: &str, holds: &mut [bool]) {
        let matches = self.automaton.iter().flat_map(|it| it.find_overlapping_iter(text));
        let numbers = matches.map(|found| self.clauses[found.pattern().as_usize()]);
        let unknown = self.automaton.is_none().then_some(None);
        for number in numbers.chain(unknown) {
            match number {
                Some(number) => holds[number] = true,
                None => return self.clauses.iter().flatten().for_each(|number| holds[*number] = true),
            }
        }
    }
}

/// What is known of the texts of an event. A place is searched when that is first asked for.
pub struct EventLiterals<'l> {
    literals: &'l Literals,
    /// Whether each place was searched.
    searched: Vec<bool>,
    /// Whether each clause holds.
    holds: Vec<bool>,
}

impl<'l> EventLiterals<'l> {
    /// Nothing is known yet.
    pub fn new(literals: &'l Literals) -> Self {
        let (searched, holds) = (vec![false; literals.places.len()], vec![false; literals.clauses]);
        Self { literals, searched, holds }
    }

    /// Whether a rule may find the event, which is always the same one.
    pub fn allow(&mut self, rule: usize, event: &EventFields<'_>) -> bool {
        let literals = self.literals;
        literals.rules[rule].iter().all(|PlacedClause { places, number }| {
            places.iter().for_each(|place| self.search(*place, event));
            self.holds[*number]
        })
    }

    fn search(&mut self, place: usize, event: &EventFields<'_>) {
        if std::mem::replace(&mut self.searched[place], true) {
            return;
        }
        let literals = &self.literals.places[place];
        let mut search = |text: &str| literals.search(text, &mut self.holds);
        match literals.place {
            Place::Line => search(event.text()),
            Place::Attribute(attribute) => match event.value(attribute) {
                Some(AttributeValue::One(Value::Text(text))) => search(text),
                Some(AttributeValue::Several(texts)) => texts.iter().for_each(|text| search(text)),
                Some(AttributeValue::One(_)) | None => {}
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_holds_every_clause_unless_it_surely_has_no_text_of_it() {
        let clause = |texts: &[&str]| texts.iter().map(|text| (Place::Line, (*text).to_owned())).collect();
        let all: [Clause; 4] = [clause(&["saml", "oidc"]), clause(&["org"]), clause(&["sam"]), clause(&[])];
        let holds = |place, text| {
            let mut holds = [false; 4];
            PlaceLiterals::new(place, &all.each_ref(), None).search(text, &mut holds);
            holds
        };
        assert_eq!(holds(Place::Line, "org.Disable_SAML"), [true, true, true, false]);
        assert_eq!(holds(Place::Line, "samOIDC"), [true, false, true, false]);
        for evasive in ["\\u0073aml", "\u{212A}", "\u{130}", "\u{17F}"] {
            assert_eq!(holds(Place::Line, evasive), [true, true, true, false]);
        }
        assert_eq!(holds(Place::Attribute(Attribute::Ip), "saml"), [false; 4]);
    }
}

//! Finds patterns that match nothing in a log. Most of them are misspelt, and then they hide what they should not or
//! accept nothing.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use crate::analysis::roster::Roster;
use crate::model::selection::Pattern;
use crate::policy::Policy;
use crate::survey::Survey;

/// A warning about a line of a policy or roster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The name of the file.
    pub file: String,
    /// The 1-based line in it.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// One value each for organizations, connections and actors.
type ByNoun<T> = [T; 3];

/// What no pattern matches, in messages.
const NOUNS: ByNoun<&str> =
    ["organization in the log", "connection with a change", "actor's id or e-mail address in the log"];

/// The patterns that match nothing in a log.
#[derive(Default)]
pub struct Unmatched(ByNoun<BTreeSet<String>>);

impl Unmatched {
    /// The unmatched patterns of a policy and its roster. A log without events proves nothing, so none are returned for
    /// it.
    pub fn of_policy(policy: &Policy, survey: &Survey) -> Self {
        let planned = policy
            .planned
            .iter()
            .map(|entry| [Some(&entry.organization), entry.connection.as_ref(), entry.actor.as_ref()]);
        let suppressions = policy
            .suppressions
            .iter()
            .map(|entry| [&entry.organization, &entry.connection, &entry.actor].map(Option::as_ref));
        let rules = policy.rules.values().filter(|rule| rule.is_on);
        let scopes =
            rules.flat_map(|rule| &rule.scope.organizations).map(|pattern| [Some(pattern), None, None]);
        let rows = policy.roster.iter().flat_map(roster_patterns);
        Self::among(planned.chain(suppressions).chain(scopes).chain(rows), survey)
    }

    fn among<'p>(entries: impl Iterator<Item = ByNoun<Option<&'p Pattern>>>, survey: &Survey) -> Self {
        let mut wanted: ByNoun<Search> = Default::default();
        for entry in entries {
            for (search, pattern) in wanted.iter_mut().zip(entry) {
                pattern.into_iter().for_each(|pattern| search.add(pattern));
            }
        }
        if survey.range.is_none() {
            return Self::default();
        }
        let [organizations, connections, actors] = wanted;
        let organization_texts =
            survey.organizations.names.ids().flat_map(|id| survey.organization_texts(Some(id)));
        let actor_texts = survey.actors.names.ids().flat_map(|id| survey.actor_ids_and_emails(Some(id)));
        Self([
            organizations.unmatched(organization_texts),
            connections.unmatched(survey.connections.iter()),
            actors.unmatched(actor_texts),
        ])
    }

    /// Describes which patterns of an entry match nothing; `None` if all match.
    pub fn describe(&self, patterns: ByNoun<Option<&Pattern>>) -> Option<String> {
        let unmatched = self.0.iter().zip(NOUNS).zip(patterns).filter_map(|((texts, noun), pattern)| {
            let written = pattern?.written();
            texts.contains(&written).then(|| format!("no {noun} matches `{written}`"))
        });
        let unmatched: Vec<_> = unmatched.collect();
        (!unmatched.is_empty()).then(|| unmatched.join(" and "))
    }

    /// A warning for every unmatched pattern in the scope of an enabled rule, and for every unmatched row of the
    /// roster, in the order of these files.
    pub fn warnings(&self, policy: &Policy) -> Vec<Warning> {
        let file = policy.path.as_deref().unwrap_or("policy");
        let mut warnings = Vec::new();
        for (id, rule) in policy.rules.iter().filter(|(_, rule)| rule.is_on) {
            for (pattern, line) in rule.scope.organizations.iter().zip(&rule.scope.lines) {
                if let Some(unmatched) = self.describe([Some(pattern), None, None]) {
                    let message = format!("{unmatched}, in the scope of rule {id}");
                    warnings.push(Warning { file: file.to_owned(), line: *line, message });
                }
            }
        }
        warnings.sort_by_key(|warning| warning.line);
        if let (Some(roster), Some(file)) = (&policy.roster, &policy.roster_file) {
            warnings.extend(self.warnings_of_roster(roster, &file.path));
        }
        warnings
    }

    fn warnings_of_roster(&self, roster: &Roster, file: &str) -> Vec<Warning> {
        let rows = roster.wild.iter().zip(roster_patterns(roster));
        let warnings = rows.filter_map(|(row, patterns)| {
            let message = format!("{}, so this row is about nobody", self.describe(patterns)?);
            Some(Warning { file: file.to_owned(), line: row.line, message })
        });
        warnings.collect()
    }
}

/// A warning for every roster row with a wildcard that matches nothing in the log.
pub fn in_roster(roster: &Roster, file: &str, survey: &Survey) -> Vec<Warning> {
    Unmatched::among(roster_patterns(roster), survey).warnings_of_roster(roster, file)
}

/// The roster patterns with wildcards. Others need not match, as it is normal that not everybody acts in a log.
fn roster_patterns(roster: &Roster) -> impl Iterator<Item = ByNoun<Option<&Pattern>>> {
    roster.wild.iter().map(|row| [row.organization.as_ref(), None, row.actor.as_ref()])
}

/// Patterns to look for. As there can be many patterns and texts, a text is only compared with patterns that share
/// its literal start.
#[derive(Default)]
struct Search<'p> {
    /// Patterns without a wildcard as written, by their text in lower case.
    exact: HashMap<String, BTreeSet<String>>,
    /// Patterns with a wildcard as written, by their literal start.
    wild: HashMap<String, HashMap<String, &'p Pattern>>,
}

impl<'p> Search<'p> {
    fn add(&mut self, pattern: &'p Pattern) {
        let (written, start) = (pattern.written(), pattern.start().to_ascii_lowercase());
        match pattern {
            Pattern::Wild(_) => {
                self.wild.entry(start).or_default().insert(written, pattern);
            }
            _ => {
                self.exact.entry(start).or_default().insert(written);
            }
        }
    }

    /// The patterns that match none of the texts, as written.
    fn unmatched<'t>(mut self, texts: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
        let lengths: BTreeSet<_> = self.wild.keys().map(String::len).collect();
        let mut lower = String::new();
        for text in texts {
            if self.exact.is_empty() && self.wild.is_empty() {
                break;
            }
            lower.clear();
            lower.push_str(text);
            lower.make_ascii_lowercase();
            self.exact.remove(&lower);
            for start in lengths.iter().filter_map(|length| lower.get(..*length)) {
                if let Some(patterns) = self.wild.get_mut(start) {
                    patterns.retain(|_, pattern| !pattern.matches(&lower));
                    if patterns.is_empty() {
                        self.wild.remove(start);
                    }
                }
            }
        }
        let wild = self.wild.into_values().flat_map(HashMap::into_keys);
        self.exact.into_values().flatten().chain(wild).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_match_no_text_are_found() {
        let texts = ["org_1", "Müller GmbH", "ACME Inc", "", "a*b", "é"];
        for (pattern, is_matched) in [
            ("ORG_1", true),
            ("org_", false),
            ("org_*", true),
            ("org_??", false),
            ("müller*", true),
            ("m?ller*", true),
            ("mü*h", true),
            ("m\u{fc}ller", false),
            ("acme*", true),
            ("acmee*", false),
            ("*inc", true),
            ("*corp", false),
            ("?", true),
            ("???????????????", false),
            ("a*b", true),
            ("*", true),
        ] {
            let pattern = Pattern::new(pattern);
            let mut search = Search::default();
            search.add(&pattern);
            search.add(&pattern);
            let found = search.unmatched(texts.into_iter());
            let expected = if is_matched { vec![] } else { vec![pattern.written()] };
            assert_eq!(found.into_iter().collect::<Vec<_>>(), expected, "{pattern:?}");
        }
    }

    #[test]
    fn many_patterns_are_found_among_many_texts() {
        let patterns: Vec<_> = (0..100_000)
            .map(|at| {
                Pattern::new(&if at % 2 == 0 { format!("org_{at:06}") } else { format!("org_{at:06}*") })
            })
            .collect();
        let texts: Vec<_> = (50_000..150_000).map(|at| format!("ORG_{at:06}")).collect();
        let mut search = Search::default();
        patterns.iter().for_each(|pattern| search.add(pattern));
        let found = search.unmatched(texts.iter().map(String::as_str));
        assert_eq!(found.len(), 50_000);
        assert!(found.contains("org_000000") && !found.contains("org_050001*"));
    }
}

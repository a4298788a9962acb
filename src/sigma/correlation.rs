//! Judges the matches of several rules, or several matches of one, together.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::rules::{self, wording};
use crate::sigma::engine::Correlation;
use crate::sigma::windows::{Item, Kind, Span, Windows};
use crate::survey::{Correlated, Match};

/// A correlation, which both the matcher and the rule need.
pub type Shared = Arc<Correlation>;

/// A correlation with the lists of matches that it is about.
pub struct Correlator {
    correlation: Shared,
    /// The list of each of its rules.
    lists: Vec<u16>,
    condition: String,
}

impl fmt::Debug for Correlator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.condition)
    }
}

impl Correlator {
    /// The correlation of the matches in these lists, one for each of its rules.
    pub fn new(correlation: Shared, lists: Vec<u16>) -> Self {
        let condition = condition(&correlation);
        Self { correlation, lists, condition }
    }
}

/// What its events have in common.
fn condition(correlation: &Correlation) -> String {
    let (length, span) = correlation.span();
    let length = wording::policy_duration(length);
    let within = match span {
        Span::Sliding => format!("within {length}"),
        Span::Tumbling => format!("within the same {length}"),
        Span::Session(gap) => {
            format!("within {length}, no two more than {} apart", wording::policy_duration(gap))
        }
    };
    let rules: Vec<_> = correlation.rules.iter().map(|rule| format!("`{rule}`")).collect();
    let order = if correlation.kind() == Kind::RulesInOrder { " in this order" } else { "" };
    format!("of {}{order} {within}", rules.join(", "))
}

impl rules::Correlation for Correlator {
    fn completed(&self, matches: &[&Match]) -> Vec<Vec<usize>> {
        let (kind, span) = (self.correlation.kind(), self.correlation.span());
        let mut groups: HashMap<u64, Windows> = HashMap::new();
        let mut completed = Vec::new();
        for (index, found) in matches.iter().enumerate() {
            let rule = self.lists.iter().position(|list| *list == found.list);
            let (Some(rule), Some(Correlated { group, value })) = (rule, found.correlated) else {
                continue;
            };
            let windows = groups.entry(group).or_insert_with(|| Windows::new(kind, span, self.lists.len()));
            let time = found.event.time.epoch_ms();
            windows.add(Item { index, time, rule, value });
            // An event counts for one finding only, so that what follows is judged anew.
            if self.correlation.holds(windows) {
                completed.push(windows.take());
            }
        }
        completed
    }

    fn condition(&self) -> &str {
        &self.condition
    }
}

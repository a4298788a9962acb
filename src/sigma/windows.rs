//! The matches of one group within a time span, and what is counted or computed of them.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// What is counted or computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// How many events there are.
    Events,
    /// How many different values there are.
    Values,
    /// How many of the rules match.
    Rules,
    /// How many of the rules match one after the other, in their order.
    RulesInOrder,
    /// The sum of a number.
    Sum,
    /// The average of a number.
    Average,
    /// The number that so many percent of all do not exceed.
    Percentile(u64),
}

/// How a time span begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// It ends at each event.
    Sliding,
    /// Spans follow one another without overlap.
    Tumbling,
    /// It ends when no event comes for so many seconds, and at the latest after its length.
    Session(u64),
}

/// A match, as far as a group needs it.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Its index among all matches.
    pub index: usize,
    /// When it happened, in milliseconds since 1970.
    pub time: i64,
    /// Which of the rules matches.
    pub rule: usize,
    /// A hash of the values that are counted, or the bits of the number that is added up.
    pub value: u64,
}

/// The matches of one group. They are added in time order.
pub struct Windows {
    kind: Kind,
    length: i64,
    span: Span,
    items: VecDeque<Item>,
    /// How often each value is there.
    values: HashMap<u64, u32>,
    /// How often each rule matches.
    by_rule: HashMap<usize, u32>,
    /// The numbers in their order, if that is needed.
    numbers: Vec<f64>,
    /// The sum of the numbers, which are added and subtracted in time order, so that it is the same in every run.
    sum: f64,
    /// For each rule, the latest beginning of a sequence of matches that ends with it.
    chains: Vec<Option<i64>>,
}

impl Windows {
    /// No match yet. The span has this length in seconds; sequences have so many rules.
    pub fn new(kind: Kind, (length, span): (u64, Span), rules: usize) -> Self {
        let length = i64::try_from(length).unwrap_or(i64::MAX).saturating_mul(1000);
        Self {
            kind,
            length,
            span,
            items: VecDeque::new(),
            values: HashMap::new(),
            by_rule: HashMap::new(),
            numbers: Vec::new(),
            sum: 0.0,
            chains: vec![None; rules],
        }
    }

    /// Adds a match, after those that are out of its time span were dropped.
    pub fn add(&mut self, item: Item) {
        self.expire(item.time);
        *self.values.entry(item.value).or_default() += 1;
        *self.by_rule.entry(item.rule).or_default() += 1;
        let number = f64::from_bits(item.value);
        self.sum += if self.is_of_numbers() { number } else { 0.0 };
        if matches!(self.kind, Kind::Percentile(_)) {
            self.numbers.splice(self.rank(number)..self.rank(number), [number]);
        }
        let begin = if item.rule == 0 { Some(item.time) } else { self.chains[item.rule - 1] };
        self.chains[item.rule] = begin.or(self.chains[item.rule]);
        self.items.push_back(item);
    }

    /// Takes the matches out, by their indices.
    pub fn take(&mut self) -> Vec<usize> {
        let indices = self.items.iter().map(|item| item.index).collect();
        self.clear();
        indices
    }

    /// Whether a rule matches.
    pub fn has_rule(&self, rule: usize) -> bool {
        self.by_rule.contains_key(&rule)
    }

    /// What was counted or computed; `None` if that needs a match and there is none.
    pub fn value(&self) -> Option<f64> {
        let count = self.items.len() as f64;
        match self.kind {
            Kind::Events => Some(count),
            Kind::Values => Some(self.values.len() as f64),
            Kind::Rules => Some(self.by_rule.len() as f64),
            Kind::RulesInOrder => Some(self.in_order() as f64),
            Kind::Sum => Some(self.sum),
            Kind::Average => (count > 0.0).then(|| self.sum / count),
            Kind::Percentile(percent) => self.percentile(percent),
        }
    }

    /// The number of rules of the longest sequence that lies in the time span.
    fn in_order(&self) -> usize {
        let begin = self.items.front().map_or(i64::MAX, |item| item.time);
        let is_within = |chain: &Option<i64>| chain.is_some_and(|first| first >= begin);
        self.chains.iter().rposition(is_within).map_or(0, |last| last + 1)
    }

    fn is_of_numbers(&self) -> bool {
        matches!(self.kind, Kind::Sum | Kind::Average | Kind::Percentile(_))
    }

    /// How many numbers are less than this.
    fn rank(&self, number: f64) -> usize {
        self.numbers.partition_point(|other| other.total_cmp(&number).is_lt())
    }

    /// Between two numbers, it is interpolated.
    fn percentile(&self, percent: u64) -> Option<f64> {
        let last = self.numbers.len().checked_sub(1)?;
        let rank = percent.min(100) as f64 / 100.0 * last as f64;
        let [low, high] = [rank.floor(), rank.ceil()].map(|rank| self.numbers[rank as usize]);
        Some(low + rank.fract() * (high - low))
    }

    /// Drops what is out of the time span of an event.
    fn expire(&mut self, time: i64) {
        let (Some(first), Some(last)) = (self.items.front(), self.items.back()) else {
            return;
        };
        let age = time.saturating_sub(first.time);
        let bucket = |time: i64| time.div_euclid(self.length.max(1));
        match self.span {
            Span::Sliding => {
                while let Some(first) =
                    self.items.front().filter(|it| time.saturating_sub(it.time) > self.length)
                {
                    let first = *first;
                    self.items.pop_front();
                    self.uncount(&first);
                }
            }
            Span::Tumbling if bucket(last.time) != bucket(time) => self.clear(),
            Span::Session(gap) => {
                let gap = i64::try_from(gap).unwrap_or(i64::MAX).saturating_mul(1000);
                if time.saturating_sub(last.time) > gap || age > self.length {
                    self.clear();
                }
            }
            Span::Tumbling => {}
        }
    }

    fn uncount(&mut self, item: &Item) {
        reduce(&mut self.values, item.value);
        reduce(&mut self.by_rule, item.rule);
        let number = f64::from_bits(item.value);
        self.sum -= if self.is_of_numbers() { number } else { 0.0 };
        if matches!(self.kind, Kind::Percentile(_)) {
            let rank = self.rank(number);
            self.numbers.splice(rank..=rank, []);
        }
    }

    fn clear(&mut self) {
        self.items.clear();
        self.values.clear();
        self.by_rule.clear();
        self.numbers.clear();
        self.sum = 0.0;
        self.chains.fill(None);
    }
}

fn reduce<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: usize = 3;
    const LENGTH: i64 = 10;

    /// What a window has, found by looking at all of its items.
    fn expected(kind: Kind, items: &[Item]) -> f64 {
        let different = |mut all: Vec<u64>| {
            all.sort_unstable();
            all.dedup();
            all.len() as f64
        };
        match kind {
            Kind::Events => items.len() as f64,
            Kind::Values => different(items.iter().map(|item| item.value).collect()),
            Kind::Rules => different(items.iter().map(|item| item.rule as u64).collect()),
            Kind::RulesInOrder => {
                items.iter().fold(0, |next, item| next + usize::from(item.rule == next)) as f64
            }
            Kind::Sum => items.iter().map(|item| f64::from_bits(item.value)).sum(),
            Kind::Average => expected(Kind::Sum, items) / items.len() as f64,
            Kind::Percentile(_) => {
                let mut numbers: Vec<_> = items.iter().map(|item| f64::from_bits(item.value)).collect();
                numbers.sort_by(f64::total_cmp);
                let middle = (numbers.len() - 1) / 2;
                (numbers[middle] + numbers[numbers.len() / 2]) / 2.0
            }
        }
    }

    proptest! {
        #[test]
        fn a_sliding_window_has_what_is_within_its_length(
            mut items in prop::collection::vec((0..40_i64, 0..RULES, 0..4_u8), 1..40),
            taken in 0..40_usize,
        ) {
            let kinds = [
                Kind::Events, Kind::Values, Kind::Rules, Kind::RulesInOrder, Kind::Sum, Kind::Average, Kind::Percentile(50),
            ];
            items.sort_unstable();
            for kind in kinds {
                let mut windows = Windows::new(kind, (LENGTH as u64, Span::Sliding), RULES);
                let mut all: Vec<Item> = Vec::new();
                for (index, (seconds, rule, value)) in items.iter().copied().enumerate() {
                    let item = Item { index, time: seconds * 1000, rule, value: f64::from(value).to_bits() };
                    windows.add(item);
                    all.retain(|other| item.time - other.time <= LENGTH * 1000);
                    all.push(item);
                    prop_assert_eq!(windows.value(), Some(expected(kind, &all)), "{:?} {:?}", kind, all);
                    if index == taken {
                        prop_assert_eq!(windows.take(), all.drain(..).map(|item| item.index).collect::<Vec<_>>());
                    }
                }
            }
        }
    }

    #[test]
    fn other_windows_begin_anew() {
        let sizes = |span, times: &[i64]| {
            let mut windows = Windows::new(Kind::Events, (10, span), 1);
            let add = |(index, time): (usize, &i64)| {
                windows.add(Item { index, time: time * 1000, rule: 0, value: 0 });
                windows.value().unwrap() as u32
            };
            times.iter().enumerate().map(add).collect::<Vec<_>>()
        };
        assert_eq!(sizes(Span::Tumbling, &[0, 9, 10, 19, 40]), [1, 2, 1, 2, 1]);
        assert_eq!(sizes(Span::Session(4), &[0, 4, 8, 10, 11, 16]), [1, 2, 3, 4, 1, 1]);
    }
}

//! Where events were read first that come from normalized events: a finding points there.
//!
//! Workers number these inputs as they meet them. In the end, all lines are numbered anew, so that they are in the order
//! of the names of inputs, in whichever file an event came.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;

use crate::model::event::Event;
use crate::parallel;
use crate::scan::{BlockId, LineRef};
use crate::survey::WorkerSurvey;
use crate::survey::line_numbers::LineNumbers;

/// Inputs from this number on are those of a worker's origins.
const FIRST: u32 = 1 << 31;

/// The inputs that a worker met as origins of events.
#[derive(Default)]
pub struct Origins {
    names: Vec<String>,
    numbers: HashMap<String, u32, RandomState>,
    /// The number of the origin met last: events of one input mostly come together.
    latest: u32,
}

impl Origins {
    /// Where an event was read first, if that is known and a place can have the number of the line.
    #[inline]
    pub fn place_of(&mut self, event: &Event<'_>) -> Option<LineRef> {
        let origin = event.origin().filter(|origin| u32::try_from(origin.line).is_ok())?;
        Some(self.place(&origin.input, origin.line))
    }

    /// A line of an input.
    pub fn place(&mut self, input: &str, line: u64) -> LineRef {
        if self.names.get(self.latest as usize).is_none_or(|name| *name != input) {
            let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX - FIRST);
            self.latest = *self.numbers.entry(input.to_owned()).or_insert(next);
            if self.latest == next {
                self.names.push(input.to_owned());
            }
        }
        let block = BlockId { input: FIRST + self.latest, number: 0 };
        LineRef { block, line: u32::try_from(line).unwrap_or(u32::MAX) }
    }
}

/// The order that lines will have once they are numbered anew: by the names of their inputs.
#[derive(Clone, Copy)]
pub struct PlaceOrder<'o> {
    /// The inputs that are origins.
    pub origins: &'o Origins,
    /// The inputs that are read.
    pub inputs: &'o [String],
}

impl PlaceOrder<'_> {
    /// Compares two lines. Seldom are two things in one moment, so that it must not weigh on what is done for each event.
    #[inline(never)]
    pub fn compare(&self, a: LineRef, b: LineRef) -> Ordering {
        if a.block.input == b.block.input {
            return a.cmp(&b);
        }
        let name = |line: LineRef| match line.block.input.checked_sub(FIRST) {
            Some(origin) => self.origins.names.get(origin as usize),
            None => self.inputs.get(line.block.input as usize),
        };
        name(a).cmp(&name(b)).then_with(|| a.cmp(&b))
    }
}

/// Numbers the lines of all workers anew, so that inputs are in the order of their names and a line is known by its number
/// in its input, unless inputs are in that order already and no event has an origin.
pub fn renumber(workers: &mut [WorkerSurvey], lines: &mut LineNumbers) {
    if lines.names().is_sorted() && workers.iter().all(|worker| worker.origins.names.is_empty()) {
        return;
    }
    let origins = workers.iter().flat_map(|worker| worker.origins.names.iter());
    let names: BTreeSet<_> = lines.names().iter().chain(origins).cloned().collect();
    let names: Vec<_> = names.into_iter().collect();
    let number =
        |name: &String| u32::try_from(names.binary_search(name).unwrap_or_default()).unwrap_or(u32::MAX);
    let inputs: Vec<_> = lines.names().iter().map(number).collect();
    parallel::change(workers, |worker| {
        let origins: Vec<_> = worker.origins.names.drain(..).map(|name| number(&name)).collect();
        worker.renumber(&|place| {
            let (input, line) = match place.block.input.checked_sub(FIRST) {
                Some(origin) => (origins[origin as usize], u64::from(place.line)),
                None => (inputs[place.block.input as usize], lines.locate(place).1),
            };
            LineRef { block: BlockId { input, number: 0 }, line: u32::try_from(line).unwrap_or(u32::MAX) }
        });
    });
    *lines = LineNumbers::new(names);
}

impl WorkerSurvey {
    fn renumber(&mut self, place: &impl Fn(LineRef) -> LineRef) {
        self.organizations.renumber(place);
        self.actors.renumber(place);
        self.kinds.renumber(place);
        self.ips.renumber(place);
        self.agents.renumber(place);
        self.impersonators.renumber(place);
        self.reasons.renumber(place);
        self.pages.renumber(place);
        self.certificates.renumber(place);
        self.changes.renumber(place);
        self.others.iter_mut().for_each(|change| change.place = place(change.place));
        self.matches.all_mut().for_each(|found| found.event.place = place(found.event.place));
        self.silences.renumber(place);
        self.anomalies.kept.iter_mut().for_each(|anomaly| anomaly.place = place(anomaly.place));
    }
}

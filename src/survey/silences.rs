//! Silences: times without an event of the log, of a source, or of an organization in a source.
//!
//! What a part of the log lacks while all of what contains it is silent says nothing about the part: a source that stopped
//! has no event about any organization. So only the time in which others went on counts against a limit.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::WorkerSurvey;
use crate::survey::ids::{Id, OrganizationId};
use crate::survey::remap::IdMaps;
use crate::survey::runs::{Point, Run, join};
use crate::survey::source_ranges::Span;

/// A part of the log, the largest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All of it.
    Log,
    /// The events of a source.
    Source(&'static str),
    /// The events of a source about an organization.
    Organization(&'static str, OrganizationId),
}

/// How many seconds a part of the log may be silent. A part without a limit is not judged by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SilenceLimits {
    /// The log as a whole.
    pub log: u64,
    /// Each source.
    pub source: Option<u64>,
    /// Each organization in each source.
    pub organization: Option<u64>,
}

impl SilenceLimits {
    /// The same limits, so that no part may be silent longer than what it contains: the silence of a source is that of
    /// all its organizations.
    pub fn nested(self) -> Self {
        let Self { log, source, organization } = self;
        let source = source.into_iter().chain(organization).min();
        Self { log: source.map_or(log, |source| source.min(log)), source, organization }
    }

    /// The limit of a part, if it has one.
    pub fn of(self, part: Part) -> Option<u64> {
        match part {
            Part::Log => Some(self.log),
            Part::Source(_) => self.source,
            Part::Organization(..) => self.organization,
        }
    }
}

/// A time without an event of a part of the log, longer than the limit of that part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// What was silent.
    pub part: Part,
    /// The last event before.
    pub from: Point,
    /// When the next event happened, or the last one of the larger part if there is no next event.
    pub until: Timestamp,
    /// The next event.
    pub next: Option<LineRef>,
}

/// The silences that workers saw, by time. Parts of which no event is selected have none.
pub fn silences(workers: &[WorkerSurvey], maps: &[IdMaps<'_>]) -> Vec<Silence> {
    let Some(limits) = workers.iter().find_map(|worker| worker.silences.limits) else {
        return Vec::new();
    };
    let (mut runs, mut selected) = (Vec::new(), HashSet::<Part, RandomState>::default());
    for (worker, map) in workers.iter().zip(maps) {
        let parts: Vec<_> = worker.silences.parts().map(|(part, _)| map.part(part)).collect();
        let marks = parts.iter().zip(worker.silences.parts());
        selected.extend(marks.filter(|(_, (_, is_selected))| *is_selected).filter_map(|(part, _)| *part));
        runs.extend(worker.silences.runs().filter_map(|(id, run)| Some((parts[id.index()]?, run))));
    }
    join(&mut runs, |part| limits.of(part).unwrap_or(u64::MAX), &|a, b| a.cmp(&b));
    let mut silences = proven(&runs, limits);
    silences.retain(|silence| silence.part == Part::Log || selected.contains(&silence.part));
    silences.sort_by_key(|silence| (silence.from.0, silence.part, silence.until));
    silences
}

/// The silences of each part that are longer than its limit without the time in which what contains it was silent. Runs
/// are sorted by part, the largest first.
fn proven(runs: &[(Part, Run)], limits: SilenceLimits) -> Vec<Silence> {
    let ends = ends(runs);
    let mut quiet: HashMap<Part, Quiet, RandomState> = HashMap::default();
    let mut all = Vec::new();
    for runs in runs.chunk_by(|(a, _), (b, _)| a == b) {
        let part = runs[0].0;
        let around = larger(part);
        let end = around.and_then(|larger| ends.get(&larger)).copied().unwrap_or(Timestamp::MIN);
        let limit = limits.of(part).unwrap_or(u64::MAX);
        let found = silences_of(runs, (end, limit));
        let quiet_around = around.and_then(|larger| quiet.get(&larger));
        let counts = |silence: &Silence| {
            let (from, until) = (silence.from.0, silence.until);
            let others_went_on =
                until.nanos_since(from) - quiet_around.map_or(0, |quiet| quiet.nanos_within((from, until)));
            others_went_on > u128::from(limit) * NANOS_PER_SECOND
        };
        all.extend(found.iter().filter(|silence| counts(silence)));
        if !matches!(part, Part::Organization(..)) {
            let quiet_here = Quiet::new(&found, quiet_around);
            quiet.insert(part, quiet_here);
        }
    }
    all
}

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// The times between the runs of a part, and after the last one if what contains it goes on for longer than the limit,
/// up to its end.
fn silences_of(runs: &[(Part, Run)], (end, limit): (Timestamp, u64)) -> Vec<Silence> {
    let ended = runs.windows(2).map(|pair| {
        let [(part, before), (_, after)] = [pair[0], pair[1]];
        Silence { part, from: before.last, until: after.first.0, next: Some(after.first.1) }
    });
    let (part, Run { last, .. }) = runs[runs.len() - 1];
    let is_open = end > last.0.later_by(limit);
    ended.chain(is_open.then_some(Silence { part, from: last, until: end, next: None })).collect()
}

/// The times in which a part is silent, be it because of what contains it.
struct Quiet {
    /// They do not overlap, and are in order.
    spans: Vec<Span>,
    /// For each of them, how many nanoseconds there are in those before it; at the end, how many in all.
    sums: Vec<u128>,
}

impl Quiet {
    /// The silences of a part, and those around it that are in none of them.
    fn new(silences: &[Silence], around: Option<&Self>) -> Self {
        let own: Vec<Span> = silences.iter().map(|silence| (silence.from.0, silence.until)).collect();
        let is_new = |(from, until): &Span| {
            let after = own.partition_point(|(start, _)| start <= from);
            after == 0 || *until > own[after - 1].1
        };
        let around = around.map_or(&[][..], |around| &around.spans);
        let mut spans: Vec<_> = around.iter().copied().filter(is_new).collect();
        spans.extend(&own);
        spans.sort_unstable();
        let mut sums = vec![0];
        let mut sum = 0;
        sums.extend(spans.iter().map(|(from, until)| {
            sum += until.nanos_since(*from);
            sum
        }));
        Self { spans, sums }
    }

    /// How many nanoseconds of a time are silent. The time begins and ends with an event, so it has all or nothing of a
    /// silence.
    fn nanos_within(&self, (from, until): Span) -> u128 {
        let begin = self.spans.partition_point(|(start, _)| *start < from);
        let end = self.spans.partition_point(|(_, end)| *end <= until);
        self.sums[end.max(begin)] - self.sums[begin]
    }
}

/// The next larger part.
fn larger(part: Part) -> Option<Part> {
    match part {
        Part::Log => None,
        Part::Source(_) => Some(Part::Log),
        Part::Organization(source, _) => Some(Part::Source(source)),
    }
}

/// When the last event of the log and of each source happened. Events that are later than the present belong to no
/// source, and end no log.
fn ends(runs: &[(Part, Run)]) -> HashMap<Part, Timestamp, RandomState> {
    let mut ends = HashMap::default();
    for (part, run) in runs.iter().filter(|(part, _)| matches!(part, Part::Source(_))) {
        for part in [*part, Part::Log] {
            let end = ends.entry(part).or_insert(run.last.0);
            *end = run.last.0.max(*end);
        }
    }
    ends
}

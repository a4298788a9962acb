//! What `log-gap` finds: pauses of the log, of each source, and of each organization in each source.

use std::collections::BTreeSet;

use super::histories::SECOND;
use super::judge::{Found, Judge};
use super::log::{Entry, Key};
use super::select::{Flags, bound};
use super::selections::Selection;

const RULE: &str = "log-gap";

/// When a part of the log begins to be silent, and until when.
type Pause = (i128, i128);

/// The pauses between times that are longer than `most`, and the one after the last time up to the end.
fn pauses(times: &[i128], end: Option<i128>, most: i128) -> Vec<Pause> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let between = times.windows(2).map(|pair| (pair[0], pair[1]));
    let after = times.last().zip(end).map(|(last, end)| (*last, end));
    between.chain(after).filter(|(from, to)| to - from > most).collect()
}

/// How long a pause is without what it has in common with others.
fn without((from, to): Pause, others: &[Pause]) -> i128 {
    let mut inside: Vec<Pause> = others.iter().map(|(a, b)| (*a.max(&from), *b.min(&to))).collect();
    inside.sort_unstable();
    let (mut left, mut reached) = (to - from, from);
    for (a, b) in inside {
        left -= (b - a.max(reached)).max(0);
        reached = reached.max(b);
    }
    left
}

/// Whether an event is shown whatever the time that is asked for.
fn is_shown_at_some_time(judge: &Judge<'_>, entry: &Entry) -> bool {
    let flags = Flags { since: None, until: None, ..judge.selection.flags.clone() };
    Selection { flags, at: None }.selects(judge.log, entry)
}

pub fn findings<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    let limit = |key| judge.policy.rules.get(RULE)?.ages.get(key).map(|age| i128::from(*age) * SECOND);
    let of_organizations = limit("organization");
    let of_sources = [limit("source"), of_organizations].into_iter().flatten().min();
    let of_log = judge.setting(RULE, "max", 86_400) * SECOND;
    let of_log = of_sources.map_or(of_log, |most| most.min(of_log));

    let entries = || judge.log.entries.iter();
    let all: Vec<i128> = entries().map(|entry| entry.nanos).collect();
    let silent_log = pauses(&all, None, of_log);
    let mut found: Vec<(Pause, Option<Key>, Vec<&Entry>)> =
        silent_log.iter().map(|pause| (*pause, None, entries().collect())).collect();

    let present: Vec<&Entry> = entries().filter(|entry| entry.nanos <= judge.log.now).collect();
    let times = |entries: &[&Entry]| entries.iter().map(|entry| entry.nanos).collect::<Vec<_>>();
    let sources: BTreeSet<&str> = present.iter().map(|entry| entry.source()).collect();
    for source in sources.into_iter().filter(|_| of_sources.is_some()) {
        let its: Vec<&Entry> = present.iter().copied().filter(|entry| entry.source() == source).collect();
        let most = of_sources.unwrap();
        let silent = pauses(&times(&its), times(&present).into_iter().max(), most);
        let proven = silent.iter().filter(|pause| without(**pause, &silent_log) > most);
        if its.iter().any(|entry| is_shown_at_some_time(judge, entry)) {
            found.extend(proven.map(|pause| (*pause, None, its.clone())));
        }
        let silent = [&silent[..], &silent_log].concat();
        let organizations: BTreeSet<Key> = its.iter().filter_map(|entry| entry.organization()).collect();
        for organization in organizations.into_iter().filter(|_| of_organizations.is_some()) {
            let about: Vec<&Entry> = its
                .iter()
                .copied()
                .filter(|entry| entry.organization().as_ref() == Some(&organization))
                .collect();
            let most = of_organizations.unwrap();
            let own = pauses(&times(&about), times(&its).into_iter().max(), most);
            if about.iter().any(|entry| is_shown_at_some_time(judge, entry)) {
                let proven = own.into_iter().filter(|pause| without(*pause, &silent) > most);
                found.extend(proven.map(|pause| (pause, Some(organization.clone()), about.clone())));
            }
        }
    }

    let flags = &judge.selection.flags;
    let [since, until] = [&flags.since, &flags.until].map(|text| text.as_deref().map(bound));
    let is_asked_for =
        |(from, to): &Pause| since.is_none_or(|since| *to > since) && until.is_none_or(|until| *from < until);
    let asked_for = found.into_iter().filter(|(pause, ..)| is_asked_for(pause));
    asked_for
        .map(|((from, until), organization, entries)| {
            let at = |nanos: i128| {
                let entries = entries.iter().filter(|entry| entry.nanos == nanos);
                entries.map(|entry| (entry.file, entry.line)).min()
            };
            Found {
                time: Some(from),
                place: at(from),
                next: at(until),
                organization,
                ..Found::of_nothing(RULE)
            }
        })
        .collect()
}

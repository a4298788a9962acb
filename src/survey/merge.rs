//! What all readers have becomes one survey.

use std::borrow::Cow;
use std::collections::HashSet;
use std::net::IpAddr;

use crate::parallel;
use crate::survey::Change;
use crate::survey::Survey;
use crate::survey::arrivals::{Arrivals, Counted, Delivery, Stored};
use crate::survey::duplicates::{Item, Repeated, repeated};
use crate::survey::interner::{Id, StringTable};
use crate::survey::labels::Labelled;
use crate::survey::remap::IdMaps;
use crate::survey::sort::observations_in_order;
use crate::survey::worker::{WorkerSurvey, quarter_of};

impl Survey {
    /// The survey of what readers have, in any order, and of what they handed over.
    pub fn new(mut readers: Vec<WorkerSurvey>, arrivals: Arrivals) -> Self {
        let mut survey = Self { other: readers.iter().map(|reader| reader.other).sum(), ..Self::default() };
        let (deliveries, hashes): (Vec<_>, Vec<_>) =
            readers.iter_mut().map(WorkerSurvey::take_hashed).unzip();
        let (again, (same, counted_again)) = parallel::both(
            || repeated(&deliveries, |delivery| delivery.key),
            || (repeated(&hashes, |hash| *hash), arrivals.again()),
        );
        let mut repeats = survey.settle_deliveries(&mut readers, &deliveries, &again);
        parallel::both(|| parallel::discard(deliveries), || parallel::discard(hashes));
        let connections: Vec<_> =
            readers.iter_mut().map(|reader| std::mem::take(&mut reader.connections)).collect();
        let ((connections, bases, same), news) = parallel::both(
            || {
                let mut all = StringTable::default();
                let bases: Vec<_> = connections.into_iter().map(|its| all.append(its)).collect();
                let same = same_connections(&same, &bases, all.len());
                (all, bases, same)
            },
            || readers.iter_mut().map(|reader| survey.number(reader)).collect::<Vec<_>>(),
        );
        survey.connections = connections;
        let news = news.into_iter().zip(bases);
        let news: Vec<_> =
            news.map(|(new, connections)| IdMaps { connections, same: &same, ..new }).collect();
        for (reader, new) in readers.iter_mut().zip(&news) {
            survey.add_up(reader, new);
        }
        survey.settle_labels();
        survey.range = survey.ranges.whole();
        survey.silences = std::mem::take(&mut survey.clock).silences();
        survey.notes.settle();
        for (reader, kept) in &repeats.kept {
            if let Some(change) = readers[*reader as usize].kept(*kept) {
                survey.uncount(&Counted::of(&news[*reader as usize].change(change)));
            }
        }
        for (number, counted) in &counted_again {
            // Whoever handed something over has a number.
            if let Some(reader) = readers.iter().position(|reader| reader.number == Some(*number)) {
                survey.redeliveries += 1;
                survey.uncount(&news[reader].counted(counted));
                repeats.seen.insert((reader as u32, counted.seen));
            }
        }
        let others = |(reader, index): &Item| Change {
            is_conflicting: true,
            ..news[*reader as usize].change(&readers[*reader as usize].others[*index as usize])
        };
        let said = |(reader, index): &Item| {
            let Change { organization, actor, .. } = readers[*reader as usize].others[*index as usize];
            news[*reader as usize].said(organization, actor)
        };
        let mut conflicting: Vec<_> =
            repeats.conflicting.iter().map(|item| (others(item), said(item))).collect();
        conflicting.sort_by(|(a, _), (b, _)| a.time.cmp(&b.time).then_with(|| survey.tie_break(a, b)));
        (survey.conflicting, survey.conflicting_said) = conflicting.into_iter().unzip();
        let visits = || survey.visits_in_order(&readers, &news, &repeats.seen);
        let observations = || observations_in_order(&readers, &news, &repeats.seen);
        let changes = || survey.changes_in_order(&readers, &news, &repeats.kept);
        ((survey.visits, survey.observations), (survey.changes, survey.said)) =
            parallel::both(|| (visits(), observations()), changes);
        drop(news);
        parallel::discard(readers);
        survey
    }

    /// Of what came again the first one in the order of the input stays, and is told so.
    fn settle_deliveries(
        &mut self,
        readers: &mut [WorkerSurvey],
        deliveries: &[Vec<Delivery>],
        repeated: &Repeated,
    ) -> Repeats {
        let mut repeats = Repeats::default();
        let of = |item: &Item| &deliveries[item.0 as usize][item.1 as usize];
        let content = |item: &Item| of(item).content;
        for group in repeated.groups() {
            let mut group: Vec<_> = group.iter().map(|(_, item)| *item).collect();
            let place = |item: &Item| readers[item.0 as usize].kept(of(item).kept).map(|kept| kept.place);
            group.sort_by_cached_key(|item| (content(item), place(item)));
            let versions: Vec<_> = group.chunk_by(|a, b| content(a) == content(b)).collect();
            let is_conflicting = versions.len() > 1;
            self.conflicts += versions.len() as u64 - 1;
            for version in versions {
                let (first, again) = (version[0], &version[1..]);
                self.redeliveries += again.len() as u64;
                let kept = of(&first).kept;
                let change = kept.change();
                let change = change.and_then(|index| readers[first.0 as usize].changes.all.get_mut(index));
                if let Some(change) = change {
                    change.is_conflicting = is_conflicting;
                    change.redeliveries = again.len() as u32;
                } else if is_conflicting && let Some(index) = kept.other() {
                    repeats.conflicting.push((first.0, index));
                }
                self.other -= again.iter().filter(|item| of(item).kept.is_other_nowhere()).count() as u64;
                repeats.kept.extend(again.iter().map(|item| (item.0, of(item).kept)));
                repeats.seen.extend(again.iter().map(|item| (item.0, of(item).seen)));
            }
        }
        repeats
    }

    /// Takes in a reader's names, counted; connections are no part of it.
    fn number(&mut self, reader: &mut WorkerSurvey) -> IdMaps<'static> {
        let actions = self.actions.merge(std::mem::take(&mut reader.actions));
        for (id, facts) in (0..).zip(&reader.action_facts) {
            if actions.of(id) as usize == self.action_facts.len() {
                self.action_facts.push(*facts);
            }
        }
        let Self { organizations, organization_labels, actors, actor_labels, .. } = self;
        let (organizations, actors) = parallel::both(
            || {
                let mut texts = Vec::new();
                let things = std::mem::take(&mut reader.organizations).merge_into(
                    organizations,
                    |[id, intern_into]| first_of([id, intern_into]),
                    |id, told| {
                        let [_, intern_into] = told.texts;
                        texts.push(organization_labels.update(
                            id,
                            [intern_into],
                            told.first,
                            told.last,
                            told.sort.is_sso,
                        ));
                    },
                );
                Labelled { things, texts }
            },
            || {
                let mut texts = Vec::new();
                let things = std::mem::take(&mut reader.actors).merge_into(
                    actors,
                    |[id, intern_into, email]| first_of([id, email, intern_into]),
                    |id, told| {
                        let [_, intern_into, email] = told.texts;
                        let names = [intern_into, email];
                        texts.push(actor_labels.update(id, names, told.first, told.last, told.sort.is_sso));
                    },
                );
                Labelled { things, texts }
            },
        );
        IdMaps {
            actions,
            organizations,
            actors,
            kinds: self.kinds.take(&reader.kinds, &reader.kind_words),
            ips: reader.ips.merge_into(&mut self.ips, |[text]| canonical(text), |_, _| ()),
            agents: reader.agents.intern_into(&mut self.agents),
            impersonators: reader.impersonators.intern_into(&mut self.impersonators),
            words: reader.words.intern_into(&mut self.words),
            connections: 0,
            ids: self.ids.append(std::mem::take(&mut reader.ids)),
            same: &[],
        }
    }

    fn settle_labels(&mut self) {
        let Self { organizations, organization_labels, actors, actor_labels, .. } = self;
        parallel::both(
            || organization_labels.settle(organizations.names.len()),
            || actor_labels.settle(actors.names.len()),
        );
    }

    /// Takes in what is added up, and the notes.
    fn add_up(&mut self, reader: &mut WorkerSurvey, new: &IdMaps<'_>) {
        reader.end_quarter();
        for (quarter, count) in &reader.quarters {
            *self.quarters.entry(*quarter).or_default() += count;
        }
        self.notes.merge(std::mem::take(&mut reader.notes), |noted| new.noted(noted));
        self.clock.merge(std::mem::take(&mut reader.clock));
        self.ranges.merge(&reader.ranges);
        self.selected += reader.selected;
        self.impersonated += reader.impersonated;
        self.ahead.merge(reader.ahead);
    }

    /// Takes back what was counted of an event that came again: at the same time as the one that
    /// stays, as it says the same.
    fn uncount(&mut self, counted: &Counted) {
        self.other -= u64::from(counted.is_other);
        if !counted.is_selected {
            return;
        }
        self.selected -= 1;
        self.impersonated -= u64::from(counted.is_impersonated);
        // All that are so late were counted.
        self.ahead.count -= u64::from(counted.time >= self.ahead.first);
        if let Some(count) = self.quarters.get_mut(&quarter_of(counted.time)) {
            *count -= 1;
            self.actions.uncount(counted.ids.action);
            self.organizations.uncount(counted.ids.organization);
            self.actors.uncount(counted.ids.actor);
            self.ips.uncount(counted.ids.ip);
            self.kinds.uncount(counted.ids.kind);
        }
    }
}

/// What identifies a combination of texts: the first one that is not empty.
fn first_of<const N: usize>(texts: [&str; N]) -> Option<Cow<'_, str>> {
    texts.into_iter().find(|text| !text.is_empty()).map(Cow::Borrowed)
}

/// An address in the one spelling in which it is counted and shown.
fn canonical(text: &str) -> Option<Cow<'_, str>> {
    let ip: IpAddr = text.parse().ok()?;
    let canonical = ip.to_canonical().to_string();
    Some(if canonical == text { Cow::Borrowed(text) } else { Cow::Owned(canonical) })
}

/// Events that came before: where they are kept, and their visits or sightings, all with their reader.
#[derive(Default)]
struct Repeats {
    kept: Vec<(u32, Stored)>,
    /// What is no change and stands for a version of an event whose id is another's as well.
    conflicting: Vec<Item>,
    seen: HashSet<Item>,
}

/// By number which connection of the same text stands for it: the first.
fn same_connections(repeated: &Repeated, bases: &[Id], count: usize) -> Vec<Id> {
    let mut same: Vec<Id> = (0..count as Id).collect();
    for group in repeated.groups() {
        let number = |(_, item): &(u64, Item)| bases[item.0 as usize] + item.1;
        let first = group.iter().map(number).min().unwrap_or_default();
        group.iter().for_each(|item| same[number(item) as usize] = first);
    }
    same
}

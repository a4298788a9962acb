//! What all readers have becomes one survey.

use std::collections::HashSet;

use super::Survey;
use super::gathered::{Delivery, Gathered, Kept, quarter_of};
use super::ordered::sightings_in_order;
use super::renumber::New;
use crate::deliveries::{Item, repeated};
use crate::event::is_ip;
use crate::history::Change;
use crate::names::Id;
use crate::threads;

impl Survey {
    /// The survey of what readers have, in any order.
    pub fn new(mut readers: Vec<Gathered>) -> Self {
        let mut survey = Self::default();
        let (deliveries, hashes): (Vec<_>, Vec<_>) = readers.iter_mut().map(Gathered::take_hashed).unzip();
        let (again, same) = threads::both(
            || repeated(&deliveries, |delivery| delivery.identity.key),
            || repeated(&hashes, |hash| *hash),
        );
        let repeats = survey.settle_deliveries(&mut readers, &deliveries, again);
        drop((deliveries, hashes));
        let connections = readers.iter_mut().map(|reader| std::mem::take(&mut reader.connections));
        let bases: Vec<_> = connections.map(|connections| survey.connections.append(connections)).collect();
        let same = same_connections(&same, &bases, survey.connections.len());
        let news = readers.iter_mut().zip(bases).map(|(reader, base)| survey.number(reader, base, &same));
        let news: Vec<_> = news.collect();
        for (reader, new) in readers.iter_mut().zip(&news) {
            survey.add_up(reader, new);
        }
        survey.range = survey.ranges.whole();
        survey.pauses = std::mem::take(&mut survey.clock).pauses();
        survey.notes.settle();
        for (reader, kept) in &repeats.kept {
            if let Some(change) = readers[*reader as usize].kept(*kept) {
                survey.uncount(&news[*reader as usize].change(change));
            }
        }
        let others = |(reader, index): &Item| Change {
            is_conflicting: true,
            ..news[*reader as usize].change(&readers[*reader as usize].others[*index as usize])
        };
        let mut conflicting: Vec<_> = repeats.conflicting.iter().map(others).collect();
        conflicting.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| survey.tie(a, b)));
        survey.conflicting = conflicting;
        let visits = || survey.visits_in_order(&readers, &news, &repeats.visits);
        let sightings = || sightings_in_order(&readers, &news, &repeats.sightings);
        let changes = || survey.changes_in_order(&readers, &news, &repeats.kept);
        ((survey.visits, survey.sightings), survey.changes) =
            threads::both(|| (visits(), sightings()), changes);
        survey
    }

    /// Of what came again the first one in the order of the input stays, and is told so.
    fn settle_deliveries(
        &mut self,
        readers: &mut [Gathered],
        deliveries: &[Vec<Delivery>],
        groups: Vec<Vec<Item>>,
    ) -> Repeats {
        let mut repeats = Repeats::default();
        let of = |item: &Item| &deliveries[item.0 as usize][item.1 as usize];
        let content = |item: &Item| of(item).identity.content;
        for mut group in groups {
            let place = |item: &Item| readers[item.0 as usize].kept(of(item).kept).map(|kept| kept.place);
            group.sort_by_cached_key(|item| (content(item), place(item)));
            let versions: Vec<_> = group.chunk_by(|a, b| content(a) == content(b)).collect();
            let is_conflicting = versions.len() > 1;
            self.conflicts += versions.len() as u64 - 1;
            for version in versions {
                let (first, again) = (version[0], &version[1..]);
                self.redeliveries += again.len() as u64;
                match of(&first).kept {
                    Kept::Change(index) => {
                        let change = &mut readers[first.0 as usize].changes.all[index as usize];
                        change.is_conflicting = is_conflicting;
                        change.redeliveries = again.len() as u32;
                    }
                    Kept::Other(index) if is_conflicting => repeats.conflicting.push((first.0, index)),
                    Kept::Other(_) | Kept::Not => {}
                }
                repeats.kept.extend(again.iter().map(|item| (item.0, of(item).kept)));
                repeats.visits.extend(again.iter().map(|item| (item.0, of(item).visit)));
                repeats.sightings.extend(again.iter().map(|item| (item.0, of(item).sighting)));
            }
        }
        repeats
    }

    /// Takes in a reader's names, counted.
    fn number<'s>(&mut self, reader: &mut Gathered, connections: Id, same: &'s [Id]) -> New<'s> {
        let actions = self.actions.merge(std::mem::take(&mut reader.actions));
        for (id, facts) in (0..).zip(&reader.action_facts) {
            if actions.of(id) as usize == self.action_facts.len() {
                self.action_facts.push(*facts);
            }
        }
        let Self { organizations, organization_labels, actors, actor_labels, .. } = self;
        let (organizations, actors) = threads::both(
            || {
                std::mem::take(&mut reader.organizations).settle(
                    organizations,
                    |[id, name]| first_of([id, name]),
                    |id, time, [_, name]| organization_labels.offer(id, time, [name]),
                )
            },
            || {
                std::mem::take(&mut reader.actors).settle(
                    actors,
                    |[id, name, email]| first_of([id, email, name]),
                    |id, time, [_, name, email]| actor_labels.offer(id, time, [name, email]),
                )
            },
        );
        New {
            actions,
            organizations,
            actors,
            kinds: self.kinds.take(&reader.kinds, &reader.kind_words),
            ips: reader.ips.settle(&mut self.ips, |[text]| is_ip(text).then_some(text), |_, _, _| ()),
            agents: reader.agents.name(&mut self.agents),
            impersonators: reader.impersonators.name(&mut self.impersonators),
            words: reader.words.name(&mut self.words),
            connections,
            ids: self.ids.append(std::mem::take(&mut reader.ids)),
            same,
        }
    }

    /// Takes in what is added up, and the notes.
    fn add_up(&mut self, reader: &mut Gathered, new: &New<'_>) {
        reader.end_quarter();
        for (quarter, count) in &reader.quarters {
            *self.quarters.entry(*quarter).or_default() += count;
        }
        self.notes.merge(std::mem::take(&mut reader.notes), |noted| new.noted(noted));
        self.clock.merge(std::mem::take(&mut reader.clock));
        self.ranges.merge(&reader.ranges);
        self.other += reader.other;
        self.selected += reader.selected;
        self.impersonated += reader.impersonated;
        self.ahead.merge(reader.ahead);
    }

    /// Takes back what was counted of an event that came again: at the same time as the one that
    /// stays, as it says the same.
    fn uncount(&mut self, change: &Change) {
        if !change.is_selected {
            return;
        }
        self.selected -= 1;
        self.impersonated -= u64::from(change.is_impersonated());
        // All that are so late were counted.
        self.ahead.count -= u64::from(change.time >= self.ahead.first);
        if let Some(count) = self.quarters.get_mut(&quarter_of(change.time)) {
            *count -= 1;
            self.actions.uncount(change.action);
            self.organizations.uncount(change.organization);
            self.actors.uncount(change.actor);
            self.ips.uncount(change.ip);
            self.kinds.uncount(change.kind);
        }
    }
}

/// What identifies a combination of texts: the first one that is not empty.
fn first_of<const N: usize>(texts: [&str; N]) -> Option<&str> {
    texts.into_iter().find(|text| !text.is_empty())
}

/// Events that came before: where they are kept, their visits and their sightings, all with their reader.
#[derive(Default)]
struct Repeats {
    kept: Vec<(u32, Kept)>,
    /// What is no change and stands for a version of an event whose id is another's as well.
    conflicting: Vec<Item>,
    visits: HashSet<Item>,
    sightings: HashSet<Item>,
}

/// By number which connection of the same text stands for it: the first.
fn same_connections(groups: &[Vec<Item>], bases: &[Id], count: usize) -> Vec<Id> {
    let mut same: Vec<Id> = (0..count as Id).collect();
    for group in groups {
        let number = |item: &Item| bases[item.0 as usize] + item.1;
        let first = group.iter().map(number).min().unwrap_or_default();
        group.iter().for_each(|item| same[number(item) as usize] = first);
    }
    same
}

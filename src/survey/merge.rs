//! Merges what all workers have into one survey.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::parallel;
use crate::survey::arrivals::{Arrivals, Counted};
use crate::survey::connection_ids::AllConnections;
use crate::survey::counter::Counter;
use crate::survey::duplicates::Item;
use crate::survey::ids::{ActorId, Id, OrganizationId};
use crate::survey::labels::{Appearances, LabelledMap, Labels};
use crate::survey::observations::Observations;
use crate::survey::pile::Pile;
use crate::survey::remap::IdMaps;
use crate::survey::repeats::Repeats;
use crate::survey::silences::silences;
use crate::survey::text_tuples::TupleInterner;
use crate::survey::worker::{WorkerSurvey, quarter_of};
use crate::survey::{Change, Survey};

impl Survey {
    /// Merges what the workers collected, in any order, and what they handed over while reading.
    pub fn new(mut workers: Vec<WorkerSurvey>, arrivals: Arrivals) -> Self {
        let mut survey = Self { other: workers.iter().map(|worker| worker.other).sum(), ..Self::default() };
        let identities: Vec<_> =
            workers.iter_mut().map(|worker| std::mem::take(&mut worker.identities)).collect();
        // One after the other, as each of them takes memory that the next one can have.
        let counted_again = arrivals.again();
        let mut repeats = survey.settle_deliveries(&mut workers, &identities);
        let keys = identities.into_iter().map(|identities| identities.change_keys).collect();
        let connections = workers.iter_mut().map(|worker| std::mem::take(&mut worker.connections)).collect();
        let (AllConnections { ids, of_rows, before }, maps) = parallel::both(
            || AllConnections::of(connections),
            || workers.iter_mut().map(|worker| survey.take_names(worker)).collect::<Vec<_>>(),
        );
        survey.connections = ids;
        let maps: Vec<_> = (maps.into_iter().zip(before))
            .map(|(map, connections_before)| IdMaps { connections_before, connections: &of_rows, ..map })
            .collect();
        for (worker, map) in workers.iter_mut().zip(&maps) {
            survey.add_up(worker, map);
        }
        survey.settle();
        for (worker, kept) in &repeats.kept {
            if let Some(change) = workers[*worker as usize].kept(*kept) {
                survey.uncount(&Counted::of(&maps[*worker as usize].change(&change)));
            }
        }
        for (number, counted) in &counted_again {
            // Every worker with arrivals has a number.
            if let Some(worker) = workers.iter().position(|worker| worker.number == Some(*number)) {
                survey.redeliveries += 1;
                survey.uncount(&maps[worker].counted(counted));
                repeats.seen.extend(counted.seen.map(|seen| (worker as u32, seen.index() as u32)));
            }
        }
        survey.silences = silences(&workers, &maps);
        survey.sort((&mut workers, keys), &maps, &repeats);
        drop(maps);
        parallel::discard(workers);
        survey
    }

    /// Sorts changes, visits and observations.
    fn sort(
        &mut self,
        (workers, keys): (&mut [WorkerSurvey], Vec<Pile<u64>>),
        maps: &[IdMaps<'_>],
        repeats: &Repeats,
    ) {
        let changes: Vec<_> = workers.iter_mut().map(|worker| std::mem::take(&mut worker.changes)).collect();
        let conflicting = |((worker, index), key): &(Item, u64)| {
            let (worker, map) = (&workers[*worker as usize], &maps[*worker as usize]);
            let change = &worker.others[*index as usize];
            let names = map.names_in_event(change.organization, change.actor);
            (Change { is_conflicting: true, ..map.change(change) }, (*key, names))
        };
        let mut conflicting: Vec<_> = repeats.conflicting.iter().map(conflicting).collect();
        conflicting.sort_by(|(a, (_, a_names)), (b, (_, b_names))| {
            a.time.cmp(&b.time).then_with(|| self.tie_break((a, *a_names), (b, *b_names)))
        });
        (self.conflicting, (self.conflicting_keys, self.names_in_conflicting)) =
            conflicting.into_iter().unzip();
        self.certificates = self.certificates_in_order(workers, maps);
        self.connection_names = self.latest_connection_names(workers, maps);
        let seen = || {
            let visits = self.visits_in_order(workers, maps, &repeats.seen);
            // Visits ask for the observations of their worker.
            let observations = workers.iter_mut().map(|worker| std::mem::take(&mut worker.observations));
            (visits, Observations::in_order(observations.collect(), maps, &repeats.seen))
        };
        let changes = || self.changes_in_order((changes, keys), maps, &repeats.kept);
        ((self.visits, self.observations), (self.changes, self.names_in_changes)) =
            parallel::both(seen, changes);
    }

    /// Takes the names of a worker with their counts, except for connections.
    fn take_names(&mut self, worker: &mut WorkerSurvey) -> IdMaps<'static> {
        let previous = self.action_facts.len();
        let actions = self.actions.merge(std::mem::take(&mut worker.actions));
        let facts = actions.0.iter().zip(&worker.action_facts);
        let new = facts.filter(|(id, _)| id.is_some_and(|id| id.index() >= previous));
        self.action_facts.extend(new.map(|(_, facts)| *facts));
        // Taken, so that the memory of each table is given back as soon as its names are merged.
        let own_organizations = std::mem::take(&mut worker.organizations);
        let (own_actors, own_ips) = (std::mem::take(&mut worker.actors), std::mem::take(&mut worker.ips));
        let Self { organizations, organization_labels, actors, actor_labels, .. } = self;
        let (organizations, actors) = parallel::both(
            || take_organizations(own_organizations, organizations, organization_labels),
            || take_actors(own_actors, actors, actor_labels),
        );
        IdMaps {
            actions,
            organizations,
            actors,
            kinds: self.kinds.take(&worker.kinds, &worker.kind_facts),
            certificate_types: worker.certificates.types.intern_into(&mut self.certificate_types),
            ips: own_ips.merge_into(&mut self.ips, |[text]| canonical(text), |_, _| ()),
            agents: worker.agents.intern_into(&mut self.agents),
            impersonators: worker.impersonators.intern_into(&mut self.impersonators),
            reasons: worker.reasons.intern_into(&mut self.reasons),
            pages: worker.pages.intern_into(&mut self.pages),
            connections_before: 0,
            events_before: self.ids.add(std::mem::take(&mut worker.ids)),
            connections: &[],
        }
    }

    /// Adds the counts and anomalies of a worker.
    fn add_up(&mut self, worker: &mut WorkerSurvey, map: &IdMaps<'_>) {
        worker.end_quarter();
        if self.quarters.is_empty() {
            std::mem::swap(&mut self.quarters, &mut worker.quarters);
        }
        for (quarter, count) in &worker.quarters {
            *self.quarters.entry(*quarter).or_default() += count;
        }
        self.anomalies.merge(std::mem::take(&mut worker.anomalies), |anomaly| map.anomaly(anomaly));
        self.matches.merge(std::mem::take(&mut worker.matches), |found| map.found(found));
        self.ranges.merge(&worker.ranges);
        self.selected += worker.selected;
        self.impersonated += worker.impersonated;
        self.ahead.merge(worker.ahead);
    }

    /// Finishes what needs the data of all workers.
    fn settle(&mut self) {
        let Self { organizations, organization_labels, actors, actor_labels, .. } = self;
        parallel::both(
            || organization_labels.settle(organizations.names.len()),
            || actor_labels.settle(actors.names.len()),
        );
        self.range = self.ranges.overall();
        self.anomalies.settle();
        let mut matches = std::mem::take(&mut self.matches);
        matches.settle(|a, b| self.tie_break((&a.event, a.names), (&b.event, b.names)));
        self.matches = matches;
    }

    /// Reverts the counts of a repeated event. Its time is that of the event that stays, so no range changes.
    fn uncount(&mut self, counted: &Counted) {
        self.other -= u64::from(counted.is_other);
        if !counted.is_selected {
            return;
        }
        self.selected -= 1;
        self.impersonated -= u64::from(counted.is_impersonated);
        // Every event as late as these was counted.
        self.ahead.count -= u64::from(counted.time >= self.ahead.first);
        if let Some(count) = self.quarters.get_mut(&quarter_of(counted.time)) {
            *count -= 1;
            self.actions.uncount(Some(counted.ids.action));
            self.organizations.uncount(counted.ids.organization);
            self.actors.uncount(counted.ids.actor);
            self.ips.uncount(counted.ids.ip);
            self.kinds.uncount(counted.ids.kind);
        }
    }
}

fn take_organizations(
    worker: TupleInterner<OrganizationId, 2>,
    counter: &mut Counter<OrganizationId>,
    labels: &mut Labels<OrganizationId, 1>,
) -> LabelledMap<OrganizationId, 1> {
    let mut numbers = Vec::new();
    let ids = worker.merge_into(
        counter,
        |[id, name]| first_of([id, name]),
        |id, entry| {
            let [_, name] = entry.texts;
            let appearances =
                Appearances { first: entry.first, last: entry.last, is_sso: entry.variant.is_sso };
            numbers.push(labels.update(id, [name], &appearances));
        },
    );
    LabelledMap { ids, labels: numbers }
}

fn take_actors(
    worker: TupleInterner<ActorId, 3>,
    counter: &mut Counter<ActorId>,
    labels: &mut Labels<ActorId, 2>,
) -> LabelledMap<ActorId, 2> {
    let mut numbers = Vec::new();
    let ids = worker.merge_into(
        counter,
        |[id, name, email]| first_of([id, email, name]),
        |id, entry| {
            let [_, name, email] = entry.texts;
            let appearances =
                Appearances { first: entry.first, last: entry.last, is_sso: entry.variant.is_sso };
            numbers.push(labels.update(id, [name, email], &appearances));
        },
    );
    LabelledMap { ids, labels: numbers }
}

/// What identifies a combination of texts: the first one that is not empty.
fn first_of<const N: usize>(texts: [&str; N]) -> Option<Cow<'_, str>> {
    texts.into_iter().find(|text| !text.is_empty()).map(Cow::Borrowed)
}

/// An address in its canonical spelling, in which it is counted and displayed.
fn canonical(text: &str) -> Option<Cow<'_, str>> {
    let ip: IpAddr = text.parse().ok()?;
    let canonical = ip.to_canonical().to_string();
    Some(if canonical == text { Cow::Borrowed(text) } else { Cow::Owned(canonical) })
}

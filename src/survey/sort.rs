//! Sorts changes and visits. The order does not depend on which worker read them.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::model::neutral::ActorKind;
use crate::parallel;
use crate::survey::Change;
use crate::survey::changes::Changes;
use crate::survey::duplicates::Item;
use crate::survey::groups::Groups;
use crate::survey::identities::Stored;
use crate::survey::ids::{ActorId, Id, OrganizationId};
use crate::survey::input_order::in_blocks;
use crate::survey::packed::{ChangeTables, WorkerChanges, traits_before};
use crate::survey::pile::Pile;
use crate::survey::remap::IdMaps;
use crate::survey::worker::WorkerSurvey;
use crate::survey::{NamesInEvent, Survey, Visit};

impl Survey {
    /// The selected visits without those in `again`, sorted by actor and time.
    pub(super) fn visits_in_order(
        &self,
        workers: &[WorkerSurvey],
        maps: &[IdMaps<'_>],
        again: &HashSet<Item>,
    ) -> Vec<Visit> {
        if workers.iter().all(|worker| worker.visits.is_empty()) {
            return Vec::new();
        }
        let ranks = self.actors.names.ranks();
        // For each worker, the rank of each of its actors. Visits without an actor come last.
        let rank = |actor: &Option<ActorId>| actor.map_or(ranks.len(), |actor| ranks[actor.index()] as usize);
        let own: Vec<Vec<_>> = maps.iter().map(|new| new.actors.ids.0.iter().map(rank).collect()).collect();
        let each = || {
            let workers = (0..).zip(workers).zip(&own);
            workers.flat_map(|((at, worker), own)| {
                let rank = |visit: &Visit| visit.actor.map_or(ranks.len(), |actor| own[actor.index()]);
                let visits =
                    (0..).zip(worker.visits.iter()).map(move |(index, visit)| (rank(visit), (at, index)));
                visits.filter(|(_, item)| !again.contains(item) && worker.is_selected_visit(item.1))
            })
        };
        // There can be as many visits as events. Those of an actor in one worker are mostly in time order
        // already.
        let groups: Groups<Item> = Groups::new(ranks.len() + 1, each);
        // Visits are fetched first and translated then: they lie anywhere in memory, and the processor waits for
        // several of them at once only if it has nothing else to do with each.
        let mut visits =
            parallel::map(groups.items(), |(worker, index)| workers[*worker as usize].visits[*index]);
        parallel::change_with(&mut visits, groups.items(), |visit, (worker, _)| {
            *visit = maps[*worker as usize].visit(visit);
        });
        let when = |visit: &Visit| (visit.time, visit.operation);
        parallel::sort_each_stably_by(
            &mut visits,
            |a, b| a.actor == b.actor,
            |a, b| when(a).cmp(&when(b)).then_with(|| self.visit_texts(a).cmp(&self.visit_texts(b))),
        );
        visits
    }

    /// Simultaneous visits are sorted by their texts, so that their order does not depend on the worker.
    fn visit_texts(&self, visit: &Visit) -> [Option<&str>; 6] {
        let organization = self.organizations.names.get(visit.organization);
        let (page, reason) = (self.pages.get(visit.page), self.reasons.get(visit.reason));
        let impersonator = self.impersonators.get(visit.impersonator);
        [organization, self.ips.names.get(visit.ip), self.agents.get(visit.agent), page, impersonator, reason]
    }

    /// The changes without those in `again`, in time order, and the names in those whose organization or
    /// actor has several. Each worker's changes come with their keys.
    pub(super) fn changes_in_order(
        &self,
        (mut workers, keys): (Vec<WorkerChanges>, Vec<Pile<u64>>),
        maps: &[IdMaps<'_>],
        again: &[(u32, Stored)],
    ) -> (Changes, HashMap<usize, NamesInEvent, RandomState>) {
        let change = |(worker, kept): &(u32, Stored)| kept.change().map(|index| (*worker, index));
        let again = again.iter().filter_map(change).collect();
        let firsts = Pile::firsts(workers.iter().map(|worker| &worker.packed.all));
        let at = |(worker, index): Item| firsts[worker as usize] + index;
        let (mut order, parts) = in_blocks(workers.iter().map(|worker| &worker.packed), &again, at);
        let names = self.translate((&mut workers, &firsts), maps);
        let (mut all, mut tables, mut all_keys) = (Pile::default(), ChangeTables::default(), Pile::default());
        for ((worker, first), map) in workers.into_iter().zip(firsts).zip(maps) {
            all.append(worker.packed.all);
            tables.append(worker.tables, first, map);
        }
        keys.into_iter().for_each(|keys| all_keys.append(keys));
        let changes = Changes::unordered(all, tables, all_keys);
        let names_of = |at: &u32| names.get(at).copied().unwrap_or(NamesInEvent::NONE);
        for part in &parts {
            parallel::sort_stably_by(&mut order[part.clone()], |a_at, b_at| {
                changes.time_of(*a_at).cmp(&changes.time_of(*b_at)).then_with(|| {
                    let (a, b) = (changes.unpack(*a_at), changes.unpack(*b_at));
                    a.operation
                        .cmp(&b.operation)
                        .then_with(|| self.tie_break((&a, names_of(a_at)), (&b, names_of(b_at))))
                })
            });
        }
        let named = |(index, at): (usize, &u32)| Some((index, *names.get(at)?));
        let names = match names.is_empty() {
            true => HashMap::default(),
            false => order.iter().enumerate().filter_map(named).collect(),
        };
        (changes.in_order(order, parts), names)
    }

    /// Translates changes to the ids of the survey, where they are. Returns the names in those whose organization or
    /// actor has several, by the index among the changes of all workers, of which those of each have a first one.
    fn translate(
        &self,
        (workers, firsts): (&mut [WorkerChanges], &[u32]),
        maps: &[IdMaps<'_>],
    ) -> HashMap<u32, NamesInEvent, RandomState> {
        let are_renamed = self.organization_labels.are_renamed() || self.actor_labels.are_renamed();
        let before = traits_before(&*workers);
        let workers = workers.iter_mut().zip(firsts).zip(before.into_iter().zip(maps));
        let chunks = workers.flat_map(|((worker, of_worker), (before, map))| {
            let chunks = worker.packed.all.chunks_mut();
            chunks.map(move |(first, chunk)| (of_worker + first, chunk, (before, map)))
        });
        let names = parallel::map_mut(&mut chunks.collect::<Vec<_>>(), |(first, chunk, (before, map))| {
            let mut names = Vec::new();
            for (index, change) in (*first..).zip(&mut **chunk) {
                let (organization, actor) = (change.organization, change.actor);
                change.translate(*before, map);
                if are_renamed && self.has_several_names(change.organization, change.actor) {
                    names.push((index, map.names_in_event(organization, actor)));
                }
            }
            names
        });
        names.into_iter().flatten().collect()
    }

    fn has_several_names(&self, organization: Option<OrganizationId>, actor: Option<ActorId>) -> bool {
        self.organization_labels.has_several(organization, 0) || self.actor_labels.has_several(actor, 1)
    }

    /// Compares simultaneous changes, each with the names in it, by everything that a report may show or that decides a
    /// verdict, so that their order does not depend on which came first.
    pub(super) fn tie_break(&self, a: (&Change, NamesInEvent), b: (&Change, NamesInEvent)) -> Ordering {
        let texts = |change: &Change| {
            let who =
                (self.organizations.names.get(change.organization), self.actors.names.get(change.actor));
            let impersonation =
                (self.impersonators.get(change.impersonator), self.reasons.get(change.reason));
            let kind = change.actor_kind.map(ActorKind::name);
            let other = (self.ips.names.get(change.ip), self.actions.names.get(change.action), kind);
            (
                self.connections.get(change.connection),
                who,
                self.kinds.texts(change.kind),
                other,
                impersonation,
            )
        };
        let names = |NamesInEvent { organization_name, email }: NamesInEvent| {
            let organization_name = organization_name.map(|name| self.organization_labels.text(name));
            (organization_name, email.map(|email| self.actor_labels.text(email)))
        };
        let rest = |(change, said): (&Change, NamesInEvent)| {
            let counts = (self.ids.get(change.event), change.is_conflicting, change.redeliveries);
            (counts, names(said), change.scopes, change.place)
        };
        texts(a.0).cmp(&texts(b.0)).then_with(|| rest(a).cmp(&rest(b)))
    }
}

//! Changes as they are kept. There can be millions of them, and the cost of each is that of the memory it takes: what many
//! of them have in common is kept once, and what few of them have is kept apart.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::Change;
use crate::survey::change_blocks::ChangeBlocks;
use crate::survey::ids::{ActorId, ConnectionId, EventId, ImpersonatorId, IpId, OrganizationId, ReasonId};
use crate::survey::input_order::ByBlock;
use crate::survey::pile::Pile;
use crate::survey::remap::IdMaps;
use crate::survey::short_time::ShortTime;
use crate::survey::traits::Traits;

/// What a change has for itself.
#[derive(Clone, Copy)]
pub struct PackedChange {
    time: ShortTime,
    pub connection: Option<ConnectionId>,
    pub organization: Option<OrganizationId>,
    pub actor: Option<ActorId>,
    ip: Option<IpId>,
    /// The index of its traits, and [`HAS_DETAILS`] if it has some.
    traits: u32,
    line: u32,
}

/// Set beside the index of the traits of a change that has details.
const HAS_DETAILS: u32 = 1 << 31;

/// What few changes have.
#[derive(Clone, Copy, Default)]
pub struct Details {
    /// The time, if it has no short form.
    time: Option<Timestamp>,
    pub is_conflicting: bool,
    pub redeliveries: u32,
    impersonator: Option<ImpersonatorId>,
    reason: Option<ReasonId>,
}

/// What packed changes refer to.
#[derive(Default)]
pub struct ChangeTables {
    /// Of several workers, those of each.
    pub traits: Vec<Traits>,
    blocks: ChangeBlocks,
    /// By index of the change.
    details: HashMap<u32, Details, RandomState>,
    /// The event ids of the changes up to the last one that has an id.
    events: Pile<Option<EventId>>,
}

impl PackedChange {
    /// The index of its traits, and whether it has details.
    #[inline]
    pub fn traits(&self) -> (u32, bool) {
        (self.traits & !HAS_DETAILS, self.traits & HAS_DETAILS != 0)
    }
}

impl ChangeTables {
    /// The change of an index. It is always inlined, so that nothing is fetched of a change but what is asked for.
    #[inline(always)]
    pub fn unpack(&self, index: u32, packed: &PackedChange) -> Change {
        let PackedChange { connection, organization, actor, ip, traits, line, .. } = *packed;
        let Traits {
            action, kind, scopes, operation, actor_kind, has_failed, has_outcome, is_in_portal, ..
        } = self.traits[(traits & !HAS_DETAILS) as usize];
        let Details { time, is_conflicting, redeliveries, impersonator, reason } =
            if traits & HAS_DETAILS == 0 { Details::default() } else { self.details(index) };
        Change {
            time: packed.time.get().or(time).unwrap_or(Timestamp::MIN),
            operation,
            has_failed,
            has_outcome,
            is_in_portal,
            scopes,
            is_conflicting,
            redeliveries,
            event: self.events.get(index).copied().flatten(),
            action,
            connection,
            organization,
            kind,
            actor,
            actor_kind,
            ip,
            impersonator,
            reason,
            place: LineRef { block: self.blocks.get(index), line },
        }
    }

    /// When a change happened.
    #[inline(always)]
    pub fn time(&self, index: u32, packed: &PackedChange) -> Timestamp {
        packed.time.get().unwrap_or_else(|| self.details(index).time.unwrap_or(Timestamp::MIN))
    }

    #[cold]
    fn details(&self, index: u32) -> Details {
        self.details.get(&index).copied().unwrap_or_default()
    }

    /// Adds the tables of other changes, whose ids are translated. The first of them has the index `first`.
    pub fn append(&mut self, other: Self, first: u32, map: &IdMaps<'_>) {
        self.blocks.append(other.blocks, first);
        self.traits.extend(other.traits.into_iter().map(|traits| Traits {
            action: map.actions.of(traits.action).unwrap_or(traits.action),
            kind: map.kinds.of(traits.kind),
            ..traits
        }));
        self.details.extend(other.details.into_iter().map(|(index, details)| {
            let (impersonator, reason) =
                (map.impersonators.of(details.impersonator), map.reasons.of(details.reason));
            (first + index, Details { impersonator, reason, ..details })
        }));
        if !other.events.is_empty() {
            pad(&mut self.events, first);
            other.events.iter().for_each(|event| {
                self.events.push(map.event(*event));
            });
        }
    }
}

/// Adds events without an id up to an index.
fn pad(events: &mut Pile<Option<EventId>>, index: u32) {
    for _ in events.len()..index {
        events.push(None);
    }
}

/// The changes of one worker.
#[derive(Default)]
pub struct WorkerChanges {
    pub packed: ByBlock<PackedChange>,
    pub tables: ChangeTables,
    /// The index of each combination of traits.
    known: HashMap<Traits, u32, RandomState>,
}

impl WorkerChanges {
    /// Adds a change and returns its index.
    pub fn push(&mut self, change: &Change) -> u32 {
        let packed = self.pack(change);
        let index = self.packed.push(change.place.block, change.time, packed);
        self.tables.blocks.push(index, change.place.block);
        let Change { is_conflicting, redeliveries, impersonator, reason, .. } = *change;
        if packed.traits & HAS_DETAILS != 0 {
            let time = packed.time.get().is_none().then_some(change.time);
            let details = Details { time, is_conflicting, redeliveries, impersonator, reason };
            self.tables.details.insert(index, details);
        }
        if change.event.is_some() {
            pad(&mut self.tables.events, index);
            self.tables.events.push(change.event);
        }
        index
    }

    fn pack(&mut self, change: &Change) -> PackedChange {
        let Change { connection, organization, actor, ip, place, .. } = *change;
        let time = ShortTime::of(change.time);
        let traits = Traits::of(change);
        let is_special = change.is_conflicting || change.redeliveries > 0 || change.is_impersonated();
        let has_details = is_special || time.get().is_none();
        let all = &mut self.tables.traits;
        let traits = *self.known.entry(traits).or_insert_with(|| {
            let index = u32::try_from(all.len()).ok().filter(|index| index & HAS_DETAILS == 0);
            all.push(traits);
            index.expect("fewer than two billion traits fit into memory")
        });
        PackedChange {
            time,
            connection,
            organization,
            actor,
            ip,
            traits: traits | if has_details { HAS_DETAILS } else { 0 },
            line: place.line,
        }
    }

    /// The change of an index.
    pub fn get(&self, index: u32) -> Option<Change> {
        self.packed.all.get(index).map(|packed| self.tables.unpack(index, packed))
    }

    /// The details of the change of an index, which gets some if it has none.
    pub fn details_mut(&mut self, index: u32) -> Option<&mut Details> {
        self.packed.all.get_mut(index)?.traits |= HAS_DETAILS;
        Some(self.tables.details.entry(index).or_default())
    }

    /// Changes where changes are in the input.
    pub fn renumber(&mut self, place: &impl Fn(LineRef) -> LineRef) {
        let old = std::mem::take(&mut self.tables.blocks);
        for (index, packed) in (0..).zip(self.packed.all.iter_mut()) {
            let new = place(LineRef { block: old.get(index), line: packed.line });
            packed.line = new.line;
            self.tables.blocks.push(index, new.block);
        }
    }
}

/// How many traits of other workers precede those of each worker.
pub fn traits_before<'a>(workers: impl IntoIterator<Item = &'a WorkerChanges>) -> Vec<u32> {
    let mut before = 0;
    let next = |worker: &WorkerChanges| {
        let own = before;
        before += worker.tables.traits.len() as u32;
        own
    };
    workers.into_iter().map(next).collect()
}

impl PackedChange {
    /// Refers to the traits of all workers, and to the ids of the survey.
    #[inline]
    pub fn translate(&mut self, traits_before: u32, map: &IdMaps<'_>) {
        self.traits += traits_before;
        self.connection = map.connection(self.connection);
        self.organization = map.organizations.ids.of(self.organization);
        self.actor = map.actors.ids.of(self.actor);
        self.ip = map.ips.of(self.ip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::neutral::ActorKind;
    use crate::model::operation::OPERATIONS;
    use crate::model::scopes::Scopes;
    use crate::scan::BlockId;
    use crate::survey::ids::{ActionId, Id, KindId};
    use proptest::prelude::*;

    /// Numbers up to 9 are what few changes have, 0 is what most have.
    fn change([rare, common, own]: [u32; 3]) -> Change {
        let is = |bit: u32| common >> bit & 1 == 1;
        Change {
            time: Timestamp { seconds: if rare == 6 { -1 } else { own.into() }, nanos: own },
            operation: OPERATIONS[common as usize % OPERATIONS.len()].operation,
            has_failed: is(0),
            has_outcome: is(1),
            is_in_portal: is(2),
            scopes: if is(3) { Scopes::SELECTED } else { Scopes::NONE },
            is_conflicting: rare == 1,
            redeliveries: if rare == 2 { own } else { 0 },
            event: (rare == 3).then(|| EventId::new(own as usize)),
            action: ActionId::new(common as usize % 7),
            connection: is(4).then(|| ConnectionId::new(own as usize)),
            organization: is(5).then(|| OrganizationId::new(own as usize)),
            kind: is(1).then(|| KindId::new(common as usize % 3)),
            actor: is(2).then(|| ActorId::new(own as usize)),
            actor_kind: is(3).then_some(ActorKind::Service),
            ip: is(4).then(|| IpId::new(own as usize)),
            impersonator: (rare == 4).then(|| ImpersonatorId::new(own as usize)),
            reason: (rare == 5).then(|| ReasonId::new(own as usize)),
            place: LineRef { block: BlockId { input: common % 2, number: own / 3 }, line: own },
        }
    }

    #[test]
    fn packed_changes_are_small() {
        assert_eq!(size_of::<PackedChange>(), 32);
    }

    proptest! {
        #[test]
        fn a_packed_change_says_what_it_said(numbers in prop::collection::vec([0..9_u32, 0..64_u32, 0..500_u32], 0..40)) {
            let changes: Vec<_> = numbers.into_iter().map(change).collect();
            let mut worker = WorkerChanges::default();
            for (index, change) in (0..).zip(&changes) {
                prop_assert_eq!(worker.push(change), index);
            }
            let text = |change: Option<Change>| format!("{change:?}");
            for (index, change) in (0..).zip(&changes) {
                prop_assert_eq!(text(worker.get(index)), text(Some(*change)));
            }
            worker.renumber(&|place| LineRef { line: place.line + 1, ..place });
            for (index, mut change) in (0..).zip(changes) {
                change.place.line += 1;
                if let Some(details) = worker.details_mut(index) {
                    details.redeliveries += 1;
                }
                change.redeliveries += 1;
                prop_assert_eq!(text(worker.get(index)), text(Some(change)));
            }
        }
    }
}

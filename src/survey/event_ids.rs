//! Ids for what is in an event: who, where, what about. Each worker has its own.

use super::impersonation::is_reason;
use super::text_tuples::{Appearance, TupleInterner, Variant};
use super::{Change, EventLine, Plan, Visit, WorkerSurvey};
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::fields::TextsHash;
use crate::model::operation::Operation;
use crate::sources;
use crate::survey::ids::{
    ActionId, ActorId, ConnectionId, Id, ImpersonatorId, IpId, KindId, OrganizationId, ReasonId,
};
use crate::survey::origins::{Origins, PlaceOrder};
use crate::text::keyed_hash::KEYS;

/// The ids that nearly every event has.
#[derive(Clone, Copy, Debug)]
pub struct EventIds {
    /// The vendor's action.
    pub action: ActionId,
    /// The organization concerned.
    pub organization: Option<OrganizationId>,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// The connection's kind.
    pub kind: Option<KindId>,
    /// The address it came from.
    pub ip: Option<IpId>,
}

/// An action met lately, which may well be that of the next event.
pub struct LatestAction {
    action: String,
    source: &'static str,
    id: ActionId,
}

/// The action of the lines of a shape.
#[derive(Clone, Copy)]
pub struct ShapeAction {
    shape: u64,
    operation: Operation,
    id: ActionId,
}

/// How many shapes have their action at hand; further ones take the place of others.
const SHAPES: usize = 1 << 8;

/// Actions of one operation that are compared before their names are looked up.
const MAX_LATEST: usize = 8;

/// What organizations and actors are counted by.
const ORGANIZATION: [Attribute; 2] = [Attribute::OrganizationId, Attribute::OrganizationName];
const ACTOR: [Attribute; 3] = [Attribute::ActorId, Attribute::ActorName, Attribute::ActorEmail];

/// Whether an event adds to the counts of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// It does.
    Counted,
    /// It only makes them known.
    Uncounted,
}

impl WorkerSurvey {
    #[inline(always)]
    pub(super) fn ids_of(&mut self, line: &EventLine<'_>, counting: Counting, plan: &Plan) -> EventIds {
        let EventLine { event, .. } = *line;
        let is_counted = counting == Counting::Counted;
        let action = self.action_of(event);
        let is_sso = event.operation != Operation::Other && plan.now.is_none_or(|now| event.time <= now);
        let variant = Variant { is_counted, is_sso, space: event.ids };
        let appearance = Appearance { variant, ..appearance(&self.origins, line, plan) };
        let values = (event, &*self.content.hashes);
        let organization = self.organizations.seek(values, ORGANIZATION, variant);
        let actor = self.actors.seek(values, ACTOR, variant);
        let bare = Appearance { variant: Variant { is_counted, ..Variant::default() }, ..appearance };
        let ip = self.ips.seek(values, [Attribute::Ip], bare.variant);
        let organization = self.organizations.add_sought(organization, (event, ORGANIZATION), &appearance);
        let actor = self.actors.add_sought(actor, (event, ACTOR), &appearance);
        let ip = self.ips.add_sought(ip, (event, [Attribute::Ip]), &bare);
        let kind = kind_of((&mut self.kinds, &mut self.kind_facts), (event, &self.content.hashes), &bare);
        if is_counted {
            self.actions.count(action, event.time);
            self.count_quarter(event.time);
        }
        EventIds { action, organization, actor, kind, ip }
    }

    /// The change that a line reports.
    pub(super) fn change(&mut self, line: &EventLine<'_>, ids: EventIds, plan: &Plan) -> Change {
        let EventLine { event, place, scopes, .. } = *line;
        let EventIds { action, organization, actor, kind, ip } = ids;
        let impersonator = self.impersonator(line, plan);
        let reason = self.reason(line, plan);
        let id = event.best(Attribute::Id).filter(|_| plan.wants.anomalies.is_some());
        // A portal link is about the organization, even if it names a connection.
        let names_connection = event.operation != Operation::PortalOpened;
        Change {
            time: event.time,
            operation: event.operation,
            has_failed: event.has_failed(),
            has_outcome: event.outcome.is_some(),
            is_in_portal: is_in_portal(event),
            scopes,
            is_conflicting: false,
            redeliveries: 0,
            event: id.map(|id| self.ids.push(&id)),
            action,
            connection: if names_connection { self.connection_of(event) } else { None },
            organization,
            kind,
            actor,
            actor_kind: event.actor_kind,
            ip,
            impersonator,
            reason,
            place,
        }
    }

    pub(super) fn visit(&mut self, line: &EventLine<'_>, ids: &EventIds, plan: &Plan) -> Visit {
        let event = line.event;
        let EventIds { organization, actor, ip, .. } = *ids;
        let appearance = appearance(&self.origins, line, plan);
        let agent = self.agents.of((event, &self.content.hashes), [Attribute::UserAgent], &appearance);
        let page = self.pages.of((event, &self.content.hashes), [Attribute::Page], &appearance);
        let reason =
            self.reasons.of((event, &self.content.hashes), [Attribute::ImpersonatorReason], &appearance);
        let impersonator = self.impersonator(line, plan);
        let (time, operation) = (event.time, effective_operation(event));
        Visit { time, operation, actor, organization, ip, agent, page, impersonator, reason }
    }

    pub(super) fn connection_of(&mut self, event: &Event<'_>) -> Option<ConnectionId> {
        let id = event.best(Attribute::ConnectionId)?;
        Some(self.connections.push(event.ids, &id))
    }

    /// The id of the action, which all lines of a shape with the same operation share.
    #[inline(always)]
    pub(super) fn action_of(&mut self, event: &Event<'_>) -> ActionId {
        let (shape, operation) = (event.fields.index.shape, effective_operation(event));
        let at = shape.number as usize % SHAPES;
        if shape.is_fixed(Attribute::Action)
            && let Some(known) = self.shape_actions.get(at)
            && (known.shape, known.operation) == (shape.number, operation)
        {
            return known.id;
        }
        let id = self.action_named(event, operation);
        if shape.is_fixed(Attribute::Action) {
            self.shape_actions.resize(SHAPES, ShapeAction { shape: 0, operation, id });
            self.shape_actions[at] = ShapeAction { shape: shape.number, operation, id };
        }
        id
    }

    #[inline(never)]
    fn action_named(&mut self, event: &Event<'_>, operation: Operation) -> ActionId {
        let text = event.action();
        let latest = &mut self.latest_actions[operation as usize];
        let is_same = |it: &LatestAction| it.action == text && it.source == event.source;
        if let Some(known) = latest.iter().find(|it| is_same(it)) {
            return known.id;
        }
        let (source, id) =
            (event.source, self.actions.names.id(&action_name(&text, event.source, operation)));
        if latest.len() == MAX_LATEST {
            latest.clear();
        }
        latest.push(LatestAction { action: text.into_owned(), source, id });
        if id.index() == self.action_facts.len() {
            self.action_facts.push((event.source, operation));
        }
        id
    }

    pub(super) fn impersonator(&mut self, line: &EventLine<'_>, plan: &Plan) -> Option<ImpersonatorId> {
        let appearance = appearance(&self.origins, line, plan);
        self.impersonators.of((line.event, &self.content.hashes), [Attribute::ImpersonatorEmail], &appearance)
    }

    /// The reason for an impersonation, unless it is blank.
    fn reason(&mut self, line: &EventLine<'_>, plan: &Plan) -> Option<ReasonId> {
        let appearance = appearance(&self.origins, line, plan);
        let reason = line.event.best(Attribute::ImpersonatorReason).filter(|reason| is_reason(reason))?;
        self.reasons.id([reason.as_bytes()], &appearance)
    }
}

/// An appearance on this line that is not counted.
pub(super) fn appearance<'o>(origins: &'o Origins, line: &EventLine<'_>, plan: &'o Plan) -> Appearance<'o> {
    let places = PlaceOrder { origins, inputs: &plan.inputs };
    Appearance { time: line.event.time, place: line.place, variant: Variant::default(), places }
}

/// The id of the kind of an event's connection. `facts` are the protocol and the provider of each kind.
#[inline]
fn kind_of(
    (kinds, facts): (&mut TupleInterner<KindId, 3>, &mut Vec<[Option<&'static str>; 2]>),
    (event, hashes): (&Event<'_>, &[u64]),
    appearance: &Appearance<'_>,
) -> Option<KindId> {
    let neutral = [event.protocol, event.provider];
    let [protocol, provider] = neutral.map(Option::unwrap_or_default);
    let name = || event.best(Attribute::ConnectionType).unwrap_or_default();
    let is_neutral = protocol.is_empty() && provider.is_empty();
    let hash = match event.fields.hash([Attribute::ConnectionType], hashes) {
        TextsHash::Hash(hash) => hash,
        TextsHash::NoText if is_neutral => return None,
        _ if is_neutral && name().is_empty() => return None,
        _ => KEYS.text(KEYS.at(0), name().as_bytes()),
    };
    let texts = || [name(), protocol.into(), provider.into()];
    // A word that has two addresses in memory makes two kinds, which are merged as those of two workers are.
    let addresses = [protocol, provider].map(|text| text.as_ptr().addr() as u64);
    let kind = kinds.id_of(hash.wrapping_add(KEYS.numbers(0, addresses)), texts, appearance);
    if kind.index() == facts.len() {
        facts.push(neutral);
    }
    Some(kind)
}

/// What an event did: an attempt that failed did nothing.
fn effective_operation(event: &Event<'_>) -> Operation {
    if event.has_failed() { Operation::Other } else { event.operation }
}

/// Whether a change was made in the portal that portal links lead to. Of removals nobody asks that.
fn is_in_portal(event: &Event<'_>) -> bool {
    let may_be =
        !matches!(event.operation, Operation::PortalOpened | Operation::Disabled | Operation::Deleted);
    may_be && event.best(Attribute::ActorType).is_some_and(|it| sources::is_in_portal(event.source, &it))
}

/// The name of an action in the table of all sources: two sources may use the same word for different things.
/// An action whose operation depends on values is several.
pub(super) fn action_name(action: &str, source: &str, operation: Operation) -> String {
    format!("{action}\0{source}\0{}", operation.name())
}

/// The action in a name made by [`action_name`].
pub(super) fn action_in(name: &str) -> Option<&str> {
    name.rsplitn(3, '\0').nth(2)
}

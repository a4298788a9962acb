//! Events about certificates of connections, which say until when they are valid. There are few of them.

use std::cmp::Ordering;
use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::model::attribute::Attribute;
use crate::model::operation::Operation;
use crate::model::scopes::Scopes;
use crate::model::time::{self, Timestamp};
use crate::scan::LineRef;
use crate::survey::duplicates::EventKey;
use crate::survey::event_ids::appearance;
use crate::survey::ids::{ActionId, ActorId, CertificateTypeId, ConnectionId, OrganizationId};
use crate::survey::remap::IdMaps;
use crate::survey::text_tuples::TupleInterner;
use crate::survey::{EventIds, EventLine, Plan, Survey, WorkerSurvey};

/// What an event says about a certificate of a connection. Its ids refer to the tables of the survey.
#[derive(Clone, Copy, Debug)]
pub struct CertificateNotice {
    /// When the event happened.
    pub time: Timestamp,
    /// What happened: the certificate was changed, or will expire.
    pub operation: Operation,
    /// When the certificate expires; after a renewal, when the new one does. `None` if the event does not say,
    /// or what it says is no time.
    pub expires: Option<Timestamp>,
    /// The vendor's type of certificate: a connection may have one of each.
    pub certificate_type: Option<CertificateTypeId>,
    /// The connection.
    pub connection: ConnectionId,
    /// The organization that the event names.
    pub organization: Option<OrganizationId>,
    /// The vendor's action.
    pub action: ActionId,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// Whether the event is selected.
    pub scopes: Scopes,
    /// Where it is in the input.
    pub place: LineRef,
    /// Identifies the event, by which repeated deliveries are recognized. It differs from run to run.
    pub(super) key: EventKey,
}

/// What a worker collected about certificates.
#[derive(Default)]
pub struct WorkerCertificates {
    notices: Vec<CertificateNotice>,
    pub(super) types: TupleInterner<CertificateTypeId, 1>,
}

impl WorkerCertificates {
    /// Changes where notices and types are.
    pub(super) fn renumber(&mut self, place: &impl Fn(LineRef) -> LineRef) {
        self.notices.iter_mut().for_each(|notice| notice.place = place(notice.place));
        self.types.renumber(place);
    }
}

impl WorkerSurvey {
    /// Keeps what an event says about a certificate. An event that names no connection says nothing about one.
    #[inline(never)]
    pub(super) fn add_certificate(
        &mut self,
        line: &EventLine<'_>,
        (ids, key): (&EventIds, EventKey),
        plan: &Plan,
    ) {
        let EventLine { event, place, scopes, .. } = *line;
        let expires = event.best(Attribute::CertificateExpires);
        let certificate_type = event.best(Attribute::CertificateType);
        if event.has_failed() || (expires.is_none() && certificate_type.is_none()) {
            return;
        }
        let Some(connection) = self.connection_of(event) else {
            return;
        };
        let appearance = appearance(&self.origins, line, plan);
        let certificate_type = certificate_type.and_then(|certificate_type| {
            self.certificates.types.id([certificate_type.as_bytes()], &appearance)
        });
        let EventIds { action, organization, actor, .. } = *ids;
        self.certificates.notices.push(CertificateNotice {
            time: event.time,
            operation: event.operation,
            expires: expires.and_then(|text| time::parse(&text)).map(|parsed| parsed.timestamp),
            certificate_type,
            connection,
            organization,
            action,
            actor,
            scopes,
            place,
            key,
        });
    }
}

impl CertificateNotice {
    /// Whether the certificate was renewed, in contrast to a notice that it has to be.
    pub fn is_renewal(&self) -> bool {
        self.operation == Operation::KeyChanged
    }
}

impl Survey {
    /// The notices of all workers in time order, each event once.
    pub(super) fn certificates_in_order(
        &self,
        workers: &[WorkerSurvey],
        maps: &[IdMaps<'_>],
    ) -> Vec<CertificateNotice> {
        let each = workers.iter().zip(maps).flat_map(|(worker, map)| {
            worker.certificates.notices.iter().filter_map(|notice| map.certificate(notice))
        });
        let mut notices: Vec<_> = each.collect();
        // The first delivery stays.
        notices.sort_by_key(|notice| notice.place);
        let mut seen: HashSet<EventKey, RandomState> = HashSet::default();
        notices.retain(|notice| seen.insert(notice.key));
        notices.sort_by(|a, b| self.compare_notices(a, b));
        notices
    }

    /// Of simultaneous events, a renewal comes last, so that it counts; of several, the one with the earliest
    /// expiry. Otherwise, the order is that of what a report may show.
    fn compare_notices(&self, a: &CertificateNotice, b: &CertificateNotice) -> Ordering {
        let order = |notice: &CertificateNotice| (notice.time, notice.is_renewal());
        let texts = |notice: &CertificateNotice| {
            let connection = self.connections.get(notice.connection);
            let certificate_type = self.certificate_types.get(notice.certificate_type);
            let who =
                (self.organizations.names.get(notice.organization), self.actors.names.get(notice.actor));
            (connection, certificate_type, who, self.actions.names.get(notice.action), notice.place)
        };
        let later_first = || (a.expires.is_some(), b.expires).cmp(&(b.expires.is_some(), a.expires));
        order(a).cmp(&order(b)).then_with(later_first).then_with(|| texts(a).cmp(&texts(b)))
    }
}

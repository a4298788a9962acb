//! How a worker records anomalies: lines and events that rules have to look at one by one.

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::event_ids::Counting;
use super::{Anomaly, AnomalyKind, EventLine, InvalidLine, NamesInEvent, Plan, WorkerSurvey};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::{Code, Diagnostic, HIDDEN, JUDGED};
use crate::model::event::Event;
use crate::model::scopes::Scopes;
use crate::scan::LineRef;
use crate::sources::lookalike;
use crate::survey::duplicates::content;
use crate::survey::ids::Id;
use crate::survey::impersonation::is_explained;
use crate::survey::origins::PlaceOrder;
use crate::text::hex::hex;

/// Why an event is an anomaly.
pub(super) struct AnomalyCause<'e> {
    pub kind: AnomalyKind,
    /// The diagnostic behind it, if there is one.
    pub diagnostic: Option<&'e Diagnostic>,
}

/// Identifies an invalid line; nothing is left to identify one that was too long to be kept.
pub fn line_hash(raw: &[u8]) -> String {
    if raw.is_empty() { String::new() } else { hex(&Sha256::digest(raw.trim_ascii())) }
}

/// What is known of an invalid line.
pub(super) struct InvalidFacts<'e> {
    /// What is wrong with it, or nothing if that is not known.
    pub message: &'e str,
    /// The code of that, or nothing.
    pub code: &'static str,
    /// See [`Anomaly::key`].
    pub key: String,
    /// Where it is in the input.
    pub place: LineRef,
}

impl From<AnomalyKind> for AnomalyCause<'_> {
    fn from(kind: AnomalyKind) -> Self {
        Self { kind, diagnostic: None }
    }
}

impl WorkerSurvey {
    /// Adds an anomaly for each diagnostic of a selected event that rules look at.
    pub(super) fn add_diagnosed_anomalies(&mut self, line: &EventLine<'_>, plan: &Plan) {
        if !line.scopes.is_selected() {
            return;
        }
        let first = |codes: &[&Code]| line.diagnostics.iter().find(|it| codes.contains(&it.code));
        let [contradictions, unknown_actions] = JUDGED;
        if let Some(contradiction) = first(contradictions) {
            let kind = AnomalyKind::Contradiction;
            self.add_anomaly(AnomalyCause { kind, diagnostic: Some(contradiction) }, line, plan);
        }
        if let Some(unknown) = first(unknown_actions) {
            let kind =
                if self.is_lookalike(line) { AnomalyKind::AlmostChange } else { AnomalyKind::UnknownAction };
            self.add_anomaly(AnomalyCause { kind, diagnostic: Some(unknown) }, line, plan);
        }
    }

    /// Whether the action of an event looks like that of a change. A new action comes again and again, and comparing names
    /// takes long.
    fn is_lookalike(&mut self, line: &EventLine<'_>) -> bool {
        let index = self.action_of(line.event).index();
        if self.lookalikes.len() <= index {
            self.lookalikes.resize(index + 1, None);
        }
        *self.lookalikes[index].get_or_insert_with(|| lookalike(&line.event.action()).is_some())
    }

    /// Adds an invalid line.
    pub fn add_invalid_line(&mut self, line: &InvalidLine<'_>, plan: &Plan) {
        let InvalidLine { raw, error, place } = *line;
        let facts = || InvalidFacts {
            message: error.map_or("", |error| &error.message),
            code: error.map_or("", |error| error.code.name),
            key: line_hash(raw),
            place,
        };
        if plan.wants.anomalies.is_some() {
            self.add_invalid(facts(), plan);
        }
    }

    /// Adds what is known of an invalid line.
    pub(super) fn add_invalid(&mut self, line: InvalidFacts<'_>, plan: &Plan) {
        let InvalidFacts { message, code, key, place } = line;
        // Nobody knows what a broken line contains, and it may be private.
        let message = if plan.redactor.is_some() && !message.is_empty() { HIDDEN } else { message };
        let anomaly = Anomaly {
            kind: AnomalyKind::Invalid,
            time: None,
            message: message.to_owned(),
            code,
            key,
            content: 0,
            action: None,
            organization: None,
            connection: None,
            connection_kind: None,
            actor: None,
            names: NamesInEvent::NONE,
            scopes: Scopes::SELECTED,
            place,
        };
        self.keep(anomaly, plan);
    }

    /// Adds an event as an anomaly.
    pub(super) fn add_anomaly(&mut self, cause: AnomalyCause<'_>, line: &EventLine<'_>, plan: &Plan) {
        let AnomalyCause { kind, diagnostic } = cause;
        if plan.wants.anomalies.is_none() {
            return;
        }
        let EventLine { event, place, scopes, .. } = *line;
        let ids = self.ids_of(line, Counting::Uncounted, plan);
        let displayed = Event { redactor: plan.redactor.as_deref(), ..*event };
        let message = match (diagnostic, kind) {
            (Some(_), _) if plan.redactor.is_some() => HIDDEN.to_owned(),
            (Some(diagnostic), _) => diagnostic.message.clone(),
            (None, AnomalyKind::Unexplained) => {
                displayed.text(Attribute::ImpersonatorEmail).unwrap_or_default().into()
            }
            (None, AnomalyKind::Impersonated) => impersonation(&displayed),
            (None, _) => String::new(),
        };
        let connection = self.connection_of(event);
        let anomaly = Anomaly {
            kind,
            time: Some(event.time),
            message,
            code: diagnostic.map_or("", |diagnostic| diagnostic.code.name),
            key: key_of(event),
            content: content(event),
            action: Some(ids.action),
            organization: ids.organization,
            connection,
            connection_kind: ids.kind,
            actor: ids.actor,
            names: NamesInEvent::NONE,
            scopes,
            place,
        };
        self.keep(anomaly, plan);
    }

    fn keep(&mut self, anomaly: Anomaly, plan: &Plan) {
        let places = PlaceOrder { origins: &self.origins, inputs: &plan.inputs };
        self.anomalies.add(anomaly, |a, b| places.compare(a, b));
    }
}

/// Who was let in and why, to continue a description of the event; nothing if it says neither.
fn impersonation(event: &Event<'_>) -> String {
    let impersonator = event.text(Attribute::ImpersonatorEmail);
    let reason = event.text(Attribute::ImpersonatorReason).filter(|_| is_explained(event));
    if impersonator.is_none() && reason.is_none() {
        return String::new();
    }
    let impersonator = impersonator.as_deref().unwrap_or("somebody unknown");
    let reason = reason.map_or("no reason given".to_owned(), |reason| format!("reason: `{reason}`"));
    format!(", impersonated by {impersonator} ({reason})")
}

/// Identifies an event in every export. Each part is preceded by its length, because a log may contain any
/// character that could separate them.
pub(super) fn key_of(event: &Event<'_>) -> String {
    const TEXTS: [Attribute; 5] = [
        Attribute::Id,
        Attribute::Action,
        Attribute::ActorId,
        Attribute::ConnectionId,
        Attribute::OrganizationId,
    ];
    let texts = TEXTS.map(|attribute| event.text(attribute).unwrap_or_default());
    let [id, action, actor, connection, organization] = &texts;
    let time = event.time.rfc3339(Tz::UTC);
    let parts = [event.source, id, action, &time, actor, connection, organization];
    parts.map(|part| format!("{}:{part}", part.len())).concat()
}

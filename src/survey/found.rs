//! What a worker notes of lines and events that rules have to look at one by one.

use super::{AnomalyKind, Plan, WorkerSurvey};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::{AMBIGUOUS_EVENT, CONTRADICTION, Code, Diagnostic, UNKNOWN_ACTION};
use crate::model::event::Event;
use crate::scan::LineRef;
use crate::sources::lookalike;
use crate::survey::duplicates::content;

impl WorkerSurvey {
    /// Notes what was found of an event that the selection keeps, as far as rules look at it.
    pub(super) fn note_found(
        &mut self,
        event: &Event<'_>,
        findings: &[Diagnostic],
        place: LineRef,
        plan: &Plan,
    ) {
        let first = |codes: &[&Code]| findings.iter().find(|finding| codes.contains(&finding.code));
        let contradiction = first(&[&CONTRADICTION, &AMBIGUOUS_EVENT]);
        let unknown = first(&[&UNKNOWN_ACTION]).map(|finding| {
            let action = event.best(Attribute::Action).unwrap_or_default();
            (
                if lookalike(&action).is_some() {
                    AnomalyKind::AlmostChange
                } else {
                    AnomalyKind::UnknownAction
                },
                finding,
            )
        });
        let noted =
            contradiction.map(|finding| (AnomalyKind::Contradiction, finding)).into_iter().chain(unknown);
        for (what, finding) in noted.filter(|_| plan.select.matches(event)) {
            self.note_event(what, event, Some(finding), place, plan);
        }
    }

    /// Notes a line that is no event.
    pub fn note_line(&mut self, raw: &[u8], findings: &[Diagnostic], place: LineRef, plan: &Plan) {
        if plan.wants.notes.is_some() {
            self.notes.line(raw, findings.first(), place, plan.redactor.is_some());
        }
    }

    /// Notes the event at hand, with the finding that it is about if there is one.
    pub(super) fn note_event(
        &mut self,
        what: AnomalyKind,
        event: &Event<'_>,
        finding: Option<&Diagnostic>,
        place: LineRef,
        plan: &Plan,
    ) {
        if plan.wants.notes.is_some() {
            let [action, organization, actor, kind, _] = self.ids_of(event, place, false, plan);
            let connection = self.connection_of(event, plan);
            let ids = [action, organization, connection, kind, actor];
            let shown = Event { redactor: plan.redactor.as_deref(), ..*event };
            self.notes.event(what, (event, content(event)), (&shown, finding), place, ids);
        }
    }
}

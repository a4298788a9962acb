//! The action that an event names, and whether its fields are those of an event about a connection.

use crate::json::{Document, NodeId};
use crate::model::diagnostic::{OTHER_EVENT, UNKNOWN_ACTION};
use crate::model::diagnostics::Diagnostics;
use crate::model::operation::Operation;
use crate::sources::{Action, Root, Source};
use crate::text::suggest::nearest;

/// Whether an event is about an SSO connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sso {
    /// Its action says so.
    Known,
    /// No document names its action, so it may be. Fields whose values fit are bound; as they may be others, none
    /// is required, and no value makes the event invalid.
    Possible,
    /// It is about something else.
    No,
}

/// The action, if the event names one that is documented, and whether the event is about a connection.
pub fn action(
    source: &'static Source,
    document: Document<'_>,
    event: NodeId,
    diagnostics: &mut Diagnostics<'_>,
) -> (Option<&'static Action>, Sso) {
    let Some((id, name)) = source.action_of(&Root::of(document, event)) else {
        return (None, Sso::No);
    };
    let span = document.nodes[id].span;
    let Some(action) = source.action(&name) else {
        diagnostics.add(&UNKNOWN_ACTION, span, |diagnostic| {
            diagnostic.message = format!("unknown action {}", diagnostic.quoted());
            diagnostic.expected = Some(format!("an action {} documents", source.name));
            diagnostic.nearest = nearest(&name, source.actions.iter().map(|action| action.name));
        });
        return (None, Sso::Possible);
    };
    if action.operation == Operation::Other && action.refine.is_none() {
        diagnostics.add(&OTHER_EVENT, span, |diagnostic| {
            diagnostic.message =
                format!("{} is not about SSO connections: {}", diagnostic.quoted(), action.about);
        });
    }
    (Some(action), if action.operation == Operation::Other { Sso::No } else { Sso::Known })
}

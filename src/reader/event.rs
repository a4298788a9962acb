//! From the values of a line to its event.

use crate::model::diagnostic::JUDGED;
use crate::model::diagnostics::Diagnostics;
use crate::model::event::{Event, RetainedFields};
use crate::model::fields::Fields;
use crate::model::operation::Operation;
use crate::reader::values;
use crate::sources::{Action, Source};

/// Checks the values of a line, and makes an event of them if there is no error.
pub fn event<'a>(
    source: &Source,
    action: Option<&Action>,
    fields: Fields<'a>,
    diagnostics: &mut Diagnostics<'_>,
) -> Option<Event<'a>> {
    let operation = action.map_or(Operation::Other, |action| action.operation_of(&fields));
    let mut derived = values::check(source, &fields, operation, diagnostics);
    derived.add_action(source, action, &fields);
    let time = derived.time.filter(|_| !diagnostics.is_invalid())?;
    let event = Event {
        time,
        operation,
        protocol: derived.protocol,
        provider: derived.provider,
        outcome: derived.outcome,
        actor_kind: derived.actor_kind,
        direction: action.and_then(|action| action.direction),
        source: source.name,
        action: source.composite.as_ref().and_then(|composite| composite.action_of(&fields)),
        ids: source.id_space(),
        fields,
        retained: None,
        redactor: None,
    };
    let Some(restore) = source.restore else {
        return Some(event);
    };
    let restored = restore(&fields);
    add_retained(restored.retained, &fields, diagnostics);
    Some(event.restored(&restored))
}

/// Adds the diagnostics that a line keeps since its event was read first.
fn add_retained(retained: &RetainedFields, fields: &Fields<'_>, diagnostics: &mut Diagnostics<'_>) {
    for values in fields.by_element([retained.code, retained.message]) {
        let [Some(code), Some(message)] = values else {
            continue;
        };
        let name = code.decode(fields.text);
        let judged = JUDGED.iter().copied().flatten().find(|code| code.name == name);
        if let Some(judged) = judged {
            diagnostics.add(judged, message, |diagnostic| {
                diagnostic.message = message.decode(fields.text).into_owned();
            });
        }
    }
}

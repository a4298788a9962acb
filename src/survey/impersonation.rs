//! Sessions that somebody else than the actor drove.

use crate::event::{Attribute, Event};

/// Whether the text given as the reason of an impersonation says anything.
pub fn is_reason(text: &str) -> bool {
    // The others among letters are blank.
    const FILLERS: [char; 4] = ['\u{115F}', '\u{1160}', '\u{3164}', '\u{FFA0}'];
    text.chars().any(|c| c.is_alphanumeric() && !FILLERS.contains(&c))
}

/// It says why somebody else drove the session.
pub fn is_explained(event: &Event<'_>) -> bool {
    event.best(Attribute::ImpersonatorReason).is_some_and(|reason| is_reason(&reason))
}

/// Somebody else than the actor drove the session; a blank reason says nothing.
pub fn is_impersonated(event: &Event<'_>) -> bool {
    event.best(Attribute::ImpersonatorEmail).is_some() || is_explained(event)
}

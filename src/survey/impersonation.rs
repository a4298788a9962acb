//! Impersonated sessions, in which somebody else than the actor acts.

use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::text::characters::is_ignorable;

/// Whether the reason given for an impersonation says anything.
pub fn is_reason(text: &str) -> bool {
    // Some letters are invisible.
    text.chars().any(|c| c.is_alphanumeric() && !is_ignorable(c))
}

/// Whether the event gives a reason for an impersonation; a blank one does not count.
#[inline]
pub fn is_explained(event: &Event<'_>) -> bool {
    event.best(Attribute::ImpersonatorReason).is_some_and(|reason| is_reason(&reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_and_invisible_texts_are_no_reason() {
        for text in [
            "",
            " \t\u{A0}",
            "-",
            "…",
            "\u{3164}\u{115F}\u{1160} \u{FFA0}",
            "\u{34F}\u{17B4}\u{E0161}\u{180B}",
        ] {
            assert!(!is_reason(text), "{text:?}");
        }
        for text in ["x", " 7 ", "Zoë", "障害", "\u{3164}a"] {
            assert!(is_reason(text), "{text:?}");
        }
    }
}

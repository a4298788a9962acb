//! The array that events may be in: its brackets and commas.

use crate::input::grammar::is_space;

/// How far an array of events is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Array {
    /// There is none.
    Outside,
    /// The last one has ended.
    Ended,
    /// It has begun, and nothing is in it yet.
    Begun,
    /// An event was the last thing in it.
    Event,
    /// A comma was the last thing in it.
    Comma,
}

/// A comma or bracket that is not where an array has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// What is there.
    pub found: &'static str,
    /// What should be.
    pub expected: &'static str,
}

/// What a byte between two events is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// White space, or a bracket or comma where it belongs.
    Structure,
    /// A bracket or comma elsewhere.
    Misplaced(Misplaced),
    /// The first byte of an event, perhaps with something missing before it.
    Event(Option<Misplaced>),
}

const fn misplaced(found: &'static str, expected: &'static str) -> Between {
    Between::Misplaced(Misplaced { found, expected })
}

impl Array {
    /// Takes a byte between two events.
    pub fn step(&mut self, byte: u8) -> Between {
        let (next, between) = match (byte, *self) {
            (byte, array) if is_space(byte) => (array, Between::Structure),
            (b'[', Self::Outside | Self::Ended) => (Self::Begun, Between::Structure),
            (b']', Self::Begun | Self::Event) => (Self::Ended, Between::Structure),
            (b']', Self::Comma) => (Self::Ended, misplaced("`]`", "an event after the comma")),
            // What looked like its end was another bracket.
            (b',', Self::Ended) => (Self::Comma, misplaced("`,`", "nothing after the array")),
            (b',', Self::Event) => (Self::Comma, Between::Structure),
            (b',', Self::Begun | Self::Comma) => (Self::Comma, misplaced("`,`", "an event before the comma")),
            // Anything else is refused for itself.
            (b'{' | b'[', Self::Event) => {
                let missing = Misplaced { found: "another event", expected: "`,` between two events" };
                (Self::Event, Between::Event(Some(missing)))
            }
            (_, Self::Outside | Self::Ended) => (Self::Outside, Between::Event(None)),
            _ => (Self::Event, Between::Event(None)),
        };
        *self = next;
        between
    }

    /// What is missing at the end of the file.
    pub fn finish(&mut self) -> Option<Misplaced> {
        let is_open = !matches!(self, Self::Outside | Self::Ended);
        *self = Self::Outside;
        is_open.then_some(Misplaced { found: "the end of the file", expected: "`]` at the end of the array" })
    }
}

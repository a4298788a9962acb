//! Where a broken event ends: indentation shows where the next one begins.
//!
//! That an event is broken may show far behind the place where it should have ended. So an object that begins a line
//! as an event does is remembered; if the grammar then shows a fault, the event is read once more, and ends before
//! the first such object up to the fault.

use super::array::Array;
use super::cursor::Cursor;
use super::{Framer, Next, OpenEvent};

impl Framer {
    /// What follows if the `{` at hand may begin another event: the event at hand ends before it, or is rescanned;
    /// `None` if the object is part of it.
    pub(super) fn begins_event(&mut self, start: usize, at: usize) -> Option<Next> {
        let may_rescan = self.may_rescan();
        let OpenEvent { grammar, origin, is_broken, has_object_at_margin } = &mut self.event;
        let Cursor { position, indent, only_ends } = self.here;
        let is_on_later_line = position.line > origin.line;
        let is_at_margin = is_on_later_line && indent.unwrap_or(position.column) <= origin.column;
        let ends = if grammar.takes_value() {
            if !is_at_margin || indent.is_some() || self.ignores_indentation {
                return None;
            }
            *has_object_at_margin |= self.dropped == 0 && at - start < self.max_line;
            *is_broken || at < self.faulty_until
        } else if may_rescan {
            return Some(Next::Rescan);
        } else if is_on_later_line && !self.ignores_indentation {
            is_at_margin && only_ends
        } else {
            // Here nothing but a comma may have been lost between two values.
            grammar.wants_key() && (is_at_margin && only_ends || !is_on_later_line)
        };
        if !ends {
            return None;
        }
        // The comma before the object, if there is one, was read as part of the event that was not closed.
        if self.array == Array::Event {
            self.array = Array::Comma;
        }
        Some(Next::Ends(at))
    }

    /// Whether the event at hand, if it is broken, may contain another one.
    pub(super) fn may_rescan(&self) -> bool {
        self.start.is_some()
            && self.event.has_object_at_margin
            && !self.event.is_broken
            && !self.ignores_indentation
    }

    /// Goes back to the beginning of the event; indentation counts up to the fault. Returns where to go on.
    pub(super) fn rescan(&mut self, bytes: &[u8], fault: usize) -> usize {
        let start = self.start.unwrap_or(fault);
        self.faulty_until = fault;
        let origin = self.event.origin;
        self.event = OpenEvent::at(origin);
        self.event.grammar.step(bytes[start]);
        // What stands before the event on its line does not count for what is on later ones.
        self.here = Cursor { position: origin, indent: None, only_ends: false };
        self.here.advance(bytes[start]);
        start + 1
    }
}

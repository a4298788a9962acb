//! Expressions that select events, in the syntax of the Common Expression Language (CEL).
//!
//! This is a closed subset of CEL, so that an expression can be judged before any event is read: all its names are known,
//! and its types are checked. Whatever an event says, an expression then is true or false:
//!
//! - A text that an event lacks is `""`; `has(…)` tells whether it has one.
//! - A comparison holds if it holds for one of the texts of an attribute, as with flags. What is negated has to hold for
//!   none.
//! - A vendor's own field is of any type, and `null` where it is missing. A comparison of values that cannot be compared
//!   does not hold.

mod compile;
mod condition;
mod duration;
mod field;
mod judged;
mod lexer;
mod literal;
mod mistake;
mod names;
mod operand;
mod operands;
mod parse;
mod relation;
mod value;

use std::sync::atomic::{AtomicBool, Ordering};

pub use self::mistake::{InvalidExpression, Mistake};

use self::condition::Condition;
use self::judged::Judged;
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::time::Timestamp;

/// An expression that was understood.
#[derive(Debug)]
pub struct Expression {
    condition: Condition,
    /// Whether some event had lost the vendor's fields that were asked for.
    lacks_fields: AtomicBool,
}

impl Expression {
    /// Reads an expression, in which `now` is that time.
    pub fn new(source: &str, now: Timestamp) -> Result<Self, InvalidExpression> {
        let condition = parse::parse(source).and_then(|part| compile::condition(&part, now));
        let invalid = |mistake| InvalidExpression { source: source.to_owned(), mistake };
        Ok(Self { condition: condition.map_err(invalid)?, lacks_fields: AtomicBool::new(false) })
    }

    /// Whether it holds for an event.
    pub fn holds(&self, event: &Event<'_>) -> bool {
        let judged = Judged::new(event);
        let holds = self.condition.holds(&judged);
        if judged.lacks_fields() {
            self.lacks_fields.store(true, Ordering::Relaxed);
        }
        holds
    }

    /// Why nobody can tell whether it holds, if it was asked of an event whose vendor's fields are not kept. `name` is
    /// what the message calls the expression.
    pub fn unjudged(&self, name: &str) -> Option<String> {
        self.lacks_fields.load(Ordering::Relaxed).then(|| {
            format!(
                "{name} asks for field(…), but histories and normalized events keep only attributes; give \
                 the exports, or ask for attributes only"
            )
        })
    }

    /// Whether it compares names of organizations.
    pub fn names_organizations(&self) -> bool {
        self.condition.asks_for(Attribute::OrganizationName)
    }

    /// The time in which it can hold, the end excluded.
    pub fn period(&self) -> (Timestamp, Timestamp) {
        self.condition.period()
    }
}

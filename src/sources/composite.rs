//! Actions that several values of an event name together.

use std::borrow::Cow;

use crate::json::{Document, NodeId};
use crate::model::fields::{FieldId, Fields};
use crate::sources::Field;

/// Finds the texts of an event's fields that are in no list.
pub type TextOf<'t, 'a> = &'t dyn Fn(FieldId) -> Option<Cow<'a, str>>;

/// How an action follows from several values.
#[derive(Debug)]
pub struct Composite {
    /// The documented action that the values name; `None` if it is the one that the event's own field names.
    pub action: for<'t, 'a> fn(TextOf<'t, 'a>) -> Option<&'static str>,
}

impl Composite {
    /// The action that the values of a bound event name.
    #[inline]
    pub fn action_of(&self, fields: &Fields<'_>) -> Option<&'static str> {
        (self.action)(&|field| fields.text(field, 0))
    }

    /// The action that an object's values name.
    pub fn action_at(&self, table: &[Field], document: Document<'_>, event: NodeId) -> Option<&'static str> {
        let text = |field: FieldId| {
            let mut keys = table[usize::from(field)].path.split('.');
            let node = keys.try_fold(event, |object, key| document.member(object, key))?;
            document.string(node)
        };
        (self.action)(&text)
    }
}

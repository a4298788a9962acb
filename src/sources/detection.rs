//! Which object of a line is its event, and of which source. A line that can be read in two ways is always read in
//! the same one, and a diagnostic points out the other: nobody may hide an event behind another.

use crate::json::{Document, Kind, NodeId};
use crate::model::attribute::Attribute;
use crate::model::time;
use crate::sources::event_lists::lists;
use crate::sources::{ALL, Field, FieldKind, Mark, Source, Wrapper};

/// The source that claims the object.
pub fn detect(document: Document<'_>) -> Option<&'static Source> {
    ALL.iter().copied().find(|source| source.claims(document))
}

/// Whether a source claims any object of the document.
pub fn has_event(document: Document<'_>) -> bool {
    (0..document.nodes.len()).any(|id| is_event(document, id))
}

/// A value that is read as an event by itself.
pub struct ListedEvent {
    /// Which one.
    pub id: NodeId,
    /// The list that it is an element of, and its index there; `None` if it stands beside one.
    pub place: Option<(NodeId, u32)>,
}

/// The elements of every list of events in an object, or of the list that a line is, in their order, and all other
/// events in the object: none may hide beside a list.
pub fn listed_events(document: Document<'_>) -> Vec<ListedEvent> {
    let elements_of = |list: NodeId| {
        let elements = document.children(list).zip(0..);
        elements.map(move |(id, index)| ListedEvent { id, place: Some((list, index)) })
    };
    let mut events: Vec<_> = lists(document).into_iter().flat_map(elements_of).collect();
    events.sort_unstable_by_key(|event| event.id);
    let elements: Vec<_> = events.iter().map(|event| event.id).collect();
    if !elements.iter().any(|id| document.nodes[*id].kind == Kind::Object) {
        return Vec::new();
    }
    let mut id = 1;
    while id < document.nodes.len() {
        let is_element = elements.binary_search(&id).is_ok();
        let is_other = !is_element && is_event(document, id);
        if is_other {
            events.push(ListedEvent { id, place: None });
        }
        id = if is_element || is_other { document.nodes[id].next as usize } else { id + 1 };
    }
    events.sort_unstable_by_key(|event| event.id);
    events
}

/// Whether it is an object that a source claims.
fn is_event(document: Document<'_>, id: NodeId) -> bool {
    document.nodes[id].kind == Kind::Object && ALL.iter().any(|source| source.claims_at(document, id))
}

/// What makes a line an event in a second way.
pub struct OtherEvent {
    /// The member that does.
    pub member: NodeId,
    /// Whose event it would be, if that is known.
    pub source: Option<&'static Source>,
}

impl Source {
    /// Where the event is in a line: in the members that wrap it, or the line's object itself if it has no such
    /// member or is a complete event of any source.
    pub fn event_root(&self, document: Document<'_>) -> NodeId {
        self.layers(document).last().map_or(0, |(_, event)| *event)
    }

    /// The wrappers around the event with what is in each, the outermost first; the last one holds the event.
    pub fn layers(&self, document: Document<'_>) -> Vec<(&'static Wrapper, NodeId)> {
        let mut layers: Vec<(&Wrapper, NodeId)> = Vec::new();
        for wrapper in self.wrappers {
            let outer = layers.last().map_or(0, |(_, event)| *event);
            if let Some(event) = object(document, outer, wrapper.key)
                && !ALL.iter().any(|source| source.is_complete(document, outer))
            {
                layers.push((wrapper, event));
            }
        }
        layers
    }

    /// What makes the line a second event: a wrapper inside the event or around it that holds what looks like one,
    /// an action named as another source names it, or a list of events.
    pub fn other_event(&self, document: Document<'_>, event: NodeId) -> Option<OtherEvent> {
        let claiming = |id: NodeId| ALL.iter().copied().find(|source| source.claims_at(document, id));
        let other = |member: NodeId| OtherEvent { member, source: claiming(member) };
        let is_inside = |id: &NodeId| {
            let is_documented = self.trees.of("").member(&document.key(*id)).is_some();
            !is_documented || claiming(*id).is_some()
        };
        let mut wrappers = ALL.iter().flat_map(|source| source.wrappers);
        let mut objects = wrappers.by_ref().filter_map(|wrapper| object(document, event, wrapper.key));
        let inside = objects.find(is_inside).map(other);
        let names_action = |source: &&&Self| source.documented_action(document, 0).is_some();
        let around = || {
            let source = claiming(0).or_else(|| ALL.iter().find(names_action).copied());
            (event != 0 && source.is_some()).then_some(OtherEvent { member: event, source })
        };
        let others = || ALL.iter().copied().filter(|source| source.name != self.name);
        let beside = || {
            others().find_map(|source| {
                let action = source.is_complete(document, event).then(|| source.action_of(document, event));
                // A normalized event names the action of another source.
                let named = source.documented_action(document, event).filter(|_| self.restore.is_none());
                let action = named.or(action.flatten().map(|(id, _)| id));
                action.map(|member| OtherEvent { member, source: Some(source) })
            })
        };
        let has_event = |list: &NodeId| document.children(*list).any(|id| is_event(document, id));
        let listed = || lists(document).into_iter().find(has_event).map(other);
        inside.or_else(around).or_else(beside).or_else(listed)
    }

    /// The texts that decide whose event a line of this source is, and whether it is another one as well. Keys and types
    /// decide the rest.
    pub fn deciding_texts(&self, document: Document<'_>) -> Vec<NodeId> {
        let objects = std::iter::once(0).chain(self.layers(document).into_iter().map(|(_, event)| event));
        let named =
            objects.flat_map(|object| ALL.iter().flat_map(move |source| source.deciding(document, object)));
        let has_mark = |id: &NodeId| {
            let mut marks = ALL.iter().filter_map(|source| source.mark.as_ref());
            marks.any(|mark| document.key(*id) == mark.key)
        };
        let texts = named.chain((0..document.nodes.len()).filter(has_mark));
        texts.filter(|id| document.nodes[*id].kind == Kind::Text).collect()
    }

    /// The members of an object by which it may be an event of this source.
    fn deciding(&self, document: Document<'_>, object: NodeId) -> impl Iterator<Item = NodeId> {
        let has_claim = self.claims_at(document, object);
        self.members(document, object).filter_map(move |(field, value)| match field.attribute? {
            Attribute::Action => value,
            Attribute::Time => value.filter(|_| has_claim),
            _ => None,
        })
    }

    /// Whether the object of a line, or the one that it wraps, is an event of this source.
    pub fn claims(&self, document: Document<'_>) -> bool {
        self.claims_at(document, self.event_root(document))
    }

    fn claims_at(&self, document: Document<'_>, event: NodeId) -> bool {
        let has_mark = |mark: &Mark| {
            document.member_text(event, mark.key).is_some_and(|text| text.starts_with(mark.begins))
        };
        (self.detects)(&Root::of(document, event)) && self.mark.as_ref().is_none_or(has_mark)
    }

    /// The member in which an object names an action that the source documents.
    fn documented_action(&self, document: Document<'_>, event: NodeId) -> Option<NodeId> {
        let (id, name) = self.action_of(document, event)?;
        self.listed_action(&name).map(|_| id)
    }

    /// Whether an object is an event of this source with every required field, an action and a valid time among
    /// them.
    fn is_complete(&self, document: Document<'_>, event: NodeId) -> bool {
        self.claims_at(document, event)
            && self.action_of(document, event).is_some()
            && self.members(document, event).all(|(field, value)| !field.required || value.is_some())
            && self.members(document, event).any(|(field, value)| {
                field.attribute == Some(Attribute::Time)
                    && value.is_some_and(|value| is_time(document, value, field))
            })
    }

    /// The fields that an object of the event may have, with their values if it has them.
    fn members(
        &self,
        document: Document<'_>,
        event: NodeId,
    ) -> impl Iterator<Item = (&'static Field, Option<NodeId>)> {
        self.trees.of("").members.iter().filter_map(move |member| {
            let spellings = [Some(member.key), member.alias];
            let value = spellings.into_iter().flatten().find_map(|key| document.member(event, key));
            Some((&self.fields[usize::from(member.field?)], value))
        })
    }
}

/// Whether a value is a time of a field.
fn is_time(document: Document<'_>, value: NodeId, field: &Field) -> bool {
    match document.nodes[value].kind {
        Kind::Number => field.kind != FieldKind::Text,
        _ => document.string(value).is_some_and(|time| time::parse(&time).is_some()),
    }
}

/// The member of that name, if it is an object.
fn object(document: Document<'_>, id: NodeId, key: &str) -> Option<NodeId> {
    document.member(id, key).filter(|member| document.nodes[*member].kind == Kind::Object)
}

/// The keys of an object, by which sources recognize their events.
pub struct Root<'a> {
    document: Document<'a>,
    event: NodeId,
}

impl<'a> Root<'a> {
    /// The keys of that object.
    pub fn of(document: Document<'a>, event: NodeId) -> Self {
        Self { document, event }
    }

    /// Has one of these keys, whatever its value.
    pub fn has(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.document.member(self.event, key).is_some())
    }

    /// The keys of the object that is the value of this key.
    pub fn within(&self, key: &str) -> Option<Self> {
        let event = object(self.document, self.event, key)?;
        Some(Self { event, ..*self })
    }

    /// Has this key with a string as its value.
    pub fn has_text(&self, key: &str) -> bool {
        self.document.member_text(self.event, key).is_some()
    }

    /// Has this key with an object or array as its value.
    pub fn has_container(&self, key: &str) -> bool {
        self.document
            .member(self.event, key)
            .is_some_and(|id| matches!(self.document.nodes[id].kind, Kind::Object | Kind::Array))
    }
}

//! Which object of a line is its event, and of which source. A line that can be read in two ways is always read in
//! the same one, and a diagnostic points out the other: nobody may hide an event behind another.

use crate::json::{Document, Kind, NodeId};
use crate::model::attribute::Attribute;
use crate::model::time;
use crate::sources::event_lists::lists;
use crate::sources::{ALL, Field, FieldKind, Mark, Root, Source, Wrapper};

/// The source that claims the object.
pub fn detect(document: Document<'_>) -> Option<&'static Source> {
    let line = Root::of(document, 0);
    ALL.iter().copied().find(|source| source.claims_line(&line))
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
    document.nodes[id].kind == Kind::Object && claiming(&Root::of(document, id)).is_some()
}

/// The source that claims an object.
fn claiming(root: &Root<'_>) -> Option<&'static Source> {
    ALL.iter().copied().find(|source| source.claims_at(root))
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
    pub fn event_root<'a>(&self, line: &Root<'a>) -> Root<'a> {
        self.layers_of(line).last().map_or(*line, |(_, event)| *event)
    }

    /// The wrappers around the event with what is in each, the outermost first; the last one holds the event.
    pub fn layers(&self, document: Document<'_>) -> Vec<(&'static Wrapper, NodeId)> {
        let line = Root::of(document, 0);
        self.layers_of(&line).into_iter().map(|(wrapper, root)| (wrapper, root.id)).collect()
    }

    fn layers_of<'a>(&self, line: &Root<'a>) -> Vec<(&'static Wrapper, Root<'a>)> {
        let mut layers: Vec<(&Wrapper, Root<'_>)> = Vec::new();
        for wrapper in self.wrappers {
            let outer = layers.last().map_or(line, |(_, event)| event);
            if let Some(event) = outer.within(wrapper.key)
                && !ALL.iter().any(|source| source.is_complete(outer))
            {
                layers.push((wrapper, event));
            }
        }
        layers
    }

    /// What makes the line a second event: a wrapper inside the event or around it that holds what looks like one,
    /// an action named as another source names it, or a list of events.
    pub fn other_event(&self, document: Document<'_>, event: NodeId) -> Option<OtherEvent> {
        let root = Root::of(document, event);
        let claiming_at = |id: NodeId| claiming(&Root::of(document, id));
        let other = |member: NodeId| OtherEvent { member, source: claiming_at(member) };
        let is_inside = |id: &NodeId| {
            let is_documented = self.trees.of("").member(&document.key(*id)).is_some();
            !is_documented || claiming_at(*id).is_some()
        };
        let wrappers = ALL.iter().flat_map(|source| source.wrappers);
        let mut objects = wrappers.filter_map(|wrapper| root.object(wrapper.key));
        let inside = objects.find(is_inside).map(other);
        let around = || {
            let line = Root::of(document, 0);
            let names_action = |source: &&&Self| source.documented_action(&line).is_some();
            let source = claiming(&line).or_else(|| ALL.iter().find(names_action).copied())?;
            Some(OtherEvent { member: event, source: Some(source) })
        };
        let around = || (event != 0).then(around).flatten();
        let others = || ALL.iter().copied().filter(|source| source.name != self.name);
        let beside = || {
            others().find_map(|source| {
                // A normalized event names the action of another source.
                let named = source.documented_action(&root).filter(|_| self.restore.is_none());
                let of_complete = || source.is_complete(&root).then(|| source.action_of(&root)).flatten();
                let action = named.or_else(|| of_complete().map(|(id, _)| id));
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
        let line = Root::of(document, 0);
        let layers = self.layers_of(&line);
        let roots = std::iter::once(&line).chain(layers.iter().map(|(_, event)| event));
        let named = roots.flat_map(|root| ALL.iter().flat_map(move |source| source.deciding(root)));
        let has_mark = |id: &NodeId| {
            let mut marks = ALL.iter().filter_map(|source| source.mark.as_ref());
            marks.any(|mark| document.key(*id) == mark.key)
        };
        let texts = named.chain((0..document.nodes.len()).filter(has_mark));
        texts.filter(|id| document.nodes[*id].kind == Kind::Text).collect()
    }

    /// The members of an object by which it may be an event of this source.
    fn deciding(&self, root: &Root<'_>) -> impl Iterator<Item = NodeId> {
        let has_claim = self.claims_at(root);
        self.members(root).filter_map(move |(field, value)| match field.attribute? {
            Attribute::Action => value,
            Attribute::Time => value.filter(|_| has_claim),
            _ => None,
        })
    }

    /// Whether the object of a line, or the one that it wraps, is an event of this source.
    pub fn claims(&self, document: Document<'_>) -> bool {
        self.claims_line(&Root::of(document, 0))
    }

    fn claims_line(&self, line: &Root<'_>) -> bool {
        self.claims_at(&self.event_root(line))
    }

    fn claims_at(&self, root: &Root<'_>) -> bool {
        let has_mark = |mark: &Mark| root.text(mark.key).is_some_and(|text| text.starts_with(mark.begins));
        (self.detects)(root) && self.mark.as_ref().is_none_or(has_mark)
    }

    /// The member in which an object names an action that the source documents.
    fn documented_action(&self, root: &Root<'_>) -> Option<NodeId> {
        let (id, name) = self.action_of(root)?;
        self.listed_action(&name).map(|_| id)
    }

    /// Whether an object is an event of this source with every required field, an action and a valid time among
    /// them.
    fn is_complete(&self, root: &Root<'_>) -> bool {
        self.claims_at(root)
            && self.action_of(root).is_some()
            && self.members(root).all(|(field, value)| !field.required || value.is_some())
            && self.members(root).any(|(field, value)| {
                field.attribute == Some(Attribute::Time)
                    && value.is_some_and(|value| is_time(root.document, value, field))
            })
    }

    /// The fields that an object of the event may have, with their values if it has them.
    fn members(&self, root: &Root<'_>) -> impl Iterator<Item = (&'static Field, Option<NodeId>)> {
        self.trees.of("").members.iter().filter_map(move |member| {
            let spellings = [Some(member.key), member.alias];
            let value = spellings.into_iter().flatten().find_map(|key| root.member(key));
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

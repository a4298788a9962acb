//! Where in a source's events a column belongs, by the fields that the source's table lists.

use crate::input::table::{Step, Value};
use crate::model::attribute::Attribute;
use crate::model::fields::FieldId;
use crate::model::spelling;
use crate::sources::{FieldKind, Source, Tree};
use crate::text::cut::split;

/// A place in the JSON of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The way there.
    pub path: Vec<Step>,
    /// What the table says of its type.
    pub kind: FieldKind,
    /// The attribute that it gives.
    pub attribute: Option<Attribute>,
}

impl Place {
    /// What a cell becomes there.
    pub fn value(&self) -> Value {
        match self.kind {
            FieldKind::Text => Value::Text,
            FieldKind::Integer | FieldKind::TextOrInteger => Value::Integer,
            FieldKind::Flag => Value::Flag,
            FieldKind::Any => Value::Any,
            FieldKind::Object | FieldKind::OpenObject | FieldKind::Metadata(_) | FieldKind::List => {
                Value::Json
            }
        }
    }

    /// Any text that a cell may have there.
    pub fn sample(&self) -> &'static str {
        match self.kind {
            FieldKind::Text | FieldKind::Any => "x",
            FieldKind::Integer | FieldKind::TextOrInteger => "0",
            FieldKind::Flag => "true",
            FieldKind::Object | FieldKind::OpenObject | FieldKind::Metadata(_) => "{}",
            FieldKind::List => "[]",
        }
    }
}

/// The field whose path a column has for its name, in any spelling: `actor.id` in `Actor ID`, `targets[].id` in
/// `target_id` and `targets.0.id`. What stands in a name behind a field of open content is a key in it.
pub fn place_named(source: &'static Source, name: &str) -> Option<Place> {
    let key = spelling::key(name);
    source.trees.groups().find_map(|(_, tree)| Walk { source, name }.member(tree, &key))
}

/// The first field of a source that gives an attribute.
pub fn place_of(source: &'static Source, attribute: Attribute) -> Option<Place> {
    let field = source.fields.iter().find(|it| it.attribute == Some(attribute) && it.part.is_none())?;
    let path = field.path.split('.').flat_map(|part| {
        let (key, selector) = part.split_once('[').unwrap_or((part, ""));
        let selector = selector.trim_end_matches(']');
        let element = match selector.split_once('=') {
            Some((key, value)) => Some(Step::Element(key, value)),
            None => part.ends_with(']').then_some(Step::Index(0)),
        };
        std::iter::once(Step::Key(key.to_owned())).chain(element)
    });
    Some(Place { path: path.collect(), kind: field.kind, attribute: Some(attribute) })
}

/// A walk down the tree of a source's fields along the name of a column.
#[derive(Clone, Copy)]
struct Walk<'n> {
    source: &'static Source,
    name: &'n str,
}

impl Walk<'_> {
    /// The place of what is left of the name, in an object.
    fn member(self, tree: &Tree, left: &str) -> Option<Place> {
        let ways = tree.members.iter().filter_map(|member| Some((member, member.field?)));
        ways.flat_map(|(member, field)| spellings(member).map(move |spelling| (member, field, spelling)))
            .filter_map(|(member, field, spelling)| Some((member, field, left.strip_prefix(&*spelling)?)))
            .find_map(|(member, field, left)| {
                let mut place = self.at(member, field, left)?;
                place.path.splice(0..0, [Step::Key(member.key.to_owned())]);
                Some(place)
            })
    }

    /// The place of what is left of the name behind the key of a member, counted from there.
    fn at(self, member: &Tree, field: FieldId, left: &str) -> Option<Place> {
        let field = &self.source.fields[usize::from(field)];
        if left.is_empty() {
            return Some(Place { path: Vec::new(), kind: field.kind, attribute: field.attribute });
        }
        if let Some((_, element)) = member.element(None) {
            let digits = left.len() - left.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (index, left) = split(left, digits);
            let index = if index.is_empty() { 0 } else { index.parse().ok()? };
            let mut place = self.member(element, left)?;
            place.path.splice(0..0, [Step::Index(index)]);
            return Some(place);
        }
        let is_open = matches!(field.kind, FieldKind::Metadata(_) | FieldKind::OpenObject);
        let own_key = || {
            let path = vec![Step::Key(self.written(left)?)];
            is_open.then_some(Place { path, kind: FieldKind::Text, attribute: None })
        };
        self.member(member, left).or_else(own_key)
    }

    /// What is left of the name as it is written, if something separates it from what stands before.
    fn written(self, left: &str) -> Option<String> {
        let mut rest = self.name;
        while spelling::key(rest).len() > left.len() {
            rest = split(rest, rest.chars().next()?.len_utf8()).1;
        }
        let written = rest.strip_prefix(['.', '_', '-', '/', ' '])?;
        (spelling::key(written) == left).then(|| written.trim().to_owned())
    }
}

/// How names of columns spell the key of a member; a list may be called by one of its elements.
fn spellings(member: &Tree) -> impl Iterator<Item = String> {
    let key = spelling::key(member.key);
    let alias = member.alias.map(spelling::key).filter(|alias| *alias != key);
    let one = key.strip_suffix('s').filter(|_| !member.elements.is_empty()).map(str::to_owned);
    [Some(key), alias, one].into_iter().flatten()
}

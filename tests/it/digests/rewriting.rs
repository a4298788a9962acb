//! Writes an event in another way that says the same: order, white space, escapes, spellings of keys and times,
//! wrappers, what the delivery adds.

use serde_json::{Map, Value};
use ssoaudit::json::{self, Document};
use ssoaudit::model::attribute::Attribute;
use ssoaudit::sources::{Field, FieldKind, Root, Source, Tree, Wrapper};

use crate::oracle::corpus::Style;

/// The event of a line in another way.
pub fn rewritten(source: &Source, line: &str, style: &mut Style) -> String {
    let mut nodes = Vec::new();
    json::parse(line, &mut nodes).unwrap();
    let document = Document { text: line, nodes: &nodes };
    let layers = source.layers(document);
    let (_, action) = source.action_of(&source.event_root(&Root::of(document, 0))).unwrap();
    let catch_all = || source.catch_all.as_ref().map(|catch_all| &catch_all.action);
    let tree = source.tree_of(source.listed_action(&action).or_else(catch_all));

    let mut event: Value = serde_json::from_str(line).unwrap();
    let is_layer = |wrapper: &Wrapper| layers.iter().any(|(layer, _)| layer.key == wrapper.key);
    let mut wraps = Vec::new();
    for wrapper in source.wrappers {
        if is_layer(wrapper) {
            let inner = event.as_object_mut().unwrap().remove(wrapper.key).unwrap();
            let Value::Object(beside) = std::mem::replace(&mut event, inner) else { unreachable!() };
            wraps.push((wrapper.key, beside));
        } else if style.roll(3) {
            let about_delivery = wrapper.beside.iter().filter(|_| style.roll(2));
            wraps.push((wrapper.key, about_delivery.map(|key| ((*key).to_owned(), "x".into())).collect()));
        }
    }
    deliver_otherwise(
        source,
        event.as_object_mut().unwrap(),
        wraps.last_mut().map(|(_, beside)| beside),
        style,
    );
    let mut text = String::new();
    Rewriting { source, style }.value(&event, Some(tree), &mut text);
    for (key, beside) in wraps.iter().rev() {
        let mut members: Vec<_> =
            beside.iter().map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
        members.push(format!("{}:{text}", quoted(key)));
        shuffle(&mut members, style);
        text = format!("{{{}}}", members.join(","));
    }
    text
}

/// Adds, drops and moves what depends on the delivery.
fn deliver_otherwise(
    source: &Source,
    event: &mut Map<String, Value>,
    mut beside: Option<&mut Map<String, Value>>,
    style: &mut Style,
) {
    for field in source.fields.iter().filter(|field| !field.path.contains('.')) {
        if style.roll(2) {
            continue;
        }
        let Field { path, is_delivery_metadata, kind, attribute, in_envelope, .. } = field;
        if *is_delivery_metadata && attribute.is_none() {
            assert_eq!(*kind, FieldKind::Integer, "{path}");
            event.remove(*path);
            if style.roll(2) {
                event.insert((*path).to_owned(), 7.into());
            }
        }
        if let Some(beside) = &mut beside
            && *in_envelope
            && !beside.contains_key(*path)
            && let Some(value) = event.get(*path).cloned()
        {
            beside.insert((*path).to_owned(), value);
            // What depends on the delivery may stand in both places.
            if !is_delivery_metadata || style.roll(2) {
                event.remove(*path);
            }
        }
    }
}

struct Rewriting<'s> {
    source: &'s Source,
    style: &'s mut Style,
}

impl Rewriting<'_> {
    fn value(&mut self, value: &Value, tree: Option<&Tree>, line: &mut String) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                shuffle(&mut members, self.style);
                line.push('{');
                for (position, (key, value)) in members.into_iter().enumerate() {
                    self.style.separate(position, line);
                    let child = tree.and_then(|tree| tree.member(key)).map(|(_, child)| child);
                    let other =
                        child.and_then(|child| if child.key == key { child.alias } else { Some(child.key) });
                    let other = other.filter(|_| self.style.roll(2));
                    self.style.write_text(other.unwrap_or(key), line);
                    self.style.space(line);
                    line.push(':');
                    self.style.space(line);
                    self.value(value, child, line);
                }
                self.style.space(line);
                line.push('}');
            }
            Value::Array(items) => {
                line.push('[');
                for (position, item) in items.iter().enumerate() {
                    self.style.separate(position, line);
                    let value = tree.and_then(|tree| item.get(tree.discriminator?)).and_then(Value::as_str);
                    let element = tree.and_then(|tree| tree.element(value)).map(|(_, element)| element);
                    self.value(item, element, line);
                }
                line.push(']');
            }
            Value::String(text) => {
                let field = tree.and_then(|tree| tree.field).map(|id| &self.source.fields[usize::from(id)]);
                let is_time = field.is_some_and(|field| field.attribute == Some(Attribute::Time));
                match text.strip_suffix('Z').filter(|_| is_time && self.style.roll(2)) {
                    Some(time) => self.style.write_text(&format!("{time}+00:00"), line),
                    None => self.style.write_text(text, line),
                }
            }
            scalar => line.push_str(&scalar.to_string()),
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn shuffle<T>(items: &mut [T], style: &mut Style) {
    for at in 1..items.len() {
        for other in 0..at {
            if style.roll(2) {
                items.swap(at, other);
            }
        }
    }
}

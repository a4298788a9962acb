//! What a normalized event has besides its attributes, as JSON, so that it can be read again as it was read first.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::model::attribute::{ATTRIBUTES, AttributeInfo};
use crate::model::attribute_tree::{Group, Member};
use crate::model::diagnostic::{Code, Diagnostic, HIDDEN, JUDGED};
use crate::model::event::Event;
use crate::text::escape::write_json;

/// All texts of the attributes that have others than the one that is displayed, nested as attributes are.
pub fn texts(event: &Event<'_>) -> Option<String> {
    let further: Vec<_> =
        ATTRIBUTES.iter().filter_map(|info| Some((info, event.further_texts(info.attribute)?))).collect();
    if further.is_empty() {
        return None;
    }
    let attributes: Vec<_> = further.iter().map(|(info, _)| *info).collect();
    Some(text(&nested(Group::root(&attributes), &further)))
}

fn nested(group: Group<'_>, texts: &[(&AttributeInfo, Vec<Cow<'_, str>>)]) -> Value {
    let members = group.members().map(|member| match member {
        Member::Attribute(name, info) => {
            let of_attribute = texts.iter().find(|(other, _)| other.attribute == info.attribute);
            (name.to_owned(), json!(of_attribute.map(|(_, texts)| texts)))
        }
        Member::Group(name, group) => (name.to_owned(), nested(group, texts)),
    });
    Value::Object(members.collect::<Map<_, _>>())
}

/// The diagnostics that rules look at. Their messages may quote the log, so they are left out where personal texts are
/// hidden.
pub fn diagnostics(event: &Event<'_>, diagnostics: &[Diagnostic]) -> Option<String> {
    let first = |codes: &&[&Code]| diagnostics.iter().find(|it| codes.contains(&it.code));
    let judged: Vec<_> = JUDGED.iter().filter_map(first).collect();
    let message =
        |it: &Diagnostic| if event.redactor.is_some() { HIDDEN.to_owned() } else { it.message.clone() };
    let member = |it: &&Diagnostic| json!({ "code": it.code.name, "message": message(it) });
    (!judged.is_empty()).then(|| text(&judged.iter().map(member).collect()))
}

fn text(value: &Value) -> String {
    let mut json = Vec::new();
    write_json(value, &mut json).expect("memory takes all");
    String::from_utf8_lossy(&json).into_owned()
}

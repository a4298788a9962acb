//! What the columns of a table mean: where in the JSON of an event the cells of a row go.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::json::{self, Fault, Kind, Node, push_key};
use crate::model::attribute::Attribute;
use crate::model::cells::ColumnPlace;
use crate::text::cut::truncate;
use crate::text::plain::is_plain;

/// What a cell becomes in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text,
    /// A number, if it is a whole one.
    Integer,
    /// A boolean, if it is one in any case.
    Flag,
    /// What it holds is JSON.
    Json,
    /// JSON if it holds an object or array, otherwise a string.
    Any,
}

/// A step on the way to a value in the JSON of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The member of an object.
    Key(String),
    /// An element of a list.
    Index(usize),
    /// The element of a list that has this text as a member.
    Element(&'static str, &'static str),
}

/// Why a value cannot be where its path leads, and the value that is in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupied {
    /// It is the same value of the event.
    Same(usize),
    /// It is a part of the same object or list, given in another way.
    Otherwise(usize),
}

/// Where the values of a row go.
#[derive(Debug)]
pub struct Layout {
    /// The source whose events the rows become.
    pub source: &'static str,
    /// The columns, for diagnostics.
    pub columns: Arc<[ColumnPlace]>,
    /// Which value of a row gives which attribute of the normalized event. Values behind those of columns are told by
    /// the tables of sources. Empty if the rows are events of a vendor's.
    pub attributes: Vec<(Attribute, usize)>,
    /// Whether a column can name an impersonator, or the source never does.
    pub has_impersonators: bool,
    /// Whether the apostrophes before what a spreadsheet would take for a formula are ours.
    pub has_escaped_formulas: bool,
    /// What every event begins with.
    pub beginning: String,
    /// The values of the event.
    pub members: Members,
}

/// The members of an object.
#[derive(Debug, Default)]
pub struct Members(Vec<Member>);

/// A member of an object.
#[derive(Debug)]
struct Member {
    key: String,
    /// The key in JSON, with its colon.
    begin: String,
    /// The value of a row that it is, or that has further members.
    slot: Option<(usize, Value)>,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Object(Members),
    List(Vec<(Step, Members)>),
}

impl Members {
    /// Puts a value of a row at the end of a path, which begins with a key, and returns the path as text.
    pub fn insert(&mut self, path: &[Step], slot: (usize, Value)) -> Result<String, Occupied> {
        let mut text = String::new();
        self.insert_below(path, slot, &mut text).map(|()| text)
    }

    fn insert_below(
        &mut self,
        path: &[Step],
        slot: (usize, Value),
        text: &mut String,
    ) -> Result<(), Occupied> {
        let [Step::Key(key), rest @ ..] = path else {
            return Err(Occupied::Otherwise(slot.0));
        };
        push_key(text, key);
        let at = self.0.iter().position(|member| member.key == *key).unwrap_or_else(|| {
            self.0.push(Member::new(key));
            self.0.len() - 1
        });
        self.0[at].insert(rest, slot, text)
    }

    /// Whether a value of a row can give what is at the end of a path: it is there, or is JSON that holds it.
    pub fn can_give(&self, path: &[Step]) -> bool {
        let [Step::Key(key), rest @ ..] = path else {
            return false;
        };
        self.0.iter().any(|member| {
            let inner = || matches!(&member.inner, Inner::Object(members) if members.can_give(rest));
            member.key == *key
                && (member.slot.is_some_and(|(_, value)| rest.is_empty() || value == Value::Json) || inner())
        })
    }

    /// The first value in it.
    fn first_slot(&self) -> Option<usize> {
        self.0.iter().find_map(Member::first_slot)
    }
}

impl Member {
    fn new(key: &str) -> Self {
        let mut begin = String::new();
        string(key, &mut begin);
        begin.push(':');
        Self { key: key.to_owned(), begin, slot: None, inner: Inner::Object(Members::default()) }
    }

    /// Whether it is a value of a row that is empty, and nothing else.
    fn is_empty(&self, values: &[Cow<'_, str>]) -> bool {
        let is_value = matches!(&self.inner, Inner::Object(members) if members.0.is_empty());
        is_value && self.slot.is_none_or(|(slot, _)| values.get(slot).is_none_or(|value| value.is_empty()))
    }

    fn insert(&mut self, rest: &[Step], slot: (usize, Value), text: &mut String) -> Result<(), Occupied> {
        let first = self.first_slot().unwrap_or(slot.0);
        let holds_json = matches!(self.slot, None | Some((_, Value::Json)));
        match (rest, &mut self.inner) {
            ([], _) if self.slot.is_some() => Err(Occupied::Same(first)),
            ([], Inner::Object(members)) if members.0.is_empty() || slot.1 == Value::Json => {
                self.slot = Some(slot);
                Ok(())
            }
            ([Step::Key(_), ..], Inner::Object(members)) if holds_json => {
                members.insert_below(rest, slot, text)
            }
            ([element @ (Step::Index(_) | Step::Element(..)), rest @ ..], inner) if self.slot.is_none() => {
                let kind = std::mem::discriminant(element);
                if matches!(inner, Inner::Object(members) if members.0.is_empty()) {
                    *inner = Inner::List(Vec::new());
                }
                match inner {
                    Inner::List(elements)
                        if elements.iter().all(|(other, _)| std::mem::discriminant(other) == kind) =>
                    {
                        insert_in_list(elements, (element, rest), slot, text)
                    }
                    _ => Err(Occupied::Otherwise(first)),
                }
            }
            _ => Err(Occupied::Otherwise(first)),
        }
    }

    fn first_slot(&self) -> Option<usize> {
        self.slot.map(|(slot, _)| slot).or_else(|| match &self.inner {
            Inner::Object(members) => members.first_slot(),
            Inner::List(elements) => elements.iter().find_map(|(_, members)| members.first_slot()),
        })
    }
}

fn insert_in_list(
    elements: &mut Vec<(Step, Members)>,
    (element, rest): (&Step, &[Step]),
    slot: (usize, Value),
    text: &mut String,
) -> Result<(), Occupied> {
    let at = elements.iter().position(|(other, _)| other == element).unwrap_or_else(|| {
        elements.push((element.clone(), Members::default()));
        elements.len() - 1
    });
    let index = if let Step::Index(index) = element { *index } else { at };
    text.push_str(&format!("[{index}]"));
    elements[at].1.insert_below(rest, slot, text)
}

/// A cell that should hold JSON and does not.
#[derive(Debug)]
pub struct BrokenCell {
    /// Its column.
    pub column: usize,
    /// Why, and where in its text.
    pub fault: Fault,
}

/// The JSON of a row.
#[derive(Debug, Default)]
pub struct Rendered {
    /// On one line, unless a cell with JSON spans lines.
    pub json: String,
    /// For each value where it is in the JSON, with its quotes; `None` for what is empty.
    pub places: Vec<Option<Range<usize>>>,
    nodes: Vec<Node>,
}

impl Layout {
    /// Renders the values of a row: its cells, and what follows from them. Empty values are left out.
    pub fn render(&self, values: &[Cow<'_, str>], rendered: &mut Rendered) -> Result<(), BrokenCell> {
        rendered.json.clear();
        rendered.places.clear();
        rendered.places.resize(values.len(), None);
        rendered.json.push('{');
        rendered.json.push_str(&self.beginning);
        rendered.members(&self.members, values)?;
        rendered.json.push('}');
        Ok(())
    }
}

impl Rendered {
    /// Writes the members that have a value; `false` if none has.
    fn members(&mut self, members: &Members, values: &[Cow<'_, str>]) -> Result<bool, BrokenCell> {
        let mut has_any = false;
        // Most columns of a row are empty.
        for member in members.0.iter().filter(|member| !member.is_empty(values)) {
            let start = self.json.len();
            if !self.json.ends_with('{') {
                self.json.push(',');
            }
            self.json.push_str(&member.begin);
            if self.member(member, values)? {
                has_any = true;
            } else {
                truncate(&mut self.json, start);
            }
        }
        Ok(has_any)
    }

    fn member(&mut self, member: &Member, values: &[Cow<'_, str>]) -> Result<bool, BrokenCell> {
        let slot = member.slot.and_then(|(slot, value)| Some((slot, value, &**values.get(slot)?)));
        if let Some((slot, value, text)) = slot.filter(|(.., text)| !text.is_empty()) {
            let inner = match &member.inner {
                Inner::Object(members) if !members.0.is_empty() => Some(members),
                _ => None,
            };
            let start = self.json.len();
            self.value(slot, value, text)?;
            self.places[slot] = Some(start..self.json.len());
            let is_object = self.nodes.first().is_some_and(|node| node.kind == Kind::Object);
            if let Some(inner) = inner.filter(|_| is_object) {
                self.reopen(start);
                self.places[slot] = Some(start..self.json.len());
                self.members(inner, values)?;
                self.json.push('}');
            }
            return Ok(true);
        }
        let (open, close) = if matches!(member.inner, Inner::List(_)) { ('[', ']') } else { ('{', '}') };
        self.json.push(open);
        let has_any = match &member.inner {
            Inner::Object(members) => self.members(members, values)?,
            Inner::List(elements) => self.elements(elements, values)?,
        };
        self.json.push(close);
        Ok(has_any)
    }

    fn elements(
        &mut self,
        elements: &[(Step, Members)],
        values: &[Cow<'_, str>],
    ) -> Result<bool, BrokenCell> {
        let mut has_any = false;
        for (element, members) in elements {
            let start = self.json.len();
            self.json.push_str(if has_any { ",{" } else { "{" });
            if let Step::Element(key, value) = element {
                string(key, &mut self.json);
                self.json.push(':');
                string(value, &mut self.json);
            }
            if self.members(members, values)? {
                has_any = true;
                self.json.push('}');
            } else {
                truncate(&mut self.json, start);
            }
        }
        Ok(has_any)
    }

    /// Takes the brace from the end of the object that begins at `start`, so that members can be added to it.
    fn reopen(&mut self, start: usize) {
        let brace = self.json.rfind('}').unwrap_or(start);
        truncate(&mut self.json, brace);
        // Without white space, the first member that is added knows that it is the first.
        if self.nodes.len() == 1 {
            truncate(&mut self.json, start);
            self.json.push('{');
        }
    }

    /// Writes the value of a column.
    fn value(&mut self, column: usize, value: Value, text: &str) -> Result<(), BrokenCell> {
        self.nodes.clear();
        let is_container = || text.trim_start().starts_with(['{', '[']);
        match value {
            Value::Json => {
                json::parse(text, &mut self.nodes).map_err(|fault| BrokenCell { column, fault })?;
                self.json.push_str(text);
            }
            Value::Any if is_container() && json::parse(text, &mut self.nodes).is_ok() => {
                self.json.push_str(text);
            }
            Value::Integer if text.parse().is_ok_and(|number: i64| number.to_string() == text) => {
                self.json.push_str(text);
            }
            Value::Flag if ["true", "false"].iter().any(|flag| text.eq_ignore_ascii_case(flag)) => {
                self.json.push_str(&text.to_ascii_lowercase());
            }
            _ => string(text, &mut self.json),
        }
        Ok(())
    }
}

fn string(text: &str, json: &mut String) {
    let is_odd = |byte| byte < b' ' || matches!(byte, b'"' | b'\\');
    if !is_plain(text.as_bytes(), [b'"', b'\\']) && text.bytes().any(is_odd) {
        json.push_str(&serde_json::Value::from(text).to_string());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

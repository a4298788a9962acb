//! Puts columns where they belong in the JSON of an event; a column that belongs nowhere is a member by its own name.

use crate::input::table::{Members, Occupied, Step, Value};
use crate::model::attribute::{ATTRIBUTES, Attribute, ValueKind};
use crate::model::cells::ColumnPlace;
use crate::model::spelling;
use crate::reader::table::documented::{Place, place_named, place_of};
use crate::sources::{FieldKind, Source};

/// What every event has.
pub const NEEDED: [Attribute; 2] = [Attribute::Time, Attribute::Action];

/// Why a column is taken for what it is, the weightiest reason first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// The user says so.
    Mapped,
    /// It has the name of the field.
    Named,
    /// Its name is a spelling of the attribute.
    Spelled,
}

/// A column with what it may be.
struct Candidate {
    column: usize,
    reason: Reason,
    place: Place,
}

/// The names of the columns of a table, and what the user says of them.
pub struct Columns<'h> {
    /// Their names.
    pub names: &'h [String],
    /// For each column the attribute that it gives by what the user says.
    pub mapped: &'h [Option<Attribute>],
}

/// Where the cells of a row go.
pub struct Arranged {
    /// The values of the event.
    pub members: Members,
    /// For each column where its cells go, for diagnostics.
    pub places: Vec<ColumnPlace>,
    /// For each column the attribute that it gives.
    pub attributes: Vec<Option<Attribute>>,
    /// Which columns are understood.
    pub is_understood: Vec<bool>,
}

impl Columns<'_> {
    /// Whether a source takes an object of these columns for an event of its own, by the names of its fields alone.
    pub fn have_names_of(
        &self,
        source: &'static Source,
        claims: impl Fn(Members, &[&'static str]) -> bool,
    ) -> bool {
        let mut members = Members::default();
        let mut samples = vec![""; self.names.len()];
        let mut attributes: Vec<_> = self.mapped.iter().flatten().copied().collect();
        for (column, name) in
            self.names.iter().enumerate().filter(|(column, _)| self.mapped[*column].is_none())
        {
            let Some(place) = place_named(source, name) else {
                continue;
            };
            attributes.extend(place.attribute);
            if members.insert(&place.path, (column, place.value())).is_ok() {
                samples[column] = place.sample();
            }
        }
        let is_given = |needed: &Attribute| attributes.contains(needed);
        NEEDED.iter().all(is_given) && claims(members, &samples)
    }

    /// Arranges the columns as an event of a source.
    pub fn as_event_of(&self, source: &'static Source) -> Result<Arranged, String> {
        let mut candidates = Vec::new();
        for (column, name) in self.names.iter().enumerate() {
            let of = |place: Option<Place>, reason| place.map(|place| Candidate { column, reason, place });
            let candidate = match self.mapped[column] {
                Some(attribute) => {
                    let place = place_of(source, attribute);
                    Some(of(place, Reason::Mapped).ok_or_else(|| no_field(source, attribute))?)
                }
                None => of(place_named(source, name), Reason::Named)
                    .or_else(|| of(place_of(source, spelling::attribute_spelled(name)?), Reason::Spelled)),
            };
            candidates.extend(candidate);
        }
        let is_taken = |name: &str| source.trees.groups().any(|(_, tree)| tree.member(name).is_some());
        self.arrange(candidates, is_taken)
    }

    /// Arranges the columns as a normalized event.
    pub fn as_normalized(&self) -> Result<Arranged, String> {
        let candidate = |(column, name): (usize, &String)| {
            let spelled = || spelling::attribute_spelled(name);
            let attribute = self.mapped[column].or_else(spelled)?;
            let info = &ATTRIBUTES[attribute as usize];
            let reason = match self.mapped[column] {
                Some(_) => Reason::Mapped,
                None if spelling::key(info.name) == spelling::key(name) => Reason::Named,
                None => Reason::Spelled,
            };
            Some(Candidate { column, reason, place: normalized_place(attribute) })
        };
        let candidates = self.names.iter().enumerate().filter_map(candidate).collect();
        let is_taken = |name: &str| {
            ["schema", "texts", "diagnostics", "content", "origin"].contains(&name)
                || ATTRIBUTES.iter().any(|info| info.name.split('.').next() == Some(name))
        };
        self.arrange(candidates, is_taken)
    }

    fn arrange(
        &self,
        mut candidates: Vec<Candidate>,
        is_taken: impl Fn(&str) -> bool,
    ) -> Result<Arranged, String> {
        let place = |name: &String| ColumnPlace { name: name.clone(), path: String::new(), is_json: false };
        let count = self.names.len();
        let mut arranged = Arranged {
            members: Members::default(),
            places: self.names.iter().map(place).collect(),
            attributes: vec![None; count],
            is_understood: vec![false; count],
        };
        let mut reasons = vec![Reason::Spelled; count];
        candidates.sort_by_key(|candidate| (candidate.reason, candidate.place.path.len()));
        for Candidate { column, reason, place } in candidates {
            let value = place.value();
            match arranged.members.insert(&place.path, (column, value)) {
                Ok(path) => {
                    let name = self.names[column].clone();
                    arranged.places[column] = ColumnPlace { name, path, is_json: value == Value::Json };
                    arranged.attributes[column] = place.attribute;
                    arranged.is_understood[column] = true;
                    reasons[column] = reason;
                }
                // A column counts less than one that is there for a better reason, and less than what holds more.
                Err(Occupied::Same(other)) if reasons[other] < reason => {}
                Err(Occupied::Otherwise(_)) if reason == Reason::Spelled => {}
                Err(Occupied::Same(other) | Occupied::Otherwise(other)) => {
                    return Err(same_part(&self.names[other], &self.names[column]));
                }
            }
        }
        for column in 0..count {
            if !arranged.is_understood[column] {
                let name = &self.names[column];
                let key = if is_taken(name) { format!("{name} (column)") } else { name.clone() };
                let path = arranged.members.insert(&[Step::Key(key)], (column, Value::Text));
                arranged.places[column].path = path.map_err(|_| twice(name))?;
            }
        }
        Ok(arranged)
    }
}

/// The place of an attribute in a normalized event.
pub fn normalized_place(attribute: Attribute) -> Place {
    let info = &ATTRIBUTES[attribute as usize];
    let kind = match info.kind {
        ValueKind::Text => FieldKind::Text,
        ValueKind::Integer => FieldKind::Integer,
        ValueKind::Flag => FieldKind::Flag,
    };
    let path = info.name.split('.').map(|key| Step::Key(key.to_owned())).collect();
    Place { path, kind, attribute: Some(attribute) }
}

fn same_part(one: &str, other: &str) -> String {
    if one == other {
        return twice(one);
    }
    format!(
        "the columns `{one}` and `{other}` give the same part of an event; rename one of them, or say with --map which one counts"
    )
}

fn twice(name: &str) -> String {
    format!("two of its columns are named `{name}`; rename one of them")
}

fn no_field(source: &Source, attribute: Attribute) -> String {
    let name = ATTRIBUTES[attribute as usize].name;
    format!(
        "its columns are those of an event of {}, in which no field gives `{name}`; with --source normalized, its columns are read as attributes",
        source.title
    )
}

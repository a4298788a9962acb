//! Counts events by what they have in common. An event that was delivered several times counts once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher;

use chrono_tz::Tz;
use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::analysis::calendar::Unit;
use crate::model::attribute::{Attribute, Value};
use crate::model::event::{Event, Space};
use crate::model::time::Timestamp;
use crate::parallel;
use crate::survey::duplicates::{content, for_each_repeated};

/// By what events are grouped.
pub struct GroupBy {
    /// The columns whose values they have in common.
    pub columns: Vec<GroupColumn>,
    /// The unit of time in which they happened, in a time zone.
    pub period: Option<(Unit, Tz)>,
}

/// A column by which events are grouped.
pub struct GroupColumn {
    /// Its name.
    pub name: &'static str,
    /// Its value is the first of these that an event has. If one is an id and others are names, the id decides, and the
    /// latest name is shown.
    pub candidates: &'static [Attribute],
}

impl GroupColumn {
    /// The id that stands behind the names of this column.
    fn id(&self) -> Option<Attribute> {
        self.candidates.iter().skip(1).copied().find(|attribute| *attribute == Attribute::ActorId)
    }

    fn id_text<'e>(&self, event: &Event<'e>) -> Option<Cow<'e, str>> {
        event.text(self.id()?)
    }

    fn text<'e>(&self, event: &Event<'e>) -> Option<Cow<'e, str>> {
        let value = self.candidates.iter().find_map(|attribute| event.value(*attribute))?;
        Some(match value {
            Value::Text(text) => text,
            Value::Integer(number) => number.to_string().into(),
            Value::Flag(flag) => flag.to_string().into(),
        })
    }
}

/// A group of events.
#[derive(Clone, Debug)]
pub struct Group {
    /// When the unit of time begins, if events are grouped by it.
    pub period: Option<String>,
    /// The value of each column.
    pub values: Vec<GroupValue>,
    /// How many events there are.
    pub count: u64,
    /// The time of the earliest one.
    pub first: Timestamp,
    /// The time of the latest one.
    pub last: Timestamp,
    /// What tells it apart from other groups.
    key: Box<[u8]>,
}

/// What the events of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupValue {
    /// The text; `None` if the events have none.
    pub text: Option<String>,
    /// The id that decides, in its id space, if the text is the latest name of what it identifies.
    id: Option<(Space, String)>,
    /// When it last had that name.
    named: Option<Timestamp>,
}

/// The groups that a worker found.
#[derive(Default)]
pub struct WorkerGroups {
    groups: GroupTable,
    /// The hash of each event's content, and the number of its group.
    events: Vec<(u64, u32)>,
    /// Whether it met events that were not read before, and whether it met others.
    pub has_retained: [bool; 2],
    /// The key of the event at hand.
    key: Vec<u8>,
}

/// Groups that are found by their keys.
#[derive(Default)]
struct GroupTable {
    groups: Vec<Group>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

impl GroupTable {
    fn number_of(&self, key: &[u8]) -> Option<u32> {
        let is_it = |number: &u32| *self.groups[*number as usize].key == *key;
        self.numbers.find(self.hasher.hash_one(key), is_it).copied()
    }

    /// Adds a group that is not there yet.
    fn add(&mut self, group: Group) -> u32 {
        let number = u32::try_from(self.groups.len()).unwrap_or(u32::MAX);
        let hash = self.hasher.hash_one(&*group.key);
        self.groups.push(group);
        let hash_of = |number: &u32| self.hasher.hash_one(&*self.groups[*number as usize].key);
        self.numbers.insert_unique(hash, number, hash_of);
        number
    }

    /// Adds a group, or its events to the group that is there.
    fn merge(&mut self, group: Group) {
        let Some(number) = self.number_of(&group.key) else {
            self.add(group);
            return;
        };
        let known = &mut self.groups[number as usize];
        known.count += group.count;
        (known.first, known.last) = (known.first.min(group.first), known.last.max(group.last));
        known.values.iter_mut().zip(&group.values).for_each(|(known, value)| known.keep_latest(value));
    }
}

/// No text has this byte.
const END: u8 = 0xFF;

impl WorkerGroups {
    /// Adds an event.
    pub fn add(&mut self, event: &Event<'_>, by: &GroupBy) {
        let period = by.period.map(|(unit, zone)| (unit, unit.begin_of(event.time, zone)));
        let values: Vec<_> =
            by.columns.iter().map(|column| (column.text(event), column.id_text(event))).collect();
        self.key.clear();
        self.key.extend(period.iter().flat_map(|(_, begin)| begin.and_utc().timestamp().to_be_bytes()));
        for (text, id) in &values {
            self.key.extend([END, u8::from(text.is_some()) + u8::from(id.is_some())]);
            self.key.extend(id.is_some().then_some(event.ids));
            self.key.extend(id.as_ref().or(text.as_ref()).into_iter().flat_map(|text| text.bytes()));
        }
        let number = self.groups.number_of(&self.key).unwrap_or_else(|| {
            let time = event.time;
            let owned = values.iter().map(|(text, id)| GroupValue {
                text: text.as_deref().map(str::to_owned),
                id: id.as_deref().map(|id| (event.ids, id.to_owned())),
                named: id.as_ref().map(|_| time),
            });
            let values = owned.collect();
            let period = period.map(|(unit, begin)| unit.label(begin));
            let key = self.key.as_slice().into();
            self.groups.add(Group { period, values, count: 0, first: time, last: time, key })
        });
        let group = &mut self.groups.groups[number as usize];
        group.count += 1;
        (group.first, group.last) = (group.first.min(event.time), group.last.max(event.time));
        for (known, (text, _)) in group.values.iter_mut().zip(&values) {
            let name = (known.named, known.text.as_deref());
            if name.0.is_some() && name < (Some(event.time), text.as_deref()) {
                (known.named, known.text) = (Some(event.time), text.as_deref().map(str::to_owned));
            }
        }
        self.events.push((content(event), number));
        self.has_retained[usize::from(event.retained.is_some())] = true;
    }
}

/// The groups of all workers: by time, then from the largest to the smallest, then by value.
pub fn groups(mut workers: Vec<WorkerGroups>) -> Vec<Group> {
    let events: Vec<_> = workers.iter_mut().map(|worker| std::mem::take(&mut worker.events)).collect();
    let counts: Vec<_> = events.iter().map(|events| events.len() as u32).collect();
    let contents = |worker: u32| events[worker as usize].iter().map(|(content, _)| *content);
    for_each_repeated(&counts, contents, |_, (worker, event)| {
        let (_, group) = events[worker as usize][event as usize];
        workers[worker as usize].groups.groups[group as usize].count -= 1;
    });
    let mut tables = workers.into_iter().map(|worker| worker.groups);
    let mut merged = tables.next().unwrap_or_default();
    tables.flat_map(|table| table.groups).for_each(|group| merged.merge(group));
    let mut groups = merged.groups;
    name_alike(&mut groups);
    parallel::sort_by(&mut groups, |a, b| {
        let order = a.period.cmp(&b.period).then(b.count.cmp(&a.count));
        order.then_with(|| (&a.values, &a.key).cmp(&(&b.values, &b.key)))
    });
    groups
}

impl GroupValue {
    /// Whether another value has a later name of the same id.
    fn is_before(&self, other: &Self) -> bool {
        self.id.is_some() && (self.named, &self.text) < (other.named, &other.text)
    }

    fn keep_latest(&mut self, other: &Self) {
        if self.is_before(other) {
            self.named = other.named;
            self.text.clone_from(&other.text);
        }
    }
}

/// Gives an id the same name in all groups.
fn name_alike(groups: &mut [Group]) {
    let mut numbers: HashMap<&(Space, String), usize, RandomState> = HashMap::default();
    let (mut latest, mut number_of_each): (Vec<&GroupValue>, _) = (Vec::new(), Vec::new());
    for value in groups.iter().flat_map(|group| &group.values) {
        let Some(id) = &value.id else {
            continue;
        };
        let number = *numbers.entry(id).or_insert(latest.len());
        match latest.get_mut(number) {
            Some(known) if known.is_before(value) => *known = value,
            Some(_) => {}
            None => latest.push(value),
        }
        number_of_each.push(number);
    }
    let latest: Vec<GroupValue> = latest.into_iter().cloned().collect();
    let values = groups.iter_mut().flat_map(|group| &mut group.values).filter(|value| value.id.is_some());
    for (value, number) in values.zip(number_of_each) {
        value.keep_latest(&latest[number]);
    }
}

//! The events that two logs do not have in common.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::time::Timestamp;
use crate::survey::Ranges;
use crate::survey::duplicates::EventKey;

/// The hashes of the events of a log.
#[derive(Default)]
pub struct EventSet {
    contents: HashSet<u64, RandomState>,
    /// Those of ids, where events have one.
    ids: HashSet<u64, RandomState>,
}

impl EventSet {
    /// The events with these keys.
    pub fn of(keys: impl IntoIterator<Item = EventKey>) -> Self {
        let mut set = Self::default();
        for EventKey { key, content, .. } in keys {
            set.contents.insert(content);
            if key != content {
                set.ids.insert(key);
            }
        }
        set
    }

    /// How many different events there are.
    pub fn len(&self) -> usize {
        self.contents.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }
}

/// How an event of one log differs from the other log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The other log has an event with its id that says something else.
    Altered,
    /// The newer log lacks it, although it has events of its source from before and after.
    Missing,
    /// The older log lacks it, although it has events of its source from before and after.
    Inserted,
    /// The other log does not cover its time.
    Outside,
}

impl Difference {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Inserted => "inserted",
            Self::Outside => "outside",
        }
    }
}

/// Which of the two logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The older one.
    Old,
    /// The newer one.
    New,
}

impl Side {
    /// Its name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// How an event of a side differs from the other log, which has these events and ranges of sources; `None` if that has
/// the event as well.
pub fn difference(
    (event, key): (&Event<'_>, EventKey),
    side: Side,
    (other, ranges): (&EventSet, &Ranges),
) -> Option<Difference> {
    if other.contents.contains(&key.content) {
        return None;
    }
    let covers =
        || ranges.of(event.source).is_some_and(|(first, last)| first <= event.time && event.time <= last);
    Some(if key.key != key.content && other.ids.contains(&key.key) {
        Difference::Altered
    } else if !covers() {
        Difference::Outside
    } else if side == Side::Old {
        Difference::Missing
    } else {
        Difference::Inserted
    })
}

/// An event that only one of two logs has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OneSided {
    /// When it happened.
    pub time: Timestamp,
    /// Its id.
    pub id: Option<String>,
    /// Which log has it.
    pub side: Side,
    /// Name of the input.
    pub file: String,
    /// Line in the input, counted from 1.
    pub line: u64,
    /// How it differs.
    pub difference: Difference,
    /// The vendor's action.
    pub action: String,
    /// The name of its operation.
    pub operation: &'static str,
    /// Who did it.
    pub actor: Option<String>,
    /// The id of the organization.
    pub organization: Option<String>,
    /// The id of the connection.
    pub connection: Option<String>,
    /// The address it came from.
    pub ip: Option<String>,
    /// The hash of its content.
    pub content: u64,
}

impl OneSided {
    /// What is told of an event; its file is filled in later.
    pub fn of(event: &Event<'_>, key: EventKey, difference: Difference) -> Self {
        let text = |attribute: Attribute| event.text(attribute).map(|text| text.into_owned());
        let actor = [Attribute::ActorName, Attribute::ActorEmail, Attribute::ActorId];
        Self {
            time: event.time,
            id: text(Attribute::Id),
            side: Side::Old,
            file: String::new(),
            line: 0,
            difference,
            action: event.action().into_owned(),
            operation: event.operation.name(),
            actor: actor.into_iter().find_map(text),
            organization: text(Attribute::OrganizationId).or_else(|| text(Attribute::OrganizationName)),
            connection: text(Attribute::ConnectionId),
            ip: text(Attribute::Ip),
            content: key.content,
        }
    }
}

//! Ids of connections. Most changes name a connection, and which of them name the same one is found at the end, as a lookup
//! per change would miss every cache.

use crate::model::event::Space;
use crate::parallel;
use crate::survey::duplicates::{CONNECTION_ID, Item, for_each_repeated};
use crate::survey::ids::{ConnectionId, Id};
use crate::survey::interner::{StringTable, StringTables};
use crate::text::keyed_hash::KEYS;

/// The ids of connections as they came to a worker, repeated or not.
#[derive(Default)]
pub struct WorkerConnections {
    ids: StringTable<ConnectionId>,
    /// The id space of each.
    spaces: Vec<Space>,
}

impl WorkerConnections {
    /// Adds the id of a connection in an id space.
    pub fn push(&mut self, space: Space, id: &str) -> ConnectionId {
        self.spaces.push(space);
        self.ids.push(id)
    }

    /// The hash of each, by which it is found among those of other workers.
    fn hashes(&self) -> impl Iterator<Item = u64> {
        let Self { ids, spaces } = self;
        let keys = &*KEYS;
        let key = |space: Space| keys.at(CONNECTION_ID + u64::from(space));
        ids.spans().zip(spaces).map(move |(span, space)| keys.part(key(*space), ids.all().as_bytes(), span))
    }
}

/// The ids of all workers.
pub struct AllConnections {
    /// Each id once.
    pub ids: StringTables<ConnectionId>,
    /// For each row of all workers, those of each after those of another, which id it is.
    pub of_rows: Vec<ConnectionId>,
    /// How many rows precede those of each worker.
    pub before: Vec<usize>,
}

impl AllConnections {
    /// Finds out which rows of which workers have the same id.
    pub fn of(mut workers: Vec<WorkerConnections>) -> Self {
        let counts: Vec<_> = workers.iter().map(|worker| worker.ids.len() as u32).collect();
        let mut before = Vec::new();
        let mut all = 0;
        for count in &counts {
            before.push(all);
            all += *count as usize;
        }
        // At first, which row is the first one with the same id.
        let mut of_rows: Vec<_> = ConnectionId::first(all).collect();
        let hashes = |worker: u32| workers[worker as usize].hashes();
        let row = |(worker, index): Item| before[worker as usize] + index as usize;
        for_each_repeated(&counts, hashes, |first, again| {
            of_rows[row(again)] = ConnectionId::new(row(first));
        });
        let mut parts: Vec<_> = workers.iter_mut().zip(&before).collect();
        parallel::change(&mut parts, |(worker, before)| {
            worker.ids.retain(|index| of_rows[**before + index].index() == **before + index);
        });
        let mut ids = StringTables::default();
        for worker in workers {
            ids.add(worker.ids);
        }
        let mut next = ConnectionId::first(ids.len());
        for row in 0..all {
            let first = of_rows[row].index();
            of_rows[row] = if first == row { next.next().unwrap_or(of_rows[row]) } else { of_rows[first] };
        }
        Self { ids, of_rows, before }
    }
}

//! Ids of connections. Most changes name a connection, and which of them name the same one is found at the end, as a lookup
//! per change would miss every cache.

use crate::model::event::Space;
use crate::parallel;
use crate::survey::duplicates::{Item, connection_hash, for_each_repeated};
use crate::survey::ids::{ConnectionId, Id};
use crate::survey::interner::{StringTable, StringTables};

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
        self.ids.iter().zip(&self.spaces).map(|(id, space)| connection_hash(*space, id))
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
        let tables = parallel::map_mut(&mut parts, |(worker, before)| {
            // Given back as soon as it is read.
            let WorkerConnections { ids, .. } = std::mem::take(*worker);
            let rows = ConnectionId::first(all).skip(**before);
            let mut firsts = StringTable::default();
            for (_, text) in rows.zip(ids.iter()).filter(|(row, _)| of_rows[row.index()] == *row) {
                firsts.push(text);
            }
            firsts
        });
        let mut ids = StringTables::default();
        for table in tables {
            ids.add(table);
        }
        let mut next = ConnectionId::first(ids.len());
        for row in 0..all {
            let first = of_rows[row].index();
            of_rows[row] = if first == row { next.next().unwrap_or(of_rows[row]) } else { of_rows[first] };
        }
        Self { ids, of_rows, before }
    }
}

//! Ids of connections. Most changes name a connection, and which of them name the same one is found at the end, as a lookup
//! per change would miss every cache.

use crate::model::event::Space;
use crate::survey::duplicates::{Item, connection_hash, for_each_repeated};
use crate::survey::ids::{ConnectionId, Id};
use crate::survey::interner::StringTable;

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

    fn hash(&self, index: u32) -> u64 {
        let index = index as usize;
        connection_hash(self.spaces[index], self.ids.text(ConnectionId::new(index)))
    }
}

/// The ids of all workers.
pub struct AllConnections {
    /// Each id once.
    pub ids: StringTable<ConnectionId>,
    /// For each row of all workers, those of each after those of another, which id it is.
    pub of_rows: Vec<ConnectionId>,
    /// How many rows precede those of each worker.
    pub before: Vec<usize>,
}

impl AllConnections {
    /// Finds out which rows of which workers have the same id.
    pub fn of(workers: Vec<WorkerConnections>) -> Self {
        let counts: Vec<_> = workers.iter().map(|worker| worker.ids.len() as u32).collect();
        let mut before = Vec::new();
        let mut all = 0;
        for count in &counts {
            before.push(all);
            all += *count as usize;
        }
        // At first, which row is the first one with the same id.
        let mut of_rows: Vec<_> = ConnectionId::first(all).collect();
        let hash = |(worker, index): Item| workers[worker as usize].hash(index);
        for_each_repeated(&counts, hash, |group| {
            let row = |(_, item): &(u64, Item)| before[item.0 as usize] + item.1 as usize;
            let first = ConnectionId::new(row(&group[0]));
            group.iter().for_each(|item| of_rows[row(item)] = first);
        });
        let ids = each_once(workers, &mut of_rows);
        Self { ids, of_rows, before }
    }
}

/// Each id once. Takes for each row the first one with the same id, and makes it the index of the id.
fn each_once(workers: Vec<WorkerConnections>, of_rows: &mut [ConnectionId]) -> StringTable<ConnectionId> {
    let rows = || ConnectionId::first(of_rows.len());
    let texts = workers.iter().flat_map(|worker| worker.ids.iter());
    let firsts = rows().zip(texts).filter(|(row, _)| of_rows[row.index()] == *row);
    let (count, bytes) = firsts.fold((0, 0), |(count, bytes), (_, text)| (count + 1, bytes + text.len()));
    let mut ids = StringTable::with_capacity(count, bytes);
    let mut rows = rows();
    // The table of each worker is given back before the next one is read.
    for worker in workers {
        for (text, row) in worker.ids.iter().zip(&mut rows) {
            let first = of_rows[row.index()];
            of_rows[row.index()] = if first == row { ids.push(text) } else { of_rows[first.index()] };
        }
    }
    ids
}

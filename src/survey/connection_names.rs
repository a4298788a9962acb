//! The names of connections that have a certificate in the log.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::attribute::Attribute;
use crate::model::time::Timestamp;
use crate::survey::ids::{ConnectionId, LabelId};
use crate::survey::interner::StringTable;
use crate::survey::remap::IdMaps;
use crate::survey::{EventLine, Plan, Survey, WorkerSurvey};

/// The names of connections by id.
pub type ConnectionNames = HashMap<ConnectionId, String, RandomState>;

/// The names that a worker met, as they came.
#[derive(Default)]
pub struct WorkerConnectionNames {
    names: StringTable<LabelId>,
    uses: Vec<(ConnectionId, Timestamp)>,
}

impl WorkerSurvey {
    /// Keeps the name that an event gives to its connection. An event that is later than the present names nothing.
    #[inline(never)]
    pub(super) fn add_connection_name(&mut self, line: &EventLine<'_>, plan: &Plan) {
        let event = line.event;
        if event.has_failed() || plan.now.is_some_and(|now| event.time > now) {
            return;
        }
        if let Some(name) = event.best(Attribute::ConnectionName)
            && let Some(connection) = self.connection_of(event)
        {
            self.connection_names.names.push(&name);
            self.connection_names.uses.push((connection, event.time));
        }
    }
}

impl Survey {
    /// The latest name of every connection that has a certificate; of two names at the same time, the greater one.
    pub(super) fn latest_connection_names(
        &self,
        workers: &[WorkerSurvey],
        maps: &[IdMaps<'_>],
    ) -> ConnectionNames {
        let mut latest: HashMap<ConnectionId, Option<(Timestamp, &str)>, RandomState> =
            self.certificates.iter().map(|notice| (notice.connection, None)).collect();
        for (worker, map) in workers.iter().zip(maps) {
            let WorkerConnectionNames { names, uses } = &worker.connection_names;
            for ((connection, time), name) in uses.iter().zip(names.iter()) {
                let connection = map.connection(Some(*connection));
                if let Some(latest) = connection.and_then(|connection| latest.get_mut(&connection)) {
                    *latest = (*latest).max(Some((*time, name)));
                }
            }
        }
        latest.into_iter().filter_map(|(id, latest)| Some((id, latest?.1.to_owned()))).collect()
    }
}

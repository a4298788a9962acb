//! How a worker records the events that custom rules match.

use crate::survey::duplicates::content;
use crate::survey::event_ids::EventIds;
use crate::survey::origins::PlaceOrder;
use crate::survey::worker_anomalies::key_of;
use crate::survey::{EventLine, EventMatcher, Match, Plan, WorkerSurvey};

impl WorkerSurvey {
    /// Adds what a matcher finds in a selected event.
    pub(super) fn add_matches(
        &mut self,
        matcher: &dyn EventMatcher,
        (line, ids): (&EventLine<'_>, EventIds),
        plan: &Plan,
    ) {
        let event = line.event;
        self.matches.without_line += u64::from(event.retained.is_some());
        let candidates = self.matches.take_candidates(ids.action, || matcher.candidates(event));
        if !candidates.is_empty() {
            let mut found = Vec::new();
            matcher.find(event, &candidates, &mut |detected| found.push(detected));
            if !found.is_empty() {
                let (change, content, key) = (self.change(line, ids, plan), content(event), key_of(event));
                let places = PlaceOrder { origins: &self.origins, inputs: &plan.inputs };
                for detected in found {
                    let found = Match::new(detected, (change, content), &key);
                    self.matches.add(found, |a, b| places.compare(a, b));
                }
            }
        }
        self.matches.put_candidates(ids.action, candidates);
    }
}

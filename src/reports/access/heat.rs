//! Events by weekday and hour.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

use crate::analysis::calendar;
use crate::reports::ReportInput;
use crate::reports::sheet::Chart;
use crate::reports::visits::frequent;
use crate::survey::Survey;
use crate::survey::ids::{ActorId, Id};

/// A grid for everybody, then one for each of the most frequent actors and addresses.
pub fn heat(input: &ReportInput<'_>) -> Chart {
    let (survey, visits) = (input.survey, &input.survey.visits);
    let mut actors = frequent(visits.iter().map(|visit| visit.actor), |id| survey.actors.names.text(id));
    let mut ips = frequent(visits.iter().map(|visit| visit.ip), |id| survey.ips.names.text(id));
    actors.truncate(input.top());
    ips.truncate(input.top());
    let addresses = ips.iter().map(|(ip, _)| survey.ips.names.text(*ip).to_owned());
    let names = std::iter::once("Everybody".to_owned()).chain(actor_names(survey, &actors)).chain(addresses);
    let mut grids: Vec<_> = names.map(|name| (name, [[0; 24]; 7])).collect();
    let (by_actor, by_ip) = (grid_by_id(&actors, 1), grid_by_id(&ips, 1 + actors.len()));
    for visit in visits {
        let (day, hour) = calendar::weekday_and_hour(calendar::local(visit.time, input.options.zone));
        let actor = visit.actor.and_then(|actor| by_actor.get(&actor));
        let own = [actor, visit.ip.and_then(|ip| by_ip.get(&ip))];
        for at in std::iter::once(0).chain(own.into_iter().flatten().copied()) {
            let (_, grid) = &mut grids[at];
            grid[day][hour] += 1;
        }
    }
    Chart::Heat(grids)
}

/// The names of the actors; those who share a name also get their id.
fn actor_names(survey: &Survey, actors: &[(ActorId, u64)]) -> impl Iterator<Item = String> {
    let mut name_counts = HashMap::<_, u32, RandomState>::default();
    for (actor, _) in actors {
        *name_counts.entry(survey.actor(*actor)).or_default() += 1;
    }
    actors.iter().map(move |(actor, _)| {
        let name = survey.actor(*actor);
        let text = name.unwrap_or_default();
        if name_counts[&name] > 1 {
            format!("{text} ({})", survey.actors.names.text(*actor))
        } else {
            text.to_owned()
        }
    })
}

/// Maps each id to the index of its grid; grids are consecutive from `first`.
fn grid_by_id<I: Id + Hash>(ids: &[(I, u64)], first: usize) -> HashMap<I, usize, RandomState> {
    ids.iter().zip(first..).map(|((id, _), at)| (*id, at)).collect()
}

//! Many things of one actor in a short time.

use std::collections::BTreeSet;

use super::histories::SECOND;
use super::judge::{Found, Judge};
use super::log::{Entry, Key};

/// Bursts of portal URLs, and runs through many organizations.
pub fn findings<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    let mut actors: Vec<String> = judge.deeds.iter().filter_map(|deed| deed.actor()).collect();
    actors.sort();
    actors.dedup();
    let mut all = Vec::new();
    for actor in actors {
        let theirs: Vec<&Entry> =
            judge.deeds.iter().copied().filter(|deed| deed.actor().as_ref() == Some(&actor)).collect();
        let portals: Vec<&Entry> =
            theirs.iter().copied().filter(|deed| deed.operation() == "portal-opened").collect();
        for (rule, deeds, most, seconds) in
            [("portal-url-burst", &portals, 5, 600), ("actor-across-orgs", &theirs, 3, 3600)]
        {
            let most = judge.setting(rule, "count", most);
            let window = judge.setting(rule, "window", seconds) * SECOND;
            let count = |deeds: &[&Entry]| match rule {
                "portal-url-burst" => deeds.len() as i128,
                _ => organizations(deeds).len() as i128,
            };
            for burst in bursts(deeds, window, |deeds| count(deeds) > most) {
                if let Some(first) = burst.iter().copied().find(|deed| judge.covers(rule, deed)) {
                    let several = organizations(&burst).len() > 1;
                    let organization = first.organization().filter(|_| !several);
                    all.push(Found { organization, has_connection: false, ..Found::noted(rule, first) });
                }
            }
        }
    }
    all
}

fn organizations(deeds: &[&Entry]) -> BTreeSet<Key> {
    deeds.iter().filter_map(|deed| deed.organization()).collect()
}

/// Stretches of deeds in which too much happens within the window wherever one looks; those that overlap
/// are one.
fn bursts<'l>(
    deeds: &[&'l Entry],
    window: i128,
    is_too_much: impl Fn(&[&Entry]) -> bool,
) -> Vec<Vec<&'l Entry>> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for end in 1..=deeds.len() {
        let begin = (0..end).find(|at| deeds[end - 1].nanos - deeds[*at].nanos <= window).unwrap();
        if !is_too_much(&deeds[begin..end]) {
            continue;
        }
        match ranges.last_mut().filter(|(_, last)| begin < *last) {
            Some((_, last)) => *last = end,
            None => ranges.push((begin, end)),
        }
    }
    ranges.into_iter().map(|(begin, end)| deeds[begin..end].to_vec()).collect()
}

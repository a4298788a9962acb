//! What `report changes`, `removals` and `connections` say.

use serde_json::{Value, json};

use super::histories::SECOND;
use super::history::utc;
use super::judge::Judge;
use super::log::{Entry, Key};
use super::states::{Gap, States, certainty};
use super::told::{Section, left_out};

fn seconds(nanos: i128) -> i64 {
    i64::try_from(nanos / SECOND).unwrap().max(0)
}

fn marked(mut row: Value, is_certain: bool) -> Value {
    row["certainty"] = certainty(is_certain).into();
    row
}

pub fn changes(judge: &Judge<'_>) -> Vec<Section> {
    let deeds = judge.deeds.iter().filter(|deed| deed.operation() != "portal-opened");
    let shown = deeds.filter(|deed| judge.selection.selects(judge.log, deed));
    vec![Section::rows("changes", shown.map(|deed| change(judge, deed)).collect())]
}

fn change(judge: &Judge<'_>, change: &Entry) -> Value {
    let (log, states) = (judge.log, &judge.states);
    // What happens to a domain changes no connection.
    let at = states.changes.iter().position(|other| std::ptr::eq(*other, change));
    let state = |after: usize| states.state(&change.connection()?, at? + after);
    let [before, after] = [0, 1].map(state);
    let [kind, protocol, provider] = change.kind();
    let organization = change.organization().unwrap();
    let opened =
        judge.deeds.iter().filter(|deed| deed.operation() == "portal-opened" && deed.nanos <= change.nanos);
    let opened = opened.filter(|deed| change.actor().is_some() && deed.actor() == change.actor());
    let opened = opened.map(|deed| deed.nanos).max();
    // Whoever made the latest portal URL of the organization, if nobody else is named.
    let is_in_portal = change.text(&["actor", "type"]) == "admin_portal" && change.operation() == "enabled";
    let asks = (change.actor().is_none() && !change.is_impersonated()) || is_in_portal;
    let links =
        judge.deeds.iter().rev().filter(|deed| {
            deed.operation() == "portal-opened" && deed.organization() == change.organization()
        });
    let cause = links.copied().find(|link| link.nanos <= change.nanos);
    let cause =
        cause.filter(|link| asks && !log.is_late(change) && change.nanos - link.nanos <= 86_400 * SECOND);
    let row = json!({
        "time": utc(change.nanos),
        "organization_id": organization.1,
        "organization_name": log.name_of(&organization),
        "operation": change.operation(),
        "action": change.action(),
        "connection_id": change.connection_id(),
        "connection_type": kind,
        "protocol": protocol,
        "provider": provider,
        "before": before,
        "after": after,
        "actor": log.actor(change),
        "actor_id": change.actor(),
        "actor_email": log.actor_email(change),
        "ip": change.ip(),
        "since_portal_seconds": opened.map(|opened| seconds(change.nanos - opened)),
        "probable_cause": cause.map_or(Value::Null, |link| log.actor(link)),
        "probable_cause_id": cause.and_then(Entry::actor),
        "probable_cause_impersonator": cause.map_or(Value::Null, Entry::impersonator),
        "probable_cause_seconds": cause.map(|link| seconds(change.nanos - link.nanos)),
        "impersonator": change.impersonator(),
        "impersonation_reason": change.reason(),
        "redeliveries": change.redeliveries,
        "conflict": change.is_conflicting,
    });
    // Of the certainty of what is unknown, or has not come yet, nothing was laid down.
    if [before, after].contains(&Some("unknown")) || log.is_late(change) {
        row
    } else {
        let owner = change.connection().map_or(organization, |connection| states.owner(&connection));
        marked(row, states.is_certain(&owner, change.nanos, change.nanos))
    }
}

pub fn removals(judge: &Judge<'_>) -> Vec<Section> {
    let states = &judge.states;
    let its: Vec<usize> = (0..states.changes.len())
        .filter(|at| {
            let is_shown = |change: &Entry| judge.selection.selects(judge.log, change);
            states.changes[*at].is_removal()
                && is_shown(states.changes[*at])
                && !states.told_by(*at).is_some_and(is_shown)
        })
        .collect();
    let rows: Vec<Value> = its.iter().map(|at| removal(judge, *at)).collect();
    let count =
        |operation: &str| its.iter().filter(|at| states.changes[**at].operation() == operation).count();
    let gaps: Vec<(i64, bool)> = its
        .iter()
        .filter_map(|at| gap(states, *at).map(|gap| (seconds(gap.until - gap.begin), gap.end.is_none())))
        .collect();
    let totals = json!({
        "removals": its.len(),
        "deleted": count("deleted"),
        "disabled": count("disabled"),
        "exposures": gaps.len(),
        "still_exposed": gaps.iter().filter(|(_, is_open)| *is_open).count(),
        "longest_exposure_seconds": gaps.iter().map(|(length, _)| length).max(),
    });
    vec![Section::rows("removals", rows), Section::facts("totals", totals)]
}

fn removal(judge: &Judge<'_>, at: usize) -> Value {
    let (log, states) = (judge.log, &judge.states);
    let change = states.changes[at];
    let connection = change.connection().unwrap();
    let owner = states.owner(&connection);
    let [kind, protocol, provider] = change.kind();
    let gap = gap(states, at);
    let next = states.next_active(&owner, at + 1);
    let mut row = json!({
        "time": utc(change.nanos),
        "organization_id": owner.1,
        "organization_name": log.name_of(&owner),
        "operation": change.operation(),
        "exposure_seconds": gap.as_ref().map(|gap| seconds(gap.until - gap.begin)),
        "still_exposed": gap.as_ref().is_some_and(|gap| gap.end.is_none()),
        "left_active": states.active(&owner, at + 1).len(),
        "actor": log.actor(change),
        "connection_id": connection.1,
        "connection_type": kind,
        "provider": provider,
        "protocol": protocol,
        "replaced_by": next.map(Entry::connection_id),
        "replaced_after_seconds": next.map(|next| seconds(next.nanos - change.nanos)),
        "exposure_ends": gap.as_ref().and_then(|gap| gap.end).map(|end| utc(end.nanos)),
        "impersonator": change.impersonator(),
        "ip": change.ip(),
        "actor_id": change.actor(),
        "actor_email": log.actor_email(change),
    });
    match recreated(states, at, &owner) {
        Some(is_recreated) => row["recreated"] = is_recreated.into(),
        None => left_out(&mut row, &["recreated"]),
    }
    // Whether something of the future replaces anything was not laid down.
    if next.is_some_and(|next| next.nanos > log.now) || change.nanos > log.now {
        left_out(&mut row, &["replaced_by", "replaced_after_seconds"]);
    }
    if log.is_late(change) {
        left_out(&mut row, &["left_active"]);
    }
    match gap {
        Some(gap) => marked(row, gap.is_certain),
        None => row,
    }
}

/// The time without an active connection that a change began, or the other event about the same deletion.
fn gap<'l>(states: &States<'l>, at: usize) -> Option<Gap<'l>> {
    states
        .gap(at)
        .or_else(|| states.gap(states.partner(at).filter(|_| states.changes[at].operation() == "deleted")?))
}

/// Whether a connection of the kind that this one had was made later; nothing where that is not laid down.
fn recreated(states: &States<'_>, at: usize, owner: &Key) -> Option<bool> {
    let connection = states.changes[at].connection().unwrap();
    let [_, protocol, provider] = states.kind_by(&connection, at);
    if protocol.is_null() && provider.is_null() {
        return None;
    }
    let is_made = |later: usize| {
        let change = states.changes[later];
        let its = change.connection().unwrap();
        let [_, other_protocol, other_provider] = states.kind_by(&its, later);
        ["created", "enabled"].contains(&change.operation())
            && states.owner(&its) == *owner
            && states.state(&its, later + 1) != Some("deleted")
            && (other_protocol, other_provider) == (protocol.clone(), provider.clone())
    };
    // Neither what is then in a state that nobody knows, nor what has not come yet, does so plainly.
    let is_plain = |later: usize| {
        let change = states.changes[later];
        let state = states.state(&change.connection().unwrap(), later + 1);
        state != Some("unknown") && !states.log.is_late(change)
    };
    let later = at + 1..states.changes.len();
    let plainly = later.clone().any(|later| is_made(later) && is_plain(later));
    (plainly || !later.clone().any(is_made)).then_some(plainly)
}

pub fn connections(judge: &Judge<'_>) -> Vec<Section> {
    let all = &judge.states;
    let moment = judge.selection.at;
    let known = match moment {
        Some(moment) => all.known_at(moment),
        None => all.known_at(i128::MAX),
    };
    let is_shown = |connection: &Key| {
        all.of_connection(connection).iter().any(|change| judge.selection.selects(judge.log, change))
    };
    let is_shown_by_then = |connection: &Key| {
        known.of_connection(connection).iter().any(|change| judge.selection.selects(judge.log, change))
    };
    let mut lives = Section::rows("connections", Vec::new());
    for connection in known.connections().iter().filter(|connection| is_shown(connection)) {
        // Whether what was known by then is shown for what is selected later was not laid down.
        lives.add(life(judge, &known, connection), !is_shown_by_then(connection));
    }
    if moment.is_some() {
        let later =
            all.connections().into_iter().filter(|connection| !known.connections().contains(connection));
        later.for_each(|connection| lives.add(json!({ "connection_id": connection.1 }), true));
    }
    let mut posture = Section::rows("posture", Vec::new());
    for owner in moment.map_or(Vec::new(), |_| all.owners()) {
        let moment = moment.unwrap();
        let owned = all.owned_by(&owner);
        // Of what is told only later it is not laid down whether it is known.
        let is_later = |connection: &Key| all.of_connection(connection)[0].nanos > moment;
        if owned.iter().any(is_later) {
            posture.add(json!({ "organization_id": owner.1 }), true);
        } else {
            let is_certain = owned.iter().any(is_shown_by_then);
            let row = posture_of(judge, &owner, moment);
            if owned.iter().any(is_shown) {
                posture.add(row, !is_certain);
            }
        }
    }
    vec![lives, posture]
}

fn life(judge: &Judge<'_>, states: &States<'_>, connection: &Key) -> Value {
    let log = judge.log;
    let changes = states.of_connection(connection);
    let count = states.changes.len();
    let owner = states.owner(connection);
    let [kind, protocol, provider] = states.kind_by(connection, count - 1);
    let state = states.state(connection, count).unwrap();
    let that = |operation: &'static str| changes.iter().filter(move |change| change.operation() == operation);
    let last = changes[changes.len() - 1];
    let row = json!({
        "connection_id": connection.1,
        "organization_id": owner.1,
        "organization_name": log.name_of(&owner),
        "connection_type": kind,
        "protocol": protocol,
        "provider": provider,
        "state": state,
        "created": that("created").next().map(|change| utc(change.nanos)),
        "enabled": that("enabled").next_back().map(|change| utc(change.nanos)),
        "last_change": utc(last.nanos),
        "active_seconds": seconds(active_nanos(judge, states, connection)),
        "changes": changes.len(),
        "redeliveries": changes.iter().map(|change| change.redeliveries).sum::<u64>(),
        "odd": states.oddities(connection),
    });
    let is_after_end = judge.selection.at.is_some_and(|at| at > log.end_of(last.source()));
    // Of the certainty of what is unknown, or after the end of the log, nothing was laid down.
    let mut row = if state == "unknown" || is_after_end {
        row
    } else {
        let to = judge.selection.at.unwrap_or_else(|| states.until(&owner, last));
        marked(row, states.is_certain(&owner, last.nanos, to))
    };
    // Nor how long something was active up to a moment.
    if judge.selection.at.is_some() {
        left_out(&mut row, &["active_seconds"]);
    }
    // Nor what a change that has not come yet does to a connection.
    if changes.iter().any(|change| log.is_late(change)) {
        left_out(&mut row, &["active_seconds", "state", "certainty"]);
    }
    row
}

fn active_nanos(judge: &Judge<'_>, states: &States<'_>, connection: &Key) -> i128 {
    let log = judge.log;
    let begin = log.entries.iter().map(|entry| entry.nanos).min().unwrap();
    let its = states.of_connection(connection);
    let end = states.until(&states.owner(connection), its[its.len() - 1]);
    let mut active = 0;
    let mut since = begin;
    for (at, change) in states.changes.iter().enumerate() {
        if change.connection().as_ref() == Some(connection) {
            active += if states.is_active(connection, at) { change.nanos - since } else { 0 };
            since = change.nanos;
        }
    }
    active + if states.is_active(connection, states.changes.len()) { end - since } else { 0 }
}

fn posture_of(judge: &Judge<'_>, owner: &Key, moment: i128) -> Value {
    let states = &judge.states;
    let after = states.changes.iter().filter(|change| change.nanos <= moment).count();
    let active = states.active(owner, after);
    let last = (0..after).rev().find(|before| !states.active(owner, *before).is_empty());
    let last = last.filter(|_| active.is_empty());
    // What was unknown since then may have ended it.
    let since = last.map_or(after, |last| last + 1);
    let owned = states.owned_by(owner);
    let is_unknown = (since..=after)
        .any(|at| owned.iter().any(|connection| states.state(connection, at) == Some("unknown")));
    let mut ids = active.clone();
    ids.sort();
    let row = json!({
        "organization_id": owner.1,
        "organization_name": judge.log.name_of(owner),
        "active": active.len(),
        "connections": ids,
        "without_since": last.map(|last| utc(states.changes[last].nanos)),
    });
    let is_after_end = states.owned_by(owner).iter().any(|connection| {
        let source = states.of_connection(connection)[0].source();
        moment > judge.log.end_of(source)
    });
    let its = states.changes.iter().filter(|change| states.owner_of(change) == *owner);
    let Some(latest) = its.filter(|change| change.nanos <= moment).map(|change| change.nanos).max() else {
        return row;
    };
    let is_certain = states.known_at(moment).is_certain(owner, latest, moment);
    if is_after_end { row } else { marked(row, is_certain && !is_unknown) }
}

//! What `report admins`, `authorization` and `access` say.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::histories::SECOND;
use super::history::utc;
use super::judge::Judge;
use super::log::{Entry, Key};
use super::sheet_counts::share;
use super::told::Section;

type Visits<'l> = Vec<&'l Entry>;

/// Shown events of those who are named, by actor and time.
fn visits<'l>(judge: &Judge<'l>) -> BTreeMap<String, Visits<'l>> {
    let mut all: BTreeMap<String, Visits<'l>> = BTreeMap::new();
    for entry in judge.log.entries.iter().filter(|entry| judge.selection.selects(judge.log, entry)) {
        if let Some(actor) = entry.actor() {
            all.entry(actor).or_default().push(entry);
        }
    }
    for visits in all.values_mut() {
        visits.sort_by_key(|visit| {
            let rank = ["viewed", "portal-opened", "created", "enabled", "disabled", "deleted", "other"];
            let rank = rank.iter().position(|operation| *operation == visit.operation());
            let texts = [
                visit.organization_id(),
                visit.ip().map_or(Value::Null, Value::from),
                visit.at(&["user_agent"]),
            ];
            let more = [visit.at(&["page"]), visit.impersonator(), visit.raw_reason()];
            let text = |value: &Value| value.as_str().map(str::to_owned);
            (visit.nanos, rank, texts.each_ref().map(text), more.each_ref().map(text))
        });
    }
    all
}

/// Whether somebody else drove the session, as these reports see it.
fn is_driven(visit: &Entry) -> bool {
    !visit.impersonator().is_null() || !visit.raw_reason().is_null()
}

fn driver(visit: &Entry) -> Option<String> {
    is_driven(visit).then(|| visit.impersonator().as_str().unwrap_or("unknown").to_owned())
}

/// The most frequent first, equals by their text; and how often.
fn frequent<T: Ord + Clone>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    items.for_each(|item| *counts.entry(item).or_default() += 1);
    let mut counts: Vec<(T, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().map(|(item, _)| item).collect()
}

fn few(texts: Vec<String>, most: usize) -> Vec<String> {
    let more = (texts.len() > most).then(|| "…".to_owned());
    texts.into_iter().take(most).chain(more).collect()
}

fn organization_names(judge: &Judge<'_>, visits: &[&Entry]) -> Vec<String> {
    let mut all =
        frequent(visits.iter().filter_map(|visit| visit.organization()).map(|(space, id)| (id, space)));
    let name = |(id, space): (String, &'static str)| {
        judge.log.name_of(&(space, id.clone())).as_str().map_or(id, str::to_owned)
    };
    few(all.drain(..).map(name).collect(), 5)
}

fn organizations(visits: &[&Entry]) -> usize {
    visits.iter().filter_map(|visit| visit.organization()).collect::<BTreeSet<Key>>().len()
}

fn ends(visits: &[&Entry]) -> [String; 2] {
    [visits[0], visits[visits.len() - 1]].map(|visit| utc(visit.nanos))
}

pub fn admins(judge: &Judge<'_>) -> Vec<Section> {
    let all = visits(judge);
    let has_roster = !judge.policy.roster.is_empty();
    let rows = all.values().map(|visits| {
        let count = |test: &dyn Fn(&Entry) -> bool| visits.iter().filter(|visit| test(visit)).count();
        let ips = frequent(visits.iter().filter_map(|visit| visit.ip()));
        let agents: BTreeSet<String> = visits.iter().map(|visit| visit.text(&["user_agent"])).collect();
        let mut drivers: Vec<String> = visits.iter().filter_map(|visit| who_and_why(visit)).collect();
        drivers.sort();
        drivers.dedup();
        let is_off = |visit: &Entry| {
            let day = (visit.nanos.div_euclid(86_400 * SECOND) + 3).rem_euclid(7);
            let hour = visit.nanos.div_euclid(3600 * SECOND).rem_euclid(24);
            day > 4 || !(8..18).contains(&hour)
        };
        let [first, last] = ends(visits);
        let roles: Option<Vec<Option<&str>>> =
            has_roster.then(|| visits.iter().map(|visit| judge.role_in_force(visit)).collect());
        let held = |roles: &Vec<Option<&'static str>>| {
            let names = ["admin", "member"].into_iter().filter(|name| roles.contains(&Some(name)));
            names.collect::<Vec<_>>()
        };
        json!({
            "actor": judge.log.actor(visits[0]),
            "actor_id": visits[0].actor(),
            "actor_email": judge.log.actor_email(visits[0]),
            "role": roles.as_ref().map(held),
            "without_role": roles.map(|roles| {
                let visits = visits.iter().zip(roles);
                visits.filter(|(visit, role)| role.is_none() && visit.organization().is_some()).count()
            }),
            "events": visits.len(),
            "views": count(&|visit| visit.operation() == "viewed"),
            "portal_urls": count(&|visit| visit.operation() == "portal-opened"),
            "changes": count(&Entry::is_change),
            "deletions": count(&|visit| visit.operation() == "deleted"),
            "organizations": organizations(visits),
            "ips": ips.len(),
            "ip_list": few(ips, 5),
            "user_agents": agents.len(),
            "impersonated": count(&is_driven),
            "impersonators": few(drivers, 5),
            "first": first,
            "last": last,
            "off_hours": share(count(&is_off), visits.len()),
        })
    });
    vec![
        Section::rows("admins", rows.collect()),
        Section::rows("impersonation", impersonation(judge, &all)),
        Section::rows("never_seen", never_seen(judge)),
    ]
}

/// Admins on the roster who are in no event of the present or earlier, nor in any that is dated later.
fn never_seen(judge: &Judge<'_>) -> Vec<Value> {
    let entries = || judge.log.entries.iter();
    let times: Vec<i128> =
        entries().map(|entry| entry.nanos).filter(|nanos| *nanos <= judge.log.now).collect();
    let (Some(from), Some(until)) = (times.iter().min(), times.iter().max()) else {
        return Vec::new();
    };
    let texts = |entry: &Entry| {
        let texts = [entry.at(&["actor", "id"]), entry.at(&["actor", "email"]), entry.impersonator()];
        let own = texts.iter().filter_map(Value::as_str).map(str::to_lowercase).collect::<Vec<_>>();
        own.into_iter().chain(entry.actor().map(|actor| actor.to_lowercase()))
    };
    let seen: BTreeSet<String> = entries().flat_map(texts).collect();
    let is_missed = |[_, actor, role]: &&[&str; 3]| {
        *role == "admin" && !actor.contains(['*', '?']) && !seen.contains(&actor.to_lowercase())
    };
    let missed: BTreeSet<[&str; 2]> = judge
        .policy
        .roster
        .iter()
        .filter(is_missed)
        .map(|[organization, actor, _]| [*actor, *organization])
        .collect();
    let row = |[actor, organization]: [&str; 2]| json!({ "actor": actor, "organization": organization, "from": utc(*from), "until": utc(*until) });
    missed.into_iter().map(row).collect()
}

fn who_and_why(visit: &Entry) -> Option<String> {
    let who = driver(visit)?;
    Some(visit.raw_reason().as_str().map_or(who.clone(), |reason| format!("{who} ({reason})")))
}

fn impersonation(judge: &Judge<'_>, all: &BTreeMap<String, Visits<'_>>) -> Vec<Value> {
    let mut groups: BTreeMap<(String, String, String), Visits<'_>> = BTreeMap::new();
    for visit in all.values().flatten().filter(|visit| is_driven(visit)) {
        let key = [visit.impersonator(), visit.raw_reason()].map(|text| text.to_string());
        let [who, why] = key;
        groups.entry((who, visit.actor().unwrap(), why)).or_default().push(visit);
    }
    let rows = groups.into_values().map(|visits| {
        let [first, last] = ends(&visits);
        json!({
            "impersonator": visits[0].impersonator(),
            "actor": judge.log.actor(visits[0]),
            "actor_id": visits[0].actor(),
            "reason": visits[0].raw_reason(),
            "events": visits.len(),
            "organizations": organizations(&visits),
            "first": first,
            "last": last,
        })
    });
    rows.collect()
}

pub fn authorization(judge: &Judge<'_>) -> Vec<Section> {
    let log = judge.log;
    let is_shown = |deed: &&&Entry| {
        let is_for_admins =
            ["portal-opened", "deleted"].contains(&deed.operation()) || deed.actor().is_some();
        is_for_admins && judge.selection.selects(log, deed)
    };
    let deeds: Vec<&Entry> = judge.deeds.iter().filter(is_shown).copied().collect();
    let has_roster = !judge.policy.roster.is_empty();
    let verdicts: Vec<Value> = deeds
        .iter()
        .filter(|_| has_roster)
        .map(|deed| {
            json!({
                "time": utc(deed.nanos),
                "organization_id": deed.organization_id(),
                "organization_name": log.name_of(&deed.organization().unwrap()),
                "operation": deed.operation(),
                "connection_id": deed.connection_id(),
                "actor": log.actor(deed),
                "actor_id": deed.actor(),
                "actor_email": log.actor_email(deed),
                "impersonator": deed.impersonator(),
                "verdict": judge.verdict(deed),
            })
        })
        .collect();
    let count =
        |verdict: &str| has_roster.then(|| verdicts.iter().filter(|row| row["verdict"] == verdict).count());
    let mut totals = json!({});
    for verdict in
        ["not on the roster", "wrong role", "not the owner", "impersonated", "unknown actor", "allowed"]
    {
        totals[verdict.replace(' ', "_")] = count(verdict).into();
    }
    vec![
        Section::rows("verdicts", verdicts),
        Section::facts("totals", totals),
        Section::rows("users", users(judge, &deeds)),
        Section::rows("ownership", ownership(judge)),
    ]
}

fn users(judge: &Judge<'_>, deeds: &[&Entry]) -> Vec<Value> {
    let mut groups: BTreeMap<(Option<String>, Option<Key>), Visits<'_>> = BTreeMap::new();
    for deed in deeds {
        groups.entry((deed.actor(), deed.organization())).or_default().push(deed);
    }
    let rows = groups.into_values().map(|deeds| {
        let count = |test: &dyn Fn(&Entry) -> bool| deeds.iter().filter(|deed| test(deed)).count();
        let [first, last] = ends(&deeds);
        json!({
            "actor": judge.log.actor(deeds[0]),
            "actor_id": deeds[0].actor(),
            "actor_email": judge.log.actor_email(deeds[0]),
            "organization_id": deeds[0].organization_id(),
            "organization_name": judge.log.name_of(&deeds[0].organization().unwrap()),
            "portal_urls": count(&|deed| deed.operation() == "portal-opened"),
            "changes": count(&Entry::is_change),
            "deletions": count(&|deed| deed.operation() == "deleted"),
            "first": first,
            "last": last,
        })
    });
    rows.collect()
}

fn ownership(judge: &Judge<'_>) -> Vec<Value> {
    let states = &judge.states;
    let mut rows = Vec::new();
    for (at, change) in states.changes.iter().copied().enumerate() {
        if !judge.selection.selects(judge.log, change) {
            continue;
        }
        let owner = states.owner_of(change);
        let why = [
            (states.is_deleted_again(at), "deleted a second time"),
            (judge.is_foreign(change), "the organization is not the owner"),
        ];
        for (_, what) in why.into_iter().filter(|(is_so, _)| *is_so) {
            rows.push(json!({
                "time": utc(change.nanos),
                "connection_id": change.connection_id(),
                "organization_id": change.organization_id(),
                "organization_name": judge.log.name_of(&change.organization().unwrap()),
                "owner_id": owner.1,
                "owner_name": judge.log.name_of(&owner),
                "actor": judge.log.actor(change),
                "actor_id": change.actor(),
                "what": what,
            }));
        }
    }
    rows
}

pub fn access(judge: &Judge<'_>) -> Vec<Section> {
    let all = visits(judge);
    let mut sections = [
        Section::rows("heat", heat(judge, &all)),
        Section::rows("first_uses", Vec::new()),
        Section::rows("bursts", Vec::new()),
        Section::rows("across", Vec::new()),
        Section::rows("sessions", Vec::new()),
    ];
    for visits in all.values() {
        let [_, first_uses, bursts, across, sessions] = &mut sections;
        uses(judge, visits).into_iter().for_each(|row| first_uses.add(row, false));
        for burst in bursts_of(visits) {
            let mut row = stretch(judge, burst);
            let rank = ["viewed", "portal-opened", "created", "enabled", "disabled", "deleted", "other"];
            let operations =
                rank.into_iter().filter(|name| burst.iter().any(|visit| visit.operation() == *name));
            row["operations"] = operations.collect::<Vec<_>>().into();
            bursts.add(row, false);
        }
        if organizations(visits) > 1 {
            let [first, last] = ends(visits);
            let mut row = stretch(judge, visits);
            row["first"] = first.into();
            row["last"] = last.into();
            super::told::left_out(&mut row, &["from", "to"]);
            across.add(row, false);
        }
        for session in sessions_of(visits) {
            let mut row = stretch(judge, &session);
            let length = session[session.len() - 1].nanos - session[0].nanos;
            row["duration_seconds"] = i64::try_from(length / SECOND).unwrap().into();
            row["impersonator"] = driver(session[0]).into();
            let mut path: Vec<String> = session.iter().map(|visit| visit.text(&["page"])).collect();
            path.dedup();
            row["path"] = few(path, 20).into();
            sessions.add(row, false);
        }
    }
    sections.into()
}

fn stretch(judge: &Judge<'_>, visits: &[&Entry]) -> Value {
    let [from, to] = ends(visits);
    json!({
        "actor": judge.log.actor(visits[0]),
        "actor_id": visits[0].actor(),
        "events": visits.len(),
        "from": from,
        "to": to,
        "organizations": organizations(visits),
        "organization_names": organization_names(judge, visits),
    })
}

fn heat(judge: &Judge<'_>, all: &BTreeMap<String, Visits<'_>>) -> Vec<Value> {
    let grid = |name: String, visits: &[&Entry]| {
        let mut counts = vec![vec![0_u64; 24]; 7];
        for visit in visits {
            let day = (visit.nanos.div_euclid(86_400 * SECOND) + 3).rem_euclid(7);
            let hour = visit.nanos.div_euclid(3600 * SECOND).rem_euclid(24);
            counts[usize::try_from(day).unwrap()][usize::try_from(hour).unwrap()] += 1;
        }
        json!({ "name": name, "counts": counts })
    };
    let everybody: Visits<'_> = all.values().flatten().copied().collect();
    let ips: BTreeSet<String> = everybody.iter().filter_map(|visit| visit.ip()).collect();
    let mut rows = vec![grid("Everybody".to_owned(), &everybody)];
    let names: Vec<String> =
        all.values().map(|visits| judge.log.actor(visits[0]).as_str().unwrap().to_owned()).collect();
    for (visits, name) in all.values().zip(&names) {
        let is_shared = names.iter().filter(|other| *other == name).count() > 1;
        let name = if is_shared { format!("{name} ({})", visits[0].actor().unwrap()) } else { name.clone() };
        rows.push(grid(name, visits));
    }
    for ip in ips {
        let its: Visits<'_> =
            everybody.iter().copied().filter(|visit| visit.ip().as_ref() == Some(&ip)).collect();
        rows.push(grid(ip, &its));
    }
    rows
}

type Use<'u> = &'u dyn Fn(&Entry) -> Option<String>;

fn uses(judge: &Judge<'_>, visits: &[&Entry]) -> Vec<Value> {
    let mut rows = Vec::new();
    let address = |visit: &Entry| visit.ip();
    let agent = |visit: &Entry| visit.at(&["user_agent"]).as_str().map(str::to_owned);
    let sorts: [(&str, Use<'_>); 2] = [("address", &address), ("user agent", &agent)];
    for (what, value) in sorts {
        let mut seen: Vec<String> = Vec::new();
        for visit in visits {
            let Some(value) = value(visit).filter(|value| !seen.contains(value)) else {
                continue;
            };
            seen.push(value.clone());
            if seen.len() > 1 {
                rows.push(json!({
                    "time": utc(visit.nanos),
                    "actor": judge.log.actor(visit),
                    "actor_id": visit.actor(),
                    "what": what,
                    "value": value,
                    "impersonator": driver(visit),
                }));
            }
        }
    }
    rows
}

/// Five events within ten minutes, and what overlaps.
fn bursts_of<'v, 'l>(visits: &'v [&'l Entry]) -> Vec<&'v [&'l Entry]> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for begin in 0..visits.len().saturating_sub(4) {
        let end = begin + 5;
        if visits[end - 1].nanos - visits[begin].nanos > 600 * SECOND {
            continue;
        }
        match ranges.last_mut().filter(|(_, last)| begin < *last) {
            Some((_, last)) => *last = end,
            None => ranges.push((begin, end)),
        }
    }
    ranges.into_iter().map(|(begin, end)| &visits[begin..end]).collect()
}

/// What follows each other within half an hour, by who drove it.
fn sessions_of<'l>(visits: &[&'l Entry]) -> Vec<Visits<'l>> {
    let drivers: BTreeSet<Option<String>> = visits.iter().map(|visit| driver(visit)).collect();
    let mut sessions: Vec<Visits<'l>> = Vec::new();
    for who in drivers {
        let mut last: Option<i128> = None;
        for visit in visits.iter().copied().filter(|visit| driver(visit) == who) {
            match sessions.last_mut().filter(|_| last.is_some_and(|last| visit.nanos - last <= 1800 * SECOND))
            {
                Some(session) => session.push(visit),
                None => sessions.push(vec![visit]),
            }
            last = Some(visit.nanos);
        }
    }
    sessions
}

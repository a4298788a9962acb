//! What the rules find, each in the most obvious way.

use serde_json::Value;

use super::histories::SECOND;
use super::judge::{Found, Judge};
use super::log::Entry;

/// What all rules find that are on, but for those that are compared in another way.
pub fn findings<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    let all = [
        left_without_sso,
        of_records,
        of_connections,
        of_domains,
        of_links,
        of_people,
        of_times,
        swaps,
        super::bursts::findings,
        super::silences::findings,
    ];
    let found = all.into_iter().flat_map(|rule| rule(judge));
    found.filter(|found| judge.policy.is_on(found.rule)).collect()
}

fn left_without_sso<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    const RULE: &str = "org-left-without-sso";
    let mut all = Vec::new();
    for (at, change) in judge.states.changes.iter().copied().enumerate() {
        let owner = judge.states.owner_of(change);
        let Some(gap) = judge.states.gap(at) else {
            continue;
        };
        let is_long = gap.until - change.nanos > judge.setting(RULE, "grace", 86_400) * SECOND;
        if is_long && judge.covers_for(RULE, change, Some(&owner)) {
            let organization = Some(owner);
            all.push(Found { organization, is_certain: Some(gap.is_certain), ..Found::of(RULE, change) });
        }
    }
    all
}

/// What is wrong with lines and events by themselves.
fn of_records<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    let log = judge.log;
    let mut all = Vec::new();
    for place in &log.invalid {
        all.push(Found { place: Some(*place), ..Found::of_nothing("invalid-event") });
    }
    for entry in &log.entries {
        let is_unexplained =
            !entry.impersonator().is_null() && entry.reason().is_null() && entry.actor().is_some();
        let skew = judge.setting("event-from-the-future", "skew", 300) * SECOND;
        let is_late = entry.nanos > log.now + skew;
        let is_contradictory = entry.contradicts || entry.normal.is_ambiguous;
        for (rule, is_so) in [
            ("contradictory-event", is_contradictory),
            ("event-from-the-future", is_late),
            ("impersonation-without-reason", is_unexplained),
        ] {
            if is_so && judge.covers(rule, entry) {
                let is_change = rule == "impersonation-without-reason" && entry.is_deed();
                all.push(if is_change { Found::of(rule, entry) } else { Found::noted(rule, entry) });
            }
        }
    }
    all.extend(conflicts(judge));
    all
}

/// Of several events with one id each but the first; the first where no other is in the scope.
fn conflicts<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    const RULE: &str = "conflicting-duplicate";
    let mut entries = judge.log.conflicting();
    entries.sort_by_key(|entry| (!entry.is_deed(), entry.place_in_time()));
    let mut all = Vec::new();
    let mut done: Vec<(String, String)> = Vec::new();
    for entry in &entries {
        let id = entry.identity().unwrap();
        if done.contains(&id) {
            continue;
        }
        let mut versions: Vec<&Entry> =
            entries.iter().copied().filter(|other| other.identity().as_ref() == Some(&id)).collect();
        done.push(id);
        // The only change matters more than what is none.
        if !versions[1].is_deed() && versions[0].is_deed() {
            versions.swap(0, 1);
        }
        let is_further_covered = versions[1..].iter().any(|version| judge.covers(RULE, version));
        for (at, version) in versions.into_iter().enumerate() {
            if judge.covers(RULE, version) && (at > 0 || !is_further_covered) {
                all.push(if version.is_deed() {
                    Found::of(RULE, version)
                } else {
                    Found::noted(RULE, version)
                });
            }
        }
    }
    all
}

/// What is wrong with changes by the state and the owner of their connection.
fn of_connections<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    let states = &judge.states;
    let mut all = Vec::new();
    let mut kinds_seen: Vec<(super::log::Key, [Value; 3])> = Vec::new();
    for (at, change) in states.changes.iter().copied().enumerate() {
        let connection = change.connection().unwrap();
        let before = states.state(&connection, at);
        let owner = states.owner(&connection);
        let is_foreign = judge.is_foreign(change);
        let foreign = "foreign-connection";
        if is_foreign && (judge.covers(foreign, change) || judge.covers_for(foreign, change, Some(&owner))) {
            all.push(Found::of(foreign, change));
        }
        let is_off = matches!(before, Some("disabled" | "deleted"));
        for (rule, is_so) in [
            ("connection-deleted", is_deletion(judge, at, before)),
            ("connection-disabled", change.operation() == "disabled" && !is_off),
            ("duplicate-deletion", states.is_deleted_again(at)),
            ("connection-altered", is_altered(judge, at)),
        ] {
            let is_told = states.told_by(at).is_some_and(|other| judge.covers(rule, other));
            if is_so && judge.covers(rule, change) && !is_told {
                all.push(Found::of(rule, change));
            }
        }
        let rule = "unconfirmed-change";
        if is_unconfirmed(judge, at) && judge.covers(rule, change) {
            all.push(Found::of(rule, change));
        }
        let rule = "unapproved-connection-type";
        let is_new = !kinds_seen.contains(&(connection.clone(), change.kind()));
        if is_unapproved(judge, change) && is_new && judge.covers(rule, change) {
            kinds_seen.push((connection, change.kind()));
            all.push(Found::of(rule, change));
        }
    }
    all
}

/// A domain that an organization has, or can use, from then on.
fn of_domains<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    const RULE: &str = "domain-added";
    let is_gained = |entry: &&Entry| {
        let action = entry.action();
        ["organization.domain_created", "organization.domain_dns_verification_success"]
            .iter()
            .any(|gaining| action.eq_ignore_ascii_case(gaining))
    };
    let gained = judge.deeds.iter().copied().filter(is_gained);
    gained.filter(|entry| judge.covers(RULE, entry)).map(|entry| Found::of(RULE, entry)).collect()
}

/// Portal URLs after which nothing of the organization changes, where that would be known.
fn of_links<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    const RULE: &str = "portal-without-change";
    let window = judge.setting(RULE, "window", 86_400) * SECOND;
    let mut all = Vec::new();
    for deed in judge.deeds.iter().copied().filter(|deed| deed.operation() == "portal-opened") {
        let organization = deed.organization().unwrap();
        let follows = judge.states.changes.iter().any(|change| {
            let later = change.nanos - deed.nanos;
            change.organization().as_ref() == Some(&organization)
                && (0..=window).contains(&later)
                && change.nanos <= judge.log.now
        });
        let is_over = judge.states.seen_until(&organization).is_some_and(|end| end - deed.nanos > window);
        if !follows && is_over && judge.covers(RULE, deed) {
            all.push(Found::of(RULE, deed));
        }
    }
    all
}

/// Whether a change deletes what was there, or what the other source says was deleted just before.
fn is_deletion(judge: &Judge<'_>, at: usize, before: Option<&str>) -> bool {
    let confirms = judge.states.partner(at).is_some_and(|partner| partner < at);
    judge.states.changes[at].operation() == "deleted" && (before != Some("deleted") || confirms)
}

/// Only one of two sources with the same ids logs a deletion, and both logs go on for ten minutes on either side.
fn is_unconfirmed(judge: &Judge<'_>, at: usize) -> bool {
    let change = judge.states.changes[at];
    let logs = ["centure", "workos"];
    let reaches = |source: &str| {
        judge.log.begin_of(source) + 600 * SECOND <= change.nanos
            && change.nanos + 600 * SECOND <= judge.log.end_of(source)
    };
    let is_alone = judge.states.partner(at).is_none() && logs.contains(&change.source());
    let are_there = logs.iter().all(|name| judge.log.entries.iter().any(|entry| entry.source() == *name));
    change.operation() == "deleted" && is_alone && are_there && logs.iter().all(|name| reaches(name))
}

fn is_unapproved(judge: &Judge<'_>, change: &Entry) -> bool {
    let Some(wanted) = judge.policy.rules.get("unapproved-connection-type") else {
        return false;
    };
    let [kind, protocol, provider] = change.kind();
    [("types", kind), ("protocols", protocol), ("providers", provider)].iter().any(|(key, word)| {
        let allowed = wanted.texts.get(key);
        allowed.is_some_and(|allowed| word.as_str().is_some_and(|word| !allowed.contains(&word)))
    })
}

/// The type or the provider is not what was last said of the connection since it was deleted, if it was.
fn is_altered(judge: &Judge<'_>, at: usize) -> bool {
    let change = judge.states.changes[at];
    let earlier =
        judge.states.changes[..at].iter().rev().filter(|other| other.connection() == change.connection());
    let since: Vec<&&Entry> = earlier.take_while(|other| other.operation() != "deleted").collect();
    [0, 2].iter().any(|what| {
        let now = &change.kind()[*what];
        let known = since.iter().map(|other| other.kind()[*what].clone()).find(|said| !said.is_null());
        !now.is_null() && known.is_some_and(|known| known != *now)
    })
}

/// Who did something, and from where.
fn of_people<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    let log = judge.log;
    let mut all = Vec::new();
    for deed in judge.deeds.iter().copied() {
        let Some(actor) = deed.actor() else {
            continue;
        };
        let theirs = || log.entries.iter().filter(|entry| entry.actor().as_ref() == Some(&actor));
        let is_for_admins = !judge.policy.roster.is_empty();
        let earlier: Vec<String> =
            theirs().filter(|entry| entry.nanos < deed.nanos).filter_map(Entry::ip).collect();
        let is_new = deed.ip().is_some_and(|ip| !earlier.contains(&ip));
        let history = judge.setting("new-address", "history", 5);
        for (rule, is_so) in [
            ("impersonated-change", deed.is_impersonated()),
            (
                "not-on-roster",
                is_for_admins && ["not on the roster", "wrong role"].contains(&judge.verdict(deed)),
            ),
            ("new-address", is_new && earlier.len() as i128 >= history),
            ("deleted-without-visit", deed.operation() == "deleted" && lacks_visit(judge, deed)),
            ("same-person", deed.operation() == "deleted" && opened_portal(judge, deed)),
        ] {
            if is_so && judge.covers(rule, deed) {
                all.push(Found::of(rule, deed));
            }
        }
    }
    all
}

fn lacks_visit(judge: &Judge<'_>, deed: &Entry) -> bool {
    let window = judge.setting("deleted-without-visit", "window", 3600);
    let is_visit = |entry: &&Entry| {
        ["viewed", "portal-opened"].contains(&entry.operation())
            && entry.actor() == deed.actor()
            && entry.organization() == deed.organization()
            && entry.nanos <= deed.nanos
            && deed.nanos - entry.nanos <= window * SECOND
    };
    let is_early = (deed.nanos - judge.log.begin_of(deed.source())) / SECOND < window;
    !is_early && !judge.log.entries.iter().any(|entry| is_visit(&entry))
}

fn opened_portal(judge: &Judge<'_>, deed: &Entry) -> bool {
    let window = judge.setting("same-person", "window", 7 * 86_400) * SECOND;
    let is_theirs = |entry: &&&Entry| {
        entry.operation() == "portal-opened"
            && entry.actor() == deed.actor()
            && entry.organization() == deed.organization()
    };
    let opened = judge.deeds.iter().filter(is_theirs).map(|entry| entry.nanos);
    opened.filter(|time| *time <= deed.nanos).any(|time| deed.nanos - time <= window)
}

/// When something happened, or nothing did.
fn of_times<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    let mut all = Vec::new();
    let policy = judge.policy;
    for change in judge.states.changes.iter().copied() {
        let local = change.nanos + policy.ahead * 3600 * SECOND;
        let minute = u32::try_from(local.div_euclid(60 * SECOND).rem_euclid(24 * 60)).unwrap();
        // 1970 began on a Thursday.
        let day = usize::try_from((local.div_euclid(86_400 * SECOND) + 3).rem_euclid(7)).unwrap();
        let is_open = policy.windows.iter().any(|window| {
            let (today, yesterday) = (window.days.contains(&day), window.days.contains(&((day + 6) % 7)));
            if window.from < window.to {
                today && window.from <= minute && minute < window.to
            } else {
                (today && minute >= window.from) || (yesterday && minute < window.to)
            }
        });
        let is_frozen = policy.freezes.iter().any(|(from, to)| *from <= change.nanos && change.nanos < *to);
        let is_outside = (!policy.windows.is_empty() && !is_open) || is_frozen;
        if is_outside && judge.covers("outside-change-window", change) {
            all.push(Found::of("outside-change-window", change));
        }
    }
    all
}

/// A connection that goes away, followed by one with another identity provider.
fn swaps<'l>(judge: &Judge<'l>) -> Vec<Found<'l>> {
    const RULE: &str = "provider-swapped";
    let states = &judge.states;
    let window = judge.setting(RULE, "window", 7 * 86_400) * SECOND;
    let provider = |change: &Entry| {
        let own = change.kind()[2].clone();
        let all = states.of_connection(&change.connection().unwrap());
        let at = all.iter().position(|other| std::ptr::eq(*other, change)).unwrap();
        // A deletion ends what was said of the connection.
        let earlier = all[..at].iter().rev().take_while(|other| other.operation() != "deleted");
        let later = all[at..].iter().skip(1).take_while(|other| other.operation() != "deleted");
        let ends = all[at..].iter().skip(1).find(|other| other.operation() == "deleted");
        let later = later.chain(ends).filter(|_| change.operation() != "deleted");
        let said = earlier.chain(later).filter(|other| other.nanos <= judge.log.now);
        let said = said.map(|other| other.kind()[2].clone()).find(|word| !word.is_null());
        if own.is_null() { said.unwrap_or(Value::Null) } else { own }
    };
    let mut all = Vec::new();
    for (at, change) in states.changes.iter().copied().enumerate() {
        let connection = change.connection().unwrap();
        let owner = states.owner(&connection);
        let goes = match (states.state(&connection, at), states.state(&connection, at + 1)) {
            (before, Some("deleted")) => change.operation() == "deleted" && before != Some("deleted"),
            (before, Some("disabled")) => change.operation() == "disabled" && before != Some("disabled"),
            _ => false,
        };
        // Centure logs no creation, and nobody else has its connections.
        if !goes || change.source() != "scalekit" || provider(change).is_null() {
            continue;
        }
        let follower = (at + 1..states.changes.len()).find(|later| {
            let other = states.changes[*later];
            let its = other.connection().unwrap();
            let [before, after] = [*later, *later + 1].map(|after| states.state(&its, after));
            let other_provider = provider(other);
            states.owner(&its) == owner
                && (matches!(after, Some("created" | "active"))
                    || (after == Some("unknown") && other.operation() == "enabled"))
                && before != after
                && !other_provider.is_null()
                && other_provider != provider(change)
        });
        let Some(follower) = follower else {
            continue;
        };
        let stays = change.operation() == "deleted"
            || (at + 1..=follower).all(|after| states.state(&connection, after) == Some("disabled"));
        let is_other =
            change.operation() == "deleted" || states.changes[follower].connection() != change.connection();
        let is_soon = states.changes[follower].nanos - change.nanos <= window;
        if stays && is_other && is_soon && judge.covers(RULE, change) {
            all.push(Found::of(RULE, change));
        }
    }
    all
}

//! What `summary` says.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::histories::SECOND;
use super::history::utc;
use super::judge::Judge;
use super::log::{Entry, Key};
use super::told::Section;

/// Shares have four digits.
pub fn share(part: usize, whole: usize) -> Value {
    let share = part as f64 / whole.max(1) as f64;
    ((share * 10_000.0).round() / 10_000.0).into()
}

pub fn summary(judge: &Judge<'_>) -> Vec<Section> {
    let log = judge.log;
    let shown: Vec<&Entry> = log.entries.iter().filter(|entry| judge.selection.selects(log, entry)).collect();
    let times = || log.entries.iter().map(|entry| entry.nanos);
    let valid: usize = log.tallies.iter().map(|tally| tally.valid).sum();
    let redeliveries: u64 = log.entries.iter().map(|entry| entry.redeliveries).sum();
    let mut input = json!({
        "files": log.files,
        "lines": log.lines,
        "valid": valid,
        "invalid": log.invalid.len(),
        "blank": 0,
        "redeliveries": redeliveries,
        "conflicts": log.conflicts(),
        "out_of_order": log.out_of_order,
        "shown": shown.len(),
        "first": times().min().map(utc),
        "last": times().max().map(utc),
    });
    // That of events with an id counted each time they came.
    input["other"] = log.entries.iter().filter(|entry| entry.operation() == "other").count().into();
    let rows = |key: &'static str, of: Name<'_>| ranking(key, &shown, of);
    let named = |name: Value| (!name.is_null()).then(|| vec![("name", name)]);
    vec![
        Section::facts("input", input),
        attention(judge, &shown, redeliveries),
        timeline(judge, &shown),
        rows("actions", &|entry| {
            let (action, operation) = (entry.action().into(), entry.operation().into());
            Some(vec![("action", action), ("operation", operation), ("source", entry.source().into())])
        }),
        rows("operations", &|entry| named(entry.operation().into())),
        rows("sources", &|entry| named(entry.source().into())),
        organizations(judge, &shown),
        rows("actors", &|entry| {
            let id = entry.actor()?;
            let [name, email] = log.actor_texts(&id);
            Some(vec![("actor_id", id.into()), ("actor_name", name), ("actor_email", email)])
        }),
        rows("connection_types", &|entry| named(entry.kind()[0].clone())),
        rows("providers", &|entry| named(entry.kind()[2].clone())),
        rows("protocols", &|entry| named(entry.kind()[1].clone())),
        rows("ips", &|entry| named(entry.ip().map_or(Value::Null, Value::from))),
        files(judge),
    ]
}

/// What is counted: the cells of its row.
type Cells = Vec<(&'static str, Value)>;
type Name<'n> = &'n dyn Fn(&Entry) -> Option<Cells>;

fn ranking(key: &'static str, shown: &[&Entry], of: Name<'_>) -> Section {
    let mut groups: BTreeMap<String, (Cells, Vec<i128>)> = BTreeMap::new();
    for entry in shown {
        if let Some(cells) = of(entry) {
            let name = format!("{cells:?}");
            groups.entry(name).or_insert_with(|| (cells, Vec::new())).1.push(entry.nanos);
        }
    }
    let rows = groups.into_values().map(|(cells, times)| counted(cells, &times, shown.len()));
    Section::rows(key, rows.collect())
}

fn counted(cells: Cells, times: &[i128], whole: usize) -> Value {
    let mut row = json!({
        "events": times.len(),
        "share": share(times.len(), whole),
        "first": times.iter().min().map(|time| utc(*time)),
        "last": times.iter().max().map(|time| utc(*time)),
    });
    cells.into_iter().for_each(|(key, value)| row[key] = value);
    row
}

/// Two vendors may use the same id, so these are grouped by both.
fn organizations(judge: &Judge<'_>, shown: &[&Entry]) -> Section {
    let mut groups: BTreeMap<Key, Vec<i128>> = BTreeMap::new();
    for entry in shown {
        if let Some(key) = entry.organization() {
            groups.entry(key).or_default().push(entry.nanos);
        }
    }
    let rows = groups.into_iter().map(|(key, times)| {
        let name = judge.log.name_of(&key);
        counted(vec![("organization_id", key.1.into()), ("organization_name", name)], &times, shown.len())
    });
    Section::rows("organizations", rows.collect())
}

fn files(judge: &Judge<'_>) -> Section {
    let invalid = |file: usize| judge.log.invalid.iter().filter(|(at, _)| *at == file).count();
    let rows = judge.log.tallies.iter().enumerate().map(|(at, tally)| {
        json!({
            "file": format!("{at}.ndjson"),
            "lines": tally.lines,
            "valid": tally.valid,
            "invalid": invalid(at),
            "out_of_order": tally.out_of_order,
            "first": tally.times.iter().min().map(|time| utc(*time)),
            "last": tally.times.iter().max().map(|time| utc(*time)),
        })
    });
    Section::rows("files", rows.collect())
}

/// The buckets of the timeline that have something, by when they begin.
fn timeline(judge: &Judge<'_>, shown: &[&Entry]) -> Section {
    let quarter = |nanos: i128| nanos.div_euclid(900 * SECOND) * 900 * SECOND;
    // How far what is dated wrongly stretches a timeline was not laid down.
    let quarters: Vec<i128> = shown.iter().map(|entry| quarter(entry.nanos)).collect();
    let length = quarters.iter().max().zip(quarters.iter().min()).map_or(0, |(last, first)| last - first);
    let day = 86_400 * SECOND;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for time in quarters {
        let begin = match length {
            length if length <= 3 * day => utc(time - time.rem_euclid(3600 * SECOND)),
            length if length <= 92 * day => utc(time - time.rem_euclid(day)),
            // 1970 began on a Thursday.
            length if length <= 730 * day => utc(time - (time + 3 * day).rem_euclid(7 * day)),
            _ => format!("{}-01T00:00:00Z", &utc(time)[..7]),
        };
        *counts.entry(begin).or_default() += 1;
    }
    if shown.iter().any(|entry| judge.log.is_late(entry)) {
        return Section::anything("timeline");
    }
    Section::rows(
        "timeline",
        counts.into_iter().map(|(from, count)| json!({ "from": from, "count": count })).collect(),
    )
}

/// By what a line of what deserves a look is about, how many there are.
fn attention(judge: &Judge<'_>, shown: &[&Entry], redeliveries: u64) -> Section {
    let (log, states) = (judge.log, &judge.states);
    let its: Vec<usize> =
        (0..states.changes.len()).filter(|at| judge.selection.selects(log, states.changes[*at])).collect();
    let open: Vec<bool> = its
        .iter()
        .filter_map(|at| states.gap(*at))
        .filter(|gap| gap.end.is_none())
        .map(|gap| gap.is_certain)
        .collect();
    let removals = its.iter().filter(|at| states.changes[**at].is_removal()).count();
    let impersonated = shown.iter().filter(|entry| entry.is_impersonated()).count();
    let late = shown.iter().filter(|entry| entry.nanos > log.now + 300 * SECOND).count();
    let lines = [
        ("without", open.iter().filter(|is_certain| **is_certain).count()),
        ("presumed", open.iter().filter(|is_certain| !**is_certain).count()),
        ("invalid", log.invalid.len()),
        ("conflicts", log.conflicts()),
        ("removals", removals),
        ("impersonated", impersonated),
        ("odd", its.iter().filter(|at| states.is_odd(**at)).count()),
        ("redeliveries", usize::try_from(redeliveries).unwrap()),
        ("out of order", log.out_of_order),
        ("future", late),
    ];
    let rows = lines.into_iter().filter(|(_, count)| *count > 0);
    let mut section = Section::rows(
        "attention",
        rows.map(|(what, count)| json!({ "what": what, "count": count })).collect(),
    );
    // Whether late events outside of a selection are told was not laid down.
    if !judge.selection.is_everything() {
        section.forget(|row| row["what"] == "future");
    }
    section
}

/// What a line of the program is about.
pub fn about(line: &Value) -> &'static str {
    let what = line["what"].as_str().unwrap_or_default();
    let has = |words: &[&str]| words.iter().any(|word| what.contains(word));
    match () {
        () if has(&["presumably left without"]) => "presumed",
        () if has(&["without active SSO"]) => "without",
        () if has(&["invalid lines"]) => "invalid",
        () if has(&["another's id"]) => "conflicts",
        () if has(&["deleted or disabled"]) => "removals",
        () if has(&["impersonated"]) => "impersonated",
        () if has(&["inconsistent with"]) => "odd",
        () if has(&["duplicate events"]) => "redeliveries",
        () if has(&["earlier than"]) => "out of order",
        () if has(&["in the future"]) => "future",
        () => "something else",
    }
}

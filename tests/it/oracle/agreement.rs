//! The program and the oracle on generated histories: `check`, `summary` and every report.
//!
//! `SSOAUDIT_HISTORIES` asks for more of them, `SSOAUDIT_SEED` begins at another one, and
//! `SSOAUDIT_TWISTS` names what may be unusual about them (`none` for nothing).

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::histories::{History, history, is_whole};
use super::history::utc;
use super::judge::Judge;
use super::log::Log;
use super::names::{Named, believed};
use super::policies::{Policy, policy};
use super::rules::findings;
use super::select::matches;
use super::selections::{Selection, selection};
use super::told::Section;
use super::twists::Twists;
use super::{sheet_counts, sheet_people, sheet_states};
use crate::support::run::ssoaudit;

/// What the program is asked.
#[derive(Clone)]
struct Question {
    history: History,
    policy: Policy,
    selection: Selection,
}

const COMMANDS: [&str; 8] =
    ["check", "summary", "changes", "removals", "connections", "admins", "authorization", "access"];

/// What is asked of histories of two sources with the same ids.
const JOINED: [&str; 4] = ["check", "changes", "removals", "connections"];

/// The rules that are compared then: those about the state of connections, and about two logs.
const OF_STATES: [&str; 5] = [
    "org-left-without-sso",
    "connection-deleted",
    "duplicate-deletion",
    "portal-without-change",
    "unconfirmed-change",
];

#[test]
fn generated_histories_agree() {
    let number = |name: &str, default: u64| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let twists = Twists::named(&std::env::var("SSOAUDIT_TWISTS").unwrap_or("all".to_owned()));
    let (first, count) = (number("SSOAUDIT_SEED", 1), number("SSOAUDIT_HISTORIES", 40));
    let most = number("SSOAUDIT_DISAGREEMENTS", 1);
    let mut disagreements = Vec::new();
    for seed in first..first + count {
        let history = history(seed, &twists);
        if history.files.is_empty() {
            continue;
        }
        let history_is_joined = history.is_joined;
        let policy = policy(seed, &history, &twists);
        let selection = selection(seed, &history, &twists);
        let question = Question { history, policy, selection };
        let mut commands = if history_is_joined { &JOINED[..] } else { &COMMANDS[..] };
        while let Err((command, _)) = agrees(&question, commands)
            && (disagreements.len() as u64) < most
        {
            let question = shrunk(question.clone(), command);
            let (_, message) = agrees(&question, &[command]).unwrap_err();
            disagreements.push(format!("seed {seed}, {}\n{command} {message}", told(&question)));
            let at = commands.iter().position(|other| *other == command).unwrap();
            commands = &commands[at + 1..];
        }
    }
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n----\n"));
}

fn told(question: &Question) -> String {
    let lines: Vec<String> = question.history.files.iter().map(|file| file.join("\n")).collect();
    format!(
        "now {}, at {:?}, flags {:?}\n{}\nroster:\n{}\n{}",
        utc(question.history.now),
        question.selection.at.map(utc),
        question.selection.flags.args(),
        lines.join("\n-- next file\n"),
        question.policy.roster_text(),
        question.policy.text(),
    )
}

/// Drops lines and parts of the policy as long as the program disagrees about the same command.
fn shrunk(mut question: Question, command: &str) -> Question {
    let still = |question: &Question| {
        let files = &question.history.files;
        let is_read_as_lines = files.iter().flat_map(|file| file.first()).all(|line| is_whole(line));
        !files.iter().all(Vec::is_empty) && is_read_as_lines && agrees(question, &[command]).is_err()
    };
    let mut is_done = false;
    while !is_done {
        is_done = true;
        for file in 0..question.history.files.len() {
            let mut line = 0;
            while line < question.history.files[file].len() {
                let removed = question.history.files[file].remove(line);
                if still(&question) {
                    is_done = false;
                } else {
                    question.history.files[file].insert(line, removed);
                    line += 1;
                }
            }
        }
        for part in 0..7 {
            let before = question.policy.clone();
            let policy = &mut question.policy;
            match part {
                0 => policy.planned.clear(),
                1 => policy.suppressions.clear(),
                2 => policy.roster.clear(),
                3 => policy.rules.clear(),
                4 => policy.windows.clear(),
                5 => drop(policy.suppressions.pop()),
                _ => policy.freezes.clear(),
            }
            if !still(&question) {
                question.policy = before;
            }
        }
    }
    question
}

/// Asks the program so many things; the error is the first of them with how its answer differs from the
/// expected one.
fn agrees<'c>(question: &Question, commands: &[&'c str]) -> Result<(), (&'c str, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let files = &question.history.files;
    let mut names = Vec::new();
    for (at, lines) in files.iter().enumerate() {
        let name = path(&format!("{at}.ndjson"));
        std::fs::write(&name, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        names.push(name);
    }
    std::fs::write(path("roster.csv"), question.policy.roster_text()).unwrap();
    std::fs::write(path("policy.toml"), question.policy.text()).unwrap();
    let log = Log::read(files, question.history.now);
    let judge = Judge::new(&log, &question.policy, &question.selection);
    let agrees = |command: &str| {
        let answer = asked(question, command, folder.path(), &names)?;
        if command == "check" && question.history.is_joined {
            return findings_of_states(&judge, &answer).compare(&answer);
        }
        expected(&judge, command, &answer).iter().try_for_each(|section| section.compare(&answer))?;
        if command == "check" { more(&judge, &answer) } else { Ok(()) }
    };
    commands.iter().try_for_each(|command| agrees(command).map_err(|message| (*command, message)))
}

fn asked(question: &Question, command: &str, folder: &Path, names: &[String]) -> Result<Value, String> {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let mut args: Vec<String> = match command {
        "check" => vec![
            "check".to_owned(),
            "--show-known".to_owned(),
            "--allow-empty".to_owned(),
            "--policy".to_owned(),
            path("policy.toml"),
        ],
        "summary" => ["summary", "--top", "500"].map(str::to_owned).to_vec(),
        report => vec!["report".to_owned(), report.to_owned()],
    };
    match command {
        "access" => args.extend(["--top", "500"].map(str::to_owned)),
        "authorization" | "admins" if !question.policy.roster.is_empty() => {
            args.extend(["--roster".to_owned(), path("roster.csv")]);
        }
        "connections" => {
            args.extend(question.selection.at.into_iter().flat_map(|at| ["--at".to_owned(), utc(at)]));
        }
        _ => {}
    }
    args.extend(["--now".to_owned(), utc(question.history.now), "--format".to_owned(), "json".to_owned()]);
    args.extend(question.selection.flags.args());
    args.extend(names.iter().cloned());
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = ssoaudit(&args);
    let mut answer: Value =
        serde_json::from_str(&run.stdout).map_err(|error| format!("{error}: {args:?}: {}", run.stderr))?;
    let base = |name: &str| {
        Path::new(name).file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
    };
    match command {
        "check" => {
            for finding in answer["findings"].as_array_mut().unwrap() {
                if let Some(file) = finding["file"].as_str() {
                    finding["file"] = base(file).into();
                }
                if let Some(next) = finding["next"].as_str() {
                    finding["next"] = base(next).into();
                }
            }
        }
        "summary" => {
            for line in answer["attention"].as_array_mut().unwrap() {
                line["what"] = sheet_counts::about(line).into();
            }
            for file in answer["files"].as_array_mut().unwrap() {
                file["file"] = base(file["file"].as_str().unwrap()).into();
            }
            let buckets = answer["timeline"]["buckets"].as_array().unwrap().iter();
            answer["timeline"] =
                buckets.filter(|bucket| bucket["count"] != 0).cloned().collect::<Vec<_>>().into();
        }
        _ => {}
    }
    Ok(answer)
}

/// What rules about states find; the program may find whatever else there is.
fn findings_of_states(judge: &Judge<'_>, answer: &Value) -> Section {
    let is_of_states = |rule: &str| OF_STATES.contains(&rule);
    let mut section = Section::rows("findings", Vec::new());
    for found in findings(judge).iter().filter(|found| is_of_states(found.rule)) {
        section.add(judge.row(found), false);
    }
    let got = answer["findings"].as_array().into_iter().flatten();
    let others = got.filter(|finding| !is_of_states(finding["rule"].as_str().unwrap_or_default()));
    others.for_each(|finding| section.add(finding.clone(), true));
    section
}

/// Rules that are compared by what they are about, as how many findings they make was left open.
const LOOSE: [&str; 2] = ["identity-changed", "unknown-action"];

fn expected(judge: &Judge<'_>, command: &str, answer: &Value) -> Vec<Section> {
    match command {
        "check" => {
            let mut section = Section::rows("findings", Vec::new());
            for found in findings(judge) {
                section.add(judge.row(&found), false);
            }
            let got = answer["findings"].as_array().into_iter().flatten();
            let loose = got.filter(|finding| LOOSE.iter().any(|rule| finding["rule"] == *rule));
            loose.for_each(|finding| section.add(finding.clone(), true));
            vec![section]
        }
        "summary" => sheet_counts::summary(judge),
        "changes" => sheet_states::changes(judge),
        "removals" => sheet_states::removals(judge),
        "connections" => sheet_states::connections(judge),
        "admins" => sheet_people::admins(judge),
        "authorization" => sheet_people::authorization(judge),
        _ => sheet_people::access(judge),
    }
}

/// What `check` says besides rows that are compared one by one.
fn more(judge: &Judge<'_>, answer: &Value) -> Result<(), String> {
    let selected = judge.log.entries.iter().filter(|entry| judge.selection.selects(judge.log, entry)).count();
    if answer["selected"] != selected {
        return Err(format!("`selected` is {} instead of {selected}", answer["selected"]));
    }
    let findings = answer["findings"].as_array().unwrap();
    for (at, one) in findings.iter().enumerate() {
        let what = ["rule", "time", "action", "organization", "connection", "actor_id"];
        let is_other = |other: &&Value| what.iter().any(|key| one[key] != other[key]);
        let mut same = findings[at + 1..].iter().filter(|other| other["fingerprint"] == one["fingerprint"]);
        if let Some(other) = same.find(|other| !one["time"].is_null() && is_other(other)) {
            return Err(format!("one fingerprint for two findings: {one} and {other}"));
        }
    }
    let of = |rule: &str| findings.iter().filter(|finding| finding["rule"] == rule).collect::<Vec<_>>();
    let texts = |rule: &str, key: &str| -> BTreeSet<String> {
        of(rule).iter().filter_map(|finding| finding[key].as_str()).map(str::to_owned).collect()
    };
    let same = |what: &str, expected: BTreeSet<String>, got: BTreeSet<String>| {
        if expected == got { Ok(()) } else { Err(format!("{what}: {got:?} instead of {expected:?}")) }
    };
    let unknown: Vec<_> = judge
        .log
        .entries
        .iter()
        .filter(|entry| !entry.normal.is_documented && judge.selection.selects(judge.log, entry))
        .collect();
    if judge.policy.is_on("unknown-action") {
        same(
            "actions of unknown-action",
            unknown.iter().map(|entry| entry.action()).collect(),
            texts("unknown-action", "action"),
        )?;
        for finding in of("unknown-action") {
            let action = finding["action"].as_str().unwrap();
            let severity = if is_near(action) { "medium" } else { "low" };
            let is_overridden =
                judge.policy.rules.get("unknown-action").is_some_and(|wanted| wanted.severity.is_some());
            if !is_overridden && finding["severity"] != severity {
                return Err(format!("{action:?} is {} instead of {severity}", finding["severity"]));
            }
        }
    }
    if answer["unknown_actions"] != unknown.len() {
        return Err(format!(
            "{} events of unknown actions instead of {}",
            answer["unknown_actions"],
            unknown.len()
        ));
    }
    if judge.selection.is_everything() {
        same(
            "ids of identity-changed",
            changed(judge),
            texts("identity-changed", "organization")
                .into_iter()
                .chain(texts("identity-changed", "actor_id"))
                .collect(),
        )?;
    }
    Ok(())
}

/// Whether an action looks like one that changes connections, of those that are generated.
fn is_near(action: &str) -> bool {
    !["sso.rotate_certificate", "sso.view_setting", "organization.sso_revoked", "user.frobnicated"]
        .contains(&action)
}

/// Ids of what has several names of which a pattern of the policy matches some and not others.
fn changed(judge: &Judge<'_>) -> BTreeSet<String> {
    let policy = judge.policy;
    let mut organizations: Vec<&str> = policy.roster.iter().map(|row| row[0]).collect();
    let mut actors: Vec<&str> = policy.roster.iter().map(|row| row[1]).collect();
    organizations.extend(policy.planned.iter().map(|planned| planned.organization));
    actors.extend(policy.planned.iter().filter_map(|planned| planned.actor));
    organizations.extend(policy.suppressions.iter().filter_map(|suppression| suppression.organization));
    actors.extend(policy.suppressions.iter().filter_map(|suppression| suppression.actor));
    organizations.extend(policy.rules.values().flat_map(|wanted| wanted.organizations.iter().copied()));
    let mut ids = BTreeSet::new();
    for entry in &judge.log.entries {
        let named = [entry.organization().map(Named::Organization), entry.actor().map(Named::Actor)];
        for (named, patterns) in named.into_iter().zip([&organizations, &actors]) {
            let Some(named) = named else {
                continue;
            };
            let names = believed(judge.log, &named);
            let divides = |pattern: &&str| {
                let count = names.iter().filter(|name| matches(pattern, name)).count();
                count > 0 && count < names.len()
            };
            if patterns.iter().any(divides) {
                ids.insert(named.id().to_owned());
            }
        }
    }
    ids
}

/// The generator makes what it is meant to make, or the comparison would be one of nothing.
#[test]
fn generated_histories_have_every_twist() {
    let twists = Twists::named("all");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for seed in 1..250 {
        let history = history(seed, &twists);
        let policy = policy(seed, &history, &twists);
        let selection = selection(seed, &history, &twists);
        let log = Log::read(&history.files, history.now);
        let judge = Judge::new(&log, &policy, &selection);
        seen.extend(findings(&judge).iter().map(|found| judge.row(found)).flat_map(|row| {
            let rule = row["rule"].as_str().unwrap().to_owned();
            [format!("{rule} {}", row["status"].as_str().unwrap_or_default()), rule]
        }));
        let known = log.entries.iter();
        seen.extend(
            known.filter(|entry| entry.redeliveries > 0).map(|entry| format!("again {}", entry.operation())),
        );
        seen.extend(log.entries.iter().filter(|entry| entry.nanos > log.now).map(|_| "future".to_owned()));
        let states = &judge.states;
        let changes = || (0..states.changes.len()).filter(|_| history.is_joined);
        seen.extend(changes().filter_map(|at| states.partner(at)).map(|_| "confirmed".to_owned()));
        let of_both = |at: &usize| states.changes[*at].source() == "centure";
        let gaps = changes().filter(of_both).filter_map(|at| states.gap(at)).filter(|gap| gap.is_certain);
        seen.extend(gaps.map(|gap| if gap.end.is_some() { "certain, over" } else { "certain" }.to_owned()));
        seen.extend(changed(&judge).iter().map(|_| "identity-changed".to_owned()));
        let unknown = log.entries.iter().filter(|entry| !entry.normal.is_documented);
        seen.extend(unknown.map(|_| "unknown-action".to_owned()));
    }
    // What the two vendors of these histories do not log.
    let unlogged = ["sso-relaxed", "failed-attempts", "support-access", "changed-by-api"];
    for (rule, ..) in super::policies::RULES.iter().filter(|(rule, ..)| !unlogged.contains(rule)) {
        assert!(seen.contains(*rule), "no {rule} in {seen:?}");
    }
    for what in [
        "future",
        "again viewed",
        "confirmed",
        "certain",
        "certain, over",
        "again deleted",
        "connection-deleted planned",
        "connection-deleted suppressed",
    ] {
        assert!(seen.contains(what), "no {what} in {seen:?}");
    }
}

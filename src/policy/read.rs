//! Reading a policy: TOML, every problem of a file at once and each with its place.
//!
//! What is not understood is refused: a policy half read would let pass what it forbids.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use chrono_tz::Tz;
use sha2::{Digest, Sha256};
use toml::de::DeTable;

use super::Policy;
use super::entries::Lists;
use super::problems::{Problems, place};
use super::rules::{self, Parts};
use super::section::{Entry, Section};
use crate::checks::{Check, Severity};
use crate::input::{Input, Meter, Place};
use crate::roster::{self, Roster};
use crate::survey::hex;
use crate::time;

/// The version of the format.
pub(super) const VERSION: u64 = 1;
/// The zone unless the policy says otherwise.
pub(super) const ZONE: Tz = Tz::UTC;
/// What fails the verdict unless the policy says otherwise.
pub(super) const FAIL_ON: Severity = Severity::Medium;

const KEYS: [&str; 9] =
    ["version", "timezone", "fail-on", "roster", "rules", "windows", "freezes", "planned", "suppressions"];
const WINDOW: [&str; 3] = ["days", "from", "to"];
const FREEZE: [&str; 3] = ["reason", "from", "to"];
const PLANNED: [&str; 7] =
    ["organization", "operation", "connection", "actor", "not-before", "expires", "ticket"];
const SUPPRESSION: [&str; 7] =
    ["fingerprint", "rule", "organization", "connection", "actor", "reason", "expires"];

impl Policy {
    /// What holds without a file.
    pub fn default_for(checks: &[&'static Check]) -> Self {
        Self {
            path: None,
            sha256: hex(&Sha256::digest([])),
            zone: ZONE,
            fail_on: FAIL_ON,
            rules: rules::defaults(checks, Parts::default()),
            roster: None,
            windows: Vec::new(),
            freezes: Vec::new(),
            planned: Vec::new(),
            suppressions: Vec::new(),
        }
    }
}

/// Reads a policy. What is wrong with it is a [`Refused`](super::Refused).
pub fn read(path: &Path, checks: &[&'static Check]) -> Result<Policy> {
    let name = path.display().to_string();
    let bytes = bytes(path).with_context(|| format!("cannot read policy {name}"))?;
    let text = utf8(&bytes)
        .map_err(|(line, column)| anyhow!("{name}:{line}:{column}: the policy is not UTF-8 here"))?;
    parse(&name, text, path.parent().unwrap_or(Path::new("")), checks)
}

/// All of a file, unpacked.
pub(super) fn bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let input = Input { name: path.display().to_string(), place: Place::File(path.to_owned()) };
    let mut bytes = Vec::new();
    input.open(&Meter::default())?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text, or 1-based line and column of what is none.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, (usize, usize)> {
    std::str::from_utf8(bytes).map_err(|error| {
        let text = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
        place(text, text.len())
    })
}

/// Reads the text of a policy whose roster is in or below `folder`. What is wrong with it is a
/// [`Refused`](super::Refused).
pub fn parse(name: &str, text: &str, folder: &Path, checks: &[&'static Check]) -> Result<Policy> {
    let sha256 = hex(&Sha256::digest(text));
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let problems = Problems::new(name, text);
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        problems.add(error.span().map_or(0, |span| span.start), error.message());
    }
    let document = document.get_ref();
    // What was recovered from broken TOML would have problems that the file has not.
    let policy = if errors.is_empty() {
        whole(document, folder, checks, &problems)
    } else {
        Policy::default_for(checks)
    };
    problems.settle()?;
    Ok(Policy { path: Some(name.to_owned()), sha256, ..policy })
}

/// What a document says, with something in the place of what is wrong.
fn whole(table: &DeTable<'_>, folder: &Path, checks: &[&'static Check], problems: &Problems<'_>) -> Policy {
    let default = Policy::default_for(checks);
    let document = Section::open(table, 0, problems);
    match document.get("version") {
        None => problems.add(0, format!("there is no `version`; begin with `version = {VERSION}`")),
        Some(entry) => match entry.count() {
            Some(version) if version != VERSION => {
                entry.complain(format!(
                    "version {version} is not supported; this ssoaudit reads version {VERSION}"
                ));
                return default;
            }
            _ => {}
        },
    }
    let document = Section::new(table, 0, &KEYS, problems);
    let zone = document.get("timezone").and_then(zone).unwrap_or(default.zone);
    let lists = Lists { zone, checks, problems };
    let windows = lists.all(document, "windows", &WINDOW, Lists::window);
    let freezes = lists.all(document, "freezes", &FREEZE, Lists::freeze);
    let planned = lists.all(document, "planned", &PLANNED, Lists::planned);
    let suppressions = lists.all(document, "suppressions", &SUPPRESSION, Lists::suppression);
    // What is there and wrong is not missing as well.
    let has = |key| document.get(key).is_some_and(|entry| !entry.is_empty_list());
    let parts = Parts {
        roster: has("roster"),
        windows: has("windows"),
        freezes: has("freezes"),
        planned: has("planned"),
    };
    Policy {
        zone,
        fail_on: document.get("fail-on").and_then(rules::severity).unwrap_or(default.fail_on),
        rules: rules::read(document.get("rules").and_then(Entry::open_section), checks, parts),
        roster: document.get("roster").and_then(|entry| roster(entry, folder)),
        windows,
        freezes,
        planned,
        suppressions,
        ..default
    }
}

fn zone(entry: Entry<'_>) -> Option<Tz> {
    time::parse_zone(entry.text()?).map_err(|error| entry.complain(error.to_string())).ok()
}

fn roster(entry: Entry<'_>, folder: &Path) -> Option<Roster> {
    let path = folder.join(entry.text()?);
    roster::read(&path).map_err(|error| entry.complain(format!("{error:#}"))).ok()
}

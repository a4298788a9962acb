//! Reads rosters: CSV, or JSON with the columns as keys.
//!
//! Anything that is not understood is an error with its place, because a roster that is read in part would
//! accuse or clear the wrong people.

use std::borrow::Cow;
use std::fmt::Display;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use csv::StringRecord;

use crate::analysis::roster::{EVERY_ORGANIZATION, Entry, Grant, Role, Roster, WILDCARDS};
use crate::input::read_whole;
use crate::json::strict::{self, Members, Problem};
use crate::json::{Document, Kind, NodeId};
use crate::model::hashed_file::HashedFile;
use crate::model::time::{self, Timestamp};
use crate::text::position::{Position, PositionCursor, utf8};
use crate::text::suggest::unknown;

/// The columns. Those after the first [`REQUIRED`] may be missing.
const COLUMNS: [&str; 5] = ["organization", "actor", "role", "from", "until"];
const REQUIRED: usize = 3;
const ROLES: [Role; 2] = [Role::Admin, Role::Member];

/// Reads a roster: CSV with the header `organization,actor,role`, or a JSON array of objects with these keys. `from` and
/// `until` may say when somebody has the role: dates in UTC, or times with a zone; the latter moment is excluded.
/// It may be compressed like any input.
pub fn read(path: &Path) -> Result<(Roster, HashedFile)> {
    let name = path.display();
    let bytes = read_whole(path).with_context(|| format!("cannot read roster {name}"))?;
    let text = utf8(&bytes)
        .map_err(|Position { line, .. }| anyhow!("{name}:{line}: the roster is not UTF-8 here"))?;
    Ok((parse(text, &name)?, HashedFile::of(path, &bytes)))
}

pub(super) fn parse(text: &str, name: &dyn Display) -> Result<Roster> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let is_json = text.trim_start().starts_with(['[', '{']);
    let roster = if is_json { from_json(text, name) } else { from_csv(text, name) }?;
    if roster.is_empty() {
        bail!("{name}: the roster names nobody");
    }
    Ok(roster)
}

fn from_csv(text: &str, name: &dyn Display) -> Result<Roster> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut roster = Roster::default();
    let mut columns = None;
    let mut cursor = PositionCursor::new(Position::START);
    for record in reader.records() {
        let record = record.with_context(|| format!("reading {name}"))?;
        let start = record.position().map_or(0, |position| position.byte() as usize);
        // The reader counts blank lines and line ends before a record as part of it.
        let ends = text.as_bytes()[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let line = cursor.move_to(text.as_bytes(), start + ends).line;
        let place = || format!("{name}:{line}");
        match columns {
            None => columns = Some(header(&record).with_context(place)?),
            Some(columns) => roster.add(row(&record, columns, line).with_context(place)?),
        }
    }
    Ok(roster)
}

/// The index of each of [`COLUMNS`]; `None` for one that is missing.
fn header(record: &StringRecord) -> Result<[Option<usize>; COLUMNS.len()]> {
    for (at, column) in record.iter().enumerate() {
        if !COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(column)) {
            bail!("{}", unknown("column", column, COLUMNS));
        }
        if record.iter().take(at).any(|earlier| earlier.eq_ignore_ascii_case(column)) {
            bail!("column `{column}` is there twice");
        }
    }
    let index = |name: &str| record.iter().position(|column| column.eq_ignore_ascii_case(name));
    let columns = COLUMNS.map(index);
    let (required, _) = COLUMNS.split_at(REQUIRED);
    if let Some((name, _)) = required.iter().zip(columns).find(|(_, column)| column.is_none()) {
        bail!("missing column `{name}`; the header is {}, and may have from and until", required.join(","));
    }
    Ok(columns)
}

fn row(record: &StringRecord, columns: [Option<usize>; COLUMNS.len()], line: u64) -> Result<Entry<'_>> {
    let expected = columns.iter().flatten().count();
    if record.len() != expected {
        bail!("there are {} values, expected {expected}", record.len());
    }
    entry(columns.map(|column| column.map_or("", |column| &record[column])), line)
}

fn from_json(text: &str, name: &dyn Display) -> Result<Roster> {
    let mut cursor = PositionCursor::new(Position::START);
    let mut line_at = |offset: usize| cursor.move_to(text.as_bytes(), offset).line;
    let mut nodes = Vec::new();
    let document = strict::document(text, &mut nodes)
        .map_err(|Problem { offset, message }| anyhow!("{name}:{}: {message}", line_at(offset)))?;
    let kind = document.nodes[0].kind;
    if kind != Kind::Array {
        let line = line_at(strict::start(document, 0));
        bail!("{name}:{line}: the roster is {}, expected an array of objects", kind.name());
    }
    let mut roster = Roster::default();
    for element in document.children(0) {
        let line = line_at(strict::start(document, element));
        let place = || format!("{name}:{line}");
        let values = values(document, element).with_context(place)?;
        roster.add(entry(values.each_ref().map(|value| value.trim()), line).with_context(place)?);
    }
    Ok(roster)
}

/// The values of an object's members, in the order of [`COLUMNS`].
fn values(document: Document<'_>, element: NodeId) -> Result<[String; COLUMNS.len()]> {
    let kind = document.nodes[element].kind;
    if kind != Kind::Object {
        bail!("the entry is {}, expected an object", kind.name());
    }
    let Members { values, mut problems, .. } = Members::of(document, element, COLUMNS);
    let mut texts = [const { None }; COLUMNS.len()];
    for (at, value) in values.into_iter().enumerate() {
        texts[at] = value.and_then(|value| document.string(value)).map(Cow::into_owned);
        if let Some(value) = value.filter(|_| texts[at].is_none()) {
            let (key, found) = (COLUMNS[at], document.nodes[value].kind.name());
            let message = format!("{key} is {found}, expected a string");
            problems.push(Problem { offset: strict::start(document, value), message });
        }
    }
    if let Some(first) = problems.into_iter().min_by_key(|problem| problem.offset) {
        bail!("{}", first.message);
    }
    match texts.iter().take(REQUIRED).position(Option::is_none) {
        Some(missing) => bail!("missing `{}`", COLUMNS[missing]),
        None => Ok(texts.map(Option::unwrap_or_default)),
    }
}

/// A row with its values checked.
fn entry([organization, actor, role, from, until]: [&str; COLUMNS.len()], line: u64) -> Result<Entry<'_>> {
    let values = COLUMNS.into_iter().zip([organization, actor, role]);
    if let Some((column, _)) = values.into_iter().find(|(_, value)| value.is_empty()) {
        bail!("{column} is empty");
    }
    if actor == EVERY_ORGANIZATION {
        bail!("`*` stands for every organization, not for every actor");
    }
    if actor.trim_matches(WILDCARDS).is_empty() {
        bail!("`{actor}` would be any actor; say which, as in `*@example.com`");
    }
    let Some(role) = ROLES.into_iter().find(|known| known.name().eq_ignore_ascii_case(role)) else {
        bail!("{}", unknown("role", role, ROLES.map(Role::name)));
    };
    let bound =
        |column, text: &str, missing| if text.is_empty() { Ok(missing) } else { moment(column, text) };
    let from = bound("from", from, Timestamp::MIN)?;
    let until = bound("until", until, Timestamp::MAX)?;
    if from >= until {
        bail!("from is not before until");
    }
    Ok(Entry { organization, actor, grant: Grant { role, from, until }, line })
}

/// A date, which begins in UTC, or a time with a zone.
fn moment(column: &str, text: &str) -> Result<Timestamp> {
    const DATE: usize = 10;
    let time = if text.len() == DATE { time::parse(&format!("{text}T00:00:00Z")) } else { time::parse(text) };
    let time = time.filter(|parsed| !parsed.naive).map(|parsed| parsed.timestamp);
    time.ok_or_else(|| anyhow!("{column} is `{text}`; write 2025-01-31, or 2025-01-31T09:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(text: &str) -> Roster {
        parse(text, &"roster").unwrap()
    }

    fn error(text: &str) -> String {
        format!("{:#}", parse(text, &"roster").unwrap_err())
    }

    #[test]
    fn rows_with_wildcards_know_their_line() {
        let lines = |text: &str| roster(text).wild.iter().map(|row| row.line).collect::<Vec<_>>();
        assert_eq!(
            lines(
                "\u{FEFF}organization,actor,role\r\n\r\n\"a\nb\",x,admin\r\na*,x,admin\r\n\r\n\nü,x*,admin"
            ),
            [5, 8]
        );
        let json = "[\n{\"organization\":\"a*\",\"actor\":\"x\",\"role\":\"admin\"},\n\n\
                    {\"role\":\"admin\",\"organization\":\"b\",\"actor\":\"*x\"}]";
        assert_eq!(lines(json), [2, 4]);
    }

    #[test]
    fn csv_and_json_say_the_same() {
        let csv = roster("\u{FEFF}role, actor ,organization\r\n\r\nadmin,a,\"x, y\"\r\nmember,b,*");
        let json = roster(
            r#" [{"organization":"x, y","actor":"a","role":"admin"},
                 {"role":"member","organization":"*","actor":"\u0062"}]"#,
        );
        assert_eq!(csv, json);
    }

    #[test]
    fn a_role_is_held_from_and_until() {
        let csv = roster(
            "organization,actor,role,from,until\na,x,admin,2025-02-01,2025-03-01\na,x,member,,\na,y*,admin,,2025-03-01T12:00:00+02:00\n",
        );
        let json = roster(
            r#"[{"organization":"a","actor":"x","role":"admin","from":"2025-02-01T00:00:00Z","until":"2025-03-01"},
                {"organization":"a","actor":"x","role":"member"},
                {"organization":"a","actor":"y*","role":"admin","until":"2025-03-01T10:00:00Z"}]"#,
        );
        for (actor, time, expected) in [
            ("x", "2025-01-31T23:59:59.999Z", Some(Role::Member)),
            ("x", "2025-02-01T00:00:00Z", Some(Role::Admin)),
            ("x", "2025-02-28T23:59:59.999Z", Some(Role::Admin)),
            ("x", "2025-03-01T00:00:00Z", Some(Role::Member)),
            ("yo", "2025-03-01T09:59:59Z", Some(Role::Admin)),
            ("yo", "2025-03-01T10:00:00Z", None),
        ] {
            let time = time::parse(time).unwrap().timestamp;
            for roster in [&csv, &json] {
                assert_eq!(roster.role(&["a"], &[actor], time), expected, "{actor} {time:?}");
            }
        }
    }

    #[test]
    fn files_are_read_packed_or_not() {
        let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let read = |path: &Path| read(path).map(|(roster, _)| roster);
        let csv = read(&testdata.join("roster.csv")).unwrap();
        assert_eq!(csv, read(&testdata.join("roster.json")).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.csv.zst");
        let bytes = std::fs::read(testdata.join("roster.csv")).unwrap();
        std::fs::write(&path, zstd::encode_all(&*bytes, 0).unwrap()).unwrap();
        assert_eq!(read(&path).unwrap(), csv);
        std::fs::write(&path, b"organization,actor,role\n\xFF,b,admin\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().ends_with(".zst:2: the roster is not UTF-8 here"));
        let missing = read(&folder.path().join("none")).unwrap_err();
        assert!(missing.to_string().starts_with("cannot read roster "));
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_place() {
        let head = "organization,actor,role";
        for (text, expected) in [
            ("organisation,actor,role\n", "roster:1: no column `organisation`; did you mean `organization`?"),
            (
                "organization,actor\n",
                "roster:1: missing column `role`; the header is organization,actor,role, and may have from and until",
            ),
            ("actor,organization,role,Actor\n", "roster:1: column `Actor` is there twice"),
            (&format!("{head}\na,b,admn\n"), "roster:2: no role `admn`; did you mean `admin`?"),
            (
                &format!("{head}\r\n\r\na,b,admin\r\na,b,owner\r\n"),
                "roster:4: no role `owner`; there are admin, member",
            ),
            (&format!("{head}\n\n\na,,admin\n"), "roster:4: actor is empty"),
            (&format!("{head}\na,b\n"), "roster:2: there are 2 values, expected 3"),
            (
                &format!("{head}\na,*,admin\n"),
                "roster:2: `*` stands for every organization, not for every actor",
            ),
            (
                &format!("{head}\n*,*@example.com,admin\na,?**,admin\n"),
                "roster:3: `?**` would be any actor; say which, as in `*@example.com`",
            ),
            (&format!("{head}\n"), "roster: the roster names nobody"),
            ("", "roster: the roster names nobody"),
            ("[]", "roster: the roster names nobody"),
            ("{}", "roster:1: the roster is an object, expected an array of objects"),
            (
                "[\n{\"org\":\"a\"}]",
                "roster:2: no key `org`; there are organization, actor, role, from, until",
            ),
            ("[\n\n{\"rol\":\"a\"}]", "roster:3: no key `rol`; did you mean `role`?"),
            ("[\n{\"actor\":1}]", "roster:2: actor is a number, expected a string"),
            ("[\n{\"actor\":\"a\",\"role\":\"admin\"}]", "roster:2: missing `organization`"),
            (
                "[{\"actor\":\"a\",\"role\":\"admin\",\n\"organization\":\" \"}]",
                "roster:1: organization is empty",
            ),
            (
                "organization,actor,role,until\na,b,admin,soon\n",
                "roster:2: until is `soon`; write 2025-01-31, or 2025-01-31T09:00:00Z",
            ),
            (
                "organization,actor,role,from,until\na,b,admin,2025-02-01,2025-02-01\n",
                "roster:2: from is not before until",
            ),
            (
                "[{\"actor\":\"a\",\"role\":\"admin\",\"organization\":\"o\",\"from\":\"2025-01-01T09:00\"}]",
                "roster:1: from is `2025-01-01T09:00`; write 2025-01-31, or 2025-01-31T09:00:00Z",
            ),
            ("[\n7]", "roster:2: the entry is a number, expected an object"),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
        assert!(error("[\n{\"actor\":}]").starts_with("roster:2: this is not JSON: expected "));
    }
}

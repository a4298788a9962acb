//! Who may do what where: a roster that the user keeps, as CSV or as JSON. `*` and `?` are wildcards, as in
//! flags.
//!
//! A word that is not understood is refused with its place: a roster half read would accuse or
//! clear the wrong people.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use crate::input::read_whole;
use crate::json::{self, Document, Kind, NodeId};
use crate::model::hashed_file::HashedFile;
use crate::model::operation::Requires;
use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::survey::Change;
use crate::survey::{Moment, Party, Survey};
use crate::text::suggest::nearest;

/// What somebody may do in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Look at the settings.
    Member,
    /// Also open the portal and delete connections.
    Admin,
}

/// What a roster says about an action, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authorization {
    /// The actor has no role in the organization.
    NotOnTheRoster,
    /// The actor's role does not allow it.
    WrongRole,
    /// The organization is not the one that the connection belongs to. A roster alone does not say so.
    NotTheOwner,
    /// It is allowed to the actor, in whose session somebody else acted.
    Impersonated,
    /// The source does not say who did it.
    UnknownActor,
    /// It is allowed.
    Allowed,
}

/// Whether only administrators may do it. Sources that name nobody log every state change, of which
/// only the deletion is known to be done by hand.
pub fn is_for_admins(change: &Change) -> bool {
    match change.operation.info().requires {
        Requires::Member => false,
        Requires::Admin => true,
        Requires::AdminIfNamed => change.actor.is_some(),
    }
}

/// Who has which role where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roster {
    /// Of rows without a wildcard, by organization and actor, both in ASCII lower case.
    roles: HashMap<(String, String), Role>,
    /// Rows with one, in the order of the file.
    pub wild: Vec<Row>,
    /// Indices of those without one in the organization, by that in ASCII lower case.
    by_organization: HashMap<String, Vec<usize>>,
    /// Indices of those without one in the actor, by that in ASCII lower case.
    by_actor: HashMap<String, Vec<usize>>,
    /// Indices of the others.
    rest: Vec<usize>,
}

/// A row with a wildcard.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Organization id or name, if it has the wildcard.
    pub organization: Option<Pattern>,
    /// Actor id or e-mail address, if it has the wildcard.
    pub actor: Option<Pattern>,
    /// Their role.
    role: Role,
    /// 1-based line in the file.
    pub line: usize,
}

const ROLES: [(&str, Role); 2] = [("admin", Role::Admin), ("member", Role::Member)];
const COLUMNS: [&str; 3] = ["organization", "actor", "role"];
const EVERY_ORGANIZATION: &str = "*";
const WILDCARDS: [char; 2] = ['*', '?'];

impl Roster {
    /// The strongest role that one of the actor's names has in an organization by one of its names.
    pub fn role(&self, organizations: &[&str], actors: &[&str]) -> Option<Role> {
        let places = || organizations.iter().copied().chain([EVERY_ORGANIZATION]);
        let pairs = places().flat_map(|organization| actors.iter().map(move |actor| (organization, *actor)));
        let plain = pairs.filter_map(|pair| self.roles.get(&key(pair)).copied()).max();
        if self.wild.is_empty() {
            return plain;
        }
        let of_place = places().filter_map(|place| self.by_organization.get(&place.to_ascii_lowercase()));
        let of_actor = actors.iter().filter_map(|actor| self.by_actor.get(&actor.to_ascii_lowercase()));
        let rows = of_place.chain(of_actor).chain([&self.rest]).flatten().map(|at| &self.wild[*at]);
        let is_of = |pattern: &Option<Pattern>, texts: &[&str]| {
            pattern.as_ref().is_none_or(|pattern| texts.iter().any(|text| pattern.matches(text)))
        };
        let fits = |row: &&Row| is_of(&row.organization, organizations) && is_of(&row.actor, actors);
        plain.max(rows.filter(fits).map(|row| row.role).max())
    }

    /// What it says about the change of that index, which is an action of administrators: by what the change
    /// itself calls organization and actor, or else by what they were called at its time, up to `now`.
    pub fn verdict(&self, survey: &Survey, change: usize, now: Timestamp) -> Authorization {
        let (change, said) = (&survey.changes[change], survey.said(change));
        if change.actor.is_none() {
            return Authorization::UnknownActor;
        }
        let moment = Moment { time: change.time, now };
        let organization = survey.organization_at(change.organization, said, moment);
        match self.role_of(&organization, &survey.actor_at(change.actor, said, moment)) {
            None => Authorization::NotOnTheRoster,
            Some(Role::Member) => Authorization::WrongRole,
            Some(Role::Admin) if change.is_impersonated() => Authorization::Impersonated,
            Some(Role::Admin) => Authorization::Allowed,
        }
    }

    /// By change what it says about it, up to `now`; nothing for what is not selected, or not for administrators
    /// only.
    pub fn verdicts(&self, survey: &Survey, now: Timestamp) -> Vec<Option<Authorization>> {
        let is_meant = |change: &Change| change.is_selected && is_for_admins(change);
        let changes = survey.changes.iter().enumerate();
        let verdicts =
            changes.map(|(index, change)| is_meant(change).then(|| self.verdict(survey, index, now)));
        verdicts.collect()
    }

    /// What it has for organizations, by id or name.
    pub fn organizations(&self) -> impl Iterator<Item = Pattern> {
        let exact =
            self.roles.keys().map(|(organization, _)| organization).chain(self.by_organization.keys());
        let wild = self.wild.iter().filter_map(|row| row.organization.clone());
        exact.map(|organization| Pattern::new(organization)).chain(wild)
    }

    /// What it has for actors, by id or e-mail address.
    pub fn actors(&self) -> impl Iterator<Item = Pattern> {
        let exact = self.roles.keys().map(|(_, actor)| actor).chain(self.by_actor.keys());
        let wild = self.wild.iter().filter_map(|row| row.actor.clone());
        exact.map(|actor| Pattern::new(actor)).chain(wild)
    }

    /// The role by ids, or by names: of several names the weakest role counts, as only one is theirs.
    fn role_of(&self, organization: &Party<'_>, actor: &Party<'_>) -> Option<Role> {
        let by = |organization: &[&str]| {
            let by_id = actor.id.and_then(|id| self.role(organization, &[id]));
            let by_name = actor.names.iter().map(|name| self.role(organization, &[name])).min().flatten();
            by_id.max(by_name)
        };
        let by_id = by(organization.id.as_slice());
        let by_name = organization.names.iter().map(|name| by(&[name])).min().flatten();
        by_id.max(by_name)
    }

    fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.wild.is_empty()
    }

    /// Adds a row; `line` is asked for only where it has a wildcard.
    fn add(&mut self, [organization, actor, role]: [&str; 3], line: impl FnOnce() -> usize) -> Result<()> {
        let values = COLUMNS.into_iter().zip([organization, actor, role]);
        if let Some((column, _)) = values.into_iter().find(|(_, value)| value.is_empty()) {
            bail!("{column} is empty");
        }
        if actor.trim_matches(WILDCARDS).is_empty() {
            bail!("{}", every_actor(actor));
        }
        let known = ROLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(role));
        let (_, role) = known.ok_or_else(|| unknown("role", role, &ROLES.map(|(name, _)| name)))?;
        let is_wild = |text: &str| text != EVERY_ORGANIZATION && text.contains(WILDCARDS);
        let pattern = |text: &str| is_wild(text).then(|| Pattern::new(text));
        let row = Row { organization: pattern(organization), actor: pattern(actor), role: *role, line: 0 };
        let (at, (place, person)) = (self.wild.len(), key((organization, actor)));
        match (&row.organization, &row.actor) {
            (None, None) => {
                let entry = self.roles.entry((place, person)).or_insert(*role);
                *entry = (*entry).max(*role);
                return Ok(());
            }
            (None, Some(_)) => self.by_organization.entry(place).or_default().push(at),
            (Some(_), None) => self.by_actor.entry(person).or_default().push(at),
            (Some(_), Some(_)) => self.rest.push(at),
        }
        self.wild.push(Row { line: line(), ..row });
        Ok(())
    }
}

fn every_actor(actor: &str) -> String {
    match actor {
        EVERY_ORGANIZATION => "`*` stands for every organization, not for every actor".to_owned(),
        _ => format!("`{actor}` would be any actor; say which, as in `*@example.com`"),
    }
}

fn key((organization, actor): (&str, &str)) -> (String, String) {
    (organization.to_ascii_lowercase(), actor.to_ascii_lowercase())
}

/// Reads a roster: CSV with the header `organization,actor,role`, or a JSON array of objects with
/// these keys. It may be compressed as inputs may.
pub fn read(path: &Path) -> Result<(Roster, HashedFile)> {
    let name = path.display();
    let bytes = read_whole(path).with_context(|| format!("cannot read roster {name}"))?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = line_of(&bytes, error.valid_up_to());
        anyhow!("{name}:{line}: the roster is not UTF-8 here")
    })?;
    Ok((parse(text, &name)?, HashedFile::of(path, &bytes)))
}

fn parse(text: &str, name: &dyn Display) -> Result<Roster> {
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
    let lines = Lines::of(text);
    for record in reader.records() {
        let record = record.with_context(|| format!("reading {name}"))?;
        let at = record.position().map_or(0, |position| position.byte() as usize);
        let line = || {
            // The reader counts blank lines and line ends before a record as part of it.
            let ends = text.as_bytes()[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            lines.of_byte(at + ends)
        };
        let place = || format!("{name}:{}", line());
        match columns {
            None => columns = Some(header(&record).with_context(place)?),
            Some(columns) => row(&mut roster, columns, &record, line).with_context(place)?,
        }
    }
    Ok(roster)
}

/// Where organization, actor and role are.
fn header(record: &csv::StringRecord) -> Result<[usize; 3]> {
    for (at, column) in record.iter().enumerate() {
        if !COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(column)) {
            return Err(unknown("column", column, &COLUMNS));
        }
        if record.iter().take(at).any(|earlier| earlier.eq_ignore_ascii_case(column)) {
            bail!("column `{column}` is there twice");
        }
    }
    let place = |name: &str| {
        let found = record.iter().position(|column| column.eq_ignore_ascii_case(name));
        found.ok_or_else(|| anyhow!("missing column `{name}`; the header is {}", COLUMNS.join(",")))
    };
    Ok([place(COLUMNS[0])?, place(COLUMNS[1])?, place(COLUMNS[2])?])
}

fn row(
    roster: &mut Roster,
    columns: [usize; 3],
    record: &csv::StringRecord,
    line: impl FnOnce() -> usize,
) -> Result<()> {
    if record.len() != columns.len() {
        bail!("there are {} values, expected {}", record.len(), columns.len());
    }
    roster.add(columns.map(|column| &record[column]), line)
}

fn from_json(text: &str, name: &dyn Display) -> Result<Roster> {
    let place = |offset: usize| format!("{name}:{}", line_of(text.as_bytes(), offset));
    let mut nodes = Vec::new();
    json::parse(text, &mut nodes).map_err(|fault| {
        let expected = fault.expected.unwrap_or("less nesting");
        anyhow!("{}: this is not JSON: expected {expected}", place(fault.offset))
    })?;
    let document = Document { text, nodes: &nodes };
    let start = |id: NodeId| place(nodes[id].span.start as usize);
    if nodes[0].kind != Kind::Array {
        bail!("{}: the roster is {}, expected an array of objects", start(0), nodes[0].kind.name());
    }
    let mut roster = Roster::default();
    let lines = Lines::of(text);
    for entry in document.children(0) {
        let values = values(document, entry).with_context(|| start(entry))?;
        let values = values.each_ref().map(|value| value.trim());
        let line = || lines.of_byte(nodes[entry].span.start as usize);
        roster.add(values, line).with_context(|| start(entry))?;
    }
    Ok(roster)
}

fn values(document: Document<'_>, entry: NodeId) -> Result<[String; 3]> {
    let node = document.nodes[entry];
    if node.kind != Kind::Object {
        bail!("the entry is {}, expected an object", node.kind.name());
    }
    let mut values = [const { None }; 3];
    for member in document.children(entry) {
        let key = document.key(member);
        let Some(column) = COLUMNS.iter().position(|column| **column == *key) else {
            return Err(unknown("key", &key, &COLUMNS));
        };
        let Some(text) = document.string(member) else {
            bail!("{key} is {}, expected a string", document.nodes[member].kind.name());
        };
        if values[column].replace(text.into_owned()).is_some() {
            bail!("key `{key}` is there twice");
        }
    }
    let missing = values.iter().position(Option::is_none).map(|at| COLUMNS[at]);
    match missing {
        Some(missing) => bail!("missing `{missing}`"),
        None => Ok(values.map(Option::unwrap_or_default)),
    }
}

fn unknown(what: &str, value: &str, known: &[&str]) -> anyhow::Error {
    match nearest(value, known.iter().copied()) {
        Some(near) => anyhow!("no {what} `{value}`; did you mean `{near}`?"),
        None => anyhow!("no {what} `{value}`; there are {}", known.join(", ")),
    }
}

/// Lines of bytes that are asked for from the first one on: counting all lines for each would take quadratic
/// time.
struct Lines<'t> {
    text: &'t str,
    /// The byte that was asked for last, and its line.
    last: Cell<(usize, usize)>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, last: Cell::new((0, 1)) }
    }

    /// 1-based line of a byte, which is not before the one that was asked for last.
    fn of_byte(&self, at: usize) -> usize {
        let (from, line) = self.last.get();
        let line = line + line_of(self.text.as_bytes().get(from..at).unwrap_or_default(), at - from) - 1;
        self.last.set((at, line));
        line
    }
}

/// 1-based line of a byte.
fn line_of(text: &[u8], offset: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &text[..offset.min(text.len())]).count()
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
    fn roles_are_found_by_any_name_without_case() {
        let roster = roster(
            "organization,actor,role\norg_A,Ann@Example.com,Admin\norg_A,user_1,member\n*,user_2,MEMBER\nAcme,user_2,admin\n",
        );
        for (organization, actor, expected) in [
            (&["ORG_a"][..], &["ann@example.COM"][..], Some(Role::Admin)),
            (&["org_A"], &["user_1"], Some(Role::Member)),
            (&["org_A"], &["USER_1", "ann@example.com"], Some(Role::Admin)),
            (&["org_B"], &["user_1", "ann@example.com"], None),
            (&["org_B"], &["user_2"], Some(Role::Member)),
            (&["org_B", "ACME"], &["user_2"], Some(Role::Admin)),
            (&[], &["user_2"], Some(Role::Member)),
            (&["org_A"], &[], None),
        ] {
            assert_eq!(roster.role(organization, actor), expected, "{organization:?} {actor:?}");
        }
    }

    #[test]
    fn wildcards_are_those_of_flags_and_the_strongest_role_holds() {
        let roster = roster(
            "organization,actor,role\norg_*,user_1,member\nacme?inc,*@example.com,ADMIN\n*,ann@*,member\n\
             org_a,*@example.com,admin\norg_b?,*_9,admin\norg_b,user_1,admin\n",
        );
        for (organizations, actors, expected) in [
            (&["ORG_x"][..], &["User_1"][..], Some(Role::Member)),
            (&["org_b"], &["user_1"], Some(Role::Admin)),
            (&["o_1", "Acme Inc"], &["user_2", "Bob@Example.com"], Some(Role::Admin)),
            (&["o_1", "Acme, Inc"], &["user_2", "Bob@Example.com"], None),
            (&["acme inc"], &["bob@example.com.evil.example"], None),
            (&["o_2"], &["ann@elsewhere.example"], Some(Role::Member)),
            (&[], &["ann@elsewhere.example"], Some(Role::Member)),
            (&[], &["user_1"], None),
            (&["ORG_A"], &["ANN@example.com"], Some(Role::Admin)),
            (&["org_b1"], &["x_9"], Some(Role::Admin)),
            (&["org_bé"], &["é_9"], Some(Role::Admin)),
            (&["org_b"], &["x_9"], None),
            (&["org_a"], &[], None),
        ] {
            assert_eq!(roster.role(organizations, actors), expected, "{organizations:?} {actors:?}");
        }
        let lines: Vec<_> = roster.wild.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6]);
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
                "roster:1: missing column `role`; the header is organization,actor,role",
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
            ("[\n{\"org\":\"a\"}]", "roster:2: no key `org`; there are organization, actor, role"),
            ("[\n\n{\"rol\":\"a\"}]", "roster:3: no key `rol`; did you mean `role`?"),
            ("[\n{\"actor\":1}]", "roster:2: actor is a number, expected a string"),
            ("[\n{\"actor\":\"a\",\"role\":\"admin\"}]", "roster:2: missing `organization`"),
            (
                "[{\"actor\":\"a\",\"role\":\"admin\",\n\"organization\":\" \"}]",
                "roster:1: organization is empty",
            ),
            ("[\n7]", "roster:2: the entry is a number, expected an object"),
        ] {
            assert_eq!(error(text), expected, "{text}");
        }
        assert!(error("[\n{\"actor\":}]").starts_with("roster:2: this is not JSON: expected "));
    }
}

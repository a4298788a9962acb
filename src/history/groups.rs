//! The row groups of a history that are being filled. Each event is in one of them once, with every place where it was
//! read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use foldhash::fast::RandomState;

use crate::columnar::{TextBuilder, Values, Writer};
use crate::history::names::named;
use crate::history::rows::{Place, Rows};
use crate::model::content::ContentDigest;
use crate::model::time::Timestamp;

/// A row group has at most about so many rows, by kind: the more others it has, the more rarely the same names are copied.
const MAX_ROWS: [usize; 2] = [1 << 16, 1 << 17];

/// A row group has at most about so many bytes of texts, so that reading it needs little memory.
const MAX_BYTES: usize = 1 << 26;

/// Which row of which row group; row groups are numbered in the order in which they are begun.
type RowId = (u32, u32);

/// The kinds of events, each of which has row groups of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// Changes, portal links and what is about certificates.
    Changes,
    /// All others.
    Others,
}

/// A row group that is being filled.
#[derive(Default)]
struct Group {
    number: u32,
    rows: Rows,
    /// Where the event of each row was read first; none for a row that says what an earlier one says.
    places: Vec<Option<Place>>,
    /// The further places of rows that have some.
    further: HashMap<u32, BTreeSet<Place>, RandomState>,
}

impl Group {
    /// Lets a row at an earlier place stand for an event: its time may be written in another way. Returns the place of the
    /// row that did.
    fn replace(&mut self, former: u32, (row, place): (u32, Place)) -> Option<Place> {
        let former_place = self.places[former as usize].take();
        self.places[row as usize] = Some(place);
        let mut further = self.further.remove(&former).unwrap_or_default();
        further.extend(former_place.clone());
        self.further.insert(row, further);
        former_place
    }

    /// What rows are sorted by, so that their order does not depend on which was read first.
    fn order(&self, row: u32) -> (Timestamp, Option<&Place>, ContentDigest) {
        let row = row as usize;
        (self.rows.time(row), self.places[row].as_ref(), self.rows.digest(row))
    }
}

/// The row groups.
pub struct Groups<W: std::io::Write + Send> {
    writer: Writer<W>,
    open: [Group; 2],
    begun: u32,
    /// The names of inputs, each once.
    inputs: HashSet<Arc<str>, RandomState>,
    /// Where the row of each event is, by key.
    seen: HashMap<u64, RowId, RandomState>,
    /// Further places of events whose row groups are written.
    late: HashMap<RowId, BTreeSet<Place>, RandomState>,
    /// For each row group that was begun, its index in the file and where its rows are there.
    written: HashMap<u32, (u32, Vec<u32>)>,
    /// The row groups that reports about changes need, by index in the file.
    changes: Vec<usize>,
    /// Whether all events came.
    has_all: bool,
}

impl<W: std::io::Write + Send> Groups<W> {
    /// Row groups that are written when they are full.
    pub fn new(writer: Writer<W>) -> Self {
        let open = [0, 1].map(|number| Group { number, ..Group::default() });
        Self {
            writer,
            open,
            begun: 2,
            inputs: HashSet::default(),
            seen: HashMap::default(),
            late: HashMap::default(),
            written: HashMap::new(),
            changes: Vec::new(),
            has_all: false,
        }
    }

    /// Adds the rows of a block of an input, before which so many of its lines come.
    pub fn add(&mut self, kind: RowKind, block: &Rows, input: (&str, u64)) -> Result<()> {
        let group = &mut self.open[kind as usize];
        let first = group.rows.len();
        group.rows.append(block, 0..block.len());
        let mut added: HashSet<(u64, Place), RandomState> = HashSet::default();
        let mut latest = Arc::from("");
        for (at, key) in block.keys().iter().enumerate() {
            let (input, line, copy) = block.origin(at, input);
            let mut place = (name(&mut self.inputs, &mut latest, input), line, copy);
            let own = (group.number, (first + at) as u32);
            let known = *self.seen.entry(*key).or_insert(own);
            if known == own {
                group.places.push(Some(place));
                continue;
            }
            group.places.push(None);
            let is_open = known.0 == group.number;
            let earliest = group.places.get(known.1 as usize).filter(|_| is_open).cloned().flatten();
            // What is at the same place in another input is the same line, read again; on one line it is another event.
            let is_of_block = is_open && known.1 as usize >= first;
            while added.contains(&(*key, place.clone())) || (is_of_block && earliest.as_ref() == Some(&place))
            {
                place.2 += 1;
            }
            added.insert((*key, place.clone()));
            if earliest.is_some_and(|earliest| place < earliest) {
                let former = group.replace(known.1, (own.1, place));
                added.extend(former.filter(|_| is_of_block).map(|former| (*key, former)));
                self.seen.insert(*key, own);
            } else if is_open {
                group.further.entry(known.1).or_default().insert(place);
            } else {
                self.late.entry(known).or_default().insert(place);
            }
        }
        if is_full(&group.rows, kind) { self.write(kind) } else { Ok(()) }
    }

    /// How many different events there are.
    pub fn events(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Writes the open row group of a kind, and begins another.
    fn write(&mut self, kind: RowKind) -> Result<()> {
        let next = Group { number: self.begun, ..Group::default() };
        self.begun += 1;
        let mut group = std::mem::replace(&mut self.open[kind as usize], next);
        let mut order: Vec<u32> =
            (0..).zip(&group.places).filter_map(|(row, it)| it.as_ref().map(|_| row)).collect();
        order.sort_unstable_by(|row, other| group.order(*row).cmp(&group.order(*other)));
        if kind == RowKind::Others {
            let named = named(&group.rows, &order);
            // Later events may take their place; where most events are named, few will.
            let to = if self.has_all || named.len() > order.len() / 2 { RowKind::Changes } else { kind };
            order.retain(|row| named.binary_search(row).is_err());
            self.move_rows(&mut group, &named, to);
        }
        if !order.is_empty() {
            self.write_rows(kind, group, &order)?;
        }
        let changes = &self.open[RowKind::Changes as usize].rows;
        let is_full = kind == RowKind::Others && is_full(changes, RowKind::Changes);
        if is_full { self.write(RowKind::Changes) } else { Ok(()) }
    }

    /// Puts rows of a group into an open one.
    fn move_rows(&mut self, group: &mut Group, rows: &[u32], to: RowKind) {
        let open = &mut self.open[to as usize];
        for (row, to) in rows.iter().zip(open.rows.len() as u32..) {
            self.seen.insert(group.rows.keys()[*row as usize], (open.number, to));
            open.places.push(group.places[*row as usize].clone());
            open.further.extend(group.further.remove(row).map(|places| (to, places)));
        }
        open.rows.append(&group.rows, rows.iter().map(|row| *row as usize));
    }

    fn write_rows(&mut self, kind: RowKind, group: Group, order: &[u32]) -> Result<()> {
        let Group { number, rows, places, further } = group;
        let mut positions = vec![u32::MAX; rows.len()];
        (0..).zip(order).for_each(|(position, row)| positions[*row as usize] = position);
        let are_changes = rows.are_changes(order);
        let mut values = rows.into_values(order);
        let of_row = |row: &u32| {
            let all = places[*row as usize].iter().chain(further.get(row).into_iter().flatten());
            all.collect::<BTreeSet<_>>()
        };
        values.extend(place_values(order.iter().map(of_row)));
        values.push(are_changes);
        self.writer.row_group(&values).context("writing a row group")?;
        let index = self.written.len() as u32;
        self.written.insert(number, (index, positions));
        if kind == RowKind::Changes {
            self.changes.push(index as usize);
        }
        Ok(())
    }

    /// Writes what is left and ends the file; `key_values` is told the row groups that reports about changes need.
    pub fn finish(
        mut self,
        key_values: impl FnOnce(Vec<usize>) -> Result<(String, String)>,
    ) -> Result<Scratch<W>> {
        self.has_all = true;
        self.write(RowKind::Others)?;
        self.write(RowKind::Changes)?;
        let Self { writer, late, written, changes, .. } = self;
        let out = writer.finish(&[key_values(changes)?]).context("ending the file")?;
        let position = |(group, row): RowId| {
            let (index, positions) = written.get(&group)?;
            Some((*index as usize, positions.get(row as usize).copied()? as usize))
        };
        let late = late.into_iter().filter_map(|(id, places)| Some((position(id)?, places))).collect();
        Ok(Scratch { out, late })
    }
}

/// Whether a row group has as many rows as it may have.
fn is_full(rows: &Rows, kind: RowKind) -> bool {
    rows.len() >= MAX_ROWS[kind as usize] || rows.bytes() >= MAX_BYTES
}

/// A file that is written.
pub struct Scratch<W> {
    /// What it was written to.
    pub out: W,
    /// Further places of events, by row group and row.
    pub late: HashMap<(usize, usize), BTreeSet<Place>>,
}

/// The name of an input, kept once; `latest` is the one of the row before, which mostly has the same.
fn name(names: &mut HashSet<Arc<str>, RandomState>, latest: &mut Arc<str>, input: &str) -> Arc<str> {
    if **latest != *input {
        if !names.contains(input) {
            names.insert(input.into());
        }
        *latest = names.get(input).cloned().unwrap_or_default();
    }
    Arc::clone(latest)
}

/// The values of the columns about places: the first place, the others, and how many there are.
pub fn place_values<'p>(places: impl Iterator<Item = BTreeSet<&'p Place>>) -> Vec<Values> {
    let (mut inputs, mut others) = (TextBuilder::default(), TextBuilder::default());
    let (mut lines, mut counts) = (Vec::new(), Vec::new());
    for places in places {
        let first = places.first();
        inputs.push(first.map(|(input, ..)| &**input));
        lines.push(first.and_then(|(_, line, _)| i64::try_from(*line).ok()));
        let further = places.iter().skip(1).map(|(input, line, copy)| (&**input, line, copy));
        let further: Vec<_> = further.collect();
        let json = (!further.is_empty()).then(|| serde_json::json!(further).to_string());
        others.push(json.as_deref());
        counts.push(i64::try_from(places.len()).ok());
    }
    vec![
        Values::Text(inputs.finish()),
        Values::Integer(lines),
        Values::Text(others.finish()),
        Values::Integer(counts),
    ]
}

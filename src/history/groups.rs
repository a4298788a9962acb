//! The row groups of a history that are being filled. Each event is in one of them once, with every place where it was
//! read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use foldhash::fast::RandomState;

use crate::columnar::{TextBuilder, Values, Writer};
use crate::history::rows::{Place, Rows};

/// A row group has at most about so many rows.
const MAX_ROWS: usize = 1 << 17;

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

/// The row groups.
pub struct Groups<W: std::io::Write + Send> {
    writer: Writer<W>,
    open: [Group; 2],
    begun: u32,
    /// The names of inputs, each once.
    inputs: HashSet<Arc<str>, RandomState>,
    seen: HashMap<u64, RowId, RandomState>,
    /// Further places of events whose row groups are written.
    pub late: HashMap<RowId, BTreeSet<Place>, RandomState>,
    /// For each row group that was begun, its index in the file and where its rows are there.
    pub written: HashMap<u32, (u32, Vec<u32>)>,
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
        }
    }

    /// Adds the rows of a block of an input, before which so many of its lines come.
    pub fn add(&mut self, kind: RowKind, block: &Rows, input: (&str, u64)) -> Result<()> {
        let group = &mut self.open[kind as usize];
        let first = group.rows.len();
        group.rows.append(block);
        let mut added: HashSet<(RowId, Place), RandomState> = HashSet::default();
        for (at, key) in block.keys().iter().enumerate() {
            let (input, line, copy) = block.origin(at, input);
            let mut place = (name(&mut self.inputs, input), line, copy);
            let own = (group.number, (first + at) as u32);
            let known = *self.seen.entry(*key).or_insert(own);
            if known == own {
                group.places.push(Some(place));
                continue;
            }
            group.places.push(None);
            let is_open = known.0 == group.number;
            let earliest = group.places.get(known.1 as usize).filter(|_| is_open).cloned().flatten();
            let further = if is_open {
                group.further.entry(known.1).or_default()
            } else {
                self.late.entry(known).or_default()
            };
            // What is at the same place in another input is the same line, read again; on one line it is another event.
            while added.contains(&(known, place.clone()))
                || (is_of_block(known, group.number, first) && earliest.as_ref() == Some(&place))
            {
                place.2 += 1;
            }
            further.insert(place.clone());
            added.insert((known, place));
        }
        let is_full = group.rows.len() >= MAX_ROWS || group.rows.bytes() >= MAX_BYTES;
        if is_full { self.write(kind) } else { Ok(()) }
    }

    /// How many different events there are.
    pub fn events(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Writes the open row group of a kind, and begins another.
    fn write(&mut self, kind: RowKind) -> Result<()> {
        let next = Group { number: self.begun, ..Group::default() };
        self.begun += 1;
        let Group { number, rows, places, further } = std::mem::replace(&mut self.open[kind as usize], next);
        let mut order: Vec<u32> =
            (0..).zip(&places).filter_map(|(row, it)| it.as_ref().map(|_| row)).collect();
        if order.is_empty() {
            return Ok(());
        }
        order.sort_by_key(|row| rows.time(*row as usize));
        let mut positions = vec![u32::MAX; rows.len()];
        (0..).zip(&order).for_each(|(position, row)| positions[*row as usize] = position);
        let mut values = rows.into_values(&order);
        let of_row = |row: &u32| {
            let all = places[*row as usize].iter().chain(further.get(row).into_iter().flatten());
            all.collect::<BTreeSet<_>>()
        };
        values.extend(place_values(order.iter().map(of_row)));
        values.push(Values::Boolean(vec![Some(kind == RowKind::Changes); order.len()]));
        self.writer.row_group(&values).context("writing a row group")?;
        let index = self.written.len() as u32;
        self.written.insert(number, (index, positions));
        Ok(())
    }

    /// Writes what is left and ends the file.
    pub fn finish(mut self, key_values: &[(String, String)]) -> Result<Scratch<W>> {
        self.write(RowKind::Changes)?;
        self.write(RowKind::Others)?;
        let Self { writer, late, written, .. } = self;
        let out = writer.finish(key_values).context("ending the file")?;
        let position = |(group, row): RowId| {
            let (index, positions) = written.get(&group)?;
            Some((*index as usize, positions.get(row as usize).copied()? as usize))
        };
        let late = late.into_iter().filter_map(|(id, places)| Some((position(id)?, places))).collect();
        Ok(Scratch { out, late })
    }
}

/// A file that is written.
pub struct Scratch<W> {
    /// What it was written to.
    pub out: W,
    /// Further places of events, by row group and row.
    pub late: HashMap<(usize, usize), BTreeSet<Place>>,
}

/// The name of an input, kept once.
fn name(names: &mut HashSet<Arc<str>, RandomState>, input: &str) -> Arc<str> {
    if let Some(name) = names.get(input) {
        return Arc::clone(name);
    }
    let name: Arc<str> = input.into();
    names.insert(Arc::clone(&name));
    name
}

/// Whether a row is in the block that is being added, which begins with this row of this row group.
fn is_of_block((group, row): RowId, current: u32, first: usize) -> bool {
    group == current && row as usize >= first
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

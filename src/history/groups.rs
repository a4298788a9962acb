//! The row groups of a history that are being filled. Each event is in one of them once, with every place where it was
//! read.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result};
use foldhash::fast::RandomState;

use crate::columnar::{TextBuilder, Values, Writer};
use crate::history::rows::Rows;

/// A row group has at most about so many rows.
const MAX_ROWS: usize = 1 << 17;

/// A place where an event was read: the input, and the line in it.
pub type Origin = (String, u64);

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
    /// Places where the events of its rows were read.
    origins: Vec<Option<BTreeSet<Origin>>>,
}

/// The row groups.
pub struct Groups<W: std::io::Write + Send> {
    writer: Writer<W>,
    open: [Group; 2],
    begun: u32,
    seen: HashMap<u64, RowId, RandomState>,
    /// Further places of events whose row groups are written.
    pub late: HashMap<RowId, BTreeSet<Origin>, RandomState>,
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
            seen: HashMap::default(),
            late: HashMap::default(),
            written: HashMap::new(),
        }
    }

    /// Adds the rows of a block of an input, before which so many of its lines come.
    pub fn add(&mut self, kind: RowKind, block: &Rows, (input, line_base): (&str, u64)) -> Result<()> {
        let group = &mut self.open[kind as usize];
        let first = group.rows.len();
        group.rows.append(block);
        for (at, key) in block.keys().iter().enumerate() {
            let origin = match block.origin(at) {
                (Some(input), line) => (input.to_owned(), line),
                (None, line) => (input.to_owned(), line_base + line),
            };
            let own = (group.number, (first + at) as u32);
            let known = *self.seen.entry(*key).or_insert(own);
            group.origins.push((known == own).then(|| BTreeSet::from([origin.clone()])));
            if known == own {
                continue;
            }
            match group.origins.get_mut(known.1 as usize).filter(|_| known.0 == group.number) {
                Some(Some(origins)) => origins.insert(origin),
                _ => self.late.entry(known).or_default().insert(origin),
            };
        }
        if group.rows.len() >= MAX_ROWS { self.write(kind) } else { Ok(()) }
    }

    /// How many different events there are.
    pub fn events(&self) -> u64 {
        self.seen.len() as u64
    }

    /// Writes the open row group of a kind, and begins another.
    fn write(&mut self, kind: RowKind) -> Result<()> {
        let next = Group { number: self.begun, ..Group::default() };
        self.begun += 1;
        let Group { number, rows, origins } = std::mem::replace(&mut self.open[kind as usize], next);
        let mut order: Vec<u32> =
            (0..).zip(&origins).filter_map(|(row, it)| it.as_ref().map(|_| row)).collect();
        if order.is_empty() {
            return Ok(());
        }
        order.sort_by_key(|row| rows.time(*row as usize));
        let mut positions = vec![u32::MAX; rows.len()];
        (0..).zip(&order).for_each(|(position, row)| positions[*row as usize] = position);
        let mut values = rows.into_values(&order);
        let places: Vec<_> = order.iter().filter_map(|row| origins[*row as usize].as_ref()).collect();
        values.extend(origin_values(&places));
        values.push(Values::Boolean(vec![Some(kind == RowKind::Changes); order.len()]));
        self.writer.row_group(&values).context("writing a row group")?;
        let index = self.written.len() as u32;
        self.written.insert(number, (index, positions));
        Ok(())
    }

    /// Writes what is left and ends the file.
    pub fn finish(mut self, key_values: &[(String, String)]) -> Result<Written<W>> {
        self.write(RowKind::Changes)?;
        self.write(RowKind::Others)?;
        let Self { writer, late, written, .. } = self;
        let out = writer.finish(key_values).context("ending the file")?;
        let position = |(group, row): RowId| {
            let (index, positions) = written.get(&group)?;
            Some((*index as usize, positions.get(row as usize).copied()? as usize))
        };
        let late = late.into_iter().filter_map(|(id, origins)| Some((position(id)?, origins))).collect();
        Ok(Written { out, late })
    }
}

/// A file that is written.
pub struct Written<W> {
    /// What it was written to.
    pub out: W,
    /// Further places of events, by row group and row.
    pub late: HashMap<(usize, usize), BTreeSet<Origin>>,
}

/// The values of the columns about places: the first place, the others, and how many there are.
pub fn origin_values(places: &[&BTreeSet<Origin>]) -> Vec<Values> {
    let (mut inputs, mut others) = (TextBuilder::default(), TextBuilder::default());
    let (mut lines, mut counts) = (Vec::new(), Vec::new());
    for places in places {
        let first = places.first();
        inputs.push(first.map(|(input, _)| input.as_str()));
        lines.push(first.and_then(|(_, line)| i64::try_from(*line).ok()));
        let further: Vec<_> = places.iter().skip(1).collect();
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

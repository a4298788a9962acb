//! Adds places to the rows of a history that are written already.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::Write;

use anyhow::{Context, Result, anyhow};

use crate::columnar::{Reader, Values, Writer};
use crate::history::groups::place_values;
use crate::history::rows::Place;
use crate::input::history::columns::{Further, SCHEMA};

/// Writes a history again, in which some rows, known by row group and row, have further places.
pub fn with_places<W: Write + Send>(
    history: File,
    places: &HashMap<(usize, usize), BTreeSet<Place>>,
    out: W,
) -> Result<()> {
    let unreadable = |error| anyhow!("reading what was written: {error}");
    let mut reader = Reader::open(history).map_err(unreadable)?;
    let mut writer = Writer::new(out, SCHEMA.clone()).context("writing a history")?;
    let columns: Vec<_> = (0..SCHEMA.columns().len()).collect();
    for group in 0..reader.row_groups().len() {
        let mut values = reader.read(group, &columns).map_err(unreadable)?;
        if places.keys().any(|(of_group, _)| *of_group == group) {
            add(&mut values, |row| places.get(&(group, row))).context("reading what was written")?;
        }
        writer.row_group(&values).context("writing a row group")?;
    }
    let key_values = reader.key_values().to_vec();
    writer.finish(&key_values).context("ending the file")?.flush().context("writing a history")
}

fn add<'p>(values: &mut [Values], places: impl Fn(usize) -> Option<&'p BTreeSet<Place>>) -> Option<()> {
    let rows = values.first()?.rows();
    let all: Vec<_> = (0..rows)
        .map(|row| {
            let mut all = origins(values, row)?;
            all.extend(places(row).into_iter().flatten().cloned());
            Some(all)
        })
        .collect::<Option<_>>()?;
    let first = Further::Input.index();
    for (at, column) in place_values(all.iter().map(|places| places.iter().collect())).into_iter().enumerate()
    {
        values[first + at] = column;
    }
    Some(())
}

/// The places of a row.
fn origins(values: &[Values], row: usize) -> Option<BTreeSet<Place>> {
    let column = |further: Further| values.get(further.index());
    let (Values::Text(inputs), Values::Integer(lines), Values::Text(others)) =
        (column(Further::Input)?, column(Further::Line)?, column(Further::Origins)?)
    else {
        return None;
    };
    let line = u64::try_from((*lines.get(row)?)?).ok()?;
    let mut origins = BTreeSet::from([(inputs.get(row)?.into(), line, 0)]);
    if let Some(json) = others.get(row) {
        let further = serde_json::from_str::<Vec<(String, u64, u32)>>(json).ok()?;
        origins.extend(further.into_iter().map(|(input, line, copy)| (input.into(), line, copy)));
    }
    Some(origins)
}

//! A sheet as JSON: one object, or an object for each row. [`super::schema`] describes the object.
//! Texts read back as they stand in the log, times are UTC, and nothing depends on how it is to look.

use std::io::{self, Write};

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{Look, cells};
use crate::formats::escape::write_json;
use crate::sheet::{Body, Cell, Chart, Fact, Section, Sheet, Stretch, Table};
use crate::threads;
use crate::time::Timestamp;

/// The name and version of the object.
pub fn schema_name(sheet: &Sheet<'_>) -> String {
    format!("ssoaudit.report.{}.v1", sheet.name)
}

/// The key of how many rows a table left out.
pub fn left_out_key(section: &Section<'_>) -> String {
    format!("{}_left_out", section.key)
}

/// One object with every section, and every row of a table on a line of its own.
pub fn whole(sheet: &Sheet<'_>, _: &Look, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"schema\": {},\n  \"notes\": ", json!(schema_name(sheet)))?;
    write_json(&sheet.notes, out)?;
    for section in &sheet.sections {
        write!(out, ",\n  \"{}\": ", section.key)?;
        match &section.body {
            Body::Facts(facts) => out.write_all(&self::facts(None, facts)?)?,
            Body::Table(table) => {
                self::table(table, out)?;
                write!(out, ",\n  \"{}\": {}", left_out_key(section), table.left_out)?;
            }
            Body::Chart(chart) => write_json(&numbers(chart), out)?,
        }
    }
    out.write_all(b"\n}\n")
}

fn table(table: &Table<'_>, out: &mut dyn Write) -> io::Result<()> {
    let keys = keys(None, table.columns.iter().map(|column| column.key))?;
    let each = |at: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(if at == 0 { b"[\n    " } else { b",\n    " });
        object(&keys, &table.rows.get(at).cells, out)
    };
    threads::write(table.rows.len(), each, out)?;
    out.write_all(if table.rows.is_empty() { b"[]" } else { b"\n  ]" })
}

/// An object for every row of every table and for every section of facts.
pub fn lines(sheet: &Sheet<'_>, _: &Look, out: &mut dyn Write) -> io::Result<()> {
    for section in &sheet.sections {
        let key = Some(section.key);
        match &section.body {
            Body::Facts(facts) => {
                out.write_all(&self::facts(key, facts)?)?;
                out.write_all(b"\n")?;
            }
            Body::Table(table) => {
                let keys = keys(key, table.columns.iter().map(|column| column.key))?;
                let each = |at: usize, out: &mut Vec<u8>| {
                    object(&keys, &table.rows.get(at).cells, out)?;
                    out.extend_from_slice(b"\n");
                    Ok(())
                };
                threads::write(table.rows.len(), each, out)?;
            }
            Body::Chart(_) => {}
        }
    }
    Ok(())
}

/// Facts as an object, after the key of their section if it is wanted.
fn facts(section: Option<&str>, facts: &[Fact<'_>]) -> io::Result<Vec<u8>> {
    let mut object = Vec::new();
    let keys = keys(section, facts.iter().map(|fact| fact.key))?;
    self::object(&keys, facts.iter().map(|fact| &fact.value), &mut object)?;
    Ok(object)
}

/// What stands before each value of an object: made once, as tables have many rows.
fn keys<'a>(section: Option<&str>, keys: impl Iterator<Item = &'a str>) -> io::Result<Vec<Vec<u8>>> {
    let mut before = b"{".to_vec();
    if let Some(section) = section {
        before.extend_from_slice(b"\"section\":");
        write_json(section, &mut before)?;
        before.push(b',');
    }
    let keys = keys.map(|key| {
        let mut before = std::mem::replace(&mut before, b",".to_vec());
        write_json(key, &mut before)?;
        before.push(b':');
        Ok(before)
    });
    keys.collect()
}

fn object<'a>(
    keys: &[Vec<u8>],
    cells: impl IntoIterator<Item = &'a Cell<'a>>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    for (key, cell) in keys.iter().zip(cells) {
        out.extend_from_slice(key);
        self::cell(cell, out)?;
    }
    out.extend_from_slice(if keys.is_empty() { b"{}" } else { b"}" });
    Ok(())
}

/// A value.
pub fn cell(cell: &Cell<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Nothing => write_json(&(), out),
        Cell::Text(text) => write_json(&**text, out),
        Cell::Number(number) | Cell::Duration(number) => write_json(number, out),
        Cell::Share(share) => write_json(&cells::rounded(*share), out),
        Cell::Time(time) => write_json(&time.rfc3339(Tz::UTC), out),
        Cell::Flag(flag) => write_json(flag, out),
        Cell::List(texts) => write_json(texts, out),
    }
}

fn numbers(chart: &Chart) -> Value {
    let time = |time: &Timestamp| time.rfc3339(Tz::UTC);
    let stretch = |stretch: &Stretch| json!({ "from": time(&stretch.from), "to": time(&stretch.to), "open": stretch.is_open });
    match chart {
        Chart::Timeline { unit, buckets } => {
            let buckets =
                buckets.iter().map(|(from, _, count)| json!({ "from": time(from), "count": count }));
            json!({ "unit": unit, "buckets": buckets.collect::<Value>() })
        }
        Chart::Heat(grids) => {
            grids.iter().map(|(name, counts)| json!({ "name": name, "counts": counts })).collect()
        }
        Chart::Bars(bars) => {
            bars.iter().map(|(name, count, _)| json!({ "name": name, "count": count })).collect()
        }
        Chart::Stretches { span, rows } => {
            let rows = rows.iter().map(|(name, stretches)| {
                json!({ "name": name, "stretches": stretches.iter().map(stretch).collect::<Value>() })
            });
            let (from, to) = span.as_ref().map(|(from, to)| (time(from), time(to))).unzip();
            json!({ "from": from, "to": to, "rows": rows.collect::<Value>() })
        }
    }
}

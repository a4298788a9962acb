//! A sheet as JSON: one object, or an object for each row. [`super::schema`] describes the object. Parsed texts equal
//! those of the log, times are UTC, and no option changes anything.

use std::io::{self, Write};

use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::formats::{RenderOptions, json_objects};
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Body, Chart, Fact, Section, Sheet, Stretch, Table};
use crate::text::escape::write_json;

/// The key for the number of rows left out of a table.
pub fn left_out_key(section: &Section<'_>) -> String {
    format!("{}_left_out", section.key)
}

/// Writes one object with all sections; each row of a table is on a line of its own.
pub fn document(sheet: &Sheet<'_>, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"schema\": {},\n  \"notes\": ", json!(sheet.schema))?;
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
    let keys = json_objects::keys(None, table.columns.iter().map(|column| column.key))?;
    let each = |at: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(if at == 0 { b"[\n    " } else { b",\n    " });
        json_objects::object(&keys, &table.rows.get(at).cells, out)
    };
    parallel::write(table.rows.len(), each, out)?;
    out.write_all(if table.rows.is_empty() { b"[]" } else { b"\n  ]" })
}

/// Writes an object for each row of each table, and for each section of facts.
pub fn lines(sheet: &Sheet<'_>, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    for section in &sheet.sections {
        let key = Some(section.key);
        match &section.body {
            Body::Facts(facts) => {
                out.write_all(&self::facts(key, facts)?)?;
                out.write_all(b"\n")?;
            }
            Body::Table(table) => {
                let keys = json_objects::keys(key, table.columns.iter().map(|column| column.key))?;
                let each = |at: usize, out: &mut Vec<u8>| {
                    json_objects::object(&keys, &table.rows.get(at).cells, out)?;
                    out.extend_from_slice(b"\n");
                    Ok(())
                };
                parallel::write(table.rows.len(), each, out)?;
            }
            Body::Chart(_) => {}
        }
    }
    Ok(())
}

/// Facts as an object, which begins with the key of their section if one is given.
fn facts(section: Option<&str>, facts: &[Fact<'_>]) -> io::Result<Vec<u8>> {
    let mut object = Vec::new();
    let keys = json_objects::keys(section, facts.iter().map(|fact| fact.key))?;
    json_objects::object(&keys, facts.iter().map(|fact| &fact.value), &mut object)?;
    Ok(object)
}

fn numbers(chart: &Chart) -> Value {
    let time = |time: &Timestamp| time.rfc3339(Tz::UTC);
    let stretch = |stretch: &Stretch| {
        let [from, to] = [&stretch.from, &stretch.to].map(time);
        json!({ "from": from, "to": to, "open": stretch.is_open, "presumed": stretch.is_presumed })
    };
    match chart {
        Chart::Timeline { unit, buckets } => {
            let buckets =
                buckets.iter().map(|bucket| json!({ "from": time(&bucket.begin), "count": bucket.count }));
            json!({ "unit": unit, "buckets": buckets.collect::<Value>() })
        }
        Chart::Heat(grids) => {
            grids.iter().map(|(name, counts)| json!({ "name": name, "counts": counts })).collect()
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

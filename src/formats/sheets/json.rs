//! A sheet as JSON: one object, or an object for each row. [`super::schema`] describes the object.
//! Texts are as they stand in the log, times are UTC, and nothing depends on how it is to look.

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::{Look, cells};
use crate::sheet::{Body, Chart, Fact, Section, Sheet, Stretch, Table};
use crate::time::Timestamp;

/// The name and version of the object.
pub fn schema_name(sheet: &Sheet) -> String {
    format!("ssoaudit.report.{}.v1", sheet.name)
}

/// The key of how many rows a table left out.
pub fn left_out_key(section: &Section) -> String {
    format!("{}_left_out", section.key)
}

/// One object with every section.
pub fn whole(sheet: &Sheet, _: &Look) -> Vec<u8> {
    let mut object = Map::new();
    object.insert("schema".into(), schema_name(sheet).into());
    object.insert("notes".into(), json!(sheet.notes));
    for section in &sheet.sections {
        let value = match &section.body {
            Body::Facts(facts) => fields(facts).collect::<Map<_, _>>().into(),
            Body::Table(table) => rows(table).map(Value::Object).collect(),
            Body::Chart(chart) => numbers(chart),
        };
        object.insert(section.key.into(), value);
        if let Body::Table(table) = &section.body {
            object.insert(left_out_key(section), table.left_out.into());
        }
    }
    let mut out = serde_json::to_vec_pretty(&object).expect("memory takes all");
    out.push(b'\n');
    out
}

/// An object for every row of every table and for every section of facts.
pub fn lines(sheet: &Sheet, _: &Look) -> Vec<u8> {
    let mut out = Vec::new();
    let mut line = |section: &Section, values: Map<String, Value>| {
        let mut object = Map::from_iter([("section".to_owned(), json!(section.key))]);
        object.extend(values);
        serde_json::to_writer(&mut out, &object).expect("memory takes all");
        out.push(b'\n');
    };
    for section in &sheet.sections {
        match &section.body {
            Body::Facts(facts) => line(section, fields(facts).collect()),
            Body::Table(table) => rows(table).for_each(|row| line(section, row)),
            Body::Chart(_) => {}
        }
    }
    out
}

fn fields(facts: &[Fact]) -> impl Iterator<Item = (String, Value)> {
    facts.iter().map(|fact| (fact.key.to_owned(), cells::json(&fact.value)))
}

fn rows(table: &Table) -> impl Iterator<Item = Map<String, Value>> {
    table.rows.iter().map(|row| {
        let cells = table.columns.iter().zip(&row.cells);
        cells.map(|(column, cell)| (column.key.to_owned(), cells::json(cell))).collect()
    })
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
        Chart::Stretches { from, to, rows } => {
            let rows = rows.iter().map(|(name, stretches)| {
                json!({ "name": name, "stretches": stretches.iter().map(stretch).collect::<Value>() })
            });
            json!({ "from": time(from), "to": time(to), "rows": rows.collect::<Value>() })
        }
    }
}

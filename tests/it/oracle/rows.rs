//! Rows of reports, compared.

use std::cmp::Reverse;

use serde_json::Value;

use super::time::nanoseconds;

/// Compares rows by the keys of the expected ones. Odd transitions are texts of the program's
/// choosing, so only whether there are any counts.
pub fn same_rows(expected: &[Value], got: &[Value]) -> Result<(), String> {
    for (row, (expected, got)) in expected.iter().zip(got).enumerate() {
        same_keys(expected, got).map_err(|message| format!("row {row}: {message}\n{expected}\n{got}"))?;
    }
    if expected.len() == got.len() {
        Ok(())
    } else {
        let next = expected.get(got.len()).or(got.get(expected.len()));
        Err(format!("{} rows instead of {}: {}", got.len(), expected.len(), next.unwrap_or(&Value::Null)))
    }
}

/// Compares two objects by the keys of the expected one.
pub fn same_keys(expected: &Value, got: &Value) -> Result<(), String> {
    for (key, value) in expected.as_object().unwrap() {
        let found = got.get(key).ok_or(format!("no `{key}`"))?;
        let is_same = match key.as_str() {
            "odd" => {
                let [expected, found] = [value, found].map(|list| list.as_array().map(Vec::len));
                found.is_some() && (found == Some(0)) == (expected == Some(0)) && found <= expected
            }
            _ => found == value,
        };
        if !is_same {
            return Err(format!("`{key}` is {found} instead of {value}"));
        }
    }
    Ok(())
}

/// Names come from events of any kind, which the scenario is about.
pub fn nameless(mut rows: Vec<Value>) -> Vec<Value> {
    for row in &mut rows {
        row.as_object_mut().unwrap().remove("organization_name");
    }
    rows
}

/// The worst first: class, length, and where nothing finer than seconds decides, time and id.
pub fn severity(row: &Value) -> (u8, Reverse<u64>, i128, String) {
    let class = match (&row["still_exposed"], &row["exposure_ends"]) {
        (Value::Bool(true), _) => 0,
        (_, Value::Null) => 2,
        _ => 1,
    };
    let length = row["exposure_seconds"].as_u64().unwrap_or_default();
    let time = nanoseconds(row["time"].as_str().unwrap_or_default()).unwrap_or_default();
    (class, Reverse(length), time, row["connection_id"].to_string())
}

//! What is expected of the program's answers, and where they differ.

use serde_json::Value;

/// A part of an answer.
#[derive(Debug)]
pub struct Section {
    pub key: &'static str,
    /// Rows, and whether each may as well be missing: where nothing was laid down.
    rows: Vec<(Value, bool)>,
    is_facts: bool,
    /// Nothing was laid down.
    is_open: bool,
}

impl Section {
    /// A list whose order is another matter.
    pub fn rows(key: &'static str, rows: Vec<Value>) -> Self {
        Self {
            key,
            rows: rows.into_iter().map(|row| (row, false)).collect(),
            is_facts: false,
            is_open: false,
        }
    }

    /// An object.
    pub fn facts(key: &'static str, facts: Value) -> Self {
        Self { key, rows: vec![(facts, false)], is_facts: true, is_open: false }
    }

    /// Whatever the program says.
    pub fn anything(key: &'static str) -> Self {
        Self { is_open: true, ..Self::rows(key, Vec::new()) }
    }

    pub fn add(&mut self, row: Value, is_optional: bool) {
        self.rows.push((row, is_optional));
    }

    /// Such rows may be missing.
    pub fn forget(&mut self, is_such: impl Fn(&Value) -> bool) {
        for (row, is_optional) in &mut self.rows {
            *is_optional |= is_such(row);
        }
    }

    /// Compares with what the program says; every key of an expected row counts.
    pub fn compare(&self, answer: &Value) -> Result<(), String> {
        if self.is_open {
            return Ok(());
        }
        let found = &answer[self.key];
        let got: Vec<Value> = match found {
            Value::Array(rows) if !self.is_facts => rows.clone(),
            Value::Object(_) if self.is_facts => vec![found.clone()],
            _ => return Err(format!("`{}` is {found}", self.key)),
        };
        let mut left = got;
        let mut missing: Vec<&Value> = Vec::new();
        for must in [true, false] {
            for (row, _) in self.rows.iter().filter(|(_, is_optional)| *is_optional != must) {
                match left.iter().position(|got| differences(row, got).is_empty()) {
                    Some(at) => drop(left.remove(at)),
                    None if must => missing.push(row),
                    None => {}
                }
            }
        }
        if missing.is_empty() && left.is_empty() {
            return Ok(());
        }
        Err(self.told(&missing, &left))
    }

    fn told(&self, missing: &[&Value], left: &[Value]) -> String {
        let mut lines = vec![format!("in `{}`:", self.key)];
        for row in missing.iter().take(2) {
            lines.push(format!("  expected {row}"));
            if let Some(nearest) = left.iter().min_by_key(|got| differences(row, got).len()) {
                lines.push(format!("  but the nearest has {}", differences(row, nearest).join("; ")));
            }
        }
        for row in left.iter().take(2) {
            lines.push(format!("  left is  {row}"));
        }
        lines.push(format!("  {} are missing, {} are left", missing.len(), left.len()));
        lines.join("\n")
    }
}

/// By what a row that was got differs from an expected one.
fn differences(expected: &Value, got: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for (key, value) in expected.as_object().into_iter().flatten() {
        let found = got.get(key);
        let is_same = match key.as_str() {
            // How they are told is the program's matter, and several may be told once.
            "odd" => {
                let [some, count] =
                    [found.unwrap_or(&Value::Null), value].map(|list| list.as_array().map_or(99, Vec::len));
                (some == 0) == (count == 0) && some <= count
            }
            _ => found == Some(value),
        };
        if !is_same {
            let found = found.map_or("nothing".to_owned(), ToString::to_string);
            all.push(format!("{key} {found} instead of {value}"));
        }
    }
    all
}

/// Takes out what was not laid down.
pub fn left_out(row: &mut Value, keys: &[&str]) {
    row.as_object_mut().unwrap().retain(|key, _| !keys.contains(&key.as_str()));
}

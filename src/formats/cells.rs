//! Renders cells as text: for people in one form or two, for programs unchanged. Only texts for people are escaped;
//! formats for programs escape on their own.

use std::borrow::Cow;

use chrono_tz::Tz;

use crate::formats::RenderOptions;
use crate::formats::table::grid::{Forms, WIDEST};
use crate::model::time::duration;
use crate::reports::sheet::{Cell, Kind};
use crate::text::cut::ends;
use crate::text::display::{escape_log, escaped_log};

/// The forms of a cell for people. A narrow column takes the shorter one.
pub fn forms(cell: &Cell<'_>, options: &RenderOptions) -> Forms {
    match cell {
        Cell::Nothing => Forms::default(),
        Cell::Text(text) => escape_log(&**text, options.charset).into(),
        Cell::Number(number) => number.to_string().into(),
        Cell::Integer(number) => number.to_string().into(),
        Cell::Share(share) => format!("{:.1} %", share * 100.0).into(),
        Cell::Time(time) => [time.to_the_second(options.zone), time.to_the_minute(options.zone)].into(),
        Cell::Duration(seconds) => [duration(*seconds, 2), duration(*seconds, 1)].into(),
        Cell::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned().into(),
        Cell::List(texts) => escape_log(texts.join(", "), options.charset).into(),
    }
}

/// The forms of a cell in a table.
pub fn table_forms(cell: &Cell<'_>, options: &RenderOptions) -> Forms {
    // A long text may be in every row; the part that does not fit need not be escaped and stored.
    let shortened =
        |text: &str| escape_log(ends(text, options.width.unwrap_or(WIDEST)), options.charset).into();
    match cell {
        Cell::Text(text) => shortened(text),
        Cell::List(texts) => shortened(&texts.join(", ")),
        _ => forms(cell, options),
    }
}

/// Whether values of this kind are amounts, which are right-aligned.
pub fn is_amount(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Integer | Kind::Share | Kind::Duration)
}

/// The longest form of a cell; a text that needs no escape is borrowed.
pub fn longest<'c>(cell: &'c Cell<'_>, options: &RenderOptions) -> Cow<'c, str> {
    match cell {
        Cell::Nothing => "".into(),
        Cell::Text(text) => escaped_log(text, options.charset),
        Cell::List(texts) if texts.is_empty() => "".into(),
        Cell::Time(time) => time.to_the_second(options.zone).into(),
        _ => forms(cell, options).into_longest().into(),
    }
}

/// The value for formats that have only text. Texts are unchanged from the log.
pub fn raw(cell: &Cell<'_>, zone: Tz) -> String {
    match cell {
        Cell::Nothing => String::new(),
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) | Cell::Duration(number) => number.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Share(share) => rounded(*share).to_string(),
        Cell::Time(time) => time.rfc3339(zone),
        Cell::Flag(flag) => flag.to_string(),
        Cell::List(texts) => texts.join("; "),
    }
}

/// A share rounded to the digits that matter.
pub fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::display::Charset;
    use serde_json::{Value, json};

    const LOOK: RenderOptions =
        RenderOptions { zone: Tz::UTC, width: None, colors: false, charset: Charset::Unicode, header: true };

    #[test]
    fn says_durations_in_two_units() {
        for (seconds, two, one) in [
            (0, "0s", "0s"),
            (59, "59s", "59s"),
            (725, "12m 5s", "12m"),
            (3600, "1h", "1h"),
            (3605, "1h", "1h"),
            (3 * 86_400 + 4 * 3600 + 7, "3d 4h", "3d"),
        ] {
            assert_eq!((duration(seconds, 2).as_str(), duration(seconds, 1).as_str()), (two, one));
        }
    }

    #[test]
    fn every_kind_for_people_and_programs() {
        let list = Cell::List(vec!["a".into(), "b\u{7}".into()]);
        for (cell, people, program, text) in [
            (Cell::Nothing, "", Value::Null, ""),
            (Cell::text("=1\u{1b}"), "=1\\u{1b}", json!("=1\u{1b}"), "=1\u{1b}"),
            (Cell::Number(1_234_567), "1234567", json!(1_234_567), "1234567"),
            (Cell::Share(0.123_456), "12.3 %", json!(0.1235), "0.1235"),
            (Cell::Share(f64::NAN), "NaN %", Value::Null, "NaN"),
            (Cell::Duration(60), "1m", json!(60), "60"),
            (Cell::Flag(false), "no", json!(false), "false"),
            (list, "a, b\\u{7}", json!(["a", "b\u{7}"]), "a; b\u{7}"),
        ] {
            assert_eq!(longest(&cell, &LOOK), people);
            let mut json = Vec::new();
            crate::formats::json_objects::cell(&cell, &mut json).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&json).unwrap(), program);
            assert_eq!(raw(&cell, Tz::UTC), text);
        }
    }
}

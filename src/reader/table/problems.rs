//! What is said about a table whose columns or rows are wrong.

use crate::input::table::{Fault, Row};
use crate::model::attribute::{ATTRIBUTES, Attribute};
use crate::model::diagnostic::{BAD_ROW, Diagnostic, LINE_TOO_LONG};
use crate::model::diagnostics::Diagnostics;
use crate::model::spelling;
use crate::reader::table::columns::{Arranged, Columns};
use crate::reader::{Reading, too_long};
use crate::text::cut::shortened;
use crate::text::plural::counted;
use crate::text::suggest;

/// So many columns are named in a message.
const MAX_NAMED: usize = 20;
/// And so much of each.
const MAX_CHARS: usize = 60;

/// The message that a file has no column of that name.
pub fn no_column(name: &str, names: &[String]) -> String {
    let known = names.iter().map(String::as_str);
    suggest::unknown_or("column", name, known, &format!("there are {}", listed(names)))
}

/// The message that a name could mean several columns.
pub fn several_columns(name: &str) -> String {
    format!("several of its columns are named `{name}`; rename them")
}

/// The message that no column gives what every event has, and what to try.
pub fn unknown_columns(
    columns: &Columns<'_>,
    arranged: &Arranged,
    missing: &[Attribute],
    input: &str,
) -> String {
    let name = |attribute: &Attribute| ATTRIBUTES[*attribute as usize].name;
    let of = |is_understood| {
        let all = columns.names.iter().zip(&arranged.is_understood);
        all.filter(move |(_, it)| **it == is_understood).map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let (understood, others) = (of(true), of(false));
    let maps = missing.iter().map(|attribute| {
        let column = likeliest(&others, *attribute).unwrap_or("COLUMN");
        let mapping = format!("{column}={}", name(attribute));
        format!(" --map {}", shlex::try_quote(&mapping).unwrap_or_default())
    });
    let input = if input.starts_with('<') { "-" } else { input };
    format!(
        "no column is known to be {}; understood: {}; not understood: {}; say what they are, such as with `ssoaudit filter{} {}`",
        missing.iter().map(|it| format!("the {}", name(it))).collect::<Vec<_>>().join(" or "),
        listed(&understood),
        listed(&others),
        maps.collect::<String>(),
        shlex::try_quote(input).unwrap_or_default(),
    )
}

/// The column that most looks like an attribute by words in its name.
fn likeliest(names: &[String], attribute: Attribute) -> Option<&str> {
    let words: &[&str] = match attribute {
        Attribute::Time => &["time", "when", "date", "occurred", "created"],
        _ => &["action", "event", "operation", "activity", "type"],
    };
    let has = |name: &&String, word: &str| spelling::key(name).contains(word);
    words.iter().find_map(|word| names.iter().find(|name| has(name, word))).map(String::as_str)
}

fn listed(names: &[String]) -> String {
    let mut listed: Vec<_> =
        names.iter().take(MAX_NAMED).map(|name| format!("`{}`", shortened(name, MAX_CHARS))).collect();
    if names.len() > MAX_NAMED {
        listed.push(format!("and {} more", names.len() - MAX_NAMED));
    }
    if listed.is_empty() { "none".to_owned() } else { listed.join(", ") }
}

/// The diagnostic of a row that is not one of the table, with its text.
pub fn bad_row(row: &Row, text: &[u8], columns: usize, reading: &Reading) -> Option<Diagnostic> {
    let (fault, at) = row.fault?;
    let (code, message, expected) = match fault {
        Fault::TooLong(bytes) => return Some(too_long(bytes, row.origin, reading)),
        Fault::TooLongOverLines => {
            let limit = reading.max_line_bytes;
            let message = format!("the row that begins here has more than {limit} bytes over several lines");
            (&LINE_TOO_LONG, message, format!("at most {limit} bytes (--max-line-bytes)"))
        }
        Fault::Cells(cells) => {
            let cells = counted(cells as u64, "cell");
            (
                &BAD_ROW,
                format!("the row has {cells}, and the header has {columns}"),
                counted(columns as u64, "cell"),
            )
        }
        Fault::Unclosed => {
            (&BAD_ROW, "the quote that opens here is not closed".to_owned(), CLOSED.to_owned())
        }
        Fault::AfterQuote => (
            &BAD_ROW,
            "the cell that begins here goes on after the quote that closes it".to_owned(),
            CLOSED.to_owned(),
        ),
    };
    let mut diagnostics = Diagnostics::new(text, row.origin);
    diagnostics.add_at(code, at, |diagnostic| {
        diagnostic.message = message;
        diagnostic.expected = Some(expected);
    });
    diagnostics.finish().pop()
}

const CLOSED: &str = "a quote at the end of the cell, and each quote in it twice";

//! The sentences at the head of a report, which say what was found. A report has a table of them, and they are made from
//! its figures alone, so that they say no more than these.

use crate::text::plural::{agreeing, counted};

/// A sentence about the figures of a report; `None` if they give no occasion for it.
pub type Statement<F> = fn(&F) -> Option<String>;

/// The sentences of a table about figures, in the order of the table.
pub fn statements<F>(figures: &F, table: &[Statement<F>]) -> Vec<String> {
    table.iter().filter_map(|statement| statement(figures)).collect()
}

/// How often something happened: `once`, `3 times`.
pub fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Says in parentheses how many of `all` are only presumed, to follow what is said of all; nothing if none is.
pub fn presumed(presumed: u64, all: u64) -> String {
    match presumed {
        0 => String::new(),
        _ if presumed == all => " (presumed)".to_owned(),
        some => format!(" ({some} of these presumed)"),
    }
}

/// The numbers that are not zero, each with what it counts: `3 active, 2 deleted and 1 unknown`.
pub fn each_counted(parts: &[(u64, &str)]) -> String {
    let some = parts.iter().filter(|(count, _)| *count > 0);
    let some: Vec<_> = some.map(|(count, what)| format!("{count} {what}")).collect();
    match some.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => some.concat(),
    }
}

/// A clause about a number of things that is not zero, with what holds for one and for several:
/// `1 change names nobody`, `2 changes name nobody`.
pub fn clause(count: u64, noun: &str, holds: [&str; 2]) -> Option<String> {
    (count > 0).then(|| format!("{} {}", counted(count, noun), agreeing(count, holds)))
}

/// The clauses as one sentence; `None` if there are none.
pub fn sentence<const N: usize>(clauses: [Option<String>; N]) -> Option<String> {
    let clauses: Vec<_> = clauses.into_iter().flatten().collect();
    (!clauses.is_empty()).then(|| format!("{}.", clauses.join("; ")))
}

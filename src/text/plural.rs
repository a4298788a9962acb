//! Numbers of things.

/// `event` for one, `events` for another number.
pub fn plural(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{noun}{ending}")
}

/// What agrees with one thing, or with another number of them: `is` or `are`.
pub fn agreeing(count: u64, [one, others]: [&str; 2]) -> &str {
    if count == 1 { one } else { others }
}

/// `1 event`, `2 events`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{count} {}", plural(count, noun))
}

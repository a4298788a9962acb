//! What some tests need of a machine and not every machine has.

use std::io::Write;

/// The names of the tools that have to work here, separated by spaces. `.ci/run` sets it to those that it found.
const REQUIRED: &str = "SSOAUDIT_REQUIRE_TOOLS";

/// Says on standard error, where it is seen even if the test passes, that a tool is missing and what nobody
/// checks without it. Fails where the tool has to be there.
#[allow(clippy::explicit_write, reason = "the harness would capture it")]
pub fn not_checked(tool: &str, consequence: &str) {
    let required = std::env::var(REQUIRED).unwrap_or_default();
    let is_required = required.split_whitespace().any(|name| name == tool);
    assert!(!is_required, "{REQUIRED} names {tool}, which does not work here: {consequence}");
    // The test harness captures what macros print, and shows it only of tests that fail.
    writeln!(std::io::stderr(), "NOT CHECKED, as {tool} does not work here: {consequence}").unwrap();
}

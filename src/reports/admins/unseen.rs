//! The part of the report that is about the roster: which admins on it have no event in the log.

use crate::analysis::roster::Unseen;
use crate::reports::ReportInput;
use crate::reports::sheet::{Cell, Column, Kind, Row, Table, Tone};
use crate::text::plural::counted;

const COLUMNS: [Column; 4] = [
    Column::new("actor", "Actor", Kind::Text, "id or e-mail address on the roster"),
    Column::new("organization", "Organization", Kind::Text, "where they are an admin, as on the roster"),
    Column::new("from", "From", Kind::Time, "from when on they were an admin, as far back as the log goes"),
    Column::new("until", "Until", Kind::Time, "until when they were, or until the last event of the log"),
];

/// The admins of whom the log has no event.
pub fn table<'a>(input: &'a ReportInput<'a>) -> Table<'a> {
    let unseen = input.roster.as_ref().map_or(&[][..], |roster| &roster.unseen);
    let row = |Unseen { actor, organization, from, until }: &'a Unseen| Row {
        cells: vec![
            actor.as_str().into(),
            organization.as_str().into(),
            Cell::Time(*from),
            Cell::Time(*until),
        ],
        tone: Tone::Plain,
    };
    let empty = match (&input.roster, input.survey.ranges.up_to_the_present()) {
        (None, _) => "Without a roster, it is not known who might have acted.",
        (_, None) => "A log without an event says nothing about anybody.",
        _ => "Every admin whom the roster names for this time has an event in this log.",
    };
    Table { columns: COLUMNS.to_vec(), rows: unseen.iter().map(row).collect(), empty, left_out: 0 }
}

/// What limits what the report says of the roster.
pub fn notes(input: &ReportInput<'_>) -> Vec<String> {
    let Some(roster) = &input.options.roster else {
        return vec!["Without a roster (--roster), it is not known who had which role.".to_owned()];
    };
    let mut notes = Vec::new();
    if let Some((begin, end)) = input.survey.ranges.up_to_the_present() {
        let [begin, end] = [begin, end].map(|time| time.rfc3339(input.options.zone));
        notes.push(format!(
            "Admins never seen have no event in this log from {begin} to {end}, whatever is selected; what \
             other logs show is not known."
        ));
    }
    match roster.admin_patterns() as u64 {
        0 => {}
        patterns => notes.push(format!(
            "{} of the roster may stand for anybody, so nobody counts as never seen because of that.",
            counted(patterns, "pattern")
        )),
    }
    notes
}

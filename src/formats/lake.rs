//! Events as OCSF in Parquet, laid out as a custom source of Amazon Security Lake has to be: nested columns of one class,
//! files for each day in UTC, rows in the order of time.
//!
//! <https://docs.aws.amazon.com/security-lake/latest/userguide/custom-sources.html>

use anyhow::Result;
use chrono_tz::Tz;

use crate::columnar::Schema;
use crate::formats::rows::mapping::MappedColumns;
use crate::formats::rows::ocsf::OCSF;
use crate::formats::table::output::RowOutput;
use crate::formats::table::packed::pack;
use crate::model::event::Event;
use crate::model::time::Timestamp;
use crate::output::Output;
use crate::output::sorted_rows::SortedRows;

/// The field by which rows are sorted.
const TIME: &str = "time";

/// Where in the lake a source is.
#[derive(Clone, Debug)]
pub struct Partition {
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
}

impl Partition {
    /// The folder for the day of a time, below that of the source.
    pub fn folder(&self, time: Timestamp) -> String {
        let Self { region, account } = self;
        format!("region={region}/accountId={account}/eventDay={}", date(time).replace('-', ""))
    }
}

/// The date in UTC.
fn date(time: Timestamp) -> String {
    time.rfc3339(Tz::UTC).split('T').take(1).collect()
}

/// Puts events into files.
pub struct LakeFormat {
    columns: MappedColumns,
    schema: Schema,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// How many files.
    pub files: u64,
    /// How many events are in them.
    pub events: u64,
}

impl LakeFormat {
    /// The columns of OCSF.
    pub fn new() -> Result<Self> {
        let columns = MappedColumns::new(&OCSF);
        Ok(Self { schema: columns.schema(TIME)?, columns })
    }

    /// Renders an event.
    pub fn row(&self, event: &Event<'_>, out: &mut Vec<u8>) {
        self.columns.cells(event).iter().for_each(|cell| pack(cell, out));
    }

    /// Writes the rows of each day to the output that is created for a time of that day.
    pub fn write(
        &self,
        rows: SortedRows,
        mut create: impl FnMut(Timestamp) -> Result<Output>,
    ) -> Result<FileCounts> {
        let mut written = FileCounts::default();
        let mut open: Option<(String, RowOutput)> = None;
        rows.each(|time, row| {
            written.events += 1;
            let day = date(time);
            if let Some((_, output)) = open.as_mut().filter(|(of, _)| *of == day) {
                return output.write(row);
            }
            open.take().map_or(Ok(()), |(_, output)| output.finish())?;
            written.files += 1;
            let output = RowOutput::with_schema(self.schema.clone(), create(time)?)?;
            open.insert((day, output)).1.write(row)
        })?;
        open.map_or(Ok(()), |(_, output)| output.finish())?;
        Ok(written)
    }
}

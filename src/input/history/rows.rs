//! The rows of a row group of a history, column by column.

use crate::columnar::{FixedColumn, TextColumn, Values};
use crate::input::history::columns::{EPOCH_NS, Further, IN_COLUMNS, TIME, TIME_TEXT, attribute_index};
use crate::model::time::Timestamp;

/// Rows of a history. Every column has the same number of them.
pub struct Rows {
    times: Vec<Timestamp>,
    /// Times as the vendor wrote them, where that is not the usual way: texts.
    pub time_texts: Values,
    /// Texts or booleans, in the order of [`IN_COLUMNS`].
    pub attributes: Vec<Values>,
    /// All texts of attributes that have several, as JSON.
    pub all_texts: TextColumn,
    /// Diagnostics that rules look at, as JSON.
    pub diagnostics: TextColumn,
    /// Digests of contents.
    pub digests: FixedColumn,
    /// Names of the inputs in which events were read first.
    pub inputs: TextColumn,
    lines: Vec<u64>,
    /// Which further places each row has, if it has some.
    origins: Vec<u32>,
    further_places: Vec<Vec<RowPlace>>,
}

/// A place where an event was read: the input, the line in it, counted from 1, and which of several events there that
/// say the same it is, counted from 0.
pub type RowPlace = (String, u64, u32);

impl Rows {
    /// The columns of a history that are read: the others say only what these say.
    pub fn columns() -> Vec<usize> {
        (0..Further::Count.index()).collect()
    }

    /// Rows with these columns; `None` if they are not those of a history, or a row lacks what every event has.
    pub fn new(columns: Vec<Values>) -> Option<Self> {
        let mut columns: Vec<_> = columns.into_iter().map(Some).collect();
        let mut take = |index: usize| columns.get_mut(index)?.take();
        let micros = numbers(take(TIME)?)?;
        let nanos = numbers(take(EPOCH_NS)?)?;
        let lines = numbers(take(Further::Line.index())?)?.into_iter();
        let origins = texts(take(Further::Origins.index())?)?;
        Some(Self {
            times: micros
                .into_iter()
                .zip(nanos)
                .map(|(micros, nanos)| time(micros?, nanos))
                .collect::<Option<_>>()?,
            time_texts: take(TIME_TEXT)?,
            attributes: (0..IN_COLUMNS.len()).map(|at| take(attribute_index(at))).collect::<Option<_>>()?,
            all_texts: texts(take(Further::AllTexts.index())?)?,
            diagnostics: texts(take(Further::Diagnostics.index())?)?,
            digests: fixed(take(Further::Content.index())?)?,
            inputs: texts(take(Further::Input.index())?)?,
            lines: lines.map(|line| u64::try_from(line?).ok()).collect::<Option<_>>()?,
            origins: origins.codes().to_vec(),
            further_places: origins
                .values()
                .iter()
                .map(|json| serde_json::from_str(json).ok())
                .collect::<Option<_>>()?,
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// When the event of a row happened.
    pub fn time(&self, row: usize) -> Timestamp {
        self.times[row]
    }

    /// That time as the vendor wrote it, unless that is the usual way.
    pub fn time_text(&self, row: usize) -> Option<&str> {
        if let Values::Text(texts) = &self.time_texts { texts.get(row) } else { None }
    }

    /// Where the event of a row was read first.
    pub fn first_place(&self, row: usize) -> (&str, u64) {
        (self.inputs.get(row).unwrap_or_default(), self.lines[row])
    }

    /// Where else it was read.
    pub fn further_places(&self, row: usize) -> &[RowPlace] {
        self.further_places.get(self.origins[row] as usize).map_or(&[], |places| places)
    }
}

fn time(micros: i64, nanos: Option<i64>) -> Option<Timestamp> {
    const MICROS: i64 = 1_000_000;
    let below = nanos.map_or(0, |nanos| nanos.rem_euclid(1000));
    let nanos = u32::try_from(micros.rem_euclid(MICROS) * 1000 + below).ok()?;
    Some(Timestamp { seconds: micros.div_euclid(MICROS), nanos }).filter(|time| time.is_usual())
}

fn texts(values: Values) -> Option<TextColumn> {
    if let Values::Text(column) = values { Some(column) } else { None }
}

fn fixed(values: Values) -> Option<FixedColumn> {
    if let Values::Fixed(column) = values { Some(column) } else { None }
}

fn numbers(values: Values) -> Option<Vec<Option<i64>>> {
    if let Values::Integer(numbers) | Values::Time(numbers) = values { Some(numbers) } else { None }
}

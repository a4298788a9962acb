//! Cells as bytes that can be read again: what many threads make of rows until one puts them into columns.
//!
//! A cell is a byte that says what it is, and its value: numbers have eight bytes, texts their length and their bytes, and
//! lists how many texts they have and these.

use std::io;

use crate::formats::cells::rounded;
use crate::reports::sheet::Cell;

/// The value of a cell.
#[derive(Debug, PartialEq)]
pub enum Packed<'a> {
    /// There is none.
    Nothing,
    /// A text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// Microseconds since 1970 in UTC.
    Time(i64),
    /// `true` or `false`.
    Flag(bool),
    /// Several texts.
    List(Vec<&'a str>),
}

const NOTHING: u8 = 0;
const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const FLOAT: u8 = 3;
const TIME: u8 = 4;
const FLAG: u8 = 5;
const LIST: u8 = 6;

/// Writes a cell. A share is rounded as in other formats, and nothing if it is no number.
pub fn pack(cell: &Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Nothing => out.push(NOTHING),
        Cell::Text(text) => {
            out.push(TEXT);
            pack_text(text, out);
        }
        Cell::Integer(number) => pack_number(INTEGER, number.to_le_bytes(), out),
        Cell::Number(number) | Cell::Duration(number) => {
            pack_number(INTEGER, i64::try_from(*number).unwrap_or(i64::MAX).to_le_bytes(), out);
        }
        Cell::Share(share) if share.is_nan() => out.push(NOTHING),
        Cell::Share(share) => pack_number(FLOAT, rounded(*share).to_le_bytes(), out),
        Cell::Time(time) => pack_number(TIME, time.epoch_micros().to_le_bytes(), out),
        Cell::Flag(flag) => out.extend([FLAG, u8::from(*flag)]),
        Cell::List(texts) => {
            out.push(LIST);
            out.extend((texts.len() as u64).to_le_bytes());
            texts.iter().for_each(|text| pack_text(text, out));
        }
    }
}

fn pack_number(kind: u8, number: [u8; 8], out: &mut Vec<u8>) {
    out.push(kind);
    out.extend(number);
}

fn pack_text(text: &str, out: &mut Vec<u8>) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Takes the first cell of some bytes.
pub fn unpack<'a>(bytes: &mut &'a [u8]) -> io::Result<Packed<'a>> {
    let [kind] = take_array(bytes)?;
    Ok(match kind {
        TEXT => Packed::Text(take_text(bytes)?),
        INTEGER => Packed::Integer(i64::from_le_bytes(take_array(bytes)?)),
        FLOAT => Packed::Float(f64::from_le_bytes(take_array(bytes)?)),
        TIME => Packed::Time(i64::from_le_bytes(take_array(bytes)?)),
        FLAG => Packed::Flag(take_array(bytes)? == [1]),
        LIST => {
            let count = u64::from_le_bytes(take_array(bytes)?);
            Packed::List((0..count).map(|_| take_text(bytes)).collect::<io::Result<_>>()?)
        }
        _ => Packed::Nothing,
    })
}

fn take_array<const N: usize>(bytes: &mut &[u8]) -> io::Result<[u8; N]> {
    let (array, rest) = bytes.split_first_chunk().ok_or(io::ErrorKind::UnexpectedEof)?;
    *bytes = rest;
    Ok(*array)
}

fn take_text<'a>(bytes: &mut &'a [u8]) -> io::Result<&'a str> {
    let length = usize::try_from(u64::from_le_bytes(take_array(bytes)?)).map_err(io::Error::other)?;
    let (text, rest) = bytes.split_at_checked(length).ok_or(io::ErrorKind::UnexpectedEof)?;
    *bytes = rest;
    str::from_utf8(text).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = Cell<'static>> {
        prop_oneof![
            Just(Cell::Nothing),
            any::<String>().prop_map(|text| Cell::Text(text.into())),
            any::<i64>().prop_map(Cell::Integer),
            any::<u64>().prop_map(Cell::Number),
            prop_oneof![0.0..=1.0, Just(f64::NAN)].prop_map(Cell::Share),
            (any::<i32>(), 0..1_000_000_000_u32)
                .prop_map(|(seconds, nanos)| Cell::Time(Timestamp { seconds: seconds.into(), nanos })),
            any::<bool>().prop_map(Cell::Flag),
            prop::collection::vec(any::<String>().prop_map(Into::into), 0..4).prop_map(Cell::List),
        ]
    }

    proptest! {
        #[test]
        fn cells_are_read_back(cells in prop::collection::vec(cell(), 0..8)) {
            let mut bytes = Vec::new();
            cells.iter().for_each(|cell| pack(cell, &mut bytes));
            let mut rest = &bytes[..];
            for cell in &cells {
                let expected = match cell {
                    Cell::Text(text) => Packed::Text(text),
                    Cell::Integer(number) => Packed::Integer(*number),
                    Cell::Number(number) => Packed::Integer(i64::try_from(*number).unwrap_or(i64::MAX)),
                    Cell::Share(share) if !share.is_nan() => Packed::Float(rounded(*share)),
                    Cell::Time(time) => {
                        Packed::Time(time.seconds * 1_000_000 + i64::from(time.nanos) / 1000)
                    }
                    Cell::Flag(flag) => Packed::Flag(*flag),
                    Cell::List(texts) => Packed::List(texts.iter().map(|text| &**text).collect()),
                    _ => Packed::Nothing,
                };
                prop_assert_eq!(unpack(&mut rest)?, expected);
            }
            prop_assert!(rest.is_empty() && unpack(&mut rest).is_err());
        }
    }
}

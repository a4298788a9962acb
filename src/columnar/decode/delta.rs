//! Numbers and byte strings as differences from those before.

use super::bits::unpack;
use super::cursor::{Cursor, Decoded};

/// A miniblock is a multiple of so many numbers.
const UNIT: usize = 32;
/// More numbers than any writer puts into a block.
const MAX_BLOCK: usize = 1 << 16;

/// Exactly `count` numbers, as `DELTA_BINARY_PACKED` has them.
pub fn numbers(cursor: &mut Cursor<'_>, count: usize) -> Decoded<Vec<i64>> {
    let (block, miniblocks) = (cursor.count()?, cursor.count()?);
    let miniblock = block.checked_div(miniblocks).unwrap_or_default();
    if block > MAX_BLOCK || miniblock == 0 || !miniblock.is_multiple_of(UNIT) {
        return Err("its blocks have an impossible size");
    }
    if cursor.count()? != count {
        return Err("it has another number of values");
    }
    let mut last = cursor.zigzag()?;
    let mut numbers = Vec::with_capacity(count);
    numbers.extend((count > 0).then_some(last));
    while numbers.len() < count {
        let least = cursor.zigzag()?;
        let widths = cursor.take(miniblocks)?;
        for width in widths.iter().map(|width| u32::from(*width)) {
            let here = miniblock.min(count - numbers.len());
            if here == 0 {
                // Writers leave out what would follow the last number.
                break;
            }
            if width > u64::BITS {
                return Err("a difference has too many bits");
            }
            let packed = cursor.take(miniblock / 8 * width as usize)?;
            unpack(packed, width, here, |difference| {
                last = last.wrapping_add(least).wrapping_add(difference as i64);
                numbers.push(last);
            });
        }
    }
    Ok(numbers)
}

/// Hands over exactly `count` byte strings, as `DELTA_BYTE_ARRAY` has them: how many bytes of the one before each
/// begins with, and what follows these.
pub fn strings(bytes: &[u8], count: usize, mut each: impl FnMut(usize, &[u8]) -> Decoded<()>) -> Decoded<()> {
    let mut cursor = Cursor(bytes);
    let prefixes = numbers(&mut cursor, count)?;
    let suffixes = numbers(&mut cursor, count)?;
    let length = |number: i64| usize::try_from(number).map_err(|_| "a length is negative");
    for (prefix, suffix) in prefixes.into_iter().zip(suffixes) {
        each(length(prefix)?, cursor.take(length(suffix)?)?)?;
    }
    if cursor.is_empty() { Ok(()) } else { Err("something follows its last value") }
}

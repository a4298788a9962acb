//! Numbers of a few bits each, and runs of them.
//!
//! The hybrid of runs and packed bits is what Parquet has for codes and for whether a value is there.

use super::cursor::{Cursor, Decoded};

/// Hands over `count` numbers of `width` bits, up to 64, the lowest bit first. What is missing at the end is zero.
pub fn unpack(bytes: &[u8], width: u32, count: usize, mut each: impl FnMut(u64)) {
    let mask = 1_u64.checked_shl(width).map_or(u64::MAX, |above| above - 1);
    let width = width as usize;
    // No number waits for the one before it.
    for bit in (0..count).map(|index| index * width) {
        each((word(bytes, bit / 8) >> (bit % 8)) as u64 & mask);
    }
}

/// The bytes from there, as many as any number can be in.
#[inline]
fn word(bytes: &[u8], at: usize) -> u128 {
    let rest = bytes.get(at..).unwrap_or_default();
    let word = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; 16];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        last
    });
    u128::from_le_bytes(word)
}

/// How often which number of `width` bits, up to 32, comes if the bytes are a single run.
pub fn only_run(bytes: &[u8], width: u32) -> Option<(usize, u32)> {
    let mut cursor = Cursor(bytes);
    let head = cursor.count().ok().filter(|head| head & 1 == 0)?;
    let number = run_number(&mut cursor, width).ok()?;
    cursor.is_empty().then_some((head >> 1, number))
}

/// The number that a run consists of.
fn run_number(cursor: &mut Cursor<'_>, width: u32) -> Decoded<u32> {
    let bytes = cursor.take(width.div_ceil(8) as usize)?;
    let number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    if number >> width != 0 { Err("a code has too many bits") } else { Ok(number as u32) }
}

/// Exactly `count` numbers of `width` bits, up to 32, that runs and packed bits make; nothing may remain.
pub fn hybrid(bytes: &[u8], width: u32, count: usize) -> Decoded<Vec<u32>> {
    if width > u32::BITS {
        return Err("a code has too many bits");
    }
    let mut cursor = Cursor(bytes);
    let mut numbers = Vec::with_capacity(count);
    while numbers.len() < count {
        let left = count - numbers.len();
        let head = cursor.count()?;
        if head & 1 == 1 {
            // Eight numbers have as many bytes as one has bits.
            let bytes = (head >> 1).checked_mul(width as usize).ok_or("a run is too long")?;
            let packed = (head >> 1).saturating_mul(8);
            unpack(cursor.take(bytes)?, width, packed.min(left), |number| numbers.push(number as u32));
        } else {
            let run = head >> 1;
            if run > left {
                return Err("a run is too long");
            }
            numbers.extend(std::iter::repeat_n(run_number(&mut cursor, width)?, run));
        }
    }
    if cursor.is_empty() { Ok(numbers) } else { Err("something follows its last value") }
}

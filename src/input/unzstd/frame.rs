//! Where frames of zstd end, which their headers say before anything is unpacked (RFC 8878, sections 3.1.1 and 3.1.2).
//! A table of frames or a note about the next one, which some programs add in skippable frames, would say no more, and
//! would have to be verified.

use std::ops::RangeInclusive;

/// How a frame begins.
pub const MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
/// How a skippable frame begins, as a number.
const SKIPPABLE: RangeInclusive<u32> = 0x184D_2A50..=0x184D_2A5F;

/// No block has more bytes, packed or unpacked.
const BLOCK_BYTES: usize = 128 << 10;
/// Frames that say or need more than so many bytes are not unpacked as a whole.
pub const MOST_BYTES: usize = 8 << 20;
/// The same of packed bytes, as what cannot be packed gets headers on top.
const MOST_PACKED: usize = MOST_BYTES + (MOST_BYTES >> 6);
/// The same of blocks where no frame says how long it is: encoders end blocks early where the content changes.
const MOST_BLOCKS: usize = 4 * MOST_BYTES / BLOCK_BYTES;

/// What the headers of a frame say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It ends.
    Ends {
        /// After so many bytes.
        packed: usize,
        /// Of so many bytes unpacked, at most, if its headers tell the truth.
        unpacked: usize,
    },
    /// So many bytes are needed to say more.
    Needs(usize),
    /// It is long, or no frame.
    Unknown,
}

/// Whether a file that begins like this begins with a skippable frame.
pub fn is_skippable(head: &[u8]) -> bool {
    head.first_chunk().is_some_and(|magic| SKIPPABLE.contains(&u32::from_le_bytes(*magic)))
}

/// Where the frame ends that begins with these bytes.
pub fn extent(bytes: &[u8]) -> Extent {
    let found = if is_skippable(bytes) { skippable(bytes) } else { frame(bytes) };
    match found {
        Ok((packed, _)) if packed > MOST_PACKED => Extent::Unknown,
        Ok((packed, _)) if packed > bytes.len() => Extent::Needs(packed),
        Ok((packed, unpacked)) => Extent::Ends { packed, unpacked },
        Err(extent) => extent,
    }
}

/// Bytes of it packed and unpacked.
type Lengths = (usize, usize);

fn skippable(bytes: &[u8]) -> Result<Lengths, Extent> {
    let length = u32::from_le_bytes(take(bytes, 4)?);
    Ok((usize::try_from(length).map_or(usize::MAX, |length| length.saturating_add(8)), 0))
}

fn frame(bytes: &[u8]) -> Result<Lengths, Extent> {
    if take(bytes, 0)? != MAGIC {
        return Err(Extent::Unknown);
    }
    let [descriptor] = take(bytes, 4)?;
    let is_single_segment = descriptor & 1 << 5 != 0;
    let id_bytes = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let at = 5 + usize::from(!is_single_segment) + id_bytes;
    let (content, content_bytes) = match (descriptor >> 6, is_single_segment) {
        (0, false) => (None, 0),
        (0, true) => (Some(u64::from(u8::from_le_bytes(take(bytes, at)?))), 1),
        (1, _) => (Some(u64::from(u16::from_le_bytes(take(bytes, at)?)) + 256), 2),
        (2, _) => (Some(u64::from(u32::from_le_bytes(take(bytes, at)?))), 4),
        _ => (Some(u64::from_le_bytes(take(bytes, at)?)), 8),
    };
    let content = content.map(|content| usize::try_from(content).unwrap_or(usize::MAX));
    let window = if is_single_segment { content } else { Some(window(u8::from_le_bytes(take(bytes, 5)?))) };
    // What the decoder keeps is as long as the window, or as the content.
    let kept = window.into_iter().chain(content).min();
    if kept.is_none_or(|kept| kept > MOST_BYTES) || content.is_some_and(|content| content > MOST_BYTES) {
        return Err(Extent::Unknown);
    }
    let (end, most) = blocks(bytes, at + content_bytes)?;
    let checksum_bytes = if descriptor & 1 << 2 == 0 { 0 } else { 4 };
    Ok((end + checksum_bytes, content.unwrap_or(most)))
}

/// Bytes of a window, by its descriptor.
fn window(descriptor: u8) -> usize {
    let base = 1_u64 << (10 + (descriptor >> 3));
    usize::try_from(base + base / 8 * u64::from(descriptor & 7)).unwrap_or(usize::MAX)
}

/// Where blocks end that begin at `at`, and how many bytes they are unpacked, at most.
fn blocks(bytes: &[u8], mut at: usize) -> Result<Lengths, Extent> {
    let mut unpacked = 0;
    for _ in 0..MOST_BLOCKS {
        let [low, middle, high] = take(bytes, at)?;
        let head = usize::from(low) | usize::from(middle) << 8 | usize::from(high) << 16;
        let size = head >> 3;
        let (packed, content) = match head >> 1 & 3 {
            0 => (size, size),
            1 => (1, size),
            2 => (size, BLOCK_BYTES),
            _ => return Err(Extent::Unknown),
        };
        at += 3 + packed;
        unpacked += content;
        if size > BLOCK_BYTES || at > MOST_PACKED {
            return Err(Extent::Unknown);
        }
        if head & 1 != 0 {
            return Ok((at, unpacked));
        }
    }
    Err(Extent::Unknown)
}

/// The bytes at `at`.
fn take<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], Extent> {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().ok_or(Extent::Needs(at + N))
}

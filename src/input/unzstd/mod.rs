//! zstd: one frame after another, block by block, or ahead of whoever reads it (`ahead.rs`). What is unpacked, and what is
//! said of damage, is the same.

mod ahead;
mod frame;
mod packed;

use std::io::{self, Read};

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::{Reader, Stream};
use packed::Packed;

pub use ahead::{Ahead, AheadReader, Readers};
pub use frame::{MAGIC, is_skippable};

/// The largest window, as a power of two: 128 MiB, the default of `zstd` itself.
const MAX_WINDOW_LOG: u32 = 27;
/// So many bytes tell the decoder how long the header of a frame is.
const HEAD_BYTES: usize = 5;

/// Unpacks zstd. The decoder is given no more than it needs for its next step, which is a block, so what comes before
/// damage does not depend on how much is read at once.
pub struct Unzstd<R> {
    packed: Packed<R>,
    decoder: Decoder<'static>,
    /// So many packed bytes are the next step.
    step: usize,
    /// The decoder may have more of a block than there was room for.
    is_flushing: bool,
    /// No frame has begun that has not ended.
    is_between_frames: bool,
    when_damaged: WhenDamaged,
}

/// What happens to the packed bytes after damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenDamaged {
    /// They are left alone: there may be no end to wait for.
    Leave,
    /// They are read, so that what is said of a file does not depend on how far it was read ahead.
    Drain,
}

impl<R: Read> Unzstd<R> {
    /// What a reader gives, unpacked.
    pub fn new(reader: R, when_damaged: WhenDamaged) -> io::Result<Self> {
        Ok(Self { when_damaged, ..Self::with_decoder(Packed::new(reader), decoder()?) })
    }

    fn with_decoder(packed: Packed<R>, decoder: Decoder<'static>) -> Self {
        Self {
            packed,
            decoder,
            step: HEAD_BYTES,
            is_flushing: false,
            is_between_frames: true,
            when_damaged: WhenDamaged::Leave,
        }
    }

    /// One step of the decoder. Returns how many bytes it gave.
    fn run(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len();
        let rest = self.packed.rest();
        let step = if self.is_flushing { 0 } else { self.step.min(rest.len()) };
        let (mut input, mut output) = (InBuffer::around(&rest[..step]), OutBuffer::around(buffer));
        let next = self.decoder.run(&mut input, &mut output).map_err(described)?;
        let (read, given) = (input.pos(), output.pos());
        self.packed.advance(read);
        self.is_between_frames = next == 0;
        self.is_flushing = next > 0 && given == room;
        self.step = if next == 0 { HEAD_BYTES } else { next };
        Ok(given)
    }

    /// What there is to say when no packed bytes are left.
    fn end(&mut self) -> io::Result<usize> {
        match self.packed.take_error() {
            Some(error) => Err(error),
            None if self.is_between_frames => Ok(0),
            None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "incomplete frame")),
        }
    }
}

impl<R: Read> Read for Unzstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_flushing && self.packed.rest().is_empty() && !self.packed.read_more() {
                return self.end();
            }
            match self.run(buffer) {
                Ok(0) => {}
                Err(error) => {
                    if self.when_damaged == WhenDamaged::Drain {
                        self.packed.drain();
                    }
                    return Err(error);
                }
                given => return given,
            }
        }
    }
}

impl Stream for Unzstd<Reader> {}

fn decoder() -> io::Result<Decoder<'static>> {
    let mut decoder = Decoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(MAX_WINDOW_LOG))?;
    Ok(decoder)
}

/// Says what to do about a window that is too large.
fn described(error: io::Error) -> io::Error {
    match error.to_string() {
        text if text.contains("too much memory") => io::Error::other(
            "the window of this zstd stream is larger than 128 MiB; unpack it with `zstd -d --long=31` first",
        ),
        _ => error,
    }
}

//! Packed bytes on their way to a decoder, of which as many can be looked at as are needed.

use std::io::{self, Read};

use super::frame::{Extent, MOST_BYTES, extent};

/// So many bytes are read at once.
const CHUNK: usize = 128 << 10;
/// Frames are put together until they are so many bytes: less is not worth a thread.
const ENOUGH_BYTES: usize = 1 << 20;

/// What is still packed.
pub struct Packed<R> {
    reader: R,
    bytes: Vec<u8>,
    /// So many of the bytes are done with.
    done: usize,
    has_ended: bool,
    /// Why the reader ended.
    error: Option<io::Error>,
}

/// Whole frames that follow each other.
pub struct Frames {
    /// As they are in the file.
    pub bytes: Vec<u8>,
    /// How many bytes they are unpacked, if their headers tell the truth.
    pub unpacked: usize,
}

impl Packed<io::Empty> {
    /// Frames alone.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { reader: io::empty(), bytes, done: 0, has_ended: true, error: None }
    }
}

impl<R: Read> Packed<R> {
    /// What a reader gives.
    pub fn new(reader: R) -> Self {
        Self { reader, bytes: Vec::new(), done: 0, has_ended: false, error: None }
    }

    /// What was read and is not done with.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.done..]
    }

    /// So many of these bytes are done with.
    pub fn advance(&mut self, bytes: usize) {
        self.done += bytes;
    }

    /// Reads more; `false` if there is none, or reading fails.
    pub fn read_more(&mut self) -> bool {
        if self.has_ended {
            return false;
        }
        self.bytes.drain(..self.done);
        self.done = 0;
        let filled = self.bytes.len();
        self.bytes.resize(filled + CHUNK, 0);
        let read = loop {
            match self.reader.read(&mut self.bytes[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let length = *read.as_ref().unwrap_or(&0);
        self.bytes.truncate(filled + length);
        self.has_ended = length == 0;
        self.error = read.err();
        length > 0
    }

    /// Why reading failed, if it did.
    pub fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Reads all that is left, for the sake of those who count it.
    pub fn drain(&mut self) {
        self.bytes.clear();
        self.done = 0;
        while self.read_more() {
            self.done = self.bytes.len();
        }
    }

    /// The frames that come next, if they are short; they are done with.
    pub fn take_frames(&mut self) -> Option<Frames> {
        let (mut end, mut length) = (0, 0);
        while end.max(length) < ENOUGH_BYTES {
            match extent(&self.rest()[end..]) {
                Extent::Ends { packed, unpacked } if end == 0 || length + unpacked <= MOST_BYTES => {
                    end += packed;
                    length += unpacked;
                }
                Extent::Needs(bytes) if self.has(end + bytes) => {}
                _ => break,
            }
        }
        let frames = Frames { bytes: self.rest()[..end].to_vec(), unpacked: length };
        self.advance(end);
        (end > 0).then_some(frames)
    }

    /// Whether there are so many bytes, of which as many are read as are missing.
    fn has(&mut self, bytes: usize) -> bool {
        while self.rest().len() < bytes {
            if !self.read_more() {
                return false;
            }
        }
        true
    }
}

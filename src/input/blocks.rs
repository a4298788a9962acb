//! Cuts an input into blocks that end where a line ends, in bounded memory.
//!
//! A block holds whole lines. A line longer than a block makes that block grow up to the line
//! limit; beyond it the line is skipped without being kept. Files that are a JSON array or
//! pretty-printed objects go through [`super::documents`] instead.

use std::io::{self, Read};

use super::documents::{Framer, Record};
use super::kind::{DECIDING, is_documents};
use super::spanning::{OpenObject, last_boundary};

/// What one block holds.
pub struct Block {
    buffer: Vec<u8>,
    filled: usize,
    /// How to find the lines in it.
    pub form: Form,
}

/// How to find the lines in a block.
pub enum Form {
    /// Every line ends with a newline, but for the last of the input.
    Lines,
    /// One line of so many bytes that was too long to keep.
    LongLine(u64),
    /// Events that may span lines, with their places.
    Records(Vec<Record>),
}

impl Block {
    /// The bytes of the block.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// Gives the memory back for another block.
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

/// An input as a sequence of blocks.
pub struct Blocks<R> {
    reader: R,
    sizes: Sizes,
    live: bool,
    carry: Vec<u8>,
    state: State,
    ended: bool,
    /// Bytes read so far, unpacked.
    read: u64,
    error: Option<io::Error>,
}

/// Sizes in bytes.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// Of a usual block.
    pub block: usize,
    /// Of the longest line that is kept.
    pub max_line: usize,
}

enum State {
    Start,
    /// What may span lines at the beginning of the bytes at hand.
    Lines(OpenObject),
    /// Bytes of the line passed over so far, and whether the last one is a carriage return.
    LongLine(u64, bool),
    Documents(Framer),
}

/// A live input that hands over fewer bytes than this at once has no more for the moment.
const SHORT_READ: usize = 1 << 12;

/// What may come before what decides: a byte order mark.
const MARK: &[u8] = b"\xEF\xBB\xBF";

impl<R: Read> Blocks<R> {
    /// Blocks of what `reader` gives; a `live` reader is not waited on to fill a block.
    pub fn new(reader: R, sizes: Sizes, live: bool) -> Self {
        Self {
            reader,
            sizes,
            live,
            carry: Vec::new(),
            state: State::Start,
            ended: false,
            read: 0,
            error: None,
        }
    }

    /// The next block, read into `buffer`; `None` at the end.
    ///
    /// When reading fails, what could be read comes first and the error after it.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Block>> {
        let wanted = self.sizes.block.max(self.carry.len() + self.sizes.block / 2);
        if buffer.len() < wanted || buffer.len() > 2 * wanted {
            buffer.resize(wanted, 0);
            buffer.shrink_to_fit();
        }
        let mut filled = self.carry.len();
        buffer[..filled].copy_from_slice(&self.carry);
        self.carry.clear();
        loop {
            filled = self.fill(buffer, filled);
            if matches!(self.state, State::Start) {
                // A part of a mark says nothing yet.
                let is_begun = filled >= MARK.len() || !MARK.starts_with(&buffer[..filled]) || self.ended;
                let begins = is_begun.then(|| behind_mark(&buffer[..filled]));
                let Some(is_documents) = begins.and_then(|begins| is_documents(begins, self.ended)) else {
                    buffer.resize(buffer.len().max(MARK.len() + DECIDING), 0);
                    continue;
                };
                filled = self.start(buffer, filled, is_documents);
            }
            if filled == 0 && self.ended && matches!(self.state, State::Lines(_)) {
                return self.error.take().map_or(Ok(None), Err);
            }
            match self.cut(buffer, filled) {
                Cut::Block(end, form) => {
                    self.carry.extend_from_slice(&buffer[end..filled]);
                    return Ok(Some(Block { buffer: std::mem::take(buffer), filled: end, form }));
                }
                Cut::Drop => filled = 0,
                Cut::More if filled == buffer.len() => buffer.resize(self.larger(filled), 0),
                Cut::More => {}
                Cut::End => return self.error.take().map_or(Ok(None), Err),
            }
        }
    }

    /// Doubles a buffer that holds no end of a line, up to what the longest line needs.
    fn larger(&self, filled: usize) -> usize {
        (2 * filled).min(self.sizes.max_line.max(filled) + self.sizes.block)
    }

    fn fill(&mut self, buffer: &mut [u8], mut filled: usize) -> usize {
        while filled < buffer.len() && !self.ended {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => self.ended = true,
                Ok(n) => {
                    filled += n;
                    self.read += n as u64;
                    if self.live && n < SHORT_READ {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    let error = io::Error::new(
                        error.kind(),
                        format!("after {} bytes of content: {error}", self.read),
                    );
                    self.error = Some(error);
                    self.ended = true;
                }
            }
        }
        filled
    }

    /// Passes over a byte order mark.
    fn start(&mut self, buffer: &mut [u8], mut filled: usize, is_documents: bool) -> usize {
        let mark = filled - behind_mark(&buffer[..filled]).len();
        buffer.copy_within(mark..filled, 0);
        filled -= mark;
        self.state = if is_documents {
            State::Documents(Framer::new(self.sizes.max_line))
        } else {
            State::Lines(OpenObject::default())
        };
        filled
    }

    fn cut(&mut self, buffer: &[u8], filled: usize) -> Cut {
        let bytes = &buffer[..filled];
        match &mut self.state {
            State::Documents(framer) => {
                let (end, records) = framer.frame(bytes, self.ended);
                if !records.is_empty() {
                    return Cut::Block(end, Form::Records(records));
                }
                match self.ended {
                    true => Cut::End,
                    false if end == filled => Cut::Drop,
                    false => Cut::More,
                }
            }
            State::LongLine(skipped, after_return) => {
                let end = memchr::memchr(b'\n', bytes).or(self.ended.then_some(filled));
                let rest = &bytes[..end.unwrap_or(filled)];
                let ends_in_return = rest.last().map_or(*after_return, |last| *last == b'\r');
                let length = *skipped + rest.len() as u64;
                let Some(end) = end else {
                    self.state = State::LongLine(length, ends_in_return);
                    return Cut::Drop;
                };
                self.state = State::Lines(OpenObject::default());
                Cut::Block(filled.min(end + 1), Form::LongLine(length - u64::from(ends_in_return)))
            }
            _ if self.ended => Cut::Block(filled, Form::Lines),
            State::Start => Cut::More,
            State::Lines(open) => match last_boundary(bytes, open, self.sizes.max_line) {
                // The line may still turn out to end in a carriage return, which does not count.
                0 if filled > self.sizes.max_line + 1 => {
                    self.state = State::LongLine(filled as u64, bytes.ends_with(b"\r"));
                    Cut::Drop
                }
                0 => Cut::More,
                boundary => Cut::Block(boundary, Form::Lines),
            },
        }
    }
}

/// What comes after a byte order mark, or everything.
fn behind_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK).unwrap_or(bytes)
}

enum Cut {
    /// The first so many bytes are a block.
    Block(usize, Form),
    /// No line ends here; more bytes are needed.
    More,
    /// All bytes belong to a line that is not kept.
    Drop,
    /// Nothing is left.
    End,
}

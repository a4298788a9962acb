//! Cuts an input into blocks that end where a line ends, in bounded memory.
//!
//! A block holds whole lines. A line longer than a block makes that block grow up to the line
//! limit; a line beyond it is skipped without being kept. Files that are a JSON array or
//! pretty-printed objects go through [`super::documents`] instead, and those of rows through [`super::table`].

use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

use super::documents::{Framer, Record};
use super::history::Rows;
use super::kind::{DECIDING, Extent, is_documents};
use super::spanning::{OpenObject, last_boundary};
use super::stream::Stream;
use super::table::{OpenTable, Table, Tables};

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
    /// Rows of a table.
    Table(Table),
    /// Rows of a history. The block has no bytes.
    Rows(Arc<Rows>),
}

impl Block {
    /// A block of rows, which keeps the buffer until it is given back.
    pub fn of_rows(rows: Arc<Rows>, buffer: Vec<u8>) -> Self {
        Self { buffer, filled: 0, form: Form::Rows(rows) }
    }

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
    /// Asks whether a live input has more.
    has_more_within: Option<fn(&R, Duration) -> Option<bool>>,
    /// How to tell whether it is a table; unless it is given, none is.
    tables: Option<Tables>,
    carry: Vec<u8>,
    state: State,
    has_ended: bool,
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
    /// With the object that may span lines at the beginning of the bytes at hand.
    Lines(OpenObject),
    /// In a line that is not kept.
    LongLine {
        /// Bytes of it so far.
        skipped: u64,
        /// The last one is a carriage return.
        ends_in_return: bool,
    },
    Documents(Framer),
    Table(Box<OpenTable>),
}

/// A live input that returns fewer bytes than this at once has no more for the moment, unless it can tell.
const SHORT_READ: usize = 1 << 12;

/// Whoever writes as fast as the pipe takes it has written more by then; small blocks would cost a tenth.
const NEXT_READ: Duration = Duration::from_millis(1);

/// A byte order mark, which may come before everything.
const MARK: &[u8] = b"\xEF\xBB\xBF";

impl<R: Stream> Blocks<R> {
    /// Blocks of an input that may arrive bit by bit: nobody waits for it to fill a block.
    pub fn live(reader: R, sizes: Sizes) -> Self {
        Self { has_more_within: Some(R::has_more_within), ..Self::new(reader, sizes) }
    }
}

impl<R: Read> Blocks<R> {
    /// Blocks of what `reader` returns.
    pub fn new(reader: R, sizes: Sizes) -> Self {
        Self {
            reader,
            sizes,
            has_more_within: None,
            tables: None,
            carry: Vec::new(),
            state: State::Start,
            has_ended: false,
            read: 0,
            error: None,
        }
    }

    /// The same, but an input may be a table.
    pub fn with_tables(self, tables: Tables) -> Self {
        Self { tables: Some(tables), ..self }
    }

    /// The next block, read into `buffer`; `None` at the end.
    ///
    /// When reading fails, what could be read comes first and the error after it.
    pub fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Block>> {
        let wanted = self.sizes.block.max(self.carry.len() + self.sizes.block / 2);
        if buffer.len() < wanted || buffer.len() > 2 * wanted {
            // Not both at once: a buffer may have held a very long line.
            drop(std::mem::take(buffer));
            *buffer = vec![0; wanted];
        }
        let mut filled = self.carry.len();
        buffer[..filled].copy_from_slice(&self.carry);
        self.carry.clear();
        loop {
            filled = self.fill(buffer, filled);
            if matches!(self.state, State::Start) {
                let Some(state) = self.first_state(&buffer[..filled]) else {
                    buffer.resize(buffer.len().max(MARK.len() + DECIDING), 0);
                    continue;
                };
                self.state = state?;
                let mark = filled - without_mark(&buffer[..filled]).len();
                buffer.copy_within(mark..filled, 0);
                filled -= mark;
            }
            if filled == 0 && self.has_ended && matches!(self.state, State::Lines(_)) {
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
        while filled < buffer.len() && !self.has_ended {
            match self.reader.read(&mut buffer[filled..]) {
                Ok(0) => self.has_ended = true,
                Ok(n) => {
                    filled += n;
                    self.read += n as u64;
                    if !self.has_more(n) {
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
                    self.has_ended = true;
                }
            }
        }
        filled
    }

    /// Whether an input that returned so many bytes has more for the same block: a live one only if that is there.
    fn has_more(&self, read: usize) -> bool {
        let time = if read < SHORT_READ { Duration::ZERO } else { NEXT_READ };
        let asked = self.has_more_within.map(|has_more| has_more(&self.reader, time));
        asked.is_none_or(|answer| answer.unwrap_or(read >= SHORT_READ))
    }

    /// How to read a file that begins with these bytes; `None` if more of them are needed to decide.
    fn first_state(&self, bytes: &[u8]) -> Option<io::Result<State>> {
        // A part of a mark decides nothing.
        if bytes.len() < MARK.len() && MARK.starts_with(bytes) && !self.has_ended {
            return None;
        }
        let extent = if self.has_ended { Extent::Whole } else { Extent::Beginning };
        let bytes = without_mark(bytes);
        if let Some(tables) = &self.tables {
            match tables.open(bytes, extent, self.sizes.max_line)? {
                Ok(None) => {}
                Ok(Some(table)) => return Some(Ok(State::Table(Box::new(table)))),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(if is_documents(bytes, extent)? {
            State::Documents(Framer::new(self.sizes.max_line))
        } else {
            State::Lines(OpenObject::default())
        }))
    }

    fn cut(&mut self, buffer: &[u8], filled: usize) -> Cut {
        let bytes = &buffer[..filled];
        match &mut self.state {
            State::Documents(framer) => {
                let (end, records) =
                    if self.has_ended { (filled, framer.finish(bytes)) } else { framer.frame(bytes) };
                match records.is_empty() {
                    true => self.without_block(end, filled),
                    false => Cut::Block(end, Form::Records(records)),
                }
            }
            State::Table(table) => {
                let OpenTable { framer, layout } = &mut **table;
                let (end, rows) =
                    if self.has_ended { (filled, framer.finish(bytes)) } else { framer.frame(bytes) };
                match rows.is_empty() {
                    true => self.without_block(end, filled),
                    false => Cut::Block(end, Form::Table(Table { layout: layout.clone(), rows })),
                }
            }
            State::LongLine { skipped, ends_in_return: after_return } => {
                let end = memchr::memchr(b'\n', bytes).or(self.has_ended.then_some(filled));
                let rest = &bytes[..end.unwrap_or(filled)];
                let ends_in_return = rest.last().map_or(*after_return, |last| *last == b'\r');
                let length = *skipped + rest.len() as u64;
                let Some(end) = end else {
                    self.state = State::LongLine { skipped: length, ends_in_return };
                    return Cut::Drop;
                };
                self.state = State::Lines(OpenObject::default());
                Cut::Block(filled.min(end + 1), Form::LongLine(length - u64::from(ends_in_return)))
            }
            _ if self.has_ended => Cut::Block(filled, Form::Lines),
            State::Start => Cut::More,
            State::Lines(open) => match last_boundary(bytes, open, self.sizes.max_line) {
                // The line may still turn out to end in a carriage return, which does not count.
                0 if filled > self.sizes.max_line + 1 => {
                    self.state =
                        State::LongLine { skipped: filled as u64, ends_in_return: bytes.ends_with(b"\r") };
                    Cut::Drop
                }
                0 => Cut::More,
                boundary => Cut::Block(boundary, Form::Lines),
            },
        }
    }

    /// What to do where no event ends in the bytes at hand.
    fn without_block(&self, done: usize, filled: usize) -> Cut {
        match self.has_ended {
            true => Cut::End,
            false if done == filled => Cut::Drop,
            false => Cut::More,
        }
    }
}

/// The bytes after a byte order mark, or all of them.
fn without_mark(bytes: &[u8]) -> &[u8] {
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

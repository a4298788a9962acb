//! Unpacks a file ahead of whoever reads it: short frames on as many threads as care to help, a long frame piece by piece
//! on one of them.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use zstd::stream::raw::Decoder;

use super::frame::MOST_BYTES;
use super::packed::{Frames, Packed};
use super::{Unzstd, decoder};
use crate::input::{Reader, Stream};

/// Bytes of a piece of a long frame.
const PIECE_BYTES: usize = 512 << 10;

/// Threads that read a file together.
#[derive(Clone)]
pub struct Readers {
    /// How many they are.
    pub threads: usize,
    /// Where those wait that have nothing to do.
    pub idle: Arc<Condvar>,
}

/// What is unpacked ahead.
pub struct Ahead {
    state: Mutex<State>,
    changed: Condvar,
    /// One piece may wait for each.
    readers: Readers,
}

struct State {
    /// The file; nothing while a thread reads from it, and when it has ended.
    source: Option<Unzstd<Reader>>,
    has_ended: bool,
    /// Pieces in order; a gap is a piece that is still being unpacked.
    pieces: VecDeque<Option<Piece>>,
    /// How many pieces came before these.
    taken: u64,
    /// For other pieces.
    buffers: Vec<Vec<u8>>,
    decoders: Vec<Decoder<'static>>,
}

/// Unpacked bytes.
#[derive(Default)]
struct Piece {
    buffer: Vec<u8>,
    filled: usize,
    /// So many of them were read.
    done: usize,
    after: After,
}

/// What follows the bytes of a piece.
#[derive(Default)]
enum After {
    /// The next piece.
    #[default]
    Next,
    /// Nothing.
    Error(io::Error),
    /// More of the same frames, which are longer than they said.
    More(Box<Unzstd<io::Empty>>),
}

impl Ahead {
    /// A file that these threads read.
    pub fn new(source: Unzstd<Reader>, readers: Readers) -> Self {
        let state = State {
            source: Some(source),
            has_ended: false,
            pieces: VecDeque::new(),
            taken: 0,
            buffers: Vec::new(),
            decoders: Vec::new(),
        };
        Self { state: Mutex::new(state), changed: Condvar::new(), readers }
    }

    /// Whether a thread can help.
    pub fn has_work(&self) -> bool {
        self.can_work(&self.lock())
    }

    fn can_work(&self, state: &State) -> bool {
        state.source.is_some() && state.pieces.len() < self.readers.threads
    }

    /// Unpacks the next piece, unless there is no room for it or another thread looks where it is.
    pub fn work(&self) {
        let mut state = self.lock();
        if !self.can_work(&state) {
            return;
        }
        let Some(mut source) = state.source.take() else { return };
        let buffer = state.buffers.pop().unwrap_or_default();
        drop(state);
        let frames = if source.is_between_frames { source.packed.take_frames() } else { None };
        match frames {
            Some(frames) => self.add_frames(source, frames, buffer),
            None => self.add_piece(source, buffer),
        }
    }

    /// Unpacks frames while other threads go on with the file.
    fn add_frames(&self, source: Unzstd<Reader>, frames: Frames, buffer: Vec<u8>) {
        let mut state = self.lock();
        state.source = Some(source);
        let number = state.taken + state.pieces.len() as u64;
        state.pieces.push_back(None);
        let spare = state.decoders.pop();
        drop(state);
        self.changed.notify_all();
        self.readers.idle.notify_one();
        let (piece, spare) = unpack(frames, buffer, spare);
        let mut state = self.lock();
        let at = (number - state.taken) as usize;
        state.pieces[at] = Some(piece);
        state.decoders.extend(spare);
        drop(state);
        self.changed.notify_all();
    }

    /// Unpacks a part of a long frame.
    fn add_piece(&self, mut source: Unzstd<Reader>, mut buffer: Vec<u8>) {
        make_room(&mut buffer, PIECE_BYTES);
        let (mut filled, mut after, mut has_ended) = (0, After::Next, false);
        while filled < PIECE_BYTES && !has_ended && (filled == 0 || !source.is_between_frames) {
            match source.read(&mut buffer[filled..PIECE_BYTES]) {
                Ok(0) => has_ended = true,
                Ok(length) => filled += length,
                Err(error) => (after, has_ended) = (After::Error(error), true),
            }
        }
        let mut state = self.lock();
        state.has_ended = has_ended;
        state.source = (!has_ended).then_some(source);
        state.pieces.push_back(Some(Piece { buffer, filled, done: 0, after }));
        drop(state);
        self.changed.notify_all();
    }

    /// The next piece, for which another one is given back; `None` at the end.
    fn next(&self, before: Piece) -> Option<Piece> {
        let mut state = self.lock();
        if !before.buffer.is_empty() {
            state.buffers.push(before.buffer);
        }
        loop {
            if let Some(piece) = state.pieces.front_mut().and_then(Option::take) {
                state.pieces.pop_front();
                state.taken += 1;
                if self.can_work(&state) {
                    self.readers.idle.notify_one();
                }
                return Some(piece);
            }
            if state.has_ended && state.pieces.is_empty() {
                return None;
            }
            state = if self.can_work(&state) {
                drop(state);
                self.work();
                self.lock()
            } else {
                self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
            };
        }
    }

    /// Unpacks no more, and reads what is left of the file.
    fn abandon(&self) {
        let mut state = self.lock();
        while !state.has_ended {
            if let Some(mut source) = state.source.take() {
                drop(state);
                source.packed.drain();
                state = self.lock();
                state.has_ended = true;
            } else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unpacks frames, and gives the decoder back if another piece can use it.
fn unpack(
    Frames { bytes, unpacked }: Frames,
    mut buffer: Vec<u8>,
    spare: Option<Decoder<'static>>,
) -> (Piece, Option<Decoder<'static>>) {
    let decoder = match spare.map_or_else(decoder, Ok) {
        Ok(decoder) => decoder,
        Err(error) => return (Piece { after: After::Error(error), ..Piece::default() }, None),
    };
    // The byte more shows that nothing follows.
    make_room(&mut buffer, unpacked.min(MOST_BYTES) + 1);
    let mut unzstd = Unzstd::with_decoder(Packed::of(bytes), decoder);
    let mut filled = 0;
    let after = loop {
        match unzstd.read(&mut buffer[filled..]) {
            Ok(0) if filled == buffer.len() => break After::More(Box::new(unzstd)),
            Ok(0) => {
                let piece = Piece { buffer, filled, done: 0, after: After::Next };
                return (piece, Some(unzstd.decoder));
            }
            Ok(length) => filled += length,
            Err(error) => break After::Error(error),
        }
    };
    (Piece { buffer, filled, done: 0, after }, None)
}

/// Makes a buffer at least so long, whatever is in it.
fn make_room(buffer: &mut Vec<u8>, bytes: usize) {
    if buffer.len() < bytes {
        // Not both at once.
        drop(mem::take(buffer));
        *buffer = vec![0; bytes];
    }
}

impl Piece {
    /// Reads of it; 0 at its end.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self.buffer[self.done..self.filled];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.done += length;
        match &mut self.after {
            After::More(unzstd) if length == 0 => unzstd.read(buffer),
            After::Error(_) if length == 0 => match mem::take(&mut self.after) {
                After::Error(error) => Err(error),
                _ => Ok(0),
            },
            _ => Ok(length),
        }
    }
}

/// Reads what is unpacked ahead.
pub struct AheadReader {
    ahead: Arc<Ahead>,
    piece: Piece,
}

impl AheadReader {
    /// The one reader of a file.
    pub fn new(ahead: Arc<Ahead>) -> Self {
        Self { ahead, piece: Piece::default() }
    }
}

impl Read for AheadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match self.piece.read(buffer) {
                Ok(0) => {}
                Err(error) => {
                    self.ahead.abandon();
                    return Err(error);
                }
                read => return read,
            }
            match self.ahead.next(mem::take(&mut self.piece)) {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
    }
}

impl Stream for AheadReader {}

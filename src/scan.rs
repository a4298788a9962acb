//! Blocks to threads and back in order. The only user of threads.
//!
//! A reader thread fills blocks, a pool parses them, and the calling thread takes the results in
//! the order of the input, so that output never depends on the number of threads. The reader
//! waits for buffers that the calling thread gives back: that bounds memory whatever the size of
//! the input.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

use crate::input::{Block, Blocks, Input, Meter, Sizes};
use crate::line::Reading;

pub use crate::fold::{Bench, Counts, Folded, Record, fold};

/// How to scan.
#[derive(Clone, Copy)]
pub struct Settings {
    /// Threads that parse.
    pub threads: usize,
    /// Bytes a block usually has.
    pub block_bytes: usize,
    /// How lines are read.
    pub reading: Reading,
}

/// What the calling thread is handed, in the order of the input.
pub enum Piece<T> {
    /// The result of a block.
    Block {
        /// Index of the input it belongs to.
        input: usize,
        /// To be added to every line number of the block.
        line_base: u64,
        /// Its lines.
        counts: Counts,
        /// What the workers made of them.
        value: T,
    },
    /// An input ended, in an error perhaps.
    End {
        /// Index of the input.
        input: usize,
        /// Why it ended early.
        error: Option<String>,
    },
}

/// Scans the inputs: `each` runs on many threads and folds a block's lines into a fresh `T`,
/// `take` is handed the results in order and may stop the scan.
pub fn scan<T: Default + Send + 'static>(
    inputs: &[Input],
    settings: Settings,
    meter: &Meter,
    each: impl Fn(&mut T, Record<'_>) + Sync,
    mut take: impl FnMut(Piece<T>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    if settings.threads <= 1 {
        return scan_here(inputs, settings, meter, each, take);
    }
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(settings.threads).build().context("starting threads")?;
    let (to_main, from_all) = mpsc::channel();
    let (give_back, empty) = mpsc::channel();
    for _ in 0..2 * settings.threads + 2 {
        give_back.send(Vec::new()).context("no reader")?;
    }
    start_reader(inputs.to_vec(), settings, meter.clone(), empty, to_main.clone());

    let benches = Benches::default();
    pool.in_place_scope(|scope| {
        let mut order = Order::default();
        let each = &each;
        let benches = &benches;
        while let Ok(message) = from_all.recv() {
            match message {
                Message::Read { input, block } => {
                    let number = order.expect();
                    let to_main = to_main.clone();
                    scope.spawn(move |_| {
                        let mut bench = benches.take();
                        let folded = fold(&block, settings.reading, each, &mut bench);
                        benches.put(bench);
                        // The receiver is gone only when the scan was stopped.
                        let _ = to_main.send(Message::Done {
                            number,
                            input,
                            folded,
                            buffer: block.into_buffer(),
                        });
                    });
                }
                Message::Done { number, input, folded, buffer } => {
                    // The reader is gone only when it has read everything.
                    let _ = give_back.send(buffer);
                    order.arrive(number, Done::Block { input, folded });
                }
                Message::End { input, error } => {
                    let number = order.expect();
                    order.arrive(number, Done::End { input, error });
                }
                Message::Finished => order.all_expected = true,
            }
            while let Some(piece) = order.next() {
                if take(piece)?.is_break() {
                    return Ok(());
                }
            }
            if order.is_complete() {
                break;
            }
        }
        Ok(())
    })
}

/// Benches that nobody works at, so that what one block taught is known to the next.
#[derive(Default)]
struct Benches(Mutex<Vec<Bench>>);

impl Benches {
    fn take(&self) -> Bench {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().unwrap_or_default()
    }

    fn put(&self, bench: Bench) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(bench);
    }
}

/// The same on the calling thread alone.
fn scan_here<T: Default>(
    inputs: &[Input],
    settings: Settings,
    meter: &Meter,
    each: impl Fn(&mut T, Record<'_>),
    mut take: impl FnMut(Piece<T>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let mut buffer = Vec::new();
    let mut bench = Bench::default();
    for (input, place) in inputs.iter().enumerate() {
        let mut line_base = 0;
        let error = read(place, settings, meter, |blocks| {
            while let Some(block) = blocks.next(&mut buffer)? {
                let Folded { value, counts, breaks } = fold(&block, settings.reading, &each, &mut bench);
                buffer = block.into_buffer();
                let flow =
                    take(Piece::Block { input, line_base, counts, value }).map_err(ReadError::Taking)?;
                if flow.is_break() {
                    return Err(ReadError::Stopped);
                }
                line_base += breaks;
            }
            Ok(())
        });
        let error = match error {
            Ok(()) => None,
            Err(ReadError::Reading(error)) => Some(error.to_string()),
            Err(ReadError::Taking(error)) => return Err(error),
            Err(ReadError::Stopped) => return Ok(()),
        };
        if take(Piece::End { input, error })?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

enum ReadError {
    Reading(std::io::Error),
    Taking(anyhow::Error),
    Stopped,
}

impl From<std::io::Error> for ReadError {
    fn from(error: std::io::Error) -> Self {
        Self::Reading(error)
    }
}

type InputBlocks = Blocks<Box<dyn std::io::Read + Send>>;

fn read(
    input: &Input,
    settings: Settings,
    meter: &Meter,
    run: impl FnOnce(&mut InputBlocks) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let sizes = Sizes { block: settings.block_bytes, max_line: settings.reading.max_line_bytes };
    run(&mut Blocks::new(input.open(meter)?, sizes, input.is_live()))
}

enum Message<T> {
    Read { input: usize, block: Block },
    Done { number: u64, input: usize, folded: Folded<T>, buffer: Vec<u8> },
    End { input: usize, error: Option<String> },
    Finished,
}

/// Reads all inputs on a thread of its own, which is not waited for: it may hang in a read when
/// the scan is stopped early.
fn start_reader<T: Send + 'static>(
    inputs: Vec<Input>,
    settings: Settings,
    meter: Meter,
    empty: Receiver<Vec<u8>>,
    to_main: Sender<Message<T>>,
) {
    thread::spawn(move || {
        let mut spare = None;
        for (input, place) in inputs.iter().enumerate() {
            let ended = read(place, settings, &meter, |blocks| {
                loop {
                    let mut buffer =
                        spare.take().map_or_else(|| empty.recv(), Ok).map_err(|_| ReadError::Stopped)?;
                    let block = blocks.next(&mut buffer);
                    let Ok(Some(block)) = block else {
                        spare = Some(buffer);
                        return block.map(|_| ()).map_err(ReadError::Reading);
                    };
                    to_main.send(Message::Read { input, block }).map_err(|_| ReadError::Stopped)?;
                }
            });
            let error = match ended {
                Ok(()) => None,
                Err(ReadError::Reading(error)) => Some(error.to_string()),
                Err(ReadError::Taking(_) | ReadError::Stopped) => return,
            };
            if to_main.send(Message::End { input, error }).is_err() {
                return;
            }
        }
        let _ = to_main.send(Message::Finished);
    });
}

enum Done<T> {
    Block { input: usize, folded: Folded<T> },
    End { input: usize, error: Option<String> },
}

/// Puts results back in order and numbers their lines.
struct Order<T> {
    waiting: VecDeque<Option<Done<T>>>,
    taken: u64,
    line_base: u64,
    all_expected: bool,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), taken: 0, line_base: 0, all_expected: false }
    }
}

impl<T> Order<T> {
    fn expect(&mut self) -> u64 {
        self.waiting.push_back(None);
        self.taken + self.waiting.len() as u64 - 1
    }

    fn arrive(&mut self, number: u64, done: Done<T>) {
        let at = usize::try_from(number - self.taken).expect("results wait in memory");
        self.waiting[at] = Some(done);
    }

    fn next(&mut self) -> Option<Piece<T>> {
        let done = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.taken += 1;
        Some(match done {
            Done::Block { input, folded } => {
                let line_base = self.line_base;
                self.line_base += folded.breaks;
                Piece::Block { input, line_base, counts: folded.counts, value: folded.value }
            }
            Done::End { input, error } => {
                self.line_base = 0;
                Piece::End { input, error }
            }
        })
    }

    fn is_complete(&self) -> bool {
        self.all_expected && self.waiting.is_empty()
    }
}

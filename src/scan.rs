//! Blocks to threads and back in order. The only user of threads.
//!
//! Readers fill blocks, each with an input of its own, so that several compressed files inflate at
//! once. A pool parses the blocks, and the calling thread takes the results in the order of the
//! inputs, so that output never depends on the number of threads. A reader waits for buffers that
//! are given back to it: that bounds memory whatever the size of the input.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

use crate::input::{Block, Blocks, Input, Meter, Sizes};
use crate::line::Reading;
use crate::order::{Order, Piece};

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

/// What a block's lines are folded into.
pub trait Fold: Default + Send + 'static {
    /// About how many bytes of memory it holds.
    fn weight(&self) -> usize;
}

/// Inputs that are read at once.
const MOST_READERS: usize = 4;
/// Results of later inputs may wait for their turn up to so many bytes.
const MOST_WAITING: usize = 8 << 20;

/// Scans the inputs: `each` runs on many threads and folds a block's lines into a fresh `T`,
/// `take` is handed the results in order and may stop the scan.
pub fn scan<T: Fold>(
    inputs: &[Input],
    settings: Settings,
    meter: &Meter,
    each: impl Fn(&mut T, Record<'_>) + Sync,
    mut take: impl FnMut(Piece<T>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    if settings.threads <= 1 {
        return scan_here(inputs, settings, meter, each, take);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.threads).build();
    let pool = pool.context("starting threads")?;
    let (to_main, from_all) = mpsc::channel();
    let work = Arc::new(Readers {
        inputs: inputs.to_vec(),
        next: AtomicUsize::new(0),
        settings,
        meter: meter.clone(),
    });
    for _ in 0..settings.threads.min(inputs.len()).min(MOST_READERS) {
        start_reader(Arc::clone(&work), to_main.clone());
    }
    let benches = Benches::default();
    pool.in_place_scope(|scope| {
        let (each, benches) = (&each, &benches);
        let mut order = Order::default();
        let mut withheld = Vec::new();
        while order.current() < inputs.len() {
            match from_all.recv().context("readers are gone")? {
                Message::Read { input, block, home } => {
                    let number = order.expect(input);
                    let to_main = to_main.clone();
                    scope.spawn(move |_| {
                        let mut bench = benches.take();
                        let folded = fold(&block, settings.reading, each, &mut bench);
                        benches.put(bench);
                        let buffer = Buffer { input, bytes: block.into_buffer(), home };
                        // The receiver is gone only when the scan was stopped.
                        let _ = to_main.send(Message::Done { number, folded, buffer });
                    });
                }
                Message::Done { number, folded, buffer } => {
                    order.arrive(buffer.input, number, folded);
                    withheld.push(buffer);
                }
                Message::End { input, error } => order.end(input, error),
            }
            while let Some(piece) = order.next() {
                if take(piece)?.is_break() {
                    return Ok(());
                }
            }
            // A reader that is ahead waits when too many results wait for those of others.
            let may_go_on =
                |buffer: &mut Buffer| order.waiting() < MOST_WAITING || buffer.input <= order.current();
            for buffer in withheld.extract_if(.., may_go_on) {
                // The reader is gone only when there is nothing left for it to read.
                let _ = buffer.home.send(buffer.bytes);
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
fn scan_here<T: Fold>(
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
    Read { input: usize, block: Block, home: Sender<Vec<u8>> },
    Done { number: u64, folded: Folded<T>, buffer: Buffer },
    End { input: usize, error: Option<String> },
}

/// Memory of a block that is done with, and the reader it goes back to.
struct Buffer {
    input: usize,
    bytes: Vec<u8>,
    home: Sender<Vec<u8>>,
}

/// What all readers share.
struct Readers {
    inputs: Vec<Input>,
    /// The first input that nobody reads yet.
    next: AtomicUsize,
    settings: Settings,
    meter: Meter,
}

/// Reads one input after another on a thread of its own, which is not waited for: it may hang in
/// a read when the scan is stopped early.
fn start_reader<T: Fold>(work: Arc<Readers>, to_main: Sender<Message<T>>) {
    thread::spawn(move || {
        let (home, empty) = mpsc::channel();
        for _ in 0..work.settings.threads + 2 {
            let _ = home.send(Vec::new());
        }
        let mut spare = None;
        loop {
            let input = work.next.fetch_add(1, Ordering::Relaxed);
            let Some(place) = work.inputs.get(input) else {
                return;
            };
            let ended = read(place, work.settings, &work.meter, |blocks| {
                send_blocks(blocks, &mut spare, &empty, |block| {
                    to_main.send(Message::Read { input, block, home: home.clone() }).is_ok()
                })
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
    });
}

/// Sends the blocks of an input, each in a buffer that is free; `spare` is one left over.
fn send_blocks(
    blocks: &mut InputBlocks,
    spare: &mut Option<Vec<u8>>,
    empty: &Receiver<Vec<u8>>,
    send: impl Fn(Block) -> bool,
) -> Result<(), ReadError> {
    loop {
        let mut buffer = spare.take().map_or_else(|| empty.recv(), Ok).map_err(|_| ReadError::Stopped)?;
        let block = blocks.next(&mut buffer);
        let Ok(Some(block)) = block else {
            *spare = Some(buffer);
            return block.map(|_| ()).map_err(ReadError::Reading);
        };
        if !send(block) {
            return Err(ReadError::Stopped);
        }
    }
}

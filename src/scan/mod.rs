//! Blocks to threads and back in order.
//!
//! Every worker reads a block into its own buffer and then parses it, so that data stays in the
//! caches of one processor; while one reads or inflates, the others parse. Workers read ahead in
//! later inputs when nothing else is to be done, so that several compressed files inflate at once.
//! The calling thread, which works as well, takes the results in the order of the inputs: output never
//! depends on the number of threads.

pub mod block;
pub mod order;

use std::ops::ControlFlow;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};

use crate::input::{Block, Blocks, Input, Meter, Reader, Sizes};
use crate::parallel;
use crate::reader::Reading;
use crate::scan::order::{ReorderBuffer, ScanItem};

pub use crate::scan::block::{Counts, Fold, Folded, LineReader, Record, fold};

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

/// Inputs that are open at once.
const MOST_OPEN: usize = 4;
/// Results of later inputs may wait for their turn up to so many bytes.
const MOST_WAITING: usize = 8 << 20;

/// Scans the inputs: `each` runs on many threads, this one among them, and folds a block's lines into a
/// fresh `T`, `take` is handed the results in order and may stop the scan.
///
/// Workers are not waited for when the scan is stopped: one may hang in a read.
pub fn scan<T: Fold>(
    inputs: &[Input],
    settings: Settings,
    meter: &Meter,
    each: impl Fn(&mut T, &mut Record<'_>) + Send + Sync + 'static,
    take: impl FnMut(ScanItem<T>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let each = move |(): &mut (), _: BlockId, value: &mut T, record: &mut Record<'_>| each(value, record);
    scan_with_state(inputs, settings, meter, each, take).map(drop)
}

/// A block: index of the input it belongs to, and its number there, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlockId {
    /// Index of the input.
    pub input: u32,
    /// Number of the block in the input.
    pub number: u32,
}

/// A line of the inputs, before it is known how many lines the blocks before it have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineRef {
    /// Its block.
    pub block: BlockId,
    /// Its 1-based number there.
    pub line: u32,
}

/// Like [`scan`], with something of its own that every worker keeps from its first block to its
/// last. They are returned in no particular order, and not at all when the scan is stopped.
pub fn scan_with_state<W: Default + Send + 'static, T: Fold>(
    inputs: &[Input],
    settings: Settings,
    meter: &Meter,
    each: impl Fn(&mut W, BlockId, &mut T, &mut Record<'_>) + Send + Sync + 'static,
    mut take: impl FnMut(ScanItem<T>) -> Result<ControlFlow<()>>,
) -> Result<Vec<W>> {
    let queue = Arc::new(WorkQueue::new(inputs, settings, meter));
    let (to_main, from_workers) = mpsc::channel();
    let worker = Arc::new(Worker { queue: Arc::clone(&queue), each: Arc::new(each), to_main });
    let _stop = StopOnDrop(&queue);
    // Waking another thread for every result would cost as much as reading a short file. But who takes
    // the results must not wait for what may come late.
    let helps = !inputs.iter().any(Input::is_live);
    let its = Arc::clone(&worker);
    let spawn_workers = parallel::spawn_workers(settings.threads - usize::from(helps), move || work(&its))?;

    let mut state = WorkerState::default();
    let mut order = ReorderBuffer::default();
    let mut finished = Vec::new();
    while order.current() < inputs.len() {
        let claimed = if helps { queue.claim(WaitMode::Short) } else { None };
        let mut message = match claimed {
            Some(claimed) => state.read(&worker, claimed),
            None => from_workers.recv().context("all workers are gone")?,
        };
        loop {
            match message {
                Message::Block { input, number, folded } => order.insert(input, number, folded),
                Message::End { input, blocks, error } => order.end(input, blocks, error),
                Message::Finished(own) => finished.push(own),
            }
            let Ok(next) = from_workers.try_recv() else {
                break;
            };
            message = next;
        }
        while let Some(piece) = order.pop_next() {
            if take(piece)?.is_break() {
                return Ok(Vec::new());
            }
        }
        queue.update(&order);
    }
    while finished.len() < spawn_workers.len() {
        if let Message::Finished(own) = from_workers.recv().context("all workers are gone")? {
            finished.push(own);
        }
    }
    // Whoever starts threads next finds their memory free.
    for worker in spawn_workers {
        let _ = worker.join();
    }
    finished.push(state.own);
    Ok(finished)
}

/// What a worker sends to the calling thread.
enum Message<W, T> {
    /// The result of a block, counted from 0 in its input.
    Block { input: usize, number: u64, folded: Folded<T> },
    /// An input had so many blocks, and ended in an error perhaps.
    End { input: usize, blocks: u64, error: Option<String> },
    /// It has nothing more to do, and hands over its own.
    Finished(W),
}

struct Worker<W, T, F> {
    queue: Arc<WorkQueue>,
    each: Arc<F>,
    to_main: Sender<Message<W, T>>,
}

/// What a thread has from its first block to its last.
#[derive(Default)]
struct WorkerState<W> {
    own: W,
    reader: LineReader,
    buffer: Vec<u8>,
}

impl<W> WorkerState<W> {
    /// Reads and parses a block of an input that was claimed.
    fn read<T: Fold>(
        &mut self,
        worker: &Worker<W, T, impl Fn(&mut W, BlockId, &mut T, &mut Record<'_>)>,
        (input, blocks): Claim,
    ) -> Message<W, T> {
        let Worker { queue, each, .. } = worker;
        let Self { own, reader, buffer } = self;
        let (blocks, read) = queue.read(input, blocks, buffer);
        let number = queue.give_back(input, blocks);
        match read {
            Ok(Some(block)) => {
                let id = BlockId { input: input as u32, number: number as u32 };
                let each = |value: &mut T, record: &mut Record<'_>| each(own, id, value, record);
                let folded = fold(&block, queue.settings.reading, each, reader);
                *buffer = block.into_buffer();
                Message::Block { input, number, folded }
            }
            Ok(None) => Message::End { input, blocks: number, error: None },
            Err(error) => Message::End { input, blocks: number, error: Some(error.to_string()) },
        }
    }
}

/// Reads and parses blocks until there are none. Nobody listens any more when a send fails.
fn work<W: Default, T: Fold>(worker: &Worker<W, T, impl Fn(&mut W, BlockId, &mut T, &mut Record<'_>)>) {
    let mut state = WorkerState::default();
    while let Some(claimed) = worker.queue.claim(WaitMode::Long) {
        if worker.to_main.send(state.read(worker, claimed)).is_err() {
            return;
        }
    }
    let _ = worker.to_main.send(Message::Finished(state.own));
}

type InputBlocks = Blocks<Reader>;
/// An input, and its blocks if it was opened before.
type Claim = (usize, Option<InputBlocks>);

/// For what a thread waits when there is nothing to read at the moment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WaitMode {
    /// Until somebody has read a block.
    Short,
    /// Until results were taken as well: not for who takes them.
    Long,
}

/// Where workers find what to read next.
struct WorkQueue {
    inputs: Vec<Input>,
    settings: Settings,
    meter: Meter,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    slots: Vec<InputSlot>,
    /// The input whose results are being taken.
    current: usize,
    /// Blocks of it that were taken.
    taken: u64,
    /// Bytes of results that wait for their turn.
    waiting: usize,
    stopped: bool,
}

/// An input on the board.
#[derive(Default)]
struct InputSlot {
    blocks: Option<InputBlocks>,
    /// Somebody reads it.
    busy: bool,
    ended: bool,
    /// Blocks read so far.
    read: u64,
}

impl WorkQueue {
    fn new(inputs: &[Input], settings: Settings, meter: &Meter) -> Self {
        let slots = inputs.iter().map(|_| InputSlot::default()).collect();
        Self {
            inputs: inputs.to_vec(),
            settings,
            meter: Meter::clone(meter),
            state: Mutex::new(State { slots, current: 0, taken: 0, waiting: 0, stopped: false }),
            changed: Condvar::new(),
        }
    }

    /// Claims the first input that may be read from; waits while there is none, and returns
    /// nothing when there will be none, or not before patience ends.
    fn claim(&self, patience: WaitMode) -> Option<Claim> {
        let mut state = self.lock();
        loop {
            if state.stopped {
                return None;
            }
            let from = state.current.min(state.slots.len());
            let open = state.slots[from..].iter().enumerate().filter(|(_, slot)| !slot.ended);
            let (mut is_over, mut is_busy) = (true, false);
            let mut found = None;
            for (ahead, slot) in open.take(MOST_OPEN) {
                is_over = false;
                is_busy |= slot.busy;
                if !slot.busy && self.may_go_on(&state, ahead, slot) {
                    found = Some(from + ahead);
                    break;
                }
            }
            if let Some(input) = found {
                let slot = &mut state.slots[input];
                slot.busy = true;
                return Some((input, slot.blocks.take()));
            }
            if is_over || (patience == WaitMode::Short && !is_busy) {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Results must not pile up before those that are due: neither in the input whose turn it is
    /// nor in later ones.
    fn may_go_on(&self, state: &State, ahead: usize, slot: &InputSlot) -> bool {
        match ahead {
            0 => slot.read < state.taken + 4 * self.settings.threads as u64,
            _ => state.waiting < MOST_WAITING,
        }
    }

    /// Reads the next block of an input, which is opened first if nobody did.
    fn read(
        &self,
        input: usize,
        blocks: Option<InputBlocks>,
        buffer: &mut Vec<u8>,
    ) -> (Option<InputBlocks>, std::io::Result<Option<Block>>) {
        let place = &self.inputs[input];
        let sizes =
            Sizes { block: self.settings.block_bytes, max_line: self.settings.reading.max_line_bytes };
        let opened = blocks.map_or_else(
            || {
                let reader = place.open(&self.meter.of_input(input))?;
                Ok(if place.is_live() { Blocks::live(reader, sizes) } else { Blocks::new(reader, sizes) })
            },
            Ok,
        );
        match opened {
            Err(error) => (None, Err(error)),
            Ok(mut blocks) => {
                let read = blocks.next(buffer);
                (matches!(read, Ok(Some(_))).then_some(blocks), read)
            }
        }
    }

    /// Gives an input back, or nothing when it has ended. Returns how many blocks were read of it
    /// before.
    fn give_back(&self, input: usize, blocks: Option<InputBlocks>) -> u64 {
        let mut state = self.lock();
        let slot = &mut state.slots[input];
        let before = slot.read;
        slot.busy = false;
        slot.ended = blocks.is_none();
        slot.read += u64::from(blocks.is_some());
        slot.blocks = blocks;
        drop(state);
        self.changed.notify_all();
        before
    }

    /// Tells workers which results were taken.
    fn update<T: Fold>(&self, order: &ReorderBuffer<T>) {
        let mut state = self.lock();
        (state.current, state.taken, state.waiting) = (order.current(), order.taken(), order.waiting());
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends the workers home when the scan ends, in whatever way.
struct StopOnDrop<'b>(&'b WorkQueue);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.changed.notify_all();
    }
}

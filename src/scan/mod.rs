//! Blocks to threads and back in order.
//!
//! Every worker reads a block into its own buffer and then parses it, so that data stays in the
//! caches of one processor; while one reads or inflates, the others parse. zstd is unpacked ahead, into other buffers.
//! Workers read ahead in later inputs when nothing else is to be done, so that several compressed files inflate at once.
//! The calling thread, which works as well, takes the results in the order of the inputs: output never
//! depends on the number of threads.

pub mod block;
pub mod histories;
mod job;
pub mod order;
mod queue;
pub mod record;
mod rows;
mod table;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use anyhow::{Context, Result};

use crate::input::Input;
use crate::parallel;
use crate::scan::order::{ReorderBuffer, ScanItem};
use crate::scan::queue::{BlockRead, Claim, StopOnDrop, Task, WaitMode, WorkQueue};

pub use crate::scan::block::{LineReader, fold};
pub use crate::scan::job::{HistoryForm, ScanJob, Settings};
pub use crate::scan::record::{Counts, Fold, Folded, Record};

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

/// Scans the inputs: `each` runs on all threads, the calling one among them, and folds the lines of a block into a
/// fresh `T`. `take` is handed the results in the order of the input and may stop the scan.
///
/// Workers are not waited for when the scan is stopped: one may hang in a read.
pub fn scan<T: Fold>(
    job: &ScanJob<'_>,
    each: impl Fn(&mut T, &mut Record<'_>) + Send + Sync + 'static,
    take: impl FnMut(ScanItem<T>) -> Result<ControlFlow<()>>,
) -> Result<()> {
    let each = move |(): &mut (), _: BlockId, value: &mut T, record: &mut Record<'_>| each(value, record);
    scan_with_state(job, each, take).map(drop)
}

/// Like [`scan`], with a state that every worker keeps from its first block to its last. The states are returned
/// in no particular order, and not at all when the scan is stopped.
pub fn scan_with_state<W: Default + Send + 'static, T: Fold>(
    job: &ScanJob<'_>,
    each: impl Fn(&mut W, BlockId, &mut T, &mut Record<'_>) + Send + Sync + 'static,
    mut take: impl FnMut(ScanItem<T>) -> Result<ControlFlow<()>>,
) -> Result<Vec<W>> {
    let queue = Arc::new(WorkQueue::new(job));
    let (to_main, from_workers) = mpsc::channel();
    let worker = Arc::new(Worker { queue: Arc::clone(&queue), each: Arc::new(each), to_main });
    let _stop = StopOnDrop(&queue);
    // Waking another thread for every result would cost as much as reading a short file. But the thread
    // that takes the results must not wait for a live input.
    let takes_part = !job.inputs.iter().any(Input::is_live);
    let shared = Arc::clone(&worker);
    let threads =
        parallel::spawn_workers(job.settings.threads - usize::from(takes_part), move || work(&shared))?;

    let mut state = WorkerState::default();
    let mut results = Results { order: ReorderBuffer::default(), finished: Vec::new() };
    while results.order.current() < job.inputs.len() {
        let claim = if takes_part { queue.claim(WaitMode::UntilRead) } else { None };
        match claim {
            Some(Task::Read(claim)) => results.add(state.read(&worker, *claim)),
            Some(Task::Unpack(ahead)) => ahead.work(),
            None => results.add(from_workers.recv().context("all workers are gone")?),
        }
        from_workers.try_iter().for_each(|message| results.add(message));
        while let Some(item) = results.order.pop_next() {
            if take(item)?.is_break() {
                return Ok(Vec::new());
            }
        }
        queue.update(&results.order);
    }
    while results.finished.len() < threads.len() {
        results.add(from_workers.recv().context("all workers are gone")?);
    }
    // Their memory is given back before other threads are started.
    for thread in threads {
        let _ = thread.join();
    }
    results.finished.push(state.own);
    Ok(results.finished)
}

/// What the calling thread has received.
struct Results<W, T> {
    order: ReorderBuffer<T>,
    /// The states of workers that have finished.
    finished: Vec<W>,
}

impl<W, T: Fold> Results<W, T> {
    fn add(&mut self, message: Message<W, T>) {
        match message {
            Message::Block { input, number, folded } => self.order.insert(input, number, folded),
            Message::End { input, blocks, error } => self.order.end(input, blocks, error),
            Message::Finished(own) => self.finished.push(own),
        }
    }
}

/// What a worker sends to the calling thread.
enum Message<W, T> {
    /// The result of a block, counted from 0 in its input.
    Block { input: usize, number: u64, folded: Folded<T> },
    /// An input had so many blocks, and may have ended in an error.
    End { input: usize, blocks: u64, error: Option<String> },
    /// The worker has nothing more to do.
    Finished(W),
}

/// What all workers share.
struct Worker<W, T, F> {
    queue: Arc<WorkQueue>,
    each: Arc<F>,
    to_main: Sender<Message<W, T>>,
}

/// What a thread keeps from its first block to its last.
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
        claim: Claim,
    ) -> Message<W, T> {
        let Worker { queue, each, .. } = worker;
        let Self { own, reader, buffer } = self;
        let BlockRead { input, number, block } = queue.read(claim, buffer);
        match block {
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

/// Reads and parses blocks until there are none, or nobody takes the results any more.
fn work<W: Default, T: Fold>(worker: &Worker<W, T, impl Fn(&mut W, BlockId, &mut T, &mut Record<'_>)>) {
    let mut state = WorkerState::default();
    while let Some(task) = worker.queue.claim(WaitMode::UntilTaken) {
        match task {
            Task::Unpack(ahead) => ahead.work(),
            Task::Read(claim) => {
                if worker.to_main.send(state.read(worker, *claim)).is_err() {
                    return;
                }
            }
        }
    }
    let _ = worker.to_main.send(Message::Finished(state.own));
}

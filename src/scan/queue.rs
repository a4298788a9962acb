//! The work queue: which input a worker reads next, so that results come in about the order in which they are
//! taken.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::input::history::{History, RowGroups};
use crate::input::table::{Naming, Tables};
use crate::input::{Ahead, Block, Blocks, Input, Meter, Reader, Readers, Sizes};
use crate::reader;
use crate::scan::job::{HistoryForm, ScanJob, Settings};
use crate::scan::order::ReorderBuffer;
use crate::scan::record::Fold;

/// Inputs that are open at once.
const MAX_OPEN: usize = 4;
/// Results of later inputs may wait for their turn up to so many bytes.
const MAX_WAITING_BYTES: usize = 8 << 20;

/// An input that is open.
enum InputBlocks {
    Bytes(Blocks<Reader>),
    Rows(RowGroups),
}

impl InputBlocks {
    fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Option<Block>> {
        match self {
            Self::Bytes(blocks) => blocks.next(buffer),
            Self::Rows(row_groups) => {
                let rows = row_groups.read_next()?;
                Ok(rows.map(|rows| Block::of_rows(rows, std::mem::take(buffer))))
            }
        }
    }
}

/// What a worker does next.
pub enum Task {
    /// Read a block.
    Read(Box<Claim>),
    /// Unpack a piece of an input that another worker will read.
    Unpack(Arc<Ahead>),
}

/// An input that a worker may read from until it gives it back.
pub struct Claim {
    /// Index of the input.
    input: usize,
    /// Its blocks, if it was opened before.
    blocks: Option<InputBlocks>,
}

/// What was read of an input.
pub struct BlockRead {
    /// Index of the input.
    pub input: usize,
    /// How many blocks were read of it before.
    pub number: u64,
    /// The block; nothing at the end of the input.
    pub block: io::Result<Option<Block>>,
}

/// What a worker waits for when there is nothing to read at the moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WaitMode {
    /// Another worker has read a block.
    UntilRead,
    /// Results were taken as well; the thread that takes them must not wait for that.
    UntilTaken,
}

/// Where workers find what to read next.
pub struct WorkQueue {
    inputs: Vec<Input>,
    /// How to read.
    pub settings: Settings,
    meter: Meter,
    state: Mutex<State>,
    changed: Arc<Condvar>,
}

struct State {
    slots: Vec<InputSlot>,
    /// The input whose results are being taken.
    current: usize,
    /// Blocks of it that were taken.
    taken: u64,
    /// Bytes of results that wait for their turn.
    waiting: usize,
    is_stopped: bool,
}

/// An input in the queue.
#[derive(Default)]
struct InputSlot {
    blocks: Option<InputBlocks>,
    /// What can be unpacked ahead of whoever reads it.
    ahead: Option<Arc<Ahead>>,
    /// A worker reads from it.
    is_busy: bool,
    has_ended: bool,
    /// Blocks read so far.
    read: u64,
}

impl WorkQueue {
    /// The queue of all inputs of a job.
    pub fn new(job: &ScanJob<'_>) -> Self {
        let slots = job.inputs.iter().map(|_| InputSlot::default()).collect();
        Self {
            inputs: job.inputs.to_vec(),
            settings: job.settings,
            meter: job.meter.clone(),
            state: Mutex::new(State { slots, current: 0, taken: 0, waiting: 0, is_stopped: false }),
            changed: Arc::default(),
        }
    }

    /// Claims the first input that may be read from, or finds one to unpack. Waits while there is none, and returns
    /// nothing if there will be none or `mode` forbids to wait for it.
    pub fn claim(&self, mode: WaitMode) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return None;
            }
            let from = state.current.min(state.slots.len());
            let open = state.slots[from..].iter().enumerate().filter(|(_, slot)| !slot.has_ended);
            let (mut is_over, mut is_busy) = (true, false);
            let mut found = None;
            for (ahead, slot) in open.take(MAX_OPEN) {
                is_over = false;
                is_busy |= slot.is_busy;
                // Unpacking comes first, as it takes longest. Of inputs whose turn it is not, it would only take memory.
                if ahead == 0
                    && let Some(packed) = slot.ahead.as_ref().filter(|it| it.has_work())
                {
                    return Some(Task::Unpack(Arc::clone(packed)));
                }
                if !slot.is_busy && self.may_go_on(&state, ahead, slot) {
                    found = Some(from + ahead);
                    break;
                }
            }
            if let Some(input) = found {
                let slot = &mut state.slots[input];
                slot.is_busy = true;
                return Some(Task::Read(Box::new(Claim { input, blocks: slot.blocks.take() })));
            }
            if is_over || (mode == WaitMode::UntilRead && !is_busy) {
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
            _ => state.waiting < MAX_WAITING_BYTES,
        }
    }

    /// Reads the next block of an input, which is opened first if it was not, and gives the input back.
    pub fn read(&self, claim: Claim, buffer: &mut Vec<u8>) -> BlockRead {
        let input = claim.input;
        let (blocks, block) = self.next_block(claim, buffer);
        BlockRead { input, number: self.give_back(input, blocks), block }
    }

    fn next_block(
        &self,
        Claim { input, blocks }: Claim,
        buffer: &mut Vec<u8>,
    ) -> (Option<InputBlocks>, io::Result<Option<Block>>) {
        let opened = blocks.map_or_else(|| self.open(input), Ok);
        match opened {
            Err(error) => (None, Err(error)),
            Ok(mut blocks) => {
                let read = blocks.next(buffer);
                (matches!(read, Ok(Some(_))).then_some(blocks), read)
            }
        }
    }

    fn open(&self, index: usize) -> io::Result<InputBlocks> {
        let (input, meter, settings) = (&self.inputs[index], self.meter.of_input(index), &self.settings);
        if let HistoryForm::Rows(extent) = settings.histories
            && let Some(history) = History::of(input)?
        {
            return Ok(InputBlocks::Rows(history.into_row_groups(extent, meter)));
        }
        let readers = Readers { threads: settings.threads, idle: Arc::clone(&self.changed) };
        let (reader, ahead) = input.open_ahead(&meter, &readers)?;
        if ahead.is_some() {
            self.lock().slots[index].ahead = ahead;
            self.changed.notify_all();
        }
        let sizes = Sizes { block: settings.block_bytes, max_line: settings.reading.max_line_bytes };
        let blocks = if input.is_live() { Blocks::live(reader, sizes) } else { Blocks::new(reader, sizes) };
        let planner = reader::table::planner(&settings.reading, &input.name);
        let tables = Tables { naming: Naming::of(&input.name), planner };
        Ok(InputBlocks::Bytes(blocks.with_tables(tables)))
    }

    /// Gives an input back, or nothing when it has ended. Returns how many blocks were read of it
    /// before.
    fn give_back(&self, input: usize, blocks: Option<InputBlocks>) -> u64 {
        let mut state = self.lock();
        let slot = &mut state.slots[input];
        let before = slot.read;
        slot.is_busy = false;
        slot.has_ended = blocks.is_none();
        if slot.has_ended {
            slot.ahead = None;
        }
        slot.read += u64::from(blocks.is_some());
        slot.blocks = blocks;
        drop(state);
        self.changed.notify_all();
        before
    }

    /// Lets workers know which results were taken.
    pub fn update<T: Fold>(&self, order: &ReorderBuffer<T>) {
        let mut state = self.lock();
        (state.current, state.taken, state.waiting) = (order.current(), order.taken(), order.waiting());
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops the workers when the scan ends, in whatever way.
pub struct StopOnDrop<'q>(pub &'q WorkQueue);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.lock().is_stopped = true;
        self.0.changed.notify_all();
    }
}

//! Threads and data parallelism; the only user of rayon.

use std::cmp::Ordering;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::abort;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};
use rayon::ThreadPoolBuilder;
use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator,
    ParallelBridge, ParallelExtend, ParallelIterator,
};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

/// Spawns threads that all do `work`. If one of them panics, the process ends, as others may wait for it.
pub fn spawn_workers(threads: usize, work: impl Fn() + Send + Sync + 'static) -> Result<Vec<JoinHandle<()>>> {
    let work = Arc::new(work);
    let start = |_| {
        let work = Arc::clone(&work);
        let until_panic = move || catch_unwind(AssertUnwindSafe(|| work())).unwrap_or_else(|_| abort());
        thread::Builder::new().spawn(until_panic).context("starting threads")
    };
    (0..threads).map(start).collect()
}

/// Sets how many threads the functions below use. The first call counts, for the whole process.
pub fn limit(threads: usize) {
    // An error says that there is a pool already.
    let _ = ThreadPoolBuilder::new().num_threads(threads).build_global();
}

/// Computes two things at once.
pub fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(a, b)
}

/// Drops large things in parallel: giving memory back takes long.
pub fn discard<T: Send>(things: Vec<T>) {
    things.into_par_iter().for_each(drop);
}

/// Changes every item.
pub fn change<T: Send>(items: &mut [T], each: impl Fn(&mut T) + Send + Sync) {
    items.par_iter_mut().for_each(each);
}

/// Changes every item, given the one at the same index of another list.
pub fn change_with<T: Send, U: Sync>(items: &mut [T], others: &[U], each: impl Fn(&mut T, &U) + Send + Sync) {
    items.par_iter_mut().zip(others).for_each(|(item, other)| each(item, other));
}

/// Maps every item, in order.
pub fn map<T: Sync, U: Send>(items: &[T], of: impl Fn(&T) -> U + Send + Sync) -> Vec<U> {
    items.par_iter().map(of).collect()
}

/// The same, and changes the items.
pub fn map_mut<T: Send, U: Send>(items: &mut [T], of: impl Fn(&mut T) -> U + Send + Sync) -> Vec<U> {
    items.par_iter_mut().map(of).collect()
}

/// Maps every item, in order, where a single one may take long: each thread takes the next one when it is done with another.
pub fn map_each<T: Sync, U: Send>(items: &[T], of: impl Fn(&T) -> U + Send + Sync) -> Vec<U> {
    let taken = items.iter().enumerate().par_bridge();
    let mut mapped: Vec<_> = taken.map(|(index, item)| (index, of(item))).collect();
    mapped.sort_unstable_by_key(|(index, _)| *index);
    mapped.into_iter().map(|(_, mapped)| mapped).collect()
}

/// Adds `count` things in order, each made from its index.
pub fn add<T: Send>(all: &mut Vec<T>, count: usize, of: impl Fn(usize) -> T + Send + Sync) {
    all.par_extend((0..count).into_par_iter().map(of));
}

/// So many things are one task.
const CHUNK: usize = 1 << 7;
/// Mostly enough for a chunk.
const CHUNK_BYTES: usize = 1 << 17;
/// So many things are made while as many are written.
const BATCH: usize = 1 << 12;

/// Writes `count` things in order; `each` writes the one with an index to a buffer.
pub fn write(
    count: usize,
    each: impl Fn(usize, &mut Vec<u8>) -> io::Result<()> + Sync,
    out: &mut dyn Write,
) -> io::Result<()> {
    let made = |begin: usize| {
        let chunks: Vec<_> = (begin..count.min(begin + BATCH)).step_by(CHUNK).collect();
        map(&chunks, |begin| {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            (*begin..count.min(begin + CHUNK)).try_for_each(|index| each(index, &mut chunk)).map(|()| chunk)
        })
    };
    let mut ready = made(0);
    for begin in (BATCH..count + BATCH).step_by(BATCH) {
        // The next ones are made while these go out.
        let mut next = Vec::new();
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| next = made(begin));
            std::mem::take(&mut ready).into_iter().try_for_each(|chunk| out.write_all(&chunk?))
        })?;
        ready = next;
    }
    Ok(())
}

/// Sorts in place; the order of equal items is unspecified.
pub fn sort_by<T: Send>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    items.par_sort_unstable_by(order);
}

/// Sorts what may well be sorted already, as [`sort_by`] does.
pub fn sort_if_needed<T: Send + Sync>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    let is_sorted = |pair: &[T]| order(&pair[0], &pair[1]) != Ordering::Greater;
    if !items.par_windows(2).with_min_len(CHUNK).all(is_sorted) {
        sort_by(items, order);
    }
}

/// Sorts in place and keeps the order of equal items; quick if they are nearly sorted.
pub fn sort_stably_by<T: Send>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    items.par_sort_by(order);
}

/// Sorts each run of items that belong together in the same way.
pub fn sort_each_stably_by<T: Send>(
    items: &mut [T],
    is_together: impl Fn(&T, &T) -> bool + Send + Sync,
    order: impl Fn(&T, &T) -> Ordering + Sync,
) {
    items.par_chunk_by_mut(is_together).for_each(|run| run.par_sort_by(&order));
}

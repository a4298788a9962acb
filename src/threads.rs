//! Threads, and what all of them do together. Outside of a pool, everything runs on as many as the
//! machine has processors.

use std::cmp::Ordering;

use anyhow::{Context, Result};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// So many threads.
pub fn pool(threads: usize) -> Result<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(threads).build().context("starting threads")
}

/// Everything mapped, in order.
pub fn map<T: Sync, U: Send>(items: &[T], of: impl Fn(&T) -> U + Send + Sync) -> Vec<U> {
    items.par_iter().map(of).collect()
}

/// Sorts; equals are the same.
pub fn sort<T: Ord + Send>(items: &mut [T]) {
    items.par_sort_unstable();
}

/// Sorts by an order, keeping equals in theirs; quick where they are nearly sorted.
pub fn sort_by<T: Send>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering + Sync) {
    items.par_sort_by(order);
}

//! What things are called that may be renamed: the latest text counts.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::names::{Id, Renumbered};
use crate::time::Timestamp;

/// `N` sorts of texts for everything that has a number.
#[derive(Default)]
pub struct Labels<const N: usize> {
    hasher: RandomState,
    /// What came last, as a hash, and the latest time it came: nearly always the same comes again, and
    /// then nothing else is touched.
    last: Vec<(u64, Timestamp)>,
    texts: Vec<Texts<N>>,
}

struct Texts<const N: usize> {
    last: [Option<Box<str>>; N],
    latest: [Option<(Timestamp, Box<str>)>; N],
}

impl<const N: usize> Labels<N> {
    /// Takes in what something was called at a time.
    #[inline]
    pub fn offer(&mut self, id: Id, time: Timestamp, texts: [Option<&str>; N]) {
        let hash = self.hasher.hash_one(texts);
        match self.last.get_mut(id as usize) {
            Some((last, latest)) if *last == hash => *latest = time.max(*latest),
            _ => self.change(id, (hash, time), texts),
        }
    }

    #[inline(never)]
    fn change(&mut self, id: Id, last: (u64, Timestamp), texts: [Option<&str>; N]) {
        let at = id as usize;
        if at >= self.last.len() {
            self.last.resize(at + 1, (0, Timestamp::MIN));
            self.texts
                .resize_with(at + 1, || Texts { last: [const { None }; N], latest: [const { None }; N] });
        }
        self.settle(at);
        self.last[at] = last;
        self.texts[at].last = texts.map(|text| text.map(Into::into));
    }

    /// Takes in for good what came last.
    fn settle(&mut self, at: usize) {
        let time = self.last[at].1;
        let Texts { last, latest } = &mut self.texts[at];
        for (text, latest) in last.iter_mut().zip(latest) {
            if let Some(text) = text.take() {
                offer(latest, (time, text));
            }
        }
        self.last[at] = (0, Timestamp::MIN);
    }

    /// Takes in for good everything that came last: the last thing before reading it.
    pub fn finish(&mut self) {
        (0..self.last.len()).for_each(|at| self.settle(at));
    }

    /// The latest texts; of two at the same time the greater one.
    pub fn get(&self, id: Id) -> [Option<&str>; N] {
        let texts = self.texts.get(id as usize);
        std::array::from_fn(|sort| {
            texts.and_then(|texts| texts.latest[sort].as_ref()).map(|(_, text)| &**text)
        })
    }

    /// Takes in what another reader knows.
    pub fn merge(&mut self, mut other: Self, renumbered: &Renumbered) {
        other.finish();
        for (id, texts) in (0..).zip(other.texts) {
            let at = renumbered.of(id) as usize;
            if at >= self.last.len() {
                self.change(at as Id, (0, Timestamp::MIN), [None; N]);
            }
            for (theirs, ours) in texts.latest.into_iter().zip(&mut self.texts[at].latest) {
                theirs.into_iter().for_each(|theirs| offer(ours, theirs));
            }
        }
    }
}

fn offer(latest: &mut Option<(Timestamp, Box<str>)>, offered: (Timestamp, Box<str>)) {
    if latest.as_ref().is_none_or(|latest| *latest < offered) {
        *latest = Some(offered);
    }
}

//! Who appeared under which texts: id, name and e-mail address looked up together, as they nearly
//! always come together.

use std::array::from_fn;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::labels::Labels;
use crate::names::{Counter, Id, NONE, Renumbered, Seen};
use crate::time::Timestamp;

/// Combinations of `N` texts, numbered from 0.
#[derive(Default)]
pub struct Faces<const N: usize> {
    hasher: RandomState,
    table: HashTable<Face<N>>,
    text: String,
    /// By number when it was seen and counted, and when last at all.
    seen: Vec<(Seen, Timestamp)>,
}

/// Where a combination's texts are. Nothing else, as looking one up costs the memory it touches.
struct Face<const N: usize> {
    id: Id,
    /// Where each text ends, from where the first one starts.
    ends: [u32; N],
    start: usize,
}

impl<const N: usize> Face<N> {
    /// Whether these are its texts; `all` is where they are kept.
    #[inline]
    fn is(&self, texts: &[&str; N], all: &[u8]) -> bool {
        let mut begin = self.start;
        for (end, text) in self.ends.iter().zip(texts) {
            let end = self.start + *end as usize;
            if all[begin..end] != *text.as_bytes() {
                return false;
            }
            begin = end;
        }
        true
    }

    fn texts<'a>(&self, all: &'a str) -> [&'a str; N] {
        let mut begin = self.start;
        self.ends.map(|end| {
            let end = self.start + end as usize;
            let text = &all[begin..end];
            begin = end;
            text
        })
    }
}

impl<const N: usize> Faces<N> {
    /// The number of the combination, which appeared at a time; [`NONE`] if all of it is empty.
    #[inline]
    pub fn id(&mut self, texts: [&str; N], time: Timestamp) -> Id {
        let hash = hash(&self.hasher, texts);
        match self.table.find(hash, |face| face.is(&texts, self.text.as_bytes())) {
            Some(face) => {
                let latest = &mut self.seen[face.id as usize].1;
                *latest = time.max(*latest);
                face.id
            }
            None => self.add(hash, texts, time),
        }
    }

    #[inline(never)]
    fn add(&mut self, hash_of_it: u64, texts: [&str; N], time: Timestamp) -> Id {
        if texts.iter().all(|text| text.is_empty()) {
            return NONE;
        }
        let Self { hasher, table, text, seen } = self;
        let id = Id::try_from(seen.len()).expect("fewer than four billion texts fit into memory");
        let start = text.len();
        let ends = texts.map(|part| {
            text.push_str(part);
            u32::try_from(text.len() - start).expect("a line is shorter than 4 GB")
        });
        seen.push((Seen::NEVER, time));
        table.insert_unique(hash_of_it, Face { id, ends, start }, |face| hash(hasher, face.texts(text)));
        id
    }

    /// Counts the combination of that number, unless it is [`NONE`].
    #[inline]
    pub fn count(&mut self, id: Id, time: Timestamp) {
        if let Some((seen, _)) = self.seen.get_mut(id as usize) {
            seen.merge(Seen::once(time));
        }
    }

    /// Counts by what identifies (the first text that is not empty, in the order of `keys`), and tells
    /// what it was called (the texts `shown`). Returns the new numbers.
    pub fn settle<const M: usize>(
        self,
        counter: &mut Counter,
        labels: &mut Labels<M>,
        keys: [usize; N],
        shown: [usize; M],
    ) -> Renumbered {
        let mut numbers = vec![NONE; self.seen.len()];
        for face in &self.table {
            let texts = face.texts(&self.text);
            let (seen, latest) = self.seen[face.id as usize];
            let key = keys.iter().map(|at| texts[*at]).find(|text| !text.is_empty()).unwrap_or_default();
            let id = counter.names.id(key);
            if seen.count > 0 {
                counter.merge_at(id, seen);
            }
            labels.offer(id, latest, from_fn(|sort| texts[shown[sort]]));
            numbers[face.id as usize] = id;
        }
        Renumbered(numbers)
    }
}

#[inline]
fn hash<const N: usize>(hasher: &RandomState, texts: [&str; N]) -> u64 {
    let mut hasher = hasher.build_hasher();
    texts.iter().for_each(|text| hasher.write(text.as_bytes()));
    hasher.finish()
}

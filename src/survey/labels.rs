//! What things are called that may be renamed: the latest text counts.

use crate::names::Id;
use crate::time::Timestamp;

/// `N` sorts of texts for everything that has a number.
#[derive(Default)]
pub struct Labels<const N: usize>(Vec<[Option<Latest>; N]>);

type Latest = (Timestamp, Box<str>);

impl<const N: usize> Labels<N> {
    /// Takes in what something was called at a time; an empty text says nothing.
    pub fn offer(&mut self, id: Id, time: Timestamp, texts: [&str; N]) {
        let at = id as usize;
        if at >= self.0.len() {
            self.0.resize_with(at + 1, || [const { None }; N]);
        }
        for (latest, text) in self.0[at].iter_mut().zip(texts).filter(|(_, text)| !text.is_empty()) {
            if latest.as_ref().is_none_or(|(then, known)| (*then, &**known) < (time, text)) {
                *latest = Some((time, text.into()));
            }
        }
    }

    /// The same with other texts; `of` is given sort and text.
    pub fn map(&self, of: impl Fn(usize, &str) -> String) -> Self {
        let map = |labels: &[Option<Latest>; N]| {
            std::array::from_fn(|sort| {
                let (time, text) = labels[sort].as_ref()?;
                Some((*time, of(sort, text).into()))
            })
        };
        Self(self.0.iter().map(map).collect())
    }

    /// The latest texts; of two at the same time the greater one.
    pub fn get(&self, id: Id) -> [Option<&str>; N] {
        let latest = self.0.get(id as usize);
        std::array::from_fn(|sort| latest.and_then(|latest| latest[sort].as_ref()).map(|(_, text)| &**text))
    }
}

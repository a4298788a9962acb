//! What things are called that may be renamed: every text, when it was used, and the latest.
//!
//! The latest text is for showing only. Where a text decides, it is one that was in use at the time, as
//! events of SSO actions say: whoever can write into a log could choose the latest.

use crate::model::time::Timestamp;
use crate::parallel;
use crate::scan::{BlockId, LineRef};
use crate::survey::interner::{Id, IdMap, Interner, NONE};

/// More texts than this for one thing are nothing that anybody knows it by.
pub const MOST_TEXTS: usize = 64;

/// `N` sorts of texts for everything that has a number.
#[derive(Default)]
pub struct Labels<const N: usize> {
    texts: Interner,
    /// By thing, sort and text; see [`Self::settle`].
    uses: Vec<Use>,
    /// By thing and sort where its uses begin.
    starts: Vec<u32>,
    /// By thing the latest text of each sort, whatever event says it; of two at the same time the greater one.
    latest: Vec<[Id; N]>,
    /// Something has several texts of a sort.
    are_renamed: bool,
}

/// A text for something.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// What it is a text for.
    pub of: Id,
    /// Which sort of text.
    pub sort: usize,
    /// Its number.
    pub text: Id,
    /// When an event of an SSO action first used it, and where; later than everything if none did.
    pub first: (Timestamp, LineRef),
    /// When one used it last; earlier than everything if none did.
    pub last: Timestamp,
    /// When any event used it last.
    pub shown: Timestamp,
}

impl Use {
    fn merge(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.shown = self.shown.max(other.shown);
    }
}

/// Later than every place.
const NOWHERE: LineRef = LineRef { block: BlockId { input: u32::MAX, number: u32::MAX }, line: u32::MAX };

impl<const N: usize> Labels<N> {
    /// Takes in what something was called from a first time and place to a last time; an empty text says
    /// nothing. Returns the numbers of the texts.
    pub fn update(
        &mut self,
        of: Id,
        texts: [&str; N],
        first: (Timestamp, LineRef),
        last: Timestamp,
        is_sso: bool,
    ) -> [Id; N] {
        let mut sort = 0;
        texts.map(|text| {
            let at = sort;
            sort += 1;
            if text.is_empty() {
                return NONE;
            }
            let text = self.texts.id(text);
            let (first, last_sso) =
                if is_sso { (first, last) } else { ((Timestamp::MAX, NOWHERE), Timestamp::MIN) };
            self.uses.push(Use { of, sort: at, text, first, last: last_sso, shown: last });
            text
        })
    }

    /// The last thing before reading them; there are so many things.
    pub fn settle(&mut self, things: usize) {
        let Self { texts, uses, starts, latest, are_renamed } = self;
        parallel::sort_by(uses, |a, b| {
            (a.of, a.sort).cmp(&(b.of, b.sort)).then_with(|| texts.text(a.text).cmp(texts.text(b.text)))
        });
        uses.dedup_by(|later, earlier| {
            let is_same = (later.of, later.sort, later.text) == (earlier.of, earlier.sort, earlier.text);
            if is_same {
                earlier.merge(later);
            }
            is_same
        });
        uses.shrink_to_fit();
        *are_renamed = uses.windows(2).any(|pair| (pair[0].of, pair[0].sort) == (pair[1].of, pair[1].sort));
        let mut start = 0;
        for place in 0..=things * N {
            let its = uses[start..].iter().take_while(|it| it.of as usize * N + it.sort < place).count();
            start += its;
            starts.push(start as u32);
        }
        for thing in 0..things {
            latest.push(std::array::from_fn(|sort| {
                let place = thing * N + sort;
                let its = &uses[starts[place] as usize..starts[place + 1] as usize];
                // Uses are in the order of their texts.
                its.iter().max_by_key(|it| it.shown).map_or(NONE, |it| it.text)
            }));
        }
    }

    fn uses(&self, of: Id, sort: usize) -> &[Use] {
        let place = (of as usize).saturating_mul(N).saturating_add(sort);
        match (self.starts.get(place), self.starts.get(place.saturating_add(1))) {
            (Some(from), Some(to)) => &self.uses[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// The latest texts; of two at the same time the greater one.
    pub fn get(&self, of: Id) -> [Option<&str>; N] {
        let latest = self.latest.get(of as usize).copied().unwrap_or([NONE; N]);
        latest.map(|text| self.texts.get(text))
    }

    /// The text of that number.
    pub fn text(&self, text: Id) -> Option<&str> {
        self.texts.get(text)
    }

    /// Every text of a sort that any event has for something.
    pub fn all(&self, of: Id, sort: usize) -> impl Iterator<Item = &str> {
        self.uses(of, sort).iter().map(|it| self.texts.text(it.text))
    }

    /// Whether anything has several texts of a sort.
    pub fn are_renamed(&self) -> bool {
        self.are_renamed
    }

    /// Whether there are several texts of a sort for something.
    pub fn has_several(&self, of: Id, sort: usize) -> bool {
        self.uses(of, sort).len() > 1
    }

    /// The texts of a sort by which something may have been known at a time: those that events of SSO actions
    /// used by then, but for those that another one followed, after their last use.
    pub fn in_force(&self, of: Id, sort: usize, at: Timestamp) -> Vec<&str> {
        let uses = self.uses(of, sort);
        if uses.len() > MOST_TEXTS {
            return Vec::new();
        }
        let by_then = || uses.iter().filter(|it| it.first.0 <= at);
        let newest = by_then().map(|it| it.first.0).max();
        let lasting = by_then().filter(|it| newest.is_none_or(|newest| it.last >= newest));
        lasting.map(|it| self.texts.text(it.text)).collect()
    }

    /// What was renamed: for each thing with several texts of a sort that SSO actions used, these, the first
    /// used first.
    pub fn renamed(&self) -> impl Iterator<Item = Vec<&Use>> {
        let its = self.uses.chunk_by(|a, b| (a.of, a.sort) == (b.of, b.sort)).filter(|its| its.len() > 1);
        its.map(by_first_use).filter(|its| its.len() > 1)
    }

    /// The texts of a sort that SSO actions used for something, the first used first.
    pub fn used(&self, of: Id, sort: usize) -> Vec<&Use> {
        by_first_use(self.uses(of, sort))
    }

    /// Nothing but the latest texts, as others; `of` is given sort and text.
    pub fn map(&self, of: impl Fn(usize, &str) -> String) -> Self {
        let mut texts = Interner::default();
        let mut id = |sort: usize, text: Id| match self.texts.get(text) {
            Some(text) => texts.id(&of(sort, text)),
            None => NONE,
        };
        let latest = self.latest.iter().map(|its| std::array::from_fn(|sort| id(sort, its[sort])));
        let latest = latest.collect();
        Self { texts, latest, ..Self::default() }
    }
}

/// Equals stay in the order of their texts.
fn by_first_use(uses: &[Use]) -> Vec<&Use> {
    let mut used: Vec<_> = uses.iter().filter(|it| it.last > Timestamp::MIN).collect();
    used.sort_by_key(|it| it.first.0);
    used
}

/// What numbers of combinations became: of what they are about, and of their texts.
pub struct Labelled<const N: usize> {
    /// Numbers of the things.
    pub things: IdMap,
    /// By combination the numbers of its texts.
    pub texts: Vec<[Id; N]>,
}

impl<const N: usize> Labelled<N> {
    /// The number of a text of a combination.
    pub fn text(&self, combination: Id, sort: usize) -> Id {
        self.texts.get(combination as usize).map_or(NONE, |texts| texts[sort])
    }
}

//! What things are called that may be renamed: every text, when it was used, and the latest.
//!
//! The latest text is for showing only. Where a text decides, it is one that was in use at the time, as
//! events of SSO actions say: whoever can write into a log could choose the latest.

use crate::model::time::Timestamp;
use crate::parallel;
use crate::scan::{BlockId, LineRef};
use crate::survey::ids::{Id, LabelId};
use crate::survey::interner::{IdMap, Interner};

/// More texts than this for one thing are nothing that anybody knows it by.
pub const MAX_LABELS: usize = 64;

/// `N` sorts of texts for everything that has a number.
pub struct Labels<I, const N: usize> {
    texts: Interner<LabelId>,
    /// By thing, kind and text; see [`Self::settle`].
    uses: Vec<Owned<I>>,
    /// By thing and kind where its uses begin.
    starts: Vec<u32>,
    /// By thing the latest text of each kind, whatever event says it; of two at the same time the greater one.
    latest: Vec<[Option<LabelId>; N]>,
    /// Something has several texts of a kind.
    are_renamed: bool,
}

impl<I, const N: usize> Default for Labels<I, N> {
    fn default() -> Self {
        Self {
            texts: Interner::default(),
            uses: Vec::new(),
            starts: Vec::new(),
            latest: Vec::new(),
            are_renamed: false,
        }
    }
}

/// When and where a combination of texts appeared.
#[derive(Clone, Copy)]
pub struct Appearances {
    /// First.
    pub first: (Timestamp, LineRef),
    /// Last.
    pub last: Timestamp,
    /// Events of SSO actions used it.
    pub is_sso: bool,
}

/// A text for something.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Which kind of text.
    pub kind: usize,
    /// Its number.
    pub text: LabelId,
    /// When an event of an SSO action first used it, and where; later than everything if none did.
    pub first: (Timestamp, LineRef),
    /// When one used it last; earlier than everything if none did.
    pub last: Timestamp,
    /// When any event used it last.
    pub last_any: Timestamp,
}

/// A text for what has that number.
struct Owned<I> {
    of: I,
    label: Use,
}

impl<I: Copy> Owned<I> {
    fn key(&self) -> (I, usize) {
        (self.of, self.label.kind)
    }
}

impl Use {
    fn merge(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.last_any = self.last_any.max(other.last_any);
    }
}

/// Later than every place.
const NOWHERE: LineRef = LineRef { block: BlockId { input: u32::MAX, number: u32::MAX }, line: u32::MAX };

impl<I: Id, const N: usize> Labels<I, N> {
    /// Takes in what something is called; an empty text says nothing. Returns the numbers of the texts.
    pub fn update(&mut self, of: I, texts: [&str; N], appearances: &Appearances) -> [Option<LabelId>; N] {
        let mut kind = 0;
        texts.map(|text| {
            let at = kind;
            kind += 1;
            if text.is_empty() {
                return None;
            }
            let text = self.texts.id(text);
            let Appearances { first, last, is_sso } = *appearances;
            let never = ((Timestamp::MAX, NOWHERE), Timestamp::MIN);
            let (first, last_sso) = if is_sso { (first, last) } else { never };
            let label = Use { kind: at, text, first, last: last_sso, last_any: last };
            self.uses.push(Owned { of, label });
            Some(text)
        })
    }

    /// The last thing before reading them; there are so many things.
    pub fn settle(&mut self, things: usize) {
        let Self { texts, uses, starts, latest, are_renamed } = self;
        parallel::sort_by(uses, |a, b| {
            a.key().cmp(&b.key()).then_with(|| texts.text(a.label.text).cmp(texts.text(b.label.text)))
        });
        uses.dedup_by(|later, earlier| {
            let is_same = later.key() == earlier.key() && later.label.text == earlier.label.text;
            if is_same {
                earlier.label.merge(&later.label);
            }
            is_same
        });
        uses.shrink_to_fit();
        *are_renamed = uses.windows(2).any(|pair| pair[0].key() == pair[1].key());
        let mut start = 0;
        for place in 0..=things * N {
            let its = uses[start..].iter().take_while(|it| it.of.index() * N + it.label.kind < place).count();
            start += its;
            starts.push(start as u32);
        }
        for thing in 0..things {
            latest.push(std::array::from_fn(|kind| {
                let place = thing * N + kind;
                let its = &uses[starts[place] as usize..starts[place + 1] as usize];
                // Uses are in the order of their texts.
                its.iter().max_by_key(|it| it.label.last_any).map(|it| it.label.text)
            }));
        }
    }

    fn uses(&self, of: Option<I>, kind: usize) -> &[Owned<I>] {
        let Some(of) = of else {
            return &[];
        };
        let place = of.index().saturating_mul(N).saturating_add(kind);
        match (self.starts.get(place), self.starts.get(place.saturating_add(1))) {
            (Some(from), Some(to)) => &self.uses[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// The latest texts; of two at the same time the greater one.
    pub fn get(&self, of: impl Into<Option<I>>) -> [Option<&str>; N] {
        let latest = of.into().and_then(|of| self.latest.get(of.index())).copied().unwrap_or([None; N]);
        latest.map(|text| self.texts.get(text))
    }

    /// The text of that number.
    pub fn text(&self, text: impl Into<Option<LabelId>>) -> Option<&str> {
        self.texts.get(text)
    }

    /// Every text of a kind that any event has for something.
    pub fn all(&self, of: Option<I>, kind: usize) -> impl Iterator<Item = &str> {
        self.uses(of, kind).iter().map(|it| self.texts.text(it.label.text))
    }

    /// Whether anything has several texts of a kind.
    pub fn are_renamed(&self) -> bool {
        self.are_renamed
    }

    /// Whether there are several texts of a kind for something.
    pub fn has_several(&self, of: Option<I>, kind: usize) -> bool {
        self.uses(of, kind).len() > 1
    }

    /// The texts of a kind by which something may have been known at a time: those that events of SSO actions
    /// used by then, but for those that another one followed, after their last use.
    pub fn in_force(&self, of: Option<I>, kind: usize, at: Timestamp) -> Vec<&str> {
        let uses = self.uses(of, kind);
        if uses.len() > MAX_LABELS {
            return Vec::new();
        }
        let by_then = || uses.iter().map(|it| &it.label).filter(|it| it.first.0 <= at);
        let newest = by_then().map(|it| it.first.0).max();
        let lasting = by_then().filter(|it| newest.is_none_or(|newest| it.last >= newest));
        lasting.map(|it| self.texts.text(it.text)).collect()
    }

    /// What was renamed: for each thing with several texts of a kind that SSO actions used, these, the first
    /// used first.
    pub fn renamed(&self) -> impl Iterator<Item = (I, Vec<&Use>)> {
        let its = self.uses.chunk_by(|a, b| a.key() == b.key()).filter(|its| its.len() > 1);
        its.map(|its| (its[0].of, by_first_use(its))).filter(|(_, its)| its.len() > 1)
    }

    /// The texts of a kind that SSO actions used for something, the first used first.
    pub fn used(&self, of: Option<I>, kind: usize) -> Vec<&Use> {
        by_first_use(self.uses(of, kind))
    }

    /// Nothing but the latest texts, as others; `of` is given kind and text.
    pub fn map(&self, of: impl Fn(usize, &str) -> String) -> Self {
        let mut texts = Interner::default();
        let mut id =
            |kind: usize, text: Option<LabelId>| self.texts.get(text).map(|text| texts.id(&of(kind, text)));
        let latest = self.latest.iter().map(|its| std::array::from_fn(|kind| id(kind, its[kind])));
        let latest = latest.collect();
        Self { texts, latest, ..Self::default() }
    }
}

/// Equals stay in the order of their texts.
fn by_first_use<I>(uses: &[Owned<I>]) -> Vec<&Use> {
    let mut used: Vec<_> = uses.iter().map(|it| &it.label).filter(|it| it.last > Timestamp::MIN).collect();
    used.sort_by_key(|it| it.first.0);
    used
}

/// What the numbers became that a worker has for combinations of an id and its labels.
pub struct LabelledMap<I, const N: usize> {
    /// Numbers of what has the id.
    pub ids: IdMap<I>,
    /// By combination the numbers of its labels.
    pub labels: Vec<[Option<LabelId>; N]>,
}

impl<I: Id, const N: usize> LabelledMap<I, N> {
    /// The number of a label of a combination.
    pub fn label(&self, combination: Option<I>, kind: usize) -> Option<LabelId> {
        self.labels.get(combination?.index())?[kind]
    }
}

//! Names of things that may be renamed: every text, when it was used, and the latest one.
//!
//! The latest text is for display only. Decisions go by texts that were in use at the time according to
//! events of SSO actions, because whoever can write into a log could choose the latest one.

use crate::model::time::Timestamp;
use crate::parallel;
use crate::scan::{BlockId, LineRef};
use crate::survey::ids::{Id, LabelId};
use crate::survey::interner::{IdMap, Interner};

/// Nobody knows a thing by this many texts; if it has more, none of them counts.
pub const MAX_LABELS: usize = 64;

/// Texts of `N` kinds for each id, such as name and e-mail address.
pub struct Labels<I, const N: usize> {
    texts: Interner<LabelId>,
    /// Sorted by id, kind and text after [`Self::settle`].
    uses: Vec<LabelUse<I>>,
    /// For each id and kind, where its uses begin.
    starts: Vec<u32>,
    /// For each id, the latest text of each kind in any event. Of two texts at the same time, the greater
    /// one.
    latest: Vec<[Option<LabelId>; N]>,
    /// Whether any id has several texts of a kind.
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
    /// Its first appearance.
    pub first: (Timestamp, LineRef),
    /// The time of its last appearance.
    pub last: Timestamp,
    /// Whether events of SSO actions used it.
    pub is_sso: bool,
}

/// The use of a text for an id.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// The kind of text: its index among the `N` texts.
    pub kind: usize,
    /// The text.
    pub text: LabelId,
    /// When and where an event of an SSO action first used it. Later than everything if none did.
    pub first: (Timestamp, LineRef),
    /// When an event of an SSO action last used it. Earlier than everything if none did.
    pub last: Timestamp,
    /// When any event last used it.
    pub last_any: Timestamp,
}

/// The use of a text together with the id it is for.
struct LabelUse<I> {
    id: I,
    label: Use,
}

impl<I: Copy> LabelUse<I> {
    fn key(&self) -> (I, usize) {
        (self.id, self.label.kind)
    }
}

impl Use {
    fn merge(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.last_any = self.last_any.max(other.last_any);
    }
}

/// Later than every line.
const NOWHERE: LineRef = LineRef { block: BlockId { input: u32::MAX, number: u32::MAX }, line: u32::MAX };

impl<I: Id, const N: usize> Labels<I, N> {
    /// Adds the texts for an id, of which an empty one says nothing, and returns their ids.
    pub fn update(&mut self, id: I, texts: [&str; N], appearances: &Appearances) -> [Option<LabelId>; N] {
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
            self.uses.push(LabelUse { id, label });
            Some(text)
        })
    }

    /// Sorts and merges what was added for `count` ids. To be called once, before reading.
    pub fn settle(&mut self, count: usize) {
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
        for position in 0..=count * N {
            let its =
                uses[start..].iter().take_while(|it| it.id.index() * N + it.label.kind < position).count();
            start += its;
            starts.push(start as u32);
        }
        for index in 0..count {
            latest.push(std::array::from_fn(|kind| {
                let position = index * N + kind;
                let its = &uses[starts[position] as usize..starts[position + 1] as usize];
                // Uses are sorted by their texts, and the last maximum wins.
                its.iter().max_by_key(|it| it.label.last_any).map(|it| it.label.text)
            }));
        }
    }

    fn uses(&self, id: Option<I>, kind: usize) -> &[LabelUse<I>] {
        let Some(id) = id else {
            return &[];
        };
        let position = id.index().saturating_mul(N).saturating_add(kind);
        match (self.starts.get(position), self.starts.get(position.saturating_add(1))) {
            (Some(from), Some(to)) => &self.uses[*from as usize..*to as usize],
            _ => &[],
        }
    }

    /// The latest text of each kind. Of two texts at the same time, the greater one.
    pub fn get(&self, id: impl Into<Option<I>>) -> [Option<&str>; N] {
        let latest = id.into().and_then(|id| self.latest.get(id.index())).copied().unwrap_or([None; N]);
        latest.map(|text| self.texts.get(text))
    }

    /// The text of a label.
    pub fn text(&self, text: impl Into<Option<LabelId>>) -> Option<&str> {
        self.texts.get(text)
    }

    /// Every text of a kind that any event uses for an id.
    pub fn all(&self, id: Option<I>, kind: usize) -> impl Iterator<Item = &str> {
        self.uses(id, kind).iter().map(|it| self.texts.text(it.label.text))
    }

    /// Whether any id has several texts of a kind.
    pub fn are_renamed(&self) -> bool {
        self.are_renamed
    }

    /// Whether an id has several texts of a kind.
    pub fn has_several(&self, id: Option<I>, kind: usize) -> bool {
        self.uses(id, kind).len() > 1
    }

    /// The texts of a kind by which something may have been known at a time: those that events of SSO actions
    /// used by then, except for texts whose last use is before the first use of another one.
    pub fn in_force(&self, id: Option<I>, kind: usize, at: Timestamp) -> Vec<&str> {
        let uses = self.uses(id, kind);
        if uses.len() > MAX_LABELS {
            return Vec::new();
        }
        let by_then = || uses.iter().map(|it| &it.label).filter(|it| it.first.0 <= at);
        let newest = by_then().map(|it| it.first.0).max();
        let lasting = by_then().filter(|it| newest.is_none_or(|newest| it.last >= newest));
        lasting.map(|it| self.texts.text(it.text)).collect()
    }

    /// What was renamed: the ids for which SSO actions used several texts of a kind, with these texts in the
    /// order of their first use.
    pub fn renamed(&self) -> impl Iterator<Item = (I, Vec<&Use>)> {
        let its = self.uses.chunk_by(|a, b| a.key() == b.key()).filter(|its| its.len() > 1);
        its.map(|its| (its[0].id, by_first_use(its))).filter(|(_, its)| its.len() > 1)
    }

    /// The texts of a kind that SSO actions used for an id, in the order of their first use.
    pub fn used(&self, id: Option<I>, kind: usize) -> Vec<&Use> {
        by_first_use(self.uses(id, kind))
    }

    /// A copy of the latest texts only, each replaced by what `replace` makes of its kind and text.
    pub fn map(&self, replace: impl Fn(usize, &str) -> String) -> Self {
        let mut texts = Interner::default();
        let mut id = |kind: usize, text: Option<LabelId>| {
            self.texts.get(text).map(|text| texts.id(&replace(kind, text)))
        };
        let latest = self.latest.iter().map(|its| std::array::from_fn(|kind| id(kind, its[kind])));
        let latest = latest.collect();
        Self { texts, latest, ..Self::default() }
    }
}

/// Uses that begin at the same time stay sorted by their texts.
fn by_first_use<I>(uses: &[LabelUse<I>]) -> Vec<&Use> {
    let mut used: Vec<_> = uses.iter().map(|it| &it.label).filter(|it| it.last > Timestamp::MIN).collect();
    used.sort_by_key(|it| it.first.0);
    used
}

/// Translates a worker's ids for combinations of an id and its labels to those of the survey.
pub struct LabelledMap<I, const N: usize> {
    /// The id of the organization or actor.
    pub ids: IdMap<I>,
    /// For each combination, its labels.
    pub labels: Vec<[Option<LabelId>; N]>,
}

impl<I: Id, const N: usize> LabelledMap<I, N> {
    /// The label of a kind in a combination.
    pub fn label(&self, combination: Option<I>, kind: usize) -> Option<LabelId> {
        self.labels.get(combination?.index())?[kind]
    }
}

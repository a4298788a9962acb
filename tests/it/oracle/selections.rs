//! A part of a history that is asked for.

use super::dice::Dice;
use super::histories::{History, SECOND};
use super::history::utc;
use super::log::{Entry, Log};
use super::select::{Flags, matches, selects};
use super::twists::{Twist, Twists};

/// What is shown, and the moment that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub flags: Flags,
    pub at: Option<i128>,
}

/// The selection of a seed.
pub fn selection(seed: u64, history: &History, twists: &Twists) -> Selection {
    let mut dice = Dice::new(seed ^ 0x1357_9BDF);
    let seconds = usize::try_from((history.end - history.begin) / SECOND).unwrap();
    let moment = |dice: &mut Dice| history.begin + dice.below(seconds + 1) as i128 * SECOND;
    let mut flags = Flags::default();
    if twists.has(Twist::Selections) {
        match dice.below(10) {
            0 => flags.since = Some(utc(moment(&mut dice))),
            1 => flags.until = Some(utc(moment(&mut dice) + SECOND)),
            2 => {
                const NAMES: [&str; 6] = ["Acme", "acme*", "Bolt", "org_2", "org_c1", "nobody*"];
                flags.org = vec![dice.pick(&NAMES).to_owned()];
            }
            3 => flags.action = vec![dice.pick(&["deleted", "sso.*", "*abled", "other"]).to_owned()],
            4 => flags.connection_type = vec![dice.pick(&["OktaSAML", "SAML", "*OIDC"]).to_owned()],
            _ => {}
        }
    }
    let at = (twists.has(Twist::Moments) && dice.percent(50)).then(|| moment(&mut dice));
    Selection { flags, at }
}

impl Selection {
    pub fn is_everything(&self) -> bool {
        self.flags.args().is_empty()
    }

    /// Whether an event is shown. An organization that is selected by a name is selected whole.
    pub fn selects(&self, log: &Log, entry: &Entry) -> bool {
        if selects(&entry.normal, &self.flags) {
            return true;
        }
        let org = &self.flags.org;
        if org.is_empty() || org.iter().any(|pattern| pattern.starts_with("org_")) {
            return false;
        }
        let is_called = |other: &&Entry| {
            let names =
                other.normal.organizations.iter().filter(|it| !other.normal.organization_ids.contains(it));
            let mut names = names;
            names.any(|name| org.iter().any(|pattern| matches(pattern, name)))
        };
        let shares_id = |other: &Entry| {
            other.space() == entry.space()
                && other.normal.organization_ids.iter().any(|id| entry.normal.organization_ids.contains(id))
        };
        log.entries.iter().filter(is_called).any(shares_id)
    }
}

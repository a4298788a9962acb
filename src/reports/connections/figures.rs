//! What the sentences about connections count.

use super::history::ConnectionHistory;
use super::posture::Posture;
use crate::analysis::reach::Certainty;
use crate::model::state::State;
use crate::reports::statements::{Statement, clause, each_counted, presumed, sentence};
use crate::text::plural::{agreeing, counted};

/// How many connections there are of each kind.
#[derive(Default)]
pub struct Figures {
    connections: u64,
    /// Those of which the log shows a state, in the order of [`STATES`].
    states: [u64; STATES.len()],
    presumed: u64,
    odd: u64,
    postures: Option<Postures>,
}

/// How many organizations there are of each kind, at a moment.
#[derive(Default)]
struct Postures {
    active: u64,
    /// Those that had an active connection, and had none left.
    without: u64,
    without_presumed: u64,
}

const STATES: [State; 5] = [State::Active, State::Created, State::Disabled, State::Deleted, State::Unknown];

impl Figures {
    /// The sentences about them.
    pub const STATEMENTS: &'static [Statement<Self>] = &[Self::by_state, Self::in_doubt, Self::at_the_moment];

    /// Counts connections, and the organizations at a moment if one was asked for.
    pub fn of<'h>(
        histories: impl Iterator<Item = &'h ConnectionHistory>,
        postures: Option<&[Posture]>,
    ) -> Self {
        let mut figures = Self { postures: postures.map(Postures::of), ..Self::default() };
        for history in histories {
            figures.connections += 1;
            for (count, state) in figures.states.iter_mut().zip(STATES) {
                *count += u64::from(history.state == Some(state));
            }
            figures.presumed += u64::from(history.certainty != Certainty::Certain);
            figures.odd += u64::from(!history.inconsistencies.is_empty());
        }
        figures
    }

    fn by_state(&self) -> Option<String> {
        let later = self.connections - self.states.iter().sum::<u64>();
        let states = self.states.into_iter().zip(STATES.map(State::name));
        let states: Vec<_> = states.chain([(later, "changed only later than the present")]).collect();
        let (connections, is) =
            (counted(self.connections, "connection"), agreeing(self.connections, ["is", "are"]));
        let states = each_counted(&states);
        Some(match self.connections {
            0 => "No connection is shown.".to_owned(),
            _ => format!("{connections} {is} shown: {states}."),
        })
    }

    fn in_doubt(&self) -> Option<String> {
        let holds = [
            "has a change that does not fit the state before it",
            "have changes that do not fit the state before them",
        ];
        let presumed = clause(self.presumed, "state", ["is presumed", "are presumed"]);
        sentence([presumed, clause(self.odd, "connection", holds)])
    }

    fn at_the_moment(&self) -> Option<String> {
        let Postures { active, without, without_presumed } = self.postures.as_ref()?;
        let had = counted(*active, "organization");
        let lost = presumed(*without_presumed, *without);
        Some(format!("At that moment {had} had an active connection, and {without} had none left{lost}."))
    }
}

impl Postures {
    fn of(postures: &[Posture]) -> Self {
        let count = |is_counted: fn(&&Posture) -> bool| postures.iter().filter(is_counted).count() as u64;
        Self {
            active: count(|posture| !posture.active.is_empty()),
            without: count(|posture| posture.without_since.is_some()),
            without_presumed: count(|posture| {
                posture.without_since.is_some() && posture.certainty != Certainty::Certain
            }),
        }
    }
}

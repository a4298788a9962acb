//! Organizations that are selected by name: not every event says the name, so their ids are looked up before
//! the inputs are read for the result.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use anyhow::{Result, bail};

use crate::input::{Input, Meter, Place};
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::event::Space;
use crate::model::selection::{Pattern, Selection};
use crate::scan::block::Fold;
use crate::scan::order::ScanItem;
use crate::scan::{Record, ScanJob, Settings, scan};
use crate::sources;

#[derive(Default)]
struct Ids(BTreeSet<(Space, String)>);

impl Fold for Ids {
    fn weight(&self) -> usize {
        self.0.len() * size_of::<(Space, String)>()
    }
}

impl Ids {
    fn add(&mut self, event: &Event<'_>, names: &[Pattern]) {
        let mut called = event.all(Attribute::OrganizationName);
        if !called.any(|name| names.iter().any(|pattern| pattern.matches(&name))) {
            return;
        }
        for id in event.all(Attribute::OrganizationId) {
            self.0.insert((event.ids, id.into_owned()));
        }
    }
}

/// Lets what selects organizations by name select their ids as well. That takes another pass over the inputs, so
/// it is not done for ids, and what can be read once only is refused.
pub fn resolve_names_to_ids(select: &mut Selection, inputs: &[Input], settings: Settings) -> Result<()> {
    let names = names(select);
    if names.is_empty() {
        return Ok(());
    }
    if let Some(input) = inputs.iter().find(|input| is_gone_once_read(input)) {
        bail!(
            "{} can be read once only, and not every event says the name of its organization; give --org an id, \
             or a file to read",
            input.name
        );
    }
    look_up(select, names, inputs, settings)
}

/// The same as far as inputs can be read twice. If one cannot, returns what is to be looked for besides.
pub fn by_id_where_possible(
    select: &mut Selection,
    inputs: &[Input],
    settings: Settings,
) -> Result<Option<Vec<Pattern>>> {
    let names = names(select);
    if names.is_empty() {
        return Ok(None);
    }
    let (once, twice): (Vec<_>, Vec<_>) = inputs.iter().cloned().partition(is_gone_once_read);
    look_up(select, names.clone(), &twice, settings)?;
    Ok((!once.is_empty()).then_some(names))
}

/// What to warn of before the first of the inputs that can be read once only is read.
pub fn may_be_missing(inputs: &[Input]) -> Option<String> {
    let input = inputs.iter().find(|input| is_gone_once_read(input))?;
    Some(format!(
        "{} can be read once only: events that say the id of an organization and not its name may be missing; \
         give --org an id, or a file to read",
        input.name
    ))
}

fn names(select: &Selection) -> Vec<Pattern> {
    select.organization_names(&sources::organization_prefixes())
}

fn is_gone_once_read(input: &Input) -> bool {
    match &input.place {
        Place::Stdin => true,
        Place::File(path) => path.metadata().is_ok_and(|metadata| !metadata.is_file()),
        Place::Unreadable(_) => false,
    }
}

fn look_up(select: &mut Selection, names: Vec<Pattern>, inputs: &[Input], settings: Settings) -> Result<()> {
    let each = move |ids: &mut Ids, record: &mut Record<'_>| {
        if let Some(event) = record.event {
            ids.add(&event, &names);
        }
    };
    let mut ids = BTreeSet::new();
    scan(&ScanJob { inputs, settings, meter: &Meter::default() }, each, |piece| {
        // Whatever else there is to say of inputs, who reads them for the result will.
        if let ScanItem::Block { value, .. } = piece {
            ids.extend(value.0);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    select.add_organizations(ids);
    Ok(())
}

/// Events of a stream that a second reading might have selected.
#[derive(Default)]
pub struct Doubtful {
    /// Ids of organizations with a name that is looked for.
    named: Ids,
    /// Events that nothing but their organization keeps from being selected, by its ids.
    others: BTreeMap<Vec<(Space, String)>, u64>,
}

impl Doubtful {
    /// Takes in an event.
    pub fn add(&mut self, event: &Event<'_>, select: &Selection, names: &[Pattern]) {
        self.named.add(event, names);
        if select.lacks_only_organization(event) {
            let ids = event.all(Attribute::OrganizationId).map(|id| (event.ids, id.into_owned())).collect();
            *self.others.entry(ids).or_default() += 1;
        }
    }

    /// Takes in those of another block.
    pub fn merge(&mut self, other: Self) {
        self.named.0.extend(other.named.0);
        for (ids, count) in other.others {
            *self.others.entry(ids).or_default() += count;
        }
    }

    /// What to warn of at the end, if the names that were said later or elsewhere are those of more events.
    pub fn warning(&self, select: &Selection) -> Option<String> {
        let is_named = |ids: &[(Space, String)]| ids.iter().any(|id| self.named.0.contains(id));
        let count: u64 = self.others.iter().filter(|(ids, _)| is_named(ids)).map(|(_, count)| count).sum();
        let not = if select.invert { "not " } else { "" };
        let because = "of the organization with the name that --org gives, and not the name";
        match count {
            0 => None,
            1 => Some(format!("1 event was {not}left out: it says the id {because}")),
            more => Some(format!("{more} events were {not}left out: they say the id {because}")),
        }
    }
}

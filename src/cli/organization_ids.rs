//! Selects organizations by name. Not every event has the name, so their ids are looked up in a first pass over the
//! inputs.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use anyhow::{Result, bail};

use crate::input::history::Extent;
use crate::input::{Input, Meter, Place};
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::event::Space;
use crate::model::selection::{NamedIds, Pattern, Selection};
use crate::scan::order::ScanItem;
use crate::scan::record::Fold;
use crate::scan::{HistoryForm, Record, ScanJob, Settings, scan};
use crate::sources;

/// The ids of organizations with a selected name, each with those names.
#[derive(Default)]
struct Ids(NamedIds);

impl Fold for Ids {
    fn weight(&self) -> usize {
        self.0.values().map(|names| size_of::<(Space, String)>() + names.len() * size_of::<String>()).sum()
    }
}

impl Ids {
    fn add(&mut self, event: &Event<'_>, names: &[Pattern]) {
        let is_selected = |name: &str| names.iter().any(|pattern| pattern.matches(name));
        for name in event.all(Attribute::OrganizationName).filter(|name| is_selected(name)) {
            for id in event.all(Attribute::OrganizationId) {
                self.0.entry((event.ids, id.into_owned())).or_default().insert(name.clone().into_owned());
            }
        }
    }

    fn merge(&mut self, other: Self) {
        for (id, names) in other.0 {
            self.0.entry(id).or_default().extend(names);
        }
    }
}

/// Makes clauses that select organizations by name also select their ids. That takes another pass over the inputs, so
/// it is not done for clauses with ids only, and inputs that can be read only once are refused.
pub fn resolve_names_to_ids(select: &mut Selection, inputs: &[Input], settings: Settings) -> Result<()> {
    let names = names(select);
    if names.is_empty() {
        return Ok(());
    }
    refuse_gone(inputs)?;
    look_up(select, names, inputs, settings)
}

/// Refuses inputs that can be read only once.
fn refuse_gone(inputs: &[Input]) -> Result<()> {
    match inputs.iter().find(|input| is_gone_once_read(input)) {
        Some(input) => bail!(
            "{} can be read once only, and not every event says the name of its organization; give --org an id, \
             or a file to read",
            input.name
        ),
        None => Ok(()),
    }
}

/// Like [`resolve_names_to_ids`], for inputs that can be read twice. If one cannot, returns the names to look for while
/// reading.
pub fn by_id_where_possible(
    select: &mut Selection,
    inputs: &[Input],
    settings: Settings,
) -> Result<Option<Vec<Pattern>>> {
    let names = names(select);
    if names.is_empty() {
        return Ok(None);
    }
    if select.excludes_organization_names(&sources::organization_prefixes()) {
        // What is printed already cannot be taken back when its organization turns out to be excluded.
        refuse_gone(inputs)?;
    }
    let (once, twice): (Vec<_>, Vec<_>) = inputs.iter().cloned().partition(is_gone_once_read);
    look_up(select, names.clone(), &twice, settings)?;
    Ok((!once.is_empty()).then_some(names))
}

/// The warning to print before reading the first input that can be read only once.
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
        Place::Stdin | Place::Followed(_) => true,
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
    let mut ids = Ids::default();
    let settings = Settings { histories: HistoryForm::Rows(Extent::All), ..settings.errors_only() };
    scan(&ScanJob { inputs, settings, meter: &Meter::default() }, each, |item| {
        // Other items, such as errors of inputs, are reported by the pass for the result.
        if let ScanItem::Block { value, .. } = item {
            ids.merge(value);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    select.add_organizations(&ids.0);
    Ok(())
}

/// Events of a stream that a first pass might have caused to be selected.
#[derive(Default)]
pub struct Doubtful {
    /// See [`Ids`].
    named: Ids,
    /// The number of events that only their organization excludes from the selection, by the ids of the organization.
    others: BTreeMap<Vec<(Space, String)>, u64>,
}

impl Doubtful {
    /// Adds an event.
    pub fn add(&mut self, event: &Event<'_>, select: &Selection, names: &[Pattern]) {
        self.named.add(event, names);
        if select.lacks_only_organization(event) {
            let ids = event.all(Attribute::OrganizationId).map(|id| (event.ids, id.into_owned())).collect();
            *self.others.entry(ids).or_default() += 1;
        }
    }

    /// Adds the events of another block.
    pub fn merge(&mut self, other: Self) {
        self.named.merge(other.named);
        for (ids, count) in other.others {
            *self.others.entry(ids).or_default() += count;
        }
    }

    /// The warning to print at the end, if names found later or elsewhere belong to further events.
    pub fn warning(&self, select: &Selection) -> Option<String> {
        let is_named = |ids: &[(Space, String)]| ids.iter().any(|id| self.named.0.contains_key(id));
        let count: u64 = self.others.iter().filter(|(ids, _)| is_named(ids)).map(|(_, count)| count).sum();
        let not = if select.invert { "not " } else { "" };
        let because = "of the organization with the name that --org gives, but not the name";
        match count {
            0 => None,
            1 => Some(format!("1 event was {not}left out: it says the id {because}")),
            more => Some(format!("{more} events were {not}left out: they say the id {because}")),
        }
    }
}

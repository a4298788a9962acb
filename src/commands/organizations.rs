//! Organizations that are selected by name: not every event says the name, so before a survey their ids are
//! looked up.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use anyhow::{Result, bail};

use crate::event::Attribute;
use crate::input::{Input, Meter, Place};
use crate::names::Space;
use crate::order::Piece;
use crate::scan::{Fold, Record, Settings, scan};
use crate::select::Select;
use crate::sources;

#[derive(Default)]
struct Ids(BTreeSet<(Space, String)>);

impl Fold for Ids {
    fn weight(&self) -> usize {
        self.0.len() * size_of::<(Space, String)>()
    }
}

/// Lets what selects organizations by name select their ids as well. That takes another pass over the inputs, so
/// it is not done for ids, and what can be read once only is refused.
pub fn by_id_as_well(select: &mut Select, inputs: &[Input], settings: Settings) -> Result<()> {
    let names = select.organization_names(&sources::organization_prefixes());
    if names.is_empty() {
        return Ok(());
    }
    let is_gone_once_read = |input: &&Input| match &input.place {
        Place::Stdin => true,
        Place::File(path) => path.metadata().is_ok_and(|metadata| !metadata.is_file()),
        Place::Unreadable(_) => false,
    };
    if let Some(input) = inputs.iter().find(is_gone_once_read) {
        bail!(
            "{} can be read once only, and not every event says the name of its organization; give --org an id, \
             or a file to read",
            input.name
        );
    }
    let each = move |ids: &mut Ids, record: Record<'_>| {
        let Some(event) = record.event else {
            return;
        };
        let mut called = event.all(Attribute::OrganizationName);
        if !called.any(|name| names.iter().any(|pattern| pattern.matches(&name))) {
            return;
        }
        for id in event.all(Attribute::OrganizationId) {
            ids.0.insert((event.ids, id.into_owned()));
        }
    };
    let mut ids = BTreeSet::new();
    scan(inputs, settings, &Meter::default(), each, |piece| {
        // Whatever else there is to say of inputs, the survey will.
        if let Piece::Block { value, .. } = piece {
            ids.extend(value.0);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    select.add_organizations(ids);
    Ok(())
}

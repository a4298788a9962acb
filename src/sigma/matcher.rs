//! Finds events for all custom rules at once.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::model::event::Event;
use crate::rules::Product;
use crate::sigma::correlation::Shared;
use crate::sigma::engine::Detection;
use crate::sigma::fields::{EventFields, action_field};
use crate::sigma::literals::{EventLiterals, Literals};
use crate::sigma::prefilter::KnownFields;
use crate::sigma::windows::Kind;
use crate::sources;
use crate::survey::{Correlated, Detected, EventMatcher};

/// A list of matches of a detection.
#[derive(Debug)]
pub struct List {
    /// Its number.
    pub number: u16,
    /// The correlation that needs it; `None` if its matches are findings.
    pub correlation: Option<Shared>,
}

/// A detection with what becomes of its matches.
#[derive(Debug)]
pub struct Detector {
    /// The detection.
    pub detection: Detection,
    /// The product that its events are of.
    pub product: Product,
    /// The lists of its matches.
    pub lists: Vec<List>,
}

/// All detections.
#[derive(Debug)]
pub struct Matcher {
    detectors: Vec<Detector>,
    literals: Literals,
    action_fields: HashMap<&'static str, &'static str>,
    hasher: RandomState,
}

impl Matcher {
    /// A matcher for these detections.
    pub fn new(detectors: Vec<Detector>) -> Self {
        let fields = sources::ALL.iter().filter_map(|source| Some((source.name, action_field(source)?)));
        let literals: Vec<_> = detectors.iter().map(|it| it.detection.literals()).collect();
        Self {
            detectors,
            literals: Literals::new(&literals),
            action_fields: fields.collect(),
            hasher: RandomState::default(),
        }
    }

    /// What a correlation needs of an event; `None` if the event lacks it.
    fn correlated(
        &self,
        (correlation, header): (&Shared, &Detection),
        fields: &EventFields<'_>,
    ) -> Option<Correlated> {
        let names: Vec<_> =
            [&header.header.name, &header.header.id].into_iter().flatten().map(String::as_str).collect();
        let group = correlation.group(fields, &names)?;
        let value = match correlation.kind() {
            Kind::Values => self.hasher.hash_one(correlation.texts(fields)?),
            Kind::Sum | Kind::Average | Kind::Percentile(_) => correlation.number(fields)?.to_bits(),
            Kind::Events | Kind::Rules | Kind::RulesInOrder => 0,
        };
        Some(Correlated { group: self.hasher.hash_one(group), value })
    }
}

impl EventMatcher for Matcher {
    fn candidates(&self, event: &Event<'_>) -> Box<[u16]> {
        let known = KnownFields::new(event, self.action_fields.get(event.source).copied());
        let detectors = (0..).zip(&self.detectors);
        let may =
            detectors.filter(|(_, it)| it.product.includes(event.source) && it.detection.may_match(&known));
        may.map(|(number, _)| number).collect()
    }

    fn find(&self, event: &Event<'_>, candidates: &[u16], found: &mut dyn FnMut(Detected)) {
        let fields = EventFields::new(event);
        let mut texts = EventLiterals::new(&self.literals);
        for number in candidates {
            let number = usize::from(*number);
            let Detector { detection, lists, .. } = &self.detectors[number];
            if detection.reads_lines && event.retained.is_some() {
                continue;
            }
            if !texts.allow(number, &fields) || !detection.matches(&fields) {
                continue;
            }
            for List { number, correlation } in lists {
                let correlated = match correlation {
                    None => None,
                    Some(correlation) => match self.correlated((correlation, detection), &fields) {
                        None => continue,
                        some => some,
                    },
                };
                found(Detected { list: *number, correlated });
            }
        }
    }
}

//! What is known of a rule before it is evaluated: whether it may match events of an action at all, and which texts a line
//! has to have.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use rsigma_eval::compiler::{CompiledDetection, CompiledDetectionItem, CompiledRule};
use rsigma_eval::matcher::{CompiledMatcher, GroupMode};
use rsigma_eval::{Event as SigmaEvent, EventValue};
use rsigma_parser::{ConditionExpr, Quantifier};
use serde_json::Value as Json;

use crate::model::event::Event;
use crate::sigma::fields::attribute;
use crate::sigma::three_valued::{every, some};

type Detections = HashMap<String, CompiledDetection>;

/// What all events with the same source, action and operation have in common.
pub struct KnownFields<'e> {
    event: &'e Event<'e>,
    /// The field of the vendor's that alone names the action.
    action_field: Option<&'e str>,
    /// Whether something else was asked for.
    is_exceeded: Cell<bool>,
}

impl<'e> KnownFields<'e> {
    /// What is known by an event; the field of the vendor's that alone names the action may be among that.
    pub fn new(event: &'e Event<'e>, action_field: Option<&'e str>) -> Self {
        Self { event, action_field, is_exceeded: Cell::new(false) }
    }

    /// Whether a rule may match.
    pub fn may_match(&self, rule: &CompiledRule) -> bool {
        rule.conditions.iter().any(|condition| self.condition(condition, &rule.detections) != Some(false))
    }

    /// Whether a condition holds; `None` if that depends on what is not known.
    fn condition(&self, condition: &ConditionExpr, detections: &Detections) -> Option<bool> {
        let part = |part: &ConditionExpr| self.condition(part, detections);
        match condition {
            ConditionExpr::And(parts) => every(parts.iter().map(part)),
            ConditionExpr::Or(parts) => some(parts.iter().map(part)),
            ConditionExpr::Not(part) => self.condition(part, detections).map(|holds| !holds),
            ConditionExpr::Identifier(name) => self.detection(detections.get(name)?),
            ConditionExpr::Selector { quantifier, pattern } => {
                let named = detections.iter().filter(|(name, _)| pattern.matches_detection_name(name));
                let named = named.map(|(_, detection)| self.detection(detection));
                match quantifier {
                    Quantifier::Any => some(named),
                    Quantifier::All => every(named),
                    Quantifier::Count(_) => None,
                }
            }
        }
    }

    fn detection(&self, detection: &CompiledDetection) -> Option<bool> {
        match detection {
            CompiledDetection::AllOf(items) => every(items.iter().map(|item| self.item(item))),
            CompiledDetection::AnyOf(parts) => some(parts.iter().map(|part| self.detection(part))),
            CompiledDetection::And(parts) => every(parts.iter().map(|part| self.detection(part))),
            _ => None,
        }
    }

    fn item(&self, item: &CompiledDetectionItem) -> Option<bool> {
        let field = item.field.as_deref().filter(|_| item.exists.is_none())?;
        let is_known = ["source", "action", "operation"].contains(&field);
        let text = match field {
            "source" => Cow::Borrowed(self.event.source),
            "operation" => Cow::Borrowed(self.event.operation.name()),
            "action" => self.event.action(),
            other if self.action_field?.eq_ignore_ascii_case(other) => self.event.action(),
            _ => return None,
        };
        self.is_exceeded.set(false);
        let matches = item.matcher.matches(&EventValue::Str(text), self);
        let decided = match is_known {
            true => Some(matches),
            // The vendor's field may also be missing.
            false => (!matches && !item.matcher.matches(&EventValue::Null, self)).then_some(false),
        };
        decided.filter(|_| !self.is_exceeded.get())
    }
}

impl SigmaEvent for KnownFields<'_> {
    fn get_field(&self, _: &str) -> Option<EventValue<'_>> {
        self.is_exceeded.set(true);
        None
    }

    fn any_string_value(&self, _: &dyn Fn(&str) -> bool) -> bool {
        self.is_exceeded.set(true);
        false
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        self.is_exceeded.set(true);
        Vec::new()
    }

    fn to_json(&self) -> Json {
        Json::Null
    }
}

/// Sets of texts in lower case; every line that a rule matches has a text of each set.
pub type Clauses = Vec<Vec<String>>;

/// The texts that a line has to have so that a rule can match it.
pub fn literals(rule: &CompiledRule) -> Clauses {
    any_of(rule.conditions.iter().map(|condition| of_condition(condition, &rule.detections)))
}

fn of_condition(condition: &ConditionExpr, detections: &Detections) -> Clauses {
    let part = |part: &ConditionExpr| of_condition(part, detections);
    match condition {
        ConditionExpr::And(parts) => all_of(parts.iter().map(part)),
        ConditionExpr::Or(parts) => any_of(parts.iter().map(part)),
        ConditionExpr::Not(_) => Clauses::new(),
        ConditionExpr::Identifier(name) => detections.get(name).map(of_detection).unwrap_or_default(),
        ConditionExpr::Selector { quantifier, pattern } => {
            let named = detections.iter().filter(|(name, _)| pattern.matches_detection_name(name));
            let named = named.map(|(_, detection)| of_detection(detection));
            match quantifier {
                Quantifier::Any => any_of(named),
                Quantifier::All => all_of(named),
                Quantifier::Count(_) => Clauses::new(),
            }
        }
    }
}

fn of_detection(detection: &CompiledDetection) -> Clauses {
    match detection {
        CompiledDetection::AllOf(items) => all_of(items.iter().map(of_item)),
        CompiledDetection::AnyOf(parts) => any_of(parts.iter().map(of_detection)),
        CompiledDetection::And(parts) => all_of(parts.iter().map(of_detection)),
        CompiledDetection::Keywords(matcher) => of_matcher(matcher),
        CompiledDetection::ArrayMatch { .. } | CompiledDetection::Conditional { .. } => Clauses::new(),
    }
}

/// An attribute may be something else than a text of the line.
fn of_item(item: &CompiledDetectionItem) -> Clauses {
    let is_attribute = item.field.as_deref().is_some_and(|field| attribute(field).is_some());
    if is_attribute || item.exists.is_some() { Clauses::new() } else { of_matcher(&item.matcher) }
}

fn of_matcher(matcher: &CompiledMatcher) -> Clauses {
    let is_group_of_any = |mode: &GroupMode| matches!(mode, GroupMode::Any);
    match matcher {
        CompiledMatcher::Exact { value, .. }
        | CompiledMatcher::Contains { value, .. }
        | CompiledMatcher::StartsWith { value, .. }
        | CompiledMatcher::EndsWith { value, .. } => {
            literal(value).map(|literal| vec![literal]).into_iter().collect()
        }
        CompiledMatcher::AhoCorasickSet { needles, .. } => {
            any_of(needles.iter().map(|needle| literal(needle).map(|it| vec![it]).into_iter().collect()))
        }
        CompiledMatcher::AnyOf(parts) => any_of(parts.iter().map(of_matcher)),
        CompiledMatcher::AllOf(parts) => all_of(parts.iter().map(of_matcher)),
        CompiledMatcher::CaseInsensitiveGroup { children, mode } if is_group_of_any(mode) => {
            any_of(children.iter().map(of_matcher))
        }
        CompiledMatcher::CaseInsensitiveGroup { children, .. } => all_of(children.iter().map(of_matcher)),
        _ => Clauses::new(),
    }
}

/// A text that a line has as it is, unless that has escapes. Numbers are written in several ways, so it must not be a part of
/// one.
fn literal(text: &str) -> Option<String> {
    const SHORTEST: usize = 3;
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ';
    let longest = text.split(|c| !is_plain(c)).max_by_key(|part| part.len())?;
    let is_of_number = longest.chars().all(|c| matches!(c, '0'..='9' | '-' | '.'));
    let is_number = is_of_number && longest.matches('.').count() < 2;
    (longest.len() >= SHORTEST && !is_number).then(|| longest.to_ascii_lowercase())
}

/// What a line has that one of several parts matches: a text of any of their least likely sets.
fn any_of(parts: impl Iterator<Item = Clauses>) -> Clauses {
    let shortest = |literals: &Vec<String>| literals.iter().map(String::len).min().unwrap_or(0);
    let sets = parts.map(|clauses| clauses.into_iter().max_by_key(shortest));
    sets.collect::<Option<Vec<_>>>().map(|sets| sets.concat()).into_iter().collect()
}

/// What a line has that all of several parts match.
fn all_of(parts: impl Iterator<Item = Clauses>) -> Clauses {
    parts.flatten().collect()
}

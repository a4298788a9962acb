//! What is known of a rule before it is evaluated: whether it may match events of an action at all, and which texts an
//! event has to have.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use rsigma_eval::compiler::{CompiledDetection, CompiledDetectionItem, CompiledRule};
use rsigma_eval::matcher::{CompiledMatcher, GroupMode};
use rsigma_eval::{Event as SigmaEvent, EventValue};
use rsigma_parser::{ConditionExpr, Quantifier};
use serde_json::Value as Json;

use crate::model::attribute::{ATTRIBUTES, Attribute, ValueKind};
use crate::model::event::Event;
use crate::sigma::fields::attribute;
use crate::sigma::literals::{Clause, Place};
use crate::sigma::regex_text::required_text;
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

/// The texts that an event has to have so that a rule can match it.
pub fn literals(rule: &CompiledRule) -> Vec<Clause> {
    any_of(rule.conditions.iter().map(|condition| of_condition(condition, &rule.detections)))
}

fn of_condition(condition: &ConditionExpr, detections: &Detections) -> Vec<Clause> {
    let part = |part: &ConditionExpr| of_condition(part, detections);
    match condition {
        ConditionExpr::And(parts) => all_of(parts.iter().map(part)),
        ConditionExpr::Or(parts) => any_of(parts.iter().map(part)),
        ConditionExpr::Not(_) => Vec::new(),
        ConditionExpr::Identifier(name) => detections.get(name).map(of_detection).unwrap_or_default(),
        ConditionExpr::Selector { quantifier, pattern } => {
            let named = detections.iter().filter(|(name, _)| pattern.matches_detection_name(name));
            let named = named.map(|(_, detection)| of_detection(detection));
            match quantifier {
                Quantifier::Any => any_of(named),
                Quantifier::All => all_of(named),
                Quantifier::Count(_) => Vec::new(),
            }
        }
    }
}

fn of_detection(detection: &CompiledDetection) -> Vec<Clause> {
    match detection {
        CompiledDetection::AllOf(items) => all_of(items.iter().map(of_item)),
        CompiledDetection::AnyOf(parts) => any_of(parts.iter().map(of_detection)),
        CompiledDetection::And(parts) => all_of(parts.iter().map(of_detection)),
        CompiledDetection::Keywords(matcher) => of_matcher(matcher, Place::Line),
        CompiledDetection::ArrayMatch { .. } | CompiledDetection::Conditional { .. } => Vec::new(),
    }
}

fn of_item(item: &CompiledDetectionItem) -> Vec<Clause> {
    let place = match item.field.as_deref().and_then(attribute) {
        _ if item.exists.is_some() => None,
        None => Some(Place::Line),
        // Whether these match was decided for the whole action.
        Some(Attribute::Source | Attribute::Action | Attribute::Operation) => None,
        Some(other) => {
            (ATTRIBUTES[other as usize].kind == ValueKind::Text).then_some(Place::Attribute(other))
        }
    };
    place.map(|place| of_matcher(&item.matcher, place)).unwrap_or_default()
}

fn of_matcher(matcher: &CompiledMatcher, place: Place) -> Vec<Clause> {
    let part = |part: &CompiledMatcher| of_matcher(part, place);
    let text = |text: &String| clause(place, text);
    let expression = |pattern: &str| required_text(pattern).map(|it| clause(place, &it)).unwrap_or_default();
    let is_any = |mode: &GroupMode| matches!(mode, GroupMode::Any);
    match matcher {
        CompiledMatcher::Exact { value, .. }
        | CompiledMatcher::Contains { value, .. }
        | CompiledMatcher::StartsWith { value, .. }
        | CompiledMatcher::EndsWith { value, .. } => text(value),
        CompiledMatcher::AhoCorasickSet { needles, .. } => any_of(needles.iter().map(text)),
        CompiledMatcher::Regex(regex) => expression(regex.as_str()),
        CompiledMatcher::RegexSetMatch { set, mode } => {
            let parts = set.patterns().iter().map(|pattern| expression(pattern));
            if is_any(mode) { any_of(parts) } else { all_of(parts) }
        }
        CompiledMatcher::AnyOf(parts) => any_of(parts.iter().map(part)),
        CompiledMatcher::AllOf(parts) => all_of(parts.iter().map(part)),
        CompiledMatcher::CaseInsensitiveGroup { children, mode } => {
            let parts = children.iter().map(part);
            if is_any(mode) { any_of(parts) } else { all_of(parts) }
        }
        _ => Vec::new(),
    }
}

/// A text that a place has as it is, unless that has escapes. Numbers are written in several ways, so it must not be a part
/// of one.
fn clause(place: Place, text: &str) -> Vec<Clause> {
    const SHORTEST: usize = 3;
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ';
    let longest = text.split(|c| !is_plain(c)).max_by_key(|part| part.len()).unwrap_or_default();
    let is_of_number = longest.chars().all(|c| matches!(c, '0'..='9' | '-' | '.'));
    let is_number = is_of_number && longest.matches('.').count() < 2;
    let is_telling = longest.len() >= SHORTEST && !is_number;
    is_telling.then(|| vec![(place, longest.to_ascii_lowercase())]).into_iter().collect()
}

/// What an event has that one of several parts matches: a text of any of their least likely clauses.
fn any_of(parts: impl Iterator<Item = Vec<Clause>>) -> Vec<Clause> {
    let shortest = |clause: &Clause| clause.iter().map(|(_, text)| text.len()).min();
    let mut parts: Vec<_> = parts.collect();
    if parts.len() == 1 {
        return parts.remove(0);
    }
    let clauses = parts.into_iter().map(|clauses| clauses.into_iter().max_by_key(shortest));
    clauses.collect::<Option<Vec<_>>>().map(|clauses| clauses.concat()).into_iter().collect()
}

/// What an event has that all of several parts match.
fn all_of(parts: impl Iterator<Item = Vec<Clause>>) -> Vec<Clause> {
    parts.flatten().collect()
}

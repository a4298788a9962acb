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

/// Texts one of which every line has that a rule matches, in lower case; `None` if there are none such.
pub fn literals(rule: &CompiledRule) -> Option<Vec<String>> {
    any_of(rule.conditions.iter().map(|condition| of_condition(condition, &rule.detections)))
}

fn of_condition(condition: &ConditionExpr, detections: &Detections) -> Option<Vec<String>> {
    let part = |part: &ConditionExpr| of_condition(part, detections);
    match condition {
        ConditionExpr::And(parts) => best_of(parts.iter().map(part)),
        ConditionExpr::Or(parts) => any_of(parts.iter().map(part)),
        ConditionExpr::Not(_) => None,
        ConditionExpr::Identifier(name) => of_detection(detections.get(name)?),
        ConditionExpr::Selector { quantifier, pattern } => {
            let named = detections.iter().filter(|(name, _)| pattern.matches_detection_name(name));
            let named = named.map(|(_, detection)| of_detection(detection));
            match quantifier {
                Quantifier::Any => any_of(named),
                Quantifier::All => best_of(named),
                Quantifier::Count(_) => None,
            }
        }
    }
}

fn of_detection(detection: &CompiledDetection) -> Option<Vec<String>> {
    match detection {
        CompiledDetection::AllOf(items) => best_of(items.iter().map(of_item)),
        CompiledDetection::AnyOf(parts) => any_of(parts.iter().map(of_detection)),
        CompiledDetection::And(parts) => best_of(parts.iter().map(of_detection)),
        CompiledDetection::Keywords(matcher) => of_matcher(matcher),
        CompiledDetection::ArrayMatch { .. } | CompiledDetection::Conditional { .. } => None,
    }
}

/// An attribute may be something else than a text of the line.
fn of_item(item: &CompiledDetectionItem) -> Option<Vec<String>> {
    let is_attribute = item.field.as_deref().is_some_and(|field| attribute(field).is_some());
    if is_attribute || item.exists.is_some() { None } else { of_matcher(&item.matcher) }
}

fn of_matcher(matcher: &CompiledMatcher) -> Option<Vec<String>> {
    let is_group_of_any = |mode: &GroupMode| matches!(mode, GroupMode::Any);
    match matcher {
        CompiledMatcher::Exact { value, .. }
        | CompiledMatcher::Contains { value, .. }
        | CompiledMatcher::StartsWith { value, .. }
        | CompiledMatcher::EndsWith { value, .. } => literal(value).map(|literal| vec![literal]),
        CompiledMatcher::AhoCorasickSet { needles, .. } => {
            needles.iter().map(|needle| literal(needle)).collect()
        }
        CompiledMatcher::AnyOf(parts) => any_of(parts.iter().map(of_matcher)),
        CompiledMatcher::AllOf(parts) => best_of(parts.iter().map(of_matcher)),
        CompiledMatcher::CaseInsensitiveGroup { children, mode } if is_group_of_any(mode) => {
            any_of(children.iter().map(of_matcher))
        }
        CompiledMatcher::CaseInsensitiveGroup { children, .. } => best_of(children.iter().map(of_matcher)),
        _ => None,
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

/// What one of several parts has to have; `None` if one of them need not have any.
fn any_of(parts: impl Iterator<Item = Option<Vec<String>>>) -> Option<Vec<String>> {
    parts.collect::<Option<Vec<_>>>().map(|all| all.concat())
}

/// What is least likely of what each of several parts has to have.
fn best_of(parts: impl Iterator<Item = Option<Vec<String>>>) -> Option<Vec<String>> {
    let shortest = |literals: &Vec<String>| literals.iter().map(String::len).min().unwrap_or(0);
    parts.flatten().max_by_key(shortest)
}

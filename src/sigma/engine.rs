//! Sigma itself: reading rules and evaluating them. Only this file and `prefilter` use the crates that do so.

use std::borrow::Cow;

use rsigma_eval::compiler::{CompiledDetection, CompiledRule};
use rsigma_eval::{CompiledCorrelation, Event as SigmaEvent, EventValue, GroupKey, JsonEvent};
use rsigma_parser::{
    ConditionExpr, ConditionOperator, CorrelationRule, CorrelationType, SigmaCollection, SigmaRule,
    WindowMode,
};
use serde_json::Value as Json;

use crate::model::attribute;
use crate::sigma::fields::{AttributeValue, EventFields, attribute};
use crate::sigma::header::Header;
use crate::sigma::literals::Clause;
use crate::sigma::prefilter::{KnownFields, literals};
use crate::sigma::windows::{Kind, Span, Windows};

/// What a file holds: rules, and why documents of it are none.
#[derive(Default)]
pub struct Documents {
    /// Rules about single events.
    pub detections: Vec<Detection>,
    /// Rules about several events.
    pub correlations: Vec<Correlation>,
    /// What is wrong, in the words of the crate.
    pub problems: Vec<String>,
}

macro_rules! header {
    ($rule:expr) => {{
        let rule = $rule;
        Header {
            title: rule.title.clone(),
            name: rule.name.clone(),
            id: rule.id.clone(),
            description: rule.description.clone(),
            status: rule.status.map(|status| format!("{status:?}").to_lowercase()),
            level: rule.level.map(|level| level.as_str().to_owned()),
            falsepositives: rule.falsepositives.clone(),
            references: rule.references.clone(),
            tags: rule.tags.clone(),
        }
    }};
}

/// A rule about single events.
#[derive(Debug)]
pub struct Detection {
    /// What it says of itself.
    pub header: Header,
    /// The product that its events are of.
    pub product: Option<String>,
    /// Whether it reads fields of the vendor's.
    pub reads_lines: bool,
    /// The lists on whose elements it has conditions, such as `target[any]`.
    lists: Vec<String>,
    compiled: CompiledRule,
}

/// A rule about several events.
#[derive(Debug)]
pub struct Correlation {
    /// What it says of itself.
    pub header: Header,
    /// Names or ids of the rules whose matches it is about, in its order.
    pub rules: Vec<String>,
    /// Whether each match of these is a finding, too.
    pub generate: bool,
    /// Whether it reads fields of the vendor's.
    pub reads_lines: bool,
    compiled: CompiledCorrelation,
}

/// Reads the text of a file.
pub fn parse(text: &str) -> Documents {
    let collection = match rsigma_parser::parse_sigma_yaml(text) {
        Ok(collection) => collection,
        Err(error) => return Documents { problems: vec![error.to_string()], ..Documents::default() },
    };
    let SigmaCollection { rules, correlations, filters, errors, .. } = collection;
    let mut documents = Documents { problems: errors, ..Documents::default() };
    for filter in filters {
        documents.problems.push(format!("filter rule '{}' is not supported", filter.title));
    }
    for rule in rules {
        if rule.detection.timeframe.is_some() {
            documents.problems.push("'timeframe' belongs to a correlation".to_owned());
        }
        match rsigma_eval::compile_rule(&rule) {
            Ok(compiled) => documents.detections.push(Detection::new(&rule, compiled)),
            Err(error) => documents.problems.push(error.to_string()),
        }
    }
    for rule in correlations {
        match rsigma_eval::correlation::compile_correlation(&rule) {
            Ok(compiled) => documents.correlations.push(Correlation::new(&rule, compiled)),
            Err(error) => documents.problems.push(error.to_string()),
        }
    }
    documents
}

/// The fields that a correlation groups by, and the one that it counts.
fn fields_of(compiled: &CompiledCorrelation) -> impl Iterator<Item = &str> {
    use rsigma_eval::GroupByField;
    let group = compiled.group_by.iter().flat_map(|field| -> Vec<&str> {
        match field {
            GroupByField::Direct(name) => vec![name],
            GroupByField::Aliased { mapping, .. } => mapping.values().map(String::as_str).collect(),
        }
    });
    group.chain(compiled.condition.field.iter().flatten().map(String::as_str))
}

impl Detection {
    fn new(rule: &SigmaRule, compiled: CompiledRule) -> Self {
        let product = rule.logsource.product.clone();
        let reads_lines = compiled.detections.values().any(reads_lines);
        let lists = compiled.detections.values().flat_map(lists_of).collect();
        Self { header: header!(rule), product, reads_lines, lists, compiled }
    }

    /// Whether an event is one of those that it is about.
    pub fn matches(&self, event: &EventFields<'_>) -> bool {
        let fields = DetectionFields { event, lists: &self.lists };
        rsigma_eval::evaluate_rule(&self.compiled, &fields).is_some()
    }

    /// Whether it may match an event with the source, the action and the operation of this one, whatever else it says.
    pub fn may_match(&self, known: &KnownFields<'_>) -> bool {
        known.may_match(&self.compiled)
    }

    /// What texts every event has that it matches.
    pub fn literals(&self) -> Vec<Clause> {
        literals(&self.compiled)
    }
}

/// Whether a detection reads fields of the vendor's, or any value.
fn reads_lines(detection: &CompiledDetection) -> bool {
    match detection {
        CompiledDetection::AllOf(items) => items.iter().any(|item| {
            // A reference to another field may lead anywhere.
            let is_reference = format!("{:?}", item.matcher).contains("FieldRef");
            is_reference || item.field.as_deref().and_then(attribute).is_none()
        }),
        CompiledDetection::AnyOf(parts) | CompiledDetection::And(parts) => parts.iter().any(reads_lines),
        _ => true,
    }
}

/// The lists on whose elements a detection has conditions.
fn lists_of(detection: &CompiledDetection) -> Vec<String> {
    match detection {
        CompiledDetection::AnyOf(parts) | CompiledDetection::And(parts) => {
            parts.iter().flat_map(lists_of).collect()
        }
        CompiledDetection::ArrayMatch { field, .. } => vec![field.clone()],
        _ => Vec::new(),
    }
}

/// An event for a detection. Rules are written for logs in which an object is a text, and ask whether that contains a word;
/// here, an object is a list of the values in it, unless the detection has conditions on the list that it is in.
struct DetectionFields<'f, 'e> {
    event: &'f EventFields<'e>,
    lists: &'f [String],
}

impl SigmaEvent for DetectionFields<'_, '_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        let value = self.event.get_field(path)?;
        Some(if self.lists.iter().any(|list| list == path) { value } else { without_objects(value) })
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        self.event.any_string_value(pred)
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        self.event.all_string_values()
    }

    fn to_json(&self) -> Json {
        self.event.to_json()
    }
}

fn without_objects(value: EventValue<'_>) -> EventValue<'_> {
    match value {
        EventValue::Map(members) if !members.is_empty() => {
            EventValue::Array(members.into_iter().map(|(_, value)| without_objects(value)).collect())
        }
        EventValue::Array(elements) => EventValue::Array(elements.into_iter().map(without_objects).collect()),
        other => other,
    }
}

impl SigmaEvent for EventFields<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        if let Some(attribute) = attribute(path) {
            return Some(match self.value(attribute)? {
                AttributeValue::One(attribute::Value::Text(text)) => EventValue::Str(Cow::Borrowed(text)),
                AttributeValue::One(attribute::Value::Integer(number)) => EventValue::Int(*number),
                AttributeValue::One(attribute::Value::Flag(flag)) => EventValue::Bool(*flag),
                AttributeValue::Several(texts) => {
                    EventValue::Array(texts.iter().map(|text| EventValue::Str(Cow::Borrowed(text))).collect())
                }
            });
        }
        match &self.at_path(path)[..] {
            [] => None,
            [value] => Some(EventValue::from(*value)),
            values => Some(EventValue::Array(values.iter().map(|value| EventValue::from(*value)).collect())),
        }
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        self.line().is_some_and(|line| JsonEvent::borrow(line).any_string_value(pred))
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let all = |line: &Json| JsonEvent::borrow(line).all_string_values().into_iter().map(owned).collect();
        self.line().map(all).unwrap_or_default()
    }

    fn to_json(&self) -> Json {
        self.line().cloned().unwrap_or_default()
    }
}

impl Correlation {
    fn new(rule: &CorrelationRule, compiled: CompiledCorrelation) -> Self {
        let reads_lines = fields_of(&compiled).any(|field| attribute(field).is_none());
        Self {
            header: header!(rule),
            rules: rule.rules.clone(),
            generate: rule.generate,
            reads_lines,
            compiled,
        }
    }

    /// The values by which an event is grouped; `None` if it lacks one. `names` are those of the rule that matches it.
    pub fn group(&self, event: &EventFields<'_>, names: &[&str]) -> Option<Vec<String>> {
        GroupKey::extract(event, &self.compiled.group_by, names).0.into_iter().collect()
    }

    /// The values that are counted; `None` if the event lacks one.
    pub fn texts(&self, event: &EventFields<'_>) -> Option<Vec<String>> {
        let fields = self.compiled.condition.field.iter().flatten();
        let text = |field: &String| event.get_field(field)?.as_str().map(Cow::into_owned);
        fields.map(text).collect()
    }

    /// The number that is added up; `None` if the event has none.
    pub fn number(&self, event: &EventFields<'_>) -> Option<f64> {
        let field = self.compiled.condition.field.as_ref()?.first()?;
        event.get_field(field)?.as_f64().filter(|number| number.is_finite())
    }

    /// What is counted or computed of events within a time span.
    pub fn kind(&self) -> Kind {
        match self.compiled.correlation_type {
            CorrelationType::EventCount => Kind::Events,
            CorrelationType::ValueCount => Kind::Values,
            CorrelationType::Temporal => Kind::Rules,
            CorrelationType::TemporalOrdered => Kind::RulesInOrder,
            CorrelationType::ValueSum => Kind::Sum,
            CorrelationType::ValueAvg => Kind::Average,
            CorrelationType::ValueMedian => Kind::Percentile(50),
            CorrelationType::ValuePercentile => {
                Kind::Percentile(self.compiled.condition.percentile.unwrap_or(50))
            }
        }
    }

    /// The time span, and how it begins and ends.
    pub fn span(&self) -> (u64, Span) {
        let gap = self.compiled.gap_secs.unwrap_or(self.compiled.timespan_secs);
        let span = match self.compiled.window_mode {
            WindowMode::Sliding => Span::Sliding,
            WindowMode::Tumbling => Span::Tumbling,
            WindowMode::Session => Span::Session(gap),
        };
        (self.compiled.timespan_secs, span)
    }

    /// Whether the condition holds for the number that was counted or computed.
    pub fn holds(&self, windows: &Windows) -> bool {
        let rules = &self.compiled.rule_refs;
        let is_in_order = || self.kind() != Kind::RulesInOrder || windows.value() == Some(rules.len() as f64);
        if let Some(expression) = &self.compiled.extended_expr {
            return is_in_order()
                && rules_hold(expression, &|name| {
                    rules.iter().position(|rule| rule == name).is_some_and(|rule| windows.has_rule(rule))
                });
        }
        // That is what the crate takes for no condition: all rules have to match.
        let is_default = self.compiled.condition.predicates == [(ConditionOperator::Gte, 1.0)];
        let is_about_rules = matches!(self.kind(), Kind::Rules | Kind::RulesInOrder);
        match windows.value() {
            Some(value) if is_about_rules && is_default => value as usize == rules.len(),
            Some(value) => self.compiled.condition.check(value),
            None => false,
        }
    }
}

fn rules_hold(expression: &ConditionExpr, has: &dyn Fn(&str) -> bool) -> bool {
    match expression {
        ConditionExpr::And(parts) => parts.iter().all(|part| rules_hold(part, has)),
        ConditionExpr::Or(parts) => parts.iter().any(|part| rules_hold(part, has)),
        ConditionExpr::Not(part) => !rules_hold(part, has),
        ConditionExpr::Identifier(name) => has(name),
        ConditionExpr::Selector { .. } => false,
    }
}

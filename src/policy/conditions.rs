//! The conditions of rules: expressions that an event has to meet.

use crate::model::expression::{Expression, InvalidExpression, Mistake};
use crate::model::scopes::{Condition, MAX_CONDITIONS, ScopeId};
use crate::model::time::Timestamp;
use crate::policy::RulePolicy;
use crate::policy::toml::Entry;
use crate::rules::Rule;

/// The conditions of the rules of a policy.
pub(super) struct Conditions {
    now: Timestamp,
    sources: Vec<String>,
    pub(super) read: Vec<Condition>,
}

impl Conditions {
    /// No conditions yet, in which `now` is that time.
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, sources: Vec::new(), read: Vec::new() }
    }

    /// The scope of the condition of a rule. Rules with the same condition share one, and a rule that is off needs none.
    pub(super) fn scope(
        &mut self,
        (rule, policy): (&Rule, &RulePolicy),
        entry: Entry<'_>,
    ) -> Option<ScopeId> {
        let source = entry.text()?;
        let expression = self.expression(source, entry)?;
        if !policy.is_on {
            return None;
        }
        let index = self.sources.iter().position(|known| known == source).unwrap_or(self.sources.len());
        let Some(scope) = ScopeId::of_condition(index) else {
            return entry.refuse(format!(
                "more than {MAX_CONDITIONS} different conditions; let rules share some, or confine them otherwise"
            ));
        };
        if index == self.sources.len() {
            self.sources.push(source.to_owned());
            self.read.push(Condition { name: format!("`where` of rule `{}`", rule.id), expression });
        }
        Some(scope)
    }

    fn expression(&self, source: &str, entry: Entry<'_>) -> Option<Expression> {
        let expression = Expression::new(source, self.now);
        let refused = |error: InvalidExpression| {
            let Mistake { at, message } = &error.mistake;
            entry.error_in_text(at.start, message, &error.to_string());
        };
        let expression = expression.map_err(refused).ok()?;
        if expression.names_organizations() {
            let warning = "`where` compares organization.name with what each event says; `organizations` \
                           goes by every name that an organization ever had";
            entry.warning(warning.to_owned());
        }
        Some(expression)
    }
}

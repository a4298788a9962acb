//! The scope of a rule: which events it is about.

use crate::model::selection::Pattern;
use crate::survey::Survey;
use crate::survey::interner::Id;

/// Which events a rule is about. An empty list includes all of them.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Organization ids or names.
    pub organizations: Vec<Pattern>,
    /// 1-based lines of these in the policy.
    pub lines: Vec<usize>,
    /// Vendor's connection types.
    pub connection_types: Vec<Pattern>,
    /// Sources.
    pub sources: Vec<String>,
}

/// Which organizations, kinds of connections and actions of a survey are in a scope, by id; `None` if all are.
#[derive(Debug, Default)]
pub struct Coverage {
    organizations: Option<Vec<bool>>,
    kinds: Option<Vec<bool>>,
    actions: Option<Vec<bool>>,
}

impl Scope {
    /// What it covers of a survey. An organization is matched by every name that the log has for it, earlier or later:
    /// nobody gets out of a scope by renaming.
    pub fn over(&self, survey: &Survey) -> Coverage {
        let Self { organizations, connection_types, sources, .. } = self;
        let is_any = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.matches(text));
        let organization = |id: Id| survey.organization_texts(id).any(|text| is_any(organizations, text));
        let kind = |id: Id| survey.kinds.texts(id)[0].is_some_and(|text| is_any(connection_types, text));
        let action = |(source, _): &(&str, _)| sources.iter().any(|name| name == source);
        let all = |count: usize| 0..count as Id;
        Coverage {
            organizations: (!organizations.is_empty())
                .then(|| all(survey.organizations.names.len()).map(organization).collect()),
            kinds: (!connection_types.is_empty()).then(|| all(survey.kinds.len()).map(kind).collect()),
            actions: (!sources.is_empty()).then(|| survey.action_facts.iter().map(action).collect()),
        }
    }
}

impl Coverage {
    /// Whether it covers all events.
    pub fn is_everything(&self) -> bool {
        self.organizations.is_none() && self.kinds.is_none() && self.actions.is_none()
    }

    /// Whether it covers an event, by the survey's ids.
    #[inline]
    pub fn covers(&self, organization: Id, kind: Id, action: Id) -> bool {
        let has = |list: &Option<Vec<bool>>, id: Id| {
            list.as_ref().is_none_or(|list| list.get(id as usize).is_some_and(|is_covered| *is_covered))
        };
        has(&self.organizations, organization) && has(&self.kinds, kind) && has(&self.actions, action)
    }
}

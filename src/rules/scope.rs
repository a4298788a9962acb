//! The scope of a rule: the events it applies to.

use crate::model::scopes::{ScopeId, Scopes};
use crate::model::selection::Pattern;
use crate::survey::Survey;
use crate::survey::ids::{ActionId, Id, KindId, OrganizationId};

/// The events that a rule applies to. An empty list includes all of them.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Organization ids or names.
    pub organizations: Vec<Pattern>,
    /// The 1-based line of each of these in the policy.
    pub lines: Vec<usize>,
    /// Connection types in the vendor's terms.
    pub connection_types: Vec<Pattern>,
    /// Names of sources.
    pub sources: Vec<String>,
    /// The selection, or one of the conditions in it.
    pub condition: ScopeId,
}

/// What decides whether an event is in a scope.
#[derive(Clone, Copy, Debug)]
pub struct ScopeFacts {
    /// The scopes that conditions put it in.
    pub scopes: Scopes,
    /// Its organization.
    pub organization: Option<OrganizationId>,
    /// The kind of its connection.
    pub kind: Option<KindId>,
    /// Its action.
    pub action: Option<ActionId>,
}

/// Which organizations, kinds of connections and actions of a survey are in a scope, by id; `None` if all are.
#[derive(Debug, Default)]
pub struct Coverage {
    organizations: Option<Vec<bool>>,
    kinds: Option<Vec<bool>>,
    actions: Option<Vec<bool>>,
    condition: ScopeId,
}

impl Scope {
    /// Resolves the scope for a survey. An organization is matched by every name that it ever has in the log, so that
    /// renaming it does not escape the scope.
    pub fn over(&self, survey: &Survey) -> Coverage {
        let Self { organizations, connection_types, sources, condition, .. } = self;
        let is_any = |patterns: &[Pattern], text: &str| patterns.iter().any(|pattern| pattern.matches(text));
        let organization =
            |id: OrganizationId| survey.organization_texts(Some(id)).any(|text| is_any(organizations, text));
        let kind =
            |id: KindId| survey.kinds.texts(Some(id))[0].is_some_and(|text| is_any(connection_types, text));
        let action = |(source, _): &(&str, _)| sources.iter().any(|name| name == source);
        Coverage {
            organizations: (!organizations.is_empty())
                .then(|| survey.organizations.names.ids().map(organization).collect()),
            kinds: (!connection_types.is_empty())
                .then(|| KindId::first(survey.kinds.len()).map(kind).collect()),
            actions: (!sources.is_empty()).then(|| survey.action_facts.iter().map(action).collect()),
            condition: *condition,
        }
    }
}

impl Coverage {
    /// Whether it covers all selected events.
    pub fn is_everything(&self) -> bool {
        let Self { organizations, kinds, actions, condition } = self;
        *condition == ScopeId::SELECTION && organizations.is_none() && kinds.is_none() && actions.is_none()
    }

    /// Whether it covers events of all organizations, and of none.
    pub fn has_all_organizations(&self) -> bool {
        self.organizations.is_none()
    }

    /// Whether it covers an event, by the survey's ids.
    #[inline]
    pub fn covers(&self, event: &ScopeFacts) -> bool {
        event.scopes.has(self.condition)
            && has(self.organizations.as_deref(), event.organization)
            && has(self.kinds.as_deref(), event.kind)
            && has(self.actions.as_deref(), event.action)
    }
}

/// Whether an id is in a list. Without a list, every id is; an absent id is in no list.
#[inline]
fn has<I: Id>(list: Option<&[bool]>, id: Option<I>) -> bool {
    list.is_none_or(|list| id.is_some_and(|id| list[id.index()]))
}

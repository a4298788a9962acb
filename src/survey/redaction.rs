//! Replaces personal names with pseudonyms. This comes last, because everything is decided by what the log
//! says.

use crate::model::attribute::Attribute;
use crate::model::redact::Redactor;
use crate::survey::Survey;
use crate::survey::ids::{ActorId, OrganizationId};

impl Survey {
    /// A survey of nothing but the names of this one, with pseudonyms for personal ones.
    pub fn redacted_names(&self, redactor: &Redactor) -> Self {
        let redacted = |attribute, text: &str| redactor.redact(attribute, text.into()).into_owned();
        let organization = |id: OrganizationId, text: &str| match self.organization_labels.get(id) {
            // Its name stands for the id it does not have.
            [name] if name == Some(text) => redacted(Attribute::OrganizationName, text),
            _ => text.to_owned(),
        };
        let actor = |id: ActorId, text: &str| match self.actor_labels.get(id) {
            [_, email] if email == Some(text) => redacted(Attribute::ActorEmail, text),
            [name, _] if name == Some(text) => redacted(Attribute::ActorName, text),
            _ => redacted(Attribute::ActorId, text),
        };
        const ACTOR: [Attribute; 2] = [Attribute::ActorName, Attribute::ActorEmail];
        let mut names = Self::default();
        names.organizations.names = self.organizations.names.map(organization);
        names.organization_labels =
            self.organization_labels.map(|_, text| redacted(Attribute::OrganizationName, text));
        names.actors.names = self.actors.names.map(actor);
        names.actor_labels = self.actor_labels.map(|kind, text| redacted(ACTOR[kind], text));
        names.ips.names = self.ips.names.map(|_, text| redacted(Attribute::Ip, text));
        names.agents = self.agents.map(|_, text| redacted(Attribute::UserAgent, text));
        names.impersonators = self.impersonators.map(|_, text| redacted(Attribute::ImpersonatorEmail, text));
        names.reasons = self.reasons.map(|_, text| redacted(Attribute::ImpersonatorReason, text));
        names.pages = self.pages.map(|_, text| redacted(Attribute::Page, text));
        names
    }

    /// Replaces personal names with pseudonyms.
    pub fn redact(&mut self, redactor: &Redactor) {
        let names = self.redacted_names(redactor);
        self.organizations.names = names.organizations.names;
        self.actors.names = names.actors.names;
        self.ips.names = names.ips.names;
        self.agents = names.agents;
        self.impersonators = names.impersonators;
        self.reasons = names.reasons;
        self.pages = names.pages;
        for name in self.connection_names.values_mut() {
            *name = redactor.redact(Attribute::ConnectionName, name.as_str().into()).into_owned();
        }
        self.organization_labels = names.organization_labels;
        self.actor_labels = names.actor_labels;
    }
}

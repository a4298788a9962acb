//! `unapproved-connection-type`: a connection of a type, protocol or provider that is not allowed.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::model::selection::Pattern;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::{Param, TermKind};
use crate::rules::rule::{Prerequisite, Rule};
use crate::rules::severity::Severity;
use crate::survey::ids::{ConnectionId, KindId};

pub static RULE: Rule = Rule::new("unapproved-connection-type", Severity::Medium, judge)
    .about("a connection is of a type, protocol or provider that is not allowed")
    .when(Prerequisite::OwnList)
    .params(&[
        Param::terms(
            "types",
            TermKind::ConnectionType,
            "the vendor's connection types that are allowed, with `*` and `?`; all when empty",
        ),
        Param::terms(
            "providers",
            TermKind::Provider,
            "neutral identity providers that are allowed, with `*` and `?`, `other` being any that no \
                    document names; all when empty",
        ),
        Param::terms(
            "protocols",
            TermKind::Protocol,
            "neutral protocols that are allowed, with `*` and `?`; all when empty",
        ),
    ])
    .means(
        "A change shows a connection whose type, provider or protocol is missing from a list of the policy. \
         Each connection is reported once for each kind it is shown as, at the first change in the rule's \
         scope that shows it.",
    )
    .why(
        "An organization that relies on one identity provider and its controls is not protected by them when \
         users log in through another one.",
    )
    .example("Only `okta` is allowed as a provider, and a connection to `custom` is created.")
    .fix(
        "Disable the connection and move its users to an approved one, or add its kind to the list if it was \
         approved.",
    )
    .soc2(&["CC6.1", "CC6.6"])
    .iso27001(&["A.5.16", "A.8.5", "A.8.9"])
    .nist(&["CM-7", "IA-2", "IA-8"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let lists =
        [("types", "type"), ("protocols", "protocol"), ("providers", "provider")].map(|(key, noun)| {
            let patterns: Vec<_> = context.texts(key).iter().map(|text| Pattern::new(text)).collect();
            (noun, patterns)
        });
    if lists.iter().all(|(_, patterns)| patterns.is_empty()) {
        return RuleResult::default();
    }
    let mut seen: HashSet<(ConnectionId, Option<KindId>), RandomState> = HashSet::default();
    RuleResult::of(context.state_changes(), |_, change| {
        let texts = context.survey.kinds.texts(change.kind);
        let restricted = lists.iter().zip(texts).filter(|((_, patterns), _)| !patterns.is_empty());
        let named: Vec<_> = restricted.filter_map(|(list, text)| Some((list, text?))).collect();
        let Some(connection) = change.connection.filter(|_| !named.is_empty()) else {
            return Decision::NotApplicable;
        };
        let unapproved: Vec<_> = named
            .iter()
            .filter(|((_, patterns), text)| !patterns.iter().any(|pattern| pattern.matches(text)))
            .map(|((noun, _), text)| format!("{noun} {text}"))
            .collect();
        // Only the first change in the scope that names this kind for a connection is reported.
        Decision::of(
            (!unapproved.is_empty() && seen.insert((connection, change.kind)))
                .then(|| format!(" with {}, which is not allowed", unapproved.join(", "))),
        )
    })
}

//! `identity-changed`: a name by which the policy decides became another one.

use crate::model::time::Timestamp;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::rule::{Controls, Explain, Rule};
use crate::rules::severity::Severity;
use crate::rules::subject::{Renamed, Subject};
use crate::survey::ids::Id;
use crate::survey::{MAX_LABELS, Survey, Use};

/// The rule.
pub static RULE: Rule = Rule {
    id: "identity-changed",
    about: "an actor's e-mail address or an organization's name changed, and the policy knows one of the two",
    severity: Severity::Medium,
    default: crate::rules::rule::Default::On,
    // Who is renamed may get out of a scope by that.
    scopes: &[],
    plan_coverage: crate::rules::rule::PlanCoverage::None,
    params: &[],
    explain: Explain {
        means: "Events of SSO actions give one id first one name and then another, and the roster, a planned \
                change, a suppression or the scope of a rule has one of these names and not the other. \
                Decisions go by the id, or by the name that was in force at the time: from then on they may \
                be others than before. A scope covers both.",
        why: "Whoever can change a name can take the one that is exempt, or hand the own one on. Access that \
              was granted to a name is then used by somebody else.",
        example: "The roster allows `ann@example.com`, and an actor whose address was another one changes it \
                  to this.",
        fix: "Find out who changed the name and why. Use ids in rosters, planned changes, suppressions and \
              scopes: nobody chooses these.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC6.2", "CC7.2"],
        iso27001: &["A.5.16", "A.5.18", "A.8.15"],
        nist: &["AC-2", "AU-10", "IA-4"],
    },
    judge,
};

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let Survey { organizations, organization_labels, actors, actor_labels, .. } = context.survey;
    let (is_judged, is_actor_judged) = selected(context);
    let count = |is_judged: &[bool]| is_judged.iter().filter(|is_judged| **is_judged).count() as u64;
    let mut result =
        RuleResult { judged: count(&is_judged) + count(&is_actor_judged), ..RuleResult::default() };
    let mut find = |what: &str, id: &str, named: [&str; 2], part: &str, subject: Subject| {
        // Names may be personal, and pseudonyms of earlier ones are not at hand.
        let names = if std::ptr::eq(context.survey, context.shown) {
            format!(" from `{}` to `{}`", named[0], named[1])
        } else {
            String::new()
        };
        result.find(
            subject,
            format!("the {what} of {id} changed{names}, and {part} of the policy has only one of the two"),
        );
    };
    let patterns = &context.deciding.organizations;
    for (id, uses) in organization_labels.renamed().filter(|(id, _)| is_judged[id.index()]) {
        let names = |it: &Use| organization_labels.text(it.text).unwrap_or_default();
        for [before, after] in successive(&uses, 0, context.now) {
            let named = [before, after].map(names);
            if let Some(part) = patterns.telling_apart(organizations.names.text(id), named[0], named[1]) {
                let subject = Subject::Renamed(Renamed::Organization(id, after.text));
                find("name", organizations.names.text(id), named, part, subject);
            }
        }
    }
    let patterns = &context.deciding.actors;
    for (id, uses) in actor_labels.renamed().filter(|(id, _)| is_actor_judged[id.index()]) {
        let emails = |it: &Use| actor_labels.text(it.text).unwrap_or_default();
        for [before, after] in successive(&uses, 1, context.now) {
            let named = [before, after].map(emails);
            if let Some(part) = patterns.telling_apart(actors.names.text(id), named[0], named[1]) {
                let subject = Subject::Renamed(Renamed::Actor(id, after.text));
                find("e-mail address", context.shown.actors.names.text(id), named, part, subject);
            }
        }
    }
    result.sort(context.survey);
    result
}

/// Which organizations and which actors selected events are about.
fn selected(context: &RuleContext<'_>) -> (Vec<bool>, Vec<bool>) {
    let survey = context.survey;
    let mut organizations = vec![false; survey.organizations.names.len()];
    let mut actors = vec![false; survey.actors.names.len()];
    let changes = survey.changes.iter().filter(|change| change.is_selected);
    let changes = changes.map(|change| (change.organization, change.actor));
    let observations = survey.observations.iter().filter(|seen| seen.is_selected);
    let observations = observations.map(|seen| (seen.organization, seen.actor));
    for (organization, actor) in changes.chain(observations) {
        if let Some(organization) = organization {
            organizations[organization.index()] = true;
        }
        if let Some(actor) = actor {
            actors[actor.index()] = true;
        }
    }
    (organizations, actors)
}

/// Names of a sort that followed each other. What is dated later than the present changed nothing yet.
fn successive<'a>(uses: &[&'a Use], sort: usize, now: Timestamp) -> Vec<[&'a Use; 2]> {
    let uses = uses.iter().copied().filter(|it| it.sort == sort && it.first.0 <= now);
    // What has more names than this is known by none of them.
    let uses: Vec<_> = uses.take(MAX_LABELS + 1).collect();
    uses.windows(2).map(|pair| [pair[0], pair[1]]).collect()
}

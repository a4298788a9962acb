//! `identity-changed`: a name by which the policy decides became another one.

use crate::rules::context::RuleContext;
use crate::rules::deciding_names::Patterns;
use crate::rules::outcome::RuleResult;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::{Renamed, Subject};
use crate::survey::interner::{Id, NONE};
use crate::survey::{Labels, MOST_TEXTS, Survey, Use};

pub static RULE: Rule = Rule::new("identity-changed", Severity::Medium, judge)
    .about("an actor's e-mail address or an organization's name changed, and the policy knows one of the two")
    // Who is renamed may get out of a scope by that.
    .unscoped()
    .unplannable()
    .means(
        "Events of SSO actions give one id first one name and then another, and the roster, a planned \
         change, a suppression or the scope of a rule has one of these names and not the other. Decisions go \
         by the id, or by the name that was in force at the time: from then on they may be others than \
         before. A scope covers both.",
    )
    .why(
        "Whoever can change a name can take the one that is exempt, or hand the own one on. Access that was \
         granted to a name is then used by somebody else.",
    )
    .example(
        "The roster allows `ann@example.com`, and an actor whose address was another one changes it to this.",
    )
    .fix(
        "Find out who changed the name and why. Use ids in rosters, planned changes, suppressions and \
         scopes: nobody chooses these.",
    )
    .soc2(&["CC6.1", "CC6.2", "CC7.2"])
    .iso27001(&["A.5.16", "A.5.18", "A.8.15"])
    .nist(&["AC-2", "AU-10", "IA-4"]);

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
    let renamed = changes(organization_labels, 0, &context.deciding.organizations, context, |id| {
        organizations.names.text(id)
    });
    for (before, now, part) in renamed.into_iter().filter(|(_, now, _)| is_judged[now.of as usize]) {
        let named = [before, now].map(|it| organization_labels.text(it.text).unwrap_or_default());
        let subject = Subject::Renamed(Renamed { is_actor: false, of: now.of, name: now.text });
        find("name", organizations.names.text(now.of), named, part, subject);
    }
    let renamed = changes(actor_labels, 1, &context.deciding.actors, context, |id| actors.names.text(id));
    for (before, now, part) in renamed.into_iter().filter(|(_, now, _)| is_actor_judged[now.of as usize]) {
        let named = [before, now].map(|it| actor_labels.text(it.text).unwrap_or_default());
        let subject = Subject::Renamed(Renamed { is_actor: true, of: now.of, name: now.text });
        find("e-mail address", context.shown.actors.names.text(now.of), named, part, subject);
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
        if organization != NONE {
            organizations[organization as usize] = true;
        }
        if actor != NONE {
            actors[actor as usize] = true;
        }
    }
    (organizations, actors)
}

/// The names of a sort that followed another one by which the policy decides otherwise, with that one and the
/// part of the policy. What is dated later than the present changed nothing yet.
fn changes<'a, const N: usize>(
    labels: &'a Labels<N>,
    sort: usize,
    patterns: &Patterns,
    context: &RuleContext<'a>,
    id: impl Fn(Id) -> &'a str,
) -> Vec<(&'a Use, &'a Use, &'static str)> {
    let text = |it: &Use| labels.text(it.text).unwrap_or_default();
    let mut changes = Vec::new();
    for uses in labels.renamed().filter(|uses| uses[0].sort == sort) {
        let uses = uses.into_iter().filter(|it| it.first.0 <= context.now);
        // What has more names than this is known by none of them.
        let uses: Vec<_> = uses.take(MOST_TEXTS + 1).collect();
        for pair in uses.windows(2) {
            let part = patterns.telling_apart(id(pair[0].of), text(pair[0]), text(pair[1]));
            changes.extend(part.map(|part| (pair[0], pair[1], part)));
        }
    }
    changes
}

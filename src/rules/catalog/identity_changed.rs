//! `identity-changed`: a name by which the policy decides became another one.

use crate::rules::context::RuleContext;
use crate::rules::deciding_names::Patterns;
use crate::rules::outcome::RuleResult;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::{Renamed, Subject};
use crate::survey::ids::{Id, LabelId};
use crate::survey::interner::Interner;
use crate::survey::{Labels, MAX_LABELS, Use};

pub static RULE: Rule = Rule::new("identity-changed", Severity::Medium, judge)
    .about(
        "an actor's e-mail address or an organization's name changed, and the policy has only one of the two",
    )
    // A scope by name could be escaped by renaming.
    .unscoped()
    .unplannable()
    .means(
        "Events of SSO actions give one id first one name and then another, and the roster, a planned \
         change, a suppression or the scope of a rule has one of these names and not the other. Decisions go \
         by the id, or by the name that was in force at the time: from then on they may differ from those \
         before. A scope covers both.",
    )
    .why(
        "Whoever can change a name can take one that is exempt, or pass their own on. Access that was \
         granted to a name is then used by somebody else.",
    )
    .example(
        "The roster allows `ann@example.com`, and an actor who had another address changes it to this one.",
    )
    .fix(
        "Find out who changed the name and why. Use ids in rosters, planned changes, suppressions and \
         scopes: nobody chooses those.",
    )
    .soc2(&["CC6.1", "CC6.2", "CC7.2"])
    .iso27001(&["A.5.16", "A.5.18", "A.8.15"])
    .nist(&["AC-2", "AU-10", "IA-4"]);

/// The things that may be renamed: all organizations, or all actors.
struct Identities<'a, I, const N: usize> {
    /// What messages call their name.
    noun: &'static str,
    renamed: fn(I, LabelId) -> Renamed,
    labels: &'a Labels<I, N>,
    /// Which of their labels is the name.
    sort: usize,
    ids: &'a Interner<I>,
    displayed_ids: &'a Interner<I>,
    /// The patterns of the policy that may match them.
    deciding: &'a Patterns,
    /// Which of them occur in selected events.
    selected: Vec<bool>,
}

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let (survey, deciding) = (context.survey, context.deciding);
    let (organizations, actors) = selected(context);
    let count = |selected: &[bool]| selected.iter().filter(|is_selected| **is_selected).count() as u64;
    let judged = count(&organizations) + count(&actors);
    let mut result = RuleResult { judged, ..RuleResult::default() };
    let organizations = Identities {
        noun: "name",
        renamed: Renamed::Organization,
        labels: &survey.organization_labels,
        sort: 0,
        ids: &survey.organizations.names,
        displayed_ids: &survey.organizations.names,
        deciding: &deciding.organizations,
        selected: organizations,
    };
    organizations.find_renamed(context, &mut result);
    let actors = Identities {
        noun: "e-mail address",
        renamed: Renamed::Actor,
        labels: &survey.actor_labels,
        sort: 1,
        ids: &survey.actors.names,
        displayed_ids: &context.displayed.actors.names,
        deciding: &deciding.actors,
        selected: actors,
    };
    actors.find_renamed(context, &mut result);
    result.sort(survey);
    result
}

/// Which organizations and which actors occur in selected events.
fn selected(context: &RuleContext<'_>) -> (Vec<bool>, Vec<bool>) {
    let survey = context.survey;
    let mut organizations = vec![false; survey.organizations.names.len()];
    let mut actors = vec![false; survey.actors.names.len()];
    let changes = survey.changes.iter().filter(|change| change.scopes.is_selected());
    let changes = changes.map(|change| (change.organization, change.actor));
    let observations = survey.observations.of_classes(|class| class.scopes.is_selected());
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

impl<I: Id, const N: usize> Identities<'_, I, N> {
    /// Finds renamings that change what the policy decides. Events dated later than the present are ignored, as they
    /// have changed nothing yet.
    fn find_renamed(&self, context: &RuleContext<'_>, result: &mut RuleResult) {
        let renamed = self.labels.renamed();
        for (id, uses) in renamed.filter(|(id, uses)| uses[0].kind == self.sort && self.selected[id.index()])
        {
            let uses = uses.into_iter().filter(|it| it.first.0 <= context.now);
            // If there are more names than this, none of them is attributed to the id.
            let uses: Vec<_> = uses.take(MAX_LABELS + 1).collect();
            for pair in uses.windows(2) {
                self.compare(context, (id, [pair[0], pair[1]]), result);
            }
        }
    }

    fn compare(&self, context: &RuleContext<'_>, (id, uses): (I, [&Use; 2]), result: &mut RuleResult) {
        let [before, now] = uses.map(|it| self.labels.text(it.text).unwrap_or_default());
        let Some(part) = self.deciding.distinguishing(self.ids.text(id), before, now) else {
            return;
        };
        // Names may be personal, and there are no pseudonyms for earlier names.
        let names = match std::ptr::eq(context.survey, context.displayed) {
            true => format!(" from `{before}` to `{now}`"),
            false => String::new(),
        };
        let (noun, displayed) = (self.noun, self.displayed_ids.text(id));
        let message = format!(
            "the {noun} of {displayed} changed{names}, and {part} of the policy has only one of the two"
        );
        result.find(Subject::Renamed((self.renamed)(id, uses[1].text)), &message);
    }
}

//! Surveys made by hand for tests of rules, where what they find is in no source's events or hard to write down.

use std::collections::BTreeMap;

use crate::analysis::confirmations::Confirmations;
use crate::analysis::reach::Reach;
use crate::model::operation::Operation;
use crate::model::scopes::Scopes;
use crate::model::time::Timestamp;
use crate::rules::context::RuleContext;
use crate::rules::deciding_names::DecidingNames;
use crate::rules::outcome::RuleResult;
use crate::rules::rule::Rule;
use crate::rules::scope::Coverage;
use crate::rules::survey_index::SurveyIndex;
use crate::scan::{BlockId, LineRef};
use crate::survey::ids::{ActionId, Id};
use crate::survey::{Change, Survey};

/// A time in seconds since 1970.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}

/// A selected change of nothing by nobody, by a new action of the source.
pub fn change(survey: &mut Survey, source: &'static str, operation: Operation) -> Change {
    let action = ActionId::new(survey.action_facts.len());
    survey.action_facts.push((source, operation));
    let name = format!("action {}", action.index());
    assert_eq!(survey.action_id(&name, source, operation), action);
    Change {
        time: at(0),
        operation,
        has_failed: false,
        has_outcome: false,
        is_in_portal: false,
        scopes: Scopes::SELECTED,
        is_conflicting: false,
        redeliveries: 0,
        event: None,
        action,
        connection: None,
        organization: None,
        kind: None,
        actor: None,
        actor_kind: None,
        ip: None,
        impersonator: None,
        reason: None,
        place: LineRef { block: BlockId { input: 0, number: 0 }, line: 1 },
    }
}

/// What a rule says about a survey with its default settings, long after.
pub fn judge(rule: &Rule, survey: &Survey, reach: &Reach) -> RuleResult {
    let steps = vec![None; survey.changes.len()];
    let params: BTreeMap<_, _> =
        rule.params.iter().filter_map(|param| Some((param.key, param.default()?))).collect();
    (rule.judge)(&RuleContext {
        custom: rule.custom,
        survey,
        displayed: survey,
        steps: &steps,
        confirmations: &Confirmations::default(),
        reach,
        index: &SurveyIndex::of(survey),
        params: &params,
        scope: &Coverage::default(),
        deciding: &DecidingNames::default(),
        roster: None,
        windows: &[],
        freezes: &[],
        zone: chrono_tz::Tz::UTC,
        now: at(1 << 40),
        period: (Timestamp::MIN, Timestamp::MAX),
    })
}

/// The changes that violations are about, by index, each with its message.
pub fn found(result: &RuleResult, survey: &Survey) -> Vec<(usize, String)> {
    let message = |violation| result.message(violation, (survey, survey)).into_owned();
    let found = result.violations.iter();
    found.filter_map(|violation| Some((violation.subject.change()?, message(violation)))).collect()
}

//! `sso-relaxed`: SSO is no longer mandatory for an organization.

use crate::model::operation::Operation;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("sso-relaxed", Severity::Critical, judge)
    .about("SSO is no longer mandatory for an organization")
    .about_organizations()
    .looks_for(&[Operation::Relaxed])
    .means(
        "The enforcement of SSO was switched off for an organization: its users may log in without the \
         identity provider. Each such event is a finding, even if enforcement is switched on again later. An \
         attempt that failed is not.",
    )
    .why(
        "Passwords and other ways around the identity provider have neither its second factor nor its \
         off-boarding: whoever was locked out there gets in again. Attackers who have taken over an \
         administrator do this first, as it outlasts the account that they came in with.",
    )
    .example("An administrator makes SSO optional on a Saturday night, and mandatory again on Monday.")
    .fix(
        "Make SSO mandatory again unless the organization confirms that it wants this. End the sessions that \
         began in the meantime without SSO, and reset the credentials that they used.",
    )
    .soc2(&["CC6.1", "CC6.6", "CC8.1"])
    .iso27001(&["A.5.17", "A.8.5", "A.8.9", "A.8.32"])
    .nist(&["IA-2", "IA-5", "CM-3", "CM-6"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    RuleResult::of_operations(context, |_| true, RULE.looks_for, |_| Decision::violates(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::reach::Reach;
    use crate::model::scopes::Scopes;
    use crate::rules::testing::{change, found, judge};
    use crate::sources::ALL;
    use crate::survey::{Change, Survey};

    #[test]
    fn only_what_made_sso_optional_is_found() {
        let source = ALL[0].name;
        let mut survey = Survey::default();
        let organization = Some(survey.organizations.names.id("org_1"));
        for operation in [Operation::Enforced, Operation::Relaxed, Operation::Updated] {
            let change = Change { organization, ..change(&mut survey, source, operation) };
            survey.changes.push(change);
        }
        let failed = Change { has_failed: true, ..change(&mut survey, source, Operation::Relaxed) };
        let hidden = Change { scopes: Scopes::NONE, ..change(&mut survey, source, Operation::Relaxed) };
        [failed, hidden].into_iter().for_each(|change| survey.changes.push(change));
        let result = judge(&RULE, &survey, &Reach::unlimited(&survey));
        assert_eq!((result.judged, result.not_applicable), (3, 0));
        assert_eq!(found(&result, &survey), [(1, String::new())]);
    }
}

//! `certificate-expiring`: a certificate of a connection expires soon, and no event renews it.

use crate::analysis::certificates::{Certificate, certificates};
use crate::analysis::lifecycle;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::scope::ScopeFacts;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::rules::wording::human_duration;
use crate::survey::ids::{Id, KindId};
use crate::survey::{CertificateNotice, Survey};

pub static RULE: Rule = Rule::new("certificate-expiring", Severity::Medium, judge)
    .about("a certificate of a connection expires soon or has expired")
    .unplannable()
    .params(&[Param::age("within", 30 * 86_400, "how long before its expiry a certificate is reported")])
    .means(
        "According to the latest event about it, a certificate of a connection expires within the time that \
         the setting gives, or has expired; an expired one is a finding of high severity. A renewal that \
         came later would be the latest event. Each type of certificate of a connection is judged \
         separately. Deleted connections are not judged, and neither are certificates for which no event \
         gives an expiry.",
    )
    .why(
        "When the certificate of a connection expires, the identity provider's answers are no longer \
         accepted, and nobody in the organization can log in.",
    )
    .example("The source gave notice of the expiry two weeks ago, and nobody has renewed the certificate.")
    .fix(
        "Ask the organization's administrator to renew the certificate, through a channel of your own. If it \
         was renewed, find out why the log does not show it.",
    )
    .soc2(&["CC6.1", "CC7.1"])
    .iso27001(&["A.5.17", "A.8.24"])
    .nist(&["IA-5", "SC-12", "SC-17"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let (survey, now) = (context.survey, context.now);
    let mut result = RuleResult::default();
    if survey.certificates.is_empty() {
        return result;
    }
    let (states, kinds) = (lifecycle::states_at(survey, now), latest_kinds(survey, now));
    let origins = lifecycle::Origins::of(survey, now);
    for certificate in certificates(survey, now) {
        let latest = certificate.latest;
        let at = latest.connection.index();
        let organization = origins.owner(latest.connection).or(latest.organization);
        let CertificateNotice { scopes, action, .. } = *latest;
        let facts = ScopeFacts { scopes, organization, kind: kinds[at], action: Some(action) };
        if !context.scope.covers(&facts) || states[at] == Some(State::Deleted) {
            continue;
        }
        let Some(expires) = certificate.expires else {
            result.not_applicable += 1;
            continue;
        };
        result.judged += 1;
        if certificate.expires_within(context.age("within"), now) == Some(true) {
            let of = format!(
                "{} of {}",
                context.connection(Some(latest.connection)),
                context.organization(organization)
            );
            let message = message(survey, (&certificate, expires), &of, now);
            let violation = result.find(Subject::Certificate(certificate.index), &message);
            violation.severity = (expires <= now).then_some(Severity::High);
        }
    }
    result.sort(survey);
    result
}

/// For each connection, its latest kind.
fn latest_kinds(survey: &Survey, now: Timestamp) -> Vec<Option<KindId>> {
    let mut kinds = vec![None; survey.connections.len()];
    for change in survey.changes.iter().filter(|change| change.time <= now) {
        if let Some(connection) = change.connection {
            let kind = &mut kinds[connection.index()];
            *kind = change.kind.or(*kind);
        }
    }
    kinds
}

fn message(
    survey: &Survey,
    (certificate, expires): (&Certificate<'_>, Timestamp),
    of: &str,
    now: Timestamp,
) -> String {
    let certificate_type = survey.certificate_types.text(certificate.latest.certificate_type);
    let certificate_type =
        if certificate_type.is_empty() { String::new() } else { format!("{certificate_type} ") };
    let date = expires.rfc3339(chrono_tz::Tz::UTC);
    let when = if expires <= now {
        format!("expired {} ago, on {date}", human_duration(now.seconds_since(expires)))
    } else {
        format!("expires in {}, on {date}", human_duration(expires.seconds_since(now)))
    };
    format!("the {certificate_type}certificate of {of} {when}, and the log shows no later renewal")
}

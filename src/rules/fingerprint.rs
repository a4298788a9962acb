//! Fingerprints: they identify a finding in every export and every version of a log.
//!
//! They depend on the rule and the event alone, never on the position of a line. They cover what happened as well as
//! the event id, as the id alone could denote another event once the first one is no longer exported.

use std::fmt;

use chrono_tz::Tz;
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::rules::subject::{Burst, Renamed, Subject};
use crate::survey::Change;
use crate::survey::ids::Id;
use crate::survey::{Anomaly, AnomalyKind, CertificateNotice, Part, Silence, Survey, Use};
use crate::text::hex::{hex, unhex};

/// The number of hexadecimal digits of a fingerprint.
pub const DIGITS: usize = 32;

/// A fingerprint. Its hexadecimal text sorts in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint([u8; DIGITS / 2]);

impl Fingerprint {
    /// Hashes all parts. Each part is preceded by its length, as a log may contain any character that could separate
    /// them.
    pub fn of(parts: &[&str]) -> Self {
        // In one piece, as there are hundreds of thousands of these, and each update of a hash takes its time.
        let mut bytes = Vec::with_capacity(parts.iter().map(|part| size_of::<u64>() + part.len()).sum());
        for part in parts {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(Sha256::digest(&bytes).first_chunk().copied().unwrap_or_default())
    }

    /// Renders it in hexadecimal.
    pub fn text(self) -> String {
        hex(&self.0)
    }

    /// Parses a fingerprint in hexadecimal; `None` if it is invalid.
    pub fn read(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.text())
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// The fingerprint of a violation.
pub fn of(rule: &str, survey: &Survey, subject: Subject) -> Fingerprint {
    match subject {
        Subject::Change(index) => of_change(rule, survey, &survey.changes.at(index)),
        Subject::Conflicting(index) => of_change(rule, survey, &survey.conflicting[index]),
        Subject::OrganizationChange(index, _) => of_change(rule, survey, &survey.changes.at(index as usize)),
        Subject::Burst(burst) => of_burst(rule, survey, burst),
        Subject::Anomaly(index) => of_anomaly(rule, &survey.anomalies.kept[index]),
        // It covers all of them, so that accepting one overflow accepts no other.
        Subject::Overflow(what) => {
            let sum = survey.anomalies.digests[what as usize];
            Fingerprint::of(&[rule, "unkept", name(what), &hex(&sum.to_be_bytes())])
        }
        Subject::Silence(index) => of_silence(rule, survey, &survey.silences[index]),
        Subject::Renamed(renamed) => of_name(rule, survey, renamed),
        Subject::Matched(index) => of_change(rule, survey, &survey.matches.kept[index as usize].event),
        Subject::Correlated(first, last, size) => {
            let ends = [first, last].map(|index| &survey.matches.kept[index as usize].event);
            let [first, last] = ends.map(|event| of_change(rule, survey, event).text());
            Fingerprint::of(&[rule, "correlated", &first, &last, &size.to_string()])
        }
        // It covers all of them, as that of an overflow does.
        Subject::Unlisted(list) => {
            let sum = survey.matches.range(list).digest;
            Fingerprint::of(&[rule, "unlisted", &hex(&sum.to_be_bytes())])
        }
        Subject::Certificate(index) => of_certificate(rule, survey, &survey.certificates[index as usize]),
    }
}

/// The fingerprint of a change or portal link. It covers the event id, if there is one, and what happened. If other
/// events share the id, it covers everything that may distinguish them, so that accepting one accepts no other.
pub fn of_change(rule: &str, survey: &Survey, change: &Change) -> Fingerprint {
    let source = survey.action_facts.get(change.action.index()).map_or("", |facts| facts.0);
    let what = [
        rule,
        source,
        survey.ids.text(change.event),
        survey.action(change.action).unwrap_or_default(),
        &change.time.rfc3339(Tz::UTC),
        survey.actors.names.text(change.actor),
        survey.organizations.names.text(change.organization),
        survey.connections.text(change.connection),
    ];
    if !change.is_conflicting {
        return Fingerprint::of(&what);
    }
    let kind = survey.kinds.texts(change.kind).map(Option::unwrap_or_default);
    let ip = survey.ips.names.text(change.ip);
    let [impersonator, reason] =
        [survey.impersonators.text(change.impersonator), survey.reasons.text(change.reason)];
    Fingerprint::of(&[&what[..], &kind, &[ip, impersonator, reason]].concat())
}

/// The fingerprint of a burst. It covers the first and last change and the size, so that it changes if the burst
/// grows.
pub fn of_burst(rule: &str, survey: &Survey, burst: Burst) -> Fingerprint {
    let ends = [burst.first, burst.last].map(|index| survey.changes.at(index as usize));
    let [first, last] = ends.map(|change| of_change(rule, survey, &change).text());
    Fingerprint::of(&[rule, &first, &last, &burst.size.to_string()])
}

/// The fingerprint of an anomaly.
pub fn of_anomaly(rule: &str, anomaly: &Anomaly) -> Fingerprint {
    Fingerprint::of(&[rule, name(anomaly.kind), &anomaly.key])
}

fn name(what: AnomalyKind) -> &'static str {
    match what {
        AnomalyKind::Invalid => "invalid",
        AnomalyKind::Contradiction => "contradiction",
        AnomalyKind::Future => "future",
        AnomalyKind::Unexplained => "unexplained",
        AnomalyKind::UnknownAction => "unknown action",
        AnomalyKind::AlmostChange => "almost a change",
        AnomalyKind::Impersonated => "impersonated",
    }
}

/// The fingerprint of a silence, which changes if the silence grows. Where it has no end yet, it would grow with every
/// later export, so only its beginning counts, and that it is open.
pub fn of_silence(rule: &str, survey: &Survey, silence: &Silence) -> Fingerprint {
    let Silence { part, from: (from, _), until, next } = *silence;
    let from = from.rfc3339(Tz::UTC);
    let until = if next.is_some() { until.rfc3339(Tz::UTC) } else { "open".to_owned() };
    match part {
        Part::Log => Fingerprint::of(&[rule, &from, &until]),
        Part::Source(source) => Fingerprint::of(&[rule, "source", source, &from, &until]),
        Part::Organization(source, id) => {
            let organization = survey.organizations.names.text(id);
            Fingerprint::of(&[rule, "organization", source, organization, &from, &until])
        }
    }
}

/// The fingerprint of an event about a certificate. It covers the certificate and when it expires, not the event, as
/// sources give notice of the same expiry again and again.
fn of_certificate(rule: &str, survey: &Survey, notice: &CertificateNotice) -> Fingerprint {
    let source = survey.action_facts.get(notice.action.index()).map_or("", |facts| facts.0);
    let expires = notice.expires.map_or(String::new(), |expires| expires.rfc3339(Tz::UTC));
    let certificate_type = survey.certificate_types.text(notice.certificate_type);
    let connection = survey.connections.text(notice.connection);
    Fingerprint::of(&[rule, "certificate", source, connection, certificate_type, &expires])
}

/// The fingerprint of a renaming. It covers the id, both names and the time.
fn of_name(rule: &str, survey: &Survey, renamed: Renamed) -> Fingerprint {
    let uses = renamed.uses(survey);
    let time = uses.map_or(String::new(), |[_, later]| later.first.0.rfc3339(Tz::UTC));
    let label = |it: &Use| match renamed {
        Renamed::Actor(..) => survey.actor_labels.text(it.text),
        Renamed::Organization(..) => survey.organization_labels.text(it.text),
    };
    let [before, after] = uses.map(|uses| uses.map(label)).unwrap_or_default().map(Option::unwrap_or_default);
    let (what, id) = match renamed {
        Renamed::Actor(id, _) => ("actor", survey.actors.names.text(id)),
        Renamed::Organization(id, _) => ("organization", survey.organizations.names.text(id)),
    };
    Fingerprint::of(&[rule, what, id, before, after, &time])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Operation;
    use crate::model::scopes::Scopes;
    use crate::model::time;
    use crate::scan::{BlockId, LineRef};
    use crate::survey::NamesInEvent;

    const BLOCK: BlockId = BlockId { input: 0, number: 0 };

    /// Hashes parts preceded by their lengths, which must be below 256.
    fn expected(parts: &[&str]) -> Fingerprint {
        let bytes = |part: &&str| [&[0; 7], &[part.len() as u8][..], part.as_bytes()].concat();
        let digest = Sha256::digest(parts.iter().map(bytes).collect::<Vec<_>>().concat());
        Fingerprint::read(&hex(digest.first_chunk::<16>().unwrap())).unwrap()
    }

    /// A survey with a change that has every attribute, on the given line.
    fn survey(line: u32) -> Survey {
        let mut survey = Survey::default();
        // Ids of names depend on the names before them.
        for line in 0..line {
            survey.actors.names.id(&format!("other {line}"));
        }
        survey.action_facts.push(("vendor", Operation::Deleted));
        let change = Change {
            time: time::parse("2025-01-15T10:30:00.5+02:00").unwrap().timestamp,
            operation: Operation::Deleted,
            has_failed: false,
            has_outcome: false,
            is_in_portal: false,
            scopes: Scopes::SELECTED,
            is_conflicting: false,
            redeliveries: 0,
            event: Some(survey.ids.push("evt_1")),
            action: survey.action_id("sso.delete", "vendor", Operation::Deleted),
            connection: Some(survey.connections.push("conn_1")),
            organization: Some(survey.organizations.names.id("org_1")),
            kind: None,
            actor: Some(survey.actors.names.id("user_1")),
            actor_kind: None,
            ip: None,
            impersonator: None,
            reason: None,
            place: LineRef { block: BLOCK, line },
        };
        survey.changes.push(change);
        survey
    }

    fn anomaly(kind: AnomalyKind) -> Anomaly {
        Anomaly {
            kind,
            time: None,
            message: "wrong".to_owned(),
            code: "",
            key: "evt_1".to_owned(),
            content: 0,
            action: None,
            organization: None,
            connection: None,
            connection_kind: None,
            actor: None,
            names: NamesInEvent::NONE,
            scopes: Scopes::SELECTED,
            place: LineRef { block: BLOCK, line: 7 },
        }
    }

    const TIME: &str = "2025-01-15T08:30:00.500Z";

    #[test]
    fn changes_differ_by_their_id_and_by_their_content() {
        let of = |edit: fn(&mut Change)| {
            let mut survey = survey(3);
            survey.changes.edit(0, edit);
            of("rule", &survey, Subject::Change(0))
        };
        let all = ["rule", "vendor", "evt_1", "sso.delete", TIME, "user_1", "org_1", "conn_1"];
        assert_eq!(of(|_| {}), expected(&all));
        let without = |at: &[usize]| {
            let mut parts = all;
            at.iter().for_each(|at| parts[*at] = "");
            expected(&parts)
        };
        assert_eq!(of(|change| change.event = None), without(&[2]));
        assert_eq!(of(|change| (change.event, change.connection) = (None, None)), without(&[2, 7]));
        assert_eq!(of(|change| change.actor = None), without(&[5]));
        assert_eq!(of(|change| change.organization = None), without(&[6]));
        let conflicting = of(|change| change.is_conflicting = true);
        assert_eq!(conflicting, expected(&[&all[..], &[""; 6]].concat()));
        assert_ne!(of(|change| change.time.seconds += 1), of(|_| {}));
    }

    #[test]
    fn no_text_of_a_log_is_taken_for_the_end_of_another() {
        let of = |id: &str, action: &str| {
            let mut survey = survey(0);
            let (event, action) =
                (survey.ids.push(id), survey.action_id(action, "vendor", Operation::Deleted));
            survey.changes.edit(0, |change| (change.event, change.action) = (Some(event), action));
            survey.action_facts.push(("vendor", Operation::Deleted));
            of_change("rule", &survey, &survey.changes.at(0))
        };
        assert_ne!(of("evt", "a\0b"), of("evt\0a", "b"));
        assert_ne!(of("evt\0", "a"), of("evt", "\0a"));
        assert_ne!(of("", "evta"), of("evt", "a"));
        for (one, other) in [(["a", "bc"], ["ab", "c"]), (["", "a"], ["a", ""]), (["é", "a"], ["éa", ""])] {
            assert_ne!(Fingerprint::of(&one), Fingerprint::of(&other));
        }
        assert_ne!(Fingerprint::of(&["a"]), Fingerprint::of(&["a", ""]));
        assert_ne!(Fingerprint::of(&["a\0b"]), Fingerprint::of(&["a", "b"]));
    }

    #[test]
    fn bursts_differ_by_their_ends_and_their_size() {
        let mut survey = survey(3);
        let later = time::parse("2025-01-15T08:31:00Z").unwrap().timestamp;
        survey.changes.push(Change { time: later, ..survey.changes.at(0) });
        survey.changes.push(Change { time: later, actor: None, ..survey.changes.at(0) });
        let of = |first, last, size| {
            let burst = Burst { first, last, size, organization: None };
            of("rule", &survey, Subject::Burst(burst))
        };
        let [first, last] = [0, 1].map(|at| of_change("rule", &survey, &survey.changes.at(at)).text());
        assert_eq!(of(0, 1, 7), expected(&["rule", &first, &last, "7"]));
        for other in [of(0, 1, 8), of(0, 0, 7), of(0, 2, 7), of(2, 1, 7)] {
            assert_ne!(of(0, 1, 7), other);
        }
        let owner_of = super::of("rule", &survey, Subject::OrganizationChange(0, None));
        assert_eq!(owner_of, of_change("rule", &survey, &survey.changes.at(0)));
    }

    #[test]
    fn fingerprints_do_not_depend_on_places_and_numbers() {
        for event in [true, false] {
            let of = |line| {
                let mut survey = survey(line);
                survey.changes.edit(0, |change| change.event = change.event.filter(|_| event));
                of_change("rule", &survey, &survey.changes.at(0))
            };
            assert_eq!(of(1), of(9));
        }
    }

    #[test]
    fn anomalies_and_silences_differ_by_their_content() {
        let mut survey = survey(0);
        survey.anomalies.kept = AnomalyKind::ALL.map(anomaly).into();
        let kinds = [
            "invalid",
            "contradiction",
            "future",
            "unexplained",
            "unknown action",
            "almost a change",
            "impersonated",
        ];
        assert_eq!(kinds.len(), AnomalyKind::ALL.len());
        for (index, what) in kinds.into_iter().enumerate() {
            let found = of("rule", &survey, Subject::Anomaly(index));
            assert_eq!(found, expected(&["rule", what, "evt_1"]));
        }
        let time = time::parse("2025-01-15T10:30:00Z").unwrap().timestamp;
        let end = time::parse("2025-01-15T11:30:00Z").unwrap().timestamp;
        let line = LineRef { block: BLOCK, line: 7 };
        let organization = survey.changes.at(0).organization.unwrap();
        let parts = [Part::Log, Part::Source("vendor"), Part::Organization("vendor", organization)];
        let silence = |part, next| Silence { part, from: (time, line), until: end, next };
        survey.silences =
            parts.iter().flat_map(|part| [silence(*part, Some(line)), silence(*part, None)]).collect();
        let times = ["2025-01-15T10:30:00Z", "2025-01-15T11:30:00Z"];
        for (index, what) in
            [&[][..], &["source", "vendor"], &["organization", "vendor", "org_1"]].iter().enumerate()
        {
            for (at, until) in [times[1], "open"].into_iter().enumerate() {
                let parts = [&["rule"][..], what, &[times[0], until]].concat();
                assert_eq!(of("rule", &survey, Subject::Silence(2 * index + at)), expected(&parts));
            }
        }
    }

    #[test]
    fn fingerprints_are_recognised() {
        let some = Fingerprint::of(&["rule", "1970-01-01T00:00:00Z"]);
        let text = some.to_string();
        assert_eq!(text, some.text());
        assert_eq!(text, "bd25db6d5f916a70186d837659b5b449");
        assert_eq!(Fingerprint::read(&text), Some(some));
        assert_eq!(Fingerprint::read(&text.to_ascii_uppercase()), Some(some));
        for bad in
            ["", &text[1..], &format!("{text}0"), &format!("g{}", &text[1..]), &format!("+{}", &text[1..])]
        {
            assert_eq!(Fingerprint::read(bad), None, "{bad}");
        }
    }
}

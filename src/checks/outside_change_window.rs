//! `outside-change-window`: a change when none was allowed.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::{Answer, Case, Check, Controls, Explain, Judgement, Severity};
use crate::analysis::calendar;
use crate::model::time::Timestamp;
use crate::policy::{Freeze, Window};

/// The rule.
pub static CHECK: Check = Check {
    id: "outside-change-window",
    about: "a connection was changed outside of the change windows or during a freeze",
    severity: Severity::Medium,
    default: super::Default::With("windows or freezes"),
    scopes: super::SCOPES,
    covered_by: super::Plans::All,
    params: &[],
    explain: Explain {
        means: "A connection was created, enabled, disabled or deleted at a time that lies in none of the \
                policy's windows, or in one of its freezes. Windows follow the clock of the policy's zone: \
                they include the minute at which they open, and not the one at which they close. A freeze \
                begins with its first moment and is over at its last.",
        why: "Changes at agreed times are watched by people who can react. One at night is an emergency, \
              a mistake, or somebody who hoped not to be seen.",
        example: "Changes are allowed from Monday to Friday, 9:00 to 17:00, and a connection is deleted on \
                  Saturday at 3:00.",
        fix: "Find the emergency change that covers it. If there is none, treat it as unapproved: ask the \
              actor and review the connection.",
    },
    controls: Controls { soc2: &["CC7.2", "CC8.1"], iso27001: &["A.8.9", "A.8.32"], nist: &["CM-3", "CM-5"] },
    judge,
};

fn judge(case: &Case<'_>) -> Judgement {
    if case.windows.is_empty() && case.freezes.is_empty() {
        return Judgement::default();
    }
    Judgement::of(case.state_changes(), |_, change| {
        let local = calendar::local(change.time, case.zone);
        let is_in = case.windows.is_empty() || case.windows.iter().any(|window| is_open(window, local));
        let freeze = case.freezes.iter().find(|freeze| is_frozen(freeze, change.time));
        Answer::bad_if(!is_in || freeze.is_some(), || {
            let when = format!("on {} ({})", local.format("%A, %Y-%m-%d at %H:%M:%S"), case.zone);
            let what = match freeze {
                Some(freeze) => format!("during the freeze `{}`", freeze.reason),
                None => "outside of the change windows".to_owned(),
            };
            format!(" {when}, {what}")
        })
    })
}

/// A window that does not close on its day is open in the small hours of the next one.
fn is_open(window: &Window, local: NaiveDateTime) -> bool {
    let minute = local.num_seconds_from_midnight() / 60;
    let today = local.weekday().num_days_from_monday() as usize;
    let yesterday = (today + 6) % 7;
    if window.from < window.to {
        return window.days[today] && (window.from..window.to).contains(&minute);
    }
    (window.days[today] && minute >= window.from) || (window.days[yesterday] && minute < window.to)
}

fn is_frozen(freeze: &Freeze, time: Timestamp) -> bool {
    (freeze.from..freeze.to).contains(&time)
}

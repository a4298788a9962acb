//! The certificates of connections, as far as events tell: until when each is valid, and whether it was renewed.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::time::Timestamp;
use crate::survey::ids::{CertificateTypeId, ConnectionId};
use crate::survey::{CertificateNotice, Survey};

/// A certificate of a connection. The latest event about it that is not later than the present decides: where it was
/// renewed and a notice follows that it has to be, it was not renewed.
pub struct Certificate<'s> {
    /// Index of the event that decides.
    pub index: u32,
    /// That event.
    pub latest: &'s CertificateNotice,
    /// When it expires; `None` if no event says so, or a renewal does not say when the new one does.
    pub expires: Option<Timestamp>,
    /// Whether the latest event is a renewal, and the new certificate expires later than the one before.
    pub is_renewed: bool,
    /// Whether any event about it is selected.
    pub is_displayed: bool,
}

/// Every certificate in the log, in the order of the first events about them. A connection may have several, which
/// their types tell apart.
pub fn certificates(survey: &Survey, now: Timestamp) -> Vec<Certificate<'_>> {
    let mut certificates: Vec<Certificate<'_>> = Vec::new();
    let mut known: HashMap<(ConnectionId, Option<CertificateTypeId>), usize, RandomState> =
        HashMap::default();
    for (index, notice) in (0..).zip(&survey.certificates).filter(|(_, notice)| notice.time <= now) {
        let at = *known.entry((notice.connection, notice.certificate_type)).or_insert(certificates.len());
        match certificates.get_mut(at) {
            Some(certificate) => certificate.update(index, notice),
            None => certificates.push(Certificate {
                index,
                latest: notice,
                expires: notice.expires,
                is_renewed: notice.is_renewal(),
                is_displayed: notice.scopes.is_selected(),
            }),
        }
    }
    certificates
}

impl<'s> Certificate<'s> {
    fn update(&mut self, index: u32, notice: &'s CertificateNotice) {
        let before = self.expires;
        // The same certificate still expires when it did; a new one does not.
        self.expires = if notice.is_renewal() { notice.expires } else { notice.expires.or(before) };
        let is_later = || before.is_none_or(|before| notice.expires.is_none_or(|expires| expires > before));
        self.is_renewed = notice.is_renewal() && (is_later() || (self.is_renewed && self.expires == before));
        self.is_displayed |= notice.scopes.is_selected();
        (self.index, self.latest) = (index, notice);
    }

    /// Whether it expires within so many seconds after `now`, or has expired; `None` if nobody knows when it does.
    pub fn expires_within(&self, seconds: u64, now: Timestamp) -> Option<bool> {
        Some(self.expires?.nanos_since(now) <= u128::from(seconds) * 1_000_000_000)
    }
}

/// How many whole days are left from one time to another; negative, and rounded down, if that one is over.
pub fn days_until(to: Timestamp, from: Timestamp) -> i64 {
    const SECONDS_PER_DAY: i64 = 86_400;
    let is_short = i64::from(to.nanos < from.nanos);
    to.seconds.saturating_sub(from.seconds).saturating_sub(is_short).div_euclid(SECONDS_PER_DAY)
}

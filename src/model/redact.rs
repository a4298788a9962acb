//! Pseudonyms for what is personal in events, so that results can be shared.
//!
//! A pseudonym is keyed: the same text has the same one in every result made with the same key, and
//! nobody without the key can tell or guess the text. Ids stay: they tell events apart. What is
//! selected, and by whom something was allowed, is decided by the texts themselves.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::attribute::{Attribute, is_ip};

/// What results with pseudonyms say.
pub const NOTICE: &str = "Personal values are shown as pseudonyms.";

/// Replaces personal texts by pseudonyms.
pub struct Redactor {
    mac: Hmac<Sha256>,
    /// Those made so far: few texts come often.
    kept: Mutex<HashMap<(Personal, String), String>>,
}

/// Kinds of personal texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Personal {
    Name,
    Email,
    Organization,
    Ip,
    UserAgent,
    Connection,
    Text,
}

/// Pseudonyms kept at once; others are computed again.
const MAX_KEPT: usize = 100_000;

impl Redactor {
    /// Pseudonyms by this key.
    pub fn new(key: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(key).expect("keys may have any length");
        Self { mac, kept: Mutex::default() }
    }

    /// An attribute's text, or its pseudonym if it is personal.
    pub fn redact<'a>(&self, attribute: Attribute, text: Cow<'a, str>) -> Cow<'a, str> {
        match personal(attribute, &text) {
            Some(personal) => Cow::Owned(self.pseudonym(personal, &text)),
            None => text,
        }
    }

    fn pseudonym(&self, personal: Personal, text: &str) -> String {
        let text = personal.normalized(text);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pseudonym) = kept.get(&(personal, text.clone())) {
            return pseudonym.clone();
        }
        let mac = self.mac.clone().chain_update([personal as u8]).chain_update(&text);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let pseudonym = personal.pseudonym(&digest);
        if kept.len() < MAX_KEPT {
            kept.insert((personal, text), pseudonym.clone());
        }
        pseudonym
    }
}

/// Whether an attribute's text is personal, and how.
fn personal(attribute: Attribute, text: &str) -> Option<Personal> {
    match attribute {
        Attribute::ActorName => Some(Personal::Name),
        Attribute::ActorEmail | Attribute::ImpersonatorEmail => Some(Personal::Email),
        Attribute::ActorId if text.contains('@') => Some(Personal::Email),
        Attribute::OrganizationName => Some(Personal::Organization),
        Attribute::Ip => is_ip(text).then_some(Personal::Ip),
        Attribute::UserAgent => Some(Personal::UserAgent),
        Attribute::ConnectionName => Some(Personal::Connection),
        Attribute::Page | Attribute::ImpersonatorReason if may_hold_email(text) => Some(Personal::Text),
        _ => None,
    }
}

/// Whether an e-mail address may be in a text, be it in part of a URL.
fn may_hold_email(text: &str) -> bool {
    text.contains('@') || text.contains("%40")
}

impl Personal {
    /// The text in the one spelling that its pseudonym is made of.
    fn normalized(self, text: &str) -> String {
        match text.parse::<IpAddr>() {
            Ok(ip) if self == Self::Ip => ip.to_canonical().to_string(),
            _ => text.to_ascii_lowercase(),
        }
    }

    /// A pseudonym of the same sort as the text: addresses stay addresses.
    fn pseudonym(self, digest: &[u8; 32]) -> String {
        let hex: String = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        match self {
            Self::Name => format!("person-{hex}"),
            Self::Email => format!("{hex}@redacted.invalid"),
            Self::Organization => format!("organization-{hex}"),
            Self::UserAgent => format!("agent-{hex}"),
            Self::Connection => format!("connection-{hex}"),
            Self::Text => format!("text-{hex}"),
            Self::Ip => {
                let mut octets = [0; 16];
                octets.copy_from_slice(&digest[..16]);
                // Addresses for documentation (2001:db8::/32) belong to nobody, in private networks neither.
                octets[..4].copy_from_slice(&[0x20, 0x01, 0x0D, 0xB8]);
                Ipv6Addr::from(octets).to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pseudonyms_are_stable_and_keyed() {
        let (a, b) = (Redactor::new(b"a"), Redactor::new(b"b"));
        let shown =
            |redactor: &Redactor, attribute, text: &str| redactor.redact(attribute, text.into()).into_owned();
        let alice = shown(&a, Attribute::ActorEmail, "Alice@example.com");
        assert!(alice.ends_with("@redacted.invalid"));
        assert_eq!(shown(&a, Attribute::ImpersonatorEmail, "alice@example.com"), alice);
        assert_ne!(shown(&b, Attribute::ActorEmail, "Alice@example.com"), alice);
        assert!(is_ip(&shown(&a, Attribute::Ip, "192.0.2.1")));
        assert_eq!(shown(&a, Attribute::Ip, "unknown"), "unknown");
        for spellings in
            [["192.0.2.1", "::ffff:192.0.2.1"], ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1"], ["::1", "0::1"]]
        {
            let [one, other] = spellings.map(|text| shown(&a, Attribute::Ip, text));
            assert_eq!(one, other, "{spellings:?}");
        }
        assert_eq!(shown(&a, Attribute::ActorId, "user_01"), "user_01");
        assert_eq!(shown(&a, Attribute::Page, "/organizations/org_1"), "/organizations/org_1");
        assert!(!shown(&a, Attribute::Page, "/users/alice%40example.com").contains("alice"));
        assert!(!shown(&a, Attribute::ImpersonatorReason, "asked by alice@example.com").contains("alice"));
    }
}

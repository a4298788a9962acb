//! Spellings of the names of columns: which attribute of the normalized event a column gives by its name.

use crate::model::attribute::{ATTRIBUTES, Attribute};

/// What exports and spreadsheets call a column besides the attribute's own name, as [`key`] writes it. A name that could
/// mean several things, such as `email` or `user`, is none of them.
static SPELLINGS: &[(&str, Attribute)] = &[
    ("eventid", Attribute::Id),
    ("@timestamp", Attribute::Time),
    ("createdat", Attribute::Time),
    ("datetime", Attribute::Time),
    ("eventtime", Attribute::Time),
    ("occurredat", Attribute::Time),
    ("timestamp", Attribute::Time),
    ("impersonatoremail", Attribute::ImpersonatorEmail),
    ("impersonatorreason", Attribute::ImpersonatorReason),
    ("orgid", Attribute::OrganizationId),
    ("orgname", Attribute::OrganizationName),
    ("contextip", Attribute::Ip),
    ("contextipaddress", Attribute::Ip),
    ("contextlocation", Attribute::Ip),
    ("ipaddress", Attribute::Ip),
    ("contextuseragent", Attribute::UserAgent),
];

/// A name without what spellings differ in: case, and everything but letters, digits and `@`, with which some vendors tell
/// names apart. `Actor ID`, `actor_id`, `actor.id` and `actorId` have the same key.
pub fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || *c == '@').flat_map(char::to_lowercase).collect()
}

/// The attribute whose name this is in any spelling.
pub fn attribute_spelled(name: &str) -> Option<Attribute> {
    let wanted = key(name);
    let own = ATTRIBUTES.iter().find(|info| key(info.name) == wanted).map(|info| info.attribute);
    own.or_else(|| {
        SPELLINGS.iter().find(|(spelling, _)| *spelling == wanted).map(|(_, attribute)| *attribute)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_separators_make_no_difference() {
        for name in ["occurred_at", "occurredAt", "Occurred At", "OCCURRED-AT", " timestamp ", "time"] {
            assert_eq!(attribute_spelled(name), Some(Attribute::Time), "{name}");
        }
        for name in ["actor_email", "actor.email", "Actor E-Mail", "actorEmail"] {
            assert_eq!(attribute_spelled(name), Some(Attribute::ActorEmail), "{name}");
        }
        for name in ["", "email", "user", "When", "times"] {
            assert_eq!(attribute_spelled(name), None, "{name}");
        }
    }

    #[test]
    fn every_attribute_is_spelled_by_its_name_and_every_spelling_is_a_key() {
        for info in ATTRIBUTES {
            assert_eq!(attribute_spelled(info.name), Some(info.attribute), "{}", info.name);
        }
        for (spelling, attribute) in SPELLINGS {
            assert_eq!(key(spelling), *spelling);
            assert_eq!(attribute_spelled(spelling), Some(*attribute), "{spelling}");
        }
    }
}

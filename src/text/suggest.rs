//! Messages about unknown values, which name the nearest known value or all of them.

use crate::text::edits::CharacterCounts;

/// The message that there is no such value: ``no column `actr`; did you mean `actor`?``
pub fn unknown<'c>(what: &str, value: &str, known: impl IntoIterator<Item = &'c str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    let all = format!("there are {}", known.join(", "));
    unknown_or(what, value, known, &all)
}

/// The same message. If no known value is near, it ends with other advice.
pub fn unknown_or<'c>(
    what: &str,
    value: &str,
    known: impl IntoIterator<Item = &'c str>,
    otherwise: &str,
) -> String {
    format!("no {what} `{value}`; {}", hint(value, known, otherwise))
}

/// The question whether the nearest known value was meant, or other advice if none is near.
pub fn hint<'c>(value: &str, known: impl IntoIterator<Item = &'c str>, otherwise: &str) -> String {
    nearest(value, known).map_or_else(|| otherwise.to_owned(), |near| format!("did you mean `{near}`?"))
}

/// The candidate most like `value` (ASCII case ignored), or `None` when none is near.
///
/// Equally near candidates are told apart by their order, so the answer is stable.
pub fn nearest<'c>(value: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const LONGEST: usize = 100;
    const SIMILAR: f64 = 0.65;
    if value.len() > LONGEST {
        return None;
    }
    let value = value.to_ascii_lowercase();
    let (length, counts) = (value.chars().count(), CharacterCounts::of(value.chars()));
    let mut best = (SIMILAR, None);
    for candidate in candidates {
        let longer = length.max(candidate.chars().count()).max(1);
        let edits = counts.fewest_edits(&CharacterCounts::of(candidate.chars()));
        // Most texts cannot be near, and there are hundreds of time zones, or millions of lines with a new action.
        if 1.0 - edits as f64 / longer as f64 <= best.0 {
            continue;
        }
        let similarity = strsim::normalized_damerau_levenshtein(&value, &candidate.to_ascii_lowercase());
        if similarity > best.0 {
            best = (similarity, Some(candidate));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_nearest() {
        let known = ["GoogleSAML", "OktaSAML", "GenericOIDC"];
        assert_eq!(nearest("gogleSAML", known), Some("GoogleSAML"));
        assert_eq!(nearest("OktaSALM", known), Some("OktaSAML"));
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("Kerberos", known), None);
    }

    #[test]
    fn what_is_passed_over_is_never_the_nearest() {
        let zones = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        for value in ["Europe/Berln", "europe", "utc", "America/Argentina/BuenosAires", "Zü", "GMT+", "Asia/"]
        {
            let lower = value.to_ascii_lowercase();
            let similar =
                |zone: &str| strsim::normalized_damerau_levenshtein(&lower, &zone.to_ascii_lowercase());
            let most = zones().map(similar).fold(0.65, f64::max);
            assert_eq!(
                nearest(value, zones()),
                zones().find(|zone| similar(zone) == most && most > 0.65),
                "{value}"
            );
        }
    }
}

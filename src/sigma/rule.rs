//! The rule of `check` that a document of Sigma stands for.

use std::collections::BTreeSet;

use crate::rules::{Activation, Correlation, Custom, Product, Rule, Severity};
use crate::sigma::header::Header;
use crate::sources;
use crate::text::escape::escape_controls;

/// What a rule is made of.
pub struct Parts {
    /// What it says of itself.
    pub header: Header,
    /// The file that it was read from.
    pub file: String,
    /// The product that its events are of.
    pub product: Product,
    /// Whether it reads fields of the vendor's.
    pub reads_lines: bool,
    /// The lists of its matches.
    pub lists: Vec<u16>,
    /// Judges its matches together.
    pub correlation: Option<Box<dyn Correlation>>,
}

/// The id of a rule: its name in kebab-case, or else its title, or else its id; empty if none has letters or digits.
pub fn id_of(header: &Header) -> String {
    let texts = [header.name.as_deref(), Some(header.title.as_str()), header.id.as_deref()];
    texts.into_iter().flatten().map(kebab).find(|id| !id.is_empty()).unwrap_or_default()
}

fn kebab(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

/// The product of a log source.
pub fn product(name: Option<&str>) -> Product {
    let Some(name) = name else {
        return Product::Any;
    };
    let source = sources::logging().iter().find(|source| source.name.eq_ignore_ascii_case(name));
    source.map_or_else(|| Product::Unread(name.to_owned()), |source| Product::Source(source.name))
}

/// The rule. It lives as long as the process, as built-in ones do.
pub fn rule(parts: Parts) -> &'static Rule {
    let Parts { header, file, product, reads_lines, lists, correlation } = parts;
    let id: &'static str = id_of(&header).leak();
    let status = header.status.as_deref();
    let title = plain(header.title.trim_end_matches('.'));
    let custom = Custom {
        title: title.clone(),
        product,
        reads_lines,
        parts: explanation(&header, &file),
        file,
        references: header.references.iter().filter(|it| is_address(it)).cloned().collect(),
        tags: header.tags.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect(),
        lists,
        correlation,
    };
    let mut rule = Rule::of_user(id, severity(header.level.as_deref()), Box::leak(Box::new(custom)));
    if matches!(status, Some("deprecated" | "unsupported")) {
        rule.activation = Activation::Off;
    }
    rule.about = title.leak();
    rule.explain.means = plain(header.description.as_deref().unwrap_or(&header.title)).leak();
    Box::leak(Box::new(rule))
}

/// A text on one line, without anything that a terminal would obey: rules are copied from elsewhere.
fn plain(text: &str) -> String {
    escape_controls(&text.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

/// The severity of a level; a rule without one is of medium severity.
fn severity(level: Option<&str>) -> Severity {
    match level {
        Some("critical") => Severity::Critical,
        Some("high") => Severity::High,
        Some("low") => Severity::Low,
        Some("informational") => Severity::Info,
        _ => Severity::Medium,
    }
}

/// Whether it is an address that a browser can open.
fn is_address(text: &str) -> bool {
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() && !"<>\"{}|\\^`".contains(c));
    is_plain && ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme))
}

fn explanation(header: &Header, file: &str) -> Vec<(&'static str, String)> {
    let list = |items: &[String]| plain(&items.join("; "));
    vec![
        ("False positives", list(&header.falsepositives)),
        ("References", list(&header.references)),
        ("Tags", list(&header.tags)),
        ("Status", header.status.clone().unwrap_or_default()),
        ("File", file.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kebab_case() {
        let id = |name: Option<&str>, title: &str, id: Option<&str>| {
            let [name, id] = [name, id].map(|text| text.map(str::to_owned));
            id_of(&Header { title: title.to_owned(), name, id, ..Header::default() })
        };
        assert_eq!(id(Some("sso_disabled"), "Title", None), "sso-disabled");
        assert_eq!(id(None, "SSO: disabled (by API)!", Some("u-1")), "sso-disabled-by-api");
        assert_eq!(id(None, "пароль", Some("0A-1")), "0a-1");
        assert_eq!(id(None, "…", None), "");
    }

    #[test]
    fn only_web_addresses_are_links() {
        for (text, expected) in [
            ("https://example.com/a?b=c#d", true),
            ("http://example.com", true),
            ("javascript:alert(1)", false),
            ("https://example.com/a b", false),
            ("see the manual", false),
        ] {
            assert_eq!(is_address(text), expected, "{text}");
        }
    }
}

//! Where in an event a value is that is bound.

use crate::sources::MetadataLimits;

/// Elements of lists in different elements have different numbers, unless a list has more than this.
const MAX_ELEMENTS: u32 = 1 << 16;

/// Where in the event the members of an object are.
#[derive(Clone, Copy)]
pub(super) struct BindContext {
    /// Number of the list element that they are in; 0 outside of lists.
    pub element: u32,
    /// Number that the first element of a list among them gets.
    pub first_element: u32,
    /// Whether they are outside of lists, or in the first element of its kind of every list around them.
    pub is_primary: bool,
    /// The limits of the metadata object that they are in, if they are in one.
    pub metadata: Option<&'static MetadataLimits>,
    /// Hash of the object's path; see [`unbound`](super::unbound).
    pub path: u64,
}

impl BindContext {
    /// The event itself.
    pub const TOP: Self = Self { element: 0, first_element: 0, is_primary: true, metadata: None, path: 0 };

    /// A primary list element.
    pub fn of_element(number: u32) -> Self {
        let first_element = number.wrapping_add(1).wrapping_mul(MAX_ELEMENTS);
        Self { element: number, first_element, ..Self::TOP }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use crate::json;
    use crate::model::attribute::Attribute;
    use crate::model::diagnostics::{Diagnostics, Position};
    use crate::reader::bind::{Bound, Document, bind};
    use crate::sources::{Field, FieldKind, Source, Trees};

    static FIELDS: &[Field] = &[
        Field::text("action", "").maps_to(Attribute::Action),
        Field::new("targets", FieldKind::List, ""),
        Field::text("targets[].kind", "").discriminator(),
        Field::new("targets[].changes", FieldKind::List, ""),
        Field::text("targets[].changes[].name", "").discriminator(),
        Field::text("targets[].changes[].value", "").maps_to(Attribute::Page),
        Field::text("targets[kind=idp].changes[name=id].value", "").maps_to(Attribute::ConnectionId),
    ];

    static SOURCE: Source = Source {
        name: "lists",
        title: "lists",
        about: "lists in lists",
        ids: "lists",
        detects: |_| true,
        mark: None,
        wrappers: &[],
        complement: None,
        actions: &[],
        catch_all: None,
        composite: None,
        actor_kind: None,
        restore: None,
        fields: FIELDS,
        trees: LazyLock::new(|| Trees::build(FIELDS)),
        unknown_group: "",
        cross_checks: &[],
    };

    /// Binds the targets of an event.
    fn bound(targets: &str) -> (String, Bound) {
        let text = format!(r#"{{"action":"a","targets":{targets}}}"#);
        let (mut nodes, mut bound) = (Vec::new(), Bound::default());
        json::parse(&text, &mut nodes).unwrap();
        let mut diagnostics = Diagnostics::new(text.as_bytes(), Position { line: 1, column: 1 });
        let document = Document { text: &text, nodes: &nodes };
        diagnostics.document = Some(document);
        bind(&SOURCE, document, &mut diagnostics, &mut bound);
        (text, bound)
    }

    #[test]
    fn elements_of_lists_in_lists_are_selected_at_both_levels() {
        let (text, bound) = bound(
            r#"[{"kind":"user","changes":[{"name":"id","value":"u1"}]},
                {"kind":"idp","changes":[{"name":"url","value":"x"},{"name":"id","value":"c1"}]},
                {"kind":"idp","changes":[{"name":"id","value":"c2"}]}]"#,
        );
        let fields = bound.fields(&text);
        assert_eq!(fields.best(Attribute::ConnectionId).as_deref(), Some("c1"));
        assert_eq!(fields.all(Attribute::ConnectionId).collect::<Vec<_>>(), ["c1", "c2"]);
        assert_eq!(fields.primary(Attribute::Page).collect::<Vec<_>>(), ["u1", "x"]);
    }

    #[test]
    fn in_which_list_an_element_is_belongs_to_the_content() {
        let keys = |targets: &str| {
            let bound = bound(targets).1;
            bound.index.content.iter().map(|value| value.key).collect::<Vec<_>>()
        };
        let target = |names: &[&str]| {
            let changes: Vec<_> = names.iter().map(|name| format!(r#"{{"name":"{name}"}}"#)).collect();
            format!(r#"{{"kind":"k","changes":[{}]}}"#, changes.join(","))
        };
        let [one, other] = [
            format!("[{},{}]", target(&["a"]), target(&["b", "c"])),
            format!("[{},{}]", target(&["a", "b"]), target(&["c"])),
        ];
        assert_ne!(keys(&one), keys(&other));
    }
}

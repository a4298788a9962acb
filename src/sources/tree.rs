//! A source's table of paths as a tree, so that binding a line walks both side by side.

use crate::json::{Document, NodeId};
use crate::model::fields::FieldId;
use crate::sources::table::{Field, FieldKind};

/// A key of the tree with what may stand below it.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Key in its object; empty for the root and for list elements.
    pub key: &'static str,
    /// Another spelling of the key.
    pub alias: Option<&'static str>,
    /// The field of this path; `None` for the root and for list elements.
    pub field: Option<FieldId>,
    /// The fields whose values are parts of its text.
    pub parts: Vec<FieldId>,
    /// Members, if it is an object.
    pub members: Vec<Self>,
    /// Key of the discriminator, if it is a list whose elements have one.
    pub discriminator: Option<&'static str>,
    /// What an element of the list looks like, by its discriminator; `None` for every other element.
    pub elements: Vec<(Option<&'static str>, Self)>,
    /// Everything below it belongs to events about SSO connections only.
    pub is_sso_only: bool,
}

/// The trees of a table, one for each group of actions.
#[derive(Clone, Debug)]
pub struct Trees(Vec<(&'static str, Tree)>);

impl Trees {
    /// Builds the trees of a table in which every parent stands before its children.
    pub fn build(fields: &'static [Field]) -> Self {
        let mut groups = vec![""];
        for group in fields.iter().flat_map(|field| field.groups) {
            if !groups.contains(group) {
                groups.push(group);
            }
        }
        Self(groups.into_iter().map(|group| (group, Tree::build(fields, group))).collect())
    }

    /// The tree of a group; that of all actions if no field belongs to the group alone.
    pub fn of(&self, group: &str) -> &Tree {
        let of_group = self.0.iter().find(|(name, _)| *name == group);
        &of_group.unwrap_or(&self.0[0]).1
    }

    /// The groups with their trees, first that of all actions, whose name is empty.
    pub fn groups(&self) -> impl Iterator<Item = (&'static str, &Tree)> {
        self.0.iter().map(|(group, tree)| (*group, tree))
    }
}

impl Tree {
    /// Builds the tree of the fields that events of a group may have.
    fn build(fields: &'static [Field], group: &str) -> Self {
        let mut root = Self::default();
        for (id, field) in fields.iter().enumerate().filter(|(_, field)| field.is_of(group)) {
            root.insert(field.path, FieldId::try_from(id).expect("a table is small"), field);
        }
        root.mark_sso_only(fields);
        root
    }

    /// The member with that key in either spelling.
    pub fn member(&self, key: &str) -> Option<(usize, &Self)> {
        self.members.iter().enumerate().find(|(_, member)| member.key == key || member.alias == Some(key))
    }

    /// What an element with that discriminator looks like, and which of `elements` that is.
    pub fn element(&self, discriminator: Option<&str>) -> Option<(usize, &Self)> {
        let of = |wanted: Option<&str>| self.elements.iter().position(|(of, _)| *of == wanted);
        let index = discriminator.and_then(|value| of(Some(value))).or_else(|| of(None))?;
        Some((index, &self.elements[index].1))
    }

    /// The same for an element of a list.
    pub fn element_at(&self, document: Document<'_>, element: NodeId) -> Option<(usize, &Self)> {
        let value = self.discriminator.and_then(|key| document.member_text(element, key));
        self.element(value.as_deref())
    }

    fn insert(&mut self, path: &'static str, id: FieldId, field: &'static Field) {
        let (head, rest) = path.split_once('.').unwrap_or((path, ""));
        let (key, selector) =
            head.split_once('[').map_or((head, None), |(key, rest)| (key, Some(rest.trim_end_matches(']'))));
        let at = self.members.iter().position(|member| member.key == key);
        let at = at.unwrap_or_else(|| {
            self.members.push(Self { key, ..Self::default() });
            self.members.len() - 1
        });
        let member = &mut self.members[at];
        match selector {
            Some(selector) => {
                if field.is_discriminator && !rest.contains('.') {
                    member.discriminator = Some(rest);
                }
                let value = selector.split_once('=').map(|(key, value)| {
                    assert_eq!(member.discriminator, Some(key), "{path} needs its discriminator before it");
                    value
                });
                for (_, element) in member.elements_of(value) {
                    element.insert(rest, id, field);
                }
            }
            None if rest.is_empty() && field.part.is_some() => member.parts.push(id),
            None if rest.is_empty() => {
                member.alias = field.alias;
                member.field = Some(id);
            }
            None => member.insert(rest, id, field),
        }
    }

    /// The elements that a path selects by their discriminator: all of them without one.
    fn elements_of(
        &mut self,
        value: Option<&'static str>,
    ) -> impl Iterator<Item = &mut (Option<&'static str>, Self)> {
        if self.elements.is_empty() {
            self.elements.push((None, Self::default()));
        }
        if value.is_some() && self.elements.iter().all(|element| element.0 != value) {
            let general = self.elements[0].1.clone();
            self.elements.push((value, general));
        }
        self.elements.iter_mut().filter(move |element| value.is_none() || element.0 == value)
    }

    fn mark_sso_only(&mut self, fields: &[Field]) {
        for member in &mut self.members {
            member.mark_sso_only(fields);
        }
        for (_, element) in &mut self.elements {
            element.mark_sso_only(fields);
        }
        let kind = self.field.map(|id| fields[id as usize].kind);
        let is_object = matches!(kind, Some(FieldKind::Object | FieldKind::OpenObject | FieldKind::Any));
        let sso_only = |member: &Self| member.field.is_some_and(|id| fields[id as usize].sso_only);
        self.is_sso_only = is_object && !self.members.is_empty() && self.members.iter().all(sso_only);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_key_may_tell_elements_apart() {
        static FIELDS: &[Field] = &[
            Field::new("items", FieldKind::List, ""),
            Field::text("items[].object", "").discriminator(),
            Field::text("items[].id", ""),
            Field::text("items[object=domain].name", ""),
        ];
        let trees = Trees::build(FIELDS);
        let tree = trees.of("");
        let (_, items) = tree.member("items").unwrap();
        let keys = |value: Option<&str>| -> Vec<_> {
            items.element(value).unwrap().1.members.iter().map(|member| member.key).collect()
        };
        assert_eq!(items.discriminator, Some("object"));
        assert_eq!(keys(Some("domain")), ["object", "id", "name"]);
        assert_eq!(keys(Some("other")), ["object", "id"]);
        assert_eq!(keys(None), ["object", "id"]);
    }

    #[test]
    #[should_panic(expected = "discriminator")]
    fn elements_are_not_selected_by_other_keys() {
        static FIELDS: &[Field] = &[Field::text("items[kind=domain].id", "")];
        Trees::build(FIELDS);
    }
}

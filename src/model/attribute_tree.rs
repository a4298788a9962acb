//! Nests attributes by their dotted names: `actor.id` is `id` in the group `actor`.

use crate::model::attribute::AttributeInfo;
use crate::text::cut::split;

/// A member of an object of attributes.
pub enum Member<'a> {
    /// An attribute.
    Attribute(&'static str, &'a AttributeInfo),
    /// An object.
    Group(&'static str, Group<'a>),
}

/// The attributes of one object.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    /// In the order of the table of attributes, so that those of one object are adjacent.
    pub attributes: &'a [&'static AttributeInfo],
    /// The length of the prefix of their names that names this object.
    prefix: usize,
}

impl<'a> Group<'a> {
    /// The outermost object.
    pub fn root(attributes: &'a [&'static AttributeInfo]) -> Self {
        Self { attributes, prefix: 0 }
    }

    /// The members in order.
    pub fn members(self) -> impl Iterator<Item = Member<'a>> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let (first, others) = rest.split_first()?;
            let name = split(first.name, self.prefix).1;
            let Some((group, _)) = name.split_once('.') else {
                rest = others;
                return Some(Member::Attribute(name, first));
            };
            let prefix = self.prefix + group.len() + 1;
            let path = split(first.name, prefix).0;
            let (attributes, after) = rest.split_at(rest.partition_point(|info| info.name.starts_with(path)));
            rest = after;
            Some(Member::Group(group, Self { attributes, prefix }))
        })
    }
}

//! Binds lists: those of documented objects, and those of which no document says what they are.

use crate::json::{Kind, NodeId};
use crate::reader::bind::context::BindContext;
use crate::reader::bind::{Binder, unbound};
use crate::sources::Tree;

impl Binder<'_, '_, '_> {
    /// Binds the scalars of a list of which no document says what it is.
    pub(super) fn any_list(&mut self, list: NodeId, tree: &Tree, context: BindContext) {
        let path = unbound::member_path(context.path, tree.key);
        if self.bound.unbound.add_long_list(self.document, list, path) {
            self.share_whole(list);
        }
        for (element, index) in self.document.children(list).zip(0..) {
            match (tree.field, self.document.nodes[element].kind) {
                (Some(field), Kind::Text | Kind::Number | Kind::True | Kind::False) => {
                    self.put(field, element, context);
                    self.parts(tree, element, context);
                }
                _ => self.add_unbound(element, unbound::element_path(path, index)),
            }
        }
        if self.document.nodes[list].next as usize == list + 1 {
            self.leave_unbound(list, tree, context);
        }
    }

    /// Binds the elements of a list in the object that `context` describes, but for the path, which is the list's.
    pub(super) fn list(&mut self, list: NodeId, tree: &Tree, context: BindContext) {
        let path = context.path;
        self.bound.unbound.add_long_list(self.document, list, path);
        let mut met = vec![false; tree.elements.len()];
        for (index, item) in self.document.children(list).enumerate() {
            if self.document.nodes[item].kind != Kind::Object {
                self.wrong_type(item, "an object");
                continue;
            }
            if let Some((kind, element)) = tree.element_at(self.document, item) {
                let is_primary = !std::mem::replace(&mut met[kind], true) && context.is_primary;
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                let path = unbound::element_path(path, index);
                let number = context.first_element.wrapping_add(index);
                let context = BindContext { is_primary, path, ..BindContext::of_element(number) };
                self.object(item, element, context);
                // One that is empty is a value by itself.
                if self.document.nodes[item].next as usize == item + 1 {
                    self.add_unbound(item, path);
                }
            }
        }
    }
}

//! Fields whose values are parts of a text, such as an id in a path.

use crate::json::{Document, NodeId, Span};
use crate::reader::bind::Binder;
use crate::reader::bind::context::BindContext;
use crate::sources::{Part, Tree};

impl Binder<'_, '_, '_> {
    /// Binds the fields whose values are parts of a text.
    pub(super) fn parts(&mut self, tree: &Tree, node: NodeId, context: BindContext) {
        for id in &tree.parts {
            let part = self.source.fields[usize::from(*id)].part;
            if let Some(span) = part.and_then(|part| self.part(part, node)) {
                self.put_span(*id, span, context);
            }
        }
    }

    /// Where a part of a text is.
    fn part(&self, part: Part, node: NodeId) -> Option<Span> {
        let Document { text, nodes } = self.document;
        let span = nodes[node].span;
        part(&span.decode(text)).map(|range| span.slice(text, range))
    }
}

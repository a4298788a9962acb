//! Where exports, APIs and streams put lists of events: a page of an API, a batch of a webhook, a file of a stream.

use crate::json::{Document, Kind, NodeId};
use crate::sources::detection::is_event;

/// The keys on the way from the object of a line to its list of events.
static LISTS: &[&[&str]] = &[
    // Pages of WorkOS, of Slack, of Microsoft Graph and of Google.
    &["data"],
    &["entries"],
    &["value"],
    &["items"],
    // Files of CloudTrail and of Azure.
    &["Records"],
    &["records"],
    // Event hooks of Okta.
    &["data", "events"],
];

/// The elements of every list of events in an object, or of the list that a line is, in their order, and all other
/// events in the object: none may hide beside a list.
pub fn listed_events(document: Document<'_>) -> Vec<NodeId> {
    let is_list = |list: &NodeId| document.nodes[*list].kind == Kind::Array;
    let lists: Vec<_> = match document.nodes[0].kind {
        Kind::Array => vec![0],
        _ => LISTS.iter().filter_map(|keys| member(document, keys)).filter(is_list).collect(),
    };
    let mut events: Vec<_> = lists.into_iter().flat_map(|list| document.children(list)).collect();
    events.sort_unstable();
    if !events.iter().any(|id| document.nodes[*id].kind == Kind::Object) {
        return Vec::new();
    }
    add_other_events(document, &mut events);
    events
}

/// Adds the events that are in no element.
fn add_other_events(document: Document<'_>, events: &mut Vec<NodeId>) {
    let elements = events.clone();
    let mut id = 1;
    while id < document.nodes.len() {
        let is_element = elements.binary_search(&id).is_ok();
        let is_other = !is_element && is_event(document, id);
        if is_other {
            events.push(id);
        }
        id = if is_element || is_other { document.nodes[id].next as usize } else { id + 1 };
    }
    events.sort_unstable();
}

fn member(document: Document<'_>, keys: &[&str]) -> Option<NodeId> {
    keys.iter().try_fold(0, |object, key| document.member(object, key))
}

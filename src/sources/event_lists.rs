//! Where exports, APIs and streams put lists of events: a page of an API, a batch of a webhook, a file of a stream.

use crate::json::{Document, Kind, NodeId};

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

/// The elements of every list of events in an object, or of the list that a line is, in their order.
pub fn listed_events(document: Document<'_>) -> Vec<NodeId> {
    let is_list = |list: &NodeId| document.nodes[*list].kind == Kind::Array;
    let lists: Vec<_> = match document.nodes[0].kind {
        Kind::Array => vec![0],
        _ => LISTS.iter().filter_map(|keys| member(document, keys)).filter(is_list).collect(),
    };
    let mut events: Vec<_> = lists.into_iter().flat_map(|list| document.children(list)).collect();
    events.sort_unstable();
    if events.iter().any(|id| document.nodes[*id].kind == Kind::Object) { events } else { Vec::new() }
}

fn member(document: Document<'_>, keys: &[&str]) -> Option<NodeId> {
    keys.iter().try_fold(0, |object, key| document.member(object, key))
}

//! Where exports, APIs and streams put lists of events: a page of an API, a batch of a webhook, a file of a stream.

use crate::json::{Document, KeySet, Kind, NodeId};

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

/// The lists of events in an object, or the list that a line is.
pub fn lists(document: Document<'_>) -> Vec<NodeId> {
    let is_list = |list: &NodeId| document.nodes[*list].kind == Kind::Array;
    if document.nodes[0].kind == Kind::Array {
        return vec![0];
    }
    let keys = KeySet::of(document, 0);
    let begin_there = |path: &&&[&str]| path.first().is_some_and(|key| keys.may_have(key));
    LISTS.iter().filter(begin_there).filter_map(|path| member(document, path)).filter(is_list).collect()
}

/// The member at the end of these keys.
pub fn member(document: Document<'_>, keys: &[&str]) -> Option<NodeId> {
    keys.iter().try_fold(0, |object, key| document.member(object, key))
}

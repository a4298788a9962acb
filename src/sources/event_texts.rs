//! Where transports put an event as JSON in a string. It is parsed only if the object around it is no event.

use crate::json::{self, Document, NodeId};
use crate::sources::detection::has_event;
use crate::sources::event_lists::member;

/// The keys on the way from the object of a line to the string.
static TEXTS: &[&[&str]] = &[
    // Splunk: its HTTP Event Collector, and exported results of searches.
    &["event"],
    &["_raw"],
    &["result", "_raw"],
    // Shippers of lines, such as Logstash and Filebeat, and logs of containers.
    &["message"],
    &["log"],
];

/// The strings of an object that hold an event or a list of events, each with its JSON, in their order.
pub fn event_texts(document: Document<'_>) -> Vec<(NodeId, String)> {
    let nodes = TEXTS.iter().filter_map(|keys| member(document, keys));
    let mut texts: Vec<_> = nodes.filter_map(|id| Some((id, event_text(document, id)?))).collect();
    texts.sort_unstable_by_key(|(id, _)| *id);
    texts
}

fn event_text(document: Document<'_>, id: NodeId) -> Option<String> {
    let text = document.string(id)?;
    let text = text.trim();
    let mut nodes = Vec::new();
    let is_parsed = text.starts_with(['{', '[']) && json::parse(text, &mut nodes).is_ok();
    // A line break in JSON is white space, and an event of a line has none.
    (is_parsed && has_event(Document { text, nodes: &nodes })).then(|| text.replace(['\n', '\r'], " "))
}

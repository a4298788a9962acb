//! What transports put around an event.

/// An object that holds an event in one of its members.
#[derive(Debug)]
pub struct Wrapper {
    /// The key of that member.
    pub key: &'static str,
    /// The keys of the members beside it, which are about the delivery.
    pub beside: &'static [&'static str],
}

/// A member `event`: Splunk's HTTP Event Collector, and whoever else passes events on.
pub static EVENT: Wrapper =
    Wrapper { key: "event", beside: &["time", "host", "source", "sourcetype", "index", "fields"] };

/// An event on a bus of Amazon EventBridge.
pub static EVENT_BRIDGE: Wrapper = Wrapper {
    key: "detail",
    beside: &["version", "id", "detail-type", "source", "account", "time", "region", "resources"],
};

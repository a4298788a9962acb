//! The selecting flags, on a line that was read.

use std::net::IpAddr;

use serde_json::Value;

use super::reading::Normal;
use super::time::nanoseconds;

/// The selecting flags of a run. An empty list is a flag that is not given.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub action: Vec<String>,
    pub actor: Vec<String>,
    pub org: Vec<String>,
    pub connection: Vec<String>,
    pub connection_type: Vec<String>,
    pub protocol: Vec<String>,
    pub provider: Vec<String>,
    pub ip: Vec<String>,
    pub since: Option<String>,
    pub until: Option<String>,
    pub impersonated: bool,
    pub invert: bool,
    /// Give the values of a flag in one argument, separated by commas.
    pub commas: bool,
}

impl Flags {
    /// The flags with a list of values.
    pub fn lists(&self) -> [(&'static str, &Vec<String>); 8] {
        [
            ("--action", &self.action),
            ("--actor", &self.actor),
            ("--org", &self.org),
            ("--connection", &self.connection),
            ("--connection-type", &self.connection_type),
            ("--protocol", &self.protocol),
            ("--provider", &self.provider),
            ("--ip", &self.ip),
        ]
    }

    pub fn args(&self) -> Vec<String> {
        let mut args = Vec::new();
        for (flag, values) in self.lists() {
            if self.commas && !values.is_empty() {
                args.extend([flag.to_owned(), values.join(",")]);
            } else {
                args.extend(values.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
            }
        }
        for (flag, value) in [("--since", &self.since), ("--until", &self.until)] {
            args.extend(value.iter().flat_map(|value| [flag.to_owned(), value.clone()]));
        }
        args.extend(self.impersonated.then(|| "--impersonated".to_owned()));
        args.extend(self.invert.then(|| "--invert-match".to_owned()));
        args
    }
}

pub fn selects(normal: &Normal, flags: &Flags) -> bool {
    let event = &normal.event;
    let connection = &event["connection"];
    let holds = matches_any(&flags.action, &texts([&event["action"], &event["operation"]]))
        && matches_actor(&flags.actor, &event["actor"])
        && matches_any(&flags.org, &normal.organizations)
        && matches_any(&flags.connection, &normal.connections)
        && matches_any(&flags.connection_type, &normal.connection_types)
        && matches_any(&flags.protocol, &texts([&connection["protocol"]]))
        && matches_any(&flags.provider, &texts([&connection["provider"]]))
        && matches_ip(&flags.ip, &event["ip"])
        && matches_time(flags, event["time"].as_str().unwrap())
        && (!flags.impersonated || !event["actor"]["impersonator"].is_null());
    holds != flags.invert
}

pub fn texts<const N: usize>(values: [&Value; N]) -> Vec<String> {
    values.iter().filter_map(|value| value.as_str()).map(str::to_owned).collect()
}

/// A flag that is not given holds for every event.
pub fn matches_any(patterns: &[String], texts: &[String]) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| texts.iter().any(|text| matches(pattern, text)))
}

pub fn matches_actor(patterns: &[String], actor: &Value) -> bool {
    let known = texts([&actor["id"], &actor["email"], &actor["name"]]);
    let wants_none = patterns.iter().any(|pattern| pattern.eq_ignore_ascii_case("none"));
    matches_any(patterns, &known) || (wants_none && known.is_empty())
}

/// The whole text matches a pattern with `*` and `?`, ASCII case ignored.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return text.is_empty();
    };
    let pattern_rest = &pattern[first.len_utf8()..];
    let text_rest = text.chars().next().map(|first| &text[first.len_utf8()..]);
    match (first, text_rest) {
        ('*', None) => matches(pattern_rest, text),
        ('*', Some(rest)) => matches(pattern_rest, text) || matches(pattern, rest),
        (_, None) => false,
        (_, Some(rest)) => {
            let same = text.chars().next().is_some_and(|other| first.eq_ignore_ascii_case(&other));
            (first == '?' || same) && matches(pattern_rest, rest)
        }
    }
}

pub fn matches_ip(networks: &[String], ip: &Value) -> bool {
    let ip = ip.as_str().map(|text| text.parse::<IpAddr>().unwrap());
    networks.is_empty() || networks.iter().any(|network| ip.is_some_and(|ip| contains(network, ip)))
}

/// The address is in a network such as `192.0.2.0/24`, or is the only one in `192.0.2.1`.
pub fn contains(network: &str, ip: IpAddr) -> bool {
    let (address, length) = match network.split_once('/') {
        Some((address, length)) => (address, length.parse().unwrap()),
        None => (network, usize::MAX),
    };
    let (network, ip) = (bits(address.parse().unwrap()), bits(ip));
    network.len() == ip.len() && network.chars().zip(ip.chars()).take(length).all(|(a, b)| a == b)
}

/// The address in binary digits.
pub fn bits(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.octets().map(|byte| format!("{byte:08b}")).concat(),
        IpAddr::V6(ip) => ip.octets().map(|byte| format!("{byte:08b}")).concat(),
    }
}

pub fn matches_time(flags: &Flags, time: &str) -> bool {
    let time = nanoseconds(time).unwrap();
    flags.since.as_ref().is_none_or(|since| time >= bound(since))
        && flags.until.as_ref().is_none_or(|until| time < bound(until))
}

/// A bound is a time or a date, which means its first instant.
pub fn bound(text: &str) -> i128 {
    nanoseconds(text).or_else(|| nanoseconds(&format!("{text}T00:00:00Z"))).unwrap()
}

// ---------------------------------------------------------------------------------------------
// The generator: JSON as text

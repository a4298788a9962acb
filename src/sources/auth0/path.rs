//! Paths of Auth0's Management API.
//!
//! They are logged as they were called, so they are compared as servers compare them: whoever calls `/API/v2/Connections`
//! must not stay unseen.

use std::ops::Range;

use crate::text::cut::piece;

/// Where in a path the id of a connection is.
pub fn connection_in(path: &str) -> Option<Range<usize>> {
    after(path, &["connections", "enabled_connections"])
}

/// Where in a path the id of an organization is.
pub fn organization_in(path: &str) -> Option<Range<usize>> {
    after(path, &["organizations"])
}

/// Where in a path the segment is that follows one of these.
fn after(path: &str, names: &[&str]) -> Option<Range<usize>> {
    let is_other = |segment: &&str| !names.iter().any(|name| is(segment, name));
    let segment = segments(path).skip_while(is_other).nth(1)?;
    let start = segment.as_ptr().addr() - path.as_ptr().addr();
    Some(start..start + segment.len())
}

/// The segments of a path of the Management API; it may be written without `/api`, with a host and with a query.
pub fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    // Nearly no path has either, and single bytes are found quickly.
    let is_bare = memchr::memchr3(b':', b'?', b'#', path.as_bytes()).is_none();
    let path = if is_bare { path } else { without_host_and_query(path) };
    let segments = split(path).map(trimmed).filter(|segment| !matches!(*segment, "" | "."));
    segments.enumerate().filter(|(at, segment)| *at > 0 || !is(segment, "api")).map(|(_, segment)| segment)
}

fn without_host_and_query(path: &str) -> &str {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let behind_host = path.split_once("://").and_then(|(_, rest)| rest.get(rest.find('/')?..));
    behind_host.unwrap_or(path)
}

/// What stands between slashes. Paths are read on every line, and `memchr` finds a byte sooner than `split` does.
fn split(path: &str) -> impl Iterator<Item = &str> + Clone {
    let ends = memchr::memchr_iter(b'/', path.as_bytes()).chain([path.len()]);
    ends.scan(0, move |start, end| Some(piece(path, std::mem::replace(start, end + 1), end)))
}

/// A segment without white space around it, which nearly none has.
fn trimmed(segment: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = segment.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) { segment } else { segment.trim() }
}

/// Whether segments are those of a pattern, in which `{…}` stands for any segment.
pub fn fits(segments: &[&str], pattern: &[&str]) -> bool {
    let mut pairs = segments.iter().zip(pattern);
    segments.len() == pattern.len()
        && pairs.all(|(segment, expected)| expected.starts_with('{') || is(segment, expected))
}

/// Whether a segment is a word, in any case and with any letter percent-encoded.
fn is(segment: &str, word: &str) -> bool {
    // Encoding makes a word longer.
    let may_be_encoded = || segment.len() > word.len() && segment.contains('%');
    segment == word
        || segment.eq_ignore_ascii_case(word)
        || may_be_encoded() && percent_decoded(segment).eq_ignore_ascii_case(word.as_bytes())
}

fn percent_decoded(segment: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let encoded = after.split_first_chunk::<2>().filter(|_| *byte == b'%');
        let encoded = encoded.and_then(|(digits, after)| {
            let digits = str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = encoded.unwrap_or((*byte, after));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

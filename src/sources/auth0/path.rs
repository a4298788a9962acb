//! Paths of Auth0's Management API.

use std::ops::Range;

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
    let mut segments = segments(path).skip_while(|segment| !names.contains(segment)).skip(1);
    let segment = segments.next()?;
    let start = segment.as_ptr().addr() - path.as_ptr().addr();
    Some(start..start + segment.len())
}

/// The segments of a path of the Management API; it may be written without `/api`, and with a query.
pub fn segments(path: &str) -> impl Iterator<Item = &str> + Clone {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = path.strip_prefix("/api").unwrap_or(path);
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Whether segments are those of a pattern, in which `{…}` stands for any segment.
pub fn fits(segments: &[&str], pattern: &[&str]) -> bool {
    let mut pairs = segments.iter().zip(pattern);
    segments.len() == pattern.len()
        && pairs.all(|(segment, expected)| expected.starts_with('{') || segment == expected)
}

//! Bytes as text in hexadecimal, and back.

/// The bytes that a text has in hexadecimal; `None` if it is something else.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| b'0' + half + if half > 9 { b'a' - b'9' - 1 } else { 0 };
    let mut digits = Vec::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| digits.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xF)]));
    String::from_utf8(digits).expect("digits are ASCII")
}

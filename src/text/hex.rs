//! Bytes as text in hexadecimal.

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| b'0' + half + if half > 9 { b'a' - b'9' - 1 } else { 0 };
    let mut digits = Vec::with_capacity(2 * bytes.len());
    bytes.iter().for_each(|byte| digits.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xF)]));
    String::from_utf8(digits).expect("digits are ASCII")
}

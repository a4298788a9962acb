//! What a terminal may be sent: nothing it obeys, and nothing that shows text as other than it is.
//! Shared with the fuzz target.

/// No control character but line ends, and none that turns text around or is not seen.
pub fn assert_harmless(text: &str) {
    let is_harmful = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if let Some(at) = text.find(is_harmful) {
        panic!("{:?} in {text:?}", text[at..].chars().next());
    }
}

//! Where a JSON text stands: what may come next, byte by byte, and whether what comes is a fault.
//!
//! Structure only: how strings, numbers and words are spelled is for whoever reads them. A fault is
//! mended in the likeliest way, so that the text can be followed to its end.

/// Where a JSON text stands.
#[derive(Default)]
pub struct Grammar {
    /// What is open, from the outside in: whether each is an object.
    open: Vec<bool>,
    /// What is open beyond [`MOST_OPEN`].
    beyond: u64,
    expected: Expected,
    text: Text,
}

/// Deeper, only the balance is kept: a reader refuses far less.
const MOST_OPEN: usize = 1 << 12;

/// What may come next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expected {
    #[default]
    Value,
    /// A value, or the end of the array.
    FirstValue,
    Key,
    /// A key, or the end of the object.
    FirstKey,
    Colon,
    /// A comma, or the end of what is open.
    Comma,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Text {
    #[default]
    None,
    String {
        is_key: bool,
    },
    /// In a string, after a backslash.
    Escape {
        is_key: bool,
    },
    /// A number, a word, or anything that is no text of JSON.
    Word,
}

/// What a byte did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It goes on.
    Fine,
    /// The value is complete.
    Complete,
    /// The byte cannot stand here.
    Fault,
    /// The same, and with it the value ends.
    BrokenEnd,
}

/// Whether the byte is white space to JSON.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The text without the white space it begins with.
pub fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|byte| is_space(**byte)).count()..]
}

impl Grammar {
    /// Whether a string is open.
    pub fn in_string(&self) -> bool {
        matches!(self.text, Text::String { .. } | Text::Escape { .. })
    }

    /// Whether a string is open and a backslash is not at work: only its end matters.
    #[inline]
    pub fn is_in_plain_text(&self) -> bool {
        matches!(self.text, Text::String { .. })
    }

    /// How many objects and arrays are open.
    pub fn depth(&self) -> u64 {
        self.open.len() as u64 + self.beyond
    }

    /// Whether an object or array may begin here.
    pub fn takes_value(&self) -> bool {
        self.beyond > 0 || matches!(self.expected, Expected::Value | Expected::FirstValue)
    }

    /// Whether a key, or a comma before one, has to come: something that begins an object here is not part
    /// of this one.
    pub fn wants_key(&self) -> bool {
        let after_value = self.expected == Expected::Comma && self.open.last() == Some(&true);
        after_value || matches!(self.expected, Expected::Key | Expected::FirstKey)
    }

    /// Takes the next byte.
    pub fn step(&mut self, byte: u8) -> Step {
        match self.text {
            Text::Escape { is_key } if byte != b'\n' => {
                self.text = Text::String { is_key };
                return Step::Fine;
            }
            Text::String { is_key } | Text::Escape { is_key } => return self.in_text(byte, is_key),
            Text::None | Text::Word => {}
        }
        let was_word = std::mem::take(&mut self.text) == Text::Word;
        match byte {
            _ if is_space(byte) => Step::Fine,
            b'"' => self.string(),
            b'{' | b'[' => self.begin(byte == b'{'),
            b'}' | b']' => self.end(byte == b'}'),
            b',' => self.comma(),
            b':' => {
                let is_fine = self.expected == Expected::Colon;
                self.expected = Expected::Value;
                self.fault_unless(is_fine)
            }
            _ => self.word(was_word),
        }
    }

    fn fault_unless(&self, is_fine: bool) -> Step {
        if is_fine || self.beyond > 0 { Step::Fine } else { Step::Fault }
    }

    #[inline]
    fn in_text(&mut self, byte: u8, is_key: bool) -> Step {
        match byte {
            b'\\' => {
                self.text = Text::Escape { is_key };
                return Step::Fine;
            }
            // No string goes on over a line end, so a lost quote costs one line only.
            b'"' | b'\n' => {}
            _ => return Step::Fine,
        }
        self.text = Text::None;
        self.expected = if is_key { Expected::Colon } else { Expected::Comma };
        match (byte, self.depth()) {
            (b'"', 0) => Step::Complete,
            (b'"', _) => Step::Fine,
            (_, 0) => Step::BrokenEnd,
            _ => Step::Fault,
        }
    }

    fn string(&mut self) -> Step {
        let after_value = self.expected == Expected::Comma;
        let is_key = matches!(self.expected, Expected::Key | Expected::FirstKey)
            || (after_value && self.open.last() == Some(&true));
        let is_fine = !after_value && self.expected != Expected::Colon;
        self.text = Text::String { is_key };
        self.fault_unless(is_fine)
    }

    fn begin(&mut self, is_object: bool) -> Step {
        let is_fine = self.takes_value();
        if self.open.len() < MOST_OPEN && self.beyond == 0 {
            self.open.push(is_object);
        } else {
            self.beyond += 1;
        }
        self.expected = if is_object { Expected::FirstKey } else { Expected::FirstValue };
        if is_fine { Step::Fine } else { Step::Fault }
    }

    fn end(&mut self, is_object: bool) -> Step {
        if self.beyond > 0 {
            self.beyond -= 1;
            self.expected = Expected::Comma;
            return Step::Fine;
        }
        let first = if is_object { Expected::FirstKey } else { Expected::FirstValue };
        let is_last = self.open.last() == Some(&is_object);
        let is_fine = is_last && (self.expected == first || self.expected == Expected::Comma);
        // What it ends may hold something that was not ended.
        let begun = self.open.iter().rposition(|kind| *kind == is_object);
        self.open.truncate(begun.unwrap_or(self.open.len().saturating_sub(1)));
        self.expected = Expected::Comma;
        match (is_fine, self.open.is_empty()) {
            (true, true) => Step::Complete,
            (true, false) => Step::Fine,
            (false, true) => Step::BrokenEnd,
            (false, false) => Step::Fault,
        }
    }

    fn comma(&mut self) -> Step {
        let is_fine = self.expected == Expected::Comma;
        let in_object = self.open.last() == Some(&true);
        self.expected = if in_object { Expected::Key } else { Expected::Value };
        self.fault_unless(is_fine)
    }

    fn word(&mut self, goes_on: bool) -> Step {
        self.text = Text::Word;
        if goes_on {
            return Step::Fine;
        }
        let is_fine = self.takes_value();
        let is_key = matches!(self.expected, Expected::Key | Expected::FirstKey);
        self.expected = if is_key { Expected::Colon } else { Expected::Comma };
        self.fault_unless(is_fine)
    }
}

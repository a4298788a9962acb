//! The grammar of JSON, byte by byte: what may come next, and whether what comes is a fault.
//!
//! Structure only: the reader checks how strings, numbers and words are spelled. After a fault the likeliest
//! structure is assumed, so that the text can be followed to its end.

/// Where in a JSON text a walk over its bytes is.
#[derive(Default)]
pub struct Grammar {
    /// The objects and arrays that are open, from the outside in.
    open: Vec<Container>,
    /// How many are open beyond [`MAX_OPEN`].
    beyond: u64,
    expected: Expected,
    text: Text,
}

/// What is nested deeper is only counted: the reader refuses far less.
const MAX_OPEN: usize = 1 << 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Container {
    Object,
    Array,
}

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
    String(Role),
    /// In a string, after a backslash.
    Escape(Role),
    /// A number, a word, or anything that is not JSON.
    Word,
}

/// What a string is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Value,
}

/// What follows from a byte.
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
        matches!(self.text, Text::String(_) | Text::Escape(_))
    }

    /// Whether the next byte is one of a string and not escaped.
    #[inline]
    pub fn is_in_plain_text(&self) -> bool {
        matches!(self.text, Text::String(_))
    }

    /// How many objects and arrays are open.
    pub fn depth(&self) -> u64 {
        self.open.len() as u64 + self.beyond
    }

    /// Whether an object or array may begin here.
    pub fn takes_value(&self) -> bool {
        self.beyond > 0 || matches!(self.expected, Expected::Value | Expected::FirstValue)
    }

    /// Whether a key, or a comma before one, has to come: an object that begins here is not part of the open one.
    pub fn wants_key(&self) -> bool {
        let is_after_value = self.expected == Expected::Comma && self.is_in_object();
        is_after_value || matches!(self.expected, Expected::Key | Expected::FirstKey)
    }

    fn is_in_object(&self) -> bool {
        self.open.last() == Some(&Container::Object)
    }

    /// Takes the next byte.
    pub fn step(&mut self, byte: u8) -> Step {
        match self.text {
            Text::Escape(role) if byte != b'\n' => {
                self.text = Text::String(role);
                return Step::Fine;
            }
            Text::String(role) | Text::Escape(role) => return self.in_text(byte, role),
            Text::None | Text::Word => {}
        }
        let was_word = std::mem::take(&mut self.text) == Text::Word;
        match byte {
            _ if is_space(byte) => Step::Fine,
            b'"' => self.string(),
            b'{' => self.begin(Container::Object, Expected::FirstKey),
            b'[' => self.begin(Container::Array, Expected::FirstValue),
            b'}' => self.end(Container::Object, Expected::FirstKey),
            b']' => self.end(Container::Array, Expected::FirstValue),
            b',' => self.comma(),
            b':' => {
                let expected = std::mem::replace(&mut self.expected, Expected::Value);
                if expected == Expected::Colon { Step::Fine } else { self.fault() }
            }
            _ if was_word => {
                self.text = Text::Word;
                Step::Fine
            }
            _ => self.word(),
        }
    }

    /// Where nesting is only counted, nothing is known to be a fault.
    fn fault(&self) -> Step {
        if self.beyond > 0 { Step::Fine } else { Step::Fault }
    }

    #[inline]
    fn in_text(&mut self, byte: u8, role: Role) -> Step {
        match byte {
            b'\\' => {
                self.text = Text::Escape(role);
                return Step::Fine;
            }
            // A string ends where its line does, so a lost quote costs one line only.
            b'"' | b'\n' => {}
            _ => return Step::Fine,
        }
        self.text = Text::None;
        self.expected = if role == Role::Key { Expected::Colon } else { Expected::Comma };
        match (byte, self.depth()) {
            (b'"', 0) => Step::Complete,
            (b'"', _) => Step::Fine,
            (_, 0) => Step::BrokenEnd,
            _ => Step::Fault,
        }
    }

    fn string(&mut self) -> Step {
        let is_fault = matches!(self.expected, Expected::Comma | Expected::Colon);
        self.text = Text::String(if self.wants_key() { Role::Key } else { Role::Value });
        if is_fault { self.fault() } else { Step::Fine }
    }

    fn begin(&mut self, container: Container, first: Expected) -> Step {
        let is_fine = self.takes_value();
        if self.open.len() < MAX_OPEN && self.beyond == 0 {
            self.open.push(container);
        } else {
            self.beyond += 1;
        }
        self.expected = first;
        if is_fine { Step::Fine } else { Step::Fault }
    }

    fn end(&mut self, container: Container, first: Expected) -> Step {
        if self.beyond > 0 {
            self.beyond -= 1;
            self.expected = Expected::Comma;
            return Step::Fine;
        }
        let is_last = self.open.last() == Some(&container);
        let is_fine = is_last && (self.expected == first || self.expected == Expected::Comma);
        // What it ends may hold something that was not ended.
        let begun = self.open.iter().rposition(|open| *open == container);
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
        let next = if self.is_in_object() { Expected::Key } else { Expected::Value };
        let expected = std::mem::replace(&mut self.expected, next);
        if expected == Expected::Comma { Step::Fine } else { self.fault() }
    }

    fn word(&mut self) -> Step {
        self.text = Text::Word;
        let is_fine = self.takes_value();
        let is_key = matches!(self.expected, Expected::Key | Expected::FirstKey);
        self.expected = if is_key { Expected::Colon } else { Expected::Comma };
        if is_fine { Step::Fine } else { self.fault() }
    }
}

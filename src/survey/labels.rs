//! Names of things that may be renamed: the latest one counts.

use crate::names::Id;
use crate::time::Timestamp;

/// The latest text for something that may change its name.
#[derive(Clone, Debug, Default)]
pub struct Label(Option<(Timestamp, Box<str>)>);

impl Label {
    /// The latest text; of two at the same time the greater one.
    pub fn get(&self) -> Option<&str> {
        self.0.as_ref().map(|(_, text)| &**text)
    }

    /// Takes in what something was called at a time.
    pub fn offer(&mut self, time: Timestamp, text: &str) {
        match &mut self.0 {
            Some((latest, known)) if (time, text) > (*latest, &**known) => {
                *latest = time;
                if **known != *text {
                    *known = text.into();
                }
            }
            Some(_) => {}
            None => self.0 = Some((time, text.into())),
        }
    }

    /// Takes in what another reader knows.
    pub fn merge(&mut self, other: Self) {
        if let Some((time, text)) = &other.0 {
            self.offer(*time, text);
        }
    }
}

/// The entry of that number, a new one if there was none.
pub fn label<T: Default>(labels: &mut Vec<T>, id: Id) -> &mut T {
    let at = id as usize;
    if at >= labels.len() {
        labels.resize_with(at + 1, T::default);
    }
    &mut labels[at]
}

//! Text: how it is cut, escaped, compared, hashed and laid out. Nothing here knows what a log is.

pub mod characters;
pub mod cut;
pub mod digits;
pub mod display;
pub mod edits;
pub mod escape;
pub mod hex;
pub mod keyed_hash;
pub mod plain;
pub mod plural;
pub mod position;
pub mod suggest;
pub mod width;

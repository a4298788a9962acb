//! A file that a result depends on besides the inputs, with its digest.

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::text::hex::hex;

/// A file that a result depends on besides the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedFile {
    /// Its name as it was given.
    pub path: String,
    /// SHA-256 of its bytes, unpacked, in hexadecimal.
    pub sha256: String,
}

impl HashedFile {
    /// The file with these bytes.
    pub fn of(path: &Path, bytes: &[u8]) -> Self {
        Self { path: path.display().to_string(), sha256: hex(&Sha256::digest(bytes)) }
    }
}

//! The documented events of every source. Shared with the fuzz targets.

use std::path::Path;
use std::sync::LazyLock;

use ssoaudit::sources;

/// The documented events of each source, in the order of the sources.
pub static DOCUMENTED: LazyLock<Vec<String>> = LazyLock::new(|| {
    // Fuzz targets are built in a folder of their own.
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|it| it.join("testdata/sources"));
    let folder = folders.into_iter().find(|folder| folder.is_dir()).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join(name).join("documented.ndjson"));
    sources::ALL.iter().map(|source| read(source.name).unwrap()).collect()
});

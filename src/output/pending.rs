//! Files that appear under their name when they are complete, and leave nothing behind if they never are.
//!
//! On Linux such a file has no name until then, so that it disappears with the process, however that ends. Elsewhere,
//! and on file systems without unnamed files, it has a temporary name that [`interrupt`] removes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::{NamedTempFile, TempPath};

use crate::output::interrupt;

/// What is written so far.
pub struct Pending {
    file: File,
    /// Its name, if it needs one already.
    name: Option<TempPath>,
}

impl Pending {
    /// An empty file in a folder.
    pub fn create_in(folder: &Path) -> io::Result<Self> {
        // If anything is wrong with the folder, the other way says what.
        match unnamed::create_in(folder) {
            Some(file) => Ok(Self { file, name: None }),
            None => Self::create_named_in(folder),
        }
    }

    fn create_named_in(folder: &Path) -> io::Result<Self> {
        let create = || new_file().tempfile_in(folder);
        let (file, name) = interrupt::create_tracked(create, NamedTempFile::path)?.into_parts();
        Ok(Self { file, name: Some(name) })
    }

    /// Makes the file appear under a name in its folder. It replaces what is there and takes its permissions.
    pub fn appear_as(self, path: &Path) -> io::Result<()> {
        if let Ok(metadata) = fs::metadata(path) {
            self.file.set_permissions(metadata.permissions())?;
        }
        let Self { mut file, name } = self;
        let name = match name {
            Some(name) => name,
            None => match unnamed::link(&file, path) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => link_beside(&mut file, path)?,
                Err(_) => copy_beside(&mut file, path)?,
            },
        };
        name.persist(path).map_err(|error| error.error)
    }
}

/// Gives an unnamed file a temporary name beside a path, under which it can take the place of what is there; if
/// that is impossible, copies it.
fn link_beside(file: &mut File, path: &Path) -> io::Result<TempPath> {
    let link = || new_file().make_in(folder_of(path), |name| unnamed::link(file, name));
    match interrupt::create_tracked(link, NamedTempFile::path) {
        Ok(link) => Ok(link.into_temp_path()),
        Err(_) => copy_beside(file, path),
    }
}

/// Copies an unnamed file that cannot have a name, such as without `/proc`, to one beside a path.
fn copy_beside(file: &mut File, path: &Path) -> io::Result<TempPath> {
    let mut copy = Pending::create_named_in(folder_of(path))?;
    io::Seek::rewind(file)?;
    io::copy(file, &mut copy.file)?;
    copy.file.set_permissions(file.metadata()?.permissions())?;
    copy.name.ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Temporary files are private; a result is as readable as any other new file.
fn new_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".ssoaudit-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, OFlags, linkat};

    /// A file in no folder, but on the file system of one; nothing where there cannot be any.
    pub fn create_in(folder: &Path) -> Option<File> {
        let flags = i32::try_from(OFlags::TMPFILE.bits()).ok()?;
        OpenOptions::new().read(true).write(true).mode(0o666).custom_flags(flags).open(folder).ok()
    }

    /// Gives it a name that nothing has.
    pub fn link(file: &File, path: &Path) -> io::Result<()> {
        let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
        Ok(linkat(CWD, itself, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub fn create_in(_: &Path) -> Option<File> {
        None
    }

    pub fn link(_: &File, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        entries.map(|name| name.into_string().unwrap()).collect()
    }

    /// Both kinds, and a copy of an unnamed one.
    #[test]
    fn every_kind_appears_whole_replaces_what_is_there_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        for create in [Pending::create_in, Pending::create_named_in] {
            for old in [None, Some("what was there, and longer")] {
                let _ = fs::remove_file(&path);
                old.map(|old| fs::write(&path, old)).transpose().unwrap();
                let mut pending = create(folder.path()).unwrap();
                pending.write_all(b"new").unwrap();
                assert_eq!(fs::read_to_string(&path).ok().as_deref(), old);
                pending.appear_as(&path).unwrap();
                assert_eq!(fs::read_to_string(&path).unwrap(), "new");
                assert_eq!(names(folder.path()), ["out"]);
            }
            let mut pending = create(folder.path()).unwrap();
            pending.write_all(b"incomplete").unwrap();
            drop(pending);
            assert_eq!(names(folder.path()), ["out"]);
        }
        let mut pending = Pending::create_in(folder.path()).unwrap();
        pending.write_all(b"copied").unwrap();
        copy_beside(&mut pending.file, &path).unwrap().persist(&path).unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(folder.path()).len()), ("copied", 1));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_what_is_there() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        for create in [Pending::create_in, Pending::create_named_in] {
            for mode in [0o600, 0o640, 0o664] {
                fs::write(&path, "old").unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
                create(folder.path()).unwrap().appear_as(&path).unwrap();
                assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode);
            }
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_has_no_name_before_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let mut pending = Pending::create_in(folder.path()).unwrap();
        pending.write_all(b"so far").unwrap();
        assert!(names(folder.path()).is_empty());
    }
}

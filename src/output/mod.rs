//! Where results go: standard output, or a file that appears when it is complete. Named pipes and devices, such as
//! `/dev/stderr`, are written at once.

pub mod interrupt;
pub mod pager;
pub mod pending;
pub mod sorted_rows;

use std::fs::{self, OpenOptions};
use std::io::{self, Stdout, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::input::history::History;
use crate::input::{Input, Place};
use crate::output::pager::{Pager, PagerCommand};
use crate::output::pending::{Pending, folder_of};

/// A destination of results.
pub enum Output {
    /// Standard output.
    Stdout(Stdout),
    /// A pager on the terminal that standard output is.
    Pager(Pager),
    /// A file that appears when it is complete.
    File {
        /// What is written so far.
        pending: Pending,
        /// Where it will appear.
        path: PathBuf,
    },
    /// A device or a named pipe, which a file must not replace.
    Device {
        /// The open device.
        device: fs::File,
        /// Its name.
        path: PathBuf,
    },
}

impl Output {
    /// Opens `path`, or standard output for none; refuses to write to one of the inputs.
    pub fn create(path: Option<&Path>, inputs: &[Input]) -> Result<Self> {
        let Some(path) = path.filter(|path| !is_stdout(path)) else {
            // `> file` has emptied the file by now, but `>> file` would feed on itself for ever.
            if let Some(input) = is_among(identity::of_stdout(), inputs) {
                bail!("standard output is the input {}; write to another file", input.name);
            }
            return Ok(Self::Stdout(io::stdout()));
        };
        if path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            bail!("{} is a directory; give the file to write", path.display());
        }
        if let Some(input) = is_among(identity::of(path), inputs) {
            bail!("{} is the input {}; write to another file", path.display(), input.name);
        }
        if is_stderr(path)
            && let Some(device) = identity::stderr()
        {
            return Ok(Self::Device { device, path: path.to_owned() });
        }
        let is_file = fs::metadata(path).map(|metadata| metadata.is_file());
        if is_stream(path) && is_file.as_ref().is_ok_and(|is_file| *is_file) {
            bail!("{} is a file that others may write to; give its name", path.display());
        }
        if is_stream(path) || is_file.is_ok_and(|is_file| !is_file) {
            let device = OpenOptions::new().append(true).open(path);
            let device = device.with_context(|| format!("opening {}", path.display()))?;
            return Ok(Self::Device { device, path: path.to_owned() });
        }
        let path = resolve_link(path)?;
        let folder = folder_of(&path);
        let pending = Pending::create_in(folder)
            .map_err(|error| anyhow!("creating a file in {}: {}", folder.display(), cause(&error)))?;
        Ok(Self::File { pending, path })
    }

    /// The same with a pager, if there is one and this is standard output.
    pub fn paged(self, command: Option<PagerCommand>) -> Self {
        match (self, command) {
            (Self::Stdout(_), Some(command)) => Self::Pager(Pager::new(command)),
            (output, _) => output,
        }
    }

    /// Opens a history, which may replace one of the inputs when it is complete if that is a history as well.
    pub fn history(path: &Path, inputs: &[Input]) -> Result<Self> {
        if is_stdout(path) {
            bail!("a history is a file; give it a name instead of {}", path.display());
        }
        let kept: Vec<_> =
            inputs.iter().filter(|input| !matches!(History::of(input), Ok(Some(_)))).cloned().collect();
        Self::create(Some(path), &kept)
    }

    /// An empty file without a name, on the same disk if this is a file.
    pub fn scratch(&self) -> Result<fs::File> {
        let folder = match self {
            Self::File { path, .. } => folder_of(path),
            _ => &std::env::temp_dir(),
        };
        tempfile::tempfile_in(folder).with_context(|| format!("creating a file in {}", folder.display()))
    }

    /// Its name for messages.
    pub fn name(&self) -> String {
        match self {
            Self::Stdout(_) | Self::Pager(_) => "standard output".to_owned(),
            Self::File { path, .. } | Self::Device { path, .. } => path.display().to_string(),
        }
    }

    /// Whether it is standard output.
    pub fn is_stdout(&self) -> bool {
        matches!(self, Self::Stdout(_) | Self::Pager(_))
    }

    /// The canonical path of the file or pipe that it writes, by which it is compared with others.
    pub fn target_path(&self) -> Option<PathBuf> {
        match self {
            Self::File { path, .. } => Some(fs::canonicalize(folder_of(path)).ok()?.join(path.file_name()?)),
            Self::Device { path, .. } if identity::is_pipe(path) => fs::canonicalize(path).ok(),
            _ => None,
        }
    }

    /// Writes all of it now, so that a reader at the other end of a pipe sees it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        match self {
            Self::Stdout(stdout) => {
                let mut stdout = stdout.lock();
                stdout.write_all(bytes).and_then(|()| stdout.flush()).context("writing standard output")
            }
            Self::Pager(pager) => pager.write_all(bytes).context("writing to the pager"),
            Self::File { pending, path } => {
                pending.write_all(bytes).with_context(|| format!("writing {}", path.display()))
            }
            Self::Device { device, path } => {
                device.write_all(bytes).with_context(|| format!("writing {}", path.display()))
            }
        }
    }

    /// Makes the file appear under its name; waits until a pager is quit.
    pub fn finish(self) -> Result<()> {
        let Self::File { pending, path } = self else {
            return Ok(());
        };
        pending.appear_as(&path).with_context(|| format!("writing {}", path.display()))
    }
}

/// Whether a name stands for standard output, as `-` does everywhere.
pub fn is_stdout(path: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1"].iter().any(|name| path == Path::new(name))
}

fn is_stderr(path: &Path) -> bool {
    ["/dev/stderr", "/dev/fd/2"].iter().any(|name| path == Path::new(name))
}

/// Whether a name stands for an open stream: if that is a file, others may write to it as well, and it must not be
/// replaced.
fn is_stream(path: &Path) -> bool {
    path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

/// The file that a link leads to: the link stays, and that file is replaced or created.
fn resolve_link(path: &Path) -> Result<PathBuf> {
    const MAX_LINKS: usize = 40;
    let mut file = path.to_owned();
    for _ in 0..MAX_LINKS {
        match file.read_link() {
            Ok(target) => file = folder_of(&file).join(target),
            Err(_) => return Ok(file),
        }
    }
    bail!("{} is a link that leads nowhere", path.display())
}

/// What went wrong, without the name of a temporary file.
fn cause(error: &io::Error) -> String {
    let message = error.to_string();
    message.split(" at path ").next().unwrap_or_default().to_owned()
}

/// Refuses outputs that would overwrite each other, or a file that is read besides the inputs: `read` has their paths
/// and what they are.
pub fn check_no_overwrite(outputs: &[Output], read: &[(Option<&Path>, &str)]) -> Result<()> {
    let read = read.iter().filter_map(|(path, what)| Some((fs::canonicalize((*path)?).ok()?, what)));
    let read: Vec<_> = read.collect();
    let files: Vec<_> = outputs.iter().filter_map(Output::target_path).collect();
    for (at, file) in files.iter().enumerate() {
        if files[..at].contains(file) {
            bail!("{} would be written twice; give every output a file of its own", file.display());
        }
        if let Some((_, what)) = read.iter().find(|(path, _)| path == file) {
            bail!("{} is {what}; write to another file", file.display());
        }
    }
    Ok(())
}

/// For writers of formats; [`Output::write`] says more about what went wrong.
impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::Pager(pager) => pager.write(bytes),
            Self::File { pending, .. } => pending.write(bytes),
            Self::Device { device, .. } => device.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::Pager(pager) => pager.flush(),
            Self::File { pending, .. } => pending.flush(),
            Self::Device { device, .. } => device.flush(),
        }
    }
}

/// Whether the error says that nobody reads the results any more.
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|io| io.kind() == io::ErrorKind::BrokenPipe)
}

fn is_among(file: Option<identity::Identity>, inputs: &[Input]) -> Option<&Input> {
    let file = file?;
    let is_same = |input: &&Input| match &input.place {
        Place::Stdin => identity::of_stdin().as_ref() == Some(&file),
        Place::File(path) => identity::of(path).as_ref() == Some(&file),
        Place::Followed(followed) => identity::of(&followed.path).as_ref() == Some(&file),
        Place::Unreadable(_) => false,
    };
    inputs.iter().find(is_same)
}

/// The identity of a regular file, whatever name it is reached by.
#[cfg(unix)]
mod identity {
    use std::fs::{self, File, Metadata};
    use std::io;
    use std::os::fd::AsFd;
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    use std::path::Path;

    /// Device and inode.
    pub type Identity = (u64, u64);

    pub fn of(path: &Path) -> Option<Identity> {
        of_regular(&fs::metadata(path).ok()?)
    }

    pub fn of_stdin() -> Option<Identity> {
        of_open(&io::stdin())
    }

    pub fn of_stdout() -> Option<Identity> {
        of_open(&io::stdout())
    }

    pub fn is_pipe(path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
    }

    /// Standard error, so that results written to it go where messages go.
    pub fn stderr() -> Option<File> {
        open(&io::stderr())
    }

    fn of_open(stream: &impl AsFd) -> Option<Identity> {
        of_regular(&open(stream)?.metadata().ok()?)
    }

    fn open(stream: &impl AsFd) -> Option<File> {
        Some(File::from(stream.as_fd().try_clone_to_owned().ok()?))
    }

    fn of_regular(metadata: &Metadata) -> Option<Identity> {
        metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
    }
}

#[cfg(not(unix))]
mod identity {
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The path without links.
    pub type Identity = PathBuf;

    pub fn of(path: &Path) -> Option<Identity> {
        fs::canonicalize(path).ok()
    }

    pub fn of_stdin() -> Option<Identity> {
        None
    }

    pub fn of_stdout() -> Option<Identity> {
        None
    }

    pub fn is_pipe(_: &Path) -> bool {
        false
    }

    pub fn stderr() -> Option<fs::File> {
        None
    }
}

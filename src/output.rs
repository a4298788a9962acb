//! Where results go: standard output, or a file that appears when it is complete.

use std::fs;
use std::io::{self, Stdout, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::{NamedTempFile, TempPath};

use crate::input::{Input, Place};

/// A destination of results.
pub enum Output {
    /// Standard output.
    Stdout(Stdout),
    /// A temporary file beside the file it becomes.
    File {
        /// What is written so far.
        temporary: NamedTempFile,
        /// What it becomes.
        path: PathBuf,
    },
}

impl Output {
    /// Opens `path`, or standard output; refuses to overwrite one of the inputs.
    pub fn create(path: Option<&Path>, inputs: &[Input]) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Stdout(io::stdout()));
        };
        if path.is_dir() {
            bail!("--output {} is a directory", path.display());
        }
        let target = fs::canonicalize(path).ok();
        let is_target = |input: &&Input| match &input.place {
            Place::File(file) => target.is_some() && fs::canonicalize(file).ok() == target,
            _ => false,
        };
        if let Some(input) = inputs.iter().find(is_target) {
            bail!("--output {} is the input {}", path.display(), input.name);
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new()
            .prefix(".ssoaudit-")
            .tempfile_in(folder)
            .with_context(|| format!("creating a file in {}", folder.display()))?;
        remove_when_interrupted(temporary.path());
        Ok(Self::File { temporary, path: path.to_owned() })
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
            Self::File { temporary, path } => {
                temporary.write_all(bytes).with_context(|| format!("writing {}", path.display()))
            }
        }
    }

    /// Makes the file appear under its name.
    pub fn finish(self) -> Result<()> {
        let Self::File { temporary, path } = self else {
            return Ok(());
        };
        let temporary: TempPath = temporary.into_temp_path();
        let permissions = fs::metadata(&path).map(|metadata| metadata.permissions()).ok();
        let permissions = permissions.or_else(usual_permissions);
        if let Some(permissions) = permissions {
            fs::set_permissions(&temporary, permissions)
                .with_context(|| format!("writing {}", path.display()))?;
        }
        temporary.persist(&path).with_context(|| format!("writing {}", path.display()))
    }
}

/// For writers of formats; [`Output::write`] says more about what went wrong.
impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(stdout) => stdout.write(bytes),
            Self::File { temporary, .. } => temporary.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.flush(),
            Self::File { temporary, .. } => temporary.flush(),
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

/// Temporary files are private; a result is as readable as any other new file.
#[cfg(unix)]
fn usual_permissions() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<fs::Permissions> {
    None
}

/// Lets a signal end the process as it would have, but without leaving the file behind.
#[cfg(unix)]
fn remove_when_interrupted(path: &Path) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let path = path.to_owned();
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let _ = fs::remove_file(&path);
            let _ = emulate_default_handler(signal);
        }
    });
}

#[cfg(not(unix))]
fn remove_when_interrupted(_: &Path) {}

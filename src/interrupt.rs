//! What a signal must not leave behind: files that are not complete yet.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn temporaries() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a file that is removed, if it is still there, when a signal ends the process.
pub fn removing<F>(create: impl FnOnce() -> io::Result<F>, path: impl Fn(&F) -> &Path) -> io::Result<F> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(listen);
    // A signal waits for the lock, so none finds a file that is not on the list yet.
    let mut temporaries = temporaries();
    let file = create()?;
    temporaries.push(path(&file).to_owned());
    Ok(file)
}

/// Lets a signal end the process as it would have, but not before all files are removed.
#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            // Held to the end, so that none is created any more.
            let temporaries = temporaries();
            for path in temporaries.iter() {
                let _ = std::fs::remove_file(path);
            }
            let _ = emulate_default_handler(signal);
        }
    });
}

#[cfg(not(unix))]
fn listen() {}

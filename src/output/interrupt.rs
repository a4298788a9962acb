//! Removes files that are not complete yet when a signal or a panic ends the process.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::time::Duration;

static TEMPORARIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn temporaries() -> MutexGuard<'static, Vec<PathBuf>> {
    TEMPORARIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a file that is removed, if it is still there, when a signal ends the process.
pub fn create_tracked<F>(
    create: impl FnOnce() -> io::Result<F>,
    path: impl Fn(&F) -> &Path,
) -> io::Result<F> {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(listen);
    // A signal waits for the lock, so none finds a file that is not on the list yet.
    let mut temporaries = temporaries();
    let file = create()?;
    temporaries.push(path(&file).to_owned());
    Ok(file)
}

/// Removes all of them, before the process ends on its own.
pub fn remove_all() {
    const TRIES: u32 = 100;
    for _ in 0..TRIES {
        match TEMPORARIES.try_lock() {
            Ok(temporaries) => return remove(&temporaries),
            Err(TryLockError::Poisoned(poisoned)) => return remove(&poisoned.into_inner()),
            // Some thread is creating one; if it is the one that panicked, it never releases the lock.
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn remove(temporaries: &[PathBuf]) {
    for path in temporaries {
        let _ = std::fs::remove_file(path);
    }
}

/// Lets a signal end the process as it would have, but not before all files are removed.
#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    use crate::output::pager;

    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if signal == SIGINT && pager::is_open() {
                continue;
            }
            // The lock is held to the end, so that no further file is created.
            let temporaries = temporaries();
            remove(&temporaries);
            let _ = emulate_default_handler(signal);
        }
    });
}

#[cfg(not(unix))]
fn listen() {}

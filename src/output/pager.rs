//! A pager that shows what would go to the terminal. The only program that is ever started, and only the one that the
//! user names, or `less`.
//!
//! It starts with the first bytes. While it has the terminal, nobody else writes to it: messages are held back, and
//! Ctrl-C is the pager's. A user who quits has seen enough, so that ends the run.

use std::io::{self, Write};
use std::mem;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

/// What starts a pager, and what happens when the user quits it early.
#[derive(Clone, Debug)]
pub struct PagerCommand {
    /// The program and its arguments.
    pub words: Vec<String>,
    /// What is done when it is quit before it was given everything.
    pub at_quit: AtQuit,
}

/// What is done when a pager is quit before it was given everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtQuit {
    /// The process ends.
    EndRun,
    /// The rest is not shown, and the run goes on to its verdict.
    GoOn,
}

/// A pager, once there is something to show.
pub struct Pager {
    command: PagerCommand,
    state: State,
}

enum State {
    NotStarted,
    Running {
        to_pager: ChildStdin,
        watcher: JoinHandle<()>,
    },
    /// There is none: this goes to the terminal.
    Failed,
}

impl Pager {
    /// A pager that starts with the first bytes.
    pub fn new(command: PagerCommand) -> Self {
        Self { command, state: State::NotStarted }
    }

    fn start(&self) -> io::Result<State> {
        let [program, arguments @ ..] = self.command.words.as_slice() else {
            return Ok(State::Failed);
        };
        let mut command = Command::new(program);
        if std::env::var_os("LESS").is_none() {
            command.env("LESS", "FRX");
        }
        let mut child = command.args(arguments).stdin(Stdio::piped()).spawn()?;
        let to_pager = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        hold_messages();
        interrupts::ignore();
        let at_quit = self.command.at_quit;
        Ok(State::Running { to_pager, watcher: thread::spawn(move || watch(child, at_quit)) })
    }
}

impl Write for Pager {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if matches!(self.state, State::NotStarted) && !bytes.is_empty() {
            // Whoever has no such program sees the results anyway.
            self.state = self.start().unwrap_or(State::Failed);
        }
        match &mut self.state {
            State::Running { to_pager, .. } => to_pager.write(bytes),
            _ => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Running { to_pager, .. } => to_pager.flush(),
            _ => io::stdout().flush(),
        }
    }
}

/// The end of what is shown: the terminal is the pager's until the user quits it.
impl Drop for Pager {
    fn drop(&mut self) {
        if let State::Running { to_pager, watcher } = mem::replace(&mut self.state, State::Failed) {
            lock().awaits_more = false;
            drop(to_pager);
            let _ = watcher.join();
        }
    }
}

/// What is known of the pager that has the terminal.
#[derive(Default)]
struct Screen {
    /// Messages for the time after it, if there is one.
    held: Option<Vec<String>>,
    /// It is still to be given something.
    awaits_more: bool,
}

static SCREEN: Mutex<Screen> = Mutex::new(Screen { held: None, awaits_more: false });

fn lock() -> MutexGuard<'static, Screen> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hold_messages() {
    *lock() = Screen { held: Some(Vec::new()), awaits_more: true };
}

/// Whether a pager has the terminal.
pub fn is_open() -> bool {
    lock().held.is_some()
}

/// Writes a text to standard error, or after the pager if there is one.
pub fn write_message(text: &str) {
    match &mut lock().held {
        Some(held) => held.push(text.to_owned()),
        // If standard error is closed, there is nowhere to report it.
        None => drop(io::stderr().write_all(text.as_bytes())),
    }
}

/// Writes the messages that were held back, and holds back no more. Returns whether the pager was still to be given
/// something.
pub fn release_messages() -> bool {
    let Screen { held, awaits_more } = mem::take(&mut *lock());
    held.iter().flatten().for_each(|text| write_message(text));
    awaits_more
}

static END: OnceLock<fn()> = OnceLock::new();

/// Sets how the process ends when a pager is quit before it was given everything.
pub fn end_with(end: fn()) {
    let _ = END.set(end);
}

/// Waits until the user quits the pager.
fn watch(mut child: Child, at_quit: AtQuit) {
    let _ = child.wait();
    let awaits_more = release_messages();
    interrupts::obey();
    if let (true, AtQuit::EndRun, Some(end)) = (awaits_more, at_quit, END.get()) {
        end();
    }
}

#[cfg(unix)]
mod interrupts {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, OnceLock};

    use signal_hook::consts::SIGINT;
    use signal_hook::flag::register_conditional_default;

    static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();

    /// Leaves Ctrl-C to the pager.
    pub fn ignore() {
        let ends = ENDS.get_or_init(Arc::default);
        ends.store(false, Ordering::SeqCst);
        let _ = register_conditional_default(SIGINT, Arc::clone(ends));
    }

    /// Lets Ctrl-C end the process as it does without a pager.
    pub fn obey() {
        if let Some(ends) = ENDS.get() {
            ends.store(true, Ordering::SeqCst);
        }
    }
}

#[cfg(not(unix))]
mod interrupts {
    pub fn ignore() {}

    pub fn obey() {}
}

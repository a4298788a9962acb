//! Whether what is read has more at the moment, so that what has arrived is not held back for it.

use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::time::Duration;

/// What is read, and may arrive bit by bit.
pub trait Stream: Read + Send {
    /// Whether more can be read within this time, if only the end; `None` where nobody can tell.
    fn has_more_within(&self, _time: Duration) -> Option<bool> {
        None
    }
}

impl<R: Stream + ?Sized> Stream for Box<R> {
    fn has_more_within(&self, time: Duration) -> Option<bool> {
        R::has_more_within(self, time)
    }
}

impl<R: Stream> Stream for Chain<Cursor<Vec<u8>>, R> {
    fn has_more_within(&self, time: Duration) -> Option<bool> {
        let (first, rest) = self.get_ref();
        if first.position() < first.get_ref().len() as u64 { Some(true) } else { rest.has_more_within(time) }
    }
}

impl Stream for File {
    fn has_more_within(&self, time: Duration) -> Option<bool> {
        can_be_read_within(self, time)
    }
}

/// Asks the system about a pipe, a socket or a terminal; a file never waits.
#[cfg(unix)]
fn can_be_read_within(file: &File, time: Duration) -> Option<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let mut files = [PollFd::new(file, PollFlags::IN)];
    let ready = poll(&mut files, Some(&Timespec::try_from(time).ok()?)).ok()?;
    let [file] = files;
    // Some systems cannot tell of a terminal.
    (!file.revents().contains(PollFlags::NVAL)).then_some(ready > 0)
}

#[cfg(not(unix))]
fn can_be_read_within(_: &File, _: Duration) -> Option<bool> {
    None
}

/// Standard input, without a buffer that would hide from the system what has arrived.
#[cfg(unix)]
pub fn stdin() -> io::Result<Box<dyn Stream>> {
    use std::os::fd::AsFd;

    Ok(Box::new(File::from(io::stdin().as_fd().try_clone_to_owned()?)))
}

/// Standard input.
#[cfg(not(unix))]
pub fn stdin() -> io::Result<Box<dyn Stream>> {
    impl Stream for io::Stdin {}
    Ok(Box::new(io::stdin()))
}

//! Where a verdict goes: formats, each with its file, and the page of a job.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::formats::verdict::github::MAX_SUMMARY_BYTES;
use crate::formats::verdict::{VERDICT_FORMATS, VerdictFormat};
use crate::input::{Input, Place};
use crate::output::{Output, is_closed_pipe, is_stdout};
use crate::text::suggest;

/// The format that has a page besides.
pub const GITHUB: &str = "github";

/// A format and where it goes; nothing is standard output.
pub type Target<'a> = (&'static VerdictFormat, Option<&'a Path>);

/// What was asked for as `FORMAT` and `FORMAT=FILE`, a table if nothing.
pub fn targets(formats: &[String]) -> Result<Vec<Target<'_>>> {
    let given = formats.iter().map(String::as_str);
    let given: Vec<_> = if formats.is_empty() { vec!["table"] } else { given.collect() };
    let mut targets: Vec<Target<'_>> = Vec::new();
    for text in given {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => bail!("--format {text}: there is no file after `=`"),
            Some((name, file)) => (name, Some(Path::new(file)).filter(|file| !is_stdout(file))),
            None => (text, None),
        };
        let Some(format) = VERDICT_FORMATS.iter().find(|format| format.name == name) else {
            bail!(suggest::unknown("format", name, VERDICT_FORMATS.iter().map(|format| format.name)));
        };
        targets.push((format, file));
    }
    // Files first: what is on the screen last is the verdict.
    targets.sort_by_key(|(_, file)| file.is_none());
    Ok(targets)
}

/// What became of the outputs: when one cannot be written, the others are.
pub struct WriteErrors {
    failed: Option<anyhow::Error>,
    terminal: Terminal,
}

impl WriteErrors {
    /// Nothing yet.
    pub fn new(terminal: Terminal) -> Self {
        Self { failed: None, terminal }
    }

    /// Takes in what became of one.
    pub fn add(&mut self, written: Result<()>) {
        match written {
            Err(error) if self.failed.is_some() => {
                messages::error(&format!("{error:#}"), self.terminal.message_style());
            }
            Err(error) => self.failed = Some(error),
            Ok(()) => {}
        }
    }

    /// Tells the first failure as well, if any.
    pub fn resolve(self) {
        if let Some(error) = self.failed {
            messages::error(&format!("{error:#}"), self.terminal.message_style());
        }
    }

    /// The first failure, if any; others were told.
    pub fn finish(self) -> Result<()> {
        self.failed.map_or(Ok(()), Err)
    }
}

/// Formats may have as much to say as there is in the input. A reader that closes the pipe must not
/// turn a violation into a success.
pub fn stream(mut output: Output, print: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let name = output.name();
    let mut buffered = BufWriter::with_capacity(1 << 16, &mut output);
    let written = print(&mut buffered).and_then(|()| buffered.flush());
    drop(buffered);
    match written.with_context(|| format!("writing {name}")).and_then(|()| output.finish()) {
        Err(error) if is_closed_pipe(&error) => Ok(()),
        written => written,
    }
}

/// The page of a GitHub Actions job's step, if there is one.
pub fn step_summary_file() -> Option<PathBuf> {
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Nothing may be added to the page, as it is something else.
#[derive(Debug)]
pub struct NoPage(String);

impl Display for NoPage {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for NoPage {}

/// Refuses to add the page to what is read, as a [`NoPage`].
pub fn refuse_appending(page: &Path, inputs: &[Input], read: &[(Option<&Path>, &str)]) -> Result<()> {
    let Ok(page) = fs::canonicalize(page) else {
        return Ok(());
    };
    let inputs = inputs.iter().filter_map(|input| match &input.place {
        Place::File(path) => Some((path.as_path(), "an input")),
        _ => None,
    });
    let read = read.iter().filter_map(|(path, what)| Some(((*path)?, *what)));
    for (path, what) in inputs.chain(read) {
        if fs::canonicalize(path).is_ok_and(|path| path == page) {
            return Err(NoPage(format!("$GITHUB_STEP_SUMMARY is {}, {what}", page.display())).into());
        }
    }
    Ok(())
}

/// Shows a page, which is made for so many bytes, on that of a GitHub Actions job's step.
pub fn append_step_summary(page: impl FnOnce(usize) -> String) -> Result<()> {
    let Some(path) = step_summary_file() else {
        return Ok(());
    };
    let append = || -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        // What is there already counts, and may end in the middle of a line.
        let before = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let gap = if before > 0 { "\n\n" } else { "" };
        let room = MAX_SUMMARY_BYTES.saturating_sub(before.saturating_add(gap.len()));
        file.write_all(format!("{gap}{}", page(room)).as_bytes())
    };
    append().with_context(|| format!("appending to {}", path.display()))
}

//! The outputs of a verdict: formats, each with its file, and the page of a GitHub Actions step.

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

/// The format that also writes a step summary.
pub const GITHUB: &str = "github";

/// A format and its file; `None` is standard output.
pub type Target<'a> = (&'static VerdictFormat, Option<&'a Path>);

/// Parses `FORMAT` and `FORMAT=FILE`; the default is a table.
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
    // Files come first, so that the verdict is printed last.
    targets.sort_by_key(|(_, file)| file.is_none());
    Ok(targets)
}

/// Collects write errors, so that if one output cannot be written, the others still are.
pub struct WriteErrors {
    failed: Option<anyhow::Error>,
    terminal: Terminal,
}

impl WriteErrors {
    /// No errors yet.
    pub fn new(terminal: Terminal) -> Self {
        Self { failed: None, terminal }
    }

    /// Adds the result of one output. The first error is kept, and later ones are printed.
    pub fn add(&mut self, written: Result<()>) {
        match written {
            Err(error) if self.failed.is_some() => {
                messages::error(&format!("{error:#}"), self.terminal.message_style());
            }
            Err(error) => self.failed = Some(error),
            Ok(()) => {}
        }
    }

    /// Prints the first error, if there is one.
    pub fn print(self) {
        if let Some(error) = self.failed {
            messages::error(&format!("{error:#}"), self.terminal.message_style());
        }
    }

    /// Fails with the first error, if there is one.
    pub fn finish(self) -> Result<()> {
        self.failed.map_or(Ok(()), Err)
    }
}

/// Streams output, which may be as large as the input. If the reader closes the pipe, that must not turn a violation
/// into a success, so the rest is dropped.
pub fn stream(
    mut output: Output,
    print: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<()> {
    let name = output.name();
    let mut buffered = BufWriter::with_capacity(1 << 16, &mut output);
    let written = print(&mut buffered).and_then(|()| buffered.flush());
    drop(buffered);
    match written.with_context(|| format!("writing {name}")).and_then(|()| output.finish()) {
        Err(error) if is_closed_pipe(&error) => Ok(()),
        written => written,
    }
}

/// The step summary file of GitHub Actions, if there is one.
pub fn step_summary_file() -> Option<PathBuf> {
    std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The step summary must not be written, as its file is one that is read.
#[derive(Debug)]
pub struct SummaryRefused(String);

impl Display for SummaryRefused {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for SummaryRefused {}

/// Fails with [`SummaryRefused`] if the step summary would be appended to a file that is read.
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
            return Err(SummaryRefused(format!("$GITHUB_STEP_SUMMARY is {}, {what}", page.display())).into());
        }
    }
    Ok(())
}

/// Appends a page to the step summary of GitHub Actions. The page is made for a number of bytes that still fit.
pub fn append_step_summary(page: impl FnOnce(usize) -> String) -> Result<()> {
    let Some(path) = step_summary_file() else {
        return Ok(());
    };
    let append = || -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        // Existing content counts towards the limit, and may end in the middle of a line.
        let before = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let gap = if before > 0 { "\n\n" } else { "" };
        let room = MAX_SUMMARY_BYTES.saturating_sub(before.saturating_add(gap.len()));
        file.write_all(format!("{gap}{}", page(room)).as_bytes())
    };
    append().with_context(|| format!("appending to {}", path.display()))
}

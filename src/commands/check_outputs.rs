//! Where a verdict goes: formats, each with its file, and the page of a job.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::formats::verdict::{VERDICT_FORMATS, VerdictFormat};
use crate::messages;
use crate::nearest::nearest;
use crate::output::{Output, is_closed_pipe, is_stdout};
use crate::terminal::Terminal;

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
        let names = || VERDICT_FORMATS.iter().map(|format| format.name);
        let Some(format) = VERDICT_FORMATS.iter().find(|format| format.name == name) else {
            match nearest(name, names()) {
                Some(near) => bail!("no format `{name}`; did you mean `{near}`?"),
                None => bail!("no format `{name}`; there are {}", names().collect::<Vec<_>>().join(", ")),
            }
        };
        targets.push((format, file));
    }
    // Files first: what is on the screen last is the verdict.
    targets.sort_by_key(|(_, file)| file.is_none());
    Ok(targets)
}

/// What became of the outputs: when one cannot be written, the others are.
pub struct Written {
    failed: Option<anyhow::Error>,
    terminal: Terminal,
}

impl Written {
    /// Nothing yet.
    pub fn new(terminal: Terminal) -> Self {
        Self { failed: None, terminal }
    }

    /// Takes in what became of one.
    pub fn add(&mut self, written: Result<()>) {
        match written {
            Err(error) if self.failed.is_some() => {
                messages::error(&format!("{error:#}"), self.terminal.colors_stderr());
            }
            Err(error) => self.failed = Some(error),
            Ok(()) => {}
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

/// Shows the page on that of a GitHub Actions job.
pub fn append_step_summary(page: &str) -> Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let append = || -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        // What is there already may end in the middle of a line.
        let gap = if file.metadata()?.len() > 0 { "\n\n" } else { "" };
        file.write_all(format!("{gap}{page}").as_bytes())
    };
    append().with_context(|| format!("appending to {}", Path::new(&path).display()))
}

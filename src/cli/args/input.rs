//! Arguments that say what to read, the same for every command.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::messages;
use crate::cli::terminal::Terminal;
use crate::input::{self, Input, PassedOver, Place};
use crate::model::attribute::{ATTRIBUTES, Attribute};
use crate::model::diagnostic::Level;
use crate::reader::table::Mapping;
use crate::reader::{Digests, Parts, Reading};
use crate::scan::{HistoryForm, Settings};
use crate::sources;
use crate::text::suggest;

/// What to read, the same for every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct InputArgs {
    /// Files, directories to walk, or `-` for standard input (the default)
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Source of the events; `auto` recognizes it line by line
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = source_names())]
    pub source: String,
    /// Map a column of CSV to an attribute of the normalized event, such as time, action or actor.email
    #[arg(long, value_name = "COLUMN=ATTRIBUTE", value_parser = mapping)]
    pub map: Vec<Mapping>,
    /// Refuse lines longer than this; 16777216 is 16 MiB
    #[arg(long, value_name = "N", default_value_t = MAX_LINE_BYTES, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_line_bytes: u32,
    /// Number of parsing threads [default: SSOAUDIT_THREADS, or else one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub threads: Option<u16>,
    /// Bytes that are read at once; nothing that is printed depends on it
    #[arg(long, value_name = "N", default_value_t = BLOCK_BYTES, hide = true, value_parser = clap::value_parser!(u32).range(1..=MAX_BLOCK_BYTES))]
    pub block_bytes: u32,
    /// Exit with 1 when a line is invalid
    #[arg(long)]
    pub strict: bool,
}

const MAX_LINE_BYTES: u32 = 16 << 20;
/// The default block size in bytes: large enough for a small overhead, and small enough for caches.
const BLOCK_BYTES: u32 = 1 << 19;
/// The maximum block size. It is limited because every thread holds a block.
const MAX_BLOCK_BYTES: i64 = 1 << 30;

impl InputArgs {
    /// The inputs. Skipped files of directories are reported on standard error.
    pub fn inputs(&self, terminal: Terminal) -> Result<Vec<Input>> {
        let (inputs, passed_over) = self.collect(terminal)?;
        for others in passed_over {
            let print = if others.may_hold_events { messages::warning } else { messages::note };
            print(&others.message(), terminal.message_style());
        }
        Ok(inputs)
    }

    /// The inputs, and the skipped files of directories. Does not read from a terminal unless `-` is given, as users
    /// would not know that they have to type.
    pub fn collect(&self, terminal: Terminal) -> Result<(Vec<Input>, Vec<PassedOver>)> {
        self.check_mappings()?;
        if self.paths.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
            bail!("`-` is named twice, but standard input can be read once only");
        }
        if !self.paths.is_empty() {
            return Ok(input::collect(&self.paths));
        }
        if terminal.stdin {
            bail!("nothing to read; name a file or directory, or pipe events in (`-` reads the terminal)");
        }
        Ok((vec![Input { name: "<stdin>".to_owned(), place: Place::Stdin }], Vec::new()))
    }

    /// Refuses columns and attributes that are mapped twice.
    pub fn check_mappings(&self) -> Result<()> {
        for (index, mapping) in self.map.iter().enumerate() {
            let before = &self.map[..index];
            if before.iter().any(|other| other.column == mapping.column) {
                bail!("--map names the column `{}` twice", mapping.column);
            }
            if before.iter().any(|other| other.attribute == mapping.attribute) {
                bail!("--map gives two columns for `{}`", name_of(mapping.attribute));
            }
        }
        Ok(())
    }

    /// The settings of a scan without notices.
    pub fn settings(&self) -> Settings {
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Settings {
            threads: self.threads.map_or_else(processors, usize::from),
            block_bytes: self.block_bytes as usize,
            reading: Reading {
                source: sources::ALL.iter().copied().find(|source| source.name == self.source),
                least: Level::Warning,
                max_line_bytes: self.max_line_bytes as usize,
                parts: Parts::ALL,
                digests: Digests::Unwanted,
                // Threads that read may outlive the command.
                mappings: Vec::leak(self.map.clone()),
            },
            histories: HistoryForm::Lines,
        }
    }

    /// The given flags that change how lines are read.
    pub fn reading(&self) -> Vec<String> {
        let source = (self.source != "auto").then(|| format!("--source {}", self.source));
        let is_other = self.max_line_bytes != MAX_LINE_BYTES;
        let most = is_other.then(|| format!("--max-line-bytes {}", self.max_line_bytes));
        let maps = self.map.iter().map(|it| format!("--map {}={}", it.column, name_of(it.attribute)));
        source.into_iter().chain(maps).chain(most).collect()
    }
}

/// What `--map` says of a column. The name of a column may have an equals sign.
fn mapping(text: &str) -> Result<Mapping, String> {
    let Some((column, name)) = text.rsplit_once('=').filter(|(column, _)| !column.trim().is_empty()) else {
        return Err("give the column and the attribute, such as `Event Name=action`".to_owned());
    };
    let info = ATTRIBUTES.iter().find(|info| info.name == name.trim());
    let names = ATTRIBUTES.iter().map(|info| info.name);
    let info = info.ok_or_else(|| suggest::unknown("attribute", name, names))?;
    Ok(Mapping { column: column.trim().to_owned(), attribute: info.attribute })
}

fn name_of(attribute: Attribute) -> &'static str {
    ATTRIBUTES[attribute as usize].name
}

fn source_names() -> PossibleValuesParser {
    let names = sources::ALL.iter().map(|source| source.name);
    PossibleValuesParser::new(std::iter::once("auto").chain(names))
}

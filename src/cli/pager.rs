//! Which pager shows tables in a terminal: that of `SSOAUDIT_PAGER` or `PAGER`, or else `less`.

use std::env;

use anyhow::{Result, anyhow};

use crate::cli::terminal::Terminal;
use crate::output::pager::{AtQuit, PagerCommand};

/// The formats that are for people to read, and may be long.
const PAGED: &[&str] = &["table", "text"];

/// The variables that name a pager, the one that counts first.
const VARIABLES: &[&str] = &["SSOAUDIT_PAGER", "PAGER"];

/// The pager for a format, if it is printed to a terminal that has one. An empty value and `cat` stand for none.
pub fn command(format: &str, terminal: Terminal, at_quit: AtQuit) -> Result<Option<PagerCommand>> {
    if !terminal.stdout || !PAGED.contains(&format) || env::var_os("TERM").is_some_and(|term| term == "dumb")
    {
        return Ok(None);
    }
    let named = VARIABLES.iter().find_map(|name| Some((*name, env::var_os(name)?)));
    let words = match named {
        None => vec!["less".to_owned(), "-FRX".to_owned()],
        Some((name, value)) => {
            let words = value.to_str().and_then(shlex::split);
            words.ok_or_else(|| {
                anyhow!("{name} is not a command: a quote is not closed, or it is not UTF-8")
            })?
        }
    };
    let is_none = words.is_empty() || words == ["cat"];
    Ok((!is_none).then_some(PagerCommand { words, at_quit }))
}

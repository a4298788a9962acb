//! The binary: parses the command line, runs the command, prints the error, chooses the exit code.

#![forbid(unsafe_code)]

use std::io::ErrorKind;
use std::process::ExitCode;

use ssoaudit::cli::ExitStatus;
use ssoaudit::cli::environment;
use ssoaudit::cli::messages;
use ssoaudit::cli::panics;
use ssoaudit::cli::terminal::{MessageStyle, Terminal, locale_charset};
use ssoaudit::model::expression::InvalidExpression;
use ssoaudit::output::{interrupt, is_closed_pipe, pager};
use ssoaudit::policy::InvalidFile;

fn main() -> ExitCode {
    panics::end_with(|| std::process::exit(2));
    pager::end_with(|| {
        interrupt::remove_all();
        std::process::exit(0);
    });
    let terminal = Terminal::detect();
    let typed: Vec<_> = std::env::args_os().collect();
    let cli = match environment::parse(&typed, terminal) {
        Ok(cli) => cli,
        Err(told) => return print(&told),
    };
    match cli.command.run(terminal) {
        Ok(ExitStatus::Done) => ExitCode::SUCCESS,
        Ok(ExitStatus::Findings) => ExitCode::from(1),
        Ok(ExitStatus::Unreadable) => ExitCode::from(2),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let problems = error.downcast_ref::<InvalidFile>().map(|refused| refused.0.clone());
            for problem in problems.unwrap_or_else(|| vec![format!("{error:#}")]) {
                messages::error(&problem, terminal.message_style());
            }
            if let Some(invalid) = error.downcast_ref::<InvalidExpression>() {
                messages::plain(&invalid.excerpt(locale_charset()));
            }
            ExitCode::from(2)
        }
    }
}

/// Prints help, the version, or what is wrong with the command line.
fn print(told: &clap::Error) -> ExitCode {
    match told.print() {
        // A closed pipe is no reason to complain about help that nobody reads.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            messages::error(&format!("writing help: {error}"), MessageStyle::Plain);
            ExitCode::from(2)
        }
        _ => ExitCode::from(if told.use_stderr() { 2 } else { 0 }),
    }
}

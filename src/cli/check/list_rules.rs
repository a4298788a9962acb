//! `check --list-rules` and `check --explain`: lists and explains rules.

use anyhow::{Result, bail};

use crate::cli::ExitStatus;
use crate::output::Output;
use crate::rules::{Activation, Controls, Param, ParamKind, Rule, wording};
use crate::text::display::wrapped;
use crate::text::suggest;

/// Explains a rule, or lists all of them.
pub fn print(id: Option<&str>, catalog: &[&Rule], mut output: Output) -> Result<ExitStatus> {
    let text = id.map_or_else(|| Ok(list(catalog)), |id| explain(id, catalog))?;
    output.write(text.as_bytes())?;
    output.finish().map(|()| ExitStatus::Done)
}

/// Lists the rules, the worst first.
fn list(catalog: &[&Rule]) -> String {
    let width = catalog.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let line = |check: &&Rule| {
        let Rule { id, about, severity, activation, .. } = check;
        let on = match activation {
            Activation::On => String::new(),
            Activation::Off => " (off unless the policy enables it)".to_owned(),
            Activation::When(prerequisite) => {
                format!(" (on when the policy {})", prerequisite.condition())
            }
        };
        format!("{id:<width$}  {:<8}  {about}{on}\n", severity.name())
    };
    catalog.iter().map(line).collect()
}

/// Explains a rule.
fn explain(id: &str, catalog: &[&Rule]) -> Result<String> {
    let Some(check) = catalog.iter().find(|check| check.id == id) else {
        let ids = catalog.iter().map(|check| check.id);
        bail!(suggest::unknown_or("rule", id, ids, "`ssoaudit check --list-rules` lists them"));
    };
    let Rule { about, severity, plan_coverage, params, .. } = check;
    let mut text = format!("{id} ({})\n{about}\n", severity.name());
    for (title, part) in check.parts("How to fix it") {
        text.push_str(&format!("\n{title}\n{}", indented(part)));
    }
    if let Some(note) = plan_coverage.note() {
        text.push_str(&format!("\nPlanned changes\n{}", indented(note)));
    }
    if !params.is_empty() {
        text.push_str("\nSettings\n");
    }
    for param in *params {
        let Param { key, kind, about } = *param;
        let is_age = matches!(kind, ParamKind::Age(_) | ParamKind::OptionalAge(_));
        let end = if is_age { "; exactly that long is within" } else { "" };
        text.push_str(&indented(&format!("{key}{}: {about}{end}", written(kind))));
    }
    if check.custom.is_none() {
        text.push_str("\nEvidence for\n");
    }
    let Controls { soc2, iso27001, nist } = check.controls;
    let standards = [("SOC 2", soc2), ("ISO/IEC 27001:2022", iso27001), ("NIST SP 800-53 r5", nist)];
    for (standard, ids) in standards.into_iter().filter(|(_, ids)| !ids.is_empty()) {
        text.push_str(&format!("  {standard}: {}\n", ids.join(", ")));
    }
    Ok(text)
}

/// The default of a setting as written in a policy, if it has one.
fn written(kind: ParamKind) -> String {
    match kind {
        ParamKind::Count(count) => format!(" = {count}"),
        ParamKind::Age(seconds) => format!(" = \"{}\"", wording::policy_duration(seconds)),
        ParamKind::OptionalAge(_) => " (no limit unless set)".to_owned(),
        ParamKind::Terms(_) => " = []".to_owned(),
    }
}

/// Wraps a text to 79 columns, including an indent of two.
fn indented(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    wrapped(&text, 77).iter().map(|line| format!("  {line}\n")).collect()
}

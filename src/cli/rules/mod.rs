//! `ssoaudit rules`: what authors of custom rules need.

mod examples;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::cli::ExitStatus;
use crate::cli::args::HELP;
use crate::cli::policy::{policy, rule_files};
use crate::cli::rules::examples::{Examples, Failure};
use crate::model::time::Timestamp;
use crate::output::Output;
use crate::policy::{InvalidFile, Policy};
use crate::rules;
use crate::sigma;
use crate::text::display::{Charset, escape_own};
use crate::text::plural::counted;

/// Arguments of `rules`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit rules test rules/           run the examples beside the rules of a folder
")]
pub struct RulesCommand {
    #[command(subcommand)]
    command: RulesSubcommand,
}

/// The subcommands of `rules`.
#[derive(Debug, Subcommand)]
enum RulesSubcommand {
    /// Run the examples beside custom rules
    Test(Test),
}

/// Arguments of `rules test`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit rules test                  the custom rules that ssoaudit.toml names
  ssoaudit rules test rules/           those in a folder
  ssoaudit rules test 'rules/*.yml'
")]
#[command(after_help = "\
Beside NAME.yml, every event of NAME.fires.ndjson has to be found, and none of NAME.quiet.ndjson. A correlation has to \
find something in each NAME.fires.ndjson. There can be more of either, such as NAME.fires-api.ndjson.

Exit status: 0 all examples pass, 1 one fails, 2 a rule is broken.")]
struct Test {
    /// Files, folders or patterns [default: those of the policy]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The policy [default: ssoaudit.toml here or in a folder above]
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    policy: Option<PathBuf>,
}

impl RulesCommand {
    /// Runs the command.
    pub fn run(&self) -> Result<ExitStatus> {
        match &self.command {
            RulesSubcommand::Test(test) => test.run(),
        }
    }
}

impl Test {
    fn run(&self) -> Result<ExitStatus> {
        let policy = self.policy()?;
        let mut lines = Vec::new();
        let (mut failed, mut without) = (0, 0);
        let mut files: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for rule in &policy.catalog {
            files.entry(rule.custom.map_or("", |custom| &custom.file)).or_default().push(rule.id);
        }
        for (file, ids) in &files {
            let examples = Examples::of(file)?;
            if examples.is_empty() {
                without += 1;
                lines.push(format!(
                    "none  {file} ({}): no NAME.fires.ndjson or NAME.quiet.ndjson",
                    ids.join(", ")
                ));
                continue;
            }
            let failures = examples.failures(file, &policy)?;
            match &failures[..] {
                [] => lines.push(format!("pass  {file} ({}): {}", ids.join(", "), examples.described())),
                _ => {
                    failed += 1;
                    lines.extend(
                        failures.iter().map(|Failure { place, why }| format!("FAIL  {place}: {why}")),
                    );
                }
            }
        }
        let passed = files.len() - failed - without;
        let files = counted(files.len() as u64, "file");
        lines.push(format!("{files} of rules: {passed} passed, {failed} failed, {without} without examples"));
        let text: String =
            lines.iter().map(|line| format!("{}\n", escape_own(line, Charset::Unicode))).collect();
        Output::create(None, &[])?.write(text.as_bytes())?;
        Ok(if failed > 0 { ExitStatus::Findings } else { ExitStatus::Done })
    }

    /// The policy with all custom rules, and no others, turned on.
    fn policy(&self) -> Result<Policy> {
        let custom = if self.paths.is_empty() {
            policy(self.policy.as_deref(), &[], Timestamp::MIN)?.custom
        } else {
            sigma::load(&rule_files(&self.paths)?, rules::ALL).map_err(InvalidFile)?
        };
        if custom.rules.is_empty() {
            bail!("there is no custom rule to test; name files of rules, or give `rule-files` in the policy");
        }
        let mut policy = Policy::default_for(&custom.rules);
        policy.rules.values_mut().for_each(|rule| rule.is_on = true);
        Ok(Policy { custom, ..policy })
    }
}

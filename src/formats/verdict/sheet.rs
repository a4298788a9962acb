//! A verdict as a sheet, for the formats that print sheets. Findings are its first table.

use super::{KnownFindings, tone};
use crate::formats::verdict::fields::{SHEET_COLUMNS, SHEET_FIELDS};
use crate::model::hashed_file::HashedFile;
use crate::reports::provenance::{OtherSource, Provenance};
use crate::reports::sheet::{Body, Cell, Column, Fact, Kind, Row, Rows, Section, Sheet, Table, Tone};
use crate::reports::statements::{clause, sentence};
use crate::text::plural;
use crate::verdict::{Counts, Finding, Outcome, RuleOutcome, Status, Verdict, severities};

static RULES: &[Column] = &[
    Column::new("rule", "rule", Kind::Text, "id of the rule"),
    Column::new("about", "fires when", Kind::Text, "when it fires").rank(3),
    Column::new("severity", "severity", Kind::Text, "how bad its findings are"),
    Column::new("on", "on", Kind::Flag, "whether it was judged").rank(4),
    Column::new("judged", "judged", Kind::Number, "events it could judge").rank(1),
    Column::new("not_applicable", "not applicable", Kind::Number, "events that lack what it needs").rank(2),
    Column::new(
        "unlogged",
        "not logged",
        Kind::Text,
        "what it looks for, if no source in the inputs logs it",
    )
    .rank(3),
    Column::new("open", "open", Kind::Number, "open findings"),
    Column::new("planned", "planned", Kind::Number, "planned changes").rank(1),
    Column::new("suppressed", "suppressed", Kind::Number, "accepted findings").rank(1),
    Column::new("baseline", "baseline", Kind::Number, "findings of the baseline").rank(1),
];

static INPUTS: &[Column] = &[
    Column::new("name", "input", Kind::Text, "name of the input"),
    Column::new("bytes", "bytes", Kind::Number, "its size").rank(2),
    Column::new("lines", "lines", Kind::Number, "lines without blank ones").rank(1),
    Column::new("valid", "valid", Kind::Number, "valid events"),
    Column::new("invalid", "invalid", Kind::Number, "invalid lines"),
    Column::new("first", "first", Kind::Time, "the earliest event").rank(3),
    Column::new("last", "last", Kind::Time, "the latest event").rank(3),
    Column::new("sha256", "SHA-256", Kind::Id, "SHA-256 of its bytes, with --evidence and on pages").rank(4),
];

/// Converts a verdict to a sheet.
pub fn sheet<'a>(verdict: &'a Verdict<'_>, known: KnownFindings) -> Sheet<'a> {
    let counts = verdict.counts();
    let listed = match known {
        KnownFindings::Listed => counts.total(),
        KnownFindings::Counted => counts.open(),
    };
    let hidden = counts.total() - listed;
    let mut notes = Vec::new();
    notes.extend(verdict.errors().iter().map(|error| format!("Error: {error}.")));
    notes.extend(super::basis(verdict));
    if hidden > 0 {
        notes.push(format!("Known findings are not listed: {hidden}; --show-known lists them."));
    }
    notes.extend(verdict.run.warnings.iter().map(|warning| format!("Warning: {warning}")));
    // Open findings come first, so the listed findings are a prefix.
    let listed = usize::try_from(listed).unwrap_or(usize::MAX);
    Sheet {
        name: "check",
        schema: super::json::SCHEMA,
        title: format!("Check: {}", verdict.outcome.name()),
        statements: statements(verdict),
        provenance: Some(provenance(verdict)),
        notes,
        sections: vec![
            Section { key: "verdict", title: "Verdict", body: Body::Facts(facts(verdict, &counts)) },
            Section {
                key: "findings",
                title: "Findings",
                body: table(&*SHEET_COLUMNS, "Nothing was found.", listed, move |at| {
                    finding(verdict, &verdict.resolve(&verdict.findings[at]))
                }),
            },
            Section { key: "rules", title: "Rules", body: rules(verdict) },
            Section {
                key: "inputs",
                title: "Inputs",
                body: table(INPUTS, "Nothing was read.", verdict.run.inputs.len(), |at| input(verdict, at)),
            },
        ],
    }
}

/// The outcome with its grounds, and what was judged, a sentence each.
fn statements(verdict: &Verdict<'_>) -> Vec<String> {
    let count = |is_counted: fn(&(&RuleOutcome, &Counts)) -> bool| {
        let rules = verdict.rules.iter().zip(verdict.counts_by_rule());
        rules.filter(is_counted).count() as u64
    };
    let judged = count(|(rule, _)| rule.is_on && !rule.is_not_applicable());
    let not_applicable = count(|(rule, _)| rule.is_not_applicable());
    let finding = count(|(_, counts)| counts.open() > 0);
    let is = if verdict.outcome == Outcome::Incomplete { "is " } else { "" };
    let events = plural::counted(verdict.run.selected, "event");
    let to_these = ["is not applicable to these inputs", "are not applicable to these inputs"];
    let rules = sentence([
        clause(judged, "rule", ["judged", "judged"]).map(|rules| format!("{rules} {events}")),
        clause(not_applicable, "rule", to_these),
    ]);
    let finding = sentence([clause(finding, "rule", ["has open findings", "have open findings"])]);
    let outcome = format!("The check {is}{}.", verdict.line());
    [Some(outcome), rules, finding].into_iter().flatten().collect()
}

/// What the verdict comes from.
fn provenance(verdict: &Verdict<'_>) -> Provenance {
    let run = &verdict.run;
    let file = |what, file: &HashedFile| (what, OtherSource::File(file.clone()));
    let policy = run.policy.path.clone().map_or(OtherSource::Defaults, |path| {
        OtherSource::File(HashedFile { path, sha256: run.policy.sha256.clone() })
    });
    let roster = run.policy.roster.iter().map(|roster| file("Roster of the policy", roster));
    let rules = run.policy.rule_files.iter().map(|rules| file("Custom rules", rules));
    let baseline = run.baseline.iter().map(|baseline| file("Baseline", baseline));
    Provenance {
        made: run.now,
        inputs: run.inputs.clone(),
        selection: run.selection.clone(),
        reading: run.reading.clone(),
        others: [("Policy", policy)].into_iter().chain(roster).chain(rules).chain(baseline).collect(),
        is_redacted: run.is_redacted,
    }
}

fn table<'a>(
    columns: &'static [Column],
    empty: &'static str,
    rows: usize,
    make: impl Fn(usize) -> Row<'a> + Send + Sync + 'a,
) -> Body<'a> {
    Body::Table(Table { columns: columns.to_vec(), rows: Rows::new(rows, make), empty, left_out: 0 })
}

fn facts<'a>(verdict: &'a Verdict, counts: &Counts) -> Vec<Fact<'a>> {
    let run = &verdict.run;
    let count = |key, label, rank| Fact::new(key, label, Kind::Number, counts.with_status(rank));
    let mut facts = vec![
        Fact::new("verdict", "verdict", Kind::Text, verdict.outcome.name()),
        Fact::new("fail_on", "fail threshold", Kind::Text, run.fail_on.name()),
        Fact::new("policy", "policy", Kind::Text, run.policy.path.as_deref().unwrap_or("the defaults")),
        Fact::new("policy_sha256", "SHA-256 of the policy", Kind::Id, run.policy.sha256.as_str()),
        Fact::new("now", "present", Kind::Time, run.now),
    ];
    facts.extend(severities().map(|severity| {
        let (key, label) = OPEN[severity as usize];
        Fact::new(key, label, Kind::Number, counts.of(0, severity))
    }));
    facts.extend([
        count("planned", "planned", 1),
        count("suppressed", "suppressed", 2),
        count("baseline", "in the baseline", 3),
    ]);
    facts
}

/// The keys and labels of the counts of open findings, by severity.
const OPEN: [(&str, &str); 5] = [
    ("open_info", "open, info"),
    ("open_low", "open, low"),
    ("open_medium", "open, medium"),
    ("open_high", "open, high"),
    ("open_critical", "open, critical"),
];

fn finding<'a>(verdict: &Verdict<'a>, finding: &Finding<'a>) -> Row<'a> {
    let cells = SHEET_FIELDS.iter().map(|field| (field.value)(verdict, finding)).collect();
    let is_open = finding.status == Status::Open;
    Row { cells, tone: if is_open { tone(finding.severity) } else { Tone::Plain } }
}

fn rules<'a>(verdict: &'a Verdict<'_>) -> Body<'a> {
    let counts = verdict.counts_by_rule();
    let row = |(rule, counts): (&RuleOutcome, &Counts)| {
        let unlogged: Vec<_> = rule.unlogged.iter().map(|operation| operation.name()).collect();
        let mut cells = vec![
            rule.rule.id.into(),
            rule.rule.about.into(),
            rule.severity.name().into(),
            rule.is_on.into(),
            rule.judged.into(),
            rule.not_applicable.into(),
            (!unlogged.is_empty()).then(|| unlogged.join(", ")).into(),
        ];
        cells.extend((0..Status::NAMES.len()).map(|rank| Cell::Number(counts.with_status(rank))));
        Row { cells, tone: if counts.open() > 0 { tone(super::worst(rule, counts)) } else { Tone::Plain } }
    };
    let rows = verdict.rules.iter().zip(counts).map(row).collect();
    Body::Table(Table { columns: RULES.to_vec(), rows, empty: "There are no rules.", left_out: 0 })
}

fn input<'a>(verdict: &'a Verdict<'_>, at: usize) -> Row<'a> {
    let input = &verdict.run.inputs[at];
    let cells = vec![
        input.name.as_str().into(),
        input.bytes.into(),
        input.lines.into(),
        input.valid.into(),
        input.invalid.into(),
        input.first.into(),
        input.last.into(),
        input.sha256.as_deref().into(),
    ];
    Row { cells, tone: if input.invalid > 0 { Tone::Warn } else { Tone::Plain } }
}

//! Rows of histories are read as the lines that they are, whatever is in them.

use std::fs::File;
use std::io::BufWriter;
use std::ops::ControlFlow;
use std::path::Path;

use proptest::prelude::*;
use ssoaudit::columnar::{FixedColumn, Kind, TextBuilder, Values, Writer};
use ssoaudit::input::history::Extent;
use ssoaudit::input::history::columns::SCHEMA;
use ssoaudit::input::history::metadata::{KEY, Metadata, VERSION};
use ssoaudit::input::{Input, Meter, Place};
use ssoaudit::model::attribute::{ATTRIBUTES, Attribute};
use ssoaudit::model::reported::reported_hash;
use ssoaudit::reader::{Digests, Reading};
use ssoaudit::scan::order::ScanItem;
use ssoaudit::scan::{Fold, HistoryForm, Record, ScanJob, Settings, scan};

/// What may stand in a column of a forged history.
fn texts_of(column: &str) -> &'static [&'static str] {
    match column {
        "source" => &["centure", "scalekit", "okta", "normalized", "", "nobody"],
        "operation" => &["deleted", "viewed", "other", "", "exploded"],
        "outcome" => &["failure", "success", "perhaps"],
        "actor_kind" => &["user", "service", "robot"],
        "connection_protocol" => &["saml", "oidc", "fax"],
        "connection_provider" => &["okta", "other", "nobody"],
        "connection_direction" => &["inbound", "outbound", "sideways"],
        "time_text" => {
            &["2025-03-01T10:00:00.10Z", "2025-03-01T10:00:00", "2025-03-01T11:00:00.1+01:00", "soon", ""]
        }
        "ip" => &["192.0.2.7", "2001:db8::7", "everywhere", ""],
        "texts" => &[r#"{"actor":{"id":["a","b"]}}"#, r#"{"ip":["x","192.0.2.7"]}"#, "{}", "nonsense"],
        "diagnostics" => &[r#"[{"code":"contradiction","message":"as such"}]"#, "[]", "nonsense"],
        "origins" => &[r#"[["b.ndjson",4,0],["b.ndjson",4,1]]"#, "[]"],
        "origin_input" => &["a.ndjson", "株式.ndjson", "\"\\\n"],
        _ => &["a", "株式", "", "\"quoted\\\u{1}\n", "long long long long long long long long long"],
    }
}

/// Times: a usual one, that of a text, one of the year 10000, and the ends.
const TIMES: [i64; 5] =
    [1_740_823_200_123_456, 1_740_823_200_100_000, 253_402_300_800_000_000, i64::MIN, i64::MAX];

/// Rows of which each has for every column the number of a value, or of none.
fn rows() -> impl Strategy<Value = Vec<Vec<u8>>> {
    // Mostly the first value or none, so that more than half of the rows are such as programs write.
    let choice = prop_oneof![40 => Just(0_u8), 20 => Just(u8::MAX), 1 => 0..6_u8];
    prop::collection::vec(prop::collection::vec(choice, SCHEMA.columns().len()), 1..12)
}

fn values(rows: &[Vec<u8>], column: usize) -> Values {
    let info = &SCHEMA.columns()[column];
    let texts = texts_of(&info.name);
    let choice = |row: &Vec<u8>| {
        let choice = usize::from(row[column]);
        // Most events have nothing besides attributes.
        let is_usual = ["texts", "diagnostics", "time_text"].contains(&&*info.name) && choice == 0;
        if is_usual || (choice == usize::from(u8::MAX) && info.nullable) { None } else { Some(choice) }
    };
    let choices = rows.iter().map(choice);
    match info.kind {
        Kind::Text => {
            let mut builder = TextBuilder::default();
            choices.for_each(|choice| builder.push(choice.map(|choice| texts[choice % texts.len()])));
            Values::Text(builder.finish())
        }
        Kind::Integer => {
            Values::Integer(choices.map(|choice| choice.map(|choice| 17 + choice as i64)).collect())
        }
        Kind::Boolean => {
            Values::Boolean(choices.map(|choice| choice.map(|choice| choice % 2 == 0)).collect())
        }
        Kind::Time => {
            Values::Time(choices.map(|choice| choice.map(|choice| TIMES[choice % TIMES.len()])).collect())
        }
        Kind::Fixed(size) => {
            let bytes = choices.flat_map(|choice| vec![choice.unwrap_or_default() as u8; size]).collect();
            Values::Fixed(FixedColumn::new(size, bytes, (0..rows.len() as u32).collect()).unwrap())
        }
        Kind::Float | Kind::List => unreachable!("histories have none"),
    }
}

fn write(path: &Path, rows: &[Vec<u8>]) {
    let mut sorted = rows.to_vec();
    let time = |row: &Vec<u8>| TIMES[usize::from(row[0]) % TIMES.len()];
    sorted.sort_by_key(time);
    let file = BufWriter::new(File::create(path).unwrap());
    let mut writer = Writer::new(file, SCHEMA.clone()).unwrap();
    let columns: Vec<_> = (0..SCHEMA.columns().len()).map(|column| values(&sorted, column)).collect();
    writer.row_group(&columns).unwrap();
    let metadata = Metadata { version: VERSION, ..Metadata::default() };
    writer.finish(&[(KEY.to_owned(), serde_json::to_string(&metadata).unwrap())]).unwrap();
}

#[derive(Default)]
struct Told(Vec<String>);

impl Fold for Told {
    fn weight(&self) -> usize {
        self.0.len()
    }
}

/// Everything that an event or an invalid line says.
fn tell(told: &mut Told, record: &mut Record<'_>) {
    let diagnostics: Vec<_> =
        record.diagnostics.iter().map(|it| format!("{} {} {}", it.code.name, it.path, it.message)).collect();
    let event = record.event.map(|event| {
        let digest = event.digest(&mut String::new()).unwrap();
        let attributes = ATTRIBUTES.iter().map(|info| info.attribute);
        let texts: Vec<_> = attributes
            .map(|attribute| {
                let all: Vec<_> = event.all(attribute).filter(|_| attribute != Attribute::Time).collect();
                format!("{:?} {all:?} {:?}", event.value(attribute), event.further_texts(attribute))
            })
            .collect();
        let facts = (event.time, event.operation, event.outcome, event.actor_kind, event.direction());
        let more = (event.source, event.ids, event.protocol, event.provider, event.origin());
        format!("{facts:?} {more:?} {} {} {texts:?}", event.has_actor(), reported_hash(&event, digest))
    });
    told.0.push(format!("{} {event:?} {diagnostics:?}", record.line));
}

/// What all rows say, unless the file is refused.
fn told(path: &Path, histories: HistoryForm, max_line_bytes: usize) -> Option<Vec<String>> {
    let inputs = [Input { name: "h".to_owned(), place: Place::File(path.to_owned()) }];
    let reading = Reading { max_line_bytes, digests: Digests::Wanted, ..Reading::default() };
    let settings = Settings { threads: 1, block_bytes: 1 << 20, reading, histories };
    let job = ScanJob { inputs: &inputs, settings, meter: &Meter::default() };
    let (mut all, mut problem) = (Vec::new(), None);
    scan(&job, tell, |item| {
        match item {
            ScanItem::Block { value, .. } => all.extend(value.0),
            ScanItem::End { error, .. } => problem = error,
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    problem.is_none().then_some(all)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_and_their_lines_say_the_same(rows in rows(), max_line_bytes in prop_oneof![Just(1 << 20), Just(700)]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("h.parquet");
        write(&path, &rows);
        let [lines, rows] = [HistoryForm::Lines, HistoryForm::Rows(Extent::All)]
            .map(|form| told(&path, form, max_line_bytes));
        prop_assert_eq!(lines, rows);
    }
}

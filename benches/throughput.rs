//! Throughput in bytes per second: the slow path, the fast path, and whole scans as `filter` and
//! `validate` make them, with one thread and with all.

use std::io::Write;
use std::ops::ControlFlow;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use ssoaudit::analysis::validation::{Keep, Part};
use ssoaudit::input::{Blocks, Input, Meter, Place, Sizes};
use ssoaudit::model::attribute::Attribute;
use ssoaudit::model::diagnostic::Level;
use ssoaudit::model::diagnostics::Position;
use ssoaudit::model::selection::{Clause, Pattern, Selection, Test};
use ssoaudit::reader;
use ssoaudit::reader::{Digests, Parts, Reading, Scratch};
use ssoaudit::scan::Fold;
use ssoaudit::scan::{HistoryForm, LineReader, Record, ScanJob, Settings, fold, scan};
use tempfile::NamedTempFile;

const READING: Reading = Reading {
    source: None,
    least: Level::Warning,
    max_line_bytes: 16 << 20,
    parts: Parts::ALL,
    digests: Digests::Unwanted,
    mappings: &[],
};
const BLOCK_BYTES: usize = 1 << 19;

fn main() {
    divan::main();
}

/// The sample export so often that it takes a while.
fn sample(times: usize) -> Vec<u8> {
    include_bytes!("../testdata/sso-events.ndjson").repeat(times)
}

#[derive(Default)]
struct Matches(u64);

impl Fold for Matches {
    fn weight(&self) -> usize {
        0
    }
}

#[divan::bench]
fn slow_path(bencher: Bencher<'_, '_>) {
    let text = sample(10);
    let mut scratch = Scratch::default();
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| {
        let origin = Position { line: 1, column: 1 };
        let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.filter(|line| reader::read(line, origin, &READING, &mut scratch).event.is_some()).count()
    });
}

#[divan::bench]
fn fast_path(bencher: Bencher<'_, '_>) {
    let each =
        |matches: &mut Matches, record: &mut Record<'_>| matches.0 += u64::from(record.event.is_some());
    bench_fast_path(bencher, READING, each);
}

#[divan::bench]
fn fast_path_with_digests(bencher: Bencher<'_, '_>) {
    let mut form = String::new();
    let each = |matches: &mut Matches, record: &mut Record<'_>| {
        let digest = record.event.and_then(|event| event.digest(&mut form));
        matches.0 += u64::from(black_box(digest).is_some());
    };
    bench_fast_path(bencher, Reading { digests: Digests::Wanted, ..READING }, each);
}

fn bench_fast_path(
    bencher: Bencher<'_, '_>,
    reading: Reading,
    mut each: impl FnMut(&mut Matches, &mut Record<'_>),
) {
    let text = sample(10);
    let sizes = Sizes { block: 2 * text.len(), max_line: READING.max_line_bytes };
    let block = Blocks::new(&*text, sizes).next(&mut Vec::new());
    let block = block.expect("memory can be read").expect("there is a block");
    let mut bench = LineReader::default();
    bencher
        .counter(BytesCount::of_slice(&text))
        .bench_local(|| fold(black_box(&block), reading, &mut each, &mut bench).value.0);
}

/// 0 stands for all processors.
#[divan::bench(args = [1, 0], sample_count = 10)]
fn filter(bencher: Bencher<'_, '_>, threads: usize) {
    let action = Test::Matches(&[Attribute::Action], vec![Pattern::new("sso.delete_connection")]);
    let clauses = vec![Clause { flag: "--action".to_owned(), test: action }];
    let select = std::sync::Arc::new(Selection { clauses, invert: false });
    bench_scan(bencher, threads, move |matches: &mut Matches, record| {
        matches.0 += u64::from(record.event.is_some_and(|event| select.matches(&event)));
    });
}

/// 0 stands for all processors.
#[divan::bench(args = [1, 0], sample_count = 10)]
fn validate(bencher: Bencher<'_, '_>, threads: usize) {
    let keep = Keep { diagnostics: 100, drift: false };
    bench_scan(bencher, threads, move |part: &mut Part, record| part.add(record, keep));
}

fn bench_scan<T: Fold>(
    bencher: Bencher<'_, '_>,
    threads: usize,
    each: impl Fn(&mut T, &mut Record<'_>) + Send + Sync + Clone + 'static,
) {
    let text = sample(1000);
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(&text).expect("room for a temporary file");
    let inputs = [Input { name: "sample".to_owned(), place: Place::File(file.path().to_owned()) }];
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    let settings = Settings {
        threads: if threads == 0 { all } else { threads },
        block_bytes: BLOCK_BYTES,
        reading: READING,
        histories: HistoryForm::Lines,
    };
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| {
        let job = ScanJob { inputs: &inputs, settings, meter: &Meter::default() };
        scan(&job, each.clone(), |_| Ok(ControlFlow::Continue(())))
    });
}

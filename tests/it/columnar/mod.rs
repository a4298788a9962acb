//! Columnar files: what is written is what is read, by us and by others.

mod damage;
mod forgery;
mod others;

use proptest::prelude::*;
use ssoaudit::columnar::{
    Column, Error, FixedColumn, Kind, MAX_ROWS, NULL, Schema, StringArray, TextBuilder, TextColumn, Values,
    Writer,
};

use crate::support::columnar::{assert_same, file, open, read_all};

/// Bytes of the values of fixed columns.
const SIZE: usize = 3;

pub fn column(name: &str, kind: Kind, nullable: bool) -> Column {
    Column { name: name.to_owned(), kind, nullable }
}

pub fn texts<'a>(rows: impl IntoIterator<Item = Option<&'a str>>) -> Values {
    let mut builder = TextBuilder::default();
    rows.into_iter().for_each(|text| builder.push(text));
    Values::Text(builder.finish())
}

pub fn fixed<const N: usize>(rows: impl IntoIterator<Item = Option<[u8; N]>>) -> Values {
    let (mut values, mut codes) = (Vec::<[u8; N]>::new(), Vec::new());
    for row in rows {
        let code = row.map(|value| {
            values.iter().position(|other| *other == value).unwrap_or_else(|| {
                values.push(value);
                values.len() - 1
            })
        });
        codes.push(code.map_or(NULL, |code| code as u32));
    }
    Values::Fixed(FixedColumn::new(N, values.concat(), codes).unwrap())
}

/// A file of all kinds, with and without dictionaries and missing values.
pub fn sample(rows: usize) -> (Schema, Vec<Values>) {
    let columns = vec![
        column("time", Kind::Time, false),
        column("line", Kind::Integer, true),
        column("event.id", Kind::Text, false),
        column("actor.email", Kind::Text, true),
        column("was forced", Kind::Boolean, true),
        column("digest", Kind::Fixed(16), false),
        column("file", Kind::Fixed(SIZE), true),
    ];
    let at = |row: usize| 1_790_000_000_000_000 + (row as i64) * 1_234_567;
    let ids: Vec<_> = (0..rows).map(|row| format!("evt_{:013}{:x}", row * 977, row * row)).collect();
    let people = ["ada@example.com", "grace@example.com", "", "株式@example.com"];
    let digest = |row: usize| -> [u8; 16] { std::array::from_fn(|at| (row * 31 + at * row * 7) as u8) };
    let values = vec![
        Values::Time((0..rows).map(|row| Some(at(row))).collect()),
        Values::Integer((0..rows).map(|row| (row % 5 != 2).then_some(row as i64 - 3)).collect()),
        texts(ids.iter().map(|id| Some(id.as_str()))),
        texts((0..rows).map(|row| people.get(row % 6).copied())),
        Values::Boolean((0..rows).map(|row| (row % 7 != 0).then_some(row % 3 == 0)).collect()),
        fixed((0..rows).map(|row| Some(digest(row)))),
        fixed((0..rows).map(|row| (row % 9 != 0).then_some([(row % 2) as u8; SIZE]))),
    ];
    (Schema::new(columns).unwrap().sorted_by(vec![0, 2]).unwrap(), values)
}

fn assert_round_trip(schema: &Schema, row_groups: &[Vec<Values>], key_values: &[(String, String)]) {
    let bytes = file(schema, row_groups, key_values);
    let mut file = open(&bytes).unwrap();
    assert_eq!((file.schema(), file.key_values()), (schema, key_values));
    let written: Vec<_> = row_groups.iter().filter(|columns| columns[0].rows() > 0).cloned().collect();
    for (group, columns) in file.row_groups().iter().zip(&written) {
        assert_eq!(group.rows, columns[0].rows());
        for (chunk, values) in group.chunks.iter().zip(columns) {
            assert_eq!((chunk.nulls, chunk.range), (values.nulls(), values.range()));
        }
    }
    assert_same(&read_all(&mut file).unwrap(), &written);
}

/// A value of every row, by a seed; a column has few or many distinct ones.
fn values_of(kind: Kind, seeds: &[Option<(u8, i64)>], is_varied: bool) -> Values {
    let number = |(few, many): (u8, i64)| if is_varied { many } else { i64::from(few) - 2 };
    let numbers = || seeds.iter().map(|seed| seed.map(number));
    match kind {
        Kind::Text => {
            let text = |number: i64| {
                format!("é{}", "x株".repeat(number.unsigned_abs() as usize % 9)) + &number.to_string()
            };
            let all: Vec<_> = numbers()
                .map(|number| number.map(|it| if it == 0 { String::new() } else { text(it) }))
                .collect();
            texts(all.iter().map(Option::as_deref))
        }
        Kind::Integer => Values::Integer(numbers().collect()),
        Kind::Boolean => {
            Values::Boolean(numbers().map(|number| number.map(|number| number % 2 == 0)).collect())
        }
        Kind::Time => Values::Time(numbers().collect()),
        Kind::Float => Values::Float(numbers().map(|it| it.map(|it| it as f64 / 7.0)).collect()),
        Kind::List => unreachable!("lists are not read"),
        Kind::Fixed(_) => {
            let bytes = |number: i64| -> [u8; SIZE] { number.to_le_bytes()[..SIZE].try_into().unwrap() };
            fixed(numbers().map(|number| number.map(bytes)))
        }
    }
}

fn kind() -> impl Strategy<Value = Kind> {
    let kinds = [Kind::Text, Kind::Integer, Kind::Boolean, Kind::Time, Kind::Float, Kind::Fixed(SIZE)];
    prop::sample::select(kinds.to_vec())
}

fn many() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -300..300_i64]
}

/// A schema, and row groups that fit it.
fn contents() -> impl Strategy<Value = (Schema, Vec<Vec<Values>>)> {
    let columns = prop::collection::vec((kind(), any::<bool>(), any::<bool>()), 1..6);
    let seed = prop_oneof![3 => (0..5_u8, many()).prop_map(Some), 1 => Just(None)];
    let groups = prop::collection::vec(prop::collection::vec(seed, 0..200), 0..4);
    (columns, groups).prop_map(|(columns, groups)| {
        let name = |at| ["a", "b.c", "b", "\"\u{202E}", "株"][at];
        let named = columns.iter().enumerate();
        let schema = named.map(|(at, (kind, nullable, _))| column(name(at), *kind, *nullable)).collect();
        let filled = |seed: &Option<(u8, i64)>| Some(seed.unwrap_or((1, 1)));
        let group = |seeds: &Vec<Option<_>>| {
            let all: Vec<_> = seeds.iter().map(filled).collect();
            let values = |(kind, nullable, varied): &_| {
                values_of(*kind, if *nullable { seeds } else { &all }, *varied)
            };
            columns.iter().map(values).collect()
        };
        (Schema::new(schema).unwrap(), groups.iter().map(group).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(
        (schema, groups) in contents(),
        key_values in prop::collection::vec(any::<(String, String)>(), 0..3),
    ) {
        assert_round_trip(&schema, &groups, &key_values);
    }

    #[test]
    fn runs_of_any_length_are_read(
        // How many texts there are, and which of them comes how often in a row, where some stands for none.
        distinct in 1..600_usize,
        runs in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), 1..40_usize), 0..60),
    ) {
        let all: Vec<_> = (0..distinct).map(|number| format!("text {number}")).collect();
        // Every text comes twice at least, so that there is a dictionary.
        let twice = all.iter().chain(&all).map(|text| Some(text.as_str()));
        let of_run = |(index, is_there, length): &(prop::sample::Index, bool, usize)| {
            std::iter::repeat_n(is_there.then(|| all[index.index(distinct)].as_str()), *length)
        };
        let rows: Vec<_> = twice.chain([Some("text 0")]).chain(runs.iter().flat_map(of_run)).collect();
        let schema = Schema::new(vec![column("text", Kind::Text, true)]).unwrap();
        assert_round_trip(&schema, &[vec![texts(rows)]], &[]);
    }
}

#[test]
fn all_kinds_over_several_pages() {
    let (schema, large) = sample(70_000);
    let groups = [large, sample(0).1, sample(1).1, sample(20_001).1];
    assert_round_trip(&schema, &groups, &[("key".to_owned(), "value".to_owned())]);
}

#[test]
fn texts_may_be_huge() {
    let schema = Schema::new(vec![column("text", Kind::Text, true)]).unwrap();
    let (huge, other) = ("株é".repeat(1 << 20), "z".repeat(3 << 20));
    let once = texts([Some(&*huge), None, Some(""), Some(&other), Some("end")]);
    let often = texts((0..9).map(|row| Some(if row % 2 == 0 { &*huge } else { &other })));
    assert_round_trip(&schema, &[vec![once], vec![often]], &[]);
}

#[test]
fn a_dictionary_may_have_values_that_no_row_uses() {
    let mut values = StringArray::default();
    assert_eq!(["a", "b", "c", "b"].map(|text| values.push(text)), [0, 1, 2, 3]);
    let column_of = |codes: &[u32]| Values::Text(TextColumn::new(values.clone(), codes.to_vec()).unwrap());
    let schema = Schema::new(vec![column("text", Kind::Text, false)]).unwrap();
    assert_round_trip(&schema, &[vec![column_of(&[1, 3, 0])], vec![column_of(&[2; 40])]], &[]);
    assert!(TextColumn::new(values, vec![4]).is_none());
}

#[test]
fn bytes_depend_on_nothing_but_the_rows() {
    let (schema, values) = sample(3_000);
    let write = || file(&schema, &[values.clone(), values.clone()], &[]);
    assert!(write() == write());
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_the_writer_sound() {
    let two = || vec![column("a", Kind::Integer, false), column("b", Kind::Text, true)];
    for (columns, problem) in [
        (vec![], "no columns"),
        (vec![column("a", Kind::Text, false), column("a", Kind::Time, false)], "two columns \"a\""),
        (vec![column("", Kind::Text, false)], "cannot have 0 bytes"),
        (vec![column(&"a".repeat(300), Kind::Text, false)], "cannot have 300 bytes"),
        (vec![column("a", Kind::Fixed(0), false)], "cannot have 0 bytes"),
        (vec![column("a", Kind::Fixed(2_000), false)], "cannot have 2000 bytes"),
    ] {
        let error = Schema::new(columns).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    assert!(Schema::new(two()).unwrap().sorted_by(vec![2]).is_err());

    let schema = Schema::new(two()).unwrap().sorted_by(vec![0, 1]).unwrap();
    let mut writer = Writer::new(Vec::new(), schema).unwrap();
    let numbers = |numbers: &[i64]| Values::Integer(numbers.iter().copied().map(Some).collect());
    let good = vec![numbers(&[1, 1]), texts([None, Some("a")])];
    for (columns, problem) in [
        (vec![numbers(&[1])], "not a row group"),
        (vec![numbers(&[1]), numbers(&[1])], "\"b\" are of another kind"),
        (vec![numbers(&[1]), texts([])], "\"b\" has 0 rows"),
        (vec![Values::Integer(vec![None]), texts([None])], "\"a\" lacks a value"),
        (vec![numbers(&[2, 1]), texts([None, None])], "not sorted"),
        (vec![numbers(&[1, 1]), texts([Some("a"), None])], "not sorted"),
        (vec![numbers(&vec![1; MAX_ROWS + 1]), texts(vec![None; MAX_ROWS + 1])], "not a row group"),
        (vec![Values::Integer((0..60).map(Some).collect()), many_large_texts()], "fewer rows"),
    ] {
        let error = writer.row_group(&columns).unwrap_err();
        assert!(matches!(error, Error::Unfit(_)) && error.to_string().contains(problem), "{error}");
        writer.row_group(&good).unwrap();
    }
    let bytes = writer.finish(&[]).unwrap();
    let read = read_all(&mut open(&bytes).unwrap()).unwrap();
    assert_eq!(read.len(), 8);
    read.into_iter().for_each(|columns| assert_same(&[columns], std::slice::from_ref(&good)));
}

/// StringArray of which every other one is the same, so that it is not worth a dictionary; together they are too large.
fn many_large_texts() -> Values {
    let large = "x".repeat(9 << 20);
    let other: Vec<_> = (0..60).map(|row| row.to_string()).collect();
    texts(other.iter().enumerate().map(|(row, other)| Some(if row % 2 == 0 { &*large } else { other })))
}

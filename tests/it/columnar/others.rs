//! Other readers of Parquet see the same: the reader of the `parquet` crate here, and files that were written earlier.

use bytes::Bytes;
use parquet::basic::{LogicalType, Repetition, TimeUnit, Type};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::ReadOptionsBuilder;
use parquet::file::statistics::Statistics;
use parquet::record::{Field, Row};
use serde_json::json;
use ssoaudit::columnar::{Kind, ListBuilder, Schema, Values};

use super::{column, sample};
use crate::support::columnar::{assert_same, file, open, read_all};
use crate::support::parquet::rows;
use crate::support::run::testdata;

/// What the crate makes of a value.
fn field(values: &Values, row: usize) -> Field {
    let bytes = |bytes: &[u8]| Field::Bytes(bytes.to_vec().into());
    let field = match values {
        Values::Text(column) => column.get(row).map(|text| Field::Str(text.to_owned())),
        Values::Integer(values) => values[row].map(Field::Long),
        Values::Boolean(values) => values[row].map(Field::Bool),
        Values::Time(values) => values[row].map(Field::TimestampMicros),
        Values::Fixed(column) => column.get(row).map(bytes),
        Values::Float(values) => values[row].map(Field::Double),
        Values::List(_) => unreachable!("the sample has none"),
    };
    field.unwrap_or(Field::Null)
}

#[test]
fn the_crate_reads_what_we_write() {
    let (schema, values) = sample(25_000);
    let groups = [values, sample(7).1];
    let bytes = Bytes::from(file(&schema, &groups, &[("key".to_owned(), "a value".to_owned())]));
    let options = ReadOptionsBuilder::new().with_page_index().build();
    let reader = SerializedFileReader::new_with_options(bytes, options).unwrap();

    let rows: Vec<Row> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    let expected = groups.iter().flat_map(|columns| (0..columns[0].rows()).map(move |row| (columns, row)));
    assert_eq!(rows.len(), 25_007);
    for (read, (columns, row)) in rows.iter().zip(expected) {
        let read: Vec<_> = read.get_column_iter().map(|(_, field)| field.clone()).collect();
        let written: Vec<_> = columns.iter().map(|values| field(values, row)).collect();
        assert_eq!(read, written, "row {row}");
    }

    let metadata = reader.metadata();
    let file = metadata.file_metadata();
    let pairs: Vec<_> =
        file.key_value_metadata().unwrap().iter().map(|it| (&*it.key, it.value.as_deref())).collect();
    assert_eq!(pairs, [("key", Some("a value"))]);
    assert!(file.created_by().unwrap().starts_with("ssoaudit version "));
    let columns = file.schema_descr().columns();
    let told: Vec<_> = columns.iter().map(|it| (it.path().parts().to_vec(), it.physical_type())).collect();
    let flat = |name: &str| vec![name.to_owned()];
    assert_eq!(told[2..4], [(flat("event.id"), Type::BYTE_ARRAY), (flat("actor.email"), Type::BYTE_ARRAY)]);
    assert_eq!(columns[0].logical_type_ref(), Some(&LogicalType::timestamp(true, TimeUnit::MICROS)));
    assert_eq!(columns[2].logical_type_ref(), Some(&LogicalType::String));
    assert_eq!(columns[3].self_type().get_basic_info().repetition(), Repetition::OPTIONAL);
    assert_eq!(columns[5].type_length(), 16);

    let sorted: Vec<_> =
        metadata.row_group(0).sorting_columns().unwrap().iter().map(|it| it.column_idx).collect();
    assert_eq!(sorted, [0, 2]);
    let Some(Statistics::Int64(times)) = metadata.row_group(0).column(0).statistics() else {
        panic!("no times")
    };
    assert_eq!(times.min_opt().copied().zip(times.max_opt().copied()), groups[0][0].range());
    let index = metadata.page_index().unwrap();
    assert!(index.page_locations(0, 0).unwrap().len() > 1, "one page");
}

/// Dots lead into groups, which other programs see and ours does not.
#[test]
fn groups_are_read_by_the_crate() {
    let of = |names: &[&str]| {
        let columns = names.iter().map(|name| column(name, Kind::Integer, true)).collect();
        Schema::new(columns).unwrap().in_groups()
    };
    for (names, refused) in [
        (&["a.b", "c", "a.d"][..], "a.d"),
        (&["a.b.c", "a.d", "a.b.e"], "a.b.e"),
        (&["a", "a.b"], "a.b"),
        (&["a.b", "a"], "a.b"),
        (&["a.b", "a.b.c"], "a.b.c"),
    ] {
        let error = of(names).unwrap_err().to_string();
        assert_eq!(error, format!("the groups of column {refused:?} are there twice"));
    }
    let schema = of(&["a.b", "a.c.d", "a.c.b", "e", "f.c.b"]).unwrap();
    let values: Vec<_> = (0..5).map(|at| Values::Integer(vec![Some(at), None])).collect();
    let bytes = file(&schema, std::slice::from_ref(&values), &[]);
    let first = json!({ "a": { "b": 0, "c": { "d": 1, "b": 2 } }, "e": 3, "f": { "c": { "b": 4 } } });
    let second =
        json!({ "a": { "b": null, "c": { "d": null, "b": null } }, "e": null, "f": { "c": { "b": null } } });
    assert_eq!(rows(&bytes), [first, second]);
    let mut ours = open(&bytes).unwrap();
    assert_eq!(ours.schema().columns(), schema.columns());
    assert_same(&read_all(&mut ours).unwrap(), &[values]);
}

/// Lists are for others only; ours tells that they are as they were written.
#[test]
fn lists_are_read_by_the_crate() {
    let many: Vec<String> = (0..9_000).map(|number| format!("text {number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let lists: [Option<&[&str]>; 7] =
        [Some(&["a", "b", "a"]), None, Some(&[]), Some(&[""]), Some(&many), None, Some(&["株", "b"])];
    for nullable in [true, false] {
        let lists = lists.iter().filter(|list| nullable || list.is_some()).cycle().take(300);
        let mut builder = ListBuilder::default();
        lists.clone().for_each(|list| builder.push(*list));
        let schema = Schema::new(vec![column("a.list", Kind::List, nullable)]).unwrap();
        let bytes = file(&schema, &[vec![Values::List(builder.finish())]], &[]);
        let expected: Vec<_> = lists.map(|list| json!({ "a.list": list })).collect();
        assert_eq!(rows(&bytes), expected);
        let refused = open(&bytes).unwrap().read(0, &[0]).unwrap_err().to_string();
        assert!(refused.ends_with("lists are for other programs"), "{refused}");
    }
}

/// Files stay readable: this one was written by the first version that wrote any.
#[test]
fn a_file_of_the_first_layout_is_read() {
    let bytes = std::fs::read(testdata("columnar/layout-1.parquet")).unwrap();
    let mut file = open(&bytes).unwrap();
    let (schema, values) = sample(60);
    assert_eq!(file.schema(), &schema);
    assert_eq!(file.key_values(), [("written by".to_owned(), "layout 1".to_owned())]);
    assert_same(&read_all(&mut file).unwrap(), &[values]);
}

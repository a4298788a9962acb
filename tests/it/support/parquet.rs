//! Files of Parquet as another program reads them: by the crate, not by our reader.

use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::printer::print_schema;
use serde_json::{Map, Value, json};
use ssoaudit::model::time::Timestamp;

fn reader(bytes: &[u8]) -> SerializedFileReader<Bytes> {
    SerializedFileReader::new(Bytes::copy_from_slice(bytes)).unwrap()
}

/// The rows as objects, in which times are RFC 3339.
pub fn rows(bytes: &[u8]) -> Vec<Value> {
    let rows = reader(bytes);
    let rows = rows.get_row_iter(None).unwrap().map(Result::unwrap);
    rows.map(|row| object(row.get_column_iter())).collect()
}

fn object<'a>(columns: impl Iterator<Item = (&'a String, &'a Field)>) -> Value {
    columns.map(|(name, field)| (name.clone(), value(field))).collect::<Map<_, _>>().into()
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(flag) => json!(flag),
        Field::Long(number) => json!(number),
        Field::Double(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::TimestampMicros(micros) => {
            json!(Timestamp::from_epoch(*micros, 1_000_000).unwrap().rfc3339(chrono_tz::Tz::UTC))
        }
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::Group(row) => object(row.get_column_iter()),
        other => panic!("{other:?}"),
    }
}

/// Names, types and nullability of the columns.
pub fn schema(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    print_schema(&mut out, reader(bytes).metadata().file_metadata().schema());
    String::from_utf8(out).unwrap()
}

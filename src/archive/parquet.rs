//! Rows of a Parquet file as JSON objects, one after another: whatever wrote it, columns are fields, nested ones nested values.

use super::{Entry, ReadSeek, Reason, Reject, decode, records};
use bytes::Bytes;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Read, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The rows of a file.
pub struct Values {
    rows: RowIter<'static>,
    /// Columns of times in nanoseconds, which come as numbers.
    nanoseconds: BTreeSet<String>,
    ended: bool,
}

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// True while this thread reads a file: a panic is then an answer, and no news for the user.
pub fn is_reading() -> bool {
    READING.get()
}

/// What `work` answers. The parquet crate panics over some files that are damaged.
fn unwound<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    READING.set(true);
    let answer = catch_unwind(AssertUnwindSafe(work));
    READING.set(false);
    answer.unwrap_or_else(|_| Err(ParquetError::General("it is damaged".into())))
}

impl Values {
    /// Reads the file's table of contents.
    ///
    /// # Errors
    /// When it is no Parquet file.
    pub fn open(input: Box<dyn ReadSeek>) -> std::result::Result<Self, String> {
        let open = || -> Result<Self> {
            let reader = SerializedFileReader::new(Chunks::new(input)?)?;
            let whole: i64 = reader.metadata().row_groups().iter().map(|group| group.num_rows()).sum();
            if whole != reader.metadata().file_metadata().num_rows() {
                return Err(ParquetError::General("its groups have other numbers of rows than it says".into()));
            }
            let columns = reader.metadata().file_metadata().schema().get_fields().iter();
            let is_fine = |column: &&Arc<Type>| {
                let kind = column.get_basic_info().logical_type_ref();
                matches!(kind, Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS)
            };
            let nanoseconds = columns.filter(is_fine).map(|column| column.name().to_owned()).collect();
            Ok(Self { rows: RowIter::from_file_into(Box::new(reader)), nanoseconds, ended: false })
        };
        unwound(open).map_err(|error| error.to_string())
    }
}

impl Iterator for Values {
    type Item = std::result::Result<Map<String, Value>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = unwound(|| self.rows.next().transpose()).transpose()?;
        self.ended = row.is_err();
        Some(row.map(|row| object(row, &self.nanoseconds)).map_err(|error| error.to_string()))
    }
}

/// The records of a Parquet file; those longer than `longest` bytes are set aside.
pub(super) fn records(
    input: Box<dyn ReadSeek>,
    path: &Path,
    segmented: bool,
    longest: u64,
) -> impl Iterator<Item = std::result::Result<Entry, Reject>> + Send + use<> {
    let path: PathBuf = path.to_owned();
    let (values, broken) = match Values::open(input) {
        Ok(values) => (Some(values), None),
        Err(error) => (None, Some(Reject::new(&path, "", Reason::Unreadable, format!("not a Parquet file: {error}")))),
    };
    let entries = values.into_iter().flatten().enumerate().map(move |(index, record)| {
        let place = format!("row {}", index + 1);
        match record {
            Ok(record) => records::record(record, &path, index as u64 + 1, place, segmented, longest),
            Err(error) => {
                Err(Reject::new(&path, place, Reason::Unreadable, format!("cannot be read on from here: {error}")))
            }
        }
    });
    broken.map(Err).into_iter().chain(entries)
}

fn object(row: Row, nanoseconds: &BTreeSet<String>) -> Map<String, Value> {
    let value = |(name, field): (String, Field)| {
        let field = match field {
            Field::Long(time) if nanoseconds.contains(&name) => Field::TimestampMicros(time.div_euclid(1000)),
            field => field,
        };
        let value = value(&field);
        (name, value)
    };
    row.into_columns().into_iter().map(value).collect()
}

/// A time as ISO 8601 has it; one that is a date's midnight is a date.
fn time(text: &str) -> Option<String> {
    let (date, time) = text.strip_suffix(" +00:00")?.split_once(' ')?;
    Some(if time.contains(|c| matches!(c, '1'..='9')) { format!("{date}T{time}Z") } else { date.to_owned() })
}

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => (*value).into(),
        Field::Byte(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Int(value) => (*value).into(),
        Field::Long(value) => (*value).into(),
        Field::UByte(value) => (*value).into(),
        Field::UShort(value) => (*value).into(),
        Field::UInt(value) => (*value).into(),
        Field::ULong(value) => (*value).into(),
        Field::Float(value) => (*value).into(),
        Field::Double(value) => (*value).into(),
        Field::Str(text) => text.as_str().into(),
        // Text that its writer did not call so.
        Field::Bytes(bytes) => match decode::decode(bytes.data().to_vec(), None) {
            Ok(decoded) => decoded.text.into(),
            Err(_) => String::from_utf8_lossy(bytes.data()).into(),
        },
        Field::Group(row) => row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect(),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::MapInternal(map) => {
            let key = |key: &Field| match key {
                Field::Str(text) => text.clone(),
                other => other.to_string(),
            };
            map.entries().iter().map(|(name, field)| (key(name), value(field))).collect()
        }
        // Dates, times and decimal numbers, as they are written.
        other => {
            let text = other.to_string();
            time(&text).unwrap_or(text).into()
        }
    }
}

/// Any place of the file, for one reader at a time.
struct Chunks {
    input: Arc<Mutex<Box<dyn ReadSeek>>>,
    length: u64,
}

impl Chunks {
    fn new(mut input: Box<dyn ReadSeek>) -> io::Result<Self> {
        let length = input.seek(SeekFrom::End(0))?;
        Ok(Self { input: Arc::new(Mutex::new(input)), length })
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Chunks {
    type T = Chunk;

    fn get_read(&self, start: u64) -> Result<Chunk> {
        Ok(Chunk { input: Arc::clone(&self.input), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.length) {
            return Err(ParquetError::EOF(format!("{length} bytes at {start} lie beyond its end")));
        }
        let mut bytes = vec![0; length];
        self.get_read(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// The file from some place on.
struct Chunk {
    input: Arc<Mutex<Box<dyn ReadSeek>>>,
    at: u64,
}

impl Read for Chunk {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        input.seek(SeekFrom::Start(self.at))?;
        let read = input.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    #[test]
    fn times_are_dates_and_bytes_are_text() {
        let schema = "message row { REQUIRED INT64 fine (TIMESTAMP(NANOS, true)); REQUIRED INT64 coarse (TIMESTAMP(MICROS, true)); \
                      REQUIRED INT64 number; REQUIRED BYTE_ARRAY text; }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        // The midnight of 1950-01-01, and a second and a half past noon.
        const MIDNIGHT: i64 = -631_152_000_000_000;
        let noon = MIDNIGHT + (12 * 3600 + 1) * 1_000_000 + 500_000;
        for values in [[MIDNIGHT * 1000, noon * 1000], [MIDNIGHT, noon], [MIDNIGHT, 1]] {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
            column.close().unwrap();
        }
        let text = "煤矿工人超额完成生产计划，受到上级表扬。";
        let gb18030: ByteArray = encoding_rs::GB18030.encode(text).0.into_owned().into();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<ByteArrayType>().write_batch(&[text.as_bytes().to_vec().into(), gb18030], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        let file = writer.into_inner().unwrap();
        let rows: Vec<_> =
            Values::open(Box::new(io::Cursor::new(file))).unwrap().map(std::result::Result::unwrap).collect();
        for (row, (time, number)) in rows.iter().zip([("1950-01-01", MIDNIGHT), ("1950-01-01T12:00:01.500000Z", 1)]) {
            assert_eq!(row["fine"], time);
            assert_eq!(row["coarse"], time);
            assert_eq!(row["number"], number);
            assert_eq!(row["text"], text);
        }
        assert_eq!(rows.len(), 2);
    }
}

//! Rows of a Parquet file as JSON objects, one after another: whatever wrote it, columns are fields, nested ones nested values.

use super::{Entry, ReadSeek, Reason, Reject, records};
use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, FileReader, Length, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use serde_json::{Map, Value};
use std::io::{self, Read, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The rows of a file.
pub struct Values {
    rows: RowIter<'static>,
    ended: bool,
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
            Ok(Self { rows: RowIter::from_file_into(Box::new(reader)), ended: false })
        };
        open().map_err(|error| error.to_string())
    }
}

impl Iterator for Values {
    type Item = std::result::Result<Map<String, Value>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.rows.next()?;
        self.ended = row.is_err();
        Some(row.map(object).map_err(|error| error.to_string()))
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

fn object(row: Row) -> Map<String, Value> {
    row.into_columns().into_iter().map(|(name, field)| (name, value(&field))).collect()
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
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into(),
        Field::Group(row) => row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect(),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::MapInternal(map) => {
            let key = |key: &Field| match key {
                Field::Str(text) => text.clone(),
                other => other.to_string(),
            };
            map.entries().iter().map(|(name, field)| (key(name), value(field))).collect()
        }
        // Dates, times and decimal numbers, as they are written; a date that is kept as its midnight is a date.
        other => {
            let text = other.to_string();
            text.strip_suffix(" 00:00:00 +00:00").unwrap_or(&text).into()
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

//! Parquet: the row's fields as columns, lists as lists; what has no fixed fields (`parts`, `meta`, and those that others have added,
//! in `extra`) as JSON. Keeps everything.

use super::read::{self, Input, ReadError, RowReader};
use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use crate::archive::parquet::Values;
use crate::span::ByteRange;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::{Map, Value};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) const FORM: Form = Form {
    name: "parquet",
    others: &["pq"],
    tools: "DuckDB, pyarrow, pandas, Spark, `load_dataset`",
    keeps: &Item::ALL,
    keeps_meta: &[],
    charset: Charset::All,
    values: Charset::All,
    files: one_file,
    // What it holds stands at its end, and is looked for there.
    alone: false,
    apart: false,
    exporter: |_| Box::new(Parquet::new()),
    reader: Some(reader),
};

const SCHEMA: &str = "message row {
    required binary id (STRING);
    required binary doc (STRING);
    required int64 n;
    required binary kind (STRING);
    required binary section (STRING);
    required binary source_lang (STRING);
    required binary target_lang (STRING);
    required group source (LIST) { repeated group list { required binary element (STRING); } }
    required group target (LIST) { repeated group list { required binary element (STRING); } }
    required group source_spans (LIST) { repeated group list {
        required group element (LIST) { repeated group list { required int64 element; } } } }
    required group target_spans (LIST) { repeated group list {
        required group element (LIST) { repeated group list { required int64 element; } } } }
    optional int64 source_paragraph;
    optional int64 target_paragraph;
    optional group source_index (LIST) { repeated group list { required int64 element; } }
    optional group target_index (LIST) { repeated group list { required int64 element; } }
    optional double confidence;
    optional int64 cost;
    required binary parts (JSON);
    required binary status (STRING);
    required group flags (LIST) { repeated group list { required binary element (STRING); } }
    required binary meta (JSON);
    required binary extra (JSON);
}";

/// A group of rows is written when its values take this many bytes: readers hold a group, and this keeps memory flat.
const GROUP_BYTES: usize = 32 << 20;
/// What a value takes beside its bytes.
const VALUE_BYTES: usize = 32;

/// Bytes on their way from the library, which wants a sink of its own, to the file.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    fn drain(&self, file: &mut dyn Sink) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        file.write_all(&bytes)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A column's values, with the levels that say which lists they are in (Dremel: Melnik et al. 2010, VLDB).
#[derive(Default)]
struct Column<T> {
    values: Vec<T>,
    /// How much of the value's path is there.
    definition: Vec<i16>,
    /// Which list it goes on with; 0 begins a row.
    repetition: Vec<i16>,
}

impl<T> Column<T> {
    fn level(&mut self, repetition: i16, definition: i16) {
        self.repetition.push(repetition);
        self.definition.push(definition);
    }

    fn one(&mut self, value: T) {
        self.level(0, 0);
        self.values.push(value);
    }

    fn optional(&mut self, value: Option<T>) {
        self.level(0, i16::from(value.is_some()));
        self.values.extend(value);
    }

    /// A list, which is there at definition level `there`.
    fn list(&mut self, there: i16, values: impl Iterator<Item = T>) {
        let before = self.values.len();
        for value in values {
            self.level(i16::from(self.values.len() > before), there + 1);
            self.values.push(value);
        }
        if self.values.len() == before {
            self.level(0, there);
        }
    }

    /// Writes and forgets them.
    fn write<D: DataType<T = T>>(
        &mut self,
        group: &mut SerializedRowGroupWriter<'_, Pipe>,
    ) -> Result<(), ParquetError> {
        let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("a column too many".into()))?;
        column.typed::<D>().write_batch(&self.values, Some(&self.definition), Some(&self.repetition))?;
        column.close()?;
        self.values.clear();
        self.definition.clear();
        self.repetition.clear();
        Ok(())
    }
}

impl Column<i64> {
    fn spans(&mut self, spans: &[ByteRange]) {
        for (k, span) in spans.iter().enumerate() {
            self.level(i16::from(k > 0), 2);
            self.level(2, 2);
            self.values.extend([span.start as i64, span.end as i64]);
        }
        if spans.is_empty() {
            self.level(0, 0);
        }
    }
}

/// The columns of a group of rows, by type and in the order of the schema.
#[derive(Default)]
struct Columns {
    id: Column<ByteArray>,
    doc: Column<ByteArray>,
    n: Column<i64>,
    kind: Column<ByteArray>,
    section: Column<ByteArray>,
    language: [Column<ByteArray>; 2],
    texts: [Column<ByteArray>; 2],
    spans: [Column<i64>; 2],
    paragraph: [Column<i64>; 2],
    index: [Column<i64>; 2],
    confidence: Column<f64>,
    cost: Column<i64>,
    parts: Column<ByteArray>,
    status: Column<ByteArray>,
    flags: Column<ByteArray>,
    meta: Column<ByteArray>,
    extra: Column<ByteArray>,
}

impl Columns {
    /// Adds a row; the bytes that it takes.
    fn add(&mut self, row: &Row) -> io::Result<usize> {
        let mut bytes = 0;
        let mut text = |text: &str| {
            bytes += text.len() + VALUE_BYTES;
            ByteArray::from(text)
        };
        self.id.one(text(&row.id));
        self.doc.one(text(&row.doc));
        self.n.one(row.n as i64);
        self.kind.one(text(&row.kind));
        self.section.one(text(super::item::section_name(row.section)));
        self.language[0].one(text(&row.source_lang));
        self.language[1].one(text(&row.target_lang));
        self.texts[0].list(0, row.source.iter().map(|segment| text(segment)));
        self.texts[1].list(0, row.target.iter().map(|segment| text(segment)));
        self.parts.one(text(&serde_json::to_string(&row.parts)?));
        self.status.one(text(row.status.name()));
        self.flags.list(0, row.flags.iter().map(|flag| text(flag)));
        self.meta.one(text(&serde_json::to_string(&*row.meta)?));
        self.extra.one(text(&serde_json::to_string(&row.extra)?));
        self.spans[0].spans(&row.source_spans);
        self.spans[1].spans(&row.target_spans);
        self.paragraph[0].optional(row.source_paragraph.map(i64::from));
        self.paragraph[1].optional(row.target_paragraph.map(i64::from));
        for (index, own) in self.index.iter_mut().zip([&row.source_index, &row.target_index]) {
            match own {
                Some(lines) => index.list(1, lines.iter().map(|&line| i64::from(line))),
                None => index.level(0, 0),
            }
        }
        self.confidence.optional(row.confidence);
        self.cost.optional(row.cost);
        let segments = row.source.len() + row.target.len();
        Ok(bytes + 64 * segments + 8 * VALUE_BYTES)
    }

    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, Pipe>) -> Result<(), ParquetError> {
        self.id.write::<ByteArrayType>(group)?;
        self.doc.write::<ByteArrayType>(group)?;
        self.n.write::<Int64Type>(group)?;
        self.kind.write::<ByteArrayType>(group)?;
        self.section.write::<ByteArrayType>(group)?;
        self.language.iter_mut().chain(&mut self.texts).try_for_each(|column| column.write::<ByteArrayType>(group))?;
        let numbers = self.spans.iter_mut().chain(&mut self.paragraph).chain(&mut self.index);
        numbers.into_iter().try_for_each(|column| column.write::<Int64Type>(group))?;
        self.confidence.write::<DoubleType>(group)?;
        self.cost.write::<Int64Type>(group)?;
        let rest = [&mut self.parts, &mut self.status, &mut self.flags, &mut self.meta, &mut self.extra];
        rest.into_iter().try_for_each(|column| column.write::<ByteArrayType>(group))
    }
}

struct Parquet {
    pipe: Pipe,
    writer: Option<SerializedFileWriter<Pipe>>,
    columns: Columns,
    bytes: usize,
}

fn error(error: ParquetError) -> io::Error {
    io::Error::other(error.to_string())
}

impl Parquet {
    fn new() -> Self {
        Self { pipe: Pipe::default(), writer: None, columns: Columns::default(), bytes: 0 }
    }

    /// Writes the rows that wait.
    fn group(&mut self, file: &mut dyn Sink) -> io::Result<()> {
        if let Some(writer) = self.writer.as_mut().filter(|_| self.bytes > 0) {
            let mut group = writer.next_row_group().map_err(error)?;
            self.columns.write(&mut group).map_err(error)?;
            group.close().map_err(error)?;
        }
        self.bytes = 0;
        self.pipe.drain(file)
    }
}

impl Exporter for Parquet {
    fn begin(&mut self, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(error)?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("bitext ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        self.writer = Some(SerializedFileWriter::new(self.pipe.clone(), schema, Arc::new(properties)).map_err(error)?);
        Ok(())
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.bytes += self.columns.add(row)?;
        if self.bytes < GROUP_BYTES { Ok(()) } else { self.group(&mut files[0]) }
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.group(&mut files[0])?;
        if let Some(writer) = self.writer.take() {
            writer.close().map_err(error)?;
        }
        self.pipe.drain(&mut files[0])
    }
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    let file = (input.seek)(&input.name).map_err(|error| ReadError::fatal(&*input.name, error.to_string()))?;
    let mut values =
        Values::open(file).map_err(|error| ReadError::fatal("", format!("not a Parquet file: {error}")))?;
    let mut number = 0;
    Ok(read::from_fn(move || {
        number += 1;
        let place = format!("row {number}");
        Some(match values.next()? {
            Ok(value) => row(value).map_err(|message| ReadError::of_row(place, message)),
            Err(message) => Err(ReadError::fatal(place, message)),
        })
    }))
}

/// The row that an object is. Whoever else wrote it may have nested what stands here as JSON; what is null is not there.
fn row(mut value: Map<String, Value>) -> Result<Row, String> {
    value.retain(|_, value| !value.is_null());
    for name in ["parts", "meta", "extra"] {
        if let Some(Value::String(json)) = value.get(name) {
            let nested: Value = serde_json::from_str(json).map_err(|error| format!("{name}: {error}"))?;
            value.insert(name.to_owned(), nested);
        } else if let Some(Value::Object(nested)) = value.get_mut(name) {
            nested.retain(|_, value| !value.is_null());
        }
    }
    // Tables without whole numbers that may be absent have them as fractions.
    for name in ["n", "cost", "source_paragraph", "target_paragraph"] {
        value.get_mut(name).map(whole);
    }
    if let Some(Value::Object(parts)) = value.get_mut("parts") {
        parts.values_mut().for_each(whole);
    }
    if let Some(Value::Object(extra)) = value.remove("extra") {
        value.extend(extra);
    }
    serde_json::from_value(Value::Object(value)).map_err(|error| error.to_string())
}

/// A number that is whole, as one.
fn whole(value: &mut Value) {
    const MOST: f64 = 9_007_199_254_740_992.0; // 2^53
    if let Some(number) = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < MOST && value.is_f64())
    {
        *value = (number as i64).into();
    }
}

//! Rows, rejects and findings as Arrow record batches, and records out of them. Batches cross by the Arrow C data interface: their
//! buffers are lent, not copied. Columns are those of `bitext align -o rows.parquet`.

use crate::result::{Finding, Reject, Row};
use crate::{BitextError, error};
use arrow_array::builder::{Float64Builder, Int64Builder, ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use bitext::span::ByteRange;
use bitext::{archive, export, fidelity};
use chrono::{NaiveDateTime, NaiveTime};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;
use pyo3_arrow::input::AnyRecordBatch;
use serde_json::{Map, Value};
use std::sync::Arc;

fn strings<'s>(values: impl Iterator<Item = Option<&'s str>>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    values.for_each(|value| builder.append_option(value));
    Arc::new(builder.finish())
}

fn texts<'s>(values: impl Iterator<Item = &'s [String]>) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for value in values {
        value.iter().for_each(|text| builder.values().append_value(text));
        builder.append(true);
    }
    Arc::new(builder.finish())
}

fn whole(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    let mut builder = Int64Builder::new();
    values.for_each(|value| builder.append_option(value));
    Arc::new(builder.finish())
}

fn fractions(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    let mut builder = Float64Builder::new();
    values.for_each(|value| builder.append_option(value));
    Arc::new(builder.finish())
}

fn indices<'s>(values: impl Iterator<Item = Option<&'s [u32]>>) -> ArrayRef {
    let mut builder = ListBuilder::new(Int64Builder::new());
    for value in values {
        value.unwrap_or_default().iter().for_each(|&line| builder.values().append_value(line.into()));
        builder.append(value.is_some());
    }
    Arc::new(builder.finish())
}

fn spans<'s>(values: impl Iterator<Item = &'s [ByteRange]>) -> ArrayRef {
    let mut builder = ListBuilder::new(ListBuilder::new(Int64Builder::new()));
    for value in values {
        for span in value {
            builder.values().values().append_slice(&[span.start as i64, span.end as i64]);
            builder.values().append(true);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}

fn json(values: impl Iterator<Item = String>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    values.for_each(|value| builder.append_value(value));
    Arc::new(builder.finish())
}

fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("a row is plain data")
}

/// The name of a value that is written as a string.
fn named(value: &impl serde::Serialize) -> String {
    written(value).trim_matches('"').to_owned()
}

/// Rows as one batch.
pub fn rows(rows: &[&export::Row]) -> Result<RecordBatch, ArrowError> {
    let all = || rows.iter().copied();
    RecordBatch::try_from_iter_with_nullable(
        [
            ("id", strings(all().map(|row| Some(row.id.as_str())))),
            ("doc", strings(all().map(|row| Some(&*row.doc)))),
            ("n", whole(all().map(|row| Some(row.n as i64)))),
            ("kind", strings(all().map(|row| Some(row.kind.as_str())))),
            ("section", json(all().map(|row| named(&row.section)))),
            ("source_lang", strings(all().map(|row| Some(&*row.source_lang)))),
            ("target_lang", strings(all().map(|row| Some(&*row.target_lang)))),
            ("source", texts(all().map(|row| row.source.as_slice()))),
            ("target", texts(all().map(|row| row.target.as_slice()))),
            ("source_spans", spans(all().map(|row| row.source_spans.as_slice()))),
            ("target_spans", spans(all().map(|row| row.target_spans.as_slice()))),
            ("source_paragraph", whole(all().map(|row| row.source_paragraph.map(i64::from)))),
            ("target_paragraph", whole(all().map(|row| row.target_paragraph.map(i64::from)))),
            ("source_index", indices(all().map(|row| row.source_index.as_deref()))),
            ("target_index", indices(all().map(|row| row.target_index.as_deref()))),
            ("confidence", fractions(all().map(|row| row.confidence))),
            ("cost", whole(all().map(|row| row.cost))),
            ("parts", json(all().map(|row| written(&row.parts)))),
            ("status", strings(all().map(|row| Some(row.status.name())))),
            ("flags", texts(all().map(|row| row.flags.as_slice()))),
            ("meta", json(all().map(|row| written(&*row.meta)))),
            ("extra", json(all().map(|row| written(&row.extra)))),
        ]
        .map(|(name, column)| (name, column, true)),
    )
}

/// Rejects as one batch.
pub fn rejects(rejects: &[&archive::Reject]) -> Result<RecordBatch, ArrowError> {
    let all = || rejects.iter().copied();
    RecordBatch::try_from_iter_with_nullable(
        [
            ("path", strings(all().map(|reject| Some(reject.path.as_str())))),
            ("place", strings(all().map(|reject| Some(reject.place.as_str())))),
            ("reason", json(all().map(|reject| reject.reason.to_string()))),
            ("message", strings(all().map(|reject| Some(reject.message.as_str())))),
        ]
        .map(|(name, column)| (name, column, true)),
    )
}

fn findings(findings: &[&fidelity::Finding]) -> Result<RecordBatch, ArrowError> {
    let all = || findings.iter().copied();
    RecordBatch::try_from_iter_with_nullable(
        [
            ("pair", strings(all().map(|one| Some(one.pair.as_str())))),
            ("doc", strings(all().map(|one| Some(one.doc.as_str())))),
            ("type", strings(all().map(|one| Some(one.kind.name())))),
            ("rule", strings(all().map(|one| Some(&*one.rule)))),
            ("probability", fractions(all().map(|one| Some(one.probability)))),
            ("severity", strings(all().map(|one| Some(one.severity.name())))),
            ("mqm", strings(all().map(|one| Some(&*one.mqm)))),
            ("its", strings(all().map(|one| Some(&*one.its)))),
            ("source_spans", spans(all().map(|one| one.source_spans.as_slice()))),
            ("target_spans", spans(all().map(|one| one.target_spans.as_slice()))),
            ("source_words", texts(all().map(|one| one.source_words.as_slice()))),
            ("target_words", texts(all().map(|one| one.target_words.as_slice()))),
            ("message", strings(all().map(|one| Some(one.message.as_str())))),
        ]
        .map(|(name, column)| (name, column, true)),
    )
}

fn lend(batch: Result<RecordBatch, ArrowError>) -> PyResult<PyRecordBatch> {
    batch.map(PyRecordBatch::new).map_err(|wrong| error("arrow", wrong))
}

/// Rows as an Arrow record batch.
#[pyfunction]
pub fn rows_to_arrow(values: Vec<PyRef<'_, Row>>) -> PyResult<PyRecordBatch> {
    lend(rows(&values.iter().map(|row| &row.0).collect::<Vec<_>>()))
}

/// Rejects as an Arrow record batch.
#[pyfunction]
pub fn rejects_to_arrow(values: Vec<PyRef<'_, Reject>>) -> PyResult<PyRecordBatch> {
    lend(rejects(&values.iter().map(|reject| &reject.0).collect::<Vec<_>>()))
}

/// Findings as an Arrow record batch.
#[pyfunction]
pub fn findings_to_arrow(values: Vec<PyRef<'_, Finding>>) -> PyResult<PyRecordBatch> {
    lend(findings(&values.iter().map(|finding| &finding.0).collect::<Vec<_>>()))
}

/// Rows out of anything that is an Arrow table or stream with their columns.
#[pyfunction]
pub fn rows_from_arrow(table: AnyRecordBatch) -> PyResult<Vec<Row>> {
    let mut found = Vec::new();
    for batch in table.into_reader()? {
        let batch = batch.map_err(|wrong| error("arrow", wrong))?;
        for number in 0..batch.num_rows() {
            let row = row(object(&batch, number)?).map_err(|wrong| error(format!("row {}", found.len() + 1), wrong))?;
            found.push(Row(row));
        }
    }
    Ok(found)
}

fn row(mut fields: Map<String, Value>) -> Result<export::Row, serde_json::Error> {
    fields.retain(|_, value| !value.is_null());
    for name in ["parts", "meta", "extra"] {
        if let Some(Value::String(text)) = fields.get(name) {
            let nested = serde_json::from_str(text)?;
            fields.insert(name.to_owned(), nested);
        }
    }
    if let Some(Value::Object(extra)) = fields.remove("extra") {
        fields.extend(extra);
    }
    serde_json::from_value(Value::Object(fields))
}

/// The fields of a batch's row.
pub fn object(batch: &RecordBatch, row: usize) -> PyResult<Map<String, Value>> {
    let schema = batch.schema_ref();
    let field = |(field, column): (&Arc<arrow_schema::Field>, &ArrayRef)| {
        let wrong = |kind: DataType| {
            BitextError::new_err(format!(
                "column {:?}: {kind} is not a type that is read here: cast it to a string, a number, or a list of these",
                field.name()
            ))
        };
        Ok((field.name().clone(), value(column, row).map_err(wrong)?))
    };
    schema.fields().iter().zip(batch.columns()).map(field).collect()
}

/// A date, with the time of day where it is not midnight; null beyond the years that a calendar has.
fn moment(moment: Option<NaiveDateTime>) -> Value {
    let Some(moment) = moment else { return Value::Null };
    let format = if moment.time() == NaiveTime::MIN { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S +00:00" };
    moment.format(format).to_string().into()
}

/// The value at `row`, as a Parquet file with it would be read.
fn value(array: &dyn Array, row: usize) -> Result<Value, DataType> {
    if array.is_null(row) || matches!(array.data_type(), DataType::Null) {
        return Ok(Value::Null);
    }
    let list = |values: ArrayRef| (0..values.len()).map(|k| value(&values, k)).collect::<Result<Vec<_>, _>>();
    Ok(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Date32 => moment(array.as_primitive::<Date32Type>().value_as_datetime(row)),
        DataType::Date64 => moment(array.as_primitive::<Date64Type>().value_as_datetime(row)),
        DataType::Timestamp(unit, _) => moment(match unit {
            TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value_as_datetime(row),
            TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value_as_datetime(row),
            TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(row),
            TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value_as_datetime(row),
        }),
        DataType::List(_) => list(array.as_list::<i32>().value(row))?.into(),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(row))?.into(),
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            let one = |(field, column): (&Arc<arrow_schema::Field>, &ArrayRef)| {
                Ok((field.name().clone(), value(column, row)?))
            };
            Value::Object(columns.map(one).collect::<Result<_, DataType>>()?)
        }
        other => return Err(other.clone()),
    })
}

//! Tab-separated values with a header, quoted where a field needs it, as spreadsheets and data frames read them. What a reader
//! looks at stands first; the columns behind `title` let the rows be read back, after a correction too.

use super::item::{names, put_texts, set, side_text, value};
use super::read::{Cells, Input, Names, ReadError, RowReader, Table};
use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use crate::span::Side;
use std::io::{self, Write};
use std::sync::Arc;

/// Kept in columns, in their order.
pub(super) const KEEPS: &[Item] = &Item::ALL;

pub(super) const FORM: Form = Form {
    name: "tsv",
    others: &["tab"],
    tools: "Excel and LibreOffice (`--bom`), R, pandas, DuckDB",
    keeps: KEEPS,
    keeps_meta: &[],
    charset: Charset::Line,
    values: Charset::All,
    files: one_file,
    alone: true,
    exporter: |context| Box::new(Tsv { bom: context.bom, columns: columns() }),
    reader: Some(reader),
};

struct Tsv {
    bom: bool,
    columns: Vec<&'static str>,
}

/// The columns for people; the rest is [`columns`].
const FIRST: [&str; 10] =
    ["id", "kind", "section", "source", "target", "confidence", "cost", "status", "date", "title"];

/// All columns, in their order.
pub(super) fn columns() -> Vec<&'static str> {
    let mut columns = FIRST.to_vec();
    columns.extend(["doc", "n"]);
    for &item in KEEPS {
        columns.extend(names(item).iter().filter(|name| !FIRST.contains(name)));
    }
    columns
}

/// What stands in a column.
pub(super) fn cell(row: &Row, column: &str, charset: Charset) -> String {
    let meta = |key: &str| row.meta.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    match column {
        "id" => row.id.clone(),
        "doc" => row.doc.to_string(),
        "n" => row.n.to_string(),
        "kind" => row.kind.clone(),
        "source" => side_text(row, Side::Source, charset),
        "target" => side_text(row, Side::Target, charset),
        "date" | "title" => meta(column),
        _ => value(row, column, charset),
    }
}

fn record(out: &mut dyn Write, fields: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_writer(out);
    writer.write_record(fields)?;
    writer.flush()
}

impl Exporter for Tsv {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        if self.bom {
            files[0].write_all("\u{FEFF}".as_bytes())?;
        }
        record(&mut files[0], &self.columns)
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        record(&mut files[0], self.columns.iter().map(|column| cell(row, column, Charset::Line)))
    }
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    Ok(Box::new(Table::new(input)?))
}

/// The row in a record whose columns the header names, and whether its text was edited so that borders between its segments
/// are lost. Only `source` and `target` must be there.
pub(super) fn row(cells: &Cells<'_>, names: &mut Names) -> Result<(Row, bool), String> {
    let mut row = names.row(cells.get("id"), cells.get("doc"), cells.get("n"))?;
    let ours = cells.get("meta").is_some();
    for (name, text) in cells.all() {
        match name {
            "id" | "doc" | "n" | "kind" | "source" | "target" | "source_lengths" | "target_lengths" => {}
            // For people: `meta` has them too. Tables that others wrote have no such column.
            "date" | "title" if ours => {}
            "date" | "title" => {
                if !text.is_empty() {
                    Arc::make_mut(&mut row.meta).insert(name.to_owned(), text.into());
                }
            }
            _ => {
                if !set(&mut row, name, text)? {
                    row.extra.insert(name.to_owned(), text.into());
                }
            }
        }
    }
    let text = |name| cells.get(name).unwrap_or_default().to_owned();
    let lengths = [cells.get("source_lengths"), cells.get("target_lengths")];
    let edited = put_texts(&mut row, [text("source"), text("target")], lengths)?;
    Ok((row, edited))
}

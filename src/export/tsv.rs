//! Tab-separated values with a header, quoted where a field needs it, as spreadsheets and data frames read them. What a reader
//! looks at stands first; the columns behind `title` let the rows be read back, after a correction too.

use super::item::{names, side_text, value};
use super::read::table::Table;
use super::read::{Input, ReadError, RowReader};
use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use crate::span::Side;
use std::borrow::Cow;
use std::io::{self, Write};

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
    apart: true,
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
pub(super) fn cell<'r>(row: &'r Row, column: &str, charset: Charset) -> Cow<'r, str> {
    match column {
        "id" => row.id.as_str().into(),
        "doc" => (&*row.doc).into(),
        "n" => row.n.to_string().into(),
        "kind" => row.kind.as_str().into(),
        "source" => side_text(row, Side::Source, charset),
        "target" => side_text(row, Side::Target, charset),
        "date" | "title" => row.meta.get(column).and_then(|value| value.as_str()).unwrap_or_default().into(),
        _ => value(row, column, charset).into(),
    }
}

/// Writes a line, as the csv crate does, which has a buffer made for each of its writers.
fn record<'c>(out: &mut dyn Write, cells: impl IntoIterator<Item = Cow<'c, str>>) -> io::Result<()> {
    let mut line = Vec::new();
    for cell in cells {
        let bytes = cell.as_bytes();
        if memchr::memchr3(b'\t', b'"', b'\n', bytes).is_some() || memchr::memchr(b'\r', bytes).is_some() {
            line.push(b'"');
            line.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            line.push(b'"');
        } else {
            line.extend_from_slice(bytes);
        }
        line.push(b'\t');
    }
    line.pop();
    line.push(b'\n');
    out.write_all(&line)
}

impl Exporter for Tsv {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        if self.bom {
            files[0].write_all("\u{FEFF}".as_bytes())?;
        }
        record(&mut files[0], self.columns.iter().map(|&column| column.into()))
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        record(&mut files[0], self.columns.iter().map(|column| cell(row, column, Charset::Line)))
    }
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    Ok(Box::new(Table::new(input)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_those_of_the_csv_crate(cells in prop::collection::vec("[a\"\t\r\n#, 一]{0,4}", 2..5)) {
            let (mut own, mut theirs) = (Vec::new(), csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new()));
            record(&mut own, cells.iter().map(|cell| cell.into())).unwrap();
            theirs.write_record(&cells).unwrap();
            prop_assert_eq!(own, theirs.into_inner().unwrap());
        }
    }
}

//! Tables: a row a record, by the names of the columns.

use super::super::item::{put_texts, set};
use super::super::row::Row;
use super::{EDITED, Input, Names, ReadError, RowReader, Text, remarks};
use std::sync::Arc;

/// One record of a table, by the names of its columns.
struct Cells<'t> {
    header: &'t csv::StringRecord,
    record: &'t csv::StringRecord,
}

impl<'t> Cells<'t> {
    fn get(&self, name: &str) -> Option<&'t str> {
        self.all().find(|(column, _)| *column == name).map(|(_, text)| text)
    }

    fn all(&self) -> impl Iterator<Item = (&'t str, &'t str)> + use<'t> {
        self.header.iter().zip(self.record.iter())
    }
}

/// The row in a record whose columns the header names, and whether its text was edited so that borders between its segments
/// are lost. Only `source` and `target` must be there.
fn row(cells: &Cells<'_>, names: &mut Names) -> Result<(Row, bool), String> {
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

/// Rows of a tab-separated table with a header.
pub(in crate::export) struct Table {
    reader: csv::Reader<Text>,
    header: csv::StringRecord,
    record: csv::StringRecord,
    names: Names,
    edited: u64,
    ended: bool,
}

impl Table {
    pub(in crate::export) fn new(input: Input) -> Result<Self, ReadError> {
        let mut reader = csv::ReaderBuilder::new().delimiter(b'\t').from_reader(input.open_main()?);
        let header = reader.headers().map_err(|error| ReadError::fatal("line 1", error.to_string()))?.clone();
        for wanted in ["source", "target"] {
            if !header.iter().any(|column| column == wanted) {
                let has = header.iter().collect::<Vec<_>>().join(", ");
                let message = format!("the header has no column {wanted:?} (separated by tabs); it has {has}");
                return Err(ReadError::fatal("line 1", message));
            }
        }
        let names = input.names();
        Ok(Self { reader, header, record: csv::StringRecord::new(), names, edited: 0, ended: false })
    }
}

impl Iterator for Table {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let place = format!("line {}", self.reader.position().line());
        match self.reader.read_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => {
                let cells = Cells { header: &self.header, record: &self.record };
                Some(match row(&cells, &mut self.names) {
                    Ok((row, edited)) => {
                        self.edited += u64::from(edited);
                        Ok(row)
                    }
                    Err(message) => Err(ReadError::of_row(place, message)),
                })
            }
            Err(error) => {
                self.ended = error.is_io_error();
                Some(Err(ReadError { place, message: error.to_string(), fatal: self.ended }))
            }
        }
    }
}

impl RowReader for Table {
    fn remarks(&self) -> Vec<(String, u64)> {
        remarks([(EDITED, self.edited)])
    }
}

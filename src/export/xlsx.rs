//! A spreadsheet: the columns of TSV with a frozen header, filters and wrapped text. Rows go to a temporary file as they come
//! and are packed at the end, so memory stays flat. What a sheet cannot hold goes to the next one.

use super::tsv::{KEEPS, cell, columns};
use super::{Charset, Exporter, Form, Row, Sink, one_file};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use std::io;
use std::sync::Arc;

/// Rows of a sheet, its header among them.
const ROWS: u32 = 1_048_576;
/// Longest text of a cell, in UTF-16 units.
const CELL: usize = 32_767;

pub(super) const FORM: super::Form = Form {
    name: "xlsx",
    others: &["excel"],
    tools: "Excel, LibreOffice, Google Sheets",
    keeps: KEEPS,
    keeps_meta: &[],
    charset: Charset::Line,
    values: Charset::All,
    files: one_file,
    // An archive's head is written last: that needs a file.
    alone: false,
    apart: false,
    exporter: |_| Box::new(Xlsx::new()),
    reader: None,
};

struct Xlsx {
    workbook: Workbook,
    /// The next row of the last sheet; 0 before there is one.
    next: u32,
    columns: Arc<[&'static str]>,
    wrapped: Format,
    cut: u64,
}

fn error(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

impl Xlsx {
    fn new() -> Self {
        let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        Self { workbook: Workbook::new(), next: 0, columns: columns().into(), wrapped, cut: 0 }
    }

    /// The sheet to write to, and the row in it.
    fn sheet(&mut self) -> Result<(&mut Worksheet, u32), XlsxError> {
        if self.next == 0 || self.next == ROWS {
            let last = self.columns.len() as u16 - 1;
            let sheet = self.workbook.add_worksheet_with_constant_memory()?;
            sheet.set_freeze_panes(1, 0)?;
            // The filter holds for all rows, however many there will be.
            sheet.autofilter(0, 0, ROWS - 1, last)?;
            let header = Format::new().set_bold();
            for (k, column) in self.columns.iter().enumerate() {
                let width = match *column {
                    "source" | "target" => 60.0,
                    "id" | "title" | "doc" => 24.0,
                    _ => 11.0,
                };
                sheet.set_column_width(k as u16, width)?;
                sheet.write_string_with_format(0, k as u16, *column, &header)?;
            }
            self.next = 1;
        }
        let row = self.next;
        self.next += 1;
        let last = self.workbook.worksheets().len() - 1;
        Ok((self.workbook.worksheet_from_index(last)?, row))
    }

    fn write(&mut self, row: &Row) -> Result<(), XlsxError> {
        let (columns, wrapped) = (Arc::clone(&self.columns), self.wrapped.clone());
        let (sheet, line) = self.sheet()?;
        let mut cut = false;
        cells(sheet, line, row, &columns, &wrapped, &mut cut)?;
        self.cut += u64::from(cut);
        Ok(())
    }
}

/// Writes a row's cells; `cut` becomes true where a text is too long for one.
fn cells(
    sheet: &mut Worksheet,
    line: u32,
    row: &Row,
    columns: &[&str],
    wrapped: &Format,
    cut: &mut bool,
) -> Result<(), XlsxError> {
    for (k, column) in columns.iter().enumerate() {
        let k = k as u16;
        let number = match *column {
            "confidence" => row.confidence,
            "cost" => row.cost.map(|cost| cost as f64),
            "n" => Some(row.n as f64),
            _ => None,
        };
        if let Some(number) = number {
            sheet.write_number_with_format(line, k, number, wrapped)?;
            continue;
        }
        let text = cell(row, column, Charset::Line);
        let short = within(&text);
        *cut |= short.len() < text.len();
        if !short.is_empty() {
            sheet.write_string_with_format(line, k, short, wrapped)?;
        }
    }
    Ok(())
}

/// As much of a text as a cell holds.
fn within(text: &str) -> &str {
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > CELL
    });
    end.map_or(text, |(end, _)| &text[..end])
}

impl Exporter for Xlsx {
    fn begin(&mut self, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        // The same rows give the same bytes: the date of making is left at a fixed day.
        let made = ExcelDateTime::from_ymd(2026, 1, 1).map_err(error)?;
        self.workbook.set_properties(&DocProperties::new().set_creation_datetime(&made).set_author("bitext"));
        Ok(())
    }

    fn row(&mut self, row: &Row, _files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.write(row).map_err(error)
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        if self.next == 0 {
            self.sheet().map_err(error)?;
        }
        self.workbook.save_to_writer(&mut files[0]).map_err(error)
    }

    fn losses(&self) -> Vec<(String, u64)> {
        if self.cut == 0 { Vec::new() } else { vec![("text cut to the 32,767 characters of a cell".into(), self.cut)] }
    }
}

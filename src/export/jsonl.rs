//! JSON Lines, one row a line: the canonical form. Keeps everything.

use super::read::{self, Input, ReadError, RowReader};
use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "jsonl",
    others: &["ndjson"],
    tools: "bitext, DuckDB, pyarrow, `load_dataset`, jq",
    keeps: &Item::ALL,
    keeps_meta: &[],
    charset: Charset::All,
    values: Charset::All,
    files: one_file,
    alone: true,
    exporter: |_| Box::new(Jsonl),
    reader: Some(reader),
};

struct Jsonl;

impl Exporter for Jsonl {
    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        serde_json::to_writer(&mut files[0], row)?;
        files[0].write_all(b"\n")
    }
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    Ok(read::each_line(input.open_main()?, |line| serde_json::from_str(line).map_err(|error| error.to_string())))
}

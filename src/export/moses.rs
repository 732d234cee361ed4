//! Moses: one file a language, a pair a line, the same number of lines in each; `.ids` and `.confidences` beside them. The
//! form that trainers of machine translation read.

use super::item::{put_texts, side_text};
use super::read::{Input, Lines, ReadError, RowReader, from_fn};
use super::{Charset, Context, Exporter, Form, Item, Row, Sink};
use crate::span::Side;
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "moses",
    others: &[],
    tools: "Moses, Marian, fairseq, OpenNMT, OpusFilter",
    keeps: &[Item::Id, Item::Confidence],
    keeps_meta: &[],
    charset: Charset::Line,
    values: Charset::Line,
    files,
    alone: false,
    apart: true,
    exporter: |_| Box::new(Moses),
    reader: Some(reader),
};

fn files(name: &str, context: &Context) -> Vec<String> {
    let [source, target] = context.sides(name, "");
    vec![source, target, format!("{name}.ids"), format!("{name}.confidences")]
}

struct Moses;

impl Exporter for Moses {
    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let lines = [
            side_text(row, Side::Source, Charset::Line),
            side_text(row, Side::Target, Charset::Line),
            Charset::Line.of(&row.id),
            row.confidence.map(|confidence| confidence.to_string()).unwrap_or_default().into(),
        ];
        files.iter_mut().zip(lines).try_for_each(|(file, line)| writeln!(file, "{line}"))
    }
}

/// Reads the two texts, and ids and confidences where they are there.
fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    let texts = input.open_texts()?;
    let beside = |ending: &str| -> Result<Option<Lines>, ReadError> {
        let name = format!("{}{ending}", input.name);
        Ok(input.open_if_there(&name)?.map(|text| Lines::new(text, name)))
    };
    let (mut ids, mut confidences) = (beside(".ids")?, beside(".confidences")?);
    let (mut source, mut target) = (Lines::new(texts.source, "source"), Lines::new(texts.target, "target"));
    let mut names = input.names();
    Ok(from_fn(move || {
        let uneven = |lines: &Lines| ReadError::fatal(lines.place(), "the files have different numbers of lines");
        let own = |line: Option<Result<&str, ReadError>>| line.transpose().map(|line| line.map(str::to_owned));
        let next = (|| {
            let texts = match (own(source.next_line())?, own(target.next_line())?) {
                (Some(source), Some(target)) => [source, target],
                (None, None) => return Ok(None),
                (None, Some(_)) => return Err(uneven(&source)),
                (Some(_), None) => return Err(uneven(&target)),
            };
            let mut beside = [None, None];
            for (lines, value) in [&mut ids, &mut confidences].into_iter().zip(&mut beside) {
                if let Some(lines) = lines {
                    *value = Some(own(lines.next_line())?.ok_or_else(|| uneven(lines))?);
                }
            }
            let place = source.place();
            let wrong = |message: String| ReadError::of_row(place, message);
            let mut row = match names.row(beside[0].as_deref(), None, None) {
                Ok(row) => row,
                Err(message) => return Err(wrong(message)),
            };
            if let Some(text) = beside[1].as_deref().filter(|text| !text.is_empty()) {
                row.confidence = match text.parse() {
                    Ok(confidence) => Some(confidence),
                    Err(_) => return Err(wrong(format!("the confidence is {text:?}: it must be a number"))),
                };
            }
            put_texts(&mut row, texts, [None, None]).map_err(wrong)?;
            Ok(Some(row))
        })();
        next.transpose()
    }))
}

//! hunalign's ladder: a rung a bead, `first source line`, `first target line` and a score with tabs between, from `0 0` to a
//! last rung that closes both texts. Beside it the two texts, a sentence a line, and the ids of the rungs. The score is the
//! confidence.

use super::read::{Input, Lines, Names, ReadError, RowReader};
use super::{Charset, Exporter, Form, Item, Row, Sink};
use crate::span::Pair;
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "ladder",
    others: &[],
    tools: "hunalign's `-hand`, `ladder2text`, LF Aligner's scripts",
    keeps: &[Item::OneSided, Item::Borders, Item::Id, Item::Confidence],
    keeps_meta: &[],
    charset: Charset::Line,
    values: Charset::Line,
    files: |name, context| {
        let [source, target] = context.sides(name, "");
        vec![name.to_owned(), source, target, format!("{name}.ids")]
    },
    alone: true,
    apart: false,
    exporter: |_| Box::new(Ladder::default()),
    reader: Some(reader),
};

#[derive(Default)]
struct Ladder {
    lines: [u64; 2],
}

impl Exporter for Ladder {
    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let [source, target] = self.lines;
        let confidence = row.confidence.map(|confidence| confidence.to_string()).unwrap_or_default();
        writeln!(files[0], "{source}\t{target}\t{confidence}")?;
        for (side, texts) in [&row.source, &row.target].into_iter().enumerate() {
            for text in texts {
                files[side + 1].write_all(Charset::Line.of(text).as_bytes())?;
                files[side + 1].write_all(b"\n")?;
            }
            self.lines[side] += texts.len() as u64;
        }
        writeln!(files[3], "{}", Charset::Line.of(&row.id))
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let [source, target] = self.lines;
        writeln!(files[0], "{source}\t{target}\t")
    }
}

/// A rung: where a bead begins, and how sure the aligner was of it.
type Rung = (Pair<u64>, Option<f64>);

struct Reader {
    ladder: Lines,
    texts: Pair<Lines>,
    ids: Option<Lines>,
    names: Names,
    last: Option<Rung>,
    ended: bool,
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    let texts = input.open_texts()?;
    let ids = format!("{}.ids", input.name);
    Ok(Box::new(Reader {
        ladder: Lines::new(input.open_main()?, ""),
        texts: Pair::new(Lines::new(texts.source, "source"), Lines::new(texts.target, "target")),
        ids: input.open_if_there(&ids)?.map(|text| Lines::new(text, ids)),
        names: input.names(),
        last: None,
        ended: false,
    }))
}

impl Reader {
    fn rung(&mut self) -> Result<Option<Rung>, ReadError> {
        let place = format!("line {}", self.ladder.number + 1);
        let Some(line) = self.ladder.next_line() else { return Ok(None) };
        let line = line?;
        let mut fields = line.split_whitespace();
        let mut number = || fields.next()?.parse().ok();
        let rung = number().zip(number());
        let score = fields.next().and_then(|score| score.parse().ok());
        match rung {
            Some((source, target)) => Ok(Some((Pair::new(source, target), score))),
            None if line.trim().is_empty() => Ok(None),
            None => Err(ReadError::fatal(place, format!("{line:?} is no rung: it must be two numbers and a score"))),
        }
    }

    fn read(&mut self) -> Result<Option<Row>, ReadError> {
        let Some((start, confidence)) = (match self.last.take() {
            Some(rung) => Some(rung),
            None => self.rung()?,
        }) else {
            return Ok(None);
        };
        let place = self.ladder.place();
        let wrong = |message: String| ReadError::fatal(place.clone(), message);
        let Some(end) = self.rung()? else {
            let more =
                [&mut self.texts.source, &mut self.texts.target].into_iter().any(|text| text.next_line().is_some());
            let message = "the last rung is not at the end of the texts: name the end of both with it";
            return if more { Err(ReadError::fatal(place, message)) } else { Ok(None) };
        };
        self.last = Some(end);
        let id = match &mut self.ids {
            Some(ids) => ids.next_line().transpose()?.map(str::to_owned),
            None => None,
        };
        let mut row = self.names.row(id.as_deref(), None, None).map_err(wrong)?;
        row.confidence = confidence;
        row.put_texts(Pair::new(
            take(&mut self.texts.source, start.source, end.0.source)?,
            take(&mut self.texts.target, start.target, end.0.target)?,
        ));
        Ok(Some(row))
    }
}

/// The lines of a rung, which must follow on those read.
fn take(lines: &mut Lines, start: u64, end: u64) -> Result<Vec<String>, ReadError> {
    if lines.number != start || end < start {
        return Err(ReadError::fatal(
            lines.place(),
            format!("a rung goes from line {start} to {end}: the ladder must not go back or leave lines out"),
        ));
    }
    let mut texts = Vec::new();
    for _ in start..end {
        match lines.next_line() {
            Some(line) => texts.push(line?.to_owned()),
            None => return Err(ReadError::fatal(lines.place(), "the text has fewer lines than the ladder says")),
        }
    }
    Ok(texts)
}

impl Iterator for Reader {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read().transpose();
        self.ended = row.as_ref().is_none_or(Result::is_err);
        row
    }
}

impl RowReader for Reader {}

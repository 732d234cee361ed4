//! vecalign's form: `[0, 1]:[2]:0.139594`, 0-based lines, the third field a cost, here in nats; beside it the two texts whose
//! lines they are. Of several documents each has a line `# id` before it, in the texts too. Lines that the input had (given
//! segments) keep their numbers: the texts have blank lines where the input had some.

use super::read::{Input, Lines, Names, ReadError, RowReader, bracketed, remarks};
use super::{Charset, Exporter, Form, Item, Row, Sink};
use crate::span::{Pair, Side};
use std::fmt::Write as _;
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "vecalign",
    others: &["path"],
    tools: "vecalign's `score.py`, Bertalign, `bitext evaluate`",
    keeps: &[Item::OneSided, Item::Borders, Item::Index, Item::Cost],
    keeps_meta: &[],
    charset: Charset::Line,
    values: Charset::Line,
    files: |name, context| {
        let [source, target] = context.sides(name, "");
        vec![name.to_owned(), source, target]
    },
    alone: true,
    apart: true,
    exporter: |context| Box::new(Vecalign { headings: !context.single, lines: Pair::default(), unwritten: 0 }),
    reader: Some(reader),
};

struct Vecalign {
    headings: bool,
    /// Lines written of the document.
    lines: Pair<u32>,
    unwritten: u64,
}

impl Vecalign {
    /// Writes the segments of a side, and their line numbers into `numbers`.
    fn side(&mut self, row: &Row, side: Side, file: &mut dyn Sink, numbers: &mut String) -> io::Result<()> {
        let texts = row.texts(side);
        let given = row.index(side).filter(|given| given.len() == texts.len());
        let mut missed = false;
        numbers.push('[');
        for (k, text) in texts.iter().enumerate() {
            let number = given.map_or(self.lines[side], |given| given[k]);
            let comma = if k > 0 { ", " } else { "" };
            write!(numbers, "{comma}{number}").expect("a string takes it");
            // A file cannot go back: the line of a paragraph that was moved is where others have been written.
            if number < self.lines[side] {
                missed = true;
                continue;
            }
            for _ in self.lines[side]..number {
                writeln!(file)?;
            }
            file.write_all(Charset::Line.of(text).as_bytes())?;
            file.write_all(b"\n")?;
            self.lines[side] = number + 1;
        }
        numbers.push(']');
        self.unwritten += u64::from(missed);
        Ok(())
    }
}

impl Exporter for Vecalign {
    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.lines = Pair::default();
        if self.headings {
            files.iter_mut().try_for_each(|file| writeln!(file, "# {}", Charset::Line.of(&first.doc)))?;
        }
        Ok(())
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let [beads, source, target] = files else {
            return Err(io::Error::other("vecalign is three files"));
        };
        let mut line = String::new();
        self.side(row, Side::Source, source, &mut line)?;
        line.push(':');
        self.side(row, Side::Target, target, &mut line)?;
        if let Some(cost) = row.cost {
            write!(line, ":{:.6}", cost as f64 / 100.0).expect("a string takes it");
        }
        line.push('\n');
        beads.write_all(line.as_bytes())
    }

    fn losses(&self) -> Vec<(String, u64)> {
        if self.unwritten == 0 {
            return Vec::new();
        }
        vec![("lines out of order not in the texts".into(), self.unwritten)]
    }
}

/// Reads beads with the two texts. Lines that no bead names become rows of their own where they stand.
struct Reader {
    beads: Lines,
    texts: Pair<Lines>,
    /// Lines of the document read of either text, blank ones counted.
    read: Pair<u32>,
    names: Names,
    document: Option<String>,
    /// Text lines without a bead, to be given first, and the bead that they stood before.
    waiting: Vec<Row>,
    alone: u64,
    ended: bool,
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    let texts = input.open_texts()?;
    Ok(Box::new(Reader {
        beads: Lines::new(input.open_main()?, ""),
        texts: Pair::new(Lines::new(texts.source, "source"), Lines::new(texts.target, "target")),
        read: Pair::default(),
        names: input.names(),
        document: None,
        waiting: Vec::new(),
        alone: 0,
        ended: false,
    }))
}

impl Reader {
    fn new_row(&mut self) -> Result<Row, ReadError> {
        let place = self.beads.place();
        self.names.row(None, self.document.as_deref(), None).map_err(|message| ReadError::fatal(place, message))
    }

    /// Text that no bead names, as a row.
    fn alone(&mut self, side: Side, number: u32, text: String) -> Result<(), ReadError> {
        self.alone += 1;
        let mut row = self.new_row()?;
        let (mut texts, mut index) = (Pair::default(), Pair::new(Vec::new(), Vec::new()));
        texts[side] = vec![text];
        index[side] = vec![number];
        row.put_texts(texts);
        (row.source_index, row.target_index) = (Some(index.source), Some(index.target));
        self.waiting.push(row);
        Ok(())
    }

    /// Skips to the heading in both texts.
    fn heading(&mut self, id: &str) -> Result<(), ReadError> {
        let heading = format!("# {id}");
        for side in Side::BOTH {
            loop {
                let Some(line) = self.texts[side].next_line() else {
                    let message = format!("the text has no line {heading:?}, the beads have");
                    return Err(ReadError::fatal(self.texts[side].place(), message));
                };
                let line = line?;
                if line == heading {
                    break;
                }
                let text = line.to_owned();
                let number = self.read[side];
                self.read[side] += 1;
                if !text.trim().is_empty() {
                    self.alone(side, number, text)?;
                }
            }
        }
        self.document = Some(id.to_owned());
        self.read = Pair::default();
        Ok(())
    }

    fn side(&mut self, side: Side, numbers: &[u32]) -> Result<Vec<String>, ReadError> {
        let mut texts = Vec::new();
        for &number in numbers {
            if number < self.read[side] {
                let message = format!("line {number} is named out of order, or twice: beads must go through the texts");
                return Err(ReadError::fatal(self.beads.place(), message));
            }
            loop {
                let at = self.read[side];
                let Some(line) = self.texts[side].next_line() else {
                    return Err(ReadError::fatal(
                        self.texts[side].place(),
                        format!("the text has no line {number}, a bead has"),
                    ));
                };
                let text = line?.to_owned();
                self.read[side] += 1;
                if at == number {
                    texts.push(text);
                    break;
                }
                if !text.trim().is_empty() {
                    self.alone(side, at, text)?;
                }
            }
        }
        Ok(texts)
    }

    fn bead(&mut self) -> Result<bool, ReadError> {
        let place = format!("line {}", self.beads.number + 1);
        let Some(line) = self.beads.next_line() else {
            // What the texts have behind the last bead.
            for side in Side::BOTH {
                while let Some(line) = self.texts[side].next_line() {
                    let text = line?.to_owned();
                    let number = self.read[side];
                    self.read[side] += 1;
                    if !text.trim().is_empty() {
                        self.alone(side, number, text)?;
                    }
                }
            }
            return Ok(false);
        };
        let line = line?.to_owned();
        if let Some(id) = line.strip_prefix("# ") {
            self.heading(id)?;
            return Ok(true);
        }
        if line.trim().is_empty() {
            return Ok(true);
        }
        let mut fields = line.split(':');
        let sides = fields.next().and_then(bracketed).zip(fields.next().and_then(bracketed));
        let Some((source, target)) = sides else {
            return Err(ReadError::fatal(place, format!("{line:?} is not of the form [0, 1]:[2]:0.5")));
        };
        let cost = match fields.next().map(|cost| cost.trim().parse::<f64>()) {
            None => None,
            Some(Ok(cost)) => Some((cost * 100.0).round() as i64),
            Some(Err(_)) => return Err(ReadError::fatal(place, format!("{line:?}: the cost must be a number"))),
        };
        let texts = Pair::new(self.side(Side::Source, &source)?, self.side(Side::Target, &target)?);
        let mut row = self.new_row()?;
        row.put_texts(texts);
        (row.source_index, row.target_index) = (Some(source), Some(target));
        row.cost = cost;
        self.waiting.push(row);
        Ok(true)
    }
}

impl Iterator for Reader {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.is_empty() && !self.ended {
            match self.bead() {
                Ok(more) => self.ended = !more,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        (!self.waiting.is_empty()).then(|| Ok(self.waiting.remove(0)))
    }
}

impl RowReader for Reader {
    fn remarks(&self) -> Vec<(String, u64)> {
        remarks([("lines that no bead names, now rows of their own", self.alone)])
    }
}

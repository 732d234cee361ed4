//! The text that hunalign prints with `-text`: both sides and a score with tabs between, ` ~~~ ` between the sentences of a
//! side. The score is the confidence.

use super::read::{self, Input, ReadError, RowReader};
use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use crate::span::Pair;
use std::io::{self, Write};

const BETWEEN: &str = " ~~~ ";

pub(super) const FORM: Form = Form {
    name: "hunalign",
    others: &["aligned"],
    tools: "scripts made for hunalign's `-text`, LF Aligner",
    keeps: &[Item::OneSided, Item::Borders, Item::Confidence],
    keeps_meta: &[],
    charset: Charset::Line,
    values: Charset::Line,
    files: one_file,
    alone: true,
    apart: true,
    exporter: |_| Box::new(Hunalign),
    reader: Some(reader),
};

struct Hunalign;

impl Exporter for Hunalign {
    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let side = |texts: &[String]| texts.iter().map(|text| Charset::Line.of(text)).collect::<Vec<_>>().join(BETWEEN);
        let confidence = row.confidence.map(|confidence| confidence.to_string()).unwrap_or_default();
        writeln!(files[0], "{}\t{}\t{confidence}", side(&row.source), side(&row.target))
    }
}

fn reader(input: Input) -> Result<Box<dyn RowReader>, ReadError> {
    let mut names = input.names();
    Ok(read::each_line(input.open_main()?, move |line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[source, target, ref rest @ ..] = fields.as_slice() else {
            return Err("it must have two texts with a tab between".into());
        };
        let mut row = names.row(None, None, None)?;
        if let Some(score) = rest.first().filter(|score| !score.is_empty()) {
            row.confidence = Some(score.parse().map_err(|_| format!("the score is {score:?}: it must be a number"))?);
        }
        let side = |text: &str| text.split(BETWEEN).filter(|text| !text.is_empty()).map(str::to_owned).collect();
        row.put_texts(Pair::new(side(source), side(target)));
        Ok(row)
    }))
}

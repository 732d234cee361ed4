//! Sketch Engine: a vertical file a language, whose `align` structures are the beads, and a file that maps them, by their
//! numbers from 0, in the m:n form of Manatee (`-1` for none).

use super::vertical::{Tokens, document, sentences, value};
use super::{Charset, Exporter, Form, Item, Row, Sink};
use crate::span::Side;
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "sketch",
    others: &["sketchengine"],
    tools: "Sketch Engine, NoSketch Engine (compiled corpora)",
    keeps: &[Item::OneSided, Item::Borders, Item::Id],
    keeps_meta: &["date", "title", "title_target", "author"],
    charset: Charset::Line,
    values: Charset::Line,
    files: |name, context| {
        let [source, target] = context.sides(name, ".vert");
        vec![source, target, format!("{name}.map")]
    },
    alone: false,
    apart: false,
    exporter: |_| Box::new(Sketch::default()),
    reader: None,
};

#[derive(Default)]
struct Sketch {
    tokens: Tokens,
    structures: [u64; 2],
}

impl Exporter for Sketch {
    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        files[..2].iter_mut().try_for_each(|file| writeln!(file, "{}", document("doc", first)))
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut places = [String::from("-1"), String::from("-1")];
        for side in Side::BOTH {
            let k = side as usize;
            if row.texts(side).is_empty() {
                continue;
            }
            writeln!(files[k], "<align id=\"{}\">", value(&row.id))?;
            sentences(&mut self.tokens, &mut files[k], row.texts(side), row.language(side), true)?;
            writeln!(files[k], "</align>")?;
            places[k] = self.structures[k].to_string();
            self.structures[k] += 1;
        }
        writeln!(files[2], "{}", places.join("\t"))
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        files[..2].iter_mut().try_for_each(|file| writeln!(file, "</doc>"))
    }
}

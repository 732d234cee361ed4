//! Corpus Workbench: a vertical file a language for `cwb-encode -xsB -S s -S align:0+id
//! -S text:0+id+date+title+title_target+author`, and a file of beads for `cwb-align-import`. A bead is an `align` region of the same id in both; omissions and additions have one in
//! their own text and no line in the file of beads, which cannot hold them.

use super::vertical::{Tokens, document, sentences};
use super::{Charset, Context, Exporter, Form, Item, Row, Sink};
use crate::span::Side;
use std::io::{self, Write};

pub(super) const FORM: Form = Form {
    name: "cwb",
    others: &["vrt"],
    tools: "IMS Open Corpus Workbench, CQPweb",
    keeps: &[Item::OneSided, Item::Borders],
    keeps_meta: &["date", "title", "title_target", "author"],
    charset: Charset::Line,
    values: Charset::Line,
    files: |name, context| {
        let [source, target] = context.sides(name, ".vrt");
        vec![source, target, format!("{name}.beads")]
    },
    alone: false,
    apart: false,
    exporter: |context| Box::new(Cwb { tokens: Tokens::default(), corpora: corpora(context), beads: 0 }),
    reader: None,
};

/// The names of the two corpora: capitals, digits and hyphens, a letter first.
fn corpora(context: &Context) -> [String; 2] {
    let stem = context.name.split('.').next().unwrap_or_default().to_uppercase();
    [&context.language.source, &context.language.target].map(|language| {
        let name = format!("{stem}-{}", language.to_uppercase());
        let safe: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        if safe.starts_with(|c: char| c.is_ascii_alphabetic()) { safe } else { format!("C{safe}") }
    })
}

struct Cwb {
    tokens: Tokens,
    corpora: [String; 2],
    beads: u64,
}

impl Exporter for Cwb {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let [source, target] = &self.corpora;
        writeln!(files[2], "{source}\t{target}\talign\t{{id}}")
    }

    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        files[..2].iter_mut().try_for_each(|file| writeln!(file, "{}", document("text", first)))
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        self.beads += 1;
        let id = format!("b{}", self.beads);
        for side in Side::BOTH {
            let k = side as usize;
            if row.texts(side).is_empty() {
                continue;
            }
            writeln!(files[k], "<align id=\"{id}\">")?;
            sentences(&mut self.tokens, &mut files[k], row.texts(side), row.language(side), false)?;
            writeln!(files[k], "</align>")?;
        }
        if row.is_pair() { writeln!(files[2], "{id}\t{id}") } else { Ok(()) }
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        files[..2].iter_mut().try_for_each(|file| writeln!(file, "</text>"))
    }
}

//! A page to read: the two sides beside each other, bead kinds and confidence visible, fit for paper. No script.

use super::{Charset, Exporter, Form, Item, Row, Sink, one_file};
use crate::document::Section;
use crate::span::Pair;
use quick_xml::escape::escape;
use std::fmt::Write as _;
use std::io::{self, Write as _};

pub(super) const FORM: Form = Form {
    name: "html",
    others: &["htm"],
    tools: "browsers, paper",
    keeps: &[Item::OneSided, Item::Borders, Item::Id, Item::Languages, Item::Section, Item::Confidence],
    keeps_meta: &["date", "warnings"],
    charset: Charset::Line,
    values: Charset::Line,
    files: one_file,
    alone: true,
    apart: true,
    exporter: |context| Box::new(Html { language: context.language.clone() }),
    reader: None,
};

struct Html {
    language: Pair<String>,
}

const STYLE: &str = include_str!("page.css");

/// Below this confidence a bead is marked as doubtful, below the second as very doubtful.
const DOUBTFUL: (f64, f64) = (0.9, 0.5);

/// Text that is safe in the page: markup escaped, characters that HTML forbids shown as U+FFFD.
fn safe(text: &str) -> String {
    escape(Charset::Line.of(text)).into_owned()
}

fn cell(row: &Row, sentences: &[String], language: &str, page: &mut String) {
    let _ = write!(page, "<td lang=\"{}\">", safe(language));
    if sentences.is_empty() {
        let what = if row.source.is_empty() { "no original" } else { "not translated" };
        let _ = write!(page, "<span class=none>{what}</span>");
    }
    for sentence in sentences {
        let _ = write!(page, "<span class=s>{}</span> ", safe(sentence));
    }
    page.push_str("</td>");
}

impl Exporter for Html {
    fn begin(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let page = format!(
            "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
             <title>bitext: {0} – {1}</title>\n<style>\n{STYLE}</style>\n\
             <header><h1>Aligned texts: {0} – {1}</h1>\n<p>A row is a <em>bead</em>: the sentences of both sides that belong together. \
             Its kind counts them (2-1: two of the original, one of the translation); beside it stands the probability, in percent, that \
             this very bead is right. <span class=\"doubt low\">Marked</span> rows are doubtful.</p></header>\n<main>\n",
            safe(&self.language.source),
            safe(&self.language.target)
        );
        files[0].write_all(page.as_bytes())
    }

    fn open(&mut self, first: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut page = String::new();
        let id = safe(&first.doc);
        let date = first.meta.get("date").and_then(|value| value.as_str()).unwrap_or_default();
        let _ = write!(page, "<section id=\"{id}\">\n<h2><a href=\"#{id}\">{id}</a>");
        if !date.is_empty() && !first.doc.starts_with(date) {
            let _ = write!(page, " <time>{}</time>", safe(date));
        }
        page.push_str("</h2>\n");
        if let Some(codes) =
            first.meta.get("warnings").and_then(|codes| codes.as_array()).filter(|codes| !codes.is_empty())
        {
            let codes: Vec<&str> = codes.iter().filter_map(|code| code.as_str()).collect();
            let _ = writeln!(page, "<p class=warnings>Warnings: {}</p>", safe(&codes.join(", ")));
        }
        page.push_str(
            "<table>\n<thead><tr><th scope=col>Bead<th scope=col>Original<th scope=col>Translation</thead>\n<tbody>\n",
        );
        files[0].write_all(page.as_bytes())
    }

    fn row(&mut self, row: &Row, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        let mut page = String::new();
        let doubt = match row.confidence {
            Some(confidence) if confidence < DOUBTFUL.1 => " very low",
            Some(confidence) if confidence < DOUBTFUL.0 => " low",
            _ => "",
        };
        let title = if row.section == Section::Title { " title" } else { "" };
        let percent = row.confidence.map_or(String::new(), |confidence| {
            // 100 is kept for what is all but certain.
            format!("{:.0}", (confidence * 100.0).min(if confidence < 0.9995 { 99.0 } else { 100.0 }))
        });
        let _ = write!(
            page,
            "<tr id=\"{}\" class=\"k{}{title}{doubt}\"><th scope=row><a href=\"#{0}\">{}</a> <b>{}</b> <span class=\"doubt{doubt}\">{percent}</span></th>",
            safe(&row.id),
            safe(&row.kind),
            row.n,
            safe(&row.kind),
        );
        cell(row, &row.source, &row.source_lang, &mut page);
        cell(row, &row.target, &row.target_lang, &mut page);
        page.push_str("</tr>\n");
        files[0].write_all(page.as_bytes())
    }

    fn close(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        files[0].write_all(b"</tbody>\n</table>\n</section>\n")
    }

    fn end(&mut self, files: &mut [Box<dyn Sink>]) -> io::Result<()> {
        files[0].write_all(b"</main>\n</html>\n")
    }
}

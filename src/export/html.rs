//! A page to read: the two sides beside each other, bead kinds and confidence visible, fit for paper. No script.

use super::{Exporter, Row, rows};
use crate::engine::Aligned;
use crate::span::Pair;
use quick_xml::escape::escape;
use std::fmt::Write;

pub(super) struct Html {
    pub(super) language: Pair<String>,
}

const STYLE: &str = include_str!("page.css");

/// Below this confidence a bead is marked as doubtful, below the second as very doubtful.
const DOUBTFUL: (f64, f64) = (0.9, 0.5);

/// Text that is safe in the page: markup escaped, characters that HTML forbids shown as U+FFFD.
fn safe(text: &str) -> String {
    let shown = text.replace(|c: char| c.is_control() && !matches!(c, '\n' | '\t'), "\u{FFFD}");
    escape(&shown).into_owned()
}

fn cell(row: &Row<'_>, sentences: &[std::borrow::Cow<'_, str>], language: &str, page: &mut String) {
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
    fn head(&self, files: &mut [Vec<u8>]) {
        let page = format!(
            "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
             <title>bitext: {0} – {1}</title>\n<style>\n{STYLE}</style>\n\
             <header><h1>Aligned texts: {0} – {1}</h1>\n<p>A row is a <em>bead</em>: the sentences of both sides that belong together. \
             Its kind counts them (2-1: two of the original, one of the translation); beside it stands the probability, in percent, that \
             this very bead is right. <span class=\"doubt low\">Marked</span> rows are doubtful.</p></header>\n<main>\n",
            safe(&self.language.source),
            safe(&self.language.target)
        );
        files[0].extend_from_slice(page.as_bytes());
    }

    fn document(&self, aligned: &Aligned, files: &mut [Vec<u8>]) {
        let document = &aligned.document;
        let meta = |key: &str| document.meta.get(key).and_then(|value| value.as_str()).unwrap_or_default();
        let mut page = String::new();
        let id = safe(&document.id);
        let date = meta("date");
        let _ = write!(page, "<section id=\"{id}\">\n<h2><a href=\"#{id}\">{id}</a>");
        if !date.is_empty() && !document.id.starts_with(date) {
            let _ = write!(page, " <time>{}</time>", safe(date));
        }
        page.push_str("</h2>\n");
        if !document.warnings.is_empty() {
            let codes: Vec<String> = document.warnings.iter().map(ToString::to_string).collect();
            let _ = writeln!(page, "<p class=warnings>Warnings: {}</p>", codes.join(", "));
        }
        page.push_str(
            "<table>\n<thead><tr><th scope=col>Bead<th scope=col>Original<th scope=col>Translation</thead>\n<tbody>\n",
        );
        for row in rows(aligned) {
            let doubt = match row.confidence {
                confidence if confidence < DOUBTFUL.1 => " very low",
                confidence if confidence < DOUBTFUL.0 => " low",
                _ => "",
            };
            let title = if row.section == crate::document::Section::Title { " title" } else { "" };
            let _ = write!(
                page,
                "<tr id=\"{}\" class=\"k{}{title}{doubt}\"><th scope=row><a href=\"#{0}\">{}</a> <b>{}</b> <span class=\"doubt{doubt}\">{:.0}</span></th>",
                safe(&row.id),
                safe(&row.kind),
                row.n,
                row.kind,
                // 100 is kept for what is all but certain.
                (row.confidence * 100.0).min(if row.confidence < 0.9995 { 99.0 } else { 100.0 }),
            );
            cell(&row, &row.source, &row.source_lang, &mut page);
            cell(&row, &row.target, &row.target_lang, &mut page);
            page.push_str("</tr>\n");
        }
        page.push_str("</tbody>\n</table>\n</section>\n");
        files[0].extend_from_slice(page.as_bytes());
    }

    fn foot(&self, files: &mut [Vec<u8>]) {
        files[0].extend_from_slice(b"</main>\n</html>\n");
    }
}

//! Hits as a reader sees them: key words in context.

use super::Hit;
use crate::span::{ByteRange, Pair, Side};
use console::{Style, Term};
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns without a terminal.
const COLUMNS: usize = 110;

/// How lines are set.
pub(super) struct View {
    columns: usize,
    found: Style,
    faint: Style,
}

impl View {
    /// For the terminal, in its width and in colour where it has any; else plain.
    pub(super) fn new(terminal: bool) -> Self {
        let columns =
            Term::stdout().size_checked().filter(|_| terminal).map_or(COLUMNS, |(_, columns)| columns as usize);
        let style = |style: Style| if terminal { style } else { style.force_styling(false) };
        Self { columns: columns.max(40), found: style(Style::new().red().bold()), faint: style(Style::new().dim()) }
    }

    /// Two lines and a heading: where it is, the hit with its context, and the other side.
    pub(super) fn hit(&self, hit: &Hit, (side, range): (Side, ByteRange)) -> String {
        let text = &hit.text[side];
        let word = range.of(text);
        let room = self.columns.saturating_sub(word.width()) / 2;
        let (before, behind) = (flat(&text[..range.start]), flat(&text[range.end..]));
        let left = end_of(&before, room);
        let right = start_of(&behind, self.columns.saturating_sub(room + word.width()));
        let mut place = hit.doc.clone();
        for known in [&hit.date, &hit.page].into_iter().filter(|known| !known.is_empty()) {
            let _ = write!(place, "  {known}");
        }
        if let Some(confidence) = hit.confidence {
            let _ = write!(place, "  {confidence:.2}");
        }
        let pad = " ".repeat(room.saturating_sub(left.width()));
        let other = side.other();
        let below = self.marked(&hit.text[other], &hit.found[other]);
        format!("{}\n{pad}{left}{}{right}\n{below}\n\n", self.faint.apply_to(place), self.found.apply_to(flat(word)))
    }

    /// A whole text with its hits marked.
    fn marked(&self, text: &str, found: &[ByteRange]) -> String {
        let (mut marked, mut done) = (String::new(), 0);
        for range in found {
            let _ = write!(marked, "{}{}", flat(&text[done..range.start]), self.found.apply_to(flat(range.of(text))));
            done = range.end;
        }
        marked + &flat(&text[done..])
    }
}

/// Line ends and what would move a terminal's cursor as blanks.
fn flat(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_direction(c) { ' ' } else { c }).collect()
}

/// Marks that turn the direction of writing.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// As much of the end as fits into `columns`.
fn end_of(text: &str, columns: usize) -> &str {
    let mut room = columns;
    let start = text.char_indices().rev().take_while(|(_, c)| take(&mut room, *c)).last();
    start.map_or("", |(start, _)| &text[start..])
}

/// As much of the beginning as fits.
fn start_of(text: &str, columns: usize) -> &str {
    let mut room = columns;
    let end = text.char_indices().take_while(|(_, c)| take(&mut room, *c)).last();
    end.map_or("", |(start, c)| &text[..start + c.len_utf8()])
}

fn take(room: &mut usize, c: char) -> bool {
    let width = c.width().unwrap_or(0);
    let fits = width <= *room;
    *room -= if fits { width } else { 0 };
    fits
}

/// A page with the hits, for a browser.
pub(super) fn page(query: &str, hits: &[Hit], language: &Pair<String>) -> String {
    let escaped =
        |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let marked = |hit: &Hit, side: Side| {
        let (mut html, mut done) = (String::new(), 0);
        for range in &hit.found[side] {
            let before = escaped(&hit.text[side][done..range.start]);
            let _ = write!(html, "{before}<mark>{}</mark>", escaped(range.of(&hit.text[side])));
            done = range.end;
        }
        format!(
            "<td lang=\"{}\" dir=\"auto\">{html}{}</td>",
            escaped(&language[side]),
            escaped(&hit.text[side][done..])
        )
    };
    let mut rows = String::new();
    for hit in hits {
        let _ = writeln!(
            rows,
            "<tr><td>{}<br>{}</td>{}{}</tr>",
            escaped(&hit.doc),
            escaped(&hit.date),
            marked(hit, Side::Source),
            marked(hit, Side::Target)
        );
    }
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title><style>body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }} \
         table {{ border-collapse: collapse; }} td {{ border-top: 1px solid #ccc; padding: .4rem .8rem; vertical-align: top; white-space: pre-line; }} \
         td:first-child {{ color: #555; font-size: .85rem; }} mark {{ background: #ffe08a; }}</style><h1>{0}</h1><p>{1} hits</p><table>\n{rows}</table></html>\n",
        escaped(query),
        hits.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_is_cut_by_columns() {
        assert_eq!(end_of("我们的贸易", 5), "贸易");
        assert_eq!(start_of("trade 贸易", 7), "trade ");
        assert_eq!(end_of("", 5), "");
    }
}

//! Vertical text: a token a line, structures as tags. Chinese is cut into the words of the built-in dictionary, everything
//! else at the word borders of Unicode (UAX #29).

use super::text::Charset;
use super::{Row, Sink};
use crate::signal::lexicon::embedded::ZhEn;
use crate::signal::lexicon::segment::is_han;
use crate::signal::lexicon::{Language, Segmenter};
use std::io::{self, Write};
use unicode_segmentation::UnicodeSegmentation;

/// Cuts text into tokens.
#[derive(Default)]
pub(super) struct Tokens {
    segmenter: Segmenter,
}

impl Tokens {
    /// The tokens, each with true where it stands right behind the one before.
    pub(super) fn of<'t>(&mut self, text: &'t str, language: &str) -> Vec<(&'t str, bool)> {
        let chinese = Language::new(language).is_chinese();
        let (mut tokens, mut reached): (Vec<(&str, bool)>, usize) = (Vec::new(), usize::MAX);
        let mut push = |start: usize, end: usize| {
            tokens.push((&text[start..end], start == reached));
            reached = end;
        };
        let mut run = 0..0;
        for (at, piece) in text.split_word_bound_indices() {
            let is_run = chinese && piece.chars().all(is_han);
            if is_run && run.end == at {
                run.end = at + piece.len();
                continue;
            }
            self.words(text, run.clone(), &mut push);
            run = at..at + if is_run { piece.len() } else { 0 };
            let token = piece.trim();
            if !is_run && !token.is_empty() {
                // A blank with a combining mark on it is one piece.
                let start = at + (piece.len() - piece.trim_start().len());
                push(start, start + token.len());
            }
            if !is_run {
                run = at + piece.len()..at + piece.len();
            }
        }
        self.words(text, run, &mut push);
        tokens
    }

    fn words(&mut self, text: &str, run: std::ops::Range<usize>, push: &mut impl FnMut(usize, usize)) {
        if !run.is_empty() {
            let start = run.start;
            self.segmenter.run(ZhEn::shared(), &text[run], |from, to, _, _| push(start + from, start + to));
        }
    }
}

/// A value in a tag: quotation marks and markup as entities.
pub(super) fn value(text: &str) -> String {
    quick_xml::escape::escape(Charset::Line.of(text)).into_owned()
}

/// The tag that a document begins with: its id, date and titles, as far as they are known.
pub(super) fn document(name: &str, row: &Row) -> String {
    let mut tag = format!("<{name} id=\"{}\"", value(&row.doc));
    for key in ["date", "title", "title_target", "author"] {
        if let Some(text) = row.meta.get(key).and_then(|value| value.as_str()).filter(|text| !text.is_empty()) {
            tag += &format!(" {key}=\"{}\"", value(text));
        }
    }
    tag + ">"
}

/// Writes the segments of a side in `<s>`, with `<g/>` where there is no blank between tokens if `glue` says so.
pub(super) fn sentences(
    tokens: &mut Tokens,
    file: &mut Box<dyn Sink>,
    texts: &[String],
    language: &str,
    glue: bool,
) -> io::Result<()> {
    for text in texts {
        writeln!(file, "<s>")?;
        for (token, glued) in tokens.of(&Charset::Line.of(text), language) {
            if glue && glued {
                writeln!(file, "<g/>")?;
            }
            writeln!(file, "{}", quick_xml::escape::partial_escape(token))?;
        }
        writeln!(file, "</s>")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_and_marks() {
        let mut tokens = Tokens::default();
        let words = |tokens: Vec<(&str, bool)>| tokens.iter().map(|(token, _)| (*token).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            words(tokens.of("农民参观了水渠，长8.5里。", "zh")),
            ["农民", "参观", "了", "水渠", "，", "长", "8.5", "里", "。"]
        );
        assert_eq!(tokens.of("a \u{308}b", "en"), [("a", false), ("\u{308}", false), ("b", true)]);
        assert_eq!(
            tokens.of("China's 35,200 tons.", "en"),
            [("China's", false), ("35,200", false), ("tons", false), (".", true)]
        );
    }

    proptest! {
        #[test]
        fn tokens_rebuild_the_text(text in "[中国人民解放军a-z0-9,.<>& 　é]{0,30}|\\PC{0,30}", chinese: bool) {
            let mut tokens = Tokens::default();
            let language = if chinese { "zh" } else { "en" };
            let mut rebuilt = String::new();
            for (token, glued) in tokens.of(&text, language) {
                if !glued && !rebuilt.is_empty() {
                    rebuilt.push(' ');
                }
                rebuilt += token;
            }
            // White space between tokens is one blank, and none is put where there was none.
            prop_assert_eq!(rebuilt, text.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
}

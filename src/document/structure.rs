//! What each line of a text is: prose to be split, or a title, a heading, a verse, a row of a table, a signature, a
//! dateline, which stand for one segment. The looks of a line and of its neighbours tell; the text is never changed.

use super::lines::{self, Look, Script, ends_sentence, is_han};
use crate::span::ByteRange;

/// One line of a text, with its bounds and without the white space (or the markup) at its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// All of it, its indent included, its line end left out.
    pub whole: ByteRange,
    /// What is to be aligned of it; empty for a blank line.
    pub trimmed: ByteRange,
}

impl Line {
    /// True for a line of white space.
    pub fn is_blank(&self) -> bool {
        self.trimmed.is_empty()
    }
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// Running text.
    #[default]
    Prose,
    /// Running text that begins with a number or a bullet.
    ListItem,
    /// A title, a sub-title, a by-line.
    Title,
    /// A heading between paragraphs.
    Heading,
    /// A line of a poem.
    Verse,
    /// A row of cells that wide blanks part.
    TableRow,
    /// Who wrote it, or where it comes from: at the end, far indented, after a dash, or in brackets.
    Signature,
    /// A place, an agency and a date, on a line of their own.
    Dateline,
}

impl Kind {
    /// True when the paragraph stands for one segment and is not to be split into sentences.
    pub fn is_whole(self) -> bool {
        !matches!(self, Kind::Prose | Kind::ListItem)
    }
}

/// A heading has fewer characters than this, and so has a signature.
const HEADING_CHARS: (usize, usize) = (30, 80);
/// A signature stands further in than any paragraph.
const SIGNATURE_INDENT: usize = 8;
/// A row of a table has so many cells.
const CELLS: usize = 3;

/// The lines of a text.
pub fn lines(text: &str) -> impl Iterator<Item = Line> + '_ {
    lines::ranges(text).map(|whole| Line { whole, trimmed: whole.trimmed(text) })
}

/// The paragraphs that the lines make: each line one, save that a line broken inside a sentence is joined to the next. With
/// `verse` the text is known to be a poem, whose lines stay as they are.
pub fn paragraphs(text: &str, script: Script, lines: &[Line], verse: bool) -> Vec<(ByteRange, Kind)> {
    let looks: Vec<Look<'_>> = lines.iter().map(|line| Look::of(line.whole.of(text))).collect();
    let mut paragraphs: Vec<(ByteRange, Kind)> = Vec::with_capacity(lines.len());
    let mut goes_on = false;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_blank()) {
        let poem = verse && lines::is_shorter(line.trimmed.of(text), heading_chars(script));
        match paragraphs.last_mut() {
            Some((last, _)) if goes_on => last.end = line.trimmed.end,
            _ => {
                let kind = if poem { Kind::Verse } else { kind(script, line.trimmed.of(text), &looks, at) };
                paragraphs.push((line.trimmed, kind));
            }
        }
        goes_on = !poem && lines::joins_next(script, &looks, at);
        if let Some((_, kind)) = paragraphs.last_mut().filter(|_| goes_on) {
            *kind = Kind::Prose;
        }
    }
    paragraphs
}

/// What the line `at` of `looks` is, its text being `line`.
fn kind(script: Script, line: &str, looks: &[Look<'_>], at: usize) -> Kind {
    if lines::is_verse_line(script, looks, at) {
        return Kind::Verse;
    }
    let running = || if lines::starts_item(line) { Kind::ListItem } else { Kind::Prose };
    let ended = ends_sentence(line) || line.ends_with(['，', '、', ',']);
    let bracketed = is_bracketed(line);
    // Most lines: of the others many characters must be counted.
    if ended && !bracketed || !lines::is_shorter(line, 2 * heading_chars(script)) {
        return running();
    }
    let short = lines::is_shorter(line, heading_chars(script));
    // A line with a full stop inside is running text, whatever it looks like.
    let one = short && !line.contains(['。', '；', '\n']) && (script == Script::Han || !line.contains(". "));
    if short && !ended && lines::is_dateline(line) {
        return Kind::Dateline;
    }
    if one && bracketed {
        return Kind::Signature;
    }
    if one && !ended && (line.starts_with(['—', '―']) || line.starts_with("--")) {
        return Kind::Signature;
    }
    let next = looks[at + 1..].iter().find(|line| !line.text.is_empty());
    let far = |line: &Look<'_>| lines::indent(line.whole) > SIGNATURE_INDENT;
    if one && !ended && far(&looks[at]) {
        // With text below it, a heading in the middle of the page.
        return if next.is_some_and(|next| !far(next)) { Kind::Heading } else { Kind::Signature };
    }
    if !ended && !line.contains('。') && cells(line) >= CELLS {
        return Kind::TableRow;
    }
    if one && !ended && next.is_some() && begins(script, line) {
        return Kind::Heading;
    }
    running()
}

fn heading_chars(script: Script) -> usize {
    if script == Script::Han { HEADING_CHARS.0 } else { HEADING_CHARS.1 }
}

/// Whether a line begins as a heading does: alphabetic ones with a capital or a number.
fn begins(script: Script, line: &str) -> bool {
    script == Script::Han || line.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || is_han(c))
}

/// （新华社） [Signed] and the like.
fn is_bracketed(line: &str) -> bool {
    let inner = line
        .strip_prefix(['（', '(', '【', '[', '〔'])
        .and_then(|rest| rest.strip_suffix(['）', ')', '】', ']', '〕']));
    inner.is_some_and(|inner| !inner.contains(['（', '(', '）', ')', '【', '】', '[', ']']))
}

/// How many cells wide blanks, tabs or bars part a line into.
fn cells(line: &str) -> usize {
    let (mut cells, mut blank) = (1, 0);
    for c in line.chars() {
        match c {
            '\u{3000}' | '\t' | '|' | '｜' => blank += 2,
            _ if c.is_whitespace() => blank += 1,
            _ => {
                cells += usize::from(blank > 1);
                blank = 0;
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(script: Script, text: &str) -> Vec<(&str, Kind)> {
        let lines: Vec<Line> = lines(text).collect();
        paragraphs(text, script, &lines, false).into_iter().map(|(range, kind)| (range.of(text), kind)).collect()
    }

    #[test]
    fn every_kind_of_chinese_line() {
        use Kind::{Dateline, Heading, ListItem, Prose, Signature, TableRow};
        let text = "　　新华社北京十日电
　　怎么办？怎么干？大家谈
　　今天开会。明天休息。
　　一、要加强领导。要改进作风。
　　棉花　　１２．５万担　　增３．１％
　　（新华社）
　　——毛泽东
　　　　　　　　一  放水围困
　　今年大旱。
　　　　　　　　　　石家庄铁路工人　赵大山
";
        let kinds: Vec<Kind> = kinds(Script::Han, text).into_iter().map(|(_, kind)| kind).collect();
        assert_eq!(
            kinds,
            [Dateline, Heading, Prose, ListItem, TableRow, Signature, Signature, Heading, Prose, Signature]
        );
    }

    #[test]
    fn every_kind_of_english_line() {
        use Kind::{Dateline, Heading, ListItem, Prose, Signature, TableRow};
        let text = "\
PEKING, Oct. 1 (NCNA) --
What Is to Be Done? Readers Answer
The meeting opened. It closed.
1. Plough deep. Sow early.
Cotton    12.5    3.1%
(Xinhua)
-- Mao Tse-tung
";
        let kinds: Vec<Kind> = kinds(Script::Alphabetic, text).into_iter().map(|(_, kind)| kind).collect();
        assert_eq!(kinds, [Dateline, Heading, Prose, ListItem, TableRow, Signature, Signature]);
    }

    #[test]
    fn a_line_broken_inside_a_sentence_is_joined_but_not_across_a_blank_one() {
        let text = "　　为了完成今年的任务，我们决定在全厂范围内\n开展竞赛。大家拥护。\n　　竞赛开始了。\n";
        assert_eq!(
            kinds(Script::Han, text),
            [
                ("为了完成今年的任务，我们决定在全厂范围内\n开展竞赛。大家拥护。", Kind::Prose),
                ("竞赛开始了。", Kind::Prose)
            ]
        );
        let text = "The committee met in the\ngreat hall.\n\nand rose\n";
        let found: Vec<&str> = kinds(Script::Alphabetic, text).into_iter().map(|(text, _)| text).collect();
        assert_eq!(found, ["The committee met in the\ngreat hall.", "and rose"]);
    }

    #[test]
    fn a_poem_is_cut_by_line() {
        let text = "　　东山日出满天红，\n　　社员下地斗寒风，\n　　一锄挖到龙王殿，\n　　要它送水到田中。\n";
        assert!(kinds(Script::Han, text).iter().all(|(_, kind)| *kind == Kind::Verse));
        let english =
            "The sun is red in the east,\nand the people rise;\nthey dig. They sing,\nto the morning skies.\n";
        let lines: Vec<Line> = lines(english).collect();
        let found = paragraphs(english, Script::Alphabetic, &lines, true);
        assert!(found.len() == 4 && found.iter().all(|(_, kind)| *kind == Kind::Verse), "{found:?}");
    }
}

//! The lines of a text: which are broken inside a sentence and join the next, and which are verse.

use crate::span::ByteRange;
use std::borrow::Cow;

/// How a text's lines are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Chinese, Japanese: no capitals, no blanks.
    Han,
    /// Capitals tell a beginning.
    Alphabetic,
}

impl Script {
    /// How the lines of a language are told apart, by its tag (`zh-Hant`, `en`).
    pub fn of(tag: &str) -> Script {
        match primary(tag).as_str() {
            "zh" | "cmn" | "yue" | "wuu" | "lzh" | "ja" => Script::Han,
            _ => Script::Alphabetic,
        }
    }
}

/// The primary subtag of a language tag: `zh` of `zh-Hant`.
pub fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase()
}

/// A line of verse has fewer characters, in Chinese.
pub const VERSE_CHARS: usize = 20;

/// A heading may have fewer characters; a broken line of running text has a mark or is longer.
const HEADING_CHARS: usize = 15;
/// A rest that stands further in is no rest of a line broken in a sentence.
const SIGNATURE_INDENT: usize = 8;
/// A line of alphabetic text that was broken at the margin is longer.
const MARGIN_CHARS: usize = 16;

/// The byte ranges of a text's lines, without their ends.
pub(super) fn ranges(text: &str) -> impl Iterator<Item = ByteRange> + '_ {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
    let rest = (!text.is_empty() && !text.ends_with('\n')).then_some(text.len());
    let mut start = 0;
    ends.chain(rest).map(move |end| {
        let line = text[start..end].trim_end_matches(['\n', '\r']);
        let range = ByteRange::new(start, start + line.len());
        start = end;
        range
    })
}

/// True when a line ends as a sentence does: with an end mark, closers aside.
pub(super) fn ends_sentence(line: &str) -> bool {
    let line = line.trim_end().trim_end_matches(['"', '\'', '”', '’', '」', '』', '）', ')', '】', ']', '》', '*']);
    line.ends_with(['.', '!', '?', ':', ';', '。', '！', '？', '：', '；', '…', '．'])
}

/// A line as it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look<'t> {
    /// All of it. Its indent says what begins a paragraph.
    pub whole: &'t str,
    /// What stands there, without white space at its ends.
    pub text: &'t str,
}

impl<'t> Look<'t> {
    /// The looks of the line `whole`.
    pub fn of(whole: &'t str) -> Self {
        Self { whole, text: whole.trim() }
    }
}

/// True for fewer characters than `chars`.
pub(super) fn is_shorter(text: &str, chars: usize) -> bool {
    // No character has more than four bytes: a long text need not be counted.
    text.len() < 4 * chars && text.chars().count() < chars
}

/// Whether line `at` was broken inside a sentence, so that the next line goes on with it.
pub fn joins_next(script: Script, lines: &[Look<'_>], at: usize) -> bool {
    let (Some(line), Some(next)) = (lines.get(at), lines.get(at + 1)) else { return false };
    let (text, after) = (line.text, next.text);
    let (Some(last), Some(first)) = (text.chars().next_back(), after.chars().next()) else { return false };
    match script {
        Script::Han => {
            let broken = is_han(last) || matches!(last, '，' | '、' | ',' | '“' | '《' | '（' | '—');
            if !broken || is_verse_line(script, lines, at) {
                return false;
            }
            // A heading is short and has no marks.
            if is_shorter(text, HEADING_CHARS) && !text.contains(['，', '、', '。', '：', '；', '“', ',']) {
                return false;
            }
            // A paragraph has the indent of the body; the rest of a broken line has not.
            let (line_indent, next_indent) = (indent(line.whole), indent(next.whole));
            if next_indent < line_indent && line_indent <= SIGNATURE_INDENT {
                return !starts_item(after);
            }
            // A line that stops at a comma, where what follows is prose.
            matches!(last, '，' | '、' | ',') && next_indent == 0 && has_inner_end(after)
        }
        Script::Alphabetic => {
            let broken = last == ',' || last == '-' || last.is_alphanumeric();
            broken && first.is_lowercase() && !is_shorter(text, MARGIN_CHARS + 1)
        }
    }
}

/// Whether line `at` is a line of verse: one of three or more short ones in a row, none of them with a sentence end
/// inside, that stop at a comma, a semicolon, an end mark or nothing.
pub fn is_verse_line(script: Script, lines: &[Look<'_>], at: usize) -> bool {
    if script != Script::Han {
        return false;
    }
    let verse = |line: &Look<'_>| {
        let text = line.text;
        let short = is_shorter(text, VERSE_CHARS) && !is_shorter(text, 3);
        short && !has_inner_end(text) && text.chars().any(is_han)
    };
    let commas = |line: &Look<'_>| line.text.ends_with(['，', ',', '；', '、']);
    let Some(line) = lines.get(at) else { return false };
    if !verse(line) {
        return false;
    }
    // Only the neighbours count: the question stays local, and a poem may stand within prose.
    let from = at.saturating_sub(3);
    let window = &lines[from..lines.len().min(at + 4)];
    let here = at - from;
    let before = window[..here].iter().rev().take_while(|line| verse(line)).count();
    let after = window[here + 1..].iter().take_while(|line| verse(line)).count();
    let run = &window[here - before..=here + after];
    run.len() >= 3 && run.iter().filter(|line| commas(line)).count() >= 1
}

/// Whether a text is verse as a whole: most of its lines are short, and few end with an end mark.
pub fn is_verse(script: Script, lines: &[&str]) -> bool {
    let filled = || lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let limit = if script == Script::Han { VERSE_CHARS } else { 60 };
    let (count, short) = filled().fold((0, 0), |(count, short), line| {
        (count + 1, short + usize::from(is_shorter(line, limit) && !has_inner_end(line)))
    });
    count >= 4 && short * 10 >= count * 8
}

/// The width of the white space before a line; a full-width blank counts two.
pub(super) fn indent(line: &str) -> usize {
    line.chars()
        .take_while(|c| c.is_whitespace())
        .map(|c| {
            if c == '\u{3000}' {
                2
            } else if c == '\t' {
                4
            } else {
                1
            }
        })
        .sum()
}

fn has_inner_end(text: &str) -> bool {
    let trimmed = text.trim_end_matches(['。', '！', '？', '!', '?', '…', '”', '’', '」', '』', '）']);
    trimmed.contains(['。', '！', '？', '!', '?'])
}

/// A bullet, or a number with its mark.
pub(super) fn starts_item(text: &str) -> bool {
    let rest = text.trim_start_matches(is_numeral);
    text.starts_with(['（', '(', '①', '②', '③', '④', '⑤', '▲', '△', '●', '○', '·', '【'])
        || rest.len() < text.len() && rest.starts_with(['、', '．', '.', '）'])
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// Whether a short line without an end mark is nothing but a dateline: 新华社北京十日电, 本报讯, "PEKING, Oct. 1 (NCNA) --".
pub(super) fn is_dateline(line: &str) -> bool {
    // 大会胜利闭幕。（据新华社电）: a sentence, and its source after it.
    if has_inner_end(line) {
        return false;
    }
    let brackets = ['（', '(', '【', '[', '〔', '）', ')', '】', ']', '〕', ' ', '\u{3000}'];
    let inner = line.trim_end_matches(['-', '—', ' ']).trim_matches(brackets);
    let names = |names: &[&str]| names.iter().any(|name| inner.contains(name));
    if inner.ends_with(['电', '電', '讯', '訊']) && names(&["社", "本报", "本報"]) {
        return true;
    }
    // Without a comma, no place and no date.
    inner.contains(',')
        && !inner.contains(" -- ")
        && (inner.len() < line.trim_end_matches(' ').len() && line.ends_with('-')
            || names(&["News Agency", "Xinhua", "Hsinhua", "NCNA", "(AP", "(UPI", "(Reuter"]))
}

/// The text of a segment, a line broken inside it joined: with a blank between letters, without one in Chinese.
pub fn joined(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return text.into();
    }
    let mut joined = String::with_capacity(text.len());
    for line in text.split('\n').map(str::trim) {
        let letters = joined.ends_with(|c: char| c.is_ascii()) && line.starts_with(|c: char| c.is_ascii());
        if letters {
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined.into()
}

/// True for Chinese characters, rare ones among them.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

//! Article files: a header, the English, `<hr />` and `Original:`, a Chinese frame, the Chinese. One line is one paragraph.
//! What the files really look like, with every fault seen, is told in the repository's `DESIGN.md`, "The article file".

use super::lines::{self, Script, ends_sentence, is_han};
use super::structure::{self, Kind, Line};
use super::{Content, Document, Metadata, Paragraph, Section};
use crate::archive::{Entry, Reason, Reject, Warning};
use crate::span::{ByteRange, Pair};
use serde_json::Value;
use std::sync::Arc;

/// More English characters for one of Chinese than this, and the English is invented: the article is set aside.
const INVENTED: f64 = 8.0;
/// Fewer than this, and most of the Chinese is not translated: the article is set aside.
const MISSING: f64 = 1.5;
/// Between these two the ratio is as expected; outside it is warned of.
const USUAL: std::ops::RangeInclusive<f64> = 2.2..=7.0;
/// A line with a larger share of Chinese characters than this is a Chinese line.
const CHINESE_LINE: f64 = 0.5;
/// English with a larger share of Chinese characters is set aside; with a larger share than the second, warned of.
const CHINESE_ENGLISH: f64 = 0.3;
const SOME_CHINESE: f64 = 0.005;
/// Longest line, in characters, that can still be a sub-title below a title, of the Chinese and of the English.
const LONGEST_SUBTITLE: Pair<usize> = Pair { source: 40, target: 140 };

/// How a machine declines to translate; looked for at the beginning of the English.
const REFUSALS: &[&str] = &[
    "i'm sorry, but i can",
    "i am sorry, but i can",
    "i'm sorry, i can",
    "as an ai language model",
    "as a language model",
    "i cannot assist",
    "i can't assist",
    "i am unable to translate",
    "i'm unable to translate",
    "i cannot translate",
    "i can't translate",
    "i cannot provide a translation",
];

/// Reads an article file's text.
///
/// # Errors
/// A [`Reject`] with the reason why it cannot be aligned.
pub fn read(entry: &Entry, text: String) -> Result<Document, Reject> {
    let text: Arc<str> = text.into();
    let all: Vec<Line> = structure::lines(&text).collect();
    let file = File::parse(&text, &all).map_err(|(reason, message)| entry.reject(reason, message))?;
    let mut warnings = entry.warnings.clone();
    let header = Header::parse(&text, file.header);
    let frame = Frame::parse(&text, file.chinese, &mut warnings);
    let meta = metadata(entry, &text, &header, &frame, &mut warnings);
    let mut english = english_lines(&text, file.english, &frame, &mut warnings);
    let chinese: Vec<Line> = frame.body.iter().copied().filter(|line| !line.is_blank()).collect();
    if english.is_empty() {
        return Err(
            entry.reject(Reason::EmptyEnglish, "no English text before <hr />: translate the article, or leave it out")
        );
    }
    if chinese.is_empty() {
        return Err(
            entry.reject(Reason::EmptyChinese, "no Chinese text after the frame: find the original, or leave it out")
        );
    }
    check(entry, &text, &english, &chinese, &mut warnings)?;

    for line in &mut english {
        line.trimmed = without_markdown(line.trimmed, &text);
    }
    english.retain(|line| !line.trimmed.is_empty());
    let whole: Vec<&str> = chinese.iter().map(|line| line.whole.of(&text)).collect();
    let verse = lines::is_verse(Script::Han, &whole);
    let chinese = structure::paragraphs(&text, Script::Han, &chinese, verse);
    let english = structure::paragraphs(&text, Script::Alphabetic, &english, verse);
    let source = paragraphs(&text, &chinese, frame.title, frame.author, verse, LONGEST_SUBTITLE.source);
    let target = paragraphs(&text, &english, header.title, header.author, verse, LONGEST_SUBTITLE.target);
    warnings.sort();
    warnings.dedup();
    Ok(Document {
        id: entry.id.clone(),
        text: Pair::new(text.clone(), text),
        language: Pair::new("zh".into(), "en".into()),
        content: Pair::new(Content::Paragraphs(source), Content::Paragraphs(target)),
        meta,
        warnings,
    })
}

/// The three parts of a file.
struct File<'l> {
    header: &'l [Line],
    english: &'l [Line],
    chinese: &'l [Line],
}

impl<'l> File<'l> {
    fn parse(text: &str, all: &'l [Line]) -> Result<Self, (Reason, &'static str)> {
        let keys = ["Title:", "Author:", "Date:", "Page:", "Edition:"];
        let is_key = |line: &Line| keys.iter().any(|key| line.trimmed.of(text).starts_with(key));
        let header = all.iter().take_while(|line| line.is_blank() || is_key(line)).count();
        if !all[..header].iter().any(is_key) {
            return Err((Reason::NoHeader, "no Title:, Date: and so on at the beginning: this is no article file"));
        }
        let is_separator = |at: &usize| {
            matches!(all[*at].trimmed.of(text), "<hr />" | "<hr>" | "<hr/>")
                && all[at + 1..]
                    .iter()
                    .find(|line| !line.is_blank())
                    .is_some_and(|line| line.trimmed.of(text) == "Original:")
        };
        let mut separators = (0..all.len()).filter(is_separator);
        let separator = separators.next().ok_or((
            Reason::NoSeparator,
            "no line <hr /> before a line Original: the two languages cannot be told apart",
        ))?;
        if separators.next().is_some() {
            return Err((
                Reason::TwoSeparators,
                "more than one <hr /> before Original: cut the file into its articles",
            ));
        }
        let original = separator + 1 + all[separator + 1..].iter().take_while(|line| line.is_blank()).count();
        Ok(Self { header: &all[..header], english: &all[header..separator], chinese: &all[original + 1..] })
    }
}

/// The English header; empty ranges where a line is missing.
#[derive(Default)]
struct Header {
    title: ByteRange,
    author: ByteRange,
    date: ByteRange,
    page: ByteRange,
    complete: bool,
}

impl Header {
    fn parse(text: &str, header: &[Line]) -> Self {
        let mut found = Self::default();
        let mut seen = 0;
        for line in header {
            let Some((key, value)) = line.trimmed.of(text).split_once(':') else { continue };
            let value = ByteRange::new(line.trimmed.end - value.len(), line.trimmed.end).trimmed(text);
            match key {
                "Title" => found.title = value,
                "Author" => found.author = value,
                "Date" => found.date = value,
                _ => found.page = value,
            }
            seen += 1;
        }
        found.complete = seen >= 4;
        found
    }
}

/// The lines above the Chinese: `###` title, author, date, 第N版(section), 专栏. Read by position: the author's line is there,
/// empty, when there is no author.
#[derive(Default)]
struct Frame<'l> {
    title: ByteRange,
    author: ByteRange,
    date: ByteRange,
    page: ByteRange,
    column: ByteRange,
    body: &'l [Line],
}

impl<'l> Frame<'l> {
    fn parse(text: &str, lines: &'l [Line], warnings: &mut Vec<Warning>) -> Self {
        let mut frame = Self { body: lines, ..Self::default() };
        let Some(head) = lines.iter().position(|line| !line.is_blank()) else { return frame };
        let Some(title) = lines[head].trimmed.of(text).strip_prefix("###") else {
            warnings.push(Warning::FrameIncomplete);
            return frame;
        };
        let end = lines[head].trimmed.end;
        frame.title = ByteRange::new(end - title.len(), end).trimmed(text);
        let mut at = head + 1;
        match lines.get(at) {
            // The line of the author cannot be told from the body's first by its looks, only by what follows it.
            Some(line)
                if !is_date(line.trimmed.of(text))
                    && lines.get(at + 1).is_some_and(|next| is_date(next.trimmed.of(text))) =>
            {
                frame.author = line.trimmed;
                at += 1;
            }
            _ => warnings.push(Warning::FrameIncomplete),
        }
        for line in lines[at..].iter().take(4) {
            let value = line.trimmed.of(text);
            if is_date(value) && frame.date.is_empty() {
                frame.date = line.trimmed;
            } else if is_page(value) && frame.page.is_empty() {
                frame.page = line.trimmed;
            } else if let Some(column) = value.strip_prefix("专栏：").or_else(|| value.strip_prefix("专栏:")) {
                frame.column = ByteRange::new(line.trimmed.end - column.len(), line.trimmed.end).trimmed(text);
            } else {
                break;
            }
            at += 1;
        }
        if frame.page.is_empty() || frame.date.is_empty() {
            warnings.push(Warning::FrameIncomplete);
        }
        frame.body = &lines[at..];
        frame
    }
}

fn is_date(line: &str) -> bool {
    let mut parts = line.split('-');
    let mut digits =
        |count: usize| parts.next().is_some_and(|part| part.len() == count && part.bytes().all(|b| b.is_ascii_digit()));
    digits(4) && digits(2) && digits(2) && parts.next().is_none()
}

fn is_page(line: &str) -> bool {
    line.strip_prefix('第')
        .and_then(|rest| rest.split_once('版'))
        .is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// `第8版(副刊)` is page 8, section 副刊; the section may itself hold brackets.
fn page_and_section(line: &str) -> (Option<u64>, &str) {
    match line.strip_prefix('第').and_then(|rest| rest.split_once('版')) {
        Some((number, section)) => {
            let section =
                section.strip_prefix(['(', '（']).and_then(|inner| inner.strip_suffix([')', '）'])).unwrap_or("");
            (number.parse().ok(), section)
        }
        None => (line.parse().ok(), ""),
    }
}

fn metadata(entry: &Entry, text: &str, header: &Header, frame: &Frame<'_>, warnings: &mut Vec<Warning>) -> Metadata {
    let of = |range: ByteRange| range.of(text);
    if !header.complete {
        warnings.push(Warning::FrameIncomplete);
    }
    let (stem_date, stem_title) = date_of_stem(&entry.id);
    let date = match (of(frame.date), of(header.date)) {
        ("", "") => {
            warnings.push(Warning::FromFileName);
            stem_date
        }
        ("", date) => date,
        (date, other) => {
            if !other.is_empty() && other != date {
                warnings.push(Warning::DateDiffers);
            }
            date
        }
    };
    let title = match of(frame.title) {
        "" => {
            warnings.push(Warning::FromFileName);
            stem_title
        }
        title => title,
    };
    let (page, section) = match of(frame.page) {
        "" => page_and_section(of(header.page)),
        line => page_and_section(line),
    };
    let mut meta = Metadata::new();
    let mut put = |key: &str, value: Value| meta.insert(key.to_owned(), value);
    put("title", title.into());
    put("title_target", of(header.title).into());
    // The English header's author is often wrong or invented: the Chinese line alone is believed.
    put("author", of(frame.author).into());
    put("date", date.into());
    put("page", page.map_or(Value::Null, Value::from));
    put("page_section", section.into());
    put("column", of(frame.column).into());
    put("path", entry.path.clone().into());
    meta
}

/// `1957-10-16_标题` is a date and a title.
fn date_of_stem(stem: &str) -> (&str, &str) {
    match stem.split_once('_') {
        Some((date, title)) if is_date(date) => (date, title),
        _ => ("", stem),
    }
}

/// The English lines that are text: nothing of the list of entities, the layout, or the Chinese left among them.
fn english_lines(text: &str, lines: &[Line], frame: &Frame<'_>, warnings: &mut Vec<Warning>) -> Vec<Line> {
    let is_entities = |line: &Line| line.trimmed.of(text).trim_matches(['*', '#', ' ', ':']) == "Named Entities";
    let end = lines.iter().position(is_entities).unwrap_or(lines.len());
    let mut kept = Vec::new();
    for line in lines[..end].iter().filter(|line| !line.is_blank()) {
        let value = line.trimmed.of(text);
        if matches!(value, "<br>" | "<br/>" | "<br />") {
            continue;
        }
        if value.contains("专栏") {
            warnings.push(Warning::TranslatorNote);
        } else if han_share(value) > CHINESE_LINE {
            warnings.push(Warning::ChineseInEnglish);
        } else if kept.len() < 3 && !frame.column.is_empty() && value.starts_with("Column:") {
            // The frame's 专栏, translated: the frame has no rows.
            continue;
        } else {
            kept.push(*line);
        }
    }
    kept
}

/// Chinese characters among those that are no white space.
fn han_share(text: &str) -> f64 {
    let (mut han, mut all) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        han += usize::from(is_han(c));
    }
    if all == 0 { 0.0 } else { han as f64 / all as f64 }
}

fn check(
    entry: &Entry,
    text: &str,
    english: &[Line],
    chinese: &[Line],
    warnings: &mut Vec<Warning>,
) -> Result<(), Reject> {
    let chars = |lines: &[Line], skip_space: bool| {
        lines
            .iter()
            .flat_map(|line| line.trimmed.of(text).chars())
            .filter(|c| !(skip_space && c.is_whitespace()))
            .count()
    };
    let beginning: String =
        english.iter().take(2).map(|line| line.trimmed.of(text)).collect::<Vec<_>>().join(" ").to_lowercase();
    let beginning = beginning.replace('’', "'");
    if REFUSALS.iter().any(|refusal| beginning.contains(refusal)) {
        return Err(entry.reject(Reason::Refusal, "the translator declined: translate the article again"));
    }
    let (en, zh) = (chars(english, false), chars(chinese, true));
    let english_text = || english.iter().map(|line| line.trimmed.of(text));
    let han: usize = english_text().flat_map(str::chars).filter(|&c| is_han(c)).count();
    let share = han as f64 / en.max(1) as f64;
    if share > CHINESE_ENGLISH {
        let message = format!("{:.0} % of the English is Chinese: translate the article again", share * 100.0);
        return Err(entry.reject(Reason::ChineseInEnglish, message));
    }
    if share > SOME_CHINESE {
        warnings.push(Warning::ChineseInEnglish);
    }
    let ratio = en as f64 / zh.max(1) as f64;
    if !(MISSING..=INVENTED).contains(&ratio) {
        let fault = if ratio > INVENTED {
            "more than it can bear: the English is invented"
        } else {
            "most of it is not translated"
        };
        let message = format!("{en} English characters for {zh} Chinese ones, {fault}; translate the article again");
        return Err(entry.reject(Reason::Ratio, message));
    }
    if !USUAL.contains(&ratio) {
        warnings.push(Warning::Ratio);
    }
    let is_bad = |c: char| matches!(c, '\u{FFFD}' | '\0' | '□' | '\u{E000}'..='\u{F8FF}');
    if text.contains(is_bad) {
        warnings.push(Warning::BadChar);
    }
    let ends = |lines: &[Line]| lines.last().is_some_and(|line| ends_sentence(line.trimmed.of(text)));
    if ends(chinese) && !ends(english) {
        warnings.push(Warning::Truncated);
    }
    Ok(())
}

/// The line without `**`, `*` and `- ` around it.
fn without_markdown(range: ByteRange, text: &str) -> ByteRange {
    let value = range.of(text);
    let inner =
        value.strip_prefix("- ").or_else(|| value.strip_prefix("* ")).unwrap_or(value).trim_start_matches(['*', ' ']);
    let start = range.end - inner.len();
    let inner = inner.trim_end_matches(['*', ' ']);
    ByteRange::new(start, start + inner.len()).trimmed(text)
}

/// The letters and digits of a line, to compare titles by.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The paragraphs of one side. Its first lines are `Section::Title` as far as they repeat the frame's title (one of several
/// headlines, or all of them in a line), the author, or stand directly below such a line and look like a sub-title. A title
/// that the text does not repeat is taken from the frame.
fn paragraphs(
    text: &str,
    lines: &[(ByteRange, Kind)],
    title: ByteRange,
    author: ByteRange,
    verse: bool,
    longest: usize,
) -> Vec<Paragraph> {
    let headline = letters(title.of(text));
    let byline = letters(author.of(text));
    let repeats = |line: ByteRange, below: bool| {
        let own = letters(line.of(text));
        let of_title = !own.is_empty()
            && (own == headline
                || (headline.starts_with(&own) || headline.ends_with(&own)) && own.len() * 5 > headline.len());
        let of_author = below && !byline.is_empty() && own.contains(&byline) && own.len() <= byline.len() + 24;
        of_title || of_author
    };
    let subtitle = |line: ByteRange| {
        let value = line.of(text);
        !verse && !ends_sentence(value) && value.chars().count() <= longest && !value.contains(['。', '：', ':'])
    };
    let heads = match lines.first() {
        Some(&(first, _)) if repeats(first, false) => {
            let last_repeat = lines.iter().take(6).rposition(|&(line, _)| repeats(line, true)).unwrap_or(0);
            let below = lines[last_repeat + 1..].iter().take(2).take_while(|&&(line, _)| subtitle(line)).count();
            // A file that is all short lines has no sub-titles that could be told from its text.
            let end = last_repeat + 1 + below;
            if end < lines.len() { end } else { last_repeat + 1 }
        }
        _ => 0,
    };
    let mut paragraphs = Vec::with_capacity(lines.len() + 1);
    if heads == 0 && !title.is_empty() {
        paragraphs.push(Paragraph { range: title, section: Section::Title, kind: Kind::Title });
    }
    for (index, &(range, kind)) in lines.iter().enumerate() {
        let (section, kind) = if index < heads { (Section::Title, Kind::Title) } else { (Section::Body, kind) };
        paragraphs.push(Paragraph { range, section, kind });
    }
    paragraphs
}

//! The reader: article files written from parts read back to them; every variant, reason and warning of the archive's survey
//! as a small made-up article; encodings, records, containers, and lines that are sentences.

#![allow(clippy::unwrap_used)]

use bitext::align::{Model, Settings};
use bitext::archive::{Input, Options, Reader, Reason, Reject, Warning};
use bitext::document::{Content, Document, Paragraph, Section, Segment};
use bitext::engine::{Aligned, Engine};
use bitext::span::{Pair, Side};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

// ------------------------------------------------------------------------------------------------------------- the parts

/// An article before it is written, with the freedoms that the archive's files take.
#[derive(Debug, Clone)]
struct Parts {
    headlines: Vec<String>,
    headline_join: &'static str,
    title: String,
    author: Option<String>,
    english_author: &'static str,
    date: &'static str,
    page: u32,
    page_key: &'static str,
    section: &'static str,
    column: &'static str,
    paragraphs: Vec<(String, String)>,
    chinese_indent: &'static str,
    english_indents: Vec<&'static str>,
    between_english: Vec<&'static str>,
    header_blank: bool,
    blank_after_header: bool,
    before_separator: usize,
    separator: &'static str,
    trailing: &'static str,
    chinese_repeats: Repeats,
    english_repeats: bool,
    author_repeats: bool,
    entities: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Repeats {
    No,
    OneLine,
    ALineEach,
}

impl Default for Parts {
    fn default() -> Self {
        let paragraph = |chinese: &str, english: &str| (chinese.to_owned(), english.to_owned());
        Self {
            headlines: vec!["青石镇修成水渠".into()],
            headline_join: "  ",
            title: "Qingshi Town Completes Its Canal".into(),
            author: None,
            english_author: "",
            date: "1957-10-16",
            page: 3,
            page_key: "Page",
            section: "",
            column: "",
            paragraphs: vec![
                paragraph(
                    "青石镇的农民用了四十天时间，修成了一条长八里的水渠。水渠可以灌溉五百亩稻田。",
                    "The peasants of Qingshi Town took forty days to build a canal eight li long. The canal can irrigate five hundred mu of paddy fields.",
                ),
                paragraph(
                    "镇上的老人说，过去天旱的时候，大家只能到河里去挑水。现在水自己流到田里来了。",
                    "The old people of the town say that in times of drought everyone used to carry water from the river. Now the water flows into the fields by itself.",
                ),
            ],
            chinese_indent: "　　",
            english_indents: vec![""],
            between_english: vec!["\n"],
            header_blank: false,
            blank_after_header: true,
            before_separator: 3,
            separator: "<hr /> ",
            trailing: "",
            chinese_repeats: Repeats::OneLine,
            english_repeats: true,
            author_repeats: false,
            entities: false,
        }
    }
}

impl Parts {
    fn headline(&self) -> String {
        self.headlines.join(self.headline_join)
    }

    fn write(&self) -> String {
        let mut file = String::new();
        let blank = if self.header_blank { "\n" } else { "" };
        file += &format!(
            "Title: {}\n{blank}Author:{}\n{blank}Date: {}\n{}: {}\n",
            self.title, self.english_author, self.date, self.page_key, self.page
        );
        if self.blank_after_header {
            file.push('\n');
        }
        let english = self
            .english_repeats
            .then_some(&self.title)
            .into_iter()
            .chain(self.paragraphs.iter().map(|(_, english)| english));
        let around = self.english_indents.iter().cycle().zip(self.between_english.iter().cycle());
        for (paragraph, (indent, between)) in english.zip(around) {
            file += &format!("{indent}{paragraph}\n{between}");
        }
        if self.entities {
            file += "<br>\n**Named Entities**\n\nPlaces:\n青石镇\tQingshi Town\n人物    People\n好好学习，天天向上\tStudy every day\n";
        }
        file += &"\n".repeat(self.before_separator);
        file += &format!("{}\n\nOriginal: \n\n\n### {}\n", self.separator, self.headline());
        let author = self.author.as_deref().unwrap_or_default();
        file += &format!("{author}\n{}\n第{}版({})\n专栏：{}\n\n", self.date, self.page, self.section, self.column);
        let mut line = |text: &str| file += &format!("{}{text}{}\n", self.chinese_indent, self.trailing);
        match self.chinese_repeats {
            Repeats::No => {}
            Repeats::OneLine => line(&self.headline()),
            Repeats::ALineEach => self.headlines.iter().for_each(|headline| line(headline)),
        }
        if self.author_repeats && !author.is_empty() && self.chinese_repeats != Repeats::No {
            line(author);
        }
        self.paragraphs.iter().for_each(|(chinese, _)| line(chinese));
        file
    }

    /// The paragraphs of either side as the reader should find them.
    fn expected(&self) -> Pair<Vec<(Section, String)>> {
        let mut source: Vec<String> = match self.chinese_repeats {
            Repeats::ALineEach => self.headlines.clone(),
            _ => vec![self.headline()],
        };
        if let (Some(author), true) = (&self.author, self.author_repeats && self.chinese_repeats != Repeats::No) {
            source.push(author.clone());
        }
        let side = |titles: Vec<String>, body: Vec<&String>| {
            let titles = titles.into_iter().map(|title| (Section::Title, title));
            titles.chain(body.into_iter().map(|line| (Section::Body, line.clone()))).collect()
        };
        let (chinese, english) = self.paragraphs.iter().map(|(chinese, english)| (chinese, english)).unzip();
        Pair::new(side(source, chinese), side(vec![self.title.clone()], english))
    }
}

// -------------------------------------------------------------------------------------------------------------- reading

/// All that a file of this name and content holds.
fn read_all(name: &str, bytes: &[u8], options: Options) -> Vec<Result<Document, Reject>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read_inputs(vec![Input::Path(path)], options)
}

fn read_inputs(inputs: Vec<Input>, options: Options) -> Vec<Result<Document, Reject>> {
    let language = Pair::new("zh".to_owned(), "en".to_owned());
    Reader::open(inputs, options).unwrap().map(|entry| Document::read(entry?, &language)).collect()
}

fn read_one(name: &str, bytes: impl AsRef<[u8]>) -> Result<Document, Reject> {
    let mut all = read_all(name, bytes.as_ref(), Options::default());
    assert_eq!(all.len(), 1, "{name} holds one document");
    all.remove(0)
}

fn read(article: &str) -> Document {
    read_one("1957-10-16_水渠.md", article).unwrap()
}

fn paragraphs(document: &Document, side: Side) -> &[Paragraph] {
    match &document.content[side] {
        Content::Paragraphs(paragraphs) => paragraphs,
        Content::Segments(..) => panic!("these are no paragraphs"),
    }
}

fn segments(document: &Document, side: Side) -> (&[Segment], &[u32]) {
    match &document.content[side] {
        Content::Segments(segments, places) => (segments, places),
        Content::Paragraphs(_) => panic!("these are no segments"),
    }
}

/// What the paragraphs' ranges cut out of the text.
fn cut(document: &Document, side: Side) -> Vec<(Section, String)> {
    let text = document.text(side);
    paragraphs(document, side)
        .iter()
        .map(|paragraph| (paragraph.section, paragraph.range.of(text).to_owned()))
        .collect()
}

fn body(document: &Document, side: Side) -> Vec<String> {
    cut(document, side).into_iter().filter(|(section, _)| *section == Section::Body).map(|(_, text)| text).collect()
}

fn titles(document: &Document, side: Side) -> Vec<String> {
    cut(document, side).into_iter().filter(|(section, _)| *section == Section::Title).map(|(_, text)| text).collect()
}

/// Holds `parts` against what was read of them.
fn same(parts: &Parts, document: &Document) -> Result<(), TestCaseError> {
    let expected = parts.expected();
    prop_assert_eq!(cut(document, Side::Source), expected.source);
    prop_assert_eq!(cut(document, Side::Target), expected.target);
    prop_assert_eq!(&document.meta["title"], &json!(parts.headline()));
    prop_assert_eq!(&document.meta["title_target"], &json!(parts.title));
    prop_assert_eq!(&document.meta["author"], &json!(parts.author.as_deref().unwrap_or_default()));
    prop_assert_eq!(&document.meta["date"], &json!(parts.date));
    prop_assert_eq!(&document.meta["page"], &json!(parts.page));
    prop_assert_eq!(&document.meta["page_section"], &json!(parts.section));
    prop_assert_eq!(&document.meta["column"], &json!(parts.column));
    prop_assert!(document.meta["path"].as_str().unwrap().ends_with(".md"));
    prop_assert_eq!(&document.language, &Pair::new("zh".to_owned(), "en".to_owned()));
    for side in Side::BOTH {
        let ranges: Vec<_> = paragraphs(document, side).iter().map(|paragraph| paragraph.range).collect();
        prop_assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{ranges:?} is not in text order");
    }
    Ok(())
}

// ------------------------------------------------------------------------------------------------- written and read back

fn paragraph() -> impl Strategy<Value = (String, String)> {
    const CHINESE: [&str; 8] = ["农民们", "修成了", "一条水渠", "，今年", "五百亩", "稻田", "获得了丰收", "老人说"];
    const ENGLISH: [&str; 8] =
        ["the peasants", "completed", "a long canal,", "this year", "5.5 mu", "of paddy", "reaped well", "said he"];
    prop::collection::vec(0usize..8, 8..20).prop_map(|words| {
        let chinese: String = words.iter().map(|&word| CHINESE[word]).collect();
        let mut english = String::from("So");
        let wanted = chinese.chars().count() * 4;
        for &word in words.iter().cycle() {
            english += &format!(" {}", ENGLISH[word]);
            if english.len() > wanted {
                break;
            }
        }
        (chinese + "。", english + ".")
    })
}

fn parts() -> impl Strategy<Value = Parts> {
    let indent = || prop::sample::select(vec!["", "    ", "\t", "\t\t", "　　", "                        "]);
    let text = (
        prop::sample::subsequence(vec!["青石镇修成水渠", "五百亩稻田不再怕旱", "全县已有三十个社这样做"], 1..=3),
        prop::sample::select(vec!["  ", "　", "——"]),
        prop::sample::select(vec![
            "Qingshi Town Completes Its Canal",
            "A Canal: \"Water at the Door\" (1957)",
            "水渠 Canal",
        ]),
        prop::option::of(prop::sample::select(vec!["秦川", "秦川　丁亮", "秦川  丁亮", "秦川丁亮", "本报记者 秦川"])),
        prop::sample::select(vec!["", " ", " Qin Chuan", " Ch'in Ch'uan, Ding Liang", " Huang Mu 秦川"]),
        prop::sample::select(vec!["1946-05-15", "1957-10-16", "1989-05-31"]),
        prop::collection::vec(paragraph(), 1..6),
    );
    let frame = (
        1u32..17,
        prop::sample::select(vec!["Page", "Edition"]),
        prop::sample::select(vec!["", "副刊", "国内专页（经济）"]),
        prop::sample::select(vec!["", "大地", "读者来信 摘要"]),
        prop::sample::select(vec!["<hr /> ", "<hr />", "<hr>", "<hr/> "]),
        2usize..4,
    );
    let layout = (
        prop::sample::select(vec!["", "    ", "\t", "\t\t", "　　"]),
        prop::collection::vec(indent(), 1..4),
        prop::collection::vec(prop::sample::select(vec!["", "\n", "    \n", "　　\n", "\n\n"]), 1..4),
        prop::sample::select(vec!["", " ", "　", "　 　"]),
        prop::sample::select(vec![Repeats::No, Repeats::OneLine, Repeats::ALineEach]),
    );
    let flags = prop::array::uniform5(prop::bool::ANY);
    (text, frame, layout, flags).prop_map(|(text, frame, layout, flags)| Parts {
        headlines: text.0.into_iter().map(str::to_owned).collect(),
        headline_join: text.1,
        title: text.2.to_owned(),
        author: text.3.map(str::to_owned),
        english_author: text.4,
        date: text.5,
        paragraphs: text.6,
        page: frame.0,
        page_key: frame.1,
        section: frame.2,
        column: frame.3,
        separator: frame.4,
        before_separator: frame.5,
        chinese_indent: layout.0,
        english_indents: layout.1,
        between_english: layout.2,
        trailing: layout.3,
        chinese_repeats: layout.4,
        header_blank: flags[0],
        blank_after_header: flags[1],
        english_repeats: flags[2],
        author_repeats: flags[3],
        entities: flags[4],
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_article_written_from_parts_reads_back_to_them(parts in parts(), windows in prop::bool::ANY, mark in prop::bool::ANY) {
        let mut file = parts.write();
        if windows {
            file = file.replace('\n', "\r\n");
        }
        if mark {
            file.insert(0, '\u{FEFF}');
        }
        let document = read_one("1957-10-16_水渠.md", &file).unwrap();
        same(&parts, &document)?;
        prop_assert_eq!(document.id, "1957-10-16_水渠");
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), parts in parts(), at in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
        let mut file = parts.write().into_bytes();
        let at = at.index(file.len());
        file.splice(at..at, bytes);
        let _ = read_one("x.md", &file);
        file.truncate(cut.index(file.len()));
        let _ = read_one("x.md", &file);
        let _ = read_all("x.js", &file, Options::default());
        let _ = read_all("x.jsonl", &file, Options::default());
    }
}

#[test]
fn a_month_bundle_gives_the_documents_of_its_articles() {
    let first = Parts {
        author: Some("秦川".into()),
        english_author: " Qin Chuan",
        column: "大地",
        section: "副刊",
        ..Parts::default()
    };
    let second =
        Parts { english_repeats: false, blank_after_header: false, title: "Said \"Yes\"".into(), ..Parts::default() };
    let item = |parts: &Parts, path: &str| {
        let file = parts.write();
        let head = format!("{}: {}\n", parts.page_key, parts.page);
        let content = file[file.find(&head).unwrap() + head.len()..].trim_end_matches('\n');
        json!({"path": path, "title": parts.title, "author": parts.english_author.trim(), "date": parts.date, "page_number": parts.page, "content": content})
    };
    let items = json!([item(&first, "1957/10/1957-10-16_甲.md"), item(&second, "1957/10/1957-10-16_乙.md"), {"title": "no content"}]);
    let script = format!("const ARTICLES = {items};\n");
    let read = read_all("1957.10.js", script.as_bytes(), Options::default());
    assert_eq!(read.len(), 3);
    for (document, (parts, id)) in read.iter().zip([(&first, "1957-10-16_甲"), (&second, "1957-10-16_乙")]) {
        let document = document.as_ref().unwrap();
        assert_eq!(document.id, id);
        let single = read_one("1957-10-16_甲.md", parts.write()).unwrap();
        for side in Side::BOTH {
            assert_eq!(cut(document, side), cut(&single, side));
            assert_eq!(document.content[side], single.content[side], "the spans of both forms are the same");
        }
        for key in ["title", "title_target", "author", "date", "page", "page_section", "column"] {
            assert_eq!(document.meta[key], single.meta[key], "{key}");
        }
    }
    let reject = read[2].as_ref().unwrap_err();
    assert_eq!((reject.reason, reject.place.as_str()), (Reason::BadRecord, "item 3"));
}

// ------------------------------------------------------------------------------------------ variants of the survey, one each

#[test]
fn entities_are_cut_off() {
    let document = read(&Parts { entities: true, ..Parts::default() }.write());
    assert_eq!(body(&document, Side::Target).len(), 2);
    assert_eq!(document.warnings, []);
}

#[test]
fn a_poem_is_a_segment_a_line() {
    let verses = ["青石镇外水悠悠", "两岸稻花香满楼", "四十天来同把臂", "一渠清水到田头"];
    let english = [
        "Outside Qingshi Town the water flows",
        "On both banks the scent of the paddy rose",
        "For forty days we worked side by side",
        "And to the fields the clear waters glide",
    ];
    let poem = Parts {
        paragraphs: verses
            .iter()
            .zip(english)
            .map(|(chinese, english)| ((*chinese).to_owned(), english.to_owned()))
            .collect(),
        ..Parts::default()
    };
    let document = read(&poem.write());
    assert_eq!(body(&document, Side::Source), verses);
    assert_eq!(body(&document, Side::Target), english);
    let aligned = align("a.md", poem.write().as_bytes(), None).remove(0).unwrap();
    for (side, lines) in [(Side::Source, verses), (Side::Target, english)] {
        let found = aligned.segments[side].iter().filter(|segment| segment.section == Section::Body);
        assert_eq!(found.map(|segment| segment.range.of(aligned.document.text(side))).collect::<Vec<_>>(), lines);
    }
}

#[test]
fn a_short_report_below_many_headlines_is_no_poem() {
    let mut parts = Parts {
        headlines: vec!["青石镇修成水渠".into(), "五百亩稻田不再怕旱".into(), "全县已有三十个社这样做".into()],
        author: Some("秦川".into()),
        author_repeats: true,
        chinese_repeats: Repeats::ALineEach,
        ..Parts::default()
    };
    parts.paragraphs.truncate(1);
    let document = read(&parts.write());
    same(&parts, &document).unwrap();
    assert!(!paragraphs(&document, Side::Source).last().unwrap().kind.is_whole(), "two sentences in one segment");
}

#[test]
fn a_line_broken_inside_a_sentence_is_joined() {
    let file = Parts::default().write().replace("现在水自己流", "现在水\n  自己流");
    let whole = "镇上的老人说，过去天旱的时候，大家只能到河里去挑水。现在水\n  自己流到田里来了。";
    assert_eq!(body(&read(&file), Side::Source)[1], whole);
    // With the body's own indent the line is a paragraph.
    let file = Parts::default().write().replace("现在水自己流", "现在水\n　　自己流");
    assert_eq!(body(&read(&file), Side::Source).len(), 3);
}

#[test]
fn blank_looking_lines_are_no_paragraphs() {
    let file = Parts::default()
        .write()
        .replace("　　镇上", "　　\n　\n \t\n　　镇上")
        .replace("The old", "    \n　　\n\nThe old");
    same(&Parts::default(), &read(&file)).unwrap();
}

#[test]
fn markdown_around_a_line_goes() {
    let file = Parts::default()
        .write()
        .replace("The old people", "<br>\n**What the Old Say**\n\n- The old people")
        .replace("by itself.", "by itself. *");
    let target = body(&read(&file), Side::Target);
    assert_eq!(target[1], "What the Old Say");
    assert!(target[2].starts_with("The old people") && target[2].ends_with("by itself."), "{target:?}");
}

#[test]
fn a_translated_column_line_is_frame() {
    let parts = Parts { column: "大地", ..Parts::default() };
    let file = parts.write().replace("\nThe peasants", "\nColumn: The Good Earth\nThe peasants");
    same(&parts, &read(&file)).unwrap();
}

#[test]
fn subtitles_below_the_title_are_titles() {
    let mut parts = Parts::default();
    parts.paragraphs.insert(0, ("——记青石镇农业社".into(), "—A Visit to the Qingshi Cooperative".into()));
    let document = read(&parts.write());
    assert_eq!(titles(&document, Side::Source), ["青石镇修成水渠", "——记青石镇农业社"]);
    assert_eq!(
        titles(&document, Side::Target),
        ["Qingshi Town Completes Its Canal", "—A Visit to the Qingshi Cooperative"]
    );
}

#[test]
fn the_header_is_believed_only_where_the_frame_is_silent() {
    let parts = Parts { english_author: " Somebody Else", author: Some("秦川".into()), ..Parts::default() };
    assert_eq!(read(&parts.write()).meta["author"], "秦川");
    let parts = Parts { english_author: " Liening", ..Parts::default() };
    assert_eq!(read(&parts.write()).meta["author"], "");
    // Keys in another order, and the frame's page line missing.
    let file = Parts { page_key: "Edition", ..Parts::default() }.write();
    let file = file
        .replacen("Title: Qingshi Town Completes Its Canal\n", "", 1)
        .replacen("Date:", "Title: Other\nDate:", 1)
        .replace("第3版()\n", "");
    let document = read(&file);
    assert_eq!((&document.meta["title_target"], &document.meta["page"]), (&json!("Other"), &json!(3)));
    assert_eq!(document.warnings, [Warning::FrameIncomplete]);
}

#[test]
fn names_come_from_the_file_only_where_the_text_has_none() {
    let file = Parts::default()
        .write()
        .replace("Date: 1957-10-16\n", "")
        .replace("1957-10-16\n", "")
        .replace("### 青石镇修成水渠", "###");
    let document = read_one("1946-05-15_水渠_通水.md", file).unwrap();
    assert_eq!((&document.meta["date"], &document.meta["title"]), (&json!("1946-05-15"), &json!("水渠_通水")));
    assert!(document.warnings.contains(&Warning::FromFileName));
}

// -------------------------------------------------------------------------------------------------- warnings, each of them

fn warned(file: &str) -> Vec<Warning> {
    read(file).warnings
}

#[test]
fn what_looks_wrong_is_warned_of() {
    let good = Parts::default().write();
    assert_eq!(warned(&good), []);
    let cases = [
        (Warning::Ratio, good.replace("The old people of the town say that in times of drought everyone used to carry water from the river. Now the water flows into the fields by itself.", "Not so.")),
        (Warning::ChineseInEnglish, good.replace("the river", "the 河边 river")),
        (Warning::ChineseInEnglish, good.replace("The old people", "镇上的老人说，过去天旱的时候。\n\nThe old people")),
        (Warning::TranslatorNote, good.replace("The old people", "The article does not have a 专栏: section.\n\nThe old people")),
        (Warning::BadChar, good.replace("forty", "fo\u{FFFD}ty")),
        (Warning::BadChar, good.replace("四十", "□十")),
        (Warning::BadChar, good.replace("forty", "fo\0ty")),
        (Warning::Truncated, good.replace("fields by itself.", "fields by")),
        (Warning::DateDiffers, good.replacen("1957-10-16", "1957-10-17", 1)),
        (Warning::FrameIncomplete, good.replace("第3版()\n", "")),
        (Warning::FrameIncomplete, good.replace("### 青石镇修成水渠\n\n", "### 青石镇修成水渠\n")),
        (Warning::FrameIncomplete, good.replace("Author:\n", "")),
    ];
    for (warning, file) in &cases {
        assert_ne!(file, &good, "{warning} changes nothing");
        assert_eq!(&warned(file), &[*warning], "{file}");
    }
    // The Chinese date wins; the Chinese line in the English and the note about the layout are left out.
    assert_eq!(read(&cases[8].1).meta["date"], "1957-10-16");
    assert_eq!(body(&read(&cases[2].1), Side::Target).len(), 2);
    assert_eq!(body(&read(&cases[3].1), Side::Target).len(), 2);
}

fn align(name: &str, bytes: &[u8], model: Option<Model>) -> Vec<Result<Aligned, Reject>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    let engine = Engine::new(model, Settings::default(), Pair::new("zh".into(), "en".into())).unwrap();
    let mut worker = engine.worker();
    Reader::open(vec![Input::Path(path)], Options::default()).unwrap().map(|entry| worker.align(entry?)).collect()
}

#[test]
fn warnings_stand_in_the_metadata() {
    let records = [
        json!({"id": 1, "source": ["一。"], "target": ["One."]}),
        json!({"id": 2, "source": ["Eins.", "Zwei."], "target": ["Uno.", "Due."], "source_lang": "xx", "target_lang": "yy"}),
        json!({"id": 3, "source": ["一。", "二\u{0}。"], "target": ["One.", "Two."]}),
    ];
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let aligned = align("r.jsonl", lines.join("\n").as_bytes(), None);
    let warnings: Vec<Value> =
        aligned.into_iter().map(|aligned| aligned.unwrap().document.meta["warnings"].clone()).collect();
    assert_eq!(warnings, [json!(["too_short"]), json!(["unknown_language"]), json!(["bad_char"])]);
}

// ------------------------------------------------------------------------------------------- reasons for setting aside, all

#[test]
fn every_reason_has_its_case() {
    let good = Parts::default().write();
    let swap = |from: &str, to: &str| {
        let changed = good.replace(from, to);
        assert_ne!(changed, good, "{from} is not in the article");
        changed.into_bytes()
    };
    let english =
        &good[good.find("Qingshi Town Completes Its Canal\n\nThe").unwrap()..good.find("\n\n\n<hr />").unwrap()];
    let chinese = &good[good.find("　　青石").unwrap()..];
    let mut broken = good.clone().into_bytes();
    broken.insert(90, 0xFF);
    let two = format!("{good}\n\n{}", &good[good.find("<hr />").unwrap()..]);
    let mixed =
        "The 青石镇 the 农民们 built 水渠 now, 长八里长 and it's 五百亩稻田 big, 都能灌溉 so 老人们说 good 丰收了.";
    let articles: Vec<(Reason, Vec<u8>)> = vec![
        (Reason::NotUtf8, broken),
        (Reason::NoHeader, b"# About this folder\n\nSome words.\n".to_vec()),
        (Reason::NoHeader, Vec::new()),
        (Reason::NoSeparator, swap("<hr /> \n", "\n")),
        (Reason::NoSeparator, swap("Original:", "The original:")),
        (Reason::TwoSeparators, two.into_bytes()),
        (Reason::EmptyEnglish, swap(english, "\n")),
        (Reason::EmptyChinese, swap(chinese, "　　\n")),
        (Reason::Refusal, swap(english, "I’m sorry, but I can't help with translating this.\n")),
        (Reason::Ratio, swap(chinese, "　　青石镇的水渠（图片）\n")),
        (Reason::Ratio, swap(english, "A canal.\n")),
        (Reason::ChineseInEnglish, swap(english, mixed)),
    ];
    let mut seen = BTreeSet::new();
    for (reason, bytes) in articles {
        let reject = read_one("a.md", &bytes).unwrap_err();
        assert_eq!(reject.reason, reason, "{reject:?}");
        assert!(reject.path.ends_with("a.md") && reject.message.len() > 20, "{reject:?}");
        seen.insert(reason.to_string());
    }
    let records: [(Reason, &str); 12] = [
        (Reason::EmptySource, r#"{"id": "a", "source": " \n\u3000", "target": "One."}"#),
        (Reason::EmptySource, r#"{"id": "a", "source": [], "target": ["One."]}"#),
        (Reason::EmptyTarget, r#"{"id": "a", "source": ["一。"], "target": ["", "  "]}"#),
        (Reason::BadRecord, r#"{"id": "a", "source": "一。""#),
        (Reason::BadRecord, r#"["source", "target"]"#),
        (Reason::BadRecord, r#"{"id": "a", "target": "One."}"#),
        (Reason::BadRecord, r#"{"id": "a", "source": "一。"}"#),
        (Reason::BadRecord, r#"{"id": "a", "source": 1, "target": "One."}"#),
        (Reason::BadRecord, r#"{"id": "a", "source": ["一。", 2], "target": ["One."]}"#),
        (Reason::BadRecord, r#"{"id": "a", "source": "一。", "target": null}"#),
        (Reason::BadRecord, r#"{"id": {}, "source": "一。", "target": "One."}"#),
        (Reason::BadRecord, r#"{"id": "a", "source": ["一。"], "target": "One."}"#),
    ];
    let lines: Vec<&str> = records.iter().map(|(_, line)| *line).collect();
    let found = read_all("r.jsonl", lines.join("\n").as_bytes(), Options::default());
    assert_eq!(found.len(), records.len());
    for (index, (found, (reason, line))) in found.into_iter().zip(records).enumerate() {
        let reject = found.unwrap_err();
        assert_eq!((reject.reason, reject.place), (reason, format!("line {}", index + 1)), "{line}");
        seen.insert(reason.to_string());
    }
    let reject = read_one("notes.txt", "Plain text.").unwrap_err();
    assert_eq!(reject.reason, Reason::UnknownFormat);
    assert!(reject.message.contains("--source"), "{}", reject.message);
    seen.insert(reject.reason.to_string());
    let reject = read_one("month.js", "let nothing = 1;").unwrap_err();
    assert_eq!(reject.reason, Reason::UnknownFormat);
    assert_eq!(read_one("month.js", "const ARTICLES = [ {path: ] ;").unwrap_err().reason, Reason::BadRecord);

    let mut options = Options::default();
    options.largest = 40;
    for (name, bytes) in [("a.md", good.as_bytes()), ("r.jsonl", &[b'x'; 60][..])] {
        let reject = read_all(name, bytes, options.clone()).remove(0).unwrap_err();
        assert_eq!(reject.reason, Reason::TooLarge, "{reject:?}");
        seen.insert(reject.reason.to_string());
    }
    let reject = read_one("r.jsonl.gz", "this is not gzip").unwrap_err();
    assert_eq!(reject.reason, Reason::Unreadable);
    assert_eq!(read_one("r.jsonl.zst", "this is not zstd").unwrap_err().reason, Reason::Unreadable);
    seen.insert(reject.reason.to_string());

    let record = br#"{"id": "a", "source": ["Eins."], "target": ["Un."], "source_lang": "de", "target_lang": "fr"}"#;
    let reject = align("r.jsonl", record, Some(Model::built_in("zh", "en"))).remove(0).unwrap_err();
    assert_eq!(reject.reason, Reason::OtherLanguages);
    seen.insert(reject.reason.to_string());

    let all = [
        "not_utf8",
        "no_header",
        "no_separator",
        "two_separators",
        "empty_english",
        "empty_chinese",
        "empty_source",
        "empty_target",
        "refusal",
        "ratio",
        "chinese_in_english",
        "other_languages",
        "bad_record",
        "unknown_format",
        "unreadable",
        "too_large",
    ];
    assert_eq!(seen, all.iter().map(ToString::to_string).collect(), "every code that the README lists has a case here");
}

#[test]
fn a_long_line_is_set_aside_and_the_next_one_read() {
    let mut options = Options::default();
    options.largest = 100;
    let good = r#"{"id": "b", "source": ["一。"], "target": ["One."]}"#;
    let lines = format!("{}\n{good}\n", "x".repeat(100_000));
    let read = read_all("r.jsonl", lines.as_bytes(), options);
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].as_ref().unwrap_err().reason, Reason::TooLarge);
    assert_eq!(read[1].as_ref().unwrap().id, "b");
}

// ------------------------------------------------------------------------------------------------------------- encodings

#[test]
fn encodings_are_found_out_or_named() {
    let parts = Parts::default();
    let file = parts.write();
    let utf16 = |mark: &str, swap: bool| -> Vec<u8> {
        format!("{mark}{file}")
            .encode_utf16()
            .flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    };
    let gb18030 = encoding_rs::GB18030.encode(&file).0.into_owned();
    for (name, bytes) in [
        ("gb18030", gb18030.clone()),
        ("utf-16le", utf16("\u{FEFF}", false)),
        ("utf-16be", utf16("\u{FEFF}", true)),
        ("utf-16le", utf16("", false)),
        ("utf-16be", utf16("", true)),
    ] {
        let mut named = Options::default();
        named.encoding = encoding_rs::Encoding::for_label(name.as_bytes());
        for options in [Options::default(), named] {
            let document = read_all("1957-10-16_水渠.md", &bytes, options).remove(0).unwrap();
            assert_eq!(document.warnings, [Warning::Recoded], "{name}");
            same(&parts, &document).unwrap();
        }
    }
    // A wrong name is an error, not a guess.
    let mut wrong = Options::default();
    wrong.encoding = Some(encoding_rs::UTF_8);
    assert_eq!(read_all("a.md", &gb18030, wrong).remove(0).unwrap_err().reason, Reason::NotUtf8);
}

#[test]
fn big5_is_found_out() {
    let mut parts = Parts {
        headlines: vec!["青石鎮修成水渠".into()],
        paragraphs: vec![(
            "青石鎮的農民用了四十天時間，修成了一條長八里的水渠。鎮上的老人說，過去天旱的時候，大家祇能到河裡去挑水。".into(),
            "The peasants of Qingshi Town took forty days to build a canal eight li long. The old people of the town say that in times of drought everyone used to carry water from the river.".into(),
        )],
        chinese_indent: "    ",
        ..Parts::default()
    };
    parts.column = "";
    let file = parts.write().replace("专栏：", "專欄：");
    let (bytes, _, lossy) = encoding_rs::BIG5.encode(&file);
    assert!(!lossy);
    let document = read_one("a.md", bytes).unwrap();
    assert!(document.warnings.contains(&Warning::Recoded));
    assert_eq!(body(&document, Side::Source)[document_heads(&document)..].last().unwrap(), &parts.paragraphs[0].0);
    assert_eq!(document.meta["title"], "青石鎮修成水渠");
}

/// Body lines before the article's own that the frame left (a traditional 專欄 line is not part of the survey's grammar).
fn document_heads(document: &Document) -> usize {
    body(document, Side::Source).len() - 1
}

// --------------------------------------------------------------------------------------------------------------- records

#[test]
fn records_keep_their_metadata() {
    let record = json!({
        "id": "甲/1", "date": "1957-10-16", "source": "一。二。\n三。\n\n四。", "extra": {"deep": [1, null]},
        "target": "One. Two.\nThree.\nFour.", "source_lang": "zh-Hant", "target_lang": "en-GB", "path": "elsewhere.md",
    });
    let document = read_one("r.jsonl", record.to_string()).unwrap();
    assert_eq!(document.id, "甲/1");
    assert_eq!(document.language, Pair::new("zh-Hant".to_owned(), "en-GB".to_owned()));
    assert_eq!(body(&document, Side::Source), ["一。二。", "三。", "四。"]);
    assert_eq!(body(&document, Side::Target), ["One. Two.", "Three.", "Four."]);
    assert_eq!(document.meta["date"], "1957-10-16");
    assert_eq!(document.meta["extra"], json!({"deep": [1, null]}));
    assert_eq!(document.meta["path"], "elsewhere.md");
}

#[test]
fn records_without_an_id_are_named_by_place() {
    let lines =
        "\n{\"source\": \"一。\", \"target\": \"One.\"}\r\n\n{\"id\": 17, \"source\": \"一。\", \"target\": \"One.\"}";
    let ids: Vec<String> =
        read_all("year.jsonl", lines.as_bytes(), Options::default()).into_iter().map(|read| read.unwrap().id).collect();
    assert_eq!(ids, ["year#2", "17"]);
}

#[test]
fn lists_are_sentences_and_blank_ones_borders() {
    let record = json!({"id": "a", "source": ["一。", "", "二。 ", "三。"], "target": ["One.\nTwo.", "Three."]});
    let document = read_one("r.jsonl", record.to_string()).unwrap();
    let (source, places) = segments(&document, Side::Source);
    assert_eq!(places, [0, 2, 3]);
    assert_eq!(source.iter().map(|segment| segment.paragraph).collect::<Vec<_>>(), [0, 1, 1]);
    assert_eq!(
        source.iter().map(|segment| segment.range.of(document.text(Side::Source))).collect::<Vec<_>>(),
        ["一。", "二。", "三。"]
    );
    let (target, places) = segments(&document, Side::Target);
    assert_eq!(places, [0, 1]);
    assert_eq!(target[0].range.of(document.text(Side::Target)), "One.\nTwo.");
}

#[test]
fn one_bad_line_does_not_stop_the_others() {
    let good =
        |id: &str| format!("{{\"id\": \"{id}\", \"source\": [\"一。\"], \"target\": [\"One.\"]}}\n").into_bytes();
    let bytes = [good("a"), b"{\"id\": \"\xFF\xFE\"}\n".to_vec(), good("b"), b"\x00\n".to_vec(), good("c")].concat();
    let read = read_all("r.jsonl", &bytes, Options::default());
    let shown: Vec<String> = read
        .into_iter()
        .map(|read| read.map_or_else(|reject| format!("{} {}", reject.place, reject.reason), |document| document.id))
        .collect();
    assert_eq!(shown, ["a", "line 2 not_utf8", "b", "line 4 bad_record", "c"]);
}

fn compressed(bytes: &[u8]) -> [(&'static str, Vec<u8>); 3] {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    [
        ("r.jsonl", bytes.to_vec()),
        ("r.jsonl.gz", gzip.finish().unwrap()),
        ("r.jsonl.zst", zstd::encode_all(bytes, 3).unwrap()),
    ]
}

#[test]
fn compressed_records_are_the_same_records() {
    let lines: String =
        (0..500).map(|n| json!({"source": [format!("第{n}句。")], "target": ["One."]}).to_string() + "\n").collect();
    for (name, bytes) in compressed(lines.as_bytes()) {
        let read = read_all(name, &bytes, Options::default());
        let ids: Vec<String> = read.into_iter().map(|read| read.unwrap().id).collect();
        assert_eq!(ids, (1..=500).map(|n| format!("r#{n}")).collect::<Vec<_>>(), "{name}");
    }
    // Several streams one after another are one.
    let [_, (name, gzip), _] = compressed(lines.as_bytes());
    assert_eq!(read_all(name, &[gzip.clone(), gzip.clone()].concat(), Options::default()).len(), 1000);
    // One that breaks off gives what it held, and says so.
    let read = read_all(name, &gzip[..gzip.len() - 12], Options::default());
    assert_eq!(read.last().unwrap().as_ref().unwrap_err().reason, Reason::Unreadable);
}

// ------------------------------------------------------------------------------------------------- plain texts and folders

fn pair(source: &str, target: &str, segmented: bool) -> Result<Document, Reject> {
    let folder = tempfile::tempdir().unwrap();
    let paths = Pair::new(folder.path().join("book.zh.txt"), folder.path().join("book.en.txt"));
    fs::write(&paths.source, source).unwrap();
    fs::write(&paths.target, target).unwrap();
    let mut options = Options::default();
    options.segmented = segmented;
    read_inputs(vec![Input::Files(paths)], options).remove(0)
}

#[test]
fn blank_lines_of_segmented_texts_are_borders_on_their_own_side() {
    let document = pair("\n一。\n二。\n\n\n三。\n", "One.\r\nTwo.\r\nThree.", true).unwrap();
    let (source, places) = segments(&document, Side::Source);
    assert_eq!(places, [1, 2, 5], "the index is the line's number");
    assert_eq!(source.iter().map(|segment| segment.paragraph).collect::<Vec<_>>(), [0, 0, 1]);
    let (target, places) = segments(&document, Side::Target);
    assert_eq!(places, [0, 1, 2]);
    assert!(target.iter().all(|segment| segment.paragraph == 0));
    assert_eq!(document.id, "book.zh");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn segmented_lines_keep_their_numbers(lines in prop::collection::vec(prop::sample::select(vec!["", "  ", "一。", "　二 。", "三"]), 0..20), windows in prop::bool::ANY) {
        let end = if windows { "\r\n" } else { "\n" };
        let text: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        let full: Vec<u32> = (0..lines.len() as u32).filter(|&line| !lines[line as usize].trim().is_empty()).collect();
        match pair(&text, "One.\n", true) {
            Ok(document) => {
                let (segments, places) = segments(&document, Side::Source);
                prop_assert_eq!(places, &full);
                for (segment, &place) in segments.iter().zip(places) {
                    prop_assert_eq!(segment.range.of(document.text(Side::Source)), lines[place as usize].trim());
                }
                for (pair, places) in segments.windows(2).zip(places.windows(2)) {
                    prop_assert_eq!(pair[1].paragraph - pair[0].paragraph, u32::from(places[1] - places[0] > 1));
                }
            }
            Err(reject) => {
                prop_assert_eq!(reject.reason, Reason::EmptySource);
                prop_assert!(full.is_empty());
            }
        }
    }
}

#[test]
fn plain_texts_are_paragraphs_by_line_or_by_blank_line() {
    let by_line = pair("一。二。\n三。\n", "One. Two.\nThree.\n", false).unwrap();
    assert_eq!(body(&by_line, Side::Source), ["一。二。", "三。"]);
    let wrapped = pair("一，\n二。\n\n三，\n四。\n", "One,\ntwo.\n\nThree,\nfour.\n", false).unwrap();
    assert_eq!(body(&wrapped, Side::Target), ["One,\ntwo.", "Three,\nfour."]);
    assert_eq!(pair("一。", " \n\n", false).unwrap_err().reason, Reason::EmptyTarget);
    assert!(by_line.meta["source_path"].as_str().unwrap().ends_with("book.zh.txt"));
}

#[test]
fn folders_are_walked_in_the_order_of_names() {
    let folder = tempfile::tempdir().unwrap();
    let good = Parts::default().write();
    for name in ["b/2.md", "b/10.md", "a.md", "c.md", ".hidden.md", "b/.git/x.md", "z.txt"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &good).unwrap();
    }
    fs::create_dir(folder.path().join("empty")).unwrap();
    let read = read_inputs(vec![Input::Path(folder.path().to_owned())], Options::default());
    let ids: Vec<String> = read
        .into_iter()
        .map(|read| read.map_or_else(|reject| reject.reason.to_string(), |document| document.id))
        .collect();
    assert_eq!(ids, ["a", "10", "2", "c", "unknown_format"]);
}

#[test]
fn an_input_that_does_not_exist_is_an_error_before_any_work() {
    let missing = vec![Input::Path(PathBuf::from("/nowhere/at/all.md"))];
    let error = Reader::open(missing, Options::default()).err().expect("it does not exist");
    assert!(error.to_string().starts_with("/nowhere/at/all.md: "), "{error}");
}

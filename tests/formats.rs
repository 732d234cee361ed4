//! One battery for every format of the list, each new one too: what its `Form` says it keeps comes back, what it says it drops
//! is counted, every text is in its files, and the same rows give the same bytes. Formats that cannot be read back are held
//! against the text in their files; the tools they are for read them in `scripts/validate-formats`.

#![allow(clippy::unwrap_used)]

use bitext::archive::ReadSeek;
use bitext::document::Section;
use bitext::export::{Charset, Context, Format, Input, Item, Loss, OpenSeek, Row, Sink, Status, Text, Writer};
use bitext::span::{ByteRange, Pair, Side};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

// -------------------------------------------------------------------------------------------------- files that are not there

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Memory {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.0.lock().unwrap().seek(to)
    }
}

type Files = BTreeMap<String, Vec<u8>>;

fn context(rows: &[Row], format: Format) -> Context {
    let language = rows.first().map_or(Pair::new("zh".into(), "en".into()), |row| {
        Pair::new(row.source_lang.to_string(), row.target_lang.to_string())
    });
    Context::new(language, format!("set.{format}"))
}

fn write(rows: &[Row], format: Format) -> (Files, Loss) {
    written(rows, format, |writer, _| rows.iter().for_each(|row| writer.row(row).unwrap()))
}

/// The same, each document made by itself.
fn write_apart(rows: &[Row], format: Format) -> (Files, Loss) {
    written(rows, format, |writer, context| {
        for document in rows.chunk_by(|one, next| one.doc == next.doc) {
            writer.put(&Writer::apart(format, context, document).unwrap()).unwrap();
        }
    })
}

fn written(rows: &[Row], format: Format, write: impl FnOnce(&mut Writer, &Context)) -> (Files, Loss) {
    let context = context(rows, format);
    let names = (format.form().files)(&context.name, &context);
    let memory: Vec<Memory> = names.iter().map(|_| Memory::default()).collect();
    let sinks = memory.iter().map(|file| Box::new(file.clone()) as Box<dyn Sink>).collect();
    let mut writer = Writer::new(format, &context, sinks).unwrap();
    write(&mut writer, &context);
    let (_, loss) = writer.finish().unwrap();
    let files: Files =
        names.iter().cloned().zip(memory.iter().map(|file| file.0.lock().unwrap().get_ref().clone())).collect();
    assert_eq!(files.len(), names.len(), "{format}: two files of one name");
    (files, loss)
}

fn read(files: Files, main: &str, format: Format) -> Vec<Row> {
    let files = Arc::new(files);
    let also = Arc::clone(&files);
    let file = |files: &Files, name: &str| -> io::Result<Box<Cursor<Vec<u8>>>> {
        let file = files.get(name).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, name.to_owned()))?;
        Ok(Box::new(Cursor::new(file)))
    };
    let open = move |name: &str| -> io::Result<Text> { Ok(file(&files, name)?) };
    let seek = move |name: &str| -> io::Result<Box<dyn ReadSeek>> { Ok(file(&also, name)?) };
    let (open, seek): (_, OpenSeek) = (Box::new(open), Box::new(seek));
    let input = Input { name: main.to_owned(), language: Pair::default(), texts: None, open, seek };
    let rows = format.form().reader.unwrap()(input).unwrap();
    rows.map(|row| row.unwrap_or_else(|error| panic!("{format}: {error}"))).collect()
}

/// The name to read by: the links of InterText stand in a file that is called after its texts.
fn main_file(format: Format) -> String {
    if format.to_string() == "intertext" { "set.zh.en.xml".into() } else { format!("set.{format}") }
}

// ---------------------------------------------------------------------------------------------------------------- the battery

fn held(row: &Row, side: Side, charset: Charset) -> Vec<String> {
    row.texts(side).iter().map(|text| charset.of(text).into_owned()).collect()
}

fn joined(row: &Row, side: Side, charset: Charset) -> Vec<String> {
    let blank = if row.language(side) == "zh" { "" } else { " " };
    let texts = held(row, side, charset);
    if texts.is_empty() { texts } else { vec![texts.join(blank)] }
}

/// True when the item of `row` is what came back.
fn is_kept(item: Item, row: &Row, back: &Row, format: Format) -> bool {
    match item {
        Item::OneSided => true,
        Item::Borders => (row.source.len(), row.target.len()) == (back.source.len(), back.target.len()),
        Item::Id => (&row.id, &row.doc, row.n) == (&back.id, &back.doc, back.n),
        Item::Languages => (&row.source_lang, &row.target_lang) == (&back.source_lang, &back.target_lang),
        Item::Section => row.section == back.section,
        Item::Spans => (&row.source_spans, &row.target_spans) == (&back.source_spans, &back.target_spans),
        Item::Paragraphs => {
            (row.source_paragraph, row.target_paragraph) == (back.source_paragraph, back.target_paragraph)
        }
        Item::Index => (&row.source_index, &row.target_index) == (&back.source_index, &back.target_index),
        Item::Confidence => row.confidence == back.confidence,
        Item::Cost => row.cost == back.cost,
        Item::Parts => row.parts == back.parts,
        // InterText knows no status but man and auto; its exporter counts the others.
        Item::Status if format.to_string() == "intertext" && row.status == Status::Moved => true,
        Item::Status => row.status == back.status,
        Item::Flags => row.flags == back.flags,
        Item::Meta => row.meta == back.meta,
        Item::Extra => row.extra == back.extra,
    }
}

/// Everything that holds of any format on these rows.
fn battery(rows: &[Row], format: Format) {
    let form = format.form();
    let (files, loss) = write(rows, format);
    assert_eq!((&files, &loss), (&write(rows, format).0, &loss), "{format}: not the same bytes twice");
    if form.apart {
        let (apart, apart_loss) = write_apart(rows, format);
        assert_eq!((&files, &loss), (&apart, &apart_loss), "{format}: documents made apart");
    }
    let keeps = |item: Item| form.keeps.contains(&item);
    let kept: Vec<&Row> = rows.iter().filter(|row| keeps(Item::OneSided) || row.is_pair()).collect();
    // What was lost is counted.
    let one_sided = |side: Side| rows.iter().filter(|row| !row.has(side)).count() as u64;
    let expected = if keeps(Item::OneSided) { [0, 0] } else { [one_sided(Side::Target), one_sided(Side::Source)] };
    assert_eq!(loss.left_out, expected, "{format}: omissions and additions");
    for item in Item::ALL {
        let lost = loss.items.get(&item).copied().unwrap_or(0);
        if keeps(item) {
            assert_eq!(lost, 0, "{format} says that it keeps {}", item.name());
        } else if !matches!(item, Item::OneSided | Item::Languages | Item::Meta) {
            let had = kept.iter().filter(|row| item.is_in(row)).count() as u64;
            assert_eq!(lost, had, "{format} drops {}", item.name());
        }
    }
    let replaced = |row: &&&Row| row.source.iter().chain(&row.target).any(|text| form.charset.changes(text));
    assert!(loss.characters >= kept.iter().filter(replaced).count() as u64, "{format}: characters");
    // Every text is there.
    if form.reader.is_some() {
        let back = read(files, &main_file(format), format);
        assert_eq!(back.len(), kept.len(), "{format}: rows");
        for (row, back) in kept.iter().zip(&back) {
            for side in Side::BOTH {
                let texts = if keeps(Item::Borders) { held } else { joined };
                assert_eq!(texts(row, side, form.charset), back.texts(side), "{format}: {} {side:?}", row.id);
            }
            for &item in form.keeps.iter().filter(|item| item.is_in(row)) {
                assert!(is_kept(item, row, back, format), "{format} does not keep {}:\n{row:?}\n{back:?}", item.name());
            }
        }
    } else if format.to_string() == "xlsx" {
        assert!(files.values().all(|file| file.starts_with(b"PK")));
    } else {
        let plain = format.to_string() == "lines";
        let squeezed = |file: &str| if plain { file.split_whitespace().collect() } else { visible(file) };
        let texts: String = files.values().map(|file| squeezed(std::str::from_utf8(file).unwrap())).collect();
        for row in &kept {
            for side in Side::BOTH {
                let text: String = held(row, side, form.charset).concat();
                let text: String = text.split_whitespace().collect();
                assert!(texts.contains(&text), "{format}: {} {side:?}: {text:?} is not in {texts}", row.id);
            }
        }
    }
}

/// A file's text without its tags, entities and white space.
fn visible(file: &str) -> String {
    let (mut text, mut rest) = (String::new(), file);
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = rest[start..].split_once('>').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    for (entity, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#13;", ""), ("&amp;", "&")]
    {
        text = text.replace(entity, c);
    }
    text.split_whitespace().collect()
}

// ------------------------------------------------------------------------------------------------------------------ the rows

/// Text with everything that formats trip over, and some on either end that is not white space.
fn text(nasty: bool) -> BoxedStrategy<String> {
    let plain = "[a-z中国人民。,.'\"<>&\\[\\]|~#;:=+-]{1,12}( [a-z国😀é]{1,5}){0,2}";
    let any = "([ -~]|\\PC|[\\x00-\\x1f\\x7f-\\x9f\u{2028}\u{202e}\u{feff}\u{fffe}]){1,16}";
    let texts: BoxedStrategy<String> = if nasty { prop_oneof![plain, any].boxed() } else { plain.boxed() };
    // hunalign parts sentences by this mark, and has no way to write it inside of one.
    let fits = |text: &String| {
        let has_text = |charset: Charset| !charset.of(text).trim().is_empty();
        [Charset::All, Charset::Xml, Charset::Line].into_iter().all(has_text)
            && !text.contains("~~")
            && text.trim() == text
    };
    texts.prop_filter("a segment has text", fits).boxed()
}

/// A value that every XML can hold.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "\\PC{0,8}|[ -~\n\t\r]{0,6}|7|true|null|\"x\"|\\{\\}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
        Just(json!(["bad_char", "ratio"])),
        Just(json!({"a": null})),
    ]
}

/// What a bead has by itself; places and numbers come from where it stands.
#[derive(Debug, Clone)]
struct Bead {
    texts: [Vec<String>; 2],
    confidence: Option<f64>,
    cost: Option<i64>,
    status: Status,
    flags: Vec<String>,
    gap: u32,
    paragraph: bool,
}

fn bead(nasty: bool) -> impl Strategy<Value = Bead> {
    let side = move || prop::collection::vec(text(nasty), 0..3);
    let status = prop_oneof![Just(Status::Auto), Just(Status::Locked), Just(Status::Moved)];
    let texts = [side(), side()].prop_filter("a row has text", |texts| !texts.concat().is_empty());
    let score = (prop::option::of(0..=10_000_i32), prop::option::of(-99_999..99_999_i64));
    let flags = prop::collection::vec("\\PC{0,5}", 0..2);
    (texts, score, status, flags, 0..3_u32, any::<bool>()).prop_map(
        |(texts, (confidence, cost), status, flags, gap, paragraph)| Bead {
            texts,
            confidence: confidence.map(|confidence| f64::from(confidence) / 1e4),
            cost,
            status,
            flags,
            gap,
            paragraph,
        },
    )
}

#[derive(Debug, Clone)]
struct Document {
    beads: Vec<Bead>,
    title: usize,
    /// Has spans and paragraphs; else has the lines of given segments.
    whole: bool,
    meta: Vec<(String, Value)>,
    extra: Vec<(String, Value)>,
}

fn documents(nasty: bool) -> impl Strategy<Value = Vec<Document>> {
    let values = || prop::collection::vec(("[a-z]{1,3}|[a-z %;.&<\"]{1,4}", value()), 0..3);
    let beads = prop::collection::vec(bead(nasty), 1..6);
    let document = (beads, 0..3_usize, any::<bool>(), values(), values());
    let document =
        document.prop_map(|(beads, title, whole, meta, extra)| Document { beads, title, whole, meta, extra });
    prop::collection::vec(document, 0..4)
}

/// The rows of documents, places and numbers as the engine gives them.
fn rows(documents: &[Document]) -> Vec<Row> {
    let mut rows = Vec::new();
    let language: Pair<Arc<str>> = Pair::new("zh".into(), "en".into());
    for (k, document) in documents.iter().enumerate() {
        let doc: Arc<str> = format!("1957-10-16_a#{k} <&>").into();
        let meta: Arc<Map<String, Value>> = Arc::new(document.meta.iter().cloned().collect());
        let (mut n, mut byte, mut line, mut paragraph) = (0, [0, 7], [0, 0], [0, 0]);
        for (at, bead) in document.beads.iter().enumerate() {
            n += 1 + bead.gap as usize;
            let texts = Pair::new(bead.texts[0].clone(), bead.texts[1].clone());
            let mut row = Row::new(Arc::clone(&doc), n, &language, texts);
            let title = at < document.title;
            row.section = if title { Section::Title } else { Section::Body };
            for (side, texts) in bead.texts.iter().enumerate() {
                let (mut spans, mut lines) = (Vec::new(), Vec::new());
                for text in texts {
                    spans.push(ByteRange::new(byte[side], byte[side] + text.len()));
                    byte[side] += text.len() + bead.gap as usize;
                    lines.push(line[side] + bead.gap);
                    line[side] += bead.gap + 1;
                }
                paragraph[side] += u32::from(bead.paragraph || paragraph[side] == 0);
                let number = (document.whole && !title && !texts.is_empty()).then_some(paragraph[side]);
                let (spans, lines) = if document.whole { (spans, None) } else { (Vec::new(), Some(lines)) };
                match side {
                    0 => (row.source_spans, row.source_index, row.source_paragraph) = (spans, lines, number),
                    _ => (row.target_spans, row.target_index, row.target_paragraph) = (spans, lines, number),
                }
            }
            (row.confidence, row.cost, row.status) = (bead.confidence, bead.cost, bead.status);
            row.flags.clone_from(&bead.flags);
            if let Some(cost) = bead.cost {
                row.parts =
                    [("prior".to_owned(), json!(cost - 5)), ("length".to_owned(), json!(5))].into_iter().collect();
            }
            row.meta = Arc::clone(&meta);
            row.extra = document.extra.iter().map(|(key, value)| (format!("x_{key}"), value.clone())).collect();
            rows.push(row);
        }
    }
    rows
}

// ----------------------------------------------------------------------------------------------------------------- the tests

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_format_does_what_it_says(documents in documents(true)) {
        let rows = rows(&documents);
        Format::all().for_each(|format| battery(&rows, format));
    }

    #[test]
    fn plain_texts_are_the_same_everywhere(documents in documents(false)) {
        let rows = rows(&documents);
        for format in Format::all() {
            let (_, loss) = write(&rows, format);
            prop_assert_eq!(loss.characters, 0, "{} changes texts that every format can hold", format);
            battery(&rows, format);
        }
    }

    /// Ids, languages and numbers of any kind, for the formats that have a place for each.
    #[test]
    fn names_of_others_are_kept(
        names in prop::collection::vec(("[!-~]{1,8}|\\PC{1,8}", "[!-~]{1,6}", 0..99_usize, "[a-z]{2}", "[a-z]{2}-[A-Z]{2}"), 1..5)
    ) {
        let rows: Vec<Row> = names.into_iter().map(|(id, doc, n, source, target)| {
            let texts = Pair::new(vec!["一。".to_owned()], vec!["One.".to_owned()]);
            Row { id, n, ..Row::new(doc.into(), 1, &Pair::new(source.into(), target.into()), texts) }
        }).collect();
        prop_assume!(rows.iter().all(|row| !row.id.trim().is_empty()));
        for name in ["jsonl", "tsv", "tmx", "xliff"] {
            battery(&rows, name.parse().unwrap());
        }
    }
}

/// Rows whose every item is there, told apart from those that a format makes up.
fn example() -> Vec<Row> {
    let bead = |source: &[&str], target: &[&str]| Bead {
        texts: [source, target].map(|side| side.iter().map(|text| (*text).to_owned()).collect()),
        confidence: Some(0.9876),
        cost: Some(-123),
        status: Status::Locked,
        flags: vec!["checked".into()],
        gap: 1,
        paragraph: true,
    };
    let document = |beads: Vec<Bead>, whole: bool| Document {
        beads,
        title: 1,
        whole,
        meta: vec![("title".into(), "t".into()), ("page".into(), 7.into()), ("own key".into(), "v".into())],
        extra: vec![("note".into(), "n".into())],
    };
    rows(&[
        document(
            vec![bead(&["题"], &["Title"]), bead(&["一。", "二。"], &["One and two."]), bead(&["三。"], &[])],
            true,
        ),
        document(vec![bead(&["四。"], &["Four.", "Five."]), bead(&[], &["Six."])], false),
    ])
}

#[test]
fn a_form_claims_nothing_that_is_not_tested() {
    let rows = example();
    for item in Item::ALL.into_iter().filter(|&item| item != Item::Languages) {
        assert!(rows.iter().any(|row| item.is_in(row)), "the example has no {}", item.name());
    }
    for format in Format::all() {
        battery(&rows, format);
        // Where a form does not say that documents can be made apart, they cannot.
        let same = write(&rows, format) == write_apart(&rows, format);
        assert_eq!(format.form().apart, same, "{format}: documents made apart");
    }
    assert!(Format::all().count() >= 17);
}

#[test]
fn names_are_unique_and_files_too() {
    let mut names: Vec<&str> =
        Format::all().flat_map(|format| [&[format.form().name][..], format.form().others].concat()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "two formats of one name");
    for format in Format::all() {
        assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        // Two texts of one language are two files too.
        let context = Context::new(Pair::new("en".into(), "en".into()), "set");
        let mut files = (format.form().files)("set", &context);
        let count = files.len();
        files.sort_unstable();
        files.dedup();
        assert_eq!(files.len(), count, "{format}: {files:?}");
    }
}

/// The table in the documentation says what the code says.
#[test]
fn the_documentation_has_every_format() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    let page = fs::read_to_string(path).unwrap();
    let mut wanted = Vec::new();
    for format in Format::all() {
        let form = format.form();
        let list = |items: Vec<&str>| if items.is_empty() { "–".to_owned() } else { items.join(", ") };
        let keeps = |item: &Item| form.keeps.contains(item);
        let mut kept: Vec<&str> = Item::ALL.iter().filter(|&item| keeps(item)).map(|item| item.name()).collect();
        let dropped: Vec<&str> = Item::ALL.iter().filter(|&item| !keeps(item)).map(|item| item.name()).collect();
        let meta = format!("of the metadata {}", form.keeps_meta.join(", "));
        if !form.keeps_meta.is_empty() {
            kept.push(&meta);
        }
        let (kept, dropped) = match dropped.is_empty() {
            true => ("everything".to_owned(), list(dropped)),
            false => (list(kept), list(dropped)),
        };
        let read = if form.reader.is_some() { "yes" } else { "no" };
        let command = format!("`bitext convert rows.jsonl corpus.{format}`");
        wanted.push(format!("| `{format}` | {} | {kept} | {dropped} | {command} | {read} |", form.tools));
    }
    for row in &wanted {
        assert!(page.contains(row.as_str()), "docs/formats.md lacks this row; the table is\n{}", wanted.join("\n"));
    }
}

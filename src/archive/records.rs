//! JSON Lines records: `id`, `source`, `target` and any metadata. Each side is a string, one paragraph a line (one sentence
//! a line with `--segmented`), or a list of sentences.

use super::{Body, Entry, Reason, Reject, Shard, decode, stem};
use crate::span::Pair;
use encoding_rs::Encoding;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

/// The room that is kept from line to line, at most.
const KEPT: usize = 1 << 20;

/// Reads the records of one stream, line by line.
pub struct Records<R> {
    input: R,
    path: PathBuf,
    line: u64,
    /// The line read last.
    held: Vec<u8>,
    form: Form,
    encoding: Option<&'static Encoding>,
    longest: u64,
    shard: Option<Shard>,
    ended: bool,
}

/// What the next line is.
enum Line {
    None,
    Held,
    TooLong,
}

impl<R: BufRead> Records<R> {
    /// The records of `input`, which is named `path` in messages. Lines longer than `longest` bytes are set aside unread.
    pub fn new(input: R, path: &Path, segmented: bool, encoding: Option<&'static Encoding>, longest: u64) -> Self {
        Self {
            input,
            path: path.to_owned(),
            line: 0,
            held: Vec::new(),
            form: Form { segmented },
            encoding,
            longest,
            shard: None,
            ended: false,
        }
    }

    /// Of records of other shards than this the id alone is read.
    pub fn of_shard(self, shard: Option<Shard>) -> Self {
        Self { shard, ..self }
    }

    fn read_line(&mut self) -> io::Result<Line> {
        if self.held.capacity() > KEPT {
            self.held = Vec::new();
        }
        self.held.clear();
        let read = self.input.by_ref().take(self.longest + 1).read_until(b'\n', &mut self.held)?;
        if self.held.last() != Some(&b'\n') && read as u64 > self.longest {
            skip_line(&mut self.input)?;
            return Ok(Line::TooLong);
        }
        Ok(if read == 0 { Line::None } else { Line::Held })
    }

    fn entry(&self) -> Result<Entry, Reject> {
        let (line, place) = (&self.held, format!("line {}", self.line));
        let told = self.shard.and_then(|shard| Some((shard, self.told_id(line)?)));
        match told {
            Some((shard, id)) if !shard.holds(&id) => Ok(Entry::new(id, Body::Article(String::new()))),
            Some((_, id)) => self.read(line, place).map_err(|reject| Reject { id: Some(id), ..reject }),
            None => self.read(line, place),
        }
    }

    /// The id of a record, told without reading more of it: the same in all shards, whatever else is wrong with the record.
    fn told_id(&self, line: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Head {
            #[serde(default)]
            id: Option<Value>,
        }
        let head: Head = serde_json::from_slice(line).ok()?;
        let id = id(head.id, &self.path, self.line).ok()?;
        // Letters of another encoding may look like UTF-8: that is told from more than an id.
        (id.is_ascii() || decode::plain(line, self.encoding).is_some()).then_some(id)
    }

    fn read(&self, line: &[u8], place: String) -> Result<Entry, Reject> {
        let reject = |reason, message: String| Reject::new(&self.path, place.clone(), reason, message);
        let bytes = line.len() as u64;
        let text = match decode::plain(line, self.encoding) {
            Some(text) => Cow::Borrowed(text),
            None => {
                let decoded = decode::decode(line.to_vec(), self.encoding);
                decoded.map_err(|error| reject(Reason::NotUtf8, error.to_string()))?.text.into()
            }
        };
        let record: Map<String, Value> = serde_json::from_str(&text)
            .map_err(|error| reject(Reason::BadRecord, format!("not a JSON record: {error}")))?;
        entry(record, &self.path, self.line, place, bytes, self.form)
    }
}

/// A record's id, or one by its place where it has none.
fn id(value: Option<Value>, path: &Path, number: u64) -> Result<String, Value> {
    match value {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        Some(Value::Number(id)) => Ok(id.to_string()),
        None | Some(Value::Null) => Ok(format!("{}#{number}", stem(path))),
        Some(other) => Err(other),
    }
}

/// The entry that a table's row is, the `number`-th (from 1) of `path`, or of any table where the place says it otherwise.
///
/// # Errors
/// When it is no record, or longer than `longest` bytes.
pub fn record(
    record: Map<String, Value>,
    path: &Path,
    number: u64,
    place: String,
    segmented: bool,
    longest: u64,
) -> Result<Entry, Reject> {
    let bytes = record.values().map(size).sum();
    if bytes > longest {
        let message = format!("longer than {longest} bytes: cut the record into chapters");
        return Err(Reject::new(path, place, Reason::TooLarge, message));
    }
    entry(record, path, number, place, bytes, Form { segmented })
}

/// About the bytes that a value has as text.
fn size(value: &Value) -> u64 {
    match value {
        Value::String(text) => text.len() as u64,
        Value::Array(values) => values.iter().map(size).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| name.len() as u64 + size(value)).sum(),
        _ => 8,
    }
}

/// How a record's strings are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    /// A line is a sentence, not a paragraph.
    segmented: bool,
}

/// The entry that a record is, the `number`-th of `path`.
fn entry(
    mut record: Map<String, Value>,
    path: &Path,
    number: u64,
    place: String,
    bytes: u64,
    form: Form,
) -> Result<Entry, Reject> {
    let reject = |reason, message: String| Reject::new(path, place.clone(), reason, message);
    let id = id(record.remove("id"), path, number)
        .map_err(|other| reject(Reason::BadRecord, format!("\"id\" is {other}: it must be a string or a number")))?;
    let mut side = |name: &str| match record.remove(name) {
        Some(value) => Text::from_json(value).ok_or_else(|| {
            reject(Reason::BadRecord, format!("\"{name}\" of record {id} must be a string or a list of strings"))
        }),
        None => Err(reject(
            Reason::BadRecord,
            format!("record {id} has no \"{name}\": give both \"source\" and \"target\""),
        )),
    };
    let body = match (side("source")?, side("target")?) {
        (Text::Whole(source), Text::Whole(target)) => {
            Body::Texts { texts: Pair::new(source, target), segmented: form.segmented }
        }
        (Text::Sentences(source), Text::Sentences(target)) => Body::Sentences(Pair::new(source, target)),
        _ => {
            let message =
                format!("record {id} has a list on one side and a string on the other: give both in one form");
            return Err(reject(Reason::BadRecord, message));
        }
    };
    Ok(Entry { id, path: path.display().to_string(), place, body, meta: record, warnings: Vec::new(), bytes })
}

enum Text {
    Whole(String),
    Sentences(Vec<String>),
}

impl Text {
    fn from_json(value: Value) -> Option<Text> {
        match value {
            Value::String(text) => Some(Text::Whole(text)),
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(sentence) => Some(sentence),
                    _ => None,
                })
                .collect::<Option<_>>()
                .map(Text::Sentences),
            _ => None,
        }
    }
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match memchr::memchr(b'\n', buffer) {
            Some(end) => {
                input.consume(end + 1);
                return Ok(());
            }
            None => {
                let length = buffer.len();
                input.consume(length);
            }
        }
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Entry, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            self.line += 1;
            match self.read_line() {
                Ok(Line::None) => self.ended = true,
                Ok(Line::Held) if self.held.trim_ascii().is_empty() => {}
                Ok(Line::Held) => return Some(self.entry()),
                Ok(Line::TooLong) => {
                    let message = format!("longer than {} bytes: cut the record into chapters", self.longest);
                    return Some(Err(Reject::new(
                        &self.path,
                        format!("line {}", self.line),
                        Reason::TooLarge,
                        message,
                    )));
                }
                Err(error) => {
                    self.ended = true;
                    let message = format!("cannot be read on from here: {error}");
                    return Some(Err(Reject::new(
                        &self.path,
                        format!("line {}", self.line),
                        Reason::Unreadable,
                        message,
                    )));
                }
            }
        }
        None
    }
}

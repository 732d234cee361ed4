//! `bitext pair`: which text is the translation of which, as records that `bitext align` reads.

use super::output::{Output, Packing, guard, is_file, with_suffix};
use super::run::set_aside;
use super::{Done, Failure, is_dash, json_line};
use crate::archive::{self, Reason, Reject, decode, stem, walk};
use crate::export::Format;
use crate::pairing::{self, Pairing, Settings, Text, Unpaired};
use crate::span::{Pair, Side};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Pair texts with their translations where these lie apart
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext pair chinese/ english/ -o pairs.jsonl
  bitext pair zh.jsonl en.jsonl --days 7 -o - | bitext align - -o rows.jsonl
  bitext pair chinese/ english/ --by name -o pairs.jsonl
  bitext pair zh.jsonl en.jsonl --by date,page -o pairs.jsonl

SOURCE and TARGET are folders of plain texts (.txt), a text a file, or records (.jsonl, plain, .gz or .zst, or .parquet) with id, text and any metadata. \
OUT is records with both texts, the score of the pair (0 to 1) and how far ahead of the next best candidate it is (margin). Texts without a \
partner are listed in OUT.unpaired.jsonl, each with its best candidate; what cannot be read, in OUT.rejected.jsonl with the reason. All \
texts are held in memory.")]
pub(super) struct Arguments {
    /// The originals
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// The translations
    #[arg(value_name = "TARGET")]
    target: PathBuf,
    /// Write here
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// content (numbers, names and words of the dictionary), name (the same file name or id, an ending such as .zh left out), or
    /// metadata that must be the same, such as date,page; where several texts share them, their content decides
    #[arg(long, value_name = "HOW", default_value = "content")]
    by: String,
    /// Days that a text and its translation may lie apart, by their date or the date in the name
    #[arg(long, value_name = "DAYS", default_value_t = 3)]
    days: u32,
    /// Least score of a pair by content
    #[arg(long, value_name = "SCORE", default_value_t = Settings::default().least, value_parser = score)]
    least: f64,
    /// Language of the originals
    #[arg(long, value_name = "LANG", default_value = "zh")]
    source_lang: String,
    /// Language of the translations
    #[arg(long, value_name = "LANG", default_value = "en")]
    target_lang: String,
    /// No summary
    #[arg(short, long)]
    quiet: bool,
}

/// One text, and what is known of it.
struct Loaded {
    id: String,
    text: String,
    meta: Map<String, Value>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let tags = Pair::new(arguments.source_lang.as_str(), arguments.target_lang.as_str());
    let to_stdout = is_dash(&arguments.output);
    let beside = |ending| (!to_stdout).then(|| with_suffix(&arguments.output, ending));
    let (unpaired_path, rejects_path) = (beside(".unpaired.jsonl"), beside(".rejected.jsonl"));
    let written = [&unpaired_path, &rejects_path].into_iter().flatten().chain([&arguments.output]);
    let skip = guard(written.cloned(), [&arguments.source, &arguments.target])?;
    let (packing, plain) = Packing::of(&arguments.output);
    if !to_stdout && is_file(&arguments.output) && Format::of(&plain) != Some(Format::jsonl()) {
        return Err(Failure::Arguments("the output is records: end it in .jsonl, .jsonl.zst or .jsonl.gz".into()));
    }
    let mut rejects = Vec::new();
    let mut load = |path: &Path| load(path, &skip, &mut rejects);
    let texts = Pair::new(load(&arguments.source)?, load(&arguments.target)?);
    let mut output = if to_stdout { Output::stdout() } else { Output::packed(&arguments.output, packing)? };
    let mut unpaired_file = unpaired_path.as_deref().map(Output::file).transpose()?;
    let mut rejects_file = rejects_path.as_deref().map(Output::file).transpose()?;

    // Texts that may be partners stand in one group; one without the metadata asked for has no partner.
    let mut unpaired: Vec<(Side, Unpaired)> = Vec::new();
    let mut groups: BTreeMap<String, Pair<Vec<usize>>> = BTreeMap::new();
    for side in Side::BOTH {
        let before = unpaired.len();
        for (number, text) in texts[side].iter().enumerate() {
            match key(&arguments.by, text, [tags.source, tags.target]) {
                Some(key) => groups.entry(key).or_default()[side].push(number),
                None => unpaired.push((side, Unpaired { text: number, best: None })),
            }
        }
        if !texts[side].is_empty() && unpaired.len() - before == texts[side].len() {
            let path = if side == Side::Source { &arguments.source } else { &arguments.target };
            return Err(Failure::Arguments(format!("--by {}: no text of {} has it", arguments.by, path.display())));
        }
    }
    let mut settings = Settings::default();
    (settings.days, settings.least) = (arguments.days, arguments.least);
    let mut found: Vec<(usize, usize, Option<f64>, f64)> = Vec::new();
    for members in groups.values() {
        // The same name or metadata, and no other text has it: no more is asked.
        if arguments.by != "content" && members.source.len() == 1 && members.target.len() == 1 {
            found.push((members.source[0], members.target[0], None, 0.0));
            continue;
        }
        let view = |side: Side| -> Vec<Text<'_>> {
            let text = |&number: &usize| Text { text: &texts[side][number].text, day: day(&texts[side][number]) };
            members[side].iter().map(text).collect()
        };
        let (source, target) = (view(Side::Source), view(Side::Target));
        let Pairing { matches, unpaired: alone } = pairing::pair(Pair::new(&source, &target), tags, &settings);
        found.extend(matches.iter().map(|found| {
            let (source, target) = (members.source[found.texts.source], members.target[found.texts.target]);
            (source, target, Some(found.score), found.margin)
        }));
        for side in Side::BOTH {
            unpaired.extend(alone[side].iter().map(|&Unpaired { text, best }| {
                let best = best.map(|(other, score)| (members[side.other()][other], score));
                (side, Unpaired { text: members[side][text], best })
            }));
        }
    }
    found.sort_by_key(|pair| pair.0);
    unpaired.sort_by_key(|(side, alone)| (*side as usize, alone.text));
    for &(source, target, score, margin) in &found {
        output.write(&json_line(&record(arguments, [&texts.source[source], &texts.target[target]], score, margin))?)?;
    }
    for &(side, Unpaired { text, best }) in &unpaired {
        let name = if side == Side::Source { "source" } else { "target" };
        let best = best.map(|(other, score)| json!({"id": texts[side.other()][other].id, "score": rounded(score)}));
        let text = &texts[side][text];
        let value = json_line(&json!({"side": name, "id": text.id, "meta": text.meta, "best": best}))?;
        match &mut unpaired_file {
            Some(file) => file.write(&value)?,
            None => io::stderr().write_all(&value).map_err(|error| Failure::write("standard error", &error))?,
        }
    }
    rejects.iter().try_for_each(|reject| set_aside(reject, rejects_file.as_mut()))?;
    output.finish()?;
    unpaired_file.map_or(Ok(()), Output::finish)?;
    rejects_file.map_or(Ok(()), Output::finish)?;
    if !arguments.quiet {
        let alone = |wanted: Side| unpaired.iter().filter(|(side, ..)| *side == wanted).count();
        let mut words = format!(
            "{} pairs; without a partner: {} of {} originals, {} of {} translations\n",
            found.len(),
            alone(Side::Source),
            texts.source.len(),
            alone(Side::Target),
            texts.target.len()
        );
        if let Some(path) = unpaired_path.filter(|_| !unpaired.is_empty()) {
            words += &format!("  without a partner: {}\n", path.display());
        }
        if !rejects.is_empty() {
            words += &format!("  {} texts set aside", rejects.len());
            words += &rejects_path.map_or("\n".into(), |path| format!(", with the reasons: {}\n", path.display()));
        }
        let _ = io::stderr().write_all(words.as_bytes());
    }
    Ok(if unpaired.is_empty() && rejects.is_empty() { Done::All } else { Done::SomeSetAside })
}

fn record(arguments: &Arguments, texts: [&Loaded; 2], score: Option<f64>, margin: f64) -> Value {
    let [source, target] = texts;
    let mut record = Map::new();
    record.insert("id".into(), source.id.clone().into());
    record.insert("source".into(), source.text.clone().into());
    record.insert("target".into(), target.text.clone().into());
    record.insert("source_lang".into(), arguments.source_lang.clone().into());
    record.insert("target_lang".into(), arguments.target_lang.clone().into());
    record.insert("target_id".into(), target.id.clone().into());
    record.insert("paired_by".into(), arguments.by.clone().into());
    if let Some(score) = score {
        record.insert("pair_score".into(), rounded(score).into());
        record.insert("pair_margin".into(), rounded(margin).into());
    }
    // The metadata of both, the translation's with the side behind its name unless both say the same. So has a name that is taken:
    // a newspaper's record may well have a field "source".
    for (meta, side) in [(&source.meta, "source"), (&target.meta, "target")] {
        for (key, value) in meta {
            let mut name = key.clone();
            while record.get(&name).map_or(side == "target" && name == *key, |other| other != value) {
                name = format!("{name}_{side}");
            }
            record.insert(name, value.clone());
        }
    }
    record.into()
}

fn rounded(score: f64) -> f64 {
    (score * 1e4).round() / 1e4
}

/// What two partners have in common: by content nothing need be; `None` where the text does not have it.
fn key(by: &str, text: &Loaded, tags: [&str; 2]) -> Option<String> {
    match by {
        "content" => Some(String::new()),
        "name" => {
            let without = tags
                .iter()
                .find_map(|tag| ['.', '_', '-'].iter().find_map(|mark| text.id.strip_suffix(&format!("{mark}{tag}"))));
            Some(without.unwrap_or(&text.id).to_owned())
        }
        keys => keys
            .split(',')
            .map(|key| text.meta.get(key.trim()).filter(|value| !value.is_null()).map(|value| format!("{value}\t")))
            .collect(),
    }
}

/// The day of a text's date, or of the date that its id begins with; counted from the beginning of the calendar.
fn day(text: &Loaded) -> Option<i64> {
    let date = text.meta.get("date").and_then(Value::as_str).unwrap_or(&text.id);
    let mut parts = date.get(..10)?.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Days from civil date (H. Hinnant): years begin in March, so that the leap day is a year's last.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    Some(365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day)
}

/// The texts of a folder or of a file of records, and those that cannot be used.
fn load(path: &Path, skip: &BTreeSet<PathBuf>, rejects: &mut Vec<Reject>) -> Result<Vec<Loaded>, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Run(format!("{}: {error}", path.display()));
    let mut texts = Vec::new();
    if fs::metadata(path).map_err(|error| failed(&error))?.is_dir() {
        let is_text = |file: &Result<PathBuf, Reject>| {
            file.as_ref().map_or(true, |file| file.extension().is_some_and(|ending| ending == "txt"))
        };
        for file in walk::files(path, skip).filter(is_text) {
            match file.and_then(|file| text(&file)) {
                Ok(text) => texts.push(text),
                Err(reject) => rejects.push(reject),
            }
        }
        if texts.is_empty() {
            return Err(failed(&"no .txt file in this folder that can be read"));
        }
        return Ok(texts);
    }
    for (number, record) in (1..).zip(archive::objects(path).map_err(|error| failed(&error))?) {
        let mut reject =
            |message: String| rejects.push(Reject::new(path, format!("record {number}"), Reason::BadRecord, message));
        let mut meta = match record {
            Ok(meta) => meta,
            Err(message) => {
                reject(message);
                continue;
            }
        };
        let Some(Value::String(text)) = meta.remove("text") else {
            reject("it needs a \"text\" that is a string".into());
            continue;
        };
        let id = match meta.remove("id") {
            Some(Value::String(id)) => id,
            Some(Value::Number(id)) => id.to_string(),
            _ => format!("{}#{number}", stem(path)),
        };
        texts.push(Loaded { id, text, meta });
    }
    Ok(texts)
}

/// A value parser for scores, for clap.
fn score(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|score| (0.0..=1.0).contains(score)).ok_or_else(|| "must be a number from 0 to 1".into())
}

/// A text file.
fn text(file: &Path) -> Result<Loaded, Reject> {
    let reject = |reason, error: &dyn std::fmt::Display| Reject::new(file, "", reason, error.to_string());
    let bytes = fs::read(file).map_err(|error| reject(Reason::Unreadable, &error))?;
    let decoded = decode::decode(bytes, None).map_err(|error| reject(Reason::NotUtf8, &error))?;
    let meta = Map::from_iter([("path".to_owned(), file.display().to_string().into())]);
    Ok(Loaded { id: stem(file), text: decoded.text, meta })
}

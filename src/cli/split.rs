//! `bitext split`: one sentence a line, or one row a paragraph.

use super::{Done, Failure};
use crate::archive::decode::decode;
use crate::document::lines;
use crate::span::ByteRange;
use crate::split::{Carry, Sentence, Splitter};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;

/// Split texts into sentences, one a line
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext split --lang zh book.txt > book.sentences.txt
  bitext split --lang en --spans book.txt > spans.jsonl
  bitext split --lang en --explain book.txt | grep 'abbreviation before'
  bitext split --lang en --abbreviations ours.txt book.txt

A line of a text is a paragraph; one broken inside a sentence is joined to the next, and headings, verses, rows of tables \
and signatures are not split. A file of abbreviations has sections, such as [titles] for what never ends a sentence (Mr.), \
[numbered] for what goes before a number (No.) and [enders] for what may end one (etc.), and words below them; the \
built-in tables in src/split/tables/ are written in the same way.")]
pub(super) struct Arguments {
    /// Plain texts; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The texts' language
    #[arg(long, value_name = "LANG", default_value = "zh")]
    lang: String,
    /// One row a paragraph, {"lang", "text", "spans"}, spans in characters
    #[arg(long)]
    spans: bool,
    /// With each sentence, behind a tab, the rule that decided its end; with --spans, a list "rules"
    #[arg(long)]
    explain: bool,
    /// More abbreviations and other words for the language's table
    #[arg(long, value_name = "FILE")]
    abbreviations: Option<PathBuf>,
    /// The texts' encoding, where it is neither UTF-8 nor found out
    #[arg(long, value_name = "NAME", value_parser = super::encoding)]
    encoding: Option<&'static encoding_rs::Encoding>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let mut splitter = Splitter::new(&arguments.lang);
    if let Some(path) = &arguments.abbreviations {
        let table = super::abbreviations(path)?;
        splitter = splitter
            .with_abbreviations(&table)
            .map_err(|error| Failure::Run(format!("abbreviations {}: {error}", path.display())))?;
    }
    if !splitter.is_known() {
        let warning =
            format!("bitext: no rules for language {:?}: sentences are split by Unicode's own\n", arguments.lang);
        let _ = io::stderr().write_all(warning.as_bytes());
    }
    let mut out = BufWriter::new(io::stdout());
    let failed = |error: io::Error| Failure::write("standard output", &error);
    let mut sentences = Vec::new();
    for path in &arguments.files {
        let name = path.display();
        let bytes = if super::is_dash(path) {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            fs::read(path)
        };
        let bytes = bytes.map_err(|error| Failure::Run(format!("{name}: {error}")))?;
        let text = decode(bytes, arguments.encoding).map_err(|error| Failure::Run(format!("{name}: {error}")))?.text;
        let mut carry = Carry::default();
        for (range, kind) in splitter.paragraphs(&text) {
            sentences.clear();
            carry = splitter.paragraph(carry, &text, range, kind, |one| sentences.push(one));
            if arguments.spans {
                writeln!(out, "{}", row(arguments, &text, range, &sentences)).map_err(failed)?;
                continue;
            }
            for sentence in &sentences {
                let words = lines::joined(sentence.range.of(&text));
                let written = match arguments.explain {
                    true => writeln!(out, "{words}\t{}", sentence.rule),
                    false => writeln!(out, "{words}"),
                };
                written.map_err(failed)?;
            }
        }
    }
    out.flush().map_err(failed)?;
    Ok(Done::All)
}

/// The row of a paragraph, its spans in characters from its beginning.
fn row(arguments: &Arguments, text: &str, paragraph: ByteRange, sentences: &[Sentence]) -> serde_json::Value {
    let (mut byte, mut chars) = (paragraph.start, 0);
    let mut at = |to: usize| {
        chars += text[byte..to].chars().count();
        byte = to;
        chars
    };
    let spans: Vec<[usize; 2]> = sentences.iter().map(|one| [at(one.range.start), at(one.range.end)]).collect();
    let mut row = serde_json::json!({"lang": arguments.lang, "text": paragraph.of(text), "spans": spans});
    if arguments.explain {
        row["rules"] = sentences.iter().map(|one| one.rule.to_string()).collect();
    }
    row
}

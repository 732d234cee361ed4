//! `bitext split`: one sentence a line, or one row a paragraph.

use super::{Done, Failure};
use crate::archive::decode::decode;
use crate::split::{Carry, Splitter};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;

/// Split texts into sentences, one a line
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext split --lang zh book.txt > book.sentences.txt
  bitext split --lang en --spans book.txt > spans.jsonl")]
pub(super) struct Arguments {
    /// Plain texts, a paragraph a line; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The texts' language
    #[arg(long, value_name = "LANG", default_value = "zh")]
    lang: String,
    /// One row a paragraph, {"lang", "text", "spans"}, spans in characters
    #[arg(long)]
    spans: bool,
    /// The texts' encoding, where it is neither UTF-8 nor found out
    #[arg(long, value_name = "NAME", value_parser = super::encoding)]
    encoding: Option<&'static encoding_rs::Encoding>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let splitter = Splitter::new(&arguments.lang);
    if !splitter.is_known() {
        let warning =
            format!("bitext: no rules for language {:?}: sentences are split by Unicode's own\n", arguments.lang);
        let _ = io::stderr().write_all(warning.as_bytes());
    }
    let mut out = BufWriter::new(io::stdout());
    let failed = |error: io::Error| Failure::write("standard output", &error);
    for path in &arguments.files {
        let name = path.display();
        let bytes = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            io::stdin().read_to_end(&mut bytes).map(|_| bytes)
        } else {
            fs::read(path)
        };
        let bytes = bytes.map_err(|error| Failure::Run(format!("{name}: {error}")))?;
        let text = decode(bytes, arguments.encoding).map_err(|error| Failure::Run(format!("{name}: {error}")))?.text;
        let mut carry = Carry::default();
        for paragraph in text.lines().filter(|line| !line.trim().is_empty()) {
            let mut sentences = splitter.sentences_after(carry, paragraph);
            if arguments.spans {
                let mut spans = Vec::new();
                let (mut byte, mut chars) = (0, 0);
                let mut at = |to: usize| {
                    chars += paragraph[byte..to].chars().count();
                    byte = to;
                    chars
                };
                for sentence in &mut sentences {
                    spans.push([at(sentence.range.start), at(sentence.range.end)]);
                }
                let row = serde_json::json!({"lang": arguments.lang, "text": paragraph, "spans": spans});
                writeln!(out, "{row}").map_err(failed)?;
            } else {
                for sentence in &mut sentences {
                    writeln!(out, "{}", sentence.range.of(paragraph)).map_err(failed)?;
                }
            }
            carry = sentences.carry();
        }
    }
    out.flush().map_err(failed)?;
    Ok(Done::All)
}

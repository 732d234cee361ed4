//! Findings as bytes: JSON Lines, tab-separated lines, and SARIF 2.1.0 for tools that show problems in files.

use super::{Finding, Kind, Severity};
use crate::span::ByteRange;
use serde_json::json;
use std::fmt;
use std::str::FromStr;

/// A format of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One JSON object a finding.
    Jsonl,
    /// One line a finding, with a header.
    Tsv,
    /// [SARIF 2.1.0](https://docs.oasis-open.org/sarif/sarif/v2.1.0/), one document.
    Sarif,
}

impl Format {
    const ALL: [(Format, &'static str); 3] = [(Format::Jsonl, "jsonl"), (Format::Tsv, "tsv"), (Format::Sarif, "sarif")];

    /// What stands before the first finding.
    pub fn head(self) -> String {
        match self {
            Format::Jsonl => String::new(),
            Format::Tsv => format!("{}\n", COLUMNS.join("\t")),
            Format::Sarif => sarif_head(),
        }
    }

    /// One finding in the file `path`; `first` is true for the first of a run.
    pub fn finding(self, finding: &Finding, path: &str, first: bool) -> String {
        match self {
            Format::Jsonl => line(finding),
            Format::Tsv => tsv(finding),
            Format::Sarif => {
                let comma = if first { "" } else { "," };
                format!("{comma}\n{}", sarif(finding, path))
            }
        }
    }

    /// What stands behind the last one.
    pub fn foot(self) -> &'static str {
        if self == Format::Sarif { "\n]}]}\n" } else { "" }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].1)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, own)| own.eq_ignore_ascii_case(name));
        found.map(|&(format, _)| format).ok_or_else(|| format!("no format {name:?}; there are jsonl, tsv, sarif"))
    }
}

fn line(finding: &Finding) -> String {
    serde_json::to_string(finding).expect("a finding is plain data") + "\n"
}

const COLUMNS: [&str; 13] = [
    "pair",
    "doc",
    "type",
    "rule",
    "probability",
    "severity",
    "mqm",
    "its",
    "source_spans",
    "target_spans",
    "source_words",
    "target_words",
    "message",
];

fn tsv(finding: &Finding) -> String {
    let spans = |spans: &[ByteRange]| {
        spans.iter().map(|span| format!("{}-{}", span.start, span.end)).collect::<Vec<_>>().join(" ")
    };
    let fields = [
        finding.pair.clone(),
        finding.doc.clone(),
        finding.kind.to_string(),
        finding.rule.to_string(),
        format!("{:.4}", finding.probability),
        finding.severity.name().to_owned(),
        finding.mqm.to_string(),
        finding.its.to_string(),
        spans(&finding.source_spans),
        spans(&finding.target_spans),
        finding.source_words.join(" | "),
        finding.target_words.join(" | "),
        finding.message.clone(),
    ];
    // A tab or a line end inside a field would break the table.
    let clean =
        fields.map(|field| field.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " "));
    clean.join("\t") + "\n"
}

fn sarif_head() -> String {
    let rules: Vec<_> = Kind::ALL
        .iter()
        .map(|(kind, name)| {
            json!({"id": name, "shortDescription": {"text": describe(*kind)}, "properties": {"mqm": kind.mqm(), "its": kind.its()}})
        })
        .collect();
    let driver = json!({
        "name": "bitext check", "version": env!("CARGO_PKG_VERSION"), "rules": rules,
    });
    // The results follow one by one, so that no set of findings has to be held whole.
    format!(
        "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",\"results\":["
    )
}

/// A type in a sentence.
pub fn describe(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "The translation has another number.",
        Kind::Date => "The translation has another date.",
        Kind::Unit => "The translation has another unit or currency.",
        Kind::Name => "A name is written in another way than elsewhere, or does not sound like the original's.",
        Kind::Term => "A term is rendered in another way than elsewhere, or than the glossary has it.",
        Kind::Negation => "The translation says the opposite.",
        Kind::Omission => "The translation leaves something out.",
        Kind::Addition => "The translation adds something.",
        Kind::Untranslated => "Words were left untranslated.",
        Kind::Identical => "Original and translation are the same text.",
        Kind::Invented => "There is more translation than the original can bear.",
        Kind::Refusal => "A translating machine declined, or speaks for itself.",
        Kind::Mark => "A question became a statement, or a quotation lost its marks.",
        Kind::Order => "A passage stands in another place of the translation.",
        Kind::TextHealth => "The text itself is damaged.",
    }
}

fn sarif(finding: &Finding, path: &str) -> String {
    let level = match finding.severity {
        Severity::Critical => "error",
        Severity::Major => "warning",
        Severity::Minor => "note",
        Severity::Neutral => "none",
    };
    let location = |span: &ByteRange, side: &str| {
        json!({
            "physicalLocation": {
                "artifactLocation": {"uri": uri(path)},
                "region": {"byteOffset": span.start, "byteLength": span.byte_len()},
            },
            "message": {"text": side},
        })
    };
    let source: Vec<_> = finding.source_spans.iter().map(|span| location(span, "original")).collect();
    let target: Vec<_> = finding.target_spans.iter().map(|span| location(span, "translation")).collect();
    let (first, rest) = if target.is_empty() { (source, Vec::new()) } else { (target, source) };
    json!({
        "ruleId": finding.kind.name(),
        "ruleIndex": finding.kind as usize,
        "level": level,
        "rank": (finding.probability * 1000.0).round() / 10.0,
        "message": {"text": finding.message},
        "locations": first,
        "relatedLocations": rest,
        "partialFingerprints": {"pair/type/rule": format!("{}/{}/{}", finding.pair, finding.kind, finding.rule)},
        "properties": {
            "pair": finding.pair, "doc": finding.doc, "rule": finding.rule, "probability": finding.probability,
            "severity": finding.severity.name(), "mqm": finding.mqm, "its": finding.its,
            "source_words": finding.source_words, "target_words": finding.target_words,
        },
    })
    .to_string()
}

/// A relative reference with everything escaped that RFC 3986 does not allow in a path.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Finding {
        Finding {
            pair: "a#1".into(),
            doc: "a".into(),
            kind: Kind::Number,
            rule: "power-of-ten".into(),
            probability: 0.98,
            severity: Severity::Major,
            mqm: Kind::Number.mqm().into(),
            its: Kind::Number.its().into(),
            source_spans: vec![ByteRange::new(3, 9)],
            target_spans: vec![ByteRange::new(40, 47)],
            source_words: vec!["三万".into()],
            target_words: vec!["3,000\tx".into()],
            message: "The original has 三万\nand so on.".into(),
        }
    }

    #[test]
    fn every_format_can_be_read_again() {
        let of = |format: Format| {
            let one = finding();
            format.head()
                + &format.finding(&one, "文 a.md", true)
                + &format.finding(&one, "b.md", false)
                + format.foot()
        };
        let lines: Vec<Finding> = of(Format::Jsonl).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines, [finding(), finding()]);
        let table = of(Format::Tsv);
        assert!(table.lines().count() == 3 && table.lines().all(|line| line.split('\t').count() == COLUMNS.len()));
        let sarif: serde_json::Value = serde_json::from_str(&of(Format::Sarif)).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "%E6%96%87%20a.md");
        let rule = results[0]["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][rule]["id"], "number");
        assert!(serde_json::from_str::<serde_json::Value>(&(Format::Sarif.head() + Format::Sarif.foot())).is_ok());
    }
}

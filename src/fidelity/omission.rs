//! What the translation does not have: sentences and runs of them, numbers, and stretches within a pair.

use super::bead::Stretch;
use super::figure::Difference;
use super::number::difference;
use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::signal::number::{Bound, Value};
use crate::span::{ByteRange, Pair, Side};

/// The [`Stretch::net`] at which an uncovered stretch is as likely as not to be one, before calibration.
const LEAST_NET: f64 = 4.0;

/// The check.
pub(super) struct Omissions;

impl Check for Omissions {
    fn kind(&self) -> Kind {
        Kind::Omission
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        runs(article, Side::Source, found);
        lost(article, Side::Source, found);
    }
}

/// Numbers and stretches of one side that the other does not have.
pub(super) fn lost(article: &Article<'_>, side: Side, found: &mut Vec<Suspicion>) {
    let (kind, what, rules) = match side {
        Side::Source => (Kind::Omission, Difference::Missing, ["number-left-out", "clause-left-out"]),
        Side::Target => (Kind::Addition, Difference::Extra, ["number-added", "clause-added"]),
    };
    let mut told = Vec::new();
    for figure in article.figures.iter().filter(|figure| figure.what == what) {
        let Some(n) = (if side == Side::Source { figure.source } else { figure.target }) else { continue };
        let half = &article.beads[figure.bead].half[side];
        let number = &half.numbers[n];
        // Small counts are often turned another way.
        let small = if number.value <= Value::integer(10) && number.unit.is_none() { 1.0 } else { 0.0 };
        let vague = if number.bound == Bound::Vague { 1.5 } else { 0.0 };
        let mut evidence = number.information().min(5.0) - 1.5 - small - vague;
        let mut suspicion = difference(article, figure, kind, rules[0], evidence, "");
        // A number that goes with words that are missing too was left out with its clause.
        if let Some(stretch) = article.beads[figure.bead].uncovered[side]
            && stretch.range.overlaps(number.range)
        {
            if told.contains(&figure.bead) {
                continue;
            }
            told.push(figure.bead);
            evidence = evidence.max(0.0) + (stretch.net - LEAST_NET).max(0.0);
            if stretch.words > 1 {
                suspicion = missing(article, figure.bead, side, stretch, kind, rules[1]);
            }
        }
        found.push(suspicion.evidence(evidence));
    }
    for (at, bead) in article.pairs() {
        if let Some(stretch) = bead.uncovered[side]
            && !stretch.misaligned
            && stretch.net > LEAST_NET - 2.0
            && !told.contains(&at)
        {
            // One word that the dictionary does not know is no clause.
            let few = if stretch.words < 3 { 1.0 } else { 0.0 };
            found.push(missing(article, at, side, stretch, kind, rules[1]).evidence(stretch.net - LEAST_NET - few));
        }
    }
}

fn missing(
    article: &Article<'_>,
    at: usize,
    side: Side,
    stretch: Stretch,
    kind: Kind,
    rule: &'static str,
) -> Suspicion {
    let words = show::quoted(stretch.range.of(article.text(at, side)));
    let (source, target, message) = match side {
        Side::Source => (Some(stretch.range), None, format!("Nothing in the translation answers to {words}.")),
        Side::Target => (None, Some(stretch.range), format!("Nothing in the original answers to {words}.")),
    };
    let beside = is_boilerplate(stretch.range.of(article.text(at, side)));
    let (rule, severity) = if beside { ("boilerplate", Severity::Neutral) } else { (rule, Severity::Major) };
    Suspicion::in_pair(kind, rule, at, source, target).severity(severity).message(message)
}

/// Runs of rows without the other side.
pub(super) fn runs(article: &Article<'_>, side: Side, found: &mut Vec<Suspicion>) {
    let other = if side == Side::Source { Side::Target } else { Side::Source };
    let (kind, sentence, several) = match side {
        Side::Source => (Kind::Omission, "sentence-left-out", "The translation does not have"),
        Side::Target => (Kind::Addition, "sentence-added", "The original does not have"),
    };
    let alone = |bead: usize| {
        let half = &article.beads[bead].half;
        half[other].starts.is_empty() && !half[side].starts.is_empty()
    };
    let mut at = 0;
    while at < article.beads.len() {
        if !alone(at) {
            at += 1;
            continue;
        }
        let start = at;
        while at < article.beads.len() && alone(at) {
            at += 1;
        }
        // A sign-off after the text or an editor's credit is told apart from what the article says.
        let (boilerplate, text): (Vec<usize>, Vec<usize>) =
            (start..at).partition(|&bead| is_boilerplate(article.text(bead, side)) || is_byline(article, bead, side));
        for (beads, neutral) in [(text, false), (boilerplate, true)] {
            let Some(&first) = beads.first() else { continue };
            let places: Vec<(usize, ByteRange)> =
                beads.iter().map(|&bead| (bead, article.beads[bead].half[side].whole())).collect();
            let count: usize = beads.iter().map(|&bead| article.beads[bead].half[side].starts.len()).sum();
            let what = match (count, neutral) {
                (_, true) => "this line beside the text".to_owned(),
                (1, _) => "this sentence".to_owned(),
                _ => format!("these {count} sentences"),
            };
            let rule = if neutral { "boilerplate" } else { sentence };
            let severity = match (neutral, count) {
                (true, _) => Severity::Neutral,
                (_, 1..=3) => Severity::Major,
                _ => Severity::Critical,
            };
            let mut pair = Pair::default();
            pair[side] = places;
            found.push(Suspicion {
                kind,
                rule,
                bead: first,
                places: pair,
                evidence: 2.0,
                severity,
                message: format!("{several} {what}: {}.", show::quoted(article.text(first, side))),
            });
        }
    }
}

/// The author's name on a line of its own.
fn is_byline(article: &Article<'_>, bead: usize, side: Side) -> bool {
    let row = &article.rows[bead];
    let author = row.meta.get("author").and_then(|author| author.as_str()).unwrap_or_default();
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let own = letters(article.text(bead, side));
    let short = row.section == crate::document::Section::Title && own.chars().count() <= 3;
    side == Side::Source && (short || !author.is_empty() && own == letters(author))
}

/// True for a line that stands beside the text and not in it: a sign-off, a dateline, a caption, a translator's note.
fn is_boilerplate(text: &str) -> bool {
    const CHINESE: &[&str] = &[
        "新华社",
        "新華社",
        "本报",
        "本報",
        "通讯员",
        "通訊員",
        "附图",
        "附圖",
        "图片",
        "图为",
        "照片",
        "完）",
        "待续",
        "记者",
        "記者",
        "摄",
        "攝",
        "编者",
        "日电",
        "日電",
        "日讯",
        "日訊",
    ];
    const ENGLISH: &[&str] = &[
        "xinhua",
        "translator",
        "photo",
        "picture",
        "correspondent",
        "reporter",
        "to be continued",
        "caption",
        "editor",
    ];
    let text = text.trim();
    let bracketed = text.starts_with(['(', '（', '[', '【']) && text.ends_with([')', '）', ']', '】']);
    let lower = text.to_lowercase();
    let named = CHINESE.iter().any(|word| text.contains(word)) || ENGLISH.iter().any(|word| lower.contains(word));
    let chars = text.chars().count();
    let short = if text.contains(|c: char| crate::document::lines::is_han(c)) { chars <= 30 } else { chars <= 80 };
    named && (bracketed || short && !text.ends_with(['。', '！', '？', '!', '?'])) || bracketed && short
}

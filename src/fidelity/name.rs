//! Names: one name of the original written in several ways, and names that do not sound like the original's.
//!
//! What a name is, is learned from the article: Chinese characters that a capitalised word sounds like, in pinyin,
//! Wade-Giles or as a transliteration ([`crate::signal::name`]). Where the same characters come again,
//!
//! - *other-spelling*: they are written in another way that sounds right too (Yang Guilan, Yang Kuei-lan);
//! - *other-name*: none of their spellings is there, and a capitalised word is that nothing in the original accounts for
//!   (Tianhua for 津华, elsewhere Jinhua);
//! - *half-name*: a surname sounds right and the given name after it does not (Zhang Guofu for 张国华). This needs no second place.

use super::bead::{Bead, Link, NameMatch};
use super::{Article, Check, Kind, Settings, Suspicion, show};
use crate::signal::name::{Name, Sounds, similarity};
use crate::span::{ByteRange, Side};
use std::collections::BTreeMap;

/// A spelling scores this at least, a transliteration the second.
const SPELLED: f32 = 0.99;
const TRANSLITERATED: f32 = 0.6;

/// The check.
pub(super) struct Names;

impl Check for Names {
    fn kind(&self) -> Kind {
        Kind::Name
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        if article.rows.first().is_none_or(|row| !row.source_lang.starts_with("zh")) {
            return;
        }
        for (characters, spellings) in &known(article, false) {
            other_spelling(article, characters, spellings, found);
        }
        let known = known(article, true);
        for (characters, spellings) in &known {
            other_name(article, characters, spellings, &known, found);
        }
        half_names(article, found);
    }
}

/// Where a spelling stands: the bead, and the range in its target.
type Places = Vec<(usize, ByteRange)>;
/// Spellings in their letters alone.
type Spellings = BTreeMap<String, Places>;

/// Letters in lower case, without accents' bearers told apart from others: hyphens and blanks do not make another name.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

/// English words more frequent than this are no foreign names, though they may sound like something.
const COMMON: f32 = 3e-6;

/// The word's share of English at large.
fn share(name: &NameMatch, bead: &Bead) -> f32 {
    let words = bead.half.target.words.list.iter().filter(|word| word.range.overlaps(name.range));
    words.map(|word| word.share).fold(0.0, f32::max)
}

/// The characters that a capitalised word surely stands for.
fn is_sure(name: &NameMatch, bead: &Bead) -> Option<ByteRange> {
    let (place, score) = name.found?;
    let (text, source) = (&bead.half.source.text, &bead.half.source.words.list);
    // A word that the dictionary gives for other characters (Syria) is no name for these.
    let elsewhere = bead
        .half
        .target
        .words
        .list
        .iter()
        .filter(|word| word.range.overlaps(name.range))
        .any(|word| word.link.partner(0.1).is_some_and(|partner| !source[partner].range.overlaps(place)));
    if elsewhere || !name.is_mandarin && (name.words > 1 || share(name, bead) > COMMON) {
        return None;
    }
    let count = place.of(text).chars().filter(|c| crate::document::lines::is_han(*c)).count();
    // Two characters sound like too much: only a spelling is sure then.
    let sure = if name.is_mandarin { score >= SPELLED } else { score >= TRANSLITERATED && count >= 3 };
    (sure && count >= 2).then_some(place)
}

/// The characters that the dictionary gives a rare capitalised word for (Hiroshima), which need not sound like it.
fn is_given(name: &NameMatch, bead: &Bead) -> Option<ByteRange> {
    if name.words > 1 || name.is_mandarin || share(name, bead) > COMMON {
        return None;
    }
    let mut words = bead.half.target.words.list.iter().filter(|word| word.range.overlaps(name.range));
    let partner = words.find_map(|word| word.link.partner(0.3))?;
    let place = bead.half.source.words.list[partner].range;
    let characters = place.of(&bead.half.source.text);
    (characters.chars().count() >= 2 && characters.chars().all(crate::document::lines::is_han)).then_some(place)
}

/// The article's names: their characters, and how they are written where; with `given` those that the dictionary gives, too.
fn known(article: &Article<'_>, given: bool) -> BTreeMap<String, Spellings> {
    let mut known: BTreeMap<String, Spellings> = BTreeMap::new();
    for (at, bead) in article.pairs() {
        let (source, target) = (&bead.half.source.text, &bead.half.target);
        for name in &target.words.names {
            if let Some(place) = is_sure(name, bead).or_else(|| given.then(|| is_given(name, bead)).flatten()) {
                let characters: String =
                    place.of(source).chars().filter(|c| crate::document::lines::is_han(*c)).collect();
                let spelling = letters(name.range.of(&target.text));
                known.entry(characters).or_default().entry(spelling).or_default().push((at, name.range));
            }
        }
    }
    known
}

/// A name in one place, for what only the archive can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct NameUse {
    /// The original's characters.
    pub characters: String,
    /// The letters of the translation's name, in lower case.
    pub spelling: String,
    /// As the translation writes it.
    pub written: String,
    /// The row.
    pub pair: String,
    /// The document.
    pub doc: String,
    /// The row's confidence.
    pub confidence: f64,
    /// Where the name stands.
    pub source_spans: Vec<ByteRange>,
    /// The same in the translation.
    pub target_spans: Vec<ByteRange>,
}

/// The names of an article that can be compared with other articles': three characters and more, so that they are whole ones.
pub(super) fn uses(article: &Article<'_>) -> Vec<NameUse> {
    const LEAST_CHARACTERS: usize = 3;
    if article.rows.first().is_none_or(|row| !row.source_lang.starts_with("zh")) {
        return Vec::new();
    }
    let mut uses = Vec::new();
    for (characters, spellings) in known(article, false) {
        if characters.chars().count() < LEAST_CHARACTERS {
            continue;
        }
        for (spelling, places) in spellings {
            let (at, range) = places[0];
            let row = &article.rows[at];
            let source = article.text(at, Side::Source).find(&characters);
            let source = source.map(|start| ByteRange::new(start, start + characters.len()));
            uses.push(NameUse {
                characters: characters.clone(),
                spelling,
                written: range.of(article.text(at, Side::Target)).to_owned(),
                pair: row.id.clone(),
                doc: row.doc.to_string(),
                confidence: row.confidence.unwrap_or(1.0),
                source_spans: source.map_or_else(Vec::new, |range| article.spans(at, Side::Source, range)),
                target_spans: article.spans(at, Side::Target, range),
            });
        }
    }
    uses
}

/// Forms of one name: Karania and Karanian, Hungary and Hungarian, Roman and Romania.
pub(super) fn same_root(a: &str, b: &str) -> bool {
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longest = a.chars().count().max(b.chars().count());
    common >= 3 && longest - common <= 4 && ENDINGS.iter().any(|ending| a.ends_with(ending) || b.ends_with(ending))
        || a.contains(b)
        || b.contains(a)
}

/// How English makes adjectives and inhabitants of names.
const ENDINGS: [&str; 14] =
    ["an", "ian", "ese", "ish", "ic", "s", "is", "i", "ans", "ians", "ist", "ists", "ese", "ite"];

fn other_spelling(article: &Article<'_>, characters: &str, spellings: &Spellings, found: &mut Vec<Suspicion>) {
    // The most frequent spelling, of equals the one that comes first.
    let usual = spellings.iter().max_by_key(|(_, places)| (places.len(), std::cmp::Reverse(places[0])));
    let Some((usual, usual_places)) = usual else { return };
    for (spelling, places) in spellings {
        if spelling == usual || same_root(spelling, usual) {
            continue;
        }
        let (at, range) = places[0];
        let text = article.text(at, Side::Target);
        let usual_text = usual_places[0].1.of(article.text(usual_places[0].0, Side::Target));
        // Once against once does not tell which one is the odd one, but that they differ is sure.
        let evidence = 2.0 + (usual_places.len() as f64 / places.len() as f64).ln().min(2.0);
        let message = format!(
            "{} is written {} here and {} elsewhere in the article ({} and {} times).",
            show::quoted(characters),
            show::quoted(range.of(text)),
            show::quoted(usual_text),
            places.len(),
            usual_places.len()
        );
        for &(at, range) in places {
            let source = article.text(at, Side::Source).find(characters);
            let source = source.map(|start| ByteRange::new(start, start + characters.len()));
            found.push(
                Suspicion::in_pair(Kind::Name, "other-spelling", at, source, Some(range))
                    .evidence(evidence)
                    .severity(super::Severity::Minor)
                    .message(message.clone()),
            );
        }
    }
}

fn other_name(
    article: &Article<'_>,
    characters: &str,
    spellings: &Spellings,
    known: &BTreeMap<String, Spellings>,
    found: &mut Vec<Suspicion>,
) {
    let times: usize = spellings.values().map(Vec::len).sum();
    let Some((usual, places)) = spellings.iter().max_by_key(|(_, places)| places.len()) else { return };
    let usual_text = places[0].1.of(article.text(places[0].0, Side::Target));
    for (at, bead) in article.pairs() {
        let (source, target) = (&bead.half.source.text, &bead.half.target);
        let Some(start) = source.find(characters) else { continue };
        let place = ByteRange::new(start, start + characters.len());
        // Part of a longer name that is known on its own.
        let longer = |other: &String| {
            other.len() > characters.len() && other.contains(characters) && source.contains(other.as_str())
        };
        if known.keys().any(longer) {
            continue;
        }
        let all = letters(&target.text);
        if spellings.keys().any(|spelling| all.contains(spelling.as_str())) {
            continue;
        }
        // A spelling in another form (Karanian for Karania) is there too.
        let root: String = usual.chars().take(usual.chars().count().saturating_sub(3).max(4)).collect();
        if all.contains(&root) {
            continue;
        }
        if article.is_misaligned(at) {
            continue;
        }
        let strangers = target.words.names.iter().filter(|name| {
            (name.words == 1 || name.is_mandarin)
                && (is_stranger(article, at, name) || is_misspelt(name, place, usual_text, bead))
        });
        let likeness = |name: &NameMatch| alike(&letters(name.range.of(&target.text)), usual);
        let best =
            strangers.map(|name| (likeness(name), name)).reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((likeness, name)) = best else { continue };
        // A word that begins a sentence may be any word.
        if name.is_initial && likeness < 0.5 {
            continue;
        }
        let evidence =
            0.5 + 3.0 * likeness + (times as f64).ln().min(1.5) * 0.5 - if name.is_initial { 1.0 } else { 0.0 };
        let message = format!(
            "{} is {} elsewhere in the article; here stands {}.",
            show::quoted(characters),
            show::quoted(usual_text),
            show::quoted(name.range.of(&target.text))
        );
        found.push(
            Suspicion::in_pair(Kind::Name, "other-name", at, Some(place), Some(name.range))
                .evidence(evidence)
                .message(message),
        );
    }
}

/// Where a name in pinyin is wanted: a word that sounds like it and is no pinyin (Haichtng for Haicheng).
fn is_misspelt(name: &NameMatch, place: ByteRange, usual: &str, bead: &Bead) -> bool {
    let (own, wanted) = (letters(name.range.of(&bead.half.target.text)), letters(usual));
    let there = name.found.is_some_and(|(found, _)| found.overlaps(place));
    there
        && !name.is_mandarin
        && Name::new(usual).is_mandarin()
        && share(name, bead) <= COMMON
        && !same_root(&own, &wanted)
        && alike(&own, &wanted) >= 0.6
}

/// A capitalised word that is no English word, and that nothing in the original accounts for, here or beside.
fn is_stranger(article: &Article<'_>, at: usize, name: &NameMatch) -> bool {
    let bead = &article.beads[at];
    let target = &bead.half.target;
    let least = if name.is_mandarin { SPELLED } else { TRANSLITERATED };
    if name.found.is_some_and(|(_, score)| score >= least) || share(name, bead) > COMMON {
        return false;
    }
    let mut words = target.words.list.iter().filter(|word| word.range.overlaps(name.range));
    let explained = words.any(|word| match word.link {
        Link::None | Link::Name | Link::LostNumber => false,
        Link::Word(_, probability) => probability >= 0.03,
        // What sounds like Mandarin is kin to characters by its sound alone.
        Link::Kin(_) => !name.is_mandarin,
        Link::Same | Link::Number => true,
    });
    let wanted = Name::new(name.range.of(&target.text));
    let sounds = |other: usize| {
        let text = article.beads.get(other).map_or("", |bead| bead.half.source.text.as_str());
        Sounds::new(text).find(&wanted).is_some_and(|found| found.score >= least)
    };
    !(explained || sounds(at + 1) || at > 0 && sounds(at - 1))
}

/// From 0 to 1: the share of letters in common, by edit distance.
fn alike(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = cost;
        }
    }
    1.0 - row[b.len()] as f64 / a.len().max(b.len()).max(1) as f64
}

/// Surnames, the commonest and those of two characters that one character may begin.
const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許盧蔣賈葉閻鍾鄒陸龍錢湯喬賀賴龔";

fn half_names(article: &Article<'_>, found: &mut Vec<Suspicion>) {
    for (at, bead) in article.pairs() {
        let (source, target) = (&bead.half.source.text, &bead.half.target);
        for name in target.words.names.iter().filter(|name| name.words == 2 && name.is_mandarin) {
            if name.found.is_some_and(|(_, score)| score >= SPELLED) {
                continue;
            }
            let words = name.range.of(&target.text);
            let Some((surname, given)) = words.split_once(' ') else { continue };
            if let Some((place, evidence)) = half_name(source, surname, given) {
                let message = format!(
                    "{} does not sound like {}: the given name differs.",
                    show::quoted(words),
                    show::quoted(place.of(source))
                );
                found.push(
                    Suspicion::in_pair(Kind::Name, "half-name", at, Some(place), Some(name.range))
                        .evidence(evidence)
                        .message(message),
                );
            }
        }
    }
}

/// The place of a surname that sounds right before a given name of which a part does.
fn half_name(text: &str, surname: &str, given: &str) -> Option<(ByteRange, f64)> {
    let given = letters(given);
    for (start, c) in text.char_indices().filter(|&(_, c)| SURNAMES.contains(c)) {
        let mut after = text[start + c.len_utf8()..].char_indices();
        let (Some((_, first)), Some((offset, second))) = (after.next(), after.next()) else { continue };
        let sounds = |c: char, latin: &str| !latin.is_empty() && similarity(c.encode_utf8(&mut [0; 4]), latin) > 0.3;
        if !crate::document::lines::is_han(first) || !crate::document::lines::is_han(second) || !sounds(c, surname) {
            continue;
        }
        let cuts = (1..given.len()).filter(|&cut| given.is_char_boundary(cut));
        let mut half = false;
        for cut in cuts {
            let (one, two) = (sounds(first, &given[..cut]), sounds(second, &given[cut..]));
            if one && two {
                return None;
            }
            half |= one || two;
        }
        if half {
            let end = start + c.len_utf8() + offset + second.len_utf8();
            return Some((ByteRange::new(start, end), 1.5));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_names_that_differ() {
        assert!(half_name("副省长张国华讲话", "Zhang", "Guofu").is_some());
        assert!(half_name("副省长张国华讲话", "Zhang", "Guohua").is_none());
        assert!(half_name("副省长张国华讲话", "Chang", "Kuo-hua").is_none());
        assert!(half_name("副省长张国华讲话", "Li", "Guohua").is_none());
    }

    #[test]
    fn forms_of_one_name() {
        assert!(same_root("karania", "karanian") && same_root("hungary", "hungarian"));
        assert!(!same_root("jinhua", "tianhua") && !same_root("yangguilan", "yangkueilan"));
        assert!(alike("tianhua", "jinhua") > alike("lipton", "jinhua"));
    }
}

//! Negations, and words turned into their opposites.
//!
//! A negation of one side is sought on the other. Words that only look like one (不断, "not only") do not count, and a negation
//! that the dictionary has a word for (不便, inconvenience) is taken as translated. English can say no without a negator (refuse,
//! lack, hardly, un-): such words answer a Chinese negation, but do not ask for one. Where there are several in a bead, each must be
//! answered in the clauses that its own clause's words lead to.

use super::bead::{Link, Word};
use super::opposite::{Beginnings, NEGATION, OPPOSED, OPPOSITES};
use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::signal::lexicon::embedded::ZhEn;
use crate::span::{ByteRange, Side};
use rust_stemmers::{Algorithm, Stemmer};
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::ops::Range;

/// The least probability at which a dictionary's word answers for a negation in it.
const GLOSSED: f32 = 0.05;

/// The check.
pub(super) struct Negations;

impl Check for Negations {
    fn kind(&self) -> Kind {
        Kind::Negation
    }

    fn check(&self, article: &Article<'_>, _settings: &Settings, found: &mut Vec<Suspicion>) {
        for (at, bead) in article.pairs() {
            let row = &article.rows[at];
            if !row.source_lang.starts_with("zh") || !row.target_lang.starts_with("en") {
                continue;
            }
            let (source, target) = (&bead.half.source, &bead.half.target);
            let (chinese, english) = (Clauses::chinese(&source.text), Clauses::english(&target.text));
            negations(article, at, &chinese, &english, found);
            let ideas = source.words.list.iter().filter_map(|word| OPPOSED.get(&*word.form)).flatten();
            let ideas: BTreeSet<usize> = ideas.copied().filter(|_| !article.is_misaligned(at)).collect();
            for (a, b) in ideas.into_iter().map(|index| &OPPOSITES[index]) {
                let turned = turned(&source.text, &source.words.list, &target.words.list, a, b);
                let negated = |clauses: &Clauses, place: ByteRange| {
                    let clause = clauses.clause(place.start);
                    clause.is_some_and(|clause| clauses.any.iter().any(|any| any.overlaps(clause)))
                };
                if let Some((s, t, evidence)) = turned
                    // "Not allowed" is no opposite of 禁止.
                    && !negated(&chinese, s)
                    && !negated(&english, t)
                {
                    let (original, says) = (s.of(&source.text), t.of(&target.text));
                    let message = format!(
                        "The original has {}; the translation says the opposite, {}.",
                        show::quoted(original),
                        show::quoted(says)
                    );
                    found.push(
                        Suspicion::in_pair(Kind::Negation, "opposite", at, Some(s), Some(t))
                            .evidence(evidence)
                            .severity(Severity::Critical)
                            .message(message),
                    );
                }
            }
        }
    }
}

/// The negations of a text, and its clauses.
struct Clauses {
    clauses: Vec<ByteRange>,
    /// Those that ask for an answer.
    strong: Vec<ByteRange>,
    /// Those that can answer, the strong ones among them.
    any: Vec<ByteRange>,
    /// Those that are negators by themselves, idle ones among them.
    negators: Vec<ByteRange>,
    /// Words that may answer in their own clause, and seldom do.
    weak: Vec<ByteRange>,
}

impl Clauses {
    fn chinese(text: &str) -> Self {
        let list = &*NEGATION;
        let (mut strong, mut any) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            let begins = |words: &Beginnings| words.longest(rest);
            let reduplicated = || is_a_not_a(text, at);
            if let Some(length) = begins(&list.chinese_words).or_else(|| less_than(rest)) {
                any.push(ByteRange::new(at, at + length));
                at += length;
            } else if let Some(length) = begins(&list.chinese).or_else(|| begins(&list.do_not)) {
                let place = ByteRange::new(at, at + length);
                any.push(place);
                // 打完了没有？ asks.
                let asks = rest.starts_with(['没', '沒'])
                    && rest[length..].trim_start_matches(['”', '」']).starts_with(['？', '?']);
                if !reduplicated() && !asks {
                    strong.push(place);
                }
                at += length;
            } else {
                if matches!(
                    c,
                    '否' | '免'
                        | '拒'
                        | '禁'
                        | '缺'
                        | '失'
                        | '绝'
                        | '絕'
                        | '反'
                        | '舍'
                        | '休'
                        | '难'
                        | '難'
                        | '罢'
                        | '停'
                        | '少'
                        | '空'
                        | '断'
                        | '消'
                        | '误'
                        | '弃'
                        | '棄'
                        | '抗'
                        | '防'
                        | '避'
                        | '无'
                        | '無'
                        | '非'
                        | '莫'
                        | '毋'
                        | '别'
                        | '別'
                        | '岂'
                        | '豈'
                        | '何'
                        | '哪'
                        | '谁'
                        | '誰'
                ) {
                    any.push(ByteRange::new(at, at + c.len_utf8()));
                }
                at += c.len_utf8();
            }
        }
        Self { clauses: clauses(text), negators: strong.clone(), strong, any, weak: Vec::new() }
    }

    fn english(text: &str) -> Self {
        let list = &*NEGATION;
        let lower = text.to_lowercase().replace('’', "'");
        // Where lower case has other lengths, places would be wrong; such text is rare and has no place then.
        let lower = if lower.len() == text.len() { lower } else { text.to_ascii_lowercase() };
        let idle: LazyCell<Vec<ByteRange>, _> = LazyCell::new(|| {
            let places = list
                .english_phrases
                .iter()
                .flat_map(|phrase| lower.match_indices(phrase).map(|(at, _)| ByteRange::new(at, at + phrase.len())));
            places.collect()
        });
        let stemmer = Stemmer::create(Algorithm::English);
        let (mut strong, mut any, mut weak, mut negators) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut at = 0;
        for piece in lower.split_inclusive(|c: char| !(c.is_alphabetic() || c == '\'' || c == '-')) {
            let word = piece.trim_matches(|c: char| !c.is_alphabetic());
            let start = at + piece.find(word).unwrap_or(0);
            let place = ByteRange::new(start, start + word.len());
            at += piece.len();
            if word.is_empty() {
                continue;
            }
            let negates = list.english.contains(word) || word.ends_with("n't");
            // "No. 5" is a number.
            let number = word == "no"
                && lower[place.end..].starts_with('.')
                && lower[place.end + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit());
            if negates && !number {
                any.push(place);
                negators.push(place);
                // "Did not leave until": left then.
                let until = word != "no"
                    && lower[place.end..].split(['.', ';', ',']).next().is_some_and(|rest| rest.contains(" until "));
                if !until && !idle.iter().any(|idle| idle.start <= place.start && place.end <= idle.end) {
                    strong.push(place);
                }
            } else if says_no(word) || list.few.contains(&*stemmer.stem(word)) {
                any.push(place);
            } else if list.weak.contains(&*stemmer.stem(word)) {
                weak.push(place);
            }
        }
        Self { clauses: clauses(text), negators, strong, any, weak }
    }

    fn clause(&self, at: usize) -> Option<ByteRange> {
        self.clauses.iter().copied().find(|clause| clause.start <= at && at < clause.end)
    }
}

/// 不到, 不下 before a number: less than, no less than; elsewhere they negate (收不到).
fn less_than(text: &str) -> Option<usize> {
    let word =
        ["不到", "不下", "不下于"].into_iter().filter(|word| text.starts_with(word)).max_by_key(|word| word.len())?;
    let number = |c: char| c.is_numeric() || "一二三四五六七八九十百千万亿两几半".contains(c);
    text[word.len()..].starts_with(number).then_some(word.len())
}

/// 是不是, 来不来: a question, no negation.
fn is_a_not_a(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at..].chars().nth(1);
    before.is_some() && before == after
}

/// Words that negate by their form: un-, non-, -less, and dis- or mis- before a verb of their own.
fn says_no(word: &str) -> bool {
    const NOT_UN: [&str; 9] = ["under", "until", "unit", "uni", "upon", "uncle", "undertak", "unanim", "unless"];
    let letters = word.len();
    word.starts_with("un") && letters >= 6 && !NOT_UN.iter().any(|own| word.starts_with(own))
        || word.starts_with("non-")
        || word.starts_with("non") && letters >= 8
        || word.ends_with("less") && letters >= 7
        || word.ends_with("lessly")
        || word.ends_with("-free")
}

/// True when a Chinese word means the same stem without its negator: 够 is "enough" as well as 不够 is "not enough", so that "enough"
/// does not answer for the negation in it.
fn means_without(word: &str, negator: &str, stem: &str) -> bool {
    let table = ZhEn::shared();
    let rest = word.replacen(negator, "", 1);
    let Some(rest) = (rest != word && !rest.is_empty()).then(|| table.find(&table.normal_form(&rest))).flatten() else {
        return false;
    };
    table.translations(rest).any(|(own, _)| super::kin::kindred_form(table.stem(own), stem))
}

/// Text between marks, the marks left out.
fn clauses(text: &str) -> Vec<ByteRange> {
    let mut clauses = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let splits = match c {
            '，' | '。' | '；' | '：' | '！' | '？' | ';' | ':' | '!' | '?' | '—' => true,
            // Not inside a number.
            ',' | '.' => !text[at + 1..].starts_with(|c: char| c.is_ascii_digit()),
            _ => false,
        };
        if splits {
            clauses.push(ByteRange::new(start, at));
            start = at + c.len_utf8();
        }
    }
    clauses.push(ByteRange::new(start, text.len()));
    clauses.retain(|clause| !clause.of(text).trim().is_empty());
    clauses
}

fn within(words: &[Word], range: ByteRange) -> Range<usize> {
    let from = words.partition_point(|word| word.range.end <= range.start);
    let to = words.partition_point(|word| word.range.start < range.end);
    from..to.max(from)
}

/// Negations of one side that the other does not answer.
fn negations(article: &Article<'_>, at: usize, chinese: &Clauses, english: &Clauses, found: &mut Vec<Suspicion>) {
    let bead = &article.beads[at];
    for side in Side::BOTH {
        let (own, far, near_half, far_half) = match side {
            Side::Source => (chinese, english, &bead.half.source, &bead.half.target),
            Side::Target => (english, chinese, &bead.half.target, &bead.half.source),
        };
        let (near, other) = (&near_half.words.list, &far_half.words.list);
        // A Chinese word that holds a negation and has its gloss on the other side is translated.
        let glossed = |place: ByteRange| {
            within(near, place).any(|w| {
                let word = &near[w];
                let holds_more = side == Side::Source
                    && word.range.byte_len() > place.byte_len()
                    && !NEGATION.modals.contains(&*word.form);
                match word.link {
                    Link::Word(partner, p) => {
                        let partner = &other[partner as usize];
                        let negates = far.any.iter().any(|any| any.overlaps(partner.range));
                        holds_more
                            && p >= GLOSSED
                            && !negates
                            && partner.share < 3e-3
                            && !means_without(&word.form, place.of(&near_half.text), &partner.form)
                    }
                    Link::Kin(_) => holds_more,
                    _ => false,
                }
            })
        };
        let open: Vec<ByteRange> = own.strong.iter().copied().filter(|&place| !glossed(place)).collect();
        // 没有…不 and "not … without" say yes: such beads are left alone.
        if open.is_empty() || open.len() > far.any.len() + 2 {
            continue;
        }
        // What the other side says in its own way answers for this negation only if the dictionary does not give it to another
        // word: "inconvenience" belongs to 不便.
        let is_taken = |any: &ByteRange| {
            side == Side::Source
                && !far.strong.contains(any)
                && within(other, *any).any(|w| {
                    other[w].link.partner(0.1).is_some_and(|partner| {
                        // "Unstoppable" has 遏止 and is 不可遏止.
                        let place = near[partner].range;
                        let follows = |open: &ByteRange| {
                            open.start < place.end && own.clause(open.start) == own.clause(place.start)
                        };
                        let own = |open: &ByteRange| open.overlaps(place);
                        !(open.iter().any(own) || says_no(any.of(&far_half.text)) && open.iter().any(follows))
                    })
                })
        };
        let answers: Vec<ByteRange> = far.any.iter().copied().filter(|any| !is_taken(any)).collect();
        // A negator answers wherever it stands; any other word less surely outside the clause that the negation's own leads to.
        let reaches = |any: &ByteRange| {
            side == Side::Target
                || far.negators.contains(any)
                || open.iter().filter_map(|place| own.clause(place.start)).any(|clause| {
                    counterpart(far, near, other, clause)
                        .is_none_or(|there| there.start <= any.start && any.end <= there.end)
                })
        };
        let (spare, near_by) = (answers.len(), answers.iter().filter(|any| reaches(any)).count());
        let unanswered: Vec<ByteRange> =
            open.iter().copied().filter(|&place| !is_answered(own, far, &answers, near, other, place)).collect();
        let Some(&place) = unanswered.first() else { continue };
        let evidence = match (spare, open.len()) {
            // Nothing on the other side can stand for it.
            (0, 1) => 2.0,
            // Some are answered, but there are not enough of them.
            (_, open) if spare < open => 1.0,
            (_, open) if near_by < open => -0.5,
            _ => continue,
        };
        let Some(clause) = own.clause(place.start) else { continue };
        // A clause that the other side does not have at all was left out, not turned round.
        let linked = within(near, clause).filter(|&w| near[w].share < 3e-3);
        let (mut content, mut explained) = (0, 0);
        for w in linked {
            content += 1;
            explained += usize::from(
                !matches!(near[w].link, Link::None | Link::LostNumber) && near[w].link.probability() > 0.03
                    || matches!(near[w].link, Link::Kin(_) | Link::Name | Link::Same | Link::Number),
            );
        }
        let beside = at.saturating_sub(1)..(at + 2).min(article.beads.len());
        if content > 2 && explained == 0 || beside.into_iter().any(|bead| article.is_misaligned(bead)) {
            continue;
        }
        let shown = clause.trimmed(&near_half.text);
        let counterpart = counterpart(far, near, other, clause).map(|clause| clause.trimmed(&far_half.text));
        let (rule, source, target, message) = match side {
            Side::Source => (
                "negation-lost",
                Some(shown),
                counterpart,
                format!(
                    "The original negates ({} in {}); nothing in the translation does.",
                    show::quoted(place.of(&near_half.text)),
                    show::quoted(shown.of(&near_half.text))
                ),
            ),
            Side::Target => (
                "negation-added",
                counterpart,
                Some(shown),
                format!(
                    "The translation negates ({} in {}); nothing in the original does.",
                    show::quoted(place.of(&near_half.text)),
                    show::quoted(shown.of(&near_half.text))
                ),
            ),
        };
        // What a lost negation leaves behind is the negated word itself; 不难 and "easy" have nothing in common.
        let negated = within(near, ByteRange::new(place.end, clause.end.max(place.end))).filter(|&w| {
            near[w].range.start >= place.end && near[w].share < 3e-3 && !NEGATION.modals.contains(&*near[w].form)
        });
        let asserted = negated.take(2).any(|w| {
            near[w].link.probability() >= 0.1 || matches!(near[w].link, Link::Kin(_) | Link::Name | Link::Same)
        });
        // 这不是奇迹吗？ says that it is.
        let rhetorical =
            near_half.text[place.end..].chars().find(|c| matches!(c, '吗' | '么' | '嗎' | '？' | '?' | '。' | '！'));
        let rhetorical = rhetorical.is_some_and(|c| !matches!(c, '。' | '！'));
        let idiom = side == Side::Source && within(near, place).any(|w| near[w].form.chars().count() >= 4);
        let there = counterpart.unwrap_or_else(|| far_half.whole());
        let weak = far.weak.iter().any(|weak| there.start <= weak.start && weak.end <= there.end);
        let evidence = evidence - if weak { 1.0 } else { 0.0 }
            + match (asserted, side) {
                (true, _) => 0.5,
                (false, Side::Source) => -3.0,
                (false, Side::Target) => -1.0,
            }
            - if rhetorical { 2.0 } else { 0.0 }
            - if idiom { 1.0 } else { 0.0 };
        found.push(
            Suspicion::in_pair(Kind::Negation, rule, at, source, target)
                .evidence(evidence)
                .severity(Severity::Critical)
                .message(message),
        );
    }
}

/// True when a clause that the negation's own clause leads to can stand for it.
fn is_answered(
    own: &Clauses,
    far: &Clauses,
    answers: &[ByteRange],
    near: &[Word],
    other: &[Word],
    place: ByteRange,
) -> bool {
    let Some(clause) = own.clause(place.start) else { return true };
    let Some(counterpart) = counterpart(far, near, other, clause) else { return !answers.is_empty() };
    answers.iter().any(|any| counterpart.start <= any.start && any.end <= counterpart.end)
}

/// The clause of the other side that most words of `clause` lead to.
fn counterpart(far: &Clauses, near: &[Word], other: &[Word], clause: ByteRange) -> Option<ByteRange> {
    let mut votes = vec![0.0f32; far.clauses.len()];
    for w in within(near, clause) {
        if let Link::Word(partner, p) = near[w].link
            && near[w].share < 3e-3
        {
            let start = other[partner as usize].range.start;
            if let Some(index) = far.clauses.iter().position(|clause| clause.start <= start && start < clause.end) {
                votes[index] += p;
            }
        }
    }
    let best = (0..votes.len()).max_by(|&a, &b| votes[a].total_cmp(&votes[b]).then(b.cmp(&a)))?;
    (votes[best] > 0.0).then(|| far.clauses[best])
}

/// The source has idea `a` and not `b`, the target `b` and not `a`: the two words, and what that is worth.
fn turned(
    text: &str,
    source: &[Word],
    target: &[Word],
    a: &super::opposite::Idea,
    b: &super::opposite::Idea,
) -> Option<(ByteRange, ByteRange, f64)> {
    let word = source.iter().find(|word| a.chinese.contains(&&*word.form))?;
    if b.chinese.iter().any(|other| text.contains(other)) {
        return None;
    }
    let has = |stems: &[&str]| target.iter().position(|word| stems.contains(&&*word.form));
    let opposite = &target[has(&b.english)?];
    if has(&a.english).is_some() {
        return None;
    }
    // Either word may belong to something else.
    let elsewhere = |own: &Word, other: &[Word], ideas: &[&str]| {
        own.link.partner(0.1).is_some_and(|partner| !ideas.contains(&&*other[partner].form))
    };
    if elsewhere(word, target, &b.english) || elsewhere(opposite, source, &a.chinese) {
        return None;
    }
    Some((word.range, opposite.range, 1.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strong(text: &str, chinese: bool) -> Vec<String> {
        let found = if chinese { Clauses::chinese(text) } else { Clauses::english(text) };
        found.strong.iter().map(|place| place.of(text).to_owned()).collect()
    }

    #[test]
    fn what_negates() {
        assert_eq!(strong("都不应当盲目集中", true), ["不"]);
        assert_eq!(strong("产量不断提高，不但没有下降，反而上升", true), ["没有"]);
        assert_eq!(strong("你去不去？是不是无产阶级？千万别去非洲", true), ["别"].map(|_| "千万别"));
        assert_eq!(strong("He didn't go, not only because No. 5 said no.", false), ["didn't", "no"]);
        assert_eq!(strong("without delay", false), Vec::<String>::new());
    }

    #[test]
    fn opposites_are_read_both_ways() {
        assert!(OPPOSITES.len() > 60);
        assert!(OPPOSITES.iter().all(|(a, b)| !a.chinese.is_empty() && !a.english.is_empty() && !b.english.is_empty()));
    }
}

//! How a word of the original was rendered, and when.
//!
//! In each pair whose original has the word, the translation's words that the dictionary (or sound, or form) leads to it are
//! candidates, alone and in runs of up to [`LONGEST`]; so are telling words that nothing else of the original accounts for. Over all
//! pairs, the candidate that stands in most of them is the first rendering and takes those pairs; what is left is dealt out in
//! the same way (a greedy cover), longer runs before shorter ones that are nearly as frequent. Unlinked words count where they
//! come with the word in several pairs and far oftener than English at large has them, so that renderings are
//! found that no dictionary gives.

use super::Article;
use super::bead::{Bead, Link, Word};
use super::score::About;
use super::words::WordMatcher;
use crate::export::Row;
use crate::span::ByteRange;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Longest run of words that is one rendering.
pub const LONGEST: usize = 3;
/// More frequent English words render nothing by themselves.
const COMMON: f32 = 2e-3;
/// The least probability of a link.
const LINKED: f32 = 0.03;
/// What each further word of a run is worth, against the count of pairs.
const LONGER: f64 = 0.4;
/// English words of a pair, for what chance would bring.
const WORDS: f64 = 25.0;
/// Unlinked words need so many pairs, and so many times more than chance, in nats.
const UNLINKED: (u64, f64) = (3, 3.0);
/// Examples of each rendering.
const EXAMPLES: usize = 3;

/// A word to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    written: String,
    forms: BTreeSet<String>,
}

impl Query {
    /// A word of the original; Chinese is found in simplified and in traditional characters.
    pub fn new(word: &str) -> Self {
        let written = word.trim().to_owned();
        let forms = [written.clone(), hanconv::t2s(&written), hanconv::s2t(&written)];
        Self { written, forms: forms.into_iter().filter(|form| !form.is_empty()).collect() }
    }

    /// Where it stands in `text`, first.
    fn find(&self, text: &str) -> Option<ByteRange> {
        let places = self.forms.iter().filter_map(|form| Some((text.find(form.as_str())?, form.len())));
        places.min().map(|(start, length)| ByteRange::new(start, start + length))
    }
}

/// One pair that has the word.
#[derive(Debug, Clone)]
pub struct Use {
    query: usize,
    pair: String,
    doc: String,
    date: String,
    source: String,
    place: ByteRange,
    target: String,
    candidates: Vec<Candidate>,
}

#[derive(Debug, Clone)]
struct Candidate {
    /// Its stems.
    key: String,
    range: ByteRange,
    words: usize,
    linked: bool,
    /// The share of its rarest word in English.
    share: f32,
}

/// The pairs of a document that have one of `queries`.
pub fn uses(rows: &[Row], queries: &[Query], matcher: &mut WordMatcher) -> Vec<Use> {
    let has = |row: &Row| queries.iter().any(|query| row.source.iter().any(|text| query.find(text).is_some()));
    if queries.is_empty() || !rows.iter().any(has) {
        return Vec::new();
    }
    let article = Article::new(rows, matcher);
    let about = rows.first().map(About::of).unwrap_or_default();
    let mut uses = Vec::new();
    for (at, bead) in article.pairs() {
        for (index, query) in queries.iter().enumerate() {
            if let Some(place) = query.find(&bead.half.source.text) {
                uses.push(Use {
                    query: index,
                    pair: rows[at].id.clone(),
                    doc: about.doc.clone(),
                    date: about.date.clone(),
                    source: bead.half.source.text.clone(),
                    place,
                    target: bead.half.target.text.clone(),
                    candidates: candidates(bead, place),
                });
            }
        }
    }
    uses
}

/// What may render the words at `place`.
fn candidates(bead: &Bead, place: ByteRange) -> Vec<Candidate> {
    let (source, target) = (&bead.half.source.words.list, &bead.half.target.words.list);
    let text = &bead.half.target.text;
    let own = |partner: usize| source[partner].range.overlaps(place);
    let sounds = |word: &Word| {
        let mut names = bead.half.target.words.names.iter();
        names.any(|name| name.range.overlaps(word.range) && name.found.is_some_and(|(found, _)| found.overlaps(place)))
    };
    let is_linked = |word: &Word| match word.link {
        Link::Kin(partner) => own(partner as usize),
        Link::Name => sounds(word),
        Link::Same => place.of(&bead.half.source.text).contains(word.range.of(text)),
        link => link.partner(LINKED).is_some_and(own),
    };
    let linked: Vec<bool> = target.iter().map(is_linked).collect();
    let mut candidates = Vec::new();
    for from in 0..target.len() {
        let loose =
            target[from].link.probability() < LINKED && matches!(target[from].link, Link::None | Link::Word(..));
        let likely = loose && target[from].share < COMMON && target[from].form.chars().count() > 2;
        if !linked[from] && !likely {
            continue;
        }
        for to in from + 1..=(from + LONGEST).min(target.len()) {
            let run = &target[from..to];
            // A run is of linked words; small words may stand inside.
            let whole = linked[from] && linked[to - 1] && (from..to).all(|at| linked[at] || target[at].share > COMMON);
            let joined = run.windows(2).all(|pair| is_gap(&text[pair[0].range.end..pair[1].range.start]));
            if to - from > 1 && (!joined || !linked[from]) {
                break;
            }
            if to - from > 1 && !whole {
                continue;
            }
            candidates.push(Candidate {
                key: run.iter().map(|word| &*word.form).collect::<Vec<_>>().join(" "),
                range: ByteRange::new(run[0].range.start, run[run.len() - 1].range.end),
                words: (from..to).filter(|&at| linked[at]).count().max(1),
                linked: linked[from],
                share: run.iter().map(|word| word.share).fold(1.0, f32::min),
            });
        }
    }
    candidates
}

fn is_gap(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '-' | '\'' | '’' | 's'))
}

/// A word of the original and its renderings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// The word that was asked for.
    pub query: String,
    /// Pairs that have it.
    pub pairs: u64,
    /// Documents that have it.
    pub documents: u64,
    /// The first date; empty where none is known.
    pub first: String,
    /// The last date.
    pub last: String,
    /// Pairs by year; the empty year holds what has no date.
    pub years: BTreeMap<String, u64>,
    /// The most frequent first; what was not found out comes last, without a text.
    pub renderings: Vec<Rendering>,
}

/// One way of rendering a word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rendering {
    /// As it is most often written; none for pairs in which no rendering was found.
    pub text: Option<String>,
    /// Pairs that have it.
    pub pairs: u64,
    /// Their share of the word's pairs, 0 to 1.
    pub share: f64,
    /// The first date.
    pub first: String,
    /// The last date.
    pub last: String,
    /// Pairs by year.
    pub years: BTreeMap<String, u64>,
    /// Some of the pairs: the first, the last, and one between.
    pub examples: Vec<Example>,
}

/// A pair, quoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The row's id.
    pub pair: String,
    /// The document's date.
    pub date: String,
    /// The original.
    pub source: String,
    /// The translation.
    pub target: String,
    /// The word, as the original has it.
    pub source_words: String,
    /// Its rendering, as the translation has it.
    pub target_words: String,
}

/// The renderings of each query, from all pairs that have it. Ordered by frequency, then by the letters.
pub fn terms(queries: &[Query], uses: &[Use]) -> Vec<Term> {
    let term = |(index, query): (usize, &Query)| {
        let own: Vec<&Use> = uses.iter().filter(|one| one.query == index).collect();
        term(query, &own)
    };
    queries.iter().enumerate().map(term).collect()
}

fn term(query: &Query, uses: &[&Use]) -> Term {
    let total = uses.len() as u64;
    let mut open: Vec<&Use> = uses.to_vec();
    let mut renderings = Vec::new();
    while let Some(key) = best(&open, total) {
        let (taken, left): (Vec<&Use>, Vec<&Use>) = open.into_iter().partition(|one| one.candidate(&key).is_some());
        renderings.push(rendering(Some(&key), &taken, total));
        open = left;
    }
    renderings.sort_by(|a, b| b.pairs.cmp(&a.pairs).then_with(|| a.text.cmp(&b.text)));
    if !open.is_empty() {
        renderings.push(rendering(None, &open, total));
    }
    let (first, last) = dates(uses);
    let documents = uses.iter().map(|one| one.doc.as_str()).collect::<BTreeSet<_>>().len() as u64;
    Term { query: query.written.clone(), pairs: total, documents, first, last, years: years(uses), renderings }
}

/// The candidate that accounts for most of what is open.
fn best(open: &[&Use], total: u64) -> Option<String> {
    struct Count {
        pairs: u64,
        linked: u64,
        words: usize,
        share: f32,
    }
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for one in open {
        let mut seen = BTreeSet::new();
        for candidate in one.candidates.iter().filter(|candidate| seen.insert(candidate.key.as_str())) {
            let new = Count { pairs: 0, linked: 0, words: candidate.words, share: candidate.share };
            let count = counts.entry(&candidate.key).or_insert(new);
            count.pairs += 1;
            count.linked += u64::from(candidate.linked);
        }
    }
    let score = |count: &Count| -> Option<f64> {
        let pairs = count.pairs as f64;
        if count.linked * 2 >= count.pairs {
            return Some(pairs * (1.0 + LONGER * (count.words - 1) as f64));
        }
        let chance = (f64::from(count.share) * WORDS).max(1e-4);
        let times = (pairs / total as f64 / chance).ln();
        (count.pairs >= UNLINKED.0 && times >= UNLINKED.1).then_some(pairs * 0.7)
    };
    let mut best: Option<(f64, &str)> = None;
    for (key, count) in &counts {
        if let Some(score) = score(count)
            && best.is_none_or(|best| score > best.0)
        {
            best = Some((score, key));
        }
    }
    best.map(|(_, key)| key.to_owned())
}

impl Use {
    fn candidate(&self, key: &str) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.key == key)
    }

    fn year(&self) -> &str {
        self.date.get(..4).unwrap_or_default()
    }
}

fn years(uses: &[&Use]) -> BTreeMap<String, u64> {
    let mut years = BTreeMap::new();
    uses.iter().for_each(|one| *years.entry(one.year().to_owned()).or_default() += 1);
    years
}

fn dates(uses: &[&Use]) -> (String, String) {
    let known = || uses.iter().map(|one| one.date.as_str()).filter(|date| !date.is_empty());
    (known().min().unwrap_or_default().to_owned(), known().max().unwrap_or_default().to_owned())
}

fn rendering(key: Option<&str>, uses: &[&Use], total: u64) -> Rendering {
    let words = |one: &Use| {
        let range = key.and_then(|key| one.candidate(key)).map(|candidate| candidate.range);
        range.map_or("", |range| range.of(&one.target)).to_owned()
    };
    // As it is most often written; of equals in lower case, which is not the beginning of a sentence.
    let mut written: BTreeMap<String, u64> = BTreeMap::new();
    uses.iter().for_each(|one| *written.entry(words(one)).or_default() += 1);
    let usual = written.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0))).map(|(text, _)| text);
    let (first, last) = dates(uses);
    let mut by_date: Vec<&&Use> = uses.iter().collect();
    by_date.sort_by_key(|one| one.date.as_str());
    let picked: BTreeSet<usize> = (0..EXAMPLES).map(|n| n * (by_date.len() - 1) / (EXAMPLES - 1)).collect();
    let example = |at: usize| {
        let one = by_date[at];
        Example {
            pair: one.pair.clone(),
            date: one.date.clone(),
            source: one.source.clone(),
            target: one.target.clone(),
            source_words: one.place.of(&one.source).to_owned(),
            target_words: words(one),
        }
    };
    Rendering {
        text: key.and(usual),
        pairs: uses.len() as u64,
        share: (uses.len() as f64 / total as f64 * 1e4).round() / 1e4,
        first,
        last,
        years: years(uses),
        examples: picked.into_iter().map(example).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Pair;
    use std::sync::Arc;

    fn row(n: usize, date: &str, source: &str, target: &str) -> Row {
        let language = Pair::new(Arc::from("zh"), Arc::from("en"));
        let texts = Pair::new(vec![source.to_owned()], vec![target.to_owned()]);
        let mut row = Row::new(format!("d{n}").into(), 1, &language, texts);
        let meta = serde_json::json!({ "date": date });
        row.meta = Arc::new(serde_json::from_value(meta).unwrap());
        row
    }

    #[test]
    fn renderings_are_counted_by_year() {
        let queries = [Query::new("合作社")];
        let texts = [
            ("1953-01-02", "他们办了一个合作社。", "They set up a cooperative."),
            ("1954-03-04", "合作社增产了。", "Cooperatives raised output."),
            ("1954-05-06", "農業合作社的社員很多。", "The agricultural cooperative has many members."),
            ("1956-07-08", "合作社买了一头牛。", "The team bought an ox."),
            ("1957-01-01", "牛病了。", "The ox fell ill."),
        ];
        let mut matcher = WordMatcher::new();
        let mut found = Vec::new();
        for (n, (date, source, target)) in texts.iter().enumerate() {
            found.extend(uses(&[row(n, date, source, target)], &queries, &mut matcher));
        }
        let [term] = &terms(&queries, &found)[..] else { panic!("one query, one term") };
        assert_eq!(
            (term.pairs, term.documents, term.first.as_str(), term.last.as_str()),
            (4, 4, "1953-01-02", "1956-07-08")
        );
        let first = &term.renderings[0];
        assert_eq!((first.text.as_deref(), first.pairs, first.last.as_str()), (Some("cooperative"), 3, "1954-05-06"));
        assert_eq!(first.years, BTreeMap::from([("1953".to_owned(), 1), ("1954".to_owned(), 2)]));
        assert_eq!(term.renderings.iter().map(|rendering| rendering.pairs).sum::<u64>(), term.pairs);
        assert_eq!(term.years.values().sum::<u64>(), term.pairs);
    }

    #[test]
    fn both_scripts_are_found() {
        assert!(Query::new("农业").find("發展農業").is_some());
        assert!(Query::new("農業").find("发展农业").is_some());
        assert!(Query::new("农业").find("工业").is_none());
    }
}

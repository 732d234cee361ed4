//! Lists of negations and opposites, read once.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Negation in both languages.
pub(super) struct Negation {
    /// What negates in Chinese, the longest first.
    pub(super) chinese: Vec<&'static str>,
    /// "Don't" with 别, in its surroundings.
    pub(super) do_not: Vec<&'static str>,
    /// Chinese words with a negator in them that does not negate, the longest first.
    pub(super) chinese_words: Vec<&'static str>,
    /// Negated modals.
    pub(super) modals: HashSet<&'static str>,
    /// What negates in English.
    pub(super) english: HashSet<&'static str>,
    /// English phrases with a negator that negates nothing.
    pub(super) english_phrases: Vec<&'static str>,
    /// Stems of English words that can stand for a negation.
    pub(super) few: HashSet<String>,
}

pub(super) static NEGATION: LazyLock<Negation> = LazyLock::new(|| {
    let mut read = Negation {
        chinese: Vec::new(),
        do_not: Vec::new(),
        chinese_words: Vec::new(),
        modals: HashSet::new(),
        english: HashSet::new(),
        english_phrases: Vec::new(),
        few: HashSet::new(),
    };
    let stemmer = Stemmer::create(Algorithm::English);
    for line in lines(include_str!("tables/negation.txt")) {
        let Some((class, words)) = line.split_once(char::is_whitespace) else { continue };
        match class {
            "zh-no" => read.chinese.extend(words.split_whitespace()),
            "zh-do-not" => read.do_not.extend(words.split_whitespace()),
            "zh-word" => read.chinese_words.extend(words.split_whitespace()),
            "zh-modal" => read.modals.extend(words.split_whitespace()),
            "en-no" => read.english.extend(words.split_whitespace()),
            "en-word" => {
                read.english_phrases.extend(words.split('"').map(str::trim).filter(|phrase| !phrase.is_empty()))
            }
            "en-few" => read.few.extend(words.split_whitespace().map(|word| stemmer.stem(word).into_owned())),
            _ => {}
        }
    }
    for list in [&mut read.chinese, &mut read.chinese_words] {
        list.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    }
    read
});

/// An idea: Chinese words for it, and English stems.
pub(super) struct Idea {
    pub(super) chinese: Vec<&'static str>,
    pub(super) english: Vec<&'static str>,
}

/// Pairs of ideas, each way round.
pub(super) static OPPOSITES: LazyLock<Vec<(Idea, Idea)>> = LazyLock::new(|| {
    let idea = |text: &'static str| {
        let (chinese, english) = text.split_once('/')?;
        let split = |words: &'static str| words.split_whitespace().collect();
        Some(Idea { chinese: split(chinese), english: split(english) })
    };
    let mut pairs = Vec::new();
    for line in lines(include_str!("tables/opposites.txt")) {
        if let Some((a, b)) = line.split_once('|') {
            pairs.extend(idea(a).zip(idea(b)));
            pairs.extend(idea(b).zip(idea(a)));
        }
    }
    pairs
});

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

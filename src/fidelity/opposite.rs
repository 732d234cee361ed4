//! Lists of negations and opposites, read once.

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

/// Words by their first character.
#[derive(Default)]
pub(super) struct Beginnings(BTreeMap<char, Vec<&'static str>>);

impl Beginnings {
    fn add(&mut self, words: impl Iterator<Item = &'static str>) {
        for word in words {
            if let Some(first) = word.chars().next() {
                self.0.entry(first).or_default().push(word);
            }
        }
    }

    /// The length of the longest word that `text` begins with, in bytes.
    pub(super) fn longest(&self, text: &str) -> Option<usize> {
        let words = self.0.get(&text.chars().next()?)?;
        words.iter().filter(|word| text.starts_with(**word)).map(|word| word.len()).max()
    }
}

/// Negation in both languages.
pub(super) struct Negation {
    /// What negates in Chinese.
    pub(super) chinese: Beginnings,
    /// "Don't" with 别, in its surroundings.
    pub(super) do_not: Beginnings,
    /// Chinese words with a negator in them that does not negate.
    pub(super) chinese_words: Beginnings,
    /// Negated modals.
    pub(super) modals: HashSet<&'static str>,
    /// What negates in English.
    pub(super) english: HashSet<&'static str>,
    /// English phrases with a negator that negates nothing.
    pub(super) english_phrases: Vec<&'static str>,
    /// Stems of English words that can stand for a negation.
    pub(super) few: HashSet<String>,
    /// Stems of those that seldom do.
    pub(super) weak: HashSet<String>,
}

pub(super) static NEGATION: LazyLock<Negation> = LazyLock::new(|| {
    let mut read = Negation {
        chinese: Beginnings::default(),
        do_not: Beginnings::default(),
        chinese_words: Beginnings::default(),
        modals: HashSet::new(),
        english: HashSet::new(),
        english_phrases: Vec::new(),
        few: HashSet::new(),
        weak: HashSet::new(),
    };
    let stemmer = Stemmer::create(Algorithm::English);
    for line in lines(include_str!("tables/negation.txt")) {
        let Some((class, words)) = line.split_once(char::is_whitespace) else { continue };
        match class {
            "zh-no" => read.chinese.add(words.split_whitespace()),
            "zh-do-not" => read.do_not.add(words.split_whitespace()),
            "zh-word" => read.chinese_words.add(words.split_whitespace()),
            "zh-modal" => read.modals.extend(words.split_whitespace()),
            "en-no" => read.english.extend(words.split_whitespace()),
            "en-word" => {
                read.english_phrases.extend(words.split('"').map(str::trim).filter(|phrase| !phrase.is_empty()))
            }
            "en-weak" => read.weak.extend(words.split_whitespace().map(|word| stemmer.stem(word).into_owned())),
            "en-few" => read.few.extend(words.split_whitespace().map(|word| stemmer.stem(word).into_owned())),
            _ => {}
        }
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

/// By a Chinese word: the pairs whose first idea it stands for.
pub(super) static OPPOSED: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut opposed: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, (idea, _)) in OPPOSITES.iter().enumerate() {
        idea.chinese.iter().for_each(|word| opposed.entry(word).or_default().push(index));
    }
    opposed
});

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

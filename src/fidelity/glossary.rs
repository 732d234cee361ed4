//! A glossary: terms of the original and the renderings that are allowed for each.

use crate::signal::lexicon::dictionary::Entry;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::BTreeMap;

/// Terms with their renderings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Glossary {
    terms: BTreeMap<String, Vec<Rendering>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rendering {
    written: String,
    stems: Vec<String>,
}

/// Words of a text as they are compared: stems of English words, in order.
pub(super) fn stems(text: &str) -> Vec<String> {
    let stemmer = Stemmer::create(Algorithm::English);
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| stemmer.stem(&word.to_lowercase()).into_owned()).collect()
}

impl Glossary {
    /// From entries of a dictionary file; a term may have several.
    pub fn new(entries: &[Entry]) -> Self {
        let mut terms: BTreeMap<String, Vec<Rendering>> = BTreeMap::new();
        for Entry(term, written, _) in entries {
            let rendering = Rendering { written: written.clone(), stems: stems(written) };
            terms.entry(term.clone()).or_default().push(rendering);
        }
        Self { terms }
    }

    /// The terms of `source` that none of their renderings stands for in `target`: each with its place and the renderings. A
    /// term inside a longer one is that one's.
    pub(super) fn missing<'g>(&'g self, source: &str, target: &str) -> Vec<(usize, &'g str, Vec<&'g str>)> {
        if self.terms.is_empty() {
            return Vec::new();
        }
        let found: Vec<(usize, &str, &Vec<Rendering>)> = (self.terms.iter())
            .filter_map(|(term, renderings)| source.find(term.as_str()).map(|at| (at, term.as_str(), renderings)))
            .collect();
        let inside = |at: usize, term: &str| {
            found.iter().any(|&(start, other, _)| {
                other.len() > term.len() && start <= at && at + term.len() <= start + other.len()
            })
        };
        let words = stems(target);
        let is_there = |rendering: &Rendering| {
            !rendering.stems.is_empty() && words.windows(rendering.stems.len()).any(|run| run == rendering.stems)
        };
        found
            .iter()
            .filter(|(at, term, renderings)| !inside(*at, term) && !renderings.iter().any(is_there))
            .map(|(at, term, renderings)| (*at, *term, renderings.iter().map(|r| r.written.as_str()).collect()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renderings_in_any_form_and_the_longest_term() {
        let entry = |term: &str, written: &str| Entry(term.into(), written.into(), 1.0);
        let glossary = Glossary::new(&[
            entry("合作社", "cooperative"),
            entry("合作社", "co-op"),
            entry("生产合作社", "producers' cooperative"),
        ]);
        let missing =
            |source, target| glossary.missing(source, target).iter().map(|m| m.1.to_owned()).collect::<Vec<_>>();
        assert!(missing("合作社", "The cooperatives met.").is_empty());
        assert!(missing("合作社", "The co-op met.").is_empty());
        assert_eq!(missing("合作社", "The teams met."), ["合作社"]);
        assert_eq!(missing("生产合作社", "The cooperatives met."), ["生产合作社"]);
    }
}

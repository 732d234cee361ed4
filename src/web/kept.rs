//! What was found before and is true still: the next page of hits, or a count of the whole, need not be looked up again as long as
//! nobody has written.

use super::problem::Problem;
use crate::store::{Found, Store, StoreError};
use serde_json::Value;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Answers that are kept.
const MOST: usize = 12;
/// Hits in all lists that are kept.
const MOST_HITS: usize = 3_000_000;

#[derive(Clone)]
enum Answer {
    Found(Arc<Found>),
    Value(Arc<Value>),
}

impl Answer {
    fn hits(&self) -> usize {
        match self {
            Answer::Found(found) => found.pairs.len(),
            Answer::Value(_) => 0,
        }
    }
}

/// A connection, and the state of the store that it has seen; see [`Store::data_version`].
pub(super) struct Reader {
    store: Store,
    version: i64,
}

impl Reader {
    pub(super) fn new(store: Store) -> Self {
        Self { store, version: -1 }
    }
}

/// Answers, the one asked for last at the end; each with the generation that it is true of.
#[derive(Default)]
pub(super) struct Kept {
    /// Goes up whenever a reader sees that somebody has written.
    generation: AtomicU64,
    answers: Mutex<Vec<(u64, String, Answer)>>,
}

/// The store in one state, whatever others write meanwhile.
pub(super) struct Reading<'s> {
    store: &'s Store,
    kept: &'s Kept,
    generation: u64,
}

impl Deref for Reading<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        self.store
    }
}

impl Kept {
    /// Has a reader read.
    pub(super) fn read<T>(
        &self,
        reader: &mut Reader,
        work: impl FnOnce(&Reading<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let Reader { store, version } = reader;
        store.reading(|store| {
            let now = store.data_version()?;
            if now != *version {
                *version = now;
                self.generation.fetch_add(1, Ordering::SeqCst);
            }
            let generation = self.generation.load(Ordering::SeqCst);
            work(&Reading { store, kept: self, generation })
        })
    }

    fn get(&self, generation: u64, key: &str) -> Option<Answer> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let at = answers.iter().position(|(of, own, _)| *of == generation && own == key)?;
        let entry = answers.remove(at);
        let answer = entry.2.clone();
        answers.push(entry);
        Some(answer)
    }

    fn put(&self, generation: u64, key: &str, answer: Answer) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|(of, own, _)| *of >= generation && own != key);
        answers.push((generation, key.to_owned(), answer));
        while answers.len() > MOST || answers.iter().map(|(.., answer)| answer.hits()).sum::<usize>() > MOST_HITS {
            answers.remove(0);
        }
    }
}

impl Reading<'_> {
    /// The hits under this key, found now or before.
    pub(super) fn found(
        &self,
        key: &str,
        find: impl FnOnce(&Store) -> Result<Found, StoreError>,
    ) -> Result<Arc<Found>, StoreError> {
        if let Some(Answer::Found(found)) = self.kept.get(self.generation, key) {
            return Ok(found);
        }
        let found = Arc::new(find(self.store)?);
        self.kept.put(self.generation, key, Answer::Found(Arc::clone(&found)));
        Ok(found)
    }

    /// The value under this key, made now or before.
    pub(super) fn value(
        &self,
        key: &str,
        make: impl FnOnce(&Store) -> Result<Value, StoreError>,
    ) -> Result<Value, StoreError> {
        if let Some(Answer::Value(value)) = self.kept.get(self.generation, key) {
            return Ok((*value).clone());
        }
        let value = make(self.store)?;
        self.kept.put(self.generation, key, Answer::Value(Arc::new(value.clone())));
        Ok(value)
    }
}

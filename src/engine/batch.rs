//! Many documents at a time: one thread reads ahead, rayon's threads align, one writes, in the order of the input whatever
//! the number of threads. Memory is bounded by the batches under way, not by the number of documents.

use super::{Aligned, Engine, EngineWorker};
use crate::archive::{Entry, Reject};
use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use thiserror::Error;

/// Most documents of a batch.
const BATCH_DOCUMENTS: usize = 256;
/// A batch is full when its documents have this many bytes.
const BATCH_BYTES: u64 = 4 << 20;
/// Batches waiting between two stages.
const WAITING: usize = 2;

/// Why a run could not go on.
#[derive(Debug, Error)]
pub enum RunError<E> {
    /// The threads could not be started.
    #[error("cannot start the threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// The sink refused.
    #[error("{0}")]
    Sink(E),
}

/// What became of one entry.
#[derive(Debug)]
pub struct Outcome<T> {
    /// Bytes read for it.
    pub bytes: u64,
    /// What `render` made of it, or why it was set aside.
    pub result: Result<T, Reject>,
}

/// Aligns all `entries` on `jobs` threads (0: one a core). `render` turns each aligned document into what `sink` is handed, in
/// the order of the entries; it runs on the aligning threads.
///
/// # Errors
/// When the threads cannot be started, or what `sink` answered; nothing is handed to it after that.
pub fn run<T: Send, E: Send>(
    engine: &Engine,
    jobs: usize,
    entries: impl Iterator<Item = Result<Entry, Reject>> + Send,
    render: impl Fn(&Aligned) -> T + Sync,
    mut sink: impl FnMut(Outcome<T>) -> Result<(), E> + Send,
) -> Result<(), RunError<E>> {
    let pool = pool(jobs)?;
    let workers: Vec<Mutex<EngineWorker<'_>>> =
        (0..pool.current_num_threads()).map(|_| Mutex::new(engine.worker())).collect();
    let align = |entry: Result<Entry, Reject>| {
        let bytes = entry.as_ref().map_or(0, |entry| entry.bytes);
        let result = entry.and_then(|entry| {
            let worker = rayon::current_thread_index().map_or(&workers[0], |thread| &workers[thread]);
            // A worker whose thread panicked is not used again: the panic ends the run.
            let aligned = worker.lock().expect("a worker is its thread's alone").align(entry)?;
            Ok(render(&aligned))
        });
        Outcome { bytes, result }
    };
    std::thread::scope(|scope| {
        let (to_align, batches) = sync_channel(WAITING);
        let (to_write, results) = sync_channel::<Vec<Outcome<T>>>(WAITING);
        scope.spawn(move || {
            for batch in Batches(entries.fuse()) {
                if to_align.send(batch).is_err() {
                    break;
                }
            }
        });
        let writer = scope.spawn(move || results.into_iter().flatten().try_for_each(&mut sink));
        for batch in batches {
            let done: Vec<Outcome<T>> = pool.install(|| batch.into_par_iter().with_max_len(1).map(&align).collect());
            if to_write.send(done).is_err() {
                break;
            }
        }
        drop(to_write);
        writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map_err(RunError::Sink)
    })
}

/// So many threads; 0 is one a core.
pub(super) fn pool(jobs: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(jobs).build()
}

struct Batches<I>(I);

impl<I: Iterator<Item = Result<Entry, Reject>>> Iterator for Batches<I> {
    type Item = Vec<Result<Entry, Reject>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH_DOCUMENTS && bytes < BATCH_BYTES {
            let Some(entry) = self.0.next() else { break };
            bytes += entry.as_ref().map_or(0, |entry| entry.bytes);
            batch.push(entry);
        }
        (!batch.is_empty()).then_some(batch)
    }
}

//! Many documents at a time: one thread reads ahead, rayon's threads align, one writes, in the order of the input whatever
//! the number of threads. Memory is bounded by the batches under way, not by the number of documents.

use super::{Aligned, Engine, EngineWorker};
use crate::align::long::{self, Window};
use crate::align::{Apart, Constraints, Plan, Worker};
use crate::archive::{Entry, Reject};
use crate::bead::{Alignment, Bead};
use crate::signal::Texts;
use crate::span::Pair;
use rayon::prelude::*;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};
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
    // A worker is taken, and given back, by document: a thread that waits for the windows of a long text begins with another
    // document meanwhile.
    let workers: Mutex<Vec<EngineWorker<'_>>> = Mutex::new(Vec::new());
    const POISONED: &str = "nothing panics while it is taking a worker";
    let align = |entry: Result<Entry, Reject>| {
        let bytes = entry.as_ref().map_or(0, |entry| entry.bytes);
        let result = entry.and_then(|entry| {
            let worker = workers.lock().expect(POISONED).pop();
            let mut worker = worker.unwrap_or_else(|| engine.worker());
            let aligned = worker.align(entry);
            workers.lock().expect(POISONED).push(worker);
            let aligned = aligned?;
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

/// The best alignment of texts of any length that keeps what `constraints` say, passages found that the translator moved.
pub(super) fn align(worker: &mut Worker, texts: &Texts<'_>, constraints: &Constraints) -> Alignment {
    let plan = constraints.plan(|plan| planned(worker, texts, plan));
    let alignment = planned(worker, texts, &plan);
    let alignment = worker.find_moved(texts, alignment);
    match plan.off_path() {
        [] => alignment,
        off_path => plan.put_in(alignment, worker.locked_beads(texts, off_path)),
    }
}

/// The best alignment under a plan. Long texts are searched from cut to cut; what lies between two is aligned as if it were all, in
/// windows where it is long itself.
fn planned(worker: &mut Worker, texts: &Texts<'_>, plan: &Plan) -> Alignment {
    if plan.is_empty() {
        return windows(worker, texts, &Apart::default());
    }
    if !long::is_long(worker.aligner(), texts) {
        return worker.align_planned(texts, plan);
    }
    let apart = plan.apart();
    let mut cuts = worker.locked_beads(texts, &plan.on_path()).into_iter();
    let mut whole = Alignment::default();
    for (part, cut) in plan.parts(texts.len()) {
        let origin = Pair::new(part.source.start as usize, part.target.start as usize);
        let found = windows(worker, &texts.part(part), &apart.within(part));
        whole.beads.extend(found.beads.into_iter().map(|bead| Bead { block: bead.block.shifted(origin), ..bead }));
        whole.beads.extend(cut.and_then(|_| cuts.next()));
    }
    apart.mark(&mut whole.beads);
    whole.cost = whole.beads.iter().map(|bead| bead.cost).sum();
    whole
}

/// The best alignment of texts of any length; the windows of long ones are aligned in parallel, in the current rayon pool.
fn windows(worker: &mut Worker, texts: &Texts<'_>, apart: &Apart) -> Alignment {
    let windows = long::windows(worker.aligner(), texts);
    if windows.len() == 1 {
        return worker.align_apart(texts, apart);
    }
    let aligner = Arc::clone(worker.aligner());
    let align = |own: &mut Worker, window: Window| {
        let alignment = own.align_window(texts, apart, &window);
        (window, alignment)
    };
    let aligned = windows.into_par_iter().with_min_len(4).map_init(|| aligner.worker(), align).collect();
    long::stitch(aligned, |window| worker.align_window(texts, apart, window))
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

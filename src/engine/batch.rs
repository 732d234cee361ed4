//! Many documents at a time: one thread reads ahead, rayon's threads align, one writes, in the order of the input whatever
//! the number of threads.
//!
//! Documents are handed out in groups of about `GROUP_BYTES`, each as soon as it is read; a long document ends its group,
//! and those behind it are aligned meanwhile. Its own windows are aligned by all threads that have nothing else to do. What is
//! done waits until what stands before it is written. Reading stops while documents of more than `AHEAD_BYTES` are under way, or
//! more than `AHEAD_GROUPS` groups: memory is bounded by these and by the longest document, not by the number of documents.

use super::{Aligned, Engine, EngineWorker};
use crate::align::long::{self, Window};
use crate::align::{Apart, Constraints, Plan, Worker};
use crate::archive::{Entry, Reject};
use crate::bead::{Alignment, Bead};
use crate::signal::Texts;
use crate::span::Pair;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use thiserror::Error;

/// A group is full when its documents have this many bytes.
const GROUP_BYTES: u64 = 64 << 10;
/// Most documents of a group.
const GROUP_DOCUMENTS: usize = 64;
/// Bytes of documents that are read and not yet written.
const AHEAD_BYTES: u64 = 8 << 20;
/// Groups that are read and not yet written; enough for any number of cores to have work.
const AHEAD_GROUPS: u64 = 512;

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
    /// The entry's fingerprint.
    pub fingerprint: u128,
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
    sink: impl FnMut(Outcome<T>) -> Result<(), E> + Send,
) -> Result<(), RunError<E>> {
    each(engine, jobs, entries, |worker, entry| Ok(render(&worker.align(entry)?)), sink)
}

/// [`run`] with something else to be made of an entry.
pub(super) fn each<T: Send, E: Send>(
    engine: &Engine,
    jobs: usize,
    entries: impl Iterator<Item = Result<Entry, Reject>> + Send,
    make: impl Fn(&mut EngineWorker<'_>, Entry) -> Result<T, Reject> + Sync,
    mut sink: impl FnMut(Outcome<T>) -> Result<(), E> + Send,
) -> Result<(), RunError<E>> {
    let pool = pool(jobs)?;
    // A worker is taken, and given back, by document: a thread that waits for the windows of a long text begins with another
    // document meanwhile.
    let workers: Mutex<Vec<EngineWorker<'_>>> = Mutex::new(Vec::new());
    let align = |entry: Result<Entry, Reject>| {
        let (bytes, fingerprint) = match &entry {
            Ok(entry) => (entry.bytes, entry.fingerprint()),
            Err(reject) => (0, reject.fingerprint()),
        };
        let result = entry.and_then(|entry| {
            let worker = workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut worker = worker.unwrap_or_else(|| engine.worker());
            let made = make(&mut worker, entry);
            workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
            made
        });
        Outcome { bytes, fingerprint, result }
    };
    let way = Way::default();
    let (align, way) = (&align, &way);
    std::thread::scope(|scope| {
        let (to_write, results) = channel::<(u64, u64, Vec<Outcome<T>>)>();
        let writer = scope.spawn(move || {
            let _stop = Stop { way, always: true };
            let (mut waiting, mut next) = (BTreeMap::new(), 0);
            for (number, bytes, outcomes) in results {
                waiting.insert(number, (bytes, outcomes));
                while let Some((bytes, outcomes)) = waiting.remove(&next) {
                    outcomes.into_iter().try_for_each(&mut sink)?;
                    way.leave(bytes);
                    next += 1;
                }
            }
            Ok(())
        });
        // Reading is this scope's own work: the threads of the pool are for aligning.
        pool.in_place_scope_fifo(|tasks| {
            for (number, (bytes, group)) in (0..).zip(Groups(entries.fuse())) {
                // Beside a long document there is room for others.
                let load = bytes.min(AHEAD_BYTES / 2 + 1);
                if !way.enter(load) {
                    break;
                }
                let to_write = to_write.clone();
                tasks.spawn_fifo(move |_| {
                    let _stop = Stop { way, always: false };
                    let outcomes = group.into_iter().map(align).collect();
                    // The writer is gone when its sink has refused.
                    let _ = to_write.send((number, load, outcomes));
                });
            }
        });
        drop(to_write);
        writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map_err(RunError::Sink)
    })
}

/// What is under way between reading and writing.
#[derive(Default)]
struct Way {
    state: Mutex<Load>,
    changed: Condvar,
}

#[derive(Default)]
struct Load {
    bytes: u64,
    groups: u64,
    stopped: bool,
}

impl Way {
    /// Waits until there is room; false when nothing is written any more. What is alone has room, however large it is.
    fn enter(&self, bytes: u64) -> bool {
        let full = |load: &mut Load| {
            let full = load.bytes + bytes > AHEAD_BYTES || load.groups >= AHEAD_GROUPS;
            !load.stopped && load.groups > 0 && full
        };
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut load = self.changed.wait_while(state, full).unwrap_or_else(PoisonError::into_inner);
        load.bytes += bytes;
        load.groups += 1;
        !load.stopped
    }

    fn leave(&self, bytes: u64) {
        let mut load = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        load.bytes -= bytes;
        load.groups -= 1;
        self.changed.notify_all();
    }
}

/// However a thread ends, the reader does not wait for it.
struct Stop<'w> {
    way: &'w Way,
    /// Not only when it panics.
    always: bool,
}

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        if self.always || std::thread::panicking() {
            self.way.state.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
            self.way.changed.notify_all();
        }
    }
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

/// The beads of about `most` source segments, in windows that are spread evenly over the texts; [`align`] of texts that have no more.
/// What is to be kept is not looked at in longer ones.
pub(super) fn align_sample(
    worker: &mut Worker,
    texts: &Texts<'_>,
    constraints: &Constraints,
    most: usize,
) -> Alignment {
    if texts.len().source <= most {
        return align(worker, texts, constraints);
    }
    let windows = long::spread(long::windows(worker.aligner(), texts), most);
    let parts = in_parallel(worker, texts, &Apart::default(), windows);
    Alignment::of(parts.into_iter().flat_map(|(window, alignment)| window.inner_beads(alignment)).collect())
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
    worker.align_long(texts, apart, |worker, windows| in_parallel(worker, texts, apart, windows))
}

fn in_parallel(worker: &Worker, texts: &Texts<'_>, apart: &Apart, windows: Vec<Window>) -> Vec<(Window, Alignment)> {
    let aligner = Arc::clone(worker.aligner());
    let align = |own: &mut Worker, window: Window| {
        let alignment = own.align_window(texts, apart, &window);
        (window, alignment)
    };
    windows.into_par_iter().with_min_len(4).map_init(|| aligner.worker(), align).collect()
}

/// So many threads; 0 is one a core.
pub(super) fn pool(jobs: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(jobs).build()
}

/// Entries that are aligned by one thread one after another, and their bytes.
struct Groups<I>(I);

impl<I: Iterator<Item = Result<Entry, Reject>>> Iterator for Groups<I> {
    type Item = (u64, Vec<Result<Entry, Reject>>);

    fn next(&mut self) -> Option<Self::Item> {
        let (mut group, mut bytes) = (Vec::new(), 0);
        while group.len() < GROUP_DOCUMENTS && bytes < GROUP_BYTES {
            let Some(entry) = self.0.next() else { break };
            bytes += entry.as_ref().map_or(0, |entry| entry.bytes);
            group.push(entry);
        }
        (!group.is_empty()).then_some((bytes, group))
    }
}

//! Work on a thread of its own, while the calling thread waits, without the interpreter's lock, and listens for Ctrl-C.

use pyo3::prelude::*;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often who waits looks for signals.
const LISTEN: Duration = Duration::from_millis(50);

/// Where something comes from another thread.
pub struct Inbox<T>(Mutex<Receiver<T>>);

impl<T: Send> Inbox<T> {
    pub fn new(receiver: Receiver<T>) -> Self {
        Self(Mutex::new(receiver))
    }

    /// What comes next; `None` at the end.
    ///
    /// # Errors
    /// What a signal's handler raised.
    pub fn next(&self, py: Python<'_>) -> PyResult<Option<T>> {
        // Where a list is made of all that comes no other code is run, and something may always be there.
        py.check_signals()?;
        loop {
            let wait = || self.0.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LISTEN);
            match py.detach(wait) {
                Ok(value) => return Ok(Some(value)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            }
        }
    }
}

/// Runs `work` and waits for it. When a signal's handler raises, nobody waits for it any more.
///
/// # Errors
/// What a signal's handler raised.
pub fn run<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    let (sender, receiver) = channel();
    let thread = std::thread::spawn(move || {
        let _ = sender.send(work());
    });
    match Inbox::new(receiver).next(py)? {
        Some(result) => Ok(result),
        None => match py.detach(|| thread.join()) {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(()) => Err(crate::error("bitext", "its thread ended without a result")),
        },
    }
}

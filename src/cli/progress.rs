//! How far a run has come: a bar where there is a terminal, plain lines where not, nothing with `--quiet`.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Between two plain lines.
const PAUSE: Duration = Duration::from_secs(10);

pub(super) enum Progress {
    Bar(ProgressBar),
    Lines { started: Instant, next: Duration, documents: u64, bytes: u64, total: Option<u64> },
    Quiet,
}

impl Progress {
    /// Progress over `total` bytes, as far as that is known.
    pub(super) fn new(quiet: bool, total: Option<u64>) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !io::stderr().is_terminal() {
            return Self::Lines { started: Instant::now(), next: PAUSE, documents: 0, bytes: 0, total };
        }
        let (bar, template) = match total {
            Some(total) => {
                (ProgressBar::new(total), "{bar:30} {percent:>3} %  {msg}  {binary_bytes_per_sec}  {eta} left")
            }
            None => (ProgressBar::no_length(), "{spinner} {msg}  {binary_bytes} {binary_bytes_per_sec}  {elapsed}"),
        };
        bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self::Bar(bar)
    }

    /// So many documents are `done` in all, for the last of which so many bytes were `read`.
    pub(super) fn add(&mut self, done: u64, read: u64) {
        match self {
            Self::Bar(bar) => {
                bar.inc(read);
                bar.set_message(format!("{done} documents"));
            }
            Self::Lines { started, next, documents, bytes, total } => {
                *documents = done;
                *bytes += read;
                let elapsed = started.elapsed();
                if elapsed >= *next {
                    *next = elapsed + PAUSE;
                    let rate = *bytes as f64 / elapsed.as_secs_f64();
                    let left = total.map(|total| {
                        let seconds = total.saturating_sub(*bytes) as f64 / rate.max(1.0);
                        format!(", about {seconds:.0} s left")
                    });
                    let line = format!("{documents} documents, {:.1} MB/s{}", rate / 1e6, left.unwrap_or_default());
                    let _ = writeln!(io::stderr(), "{line}");
                }
            }
            Self::Quiet => {}
        }
    }

    pub(super) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

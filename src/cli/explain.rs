//! `bitext align --explain`: one bead's evidence in words.

use super::Failure;
use crate::align::Explanation;
use crate::archive::{Entry, Reject};
use crate::bead::{Bead, Status};
use crate::cost::Cost;
use crate::engine::{Aligned, Engine};
use crate::export;
use crate::span::{Block, Side};
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// Alternatives that are shown.
const ALTERNATIVES: usize = 3;

/// Prints what speaks for the bead with this row id, and what could stand in its place.
pub(super) fn run(
    engine: &Engine,
    entries: impl Iterator<Item = Result<Entry, Reject>>,
    id: &str,
) -> Result<(), Failure> {
    let (doc, _) = id
        .rsplit_once('#')
        .filter(|(_, n)| n.parse::<usize>().is_ok_and(|n| n > 0))
        .ok_or_else(|| Failure::Arguments(format!("{id:?} is no row id: they look like 1957-10-16_title#7")))?;
    let entry = entries.flatten().find(|entry| entry.id == doc).ok_or_else(|| {
        Failure::Run(format!("no document {doc:?} in the input: ids are the files' names, or the records' ids"))
    })?;
    let mut worker = engine.worker();
    let aligned = worker.align(entry).map_err(|reject| Failure::Run(format!("{}: {}", reject.path, reject.message)))?;
    let beads = &aligned.alignment.beads;
    let none = || Failure::Run(format!("{doc} has {} beads, there is no {id}", beads.len()));
    let n = export::rows(&aligned).position(|row| row.id == id).ok_or_else(none)?;
    let explanation = worker.explain(&aligned, n).ok_or_else(none)?;
    let text = report(id, &aligned, &beads[n], &explanation);
    io::stdout().write_all(text.as_bytes()).map_err(|error| Failure::write("standard output", &error))
}

fn report(id: &str, aligned: &Aligned, bead: &Bead, explanation: &Explanation) -> String {
    let locked = if bead.status == Status::Locked { ", locked by a reader" } else { "" };
    let mut text = format!("{id}: {}, confidence {:.4}{locked}\n", bead.kind(), bead.confidence);
    sentences(&mut text, aligned, bead.block);
    let _ = writeln!(text, "\ncost {:+.2} nats; less is better. It is the sum of", nats(bead.cost));
    for (part, words) in &explanation.evidence {
        let _ = writeln!(text, "  {:>+8.2}  {}{}", nats(part.cost), part.signal, list(words));
    }
    if explanation.alternatives.is_empty() {
        text += "\nNothing else is possible in its place.\n";
        return text;
    }
    text += "\nIn its place there could be\n";
    for &(block, probability) in explanation.alternatives.iter().take(ALTERNATIVES) {
        let kind = format!("{}-{}", block.source.len(), block.target.len());
        let less = bead.confidence / probability;
        let comparison = match less {
            less if less >= 1.95 => format!(", {less:.0} times less probable"),
            less if less < 1.0 => ", more probable alone, but not with its neighbours".to_owned(),
            _ => ", about as probable".to_owned(),
        };
        let _ = writeln!(text, "  {kind}, probability {probability:.2e}{comparison}");
        sentences(&mut text, aligned, block);
    }
    text
}

fn sentences(text: &mut String, aligned: &Aligned, block: Block) {
    for (side, mark) in [(Side::Source, '<'), (Side::Target, '>')] {
        for segment in &aligned.segments[side][block[side].indices()] {
            let sentence = segment.range.of(aligned.document.text(side)).replace('\n', " ");
            let _ = writeln!(text, "    {mark} {sentence}");
        }
    }
}

fn list(words: &[String]) -> String {
    if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) }
}

fn nats(cost: Cost) -> f64 {
    cost.0 as f64 / Cost::PER_NAT as f64
}

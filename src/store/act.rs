//! What a reader can do to the rows of an article, as functions from rows to rows.
//!
//! No act loses a sentence or changes the order of a text: sentences go from a bead to its neighbour, and those of a bead lie side by
//! side in their text. `tests/corrections.rs` holds every act against that.

use super::lines::{Held, Line, fresh, hold, is_run, number, ranks};
use super::realign;
use crate::engine::Engine;
use crate::span::{Pair, Side};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a reader does. Beads are named by their row's number, from 1. Those that an act changes are locked, but by the last five.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Act {
    /// Locks a bead as it is.
    Accept {
        /// Which.
        bead: usize,
    },
    /// Makes a bead from it and the next.
    Merge {
        /// Which.
        bead: usize,
    },
    /// Makes two of it.
    Split {
        /// Which.
        bead: usize,
        /// So many of its source sentences stay.
        source: usize,
        /// So many of its target sentences stay.
        target: usize,
    },
    /// Gives a sentence to the bead before or behind it.
    Move {
        /// Which.
        bead: usize,
        /// On this side.
        side: Side,
        /// Its first goes up, or its last down.
        to: Way,
    },
    /// Gives it back to the aligner.
    Unlock {
        /// Which.
        bead: usize,
    },
    /// Writes a note on it, or takes the note away.
    Note {
        /// Which.
        bead: usize,
        /// The note.
        text: String,
    },
    /// Says that a finding is wrong.
    Dismiss {
        /// Which.
        bead: usize,
        /// The finding, from 0, of those that are not dismissed.
        finding: usize,
    },
    /// Aligns anew what is not locked.
    Realign,
    /// Takes the last act back.
    Undo,
    /// Does again what was taken back last.
    Redo,
}

/// Where a sentence goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// To the bead before.
    Up,
    /// To the bead behind.
    Down,
}

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ActError {
    /// No such bead.
    #[error("the article has no bead {0}")]
    NoBead(usize),
    /// No neighbour.
    #[error("bead {0} has none {1} it")]
    NoNeighbour(usize, &'static str),
    /// A part would be empty.
    #[error("bead {0} cannot be split there: both parts must have a sentence")]
    NothingLeft(usize),
    /// No sentence to be moved.
    #[error("bead {0} has no sentence on that side")]
    NoSentence(usize),
    /// They stand apart in their text.
    #[error(
        "the sentences would not lie side by side in their text: bead {0} stands elsewhere in the translation; split it first"
    )]
    Apart(usize),
    /// No such finding.
    #[error("bead {0} has no finding {1}")]
    NoFinding(usize, usize),
    /// Nothing to take back, or to do again.
    #[error("there is nothing to {0}")]
    Nothing(&'static str),
    /// A locked bead that the aligner cannot hold.
    #[error("bead {0} is locked and cannot be kept: {1}")]
    Lock(usize, String),
    /// No model.
    #[error("{0}")]
    Model(String),
}

/// The rows behind an act; undo and redo are no functions of the rows alone and are refused here.
///
/// # Errors
/// When it cannot be done; the rows stay as they are then.
pub fn apply(act: &Act, lines: &[Line], engine: &Engine) -> Result<Vec<Line>, ActError> {
    let mut lines = lines.to_vec();
    let at = |bead: usize| bead.checked_sub(1).filter(|&at| at < lines.len()).ok_or(ActError::NoBead(bead));
    match *act {
        Act::Accept { bead } => {
            let at = at(bead)?;
            lines[at].lock(true);
        }
        Act::Unlock { bead } => {
            let at = at(bead)?;
            lines[at].unlock();
        }
        Act::Note { bead, ref text } => {
            let at = at(bead)?;
            lines[at].set_note(text.trim());
        }
        Act::Dismiss { bead, finding } => {
            let at = at(bead)?;
            let held = lines[at].findings.iter_mut().filter(|held| !held.dismissed).nth(finding);
            held.ok_or(ActError::NoFinding(bead, finding))?.dismissed = true;
        }
        Act::Merge { bead } => {
            let at = at(bead)?;
            merge(&mut lines, at)?;
        }
        Act::Split { bead, source, target } => {
            let at = at(bead)?;
            split(&mut lines, at, Pair::new(source, target))?;
        }
        Act::Move { bead, side, to } => {
            let at = at(bead)?;
            shift(&mut lines, at, side, to)?;
        }
        Act::Realign => lines = realign::realign(&lines, engine)?,
        Act::Undo => return Err(ActError::Nothing("undo")),
        Act::Redo => return Err(ActError::Nothing("redo")),
    }
    number(&mut lines);
    Ok(lines)
}

/// The sentences of both sides of some lines, in the order of their texts.
fn joined(lines: &[Line], at: std::ops::Range<usize>) -> Pair<Vec<super::lines::Sentence>> {
    Pair::new(Side::Source, Side::Target).map(|side| {
        let ranks = ranks(lines, side);
        let mut all: Vec<_> = at.clone().flat_map(|k| ranks[k].iter().copied().zip(lines[k].sentences(side))).collect();
        all.sort_by_key(|(rank, _)| *rank);
        all.into_iter().map(|(_, sentence)| sentence).collect()
    })
}

/// One line of what two say.
fn take_in(line: &mut Line, other: &Line) {
    let notes: Vec<&str> = [line.note(), other.note()].into_iter().filter(|note| !note.is_empty()).collect();
    let note = notes.join("\n");
    for (key, value) in &other.row.extra {
        if !line.row.extra.contains_key(key) {
            line.row.extra.insert(key.clone(), value.clone());
        }
    }
    line.set_note(&note);
    for flag in &other.row.flags {
        if !line.row.flags.contains(flag) {
            line.row.flags.push(flag.clone());
        }
    }
}

fn merge(lines: &mut Vec<Line>, at: usize) -> Result<(), ActError> {
    if at + 1 >= lines.len() {
        return Err(ActError::NoNeighbour(at + 1, "behind"));
    }
    let sentences = joined(lines, at..at + 2);
    let other = lines.remove(at + 1);
    let line = &mut lines[at];
    take_in(line, &other);
    line.findings.extend(other.findings);
    line.put(sentences);
    line.lock(false);
    settle(lines, at, 1)
}

fn split(lines: &mut Vec<Line>, at: usize, stay: Pair<usize>) -> Result<(), ActError> {
    let line = &lines[at];
    let mut first = Pair::new(line.sentences(Side::Source), line.sentences(Side::Target));
    let count = first.as_ref().map(Vec::len);
    if stay.source > count.source
        || stay.target > count.target
        || stay.source + stay.target == 0
        || (stay.source, stay.target) == (count.source, count.target)
    {
        return Err(ActError::NothingLeft(at + 1));
    }
    let rest = Pair::new(first.source.split_off(stay.source), first.target.split_off(stay.target));
    let id = fresh(lines).next().expect("numbers do not end");
    let findings = std::mem::take(&mut lines[at].findings);
    let mut second = lines[at].clone();
    second.row.id = id;
    second.set_note("");
    lines[at].put(first);
    second.put(rest);
    lines[at].lock(false);
    second.lock(false);
    lines.insert(at + 1, second);
    hold(&mut lines[at..at + 2], findings.into_iter().map(|held| (0, held)).collect());
    settle(lines, at, 2)
}

fn shift(lines: &mut Vec<Line>, at: usize, side: Side, to: Way) -> Result<(), ActError> {
    let other = match to {
        Way::Up => at.checked_sub(1).ok_or(ActError::NoNeighbour(at + 1, "before"))?,
        Way::Down => {
            Some(at + 1).filter(|&other| other < lines.len()).ok_or(ActError::NoNeighbour(at + 1, "behind"))?
        }
    };
    let sides = |line: &Line| Pair::new(line.sentences(Side::Source), line.sentences(Side::Target));
    let (mut from, mut into) = (sides(&lines[at]), sides(&lines[other]));
    if from[side].is_empty() {
        return Err(ActError::NoSentence(at + 1));
    }
    match to {
        Way::Up => into[side].push(from[side].remove(0)),
        Way::Down => into[side].insert(0, from[side].pop().expect("it has one")),
    }
    lines[at].put(from);
    lines[other].put(into);
    lines[at].lock(false);
    lines[other].lock(false);
    let first = at.min(other);
    let findings: Vec<(usize, Held)> = (0..2)
        .flat_map(|k| std::mem::take(&mut lines[first + k].findings).into_iter().map(move |held| (k, held)))
        .collect();
    let mut count = 2;
    if lines[at].is_empty() {
        let gone = lines.remove(at);
        take_in(&mut lines[first], &gone);
        count = 1;
    }
    hold(&mut lines[first..first + count], findings);
    settle(lines, first, count)
}

/// Sees to it that changed lines are such as a text can have: their sentences side by side; one that crosses others marked as moved,
/// and what the translation alone has where it has it.
fn settle(lines: &mut Vec<Line>, first: usize, count: usize) -> Result<(), ActError> {
    for side in Side::BOTH {
        let ranks = ranks(lines, side);
        if let Some(bad) = (first..first + count).find(|&at| !is_run(&ranks[at])) {
            return Err(ActError::Apart(bad + 1));
        }
    }
    for at in (first..first + count).rev() {
        let crosses = crosses(lines, at);
        let pair = !lines[at].row.source.is_empty() && !lines[at].row.target.is_empty();
        lines[at].set_moved(crosses && pair);
        if crosses && lines[at].row.source.is_empty() {
            let target = ranks(lines, Side::Target);
            let own = target[at][0];
            let before = own.checked_sub(1).and_then(|rank| target.iter().position(|ranks| ranks.contains(&rank)));
            let line = lines.remove(at);
            let to = before.map_or(0, |before| before + 1 - usize::from(before > at));
            lines.insert(to, line);
        }
    }
    Ok(())
}

/// True when the translation has the line's sentences before those of a line above it, or behind those of one below it; lines that are
/// moved themselves do not count.
fn crosses(lines: &[Line], at: usize) -> bool {
    let ranks = ranks(lines, Side::Target);
    let Some((&own_first, &own_last)) = ranks[at].first().zip(ranks[at].last()) else { return false };
    let others = |range: std::ops::Range<usize>| range.filter(|&k| !lines[k].is_moved()).flat_map(|k| &ranks[k]);
    others(0..at).any(|&rank| rank > own_first) || others(at + 1..lines.len()).any(|&rank| rank < own_last)
}

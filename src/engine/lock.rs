//! A reader's corrections: beads that a re-alignment keeps, found in the document by their texts.
//!
//! A document's *visible* text is that of its segments without white space and Markdown's `**`. A lock's side is looked for at its
//! spans (or given lines), and, where these no longer have its text, anywhere, if the text stands there only once. Then the segments
//! are cut where the lock's begin and end: the corrected pair stands as the reader made it, whatever the splitter thinks. Sentences that were
//! given are not cut.

use crate::align::Constraints;
use crate::bead::{Alignment, Status};
use crate::document::{Content, Document, Metadata, Section, Segment};
use crate::span::{Block, ByteRange, Pair, SegmentRange, Side};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A bead that a re-alignment must keep.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lock {
    /// The row's id, which it keeps.
    pub id: String,
    /// Where its segments stand; empty on an empty side, or where it is not known.
    pub spans: Pair<Vec<ByteRange>>,
    /// Its segments; none on an empty side.
    pub texts: Pair<Vec<String>>,
    /// The 0-based lines, or places in the list, of given segments.
    pub index: Pair<Option<Vec<u32>>>,
    /// Remarks on the bead, which it keeps. With `moved` among them the translation is known to have it elsewhere.
    pub flags: Vec<String>,
    /// What the row says of its document; it keeps what the document does not say itself.
    pub meta: Metadata,
    /// Fields that others have added, which it keeps.
    pub extra: Map<String, Value>,
}

/// The flag of a bead that the translation has elsewhere.
pub const MOVED: &str = "moved";

/// Two paragraphs, or given lines, that begin together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Anchor {
    /// The numbers, from 1: of lines where the input is segmented, else of the body's paragraphs, as rows have them.
    pub number: Pair<u32>,
}

/// What is to be kept of one document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    /// Its locked beads.
    pub locks: Vec<Lock>,
    /// Its anchors.
    pub anchors: Vec<Anchor>,
}

impl Kept {
    /// All of it as lost, where its document was not aligned.
    pub fn unmet(&self, doc: &str) -> Vec<Lost> {
        let lost = |place: String, reason, locked: &Pair<Vec<String>>| Lost {
            path: String::new(),
            place,
            reason,
            message: format!("no document {doc} was aligned: see whether the input has it, and under that id"),
            locked: locked.clone(),
            found: Pair::default(),
        };
        let locks = self.locks.iter().map(|lock| lost(lock.id.clone(), "lock", &lock.texts));
        let anchors = self.anchors.iter().map(|anchor| lost(anchor.place(doc), "anchor", &Pair::default()));
        locks.chain(anchors).collect()
    }
}

impl Anchor {
    fn place(&self, doc: &str) -> String {
        format!("{doc}, anchor {} {}", self.number.source, self.number.target)
    }
}

/// A lock or an anchor that could not be kept: a line of `OUT.rejected.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lost {
    /// The document's file.
    pub path: String,
    /// The row's id, or the anchor's numbers.
    pub place: String,
    /// `lock` or `anchor`.
    pub reason: &'static str,
    /// A sentence that says why, and what to do.
    pub message: String,
    /// The texts that were locked.
    pub locked: Pair<Vec<String>>,
    /// What stands at their places now; null where that is nowhere.
    pub found: Pair<Option<String>>,
}

/// What became of a document's constraints.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) constraints: Constraints,
    /// The locks that hold, and their beads.
    pub(super) held: Vec<(Block, Lock)>,
    pub(super) lost: Vec<Lost>,
}

impl Placed {
    /// The locks that hold, by the number of their bead in `alignment`.
    pub(super) fn by_bead(&self, alignment: &Alignment) -> BTreeMap<usize, Lock> {
        // One side says which: no two locks share a segment.
        let key =
            |block: Block| if block.source.is_empty() { (1, block.target.start) } else { (0, block.source.start) };
        let locks: BTreeMap<_, &Lock> = self.held.iter().map(|(block, lock)| (key(*block), lock)).collect();
        let beads = alignment.beads.iter().enumerate().filter(|(_, bead)| bead.status == Status::Locked);
        beads.filter_map(|(index, bead)| Some((index, (*locks.get(&key(bead.block))?).clone()))).collect()
    }
}

/// Puts the locks and anchors of `kept` to their places, cutting the segments where a locked bead begins or ends within one.
pub(super) fn place(kept: &Kept, document: &Document, segments: &mut Pair<Vec<Segment>>) -> Placed {
    let path = document.meta.get("path").and_then(Value::as_str).unwrap_or_default();
    let visible = Pair::new(Side::Source, Side::Target).map(|side| Visible::of(document.text(side), &segments[side]));
    let mut lost = Vec::new();
    let mut found: Vec<(&Lock, Pair<Vec<ByteRange>>)> = Vec::new();
    let mut taken: Pair<BTreeMap<usize, (usize, usize)>> = Pair::default();
    for (index, lock) in kept.locks.iter().enumerate() {
        if kept.locks[..index].contains(lock) {
            continue;
        }
        let lose = |message: String| lose(path, lock, document, &visible, message);
        let look = |side: Side| find(lock, side, document, &visible[side], &segments[side]);
        let pieces = match (look(Side::Source), look(Side::Target)) {
            (Ok(source), Ok(target)) if source.is_empty() && target.is_empty() => {
                lost.push(lose("the locked row has no text".into()));
                continue;
            }
            (Ok(source), Ok(target)) => Pair::new(source, target),
            (Err(message), Ok(_)) | (Ok(_), Err(message)) => {
                lost.push(lose(message));
                continue;
            }
            (Err(source), Err(target)) => {
                lost.push(lose(if source == target { source } else { format!("{source}; {target}") }));
                continue;
            }
        };
        let overlapped = Side::BOTH.into_iter().find_map(|side| {
            let hull = hull(&pieces[side])?;
            let (_, &(end, other)) = taken[side].range(..hull.end).next_back()?;
            (end > hull.start).then_some(other)
        });
        if let Some(other) = overlapped {
            lost.push(lose(format!(
                "it has text of {}, which is locked too: unlock one of them",
                kept.locks[other].id
            )));
            continue;
        }
        for side in Side::BOTH {
            taken[side].extend(hull(&pieces[side]).map(|hull| (hull.start, (hull.end, index))));
        }
        found.push((lock, pieces));
    }
    for side in Side::BOTH {
        if matches!(document.content[side], Content::Paragraphs(_)) {
            let pieces = found.iter().flat_map(|(_, pieces)| &pieces[side]).copied().collect();
            segments[side] = cut(document.text(side), &segments[side], pieces);
        }
    }
    let mut placed = Placed { constraints: Constraints::default(), held: Vec::new(), lost };
    for (lock, pieces) in found {
        let block = Block {
            source: covered(&segments.source, &pieces.source),
            target: covered(&segments.target, &pieces.target),
        };
        match placed.constraints.lock(block, lock.flags.iter().any(|flag| flag == MOVED)) {
            Ok(()) => placed.held.push((block, lock.clone())),
            Err(conflict) => placed.lost.push(lose(path, lock, document, &visible, conflict.to_string())),
        }
    }
    let place = |anchor: &Anchor| {
        Pair::new(Side::Source, Side::Target)
            .map(|side| begins(&document.content[side], &segments[side], anchor.number[side]))
    };
    let places: Vec<Pair<Option<usize>>> = kept.anchors.iter().map(place).collect();
    let there = places.iter().filter_map(|at| Some(Pair::new(at.source?, at.target?)));
    let mut became = placed.constraints.anchor_all(&there.collect::<Vec<_>>()).into_iter();
    for (anchor, at) in kept.anchors.iter().zip(places) {
        let message = match (at.source, at.target) {
            (Some(_), Some(_)) => match became.next().expect("there is one for each") {
                Ok(()) => continue,
                Err(conflict) => conflict.to_string(),
            },
            (None, _) => format!("nothing begins at {} of the original", anchor.number.source),
            (_, None) => format!("nothing begins at {} of the translation", anchor.number.target),
        };
        placed.lost.push(Lost {
            path: path.to_owned(),
            place: anchor.place(&document.id),
            reason: "anchor",
            message,
            locked: Pair::default(),
            found: Pair::default(),
        });
    }
    placed
}

/// A lock that could not be kept, with what stands at its places now.
fn lose(path: &str, lock: &Lock, document: &Document, visible: &Pair<Visible<'_>>, message: String) -> Lost {
    let now = |side: Side| {
        let hull = hull(&lock.spans[side])?;
        let here = visible[side].range(hull);
        (!here.is_empty()).then(|| document.text(side).get(hull.start..hull.end).map(str::to_owned)).flatten()
    };
    Lost {
        path: path.to_owned(),
        place: lock.id.clone(),
        reason: "lock",
        message,
        locked: lock.texts.clone(),
        found: Pair::new(now(Side::Source), now(Side::Target)),
    }
}

/// From the beginning of the first to the end of the last.
fn hull(pieces: &[ByteRange]) -> Option<ByteRange> {
    let (first, last) = (pieces.first()?, pieces.last()?);
    (first.start < last.end).then(|| ByteRange::new(first.start, last.end))
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Source => "original",
        Side::Target => "translation",
    }
}

/// Where one side of a lock stands, or why it stands nowhere.
fn find(
    lock: &Lock,
    side: Side,
    document: &Document,
    visible: &Visible<'_>,
    segments: &[Segment],
) -> Result<Vec<ByteRange>, String> {
    let texts: Vec<String> = lock.texts[side].iter().map(|text| visible_of(text)).collect();
    let wanted = texts.concat();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let given = match (&document.content[side], &lock.index[side]) {
        (Content::Segments(_, places), Some(lines)) => {
            let range = |line: &u32| places.binary_search(line).ok().map(|at| segments[at].range);
            lines.iter().map(range).collect::<Option<Vec<_>>>()
        }
        _ => None,
    };
    let pieces =
        [Some(lock.spans[side].clone()), given].into_iter().flatten().find(|spans| visible.holds(spans, &wanted)).map(
            |spans| spans.into_iter().map(|span| span.trimmed(visible.text)).filter(|span| !span.is_empty()).collect(),
        );
    let pieces: Vec<ByteRange> = match pieces {
        Some(pieces) => pieces,
        None => visible.search(&wanted, &texts).map_err(|places| match places {
            0 if texts.iter().all(|text| visible.chars.contains(text)) => {
                format!("its segments do not lie side by side in the {}", name(side))
            }
            0 => format!("the {} no longer has its text: correct the row, or unlock it", name(side)),
            _ => format!("its text stands in {places} places of the {}, and none is where it was", name(side)),
        })?,
    };
    if pieces.iter().any(|&piece| visible_of(piece.of(visible.text)) != visible.range(piece)) {
        return Err(format!("in the {} something that is no part of the text stands within it", name(side)));
    }
    if let (Content::Segments(..), Some(hull)) = (&document.content[side], hull(&pieces)) {
        let begins = segments.iter().any(|segment| segment.range.start == hull.start);
        if !begins || !segments.iter().any(|segment| segment.range.end == hull.end) {
            return Err(format!("it begins or ends within a given line of the {}", name(side)));
        }
    }
    Ok(pieces)
}

/// The segments, cut at the borders of `pieces`, which take the place of what lies in them.
fn cut(text: &str, segments: &[Segment], mut pieces: Vec<ByteRange>) -> Vec<Segment> {
    pieces.sort_unstable();
    let mut cut: Vec<Segment> = Vec::with_capacity(segments.len() + pieces.len());
    let mut pieces = pieces.into_iter().peekable();
    for segment in segments {
        let part = |range: ByteRange| Segment::new(text, range, segment.paragraph as usize, segment.section);
        let rest = |range: ByteRange| {
            let range = range.trimmed(text);
            (!visible_of(range.of(text)).is_empty()).then(|| part(range))
        };
        // What a piece that began in an earlier segment has of this one.
        let mut from = cut.last().map_or(segment.range.start, |last| last.range.end.max(segment.range.start));
        while let Some(piece) = pieces.next_if(|piece| piece.start < segment.range.end) {
            if from < piece.start {
                cut.extend(rest(ByteRange::new(from, piece.start)));
            }
            cut.push(part(piece));
            from = piece.end;
        }
        if from < segment.range.end {
            if from == segment.range.start {
                cut.push(*segment)
            } else {
                cut.extend(rest(ByteRange::new(from, segment.range.end)))
            }
        }
    }
    cut
}

/// The segments that lie in `pieces`.
fn covered(segments: &[Segment], pieces: &[ByteRange]) -> SegmentRange {
    let Some(hull) = hull(pieces) else { return SegmentRange::default() };
    let start = segments.partition_point(|segment| segment.range.start < hull.start);
    let end = segments.partition_point(|segment| segment.range.start < hull.end);
    SegmentRange::new(start, end)
}

/// The first segment of a given line, or of a paragraph of the body, by its number from 1.
fn begins(content: &Content, segments: &[Segment], number: u32) -> Option<usize> {
    let number = number.checked_sub(1)?;
    match content {
        Content::Segments(_, places) => places.binary_search(&number).ok(),
        Content::Paragraphs(_) => {
            let paragraph = number + title_paragraphs(segments);
            segments.iter().position(|segment| segment.section == Section::Body && segment.paragraph == paragraph)
        }
    }
}

/// The paragraphs of a side before its body's.
pub(crate) fn title_paragraphs(segments: &[Segment]) -> u32 {
    let titles = segments.iter().filter(|segment| segment.section == Section::Title);
    titles.map(|segment| segment.paragraph + 1).max().unwrap_or(0)
}

/// The characters of a text that count, with their places.
fn visible_chars(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut skip = false;
    text.char_indices().filter(move |&(at, c)| {
        let star = !skip && text[at..].starts_with("**");
        let skipped = skip || star;
        skip = star;
        !skipped && !c.is_whitespace()
    })
}

fn visible_of(text: &str) -> String {
    visible_chars(text).map(|(_, c)| c).collect()
}

/// What of a side's text stands in its segments and counts.
struct Visible<'t> {
    text: &'t str,
    chars: String,
    /// For each character, its place in `chars` and in the text.
    places: Vec<(usize, usize)>,
}

impl<'t> Visible<'t> {
    fn of(text: &'t str, segments: &[Segment]) -> Self {
        let (mut chars, mut places) = (String::new(), Vec::new());
        for segment in segments {
            for (at, c) in visible_chars(segment.range.of(text)) {
                places.push((chars.len(), segment.range.start + at));
                chars.push(c);
            }
        }
        Self { text, chars, places }
    }

    /// What lies in a range of the text.
    fn range(&self, range: ByteRange) -> &str {
        let place = |at: usize| {
            let index = self.places.partition_point(|place| place.1 < at);
            self.places.get(index).map_or(self.chars.len(), |place| place.0)
        };
        &self.chars[place(range.start)..place(range.end)]
    }

    /// True when `spans` lie in order within the text and have `wanted`, in simplified or traditional characters.
    fn holds(&self, spans: &[ByteRange], wanted: &str) -> bool {
        let border = |at: usize| at <= self.text.len() && self.text.is_char_boundary(at);
        let whole = |span: &ByteRange| span.start <= span.end && border(span.start) && border(span.end);
        let ascend = spans.windows(2).all(|pair| pair[0].end <= pair[1].start);
        let Some(hull) = hull(spans).filter(|_| ascend && spans.iter().all(whole)) else { return false };
        let here = self.range(hull);
        let inside: usize = spans.iter().map(|&span| self.range(span).len()).sum();
        inside == here.len() && (here == wanted || hanconv::t2s(here) == hanconv::t2s(wanted))
    }

    /// The one place that has `wanted`, cut into its texts; else how many have it.
    fn search(&self, wanted: &str, texts: &[String]) -> Result<Vec<ByteRange>, usize> {
        let found: Vec<usize> = self.chars.match_indices(wanted).map(|(at, _)| at).collect();
        let [at] = found[..] else { return Err(found.len()) };
        let mut from = at;
        let place = |at: usize| self.places.partition_point(|place| place.0 < at);
        let pieces = texts.iter().filter(|text| !text.is_empty()).map(|text| {
            let (first, last) = (place(from), place(from + text.len()) - 1);
            from += text.len();
            let start = self.places[first].1;
            let last = self.places[last].1;
            let end = last + self.text[last..].chars().next().map_or(0, char::len_utf8);
            ByteRange::new(start, end)
        });
        Ok(pieces.collect())
    }
}

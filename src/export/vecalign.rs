//! vecalign's form: `[0, 1]:[2]:0.139594`, 0-based segments (lines, where the input was lines), the third field a cost: here
//! in nats. Of several documents each has a line `# id` before it.

use super::Exporter;
use crate::document::Content;
use crate::engine::Aligned;
use crate::span::{SegmentRange, Side};
use std::io::Write;

pub(super) struct Vecalign {
    pub(super) headings: bool,
}

fn list(aligned: &Aligned, side: Side, run: SegmentRange) -> String {
    let numbers: Vec<String> = match &aligned.document.content[side] {
        Content::Segments(_, places) => places[run.indices()].iter().map(u32::to_string).collect(),
        Content::Paragraphs(_) => run.indices().map(|index| index.to_string()).collect(),
    };
    format!("[{}]", numbers.join(", "))
}

impl Exporter for Vecalign {
    fn document(&self, aligned: &Aligned, files: &mut [Vec<u8>]) {
        let out = &mut files[0];
        let mut put = |line: String| writeln!(out, "{line}").expect("buffers take all");
        if self.headings {
            put(format!("# {}", aligned.document.id));
        }
        for bead in &aligned.alignment.beads {
            let [source, target] = Side::BOTH.map(|side| list(aligned, side, bead.block[side]));
            put(format!("{source}:{target}:{:.6}", bead.cost.nats()));
        }
    }
}

//! JSON Lines, one row a line.

use super::{Exporter, rows};
use crate::engine::Aligned;

pub(super) struct Jsonl;

impl Exporter for Jsonl {
    fn document(&self, aligned: &Aligned, files: &mut [Vec<u8>]) {
        for row in rows(aligned) {
            serde_json::to_writer(&mut files[0], &row).expect("rows are plain data, buffers take all");
            files[0].push(b'\n');
        }
    }
}

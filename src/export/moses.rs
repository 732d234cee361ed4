//! Moses: one file a language, a pair a line, the same number of lines in each; `.ids` and `.confidences` beside them.
//! Omissions and additions have no place in it.

use super::{Exporter, line, rows};
use crate::engine::Aligned;
use crate::span::Pair;

pub(super) struct Moses {
    pub(super) language: Pair<String>,
}

impl Exporter for Moses {
    fn suffixes(&self) -> Vec<String> {
        let Pair { source, target } = &self.language;
        let second = if source == target { format!("{target}.target") } else { target.clone() };
        vec![format!(".{source}"), format!(".{second}"), ".ids".into(), ".confidences".into()]
    }

    fn document(&self, aligned: &Aligned, files: &mut [Vec<u8>]) {
        for row in rows(aligned).filter(|row| !row.source.is_empty() && !row.target.is_empty()) {
            let lines = [
                line(&row.source, &row.source_lang),
                line(&row.target, &row.target_lang),
                row.id.clone(),
                row.confidence.to_string(),
            ];
            for (file, line) in files.iter_mut().zip(lines) {
                file.extend_from_slice(line.as_bytes());
                file.push(b'\n');
            }
        }
    }
}

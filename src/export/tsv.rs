//! Tab-separated values with a header, quoted where a field needs it, as spreadsheets and data frames read them.

use super::{Exporter, line, rows};
use crate::engine::Aligned;

const HEADER: [&str; 10] =
    ["id", "kind", "section", "source", "target", "confidence", "cost", "status", "date", "title"];

pub(super) struct Tsv;

fn record<'f>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = &'f str>) {
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_writer(&mut *out);
    writer.write_record(fields).expect("buffers take all");
    writer.flush().expect("buffers take all");
}

impl Exporter for Tsv {
    fn head(&self, files: &mut [Vec<u8>]) {
        record(&mut files[0], HEADER);
    }

    fn document(&self, aligned: &Aligned, files: &mut [Vec<u8>]) {
        for row in rows(aligned) {
            let meta = |key: &str| row.meta.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
            let section = match row.section {
                crate::document::Section::Title => "title",
                crate::document::Section::Body => "body",
            };
            let fields = [
                row.id.clone(),
                row.kind.clone(),
                section.into(),
                line(&row.source, &row.source_lang),
                line(&row.target, &row.target_lang),
                row.confidence.to_string(),
                row.cost.to_string(),
                row.status.clone().into_owned(),
                meta("date"),
                meta("title"),
            ];
            record(&mut files[0], fields.iter().map(String::as_str));
        }
    }
}

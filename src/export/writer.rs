//! The one way from rows to files: finds where documents begin, leaves out what the format cannot hold, and counts it.

use super::row::Row;
use super::{Context, Exporter, Form, Format, Item, Sink};
use crate::span::{Pair, Side};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// What a format could not keep: nothing is lost in silence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loss {
    /// Rows left out: omissions and additions.
    pub left_out: [u64; 2],
    /// Rows that had an item which the format drops.
    pub items: BTreeMap<Item, u64>,
    /// Rows with characters that the format cannot hold, replaced.
    pub characters: u64,
    /// Anything else: what, and in how many rows.
    pub others: Vec<(String, u64)>,
}

impl Loss {
    /// True when nothing was lost.
    pub fn is_none(&self) -> bool {
        *self == Loss::default()
    }

    /// In words, what and how many; empty when nothing was lost.
    pub fn words(&self) -> String {
        let count = |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let mut parts = Vec::new();
        let [omissions, additions] = self.left_out;
        if omissions > 0 {
            parts.push(format!("{} left out", count(omissions, "omission", "omissions")));
        }
        if additions > 0 {
            parts.push(format!("{} left out", count(additions, "addition", "additions")));
        }
        if self.characters > 0 {
            parts.push(format!("characters replaced in {}", count(self.characters, "row", "rows")));
        }
        parts.extend(self.others.iter().map(|(what, rows)| format!("{what} in {}", count(*rows, "row", "rows"))));
        // Most items are dropped from most rows: those with the same number of rows are told together.
        let mut by_count: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
        for (item, &rows) in &self.items {
            by_count.entry(rows).or_default().push(item.name());
        }
        for (rows, names) in by_count.iter().rev() {
            parts.push(format!("{} not kept of {}", names.join(", "), count(*rows, "row", "rows")));
        }
        parts.join("; ")
    }
}

/// Writes rows in one format.
pub struct Writer {
    form: &'static Form,
    exporter: Box<dyn Exporter>,
    files: Vec<Box<dyn Sink>>,
    language: Pair<String>,
    document: Option<Arc<str>>,
    loss: Loss,
}

impl Writer {
    /// A writer to `files`, one for each name of [`Form::files`]. What stands before the first row is written at once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(format: Format, context: &Context, files: Vec<Box<dyn Sink>>) -> io::Result<Self> {
        let mut writer = Self::resumed(format, context, files);
        writer.exporter.begin(&mut writer.files)?;
        Ok(writer)
    }

    /// A writer to files that begin already, and end behind a document; of formats that [resume](Format::resumes).
    pub fn resumed(format: Format, context: &Context, files: Vec<Box<dyn Sink>>) -> Self {
        let form = format.form();
        Self {
            form,
            exporter: (form.exporter)(context),
            files,
            language: context.language.clone(),
            document: None,
            loss: Loss::default(),
        }
    }

    /// Hands on what the files still hold.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.files.iter_mut().try_for_each(|file| file.flush())
    }

    /// Writes a row. Rows of one document stand together, in text order.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, row: &Row) -> io::Result<()> {
        let keeps = self.form.keeps;
        if !row.is_pair() && !keeps.contains(&Item::OneSided) {
            self.loss.left_out[usize::from(!row.has(Side::Source))] += 1;
            return Ok(());
        }
        self.count(row);
        if self.document.as_ref() != Some(&row.doc) {
            if self.document.is_some() {
                self.exporter.close(&mut self.files)?;
            }
            self.document = Some(Arc::clone(&row.doc));
            self.exporter.open(row, &mut self.files)?;
        }
        self.exporter.row(row, &mut self.files)
    }

    fn count(&mut self, row: &Row) {
        for item in Item::ALL.into_iter().filter(|item| !self.form.keeps.contains(item)) {
            let lost = match item {
                Item::Languages => {
                    *row.source_lang != *self.language.source || *row.target_lang != *self.language.target
                }
                Item::Meta => row.meta.keys().any(|key| !self.keeps_meta(key)),
                _ => item.is_in(row),
            };
            if lost {
                *self.loss.items.entry(item).or_default() += 1;
            }
        }
        let Form { charset, values, .. } = self.form;
        let keeps_id = self.form.keeps.contains(&Item::Id);
        let changed = row.source.iter().chain(&row.target).any(|text| charset.changes(text))
            || (keeps_id && (values.changes(&row.id) || values.changes(&row.doc)))
            || row.meta.iter().chain(&row.extra).any(|(key, value)| {
                self.keeps_meta(key) && (values.changes(key) || value.as_str().is_some_and(|text| values.changes(text)))
            });
        self.loss.characters += u64::from(changed);
    }

    fn keeps_meta(&self, key: &str) -> bool {
        self.form.keeps.contains(&Item::Meta) || self.form.keeps_meta.contains(&key)
    }

    /// Writes what stands behind the last row; gives the files back, and what was lost.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<(Vec<Box<dyn Sink>>, Loss)> {
        if self.document.is_some() {
            self.exporter.close(&mut self.files)?;
        }
        self.exporter.end(&mut self.files)?;
        self.files.iter_mut().try_for_each(|file| file.flush())?;
        self.loss.others = self.exporter.losses();
        Ok((self.files, self.loss))
    }
}

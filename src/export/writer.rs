//! The one way from rows to files: finds where documents begin, leaves out what the format cannot hold, and counts it.

use super::row::Row;
use super::{Charset, Context, Exporter, Form, Format, Item, Sink};
use crate::span::{Pair, Side};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Cursor, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

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

    fn add(&mut self, other: &Loss) {
        let Loss { left_out, items, characters, others } = other;
        self.left_out.iter_mut().zip(left_out).for_each(|(sum, rows)| *sum += rows);
        items.iter().for_each(|(&item, rows)| *self.items.entry(item).or_default() += rows);
        self.characters += characters;
        for (what, rows) in others {
            match self.others.iter_mut().find(|(known, _)| known == what) {
                Some((_, sum)) => *sum += rows,
                None => self.others.push((what.clone(), *rows)),
            }
        }
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

/// What a document is in the files of a format that is written [apart](Form::apart).
#[derive(Debug, Default)]
pub struct Apart {
    /// One for each name of [`Form::files`].
    files: Vec<Vec<u8>>,
    loss: Loss,
}

impl From<Vec<u8>> for Apart {
    /// The one file of a format that keeps all.
    fn from(file: Vec<u8>) -> Self {
        Self { files: vec![file], loss: Loss::default() }
    }
}

/// Bytes of a row's pieces that are put together before they go to a file in memory.
const PIECES: usize = 1 << 13;

/// A file in memory, to be read once it is written.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Buffer {
    fn with<T>(&self, act: impl FnOnce(&mut Cursor<Vec<u8>>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn take(&self) -> Vec<u8> {
        self.with(std::mem::take).into_inner()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|cursor| cursor.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Buffer {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.with(|cursor| cursor.seek(to))
    }
}

/// Writes rows in one format.
pub struct Writer {
    form: &'static Form,
    exporter: Box<dyn Exporter>,
    files: Vec<Box<dyn Sink>>,
    language: Pair<String>,
    /// What the format drops.
    dropped: Vec<Item>,
    keeps_id: bool,
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
            dropped: Item::ALL.into_iter().filter(|item| !form.keeps.contains(item)).collect(),
            keeps_id: form.keeps.contains(&Item::Id),
            document: None,
            loss: Loss::default(),
        }
    }

    /// What a document's rows are in a format that is written [apart](Form::apart), to be [put](Self::put) into its files.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn apart(format: Format, context: &Context, rows: &[Row]) -> io::Result<Apart> {
        let buffers: Vec<Buffer> =
            (format.form().files)(&context.name, context).iter().map(|_| Buffer::default()).collect();
        let sink = |buffer: &Buffer| Box::new(BufWriter::with_capacity(PIECES, buffer.clone())) as Box<dyn Sink>;
        let mut writer = Self::resumed(format, context, buffers.iter().map(sink).collect());
        rows.iter().try_for_each(|row| writer.row(row))?;
        let loss = writer.close()?;
        Ok(Apart { files: buffers.iter().map(Buffer::take).collect(), loss })
    }

    /// Writes a document that was made apart.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, document: &Apart) -> io::Result<()> {
        self.loss.add(&document.loss);
        self.files.iter_mut().zip(&document.files).try_for_each(|(file, bytes)| file.write_all(bytes))
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
        if self.dropped.contains(&Item::OneSided) && !row.is_pair() {
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
        for &item in &self.dropped {
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
        if [charset, values] == [&Charset::All; 2] {
            return;
        }
        let changed = row.source.iter().chain(&row.target).any(|text| charset.changes(text))
            || (self.keeps_id && (values.changes(&row.id) || values.changes(&row.doc)))
            || row.meta.iter().chain(&row.extra).any(|(key, value)| {
                self.keeps_meta(key) && (values.changes(key) || value.as_str().is_some_and(|text| values.changes(text)))
            });
        self.loss.characters += u64::from(changed);
    }

    fn keeps_meta(&self, key: &str) -> bool {
        !self.dropped.contains(&Item::Meta) || self.form.keeps_meta.contains(&key)
    }

    /// Ends the document that is open and hands on all; what was lost since the beginning.
    fn close(&mut self) -> io::Result<Loss> {
        if self.document.take().is_some() {
            self.exporter.close(&mut self.files)?;
        }
        self.flush()?;
        let mut loss = std::mem::take(&mut self.loss);
        loss.add(&Loss { others: self.exporter.losses(), ..Loss::default() });
        Ok(loss)
    }

    /// Writes what stands behind the last row; gives the files back, and what was lost.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<(Vec<Box<dyn Sink>>, Loss)> {
        let loss = self.close()?;
        self.exporter.end(&mut self.files)?;
        self.flush()?;
        Ok((self.files, loss))
    }
}

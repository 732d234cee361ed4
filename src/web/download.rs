//! Rows as files: of the hits of a search, or of an article, in every format that is written.

use super::Shared;
use super::params::Params;
use super::problem::Problem;
use crate::export::{Context, Format, Row, Writer};
use crate::store::Order;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A file in memory that is read when its writer is done.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Cursor<Vec<u8>>>>);

impl Buffer {
    fn with<T>(&self, work: impl FnOnce(&mut Cursor<Vec<u8>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Buffer {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.with(|file| file.seek(to))
    }
}

/// What is downloaded: a name and its bytes.
type File = (String, Vec<u8>);

pub(super) async fn hits(State(shared): State<Arc<Shared>>, Query(params): Query<Params>) -> Result<Response, Problem> {
    let file = shared.read(move |shared, store| {
        let query = params.query(&shared.language)?;
        // In the order of the store: the rows of a document stand together.
        let found = store.find(query.as_ref(), &params.filter()?, Order::Text)?;
        let mut output = Output::new(shared, &params.format, "hits")?;
        for pair in found.pairs {
            for hit in store.hits(query.as_ref(), &[pair])? {
                output.row(&store.row(&hit)?)?;
            }
        }
        output.finish()
    });
    file.await.map(download)
}

pub(super) async fn article(
    State(shared): State<Arc<Shared>>,
    Query(params): Query<Params>,
) -> Result<Response, Problem> {
    let file = shared.read(move |shared, store| {
        let article = store.article(&params.doc)?;
        let mut output = Output::new(shared, &params.format, &params.doc)?;
        for line in &article.lines {
            output.row(&line.row)?;
        }
        output.finish()
    });
    file.await.map(download)
}

struct Output {
    names: Vec<String>,
    buffers: Vec<Buffer>,
    writer: Writer,
    name: String,
}

fn failed(error: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the file could not be written: {error}"))
}

impl Output {
    fn new(shared: &Shared, format: &str, name: &str) -> Result<Self, Problem> {
        let format: Format = if format.is_empty() { "jsonl" } else { format }
            .parse()
            .map_err(|error| Problem::parameter("format", error))?;
        // Nothing that a file system takes for more than a name.
        let plain = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let stem: String = name.chars().map(plain).take(80).collect();
        let stem = stem.trim_start_matches('.');
        let name = format!("{}.{}", if stem.is_empty() { "rows" } else { stem }, format.form().name);
        let context = Context::new(shared.language.clone(), &name);
        let names = (format.form().files)(&name, &context);
        let buffers: Vec<Buffer> = names.iter().map(|_| Buffer::default()).collect();
        let files = buffers.iter().map(|buffer| Box::new(buffer.clone()) as _).collect();
        let writer = Writer::new(format, &context, files).map_err(failed)?;
        Ok(Self { names, buffers, writer, name })
    }

    fn row(&mut self, row: &Row) -> Result<(), Problem> {
        self.writer.row(row).map_err(failed)
    }

    /// The file; several of them packed into one.
    fn finish(self) -> Result<File, Problem> {
        self.writer.finish().map_err(failed)?;
        let mut files: Vec<File> = self
            .names
            .into_iter()
            .zip(self.buffers)
            .map(|(name, buffer)| (name, buffer.with(|file| std::mem::take(file.get_mut()))))
            .collect();
        if files.len() == 1 {
            return files.pop().ok_or_else(|| failed("the format has no file"));
        }
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            archive.start_file(name, SimpleFileOptions::default()).map_err(failed)?;
            archive.write_all(&bytes).map_err(failed)?;
        }
        Ok((format!("{}.zip", self.name), archive.finish().map_err(failed)?.into_inner()))
    }
}

fn download((name, bytes): File) -> Response {
    // What is not ASCII stands in the name's own encoding (RFC 6266, RFC 5987).
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, bytes).into_response()
}

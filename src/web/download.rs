//! Rows as files: of the hits of a search, or of an article, in every format that is written.

use super::Shared;
use super::params::Params;
use super::problem::Problem;
use crate::export::{Context, Format, Row, Sink, Writer};
use crate::store::Order;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderName};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom};
use std::iter;
use std::sync::Arc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Bytes that are sent at a time.
const CHUNK: usize = 1 << 16;

/// What is downloaded: a name, a file that has none on the disk, its length, and what the format could not keep.
struct Made {
    name: String,
    file: File,
    length: u64,
    loss: String,
}

pub(super) async fn hits(State(shared): State<Arc<Shared>>, Query(params): Query<Params>) -> Result<Response, Problem> {
    let file = shared.read(move |shared, store| {
        let query = params.query(&shared.language)?;
        // In the order of the store: the rows of a document stand together.
        let found = store.find(query.as_ref(), &params.filter()?, Order::Text)?;
        let mut output = Output::new(shared, &params.format, "hits")?;
        store.each_row(&found.pairs, |row| output.row(&row))?;
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
    files: Vec<File>,
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
        let files: Vec<File> = names.iter().map(|_| tempfile::tempfile()).collect::<io::Result<_>>().map_err(failed)?;
        let sinks = files.iter().map(|file| Ok(Box::new(BufWriter::new(file.try_clone()?)) as Box<dyn Sink>));
        let sinks = sinks.collect::<io::Result<_>>().map_err(failed)?;
        let writer = Writer::new(format, &context, sinks).map_err(failed)?;
        Ok(Self { names, files, writer, name })
    }

    fn row(&mut self, row: &Row) -> Result<(), Problem> {
        self.writer.row(row).map_err(failed)
    }

    /// The file; several of them packed into one.
    fn finish(self) -> Result<Made, Problem> {
        let Self { names, mut files, writer, mut name } = self;
        let (sinks, loss) = writer.finish().map_err(failed)?;
        drop(sinks);
        let file = if files.len() == 1 { files.pop() } else { None };
        let mut file = match file {
            Some(file) => file,
            None => {
                name += ".zip";
                pack(&names, files).map_err(failed)?
            }
        };
        let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.rewind().map_err(failed)?;
        Ok(Made { name, file, length, loss: loss.words() })
    }
}

fn pack(names: &[String], files: Vec<File>) -> io::Result<File> {
    let mut archive = ZipWriter::new(tempfile::tempfile()?);
    for (name, mut file) in names.iter().zip(files) {
        archive.start_file(name, SimpleFileOptions::default().large_file(true)).map_err(io::Error::other)?;
        file.rewind()?;
        io::copy(&mut file, &mut archive)?;
    }
    archive.finish().map_err(io::Error::other)
}

fn download(Made { name, mut file, length, loss }: Made) -> Response {
    // What is not ASCII stands in the name's own encoding (RFC 6266, RFC 5987).
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    // Names that others gave to fields may be in it.
    let loss: String = loss.chars().map(|c| if c.is_ascii_graphic() || c == ' ' { c } else { '?' }).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (HeaderName::from_static("bitext-loss"), loss),
    ];
    let chunks = iter::from_fn(move || {
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk) {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some(Ok(Bytes::from(chunk)))
            }
            Err(error) => Some(Err(error)),
        }
    });
    (headers, Body::from_stream(stream::iter(chunks))).into_response()
}

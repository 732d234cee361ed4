//! From article files to rows: `corpus/newspaper`, read from memory, split, aligned and written as JSON Lines to memory.

use bitext::archive::{Body, Entry, Input, Options, Reader};
use bitext::engine::{Engine, batch};
use bitext::export::{Context, Format, Row, Writer, rows};
use bitext::span::Pair;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::path::Path;

fn main() {
    divan::main();
}

fn entries() -> Vec<Entry> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/newspaper/articles");
    let reader =
        Reader::open(vec![Input::Path(folder)], Options::default()).expect("the corpus is part of the repository");
    reader.map(|entry| entry.expect("the corpus can be read")).collect()
}

fn text_bytes(entry: &Entry) -> usize {
    match &entry.body {
        Body::Article(text) => text.len(),
        Body::Texts { .. } | Body::Sentences(_) => 0,
    }
}

/// Items are articles; the corpus is taken ten times a run. The argument is the number of threads.
#[divan::bench(args = [1, 2], sample_count = 10)]
fn newspaper(bencher: Bencher<'_, '_>, jobs: usize) {
    let language = Pair::new("zh".to_owned(), "en".to_owned());
    let engine = Engine::new(None, Default::default(), language.clone()).expect("the built-in model");
    let context = Context::new(language, "rows.jsonl");
    let articles = entries();
    let articles: Vec<&Entry> = (0..10).flat_map(|_| &articles).collect();
    let run = |articles: Vec<Entry>| {
        let (mut written, mut rejects) = (0, 0);
        let memory = Box::new(std::io::Cursor::new(Vec::new()));
        let mut writer = Writer::new(Format::jsonl(), &context, vec![memory]).expect("memory takes all");
        let render = |aligned: &bitext::engine::Aligned| rows(aligned).collect::<Vec<Row>>();
        let sink = |outcome: batch::Outcome<Vec<Row>>| {
            match outcome.result {
                Ok(rows) => {
                    written += rows.len();
                    rows.iter().try_for_each(|row| writer.row(row))?;
                }
                Err(_) => rejects += 1,
            }
            Ok::<(), std::io::Error>(())
        };
        batch::run(&engine, jobs, articles.into_iter().map(Ok), render, sink).expect("memory takes all");
        writer.finish().expect("memory takes all");
        (written, rejects)
    };
    let fresh = || articles.iter().map(|&entry| entry.clone()).collect::<Vec<Entry>>();
    let (rows, rejects) = run(fresh());
    assert!((5000..10_000).contains(&rows) && rejects < 20, "{rows} rows, {rejects} articles set aside");
    bencher
        .counter(ItemsCount::new(articles.len()))
        .counter(BytesCount::new(articles.iter().map(|entry| text_bytes(entry)).sum::<usize>()))
        .with_inputs(fresh)
        .bench_local_values(run);
}

//! `bitext search`: a concordance of a store.

mod kwic;

use super::import::failure;
use super::output::{Output, guard};
use super::{Done, Failure};
use crate::export::select::{Dates, Kind};
use crate::span::{ByteRange, Pair, Side};
use crate::store::{Filter, Hit, Query, Store};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Hits that are sorted by their context; the first ones of the store.
const MOST_SORTED: usize = 200_000;

/// Find words in a store, in context, on both sides
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext search corpus.db 贸易
  bitext search corpus.db 'zh:贸易 en:trade' --dates 1953..1957
  bitext search corpus.db 'zh:白匪 -en:bandit*' --format jsonl
  bitext search corpus.db 合作社 --renderings
  bitext search corpus.db '\"five-year plan\"' --by-year

A query is words that are all to be in a pair: zh: or en: before one names its side, else its writing does; - before it means that it \
must not be there; \"several words\" are a phrase; * is any letters, ? one of them (in words of letters). Chinese is found in simplified and traditional characters, one \
character or more; words of other letters in all their forms.")]
pub(super) struct Arguments {
    /// The store, made by `bitext import`
    #[arg(value_name = "DB")]
    store: PathBuf,
    /// What to search for
    #[arg(value_name = "QUERY", required = true, allow_hyphen_values = true)]
    query: String,
    /// kwic (the hit in the middle, the other side below it), jsonl (rows), tsv or html; without it the ending of OUT decides
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Most hits; 0 for all
    #[arg(short = 'n', long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// By text, date, or what stands left or right of the hit
    #[arg(long, value_name = "ORDER", default_value = "text")]
    sort: Order,
    /// Count hits by year, and in a thousand pairs
    #[arg(long, conflicts_with_all = ["renderings", "format", "sort"])]
    by_year: bool,
    /// The words of the other side that go with the hits, the most strongly associated first
    #[arg(long, conflicts_with_all = ["format", "sort"])]
    renderings: bool,
    /// Hits of these dates, such as 1957-10..1957-12
    #[arg(long, value_name = "DATES")]
    dates: Option<Dates>,
    /// Hits on this page of the newspaper
    #[arg(long, value_name = "PAGE")]
    page: Option<String>,
    /// Hits in titles or in the body
    #[arg(long, value_name = "SECTION", value_parser = ["title", "body"])]
    section: Option<String>,
    /// Hits in beads of these kinds, such as 1-1,1-2
    #[arg(long = "kind", value_name = "KINDS", value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Hits in beads of at least this confidence
    #[arg(long, value_name = "P")]
    min_confidence: Option<f64>,
    /// Hits in beads of at most this confidence
    #[arg(long, value_name = "P")]
    max_confidence: Option<f64>,
    /// Hits in beads with a finding of this kind, such as number
    #[arg(long, value_name = "KIND")]
    finding: Option<crate::fidelity::Kind>,
    /// Write here, in the place of standard output
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// No closing line
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Kwic,
    Jsonl,
    Tsv,
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Order {
    Text,
    Date,
    Left,
    Right,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let store = Store::open(&arguments.store).map_err(failure)?;
    let language = store
        .language()
        .ok_or_else(|| Failure::Run(format!("{}: the store is empty", arguments.store.display())))?
        .clone();
    let query =
        Query::new(&arguments.query, &language).map_err(|error| Failure::Arguments(format!("QUERY: {error}")))?;
    let filter = Filter {
        dates: arguments.dates.clone(),
        page: arguments.page.clone(),
        section: arguments.section.clone(),
        kinds: arguments.kinds.clone(),
        min_confidence: arguments.min_confidence,
        max_confidence: arguments.max_confidence,
        finding: arguments.finding,
    };
    let output = arguments.output.as_deref().filter(|_| !arguments.by_year && !arguments.renderings);
    let format = super::by_ending(arguments.format, output, Format::Kwic, "")?;
    guard(arguments.output.clone(), [&arguments.store])?;
    let mut output = arguments.output.as_deref().map_or_else(|| Ok(Output::stdout()), Output::file)?;
    let words = if arguments.by_year {
        by_year(&store, &query, &filter, &mut output)?
    } else if arguments.renderings {
        renderings(&store, &query, &filter, arguments.limit, &mut output)?
    } else {
        concordance(&store, &query, &filter, arguments, format, &language, &mut output)?
    };
    output.finish()?;
    if !arguments.quiet {
        let _ = io::stderr().write_all(format!("{words}\n").as_bytes());
    }
    Ok(Done::All)
}

/// The first place that the query has found: on the side of its first word.
fn centre(hit: &Hit) -> (Side, ByteRange) {
    let side = if hit.found.source.is_empty() { Side::Target } else { Side::Source };
    (side, hit.found[side].first().copied().unwrap_or(ByteRange::new(0, 0)))
}

fn concordance(
    store: &Store,
    query: &Query,
    filter: &Filter,
    arguments: &Arguments,
    format: Format,
    language: &Pair<String>,
    output: &mut Output,
) -> Result<String, Failure> {
    let limit = if arguments.limit == 0 { usize::MAX } else { arguments.limit };
    let most = if arguments.sort == Order::Text { limit } else { MOST_SORTED };
    let (mut hits, mut more) = (Vec::new(), false);
    let each = |hit: Hit| {
        more = hits.len() >= most;
        if more {
            return ControlFlow::Break(());
        }
        hits.push(hit);
        ControlFlow::Continue(())
    };
    store.search(query, filter, each).map_err(failure)?;
    let left = |hit: &Hit| -> String {
        let (side, range) = centre(hit);
        hit.text[side][..range.start].chars().rev().collect()
    };
    let right = |hit: &Hit| -> String {
        let (side, range) = centre(hit);
        hit.text[side][range.end..].to_lowercase()
    };
    match arguments.sort {
        Order::Text => {}
        Order::Date => hits.sort_by(|a, b| a.date.cmp(&b.date)),
        Order::Left => hits.sort_by_cached_key(left),
        Order::Right => hits.sort_by_cached_key(right),
    }
    more |= hits.len() > limit;
    hits.truncate(limit);
    match format {
        Format::Kwic => {
            let view = kwic::View::new(arguments.output.is_none());
            hits.iter().try_for_each(|hit| output.write(view.hit(hit, centre(hit)).as_bytes()))?;
        }
        Format::Jsonl => {
            for hit in &hits {
                let mut row = store.row(hit).map_err(failure)?;
                row.extra.insert("found".into(), serde_json::to_value(&hit.found).map_err(Failure::run)?);
                let line = serde_json::to_string(&row).map_err(Failure::run)? + "\n";
                output.write(line.as_bytes())?;
            }
        }
        Format::Tsv => output.write(&tsv(&hits)?)?,
        Format::Html => output.write(kwic::page(&arguments.query, &hits, language).as_bytes())?,
    }
    let beyond = if more { "; there are more (--limit 0 for all)" } else { "" };
    Ok(format!("{} hits{beyond}", hits.len()))
}

fn tsv(hits: &[Hit]) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_writer(Vec::new());
    writer
        .write_record(["doc", "date", "page", "kind", "confidence", "left", "hit", "right", "other_side"])
        .map_err(Failure::run)?;
    for hit in hits {
        let (side, range) = centre(hit);
        let flat = |text: &str| text.replace('\n', " ");
        let text = &hit.text[side];
        let confidence = hit.confidence.map(|confidence| confidence.to_string()).unwrap_or_default();
        let fields = [
            &hit.doc,
            &hit.date,
            &hit.page,
            &hit.kind,
            &confidence,
            &flat(&text[..range.start]),
            range.of(text),
            &flat(&text[range.end..]),
            &flat(&hit.text[side.other()]),
        ];
        writer.write_record(fields).map_err(Failure::run)?;
    }
    writer.into_inner().map_err(Failure::run)
}

fn by_year(store: &Store, query: &Query, filter: &Filter, output: &mut Output) -> Result<String, Failure> {
    let mut years: BTreeMap<String, u64> = BTreeMap::new();
    let mut count = 0_u64;
    let each = |hit: Hit| {
        *years.entry(hit.date.get(..4).unwrap_or_default().to_owned()).or_default() += 1;
        count += 1;
        ControlFlow::Continue(())
    };
    store.search(query, filter, each).map_err(failure)?;
    let all: BTreeMap<String, u64> = store.pairs_by_year().map_err(failure)?.into_iter().collect();
    output.write(b"year\thits\tpairs\tin a thousand\n")?;
    for (year, hits) in &years {
        let pairs = all.get(year).copied().unwrap_or(0);
        let year = if year.is_empty() { "none" } else { year };
        let line = format!("{year}\t{hits}\t{pairs}\t{:.2}\n", *hits as f64 * 1000.0 / pairs.max(1) as f64);
        output.write(line.as_bytes())?;
    }
    Ok(format!("{count} hits"))
}

fn renderings(
    store: &Store,
    query: &Query,
    filter: &Filter,
    limit: usize,
    output: &mut Output,
) -> Result<String, Failure> {
    let (found, hits) = store.renderings(query, filter).map_err(failure)?;
    output.write(b"rendering\thits\tshare\tall pairs\tassociation\n")?;
    for rendering in found.iter().take(if limit == 0 { usize::MAX } else { limit }) {
        let share = rendering.pairs as f64 / hits.max(1) as f64;
        let line = format!(
            "{}\t{}\t{share:.3}\t{}\t{:.1}\n",
            rendering.word, rendering.pairs, rendering.all, rendering.association
        );
        output.write(line.as_bytes())?;
    }
    Ok(format!("{hits} hits looked at; association is Dunning's G²"))
}

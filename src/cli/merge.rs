//! `bitext merge`: the shards of a run into one output, with the rows in the order of the input.

use super::output::{Output, Packing, guard, is_file};
use super::run::{self, Beside};
use super::{Done, Failure, is_dash};
use crate::archive::Shard;
use crate::export::Format;
use crate::export::manifest::{Manifest, Order, Place};
use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Join the shards of a run
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  for i in 1 2 3 4; do bitext align archive/ --shard $i/4 -o part-$i.jsonl; done
  bitext merge part-*.jsonl -o rows.jsonl

The shards must be all there, whole, and of the same work: input, settings, model and learned table, as their manifests say. Rows stand \
in the order of the input, as one run without --shard would have written them; documents set aside are joined too.")]
pub(super) struct Arguments {
    /// The outputs of all shards (.jsonl, also .zst and .gz), in any order; their manifests lie beside them
    #[arg(value_name = "SHARD", required = true)]
    shards: Vec<PathBuf>,
    /// Write here (.jsonl, also .zst and .gz)
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// No summary
    #[arg(short, long)]
    quiet: bool,
}

/// One shard, being read.
struct Part {
    path: PathBuf,
    manifest: Manifest,
    shard: Shard,
    places: VecDeque<Place>,
    rows: Hashing,
    rejects: Box<dyn BufRead>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let (packing, plain) = Packing::of(&arguments.output);
    if Format::of(&plain) != Some(Format::jsonl()) || is_dash(&arguments.output) || !is_file(&arguments.output) {
        return Err(Failure::Arguments(
            "the output must be a file of rows: end it in .jsonl, .jsonl.zst or .jsonl.gz".into(),
        ));
    }
    let beside = Beside::of(&arguments.output)
        .ok_or_else(|| Failure::Arguments(format!("{} is no file", arguments.output.display())))?;
    let all_beside = || arguments.shards.iter().filter_map(|path| Beside::of(path));
    let written = beside.paths().into_iter().chain([arguments.output.clone()]);
    guard(written, arguments.shards.iter().cloned().chain(all_beside().flat_map(|own| own.paths())))?;
    // `part-*.jsonl` names what the shards have set aside, too.
    let rejects: BTreeSet<PathBuf> = all_beside().map(|own| own.rejects).collect();
    let shards = arguments.shards.iter().filter(|path| !rejects.contains(*path));
    let mut parts = shards.map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
    parts.sort_by_key(|part| part.shard.index());
    check(&parts)?;
    let mut output = Output::packed(&arguments.output, packing)?;
    let mut rejects = Output::file(&beside.rejects)?;
    let mut line = Vec::new();
    // The numbers of the documents are numbers in the whole input: the least of them is next.
    let next = |part: &Part| part.places.front().map_or(u64::MAX, |place| place.number);
    for number in 0.. {
        let Some(part) = parts.iter_mut().min_by_key(|part| next(part)) else { break };
        let Some(place) = part.places.pop_front() else { break };
        if place.number != number {
            let message = format!("no shard has document {} of the input: make the shards anew", number + 1);
            return Err(Failure::Run(message));
        }
        let mut copy = |from: &mut dyn BufRead, to: &mut Output, lines: u64| {
            (0..lines).try_for_each(|_| {
                line.clear();
                from.read_until(b'\n', &mut line).map_err(|error| unreadable(&part.path, &error))?;
                if line.is_empty() {
                    let message = format!(
                        "{} or what it has set aside ends too early: it is not what its manifest says",
                        part.path.display()
                    );
                    return Err(Failure::Run(message));
                }
                to.write(&line)
            })
        };
        copy(&mut part.rejects, &mut rejects, place.lost + u64::from(place.rows.is_none()))?;
        copy(&mut part.rows, &mut output, place.rows.unwrap_or(0))?;
    }
    let mut merged = parts[0].manifest.clone();
    (merged.shard, merged.order) = (None, None);
    let mut sum = parts[0].manifest.document_sum();
    let mut unmet = Vec::new();
    for part in &mut parts {
        part.verify()?;
        // Behind the documents stand locks of such as were not there.
        for line in part.rejects.by_ref().split(b'\n') {
            unmet.push([line.map_err(|error| unreadable(&part.path, &error))?, b"\n".to_vec()].concat());
        }
        if part.shard.index() > 1 {
            merged.counts.add(&part.manifest.counts);
            sum = sum.wrapping_add(part.manifest.document_sum());
        }
    }
    merged.set_document_sum(sum);
    unmet.sort();
    unmet.iter().try_for_each(|line| rejects.write(line))?;
    merged.settings.insert("format".into(), vec![format!("jsonl{}", packing.ending())]);
    merged.outputs = output.seal()?.into_iter().collect();
    output.finish()?;
    rejects.finish()?;
    run::write_manifest(&beside.manifest, &merged)?;
    if !arguments.quiet {
        let counts = &merged.counts;
        let _ = writeln!(
            io::stderr(),
            "{} shards: {} documents, {} pairs; {} set aside\n{}  written: {}",
            parts.len(),
            counts.documents,
            counts.pairs,
            counts.set_aside,
            super::locks::words(counts),
            arguments.output.display()
        );
    }
    Ok(Done::of(&merged.counts))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Run(format!("cannot read {}: {error}", path.display()))
}

fn open(path: &Path) -> Result<Part, Failure> {
    let missing = |what: &str| Failure::Run(format!("{}: {what}", path.display()));
    let beside = Beside::of(path).ok_or_else(|| missing("is no file"))?;
    if !path.exists() {
        return Err(missing(if super::output::partial(path).exists() {
            "is not whole: run it again with --resume"
        } else {
            "is not there"
        }));
    }
    let json = fs::read(&beside.manifest)
        .map_err(|error| missing(&format!("its manifest {} cannot be read: {error}", beside.manifest.display())))?;
    let manifest = Manifest::from_json(&json).map_err(|error| missing(&error))?;
    let shard = manifest
        .shard
        .as_deref()
        .and_then(|shard| shard.parse().ok())
        .ok_or_else(|| missing("is no shard: it was made without --shard"))?;
    let (packing, plain) = Packing::of(path);
    if Format::of(&plain) != Some(Format::jsonl()) {
        return Err(missing("only shards in jsonl are joined; bitext convert makes other formats of them then"));
    }
    let places = manifest.order.as_deref().and_then(Order::unpack).ok_or_else(|| missing("its manifest is damaged"))?;
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let rejects = File::open(&beside.rejects).map_err(|error| unreadable(&beside.rejects, &error))?;
    Ok(Part {
        path: path.to_owned(),
        shard,
        places: places.into(),
        rows: Hashing::new(file, packing).map_err(|error| unreadable(path, &error))?,
        rejects: Box::new(BufReader::new(rejects)),
        manifest,
    })
}

/// All shards are there, once, and are parts of the same work.
fn check(parts: &[Part]) -> Result<(), Failure> {
    let first = &parts[0];
    for part in parts {
        let differs = part.manifest.differs(&first.manifest).or_else(|| {
            (part.manifest.learned != first.manifest.learned).then(|| "the learned table is another".to_owned())
        });
        if let Some(why) = differs {
            let (own, others) = (part.path.display(), first.path.display());
            return Err(Failure::Run(format!("{own} and {others} are not parts of the same work: {why}")));
        }
    }
    let of = first.shard.of();
    let indices: Vec<u32> = parts.iter().map(|part| part.shard.index()).collect();
    if let Some(missing) = (1..=of).find(|index| !indices.contains(index)) {
        return Err(Failure::Run(format!("shard {missing}/{of} is missing")));
    }
    if let Some(part) = parts.iter().find(|part| part.shard.of() != of) {
        return Err(Failure::Run(format!("{} is shard {}, but others are of {of}", part.path.display(), part.shard)));
    }
    match indices.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Failure::Run(format!("shard {}/{of} is given twice", pair[0]))),
        None => Ok(()),
    }
}

impl Part {
    /// All of it was read, and it is what its manifest says.
    fn verify(&mut self) -> Result<(), Failure> {
        let hash = self.rows.rest().map_err(|error| unreadable(&self.path, &error))?;
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // A file that was given another name is still the same file.
        let said = &self.manifest.outputs;
        let written = said.iter().find(|written| written.name == name).or(said.first());
        match written {
            Some(written) if written.blake3 == hash => Ok(()),
            _ => Err(Failure::Run(format!(
                "{} is not what its manifest says: it was changed since",
                self.path.display()
            ))),
        }
    }
}

/// A file's lines, unpacked, while the hash of the file is taken.
struct Hashing {
    lines: Box<dyn BufRead>,
    hasher: Rc<RefCell<blake3::Hasher>>,
}

struct Tee {
    file: File,
    hasher: Rc<RefCell<blake3::Hasher>>,
}

impl Read for Tee {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.borrow_mut().update(&buffer[..read]);
        Ok(read)
    }
}

impl Hashing {
    fn new(file: File, packing: Packing) -> io::Result<Self> {
        let hasher = Rc::new(RefCell::new(blake3::Hasher::new()));
        let tee = BufReader::with_capacity(1 << 18, Tee { file, hasher: Rc::clone(&hasher) });
        let lines: Box<dyn BufRead> = match packing {
            Packing::None => Box::new(tee),
            Packing::Gzip => Box::new(BufReader::with_capacity(1 << 18, flate2::bufread::MultiGzDecoder::new(tee))),
            Packing::Zstd => {
                Box::new(BufReader::with_capacity(1 << 18, zstd::stream::read::Decoder::with_buffer(tee)?))
            }
        };
        Ok(Self { lines, hasher })
    }

    /// Reads on to the end, where nothing should be left; the hash of the whole.
    fn rest(&mut self) -> io::Result<String> {
        io::copy(&mut self.lines, &mut io::sink())?;
        Ok(self.hasher.borrow().finalize().to_hex().to_string())
    }
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.lines.read(buffer)
    }
}

impl BufRead for Hashing {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.lines.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.lines.consume(amount);
    }
}

//! The built-in Chinese-English table: how `zh-en.dict` is laid out, opened and asked.
//!
//! `scripts/make-dictionary` writes the file; this is what is in it, little-endian throughout:
//!
//! | part | content |
//! |---|---|
//! | head | magic `bitextzh`, version (u32), length of the unpacked body (u32), its CRC-32 (u32) |
//! | body | zstd; seven u32 counts, then the arrays below in this order |
//! | stems | English stems in byte order, joined by line feeds; a frequency byte each |
//! | normal | characters (u16) and the simplified ones (u16) that stand for them |
//! | readings | pinyin syllables joined by line feeds; characters (u16) and the number of their syllable (u16) |
//! | trie | breadth first, a node: its character (u16), how many children (u16), how many translations (u8), frequency byte |
//! | translations | stem numbers (u16), weights in 255ths (u8), in the order of the trie's nodes |
//!
//! A frequency byte is −10 ln(share of running words); 255 on a trie node says that no word ends there.
//! Opening takes about 20 ms and 7 MB; nothing is allocated afterwards.

use flate2::Crc;
use std::ops::Range;
use std::sync::OnceLock;

const MAGIC: &[u8; 8] = b"bitextzh";
const VERSION: u32 = 1;
const HEAD: usize = 20;
const NO_WORD: u8 = 255;
/// 2 to this are the bits of [`Edges::may_be`], about ten a node.
const MAY_BE_BITS: u32 = 21;
/// A trie has less than 2 to this nodes, and [`Edges::slots`] has so many: one is always free.
const NODE_BITS: u32 = 18;

/// Why a dictionary file could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The first bytes are not those of a dictionary.
    #[error("this is not a bitext dictionary table (its first bytes are wrong)")]
    Magic,
    /// Written by another version of the program.
    #[error("the dictionary table has version {found}; this program reads version {VERSION}")]
    Version {
        /// The version in the file.
        found: u32,
    },
    /// Cut short or changed.
    #[error("the dictionary table is damaged: {what}")]
    Damaged {
        /// Which check failed.
        what: &'static str,
    },
}

/// A word of the table: a node of its trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Headword(pub(crate) u32);

/// A node of the trie, and below, in 8 bits, its frequency byte.
#[derive(Debug, Clone, Copy)]
struct Node(u32);

impl Node {
    /// Where there is none. The root is nobody's child.
    const NONE: Node = Node(NO_WORD as u32);

    fn new(number: u32, frequency: u8) -> Self {
        Node(number << 8 | u32::from(frequency))
    }

    #[inline]
    fn number(self) -> u32 {
        self.0 >> 8
    }

    #[inline]
    fn is_none(self) -> bool {
        self.number() == 0
    }

    /// The word that ends here, and its frequency byte.
    #[inline]
    fn word(self) -> Option<(Headword, u8)> {
        let frequency = self.0 as u8;
        (frequency != NO_WORD).then_some((Headword(self.number()), frequency))
    }
}

/// What words may begin with a character and the next, see [`ZhEn::start`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    one: Node,
    two: Node,
}

impl Start {
    /// The character as a word, and its frequency byte.
    #[inline]
    pub(crate) fn word(self) -> Option<(Headword, u8)> {
        self.one.word()
    }
}

/// The children of nodes, by a hash of the node and the child's character: one look into memory far away, where a search among a node's
/// children would take several.
#[derive(Debug)]
struct Edges {
    /// By the hash's highest bits, a bit: such a child may be there. Most are not, and need not be looked for; these bits are few enough to be
    /// at hand.
    may_be: Vec<u64>,
    /// Key, and below, in [`NODE_BITS`] and 8 more, the child; 0 where there is none. One that finds its slot taken stands in the next
    /// that is free.
    slots: Vec<u64>,
}

impl Edges {
    fn new() -> Self {
        Self { may_be: vec![0; 1 << (MAY_BE_BITS - 6)], slots: vec![0; 1 << NODE_BITS] }
    }

    fn add(&mut self, parent: u32, unit: u16, child: Node) {
        let (key, hash) = Self::key(parent, unit);
        let bit = hash >> (64 - MAY_BE_BITS);
        self.may_be[(bit >> 6) as usize] |= 1 << (bit & 63);
        let mut at = (hash >> (64 - NODE_BITS)) as usize;
        while self.slots[at] != 0 {
            at = (at + 1) % self.slots.len();
        }
        self.slots[at] = key << (NODE_BITS + 8) | u64::from(child.0);
    }

    #[inline]
    fn child(&self, parent: u32, unit: u16) -> Node {
        let (key, hash) = Self::key(parent, unit);
        let bit = hash >> (64 - MAY_BE_BITS);
        if self.may_be[(bit >> 6) as usize] >> (bit & 63) & 1 == 0 {
            return Node::NONE;
        }
        let mut at = (hash >> (64 - NODE_BITS)) as usize;
        loop {
            match self.slots[at] {
                0 => return Node::NONE,
                slot if slot >> (NODE_BITS + 8) == key => return Node(slot as u32 & ((1 << (NODE_BITS + 8)) - 1)),
                _ => at = (at + 1) % (1 << NODE_BITS),
            }
        }
    }

    #[inline]
    fn key(parent: u32, unit: u16) -> (u64, u64) {
        let key = u64::from(parent) << 16 | u64::from(unit);
        (key, key.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

/// The built-in table, opened.
#[derive(Debug)]
pub struct ZhEn {
    stems: Joined,
    stem_frequency: Vec<u8>,
    normal: Vec<u16>,
    syllables: Joined,
    reading: Vec<u16>,
    /// By character the node of the words that begin with it.
    root: Vec<Node>,
    label: Vec<u16>,
    /// By node of the trie.
    frequency: Vec<u8>,
    /// By node, and one more behind the last: the children end where those of the next begin.
    first_child: Vec<u32>,
    edges: Edges,
    first_translation: Vec<u32>,
    stem: Vec<u16>,
    weight: Vec<u8>,
}

impl ZhEn {
    /// The table that the program carries, opened on first use.
    ///
    /// # Panics
    /// Never: a test opens the included file.
    pub fn shared() -> &'static ZhEn {
        static TABLE: OnceLock<ZhEn> = OnceLock::new();
        TABLE.get_or_init(|| ZhEn::open(include_bytes!("zh-en.dict")).expect("the included dictionary is whole"))
    }

    /// Opens a table from the bytes of its file.
    pub fn open(file: &[u8]) -> Result<ZhEn, TableError> {
        if file.len() < HEAD || &file[..8] != MAGIC {
            return Err(TableError::Magic);
        }
        let number = |at: usize| u32::from_le_bytes([file[at], file[at + 1], file[at + 2], file[at + 3]]);
        if number(8) != VERSION {
            return Err(TableError::Version { found: number(8) });
        }
        let damaged = |what| TableError::Damaged { what };
        let body = zstd::bulk::decompress(&file[HEAD..], number(12) as usize).map_err(|_| damaged("unpacking"))?;
        if body.len() != number(12) as usize {
            return Err(damaged("length"));
        }
        let mut crc = Crc::new();
        crc.update(&body);
        if crc.sum() != number(16) {
            return Err(damaged("checksum"));
        }
        Self::read(&mut Cursor { rest: &body }).ok_or(damaged("layout"))
    }

    fn read(body: &mut Cursor<'_>) -> Option<ZhEn> {
        let mut counts = [0usize; 7];
        for count in &mut counts {
            *count = u32::from_le_bytes(body.take(4)?.try_into().ok()?) as usize;
        }
        let [stem_bytes, stems, pairs, syllable_bytes, read, nodes, translations] = counts;
        let stem_list = Joined::new(body.take(stem_bytes)?)?;
        let stem_frequency = body.take(stems)?.to_vec();
        let mut normal: Vec<u16> = (0..=u16::MAX).collect();
        let (from, to) = (body.shorts(pairs)?, body.shorts(pairs)?);
        for (from, to) in from.into_iter().zip(to) {
            normal[from as usize] = to;
        }
        let syllables = Joined::new(body.take(syllable_bytes)?)?;
        let mut reading = vec![u16::MAX; 1 << 16];
        let (characters, numbers) = (body.shorts(read)?, body.shorts(read)?);
        for (character, number) in characters.into_iter().zip(numbers) {
            reading[character as usize] = number;
        }
        let label = body.shorts(nodes)?;
        let children = body.shorts(nodes)?;
        let (glossed, frequency) = (body.take(nodes)?, body.take(nodes)?);
        let running = |first: u32, counts: &mut dyn Iterator<Item = u32>| {
            let mut sum = first;
            let mut out = Vec::with_capacity(nodes + 1);
            out.push(sum);
            for count in counts {
                sum += count;
                out.push(sum);
            }
            out
        };
        let first_child = running(1, &mut children.iter().map(|&n| u32::from(n)));
        let first_translation = running(0, &mut glossed.iter().map(|&n| u32::from(n)));
        let stem = body.shorts(translations)?;
        let weight = body.take(translations)?.to_vec();
        let whole = *first_child.last()? as usize == nodes
            && *first_translation.last()? as usize == translations
            && stem.iter().all(|&s| (s as usize) < stems)
            && stem_list.len() == stems
            && body.rest.is_empty()
            && nodes < 1 << NODE_BITS;
        if !whole {
            return None;
        }
        let frequency = frequency.to_vec();
        let node = |number: u32| Node::new(number, frequency[number as usize]);
        let (mut edges, mut root) = (Edges::new(), vec![Node::NONE; 1 << 16]);
        for (parent, borders) in (0..).zip(first_child.windows(2)) {
            for child in borders[0]..borders[1] {
                let unit = label[child as usize];
                if parent == 0 {
                    root[unit as usize] = node(child);
                } else {
                    edges.add(parent, unit, node(child));
                }
            }
        }
        Some(ZhEn {
            stems: stem_list,
            stem_frequency,
            normal,
            syllables,
            reading,
            root,
            label,
            frequency,
            first_child,
            edges,
            first_translation,
            stem,
            weight,
        })
    }

    /// The character's simplified form as one UTF-16 unit; `None` outside the basic plane.
    pub fn normal(&self, c: char) -> Option<u16> {
        u16::try_from(u32::from(c)).ok().map(|unit| self.normal_unit(unit))
    }

    /// The same for a character of the basic plane.
    #[inline]
    pub(crate) fn normal_unit(&self, unit: u16) -> u16 {
        self.normal[unit as usize]
    }

    /// A word's normal form, in which the table is keyed.
    pub fn normal_form(&self, word: &str) -> Vec<u16> {
        word.chars().map(|c| self.normal(c).unwrap_or(0xfffd)).collect()
    }

    /// Calls `found` with the length and the headword of every word that `text` (in normal form) begins with.
    pub fn prefixes(&self, text: &[u16], mut found: impl FnMut(usize, Headword)) {
        let Some((&first, rest)) = text.split_first() else { return };
        let start = self.start(first, rest.first().copied());
        if let Some((word, _)) = start.word() {
            found(1, word);
        }
        self.longer(start, rest.get(1..).unwrap_or_default(), |len, word, _| found(len, word));
    }

    /// What words can begin with a character, before a certain one.
    #[inline]
    pub(crate) fn start(&self, unit: u16, next: Option<u16>) -> Start {
        let one = self.root[unit as usize];
        Start { one, two: next.map_or(Node::NONE, |next| self.edges.child(one.number(), next)) }
    }

    /// Calls `found` with length, headword and frequency byte of every word of two characters or more that begins at `start`; `rest` is
    /// what follows its two characters.
    #[inline]
    pub(crate) fn longer(&self, start: Start, rest: &[u16], mut found: impl FnMut(usize, Headword, u8)) {
        let mut node = start.two;
        for len in 2.. {
            if let Some((word, frequency)) = node.word() {
                found(len, word, frequency);
            }
            let Some(&unit) = rest.get(len - 2).filter(|_| !node.is_none()) else { return };
            node = self.edges.child(node.number(), unit);
        }
    }

    fn children(&self, node: usize) -> Range<usize> {
        self.first_child[node] as usize..self.first_child[node + 1] as usize
    }

    /// The headword that is exactly `text` (in normal form).
    pub fn find(&self, text: &[u16]) -> Option<Headword> {
        let mut hit = None;
        self.prefixes(text, |len, word| hit = (len == text.len()).then_some(word));
        hit
    }

    /// English stems of a headword (their numbers, for [`ZhEn::stem`]) with weights up to 1, the heaviest first.
    pub fn translations(&self, word: Headword) -> impl Iterator<Item = (u16, f32)> + '_ {
        let range =
            self.first_translation[word.0 as usize] as usize..self.first_translation[word.0 as usize + 1] as usize;
        self.stem[range.clone()].iter().zip(&self.weight[range]).map(|(&s, &w)| (s, f32::from(w) / 255.0))
    }

    /// The stem with this number.
    pub fn stem(&self, number: u16) -> &str {
        self.stems.get(number as usize)
    }

    /// The number of a stem that the table has.
    pub fn stem_number(&self, stem: &str) -> Option<u16> {
        self.stems.find(stem).and_then(|number| u16::try_from(number).ok())
    }

    /// How many stems there are.
    pub fn stem_count(&self) -> usize {
        self.stems.len()
    }

    /// How many trie nodes there are: headwords are numbered below this.
    pub fn node_count(&self) -> usize {
        self.label.len()
    }

    /// Every headword with its characters (in normal form), in breadth-first order of the trie.
    pub fn headwords(&self) -> impl Iterator<Item = (Headword, String)> + '_ {
        let mut paths: Vec<Vec<u16>> = vec![Vec::new(); self.label.len()];
        (0..self.label.len()).filter_map(move |node| {
            if node > 0 {
                paths[node].push(self.label[node]);
            }
            let children = self.children(node);
            let path = std::mem::take(&mut paths[node]);
            for child in children {
                paths[child].clone_from(&path);
            }
            (node > 0 && self.frequency[node] != NO_WORD)
                .then(|| (Headword(node as u32), String::from_utf16_lossy(&path)))
        })
    }

    /// The stem's share of running English words; `None` for one that the table does not know.
    pub fn stem_share(&self, stem: &str) -> Option<f32> {
        self.stems.find(stem).map(|n| share(self.stem_frequency[n]))
    }

    /// The headword's share of running Chinese words.
    pub fn word_share(&self, word: Headword) -> f32 {
        share(self.frequency[word.0 as usize])
    }

    /// The commonest reading of a character (in normal form), without tone.
    pub fn reading(&self, unit: u16) -> Option<&str> {
        self.syllable(unit).map(|number| self.syllables.get(number))
    }

    /// The number of that reading in [`ZhEn::syllables`].
    pub(crate) fn syllable(&self, unit: u16) -> Option<usize> {
        match self.reading[unit as usize] {
            u16::MAX => None,
            number => Some(number as usize),
        }
    }

    /// All syllables that characters are read as.
    pub(crate) fn syllables(&self) -> impl Iterator<Item = &str> {
        (0..self.syllables.len()).map(|number| self.syllables.get(number))
    }
}

fn share(frequency: u8) -> f32 {
    (-f32::from(frequency) / 10.0).exp()
}

/// Strings in one buffer, in byte order.
#[derive(Debug)]
struct Joined {
    text: String,
    starts: Vec<u32>,
}

impl Joined {
    fn new(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.to_owned();
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        starts.push(text.len() as u32 + 1);
        Some(Self { text, starts })
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn get(&self, n: usize) -> &str {
        &self.text[self.starts[n] as usize..self.starts[n + 1] as usize - 1]
    }

    fn find(&self, word: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = (low + high) / 2;
            match self.get(middle).cmp(word) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(head)
    }

    fn shorts(&mut self, len: usize) -> Option<Vec<u16>> {
        let bytes = self.take(len.checked_mul(2)?)?;
        Some(bytes.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(word: &str) -> Vec<&'static str> {
        let table = ZhEn::shared();
        let word = table.find(&table.normal_form(word)).unwrap();
        table.translations(word).map(|(s, _)| table.stem(s)).collect()
    }

    #[test]
    fn words_of_both_scripts_are_found() {
        assert!(english("人民").contains(&"peopl"));
        assert_eq!(english("計劃"), english("计划"));
        assert!(english("著名").contains(&"famous"));
        assert_eq!(english("接著"), english("接着"));
        // the variant took over what it stands for
        assert!(english("擁塞") == english("壅塞"));
    }

    #[test]
    fn every_headword_is_found() {
        let table = ZhEn::shared();
        let mut words = 0;
        for (headword, word) in table.headwords() {
            assert_eq!(table.find(&word.encode_utf16().collect::<Vec<_>>()), Some(headword), "{word}");
            words += 1;
        }
        assert!(words > 100_000, "{words}");
    }

    #[test]
    fn frequencies_and_readings() {
        let table = ZhEn::shared();
        assert!(table.stem_share("the").unwrap() > 0.03);
        assert!(table.stem_share("peopl").unwrap() > table.stem_share("tractor").unwrap());
        let reading = |c| table.reading(table.normal(c).unwrap());
        assert_eq!(reading('毛'), Some("mao"));
        assert_eq!(reading('澤'), Some("ze"));
        assert_eq!(reading('x'), None);
    }

    #[test]
    fn stems_are_those_of_the_programs_own_stemmer() {
        // Python's snowballstemmer wrote the table; rust-stemmers reads the text.
        let table = ZhEn::shared();
        let stemmer = rust_stemmers::Stemmer::create(rust_stemmers::Algorithm::English);
        for word in
            "production nations dying early generally workers agriculture policies communism happily skies news \
                     national nationalization cooperatives singly university universe internationally"
                .split_whitespace()
        {
            assert!(table.stem_share(&stemmer.stem(word)).is_some(), "{word}");
        }
    }

    #[test]
    fn damage_is_told() {
        let file = include_bytes!("zh-en.dict");
        assert_eq!(ZhEn::open(&file[..10]).unwrap_err(), TableError::Magic);
        let mut other = file.to_vec();
        other[8] = 9;
        assert_eq!(ZhEn::open(&other).unwrap_err(), TableError::Version { found: 9 });
        let mut other = file.to_vec();
        other[16] ^= 1;
        assert!(matches!(ZhEn::open(&other).unwrap_err(), TableError::Damaged { what: "checksum" }));
        assert!(matches!(ZhEn::open(&file[..file.len() - 9]).unwrap_err(), TableError::Damaged { .. }));
    }
}

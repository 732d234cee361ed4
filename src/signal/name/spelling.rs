//! How a syllable of Mandarin is spelled: in pinyin, and in Wade-Giles as newspapers print it, without marks.

use super::skeleton::{self, Kind, NO_ELEMENT};
use foldhash::fast::FixedState;
use pinyin::{ToPinyin, ToPinyinMulti};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// Number of a syllable, see [`syllable`].
pub(super) type SyllableId = u16;

/// One syllable, whatever its tone.
#[derive(Debug)]
pub(super) struct Syllable {
    /// Pinyin first, then Wade-Giles where it differs.
    pub(super) spellings: Vec<String>,
    /// Bit 0 for `a`: the first letters of the spellings.
    pub(super) first_letters: u32,
    elements: [Kind; 2],
}

/// How a character sounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    readings: [SyllableId; READINGS],
    /// How many of them there are.
    known: u8,
    /// The elements of the usual reading.
    pub(super) elements: [Kind; 2],
    /// Bit 0 for `a`: the letters that a spelling of this character may begin with.
    pub(super) letters: u32,
    /// Newspapers write foreign names with it.
    pub(super) transliterates: bool,
}

/// The most readings of a character that are tried: the crate gives the usual one first.
const READINGS: usize = 4;
/// The characters that are known; rarer ones have no sound here.
const KNOWN: RangeInclusive<char> = '\u{3400}'..='\u{9FFF}';
/// How many bytes each of them takes.
pub(super) const BYTES: usize = 3;

static TRANSLITERATING: &str = include_str!("tables/transliteration.txt");

/// Every syllable of Mandarin, and how every known character is read.
struct Table {
    syllables: Vec<Syllable>,
    characters: Vec<Reading>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut syllables: Vec<Syllable> = Vec::new();
    let mut numbers: HashMap<&'static str, SyllableId, FixedState> = HashMap::default();
    let silent =
        Reading { readings: [0; READINGS], known: 0, elements: [NO_ELEMENT; 2], letters: 0, transliterates: false };
    let mut characters: Vec<Reading> = KNOWN
        .map(|c| {
            let mut reading = silent;
            let usual = c.to_pinyin().into_iter();
            for pinyin in usual.chain(c.to_pinyin_multi().into_iter().flatten()) {
                let id = *numbers.entry(pinyin.plain()).or_insert_with(|| {
                    syllables.push(Syllable::new(pinyin.plain()));
                    syllables.len() as SyllableId - 1
                });
                let known = usize::from(reading.known);
                if known < READINGS && !reading.readings[..known].contains(&id) {
                    let syllable = &syllables[id as usize];
                    if known == 0 {
                        reading.elements = syllable.elements;
                    }
                    reading.readings[known] = id;
                    reading.letters |= syllable.first_letters;
                    reading.known += 1;
                }
            }
            reading
        })
        .collect();
    for c in crate::signal::table_lines(TRANSLITERATING).flat_map(str::chars) {
        characters[c as usize - *KNOWN.start() as usize].transliterates = true;
    }
    Table { syllables, characters }
});

/// Syllables by their spellings.
static SPELLINGS: LazyLock<HashMap<&'static str, Vec<SyllableId>, FixedState>> = LazyLock::new(|| {
    let mut spellings: HashMap<&'static str, Vec<SyllableId>, FixedState> = HashMap::default();
    for (id, syllable) in (0..).zip(&TABLE.syllables) {
        for spelling in &syllable.spellings {
            spellings.entry(spelling.as_str()).or_default().push(id);
        }
    }
    spellings
});

/// How each known character is read, at hand for a whole text.
#[derive(Clone, Copy)]
pub(super) struct Readings(&'static [Reading]);

impl Readings {
    /// How a character is read; `None` for what is no Chinese character.
    #[inline]
    pub(super) fn of(self, c: char) -> Option<&'static Reading> {
        let index = (c as usize).wrapping_sub(*KNOWN.start() as usize);
        self.0.get(index).filter(|reading| reading.known > 0)
    }
}

/// How all characters are read.
pub(super) fn readings() -> Readings {
    Readings(&TABLE.characters)
}

/// How a character is read; `None` for what is no Chinese character.
pub(super) fn reading(c: char) -> Option<&'static Reading> {
    readings().of(c)
}

/// The syllable with this number.
pub(super) fn syllable(id: SyllableId) -> &'static Syllable {
    &TABLE.syllables[id as usize]
}

/// How many syllables there are.
pub(super) fn count() -> usize {
    TABLE.syllables.len()
}

impl Reading {
    /// Its syllables, the usual one first, at least one.
    #[inline]
    pub(super) fn syllables(&self) -> &[SyllableId] {
        &self.readings[..usize::from(self.known)]
    }

    /// Whether one of its spellings begins with this lower-case letter.
    pub(super) fn may_begin_with(&self, letter: u8) -> bool {
        self.letters & (1 << (letter - b'a').min(31)) != 0
    }
}

/// The longest spelling of a syllable.
const LONGEST: usize = 6;

/// The beginnings of `letters` that spell a syllable: how many letters, and which syllables.
pub(super) fn heads(letters: &str) -> impl Iterator<Item = (usize, &'static [SyllableId])> {
    (1..=LONGEST.min(letters.len())).filter_map(|length| Some((length, SPELLINGS.get(&letters[..length])?.as_slice())))
}

/// True when all the letters can be cut into spellings of syllables.
pub(super) fn is_mandarin(letters: &str) -> bool {
    let mut reached = vec![false; letters.len() + 1];
    reached[0] = true;
    for start in 0..letters.len() {
        if reached[start] {
            heads(&letters[start..]).for_each(|(length, _)| reached[start + length] = true);
        }
    }
    !letters.is_empty() && reached[letters.len()]
}

impl Syllable {
    fn new(plain: &str) -> Self {
        let umlaut = plain.contains('ü');
        let pinyin: String = plain.chars().filter_map(skeleton::folded).collect();
        let mut spellings = vec![pinyin.clone()];
        if umlaut {
            spellings.push(pinyin.replace('u', "v"));
            spellings.push(pinyin.replace('u', "yu"));
        }
        for spelling in wade_giles(&pinyin) {
            if !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
        let first_letters =
            spellings.iter().filter_map(|s| s.bytes().next()).fold(0, |mask, b| mask | 1 << (b - b'a').min(31));
        let mut elements = [NO_ELEMENT; 2];
        elements.iter_mut().zip(skeleton::of_syllable(&pinyin)).for_each(|(kind, element)| *kind = element.kind());
        Self { spellings, first_letters, elements }
    }
}

/// Wade-Giles spellings of a pinyin syllable, with the variants that print knows (Teh for Te, Szu for Ssu).
fn wade_giles(pinyin: &str) -> Vec<String> {
    let whole: &[&str] = match pinyin {
        "zhi" | "chi" => &["chih"],
        "shi" => &["shih", "shi"],
        "ri" => &["jih"],
        "zi" | "ci" => &["tzu", "tze"],
        "si" => &["ssu", "szu", "sze"],
        "yi" => &["i"],
        "you" => &["yu"],
        "er" => &["erh"],
        "de" | "te" => &["te", "teh"],
        "ke" | "ge" => &["ko", "ke"],
        "he" => &["ho"],
        "e" => &["o"],
        "ye" => &["yeh"],
        "yan" => &["yen"],
        "yue" => &["yueh"],
        "yong" => &["yung"],
        "gui" | "kui" => &["kuei", "kwei"],
        "guo" | "kuo" => &["kuo", "kwo"],
        "guang" | "kuang" => &["kuang", "kwang"],
        "lie" => &["lieh"],
        _ => &[],
    };
    if !whole.is_empty() {
        return whole.iter().map(ToString::to_string).collect();
    }
    const INITIALS: [(&str, &str); 19] = [
        ("zh", "ch"),
        ("ch", "ch"),
        ("sh", "sh"),
        ("b", "p"),
        ("p", "p"),
        ("d", "t"),
        ("t", "t"),
        ("g", "k"),
        ("k", "k"),
        ("j", "ch"),
        ("q", "ch"),
        ("x", "hs"),
        ("r", "j"),
        ("z", "ts"),
        ("c", "ts"),
        ("s", "s"),
        ("h", "h"),
        ("l", "l"),
        ("n", "n"),
    ];
    let (initial, old, rest) = INITIALS
        .iter()
        .find_map(|(new, old)| pinyin.strip_prefix(new).map(|rest| (*new, *old, rest)))
        .unwrap_or(("", "", pinyin));
    let velar = matches!(initial, "g" | "k" | "h" | "sh");
    let rest = match rest {
        "ie" => "ieh",
        "ue" => "ueh",
        "ian" => "ien",
        "ong" => "ung",
        "iong" => "iung",
        "uo" if !velar => "o",
        "e" if !matches!(initial, "") => "e",
        rest => rest,
    };
    let mut spellings = vec![format!("{old}{rest}")];
    // 泽 tse, 色 seh, 哲 cheh; 贵 and 揆 are above; 孙 sun, 吴 wu are the same.
    if rest == "e" {
        spellings.push(format!("{old}eh"));
    }
    if rest == "ui" && matches!(initial, "g" | "k") {
        spellings.push(format!("{old}uei"));
    }
    if rest == "ueh" {
        spellings.push(format!("{old}uo"));
    }
    spellings
}

//! How a syllable of Mandarin is spelled: in pinyin, and in Wade-Giles as newspapers print it, without marks.

use super::skeleton::{self, Element};
use pinyin::{ToPinyin, ToPinyinMulti};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// One syllable, whatever its tone.
#[derive(Debug)]
pub(super) struct Syllable {
    /// Pinyin first, then Wade-Giles where it differs.
    pub(super) spellings: Vec<String>,
    /// Bit 0 for `a`: the first letters of the spellings.
    pub(super) first_letters: u32,
    pub(super) skeleton: Vec<Element>,
}

/// Every syllable of the basic block of characters.
static SYLLABLES: LazyLock<HashMap<&'static str, Syllable>> = LazyLock::new(|| {
    let mut syllables = HashMap::new();
    for c in '\u{4E00}'..='\u{9FFF}' {
        for reading in c.to_pinyin_multi().into_iter().flatten() {
            syllables.entry(reading.plain()).or_insert_with(|| Syllable::new(reading.plain()));
        }
    }
    syllables
});

/// The readings of a character, the usual one first; none for what is no Chinese character.
pub(super) fn readings(c: char) -> Vec<&'static Syllable> {
    if c < '\u{3400}' {
        return Vec::new();
    }
    let usual = c.to_pinyin().and_then(|reading| SYLLABLES.get(reading.plain()));
    let mut readings: Vec<&Syllable> = usual.into_iter().collect();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        if let Some(syllable) = SYLLABLES.get(reading.plain())
            && !readings.iter().any(|known| std::ptr::eq(*known, syllable))
        {
            readings.push(syllable);
        }
    }
    readings
}

/// Every spelling of every syllable.
static SPELLINGS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| SYLLABLES.values().flat_map(|syllable| &syllable.spellings).map(String::as_str).collect());

/// True when all the letters can be cut into spellings of syllables.
pub(super) fn is_mandarin(letters: &str) -> bool {
    const LONGEST: usize = 6;
    let mut reached = vec![false; letters.len() + 1];
    reached[0] = true;
    for start in 0..letters.len() {
        if reached[start] {
            for end in start + 1..=(start + LONGEST).min(letters.len()) {
                reached[end] |= SPELLINGS.contains(&letters[start..end]);
            }
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
        let skeleton = skeleton::of_syllable(&pinyin);
        Self { spellings, first_letters, skeleton }
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

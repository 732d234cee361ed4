//! Consonant skeletons: what remains of a foreign name in Chinese characters.
//!
//! A name is a row of elements, each a consonant class and the vowel after it. Two rows are aligned by edit distance
//! with hand-set costs: near classes are cheap to exchange (s and ch 0.35), and what Chinese drops (r after a vowel,
//! h, one of a cluster) is cheap to leave out. The score is 1 − cost / max(length, 3), at most 0.95.

use super::Sound;
use std::sync::LazyLock;

/// Consonant classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Consonant {
    /// b p
    P,
    /// d t
    T,
    /// g k c q
    K,
    H,
    /// f v w
    F,
    M,
    N,
    /// l r
    L,
    /// s z x sh
    S,
    /// ch j zh q
    C,
    /// No consonant, or a y.
    V,
}

/// Vowel classes: a; e and i; o and u; none or one that Chinese only fills in (克, 斯, 特, 夫).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vowel {
    A,
    E,
    O,
    Any,
}

/// A consonant and the vowel that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element {
    consonant: Consonant,
    vowel: Vowel,
}

/// Number of an element, below [`KINDS`].
pub(super) type Kind = u8;

impl Element {
    pub(super) fn kind(self) -> Kind {
        self.consonant as u8 * 4 + self.vowel as u8
    }
}

/// How many different elements there are, and some.
const KINDS: usize = 64;
/// In place of an element that is not there.
pub(super) const NO_ELEMENT: Kind = Kind::MAX;

/// The costs of all elements, looked up by [`Element::kind`]: an alignment asks for them thousands of times.
struct Costs {
    exchange: Vec<[f32; KINDS]>,
    left_out: [f32; KINDS],
    put_in: [f32; KINDS],
    /// See [`Skeleton::beginnings`].
    beginnings: [u64; KINDS],
}

static COSTS: LazyLock<Costs> = LazyLock::new(|| {
    use Consonant::*;
    let mut costs = Costs {
        exchange: vec![[0.0; KINDS]; KINDS],
        left_out: [0.0; KINDS],
        put_in: [0.0; KINDS],
        beginnings: [0; KINDS],
    };
    let consonants = [P, T, K, H, F, M, N, L, S, C, V];
    let vowels = [Vowel::A, Vowel::E, Vowel::O, Vowel::Any];
    let all = || consonants.into_iter().flat_map(|consonant| vowels.map(|vowel| Element { consonant, vowel }));
    for element in all() {
        let kind = usize::from(element.kind());
        for other in all() {
            let (other, cost) = (usize::from(other.kind()), exchange(other, element));
            costs.exchange[kind][other] = cost;
            costs.beginnings[other] |= u64::from(cost < 0.6) << kind;
        }
        costs.left_out[kind] = left_out(element);
        costs.put_in[kind] = put_in(element);
    }
    costs
});

/// A Latin letter without its accent, in lower case; `None` for marks.
pub(super) fn folded(c: char) -> Option<char> {
    Some(match c {
        'a'..='z' => c,
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' | 'æ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' | 'œ' => 'o',
        'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' | 'ß' => 's',
        'ţ' | 'ț' | 'ť' => 't',
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        _ => return None,
    })
}

fn vowel(byte: u8) -> Option<Vowel> {
    match byte {
        b'a' => Some(Vowel::A),
        b'e' | b'i' | b'y' => Some(Vowel::E),
        b'o' | b'u' => Some(Vowel::O),
        _ => None,
    }
}

/// The elements of a name in plain lower-case letters.
fn of_latin(letters: &str) -> Vec<Element> {
    use Consonant::*;
    const GROUPS: [(&str, &[Consonant]); 19] = [
        ("tsch", &[C]),
        ("sch", &[S]),
        ("tch", &[C]),
        ("ch", &[C]),
        ("sh", &[S]),
        ("zh", &[C]),
        ("kh", &[H]),
        ("th", &[T]),
        ("ph", &[F]),
        ("ck", &[K]),
        ("cz", &[C]),
        ("tz", &[S]),
        ("ts", &[S]),
        ("qu", &[K]),
        ("gh", &[K]),
        ("wh", &[F]),
        ("dj", &[C]),
        ("rh", &[L]),
        ("mc", &[M, K]),
    ];
    let bytes = letters.as_bytes();
    let mut elements: Vec<Element> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let grouped = matches!(bytes.get(at + 1), Some(b's' | b'c' | b'h' | b'k' | b'z' | b'u' | b'j'));
        let group = || GROUPS.iter().find(|(group, _)| letters[at..].starts_with(group));
        let (length, classes): (usize, &[Consonant]) = if let Some((group, classes)) = grouped.then(group).flatten() {
            (group.len(), classes)
        } else {
            let soft = matches!(bytes.get(at + 1), Some(b'e' | b'i' | b'y'));
            let class: &[Consonant] = match bytes[at] {
                b'b' | b'p' => &[P],
                b'd' | b't' => &[T],
                b'c' if soft => &[S],
                b'g' | b'k' | b'q' | b'c' => &[K],
                b'x' => &[K, S],
                b'h' => &[H],
                b'f' | b'v' | b'w' => &[F],
                b'm' => &[M],
                b'n' => &[N],
                b'l' | b'r' => &[L],
                b's' | b'z' => &[S],
                b'j' => &[C],
                _ if at == 0 => &[V],
                _ => &[],
            };
            (1, class)
        };
        // A vowel at the head is its own element's vowel; a doubled letter counts once.
        let doubled = length == 1 && at > 0 && bytes[at] == bytes[at - 1];
        let after = if classes == [V] { at } else { at + length };
        if !doubled {
            for (index, &consonant) in classes.iter().enumerate() {
                let next = bytes.get(after).copied();
                let next = if next == bytes.get(at).copied() && length == 1 && classes != [V] {
                    bytes.get(after + 1).copied()
                } else {
                    next
                };
                let vowel = if index + 1 == classes.len() { next.and_then(vowel) } else { None };
                elements.push(Element { consonant, vowel: vowel.unwrap_or(Vowel::Any) });
            }
        }
        at += length;
    }
    elements
}

/// The elements of a pinyin syllable: its initial with the vowel, and an n at the end.
pub(super) fn of_syllable(pinyin: &str) -> Vec<Element> {
    use Consonant::*;
    if pinyin == "er" {
        return vec![Element { consonant: L, vowel: Vowel::Any }];
    }
    let (consonant, length) = match pinyin.as_bytes() {
        [b'z' | b'c', b'h', ..] => (C, 2),
        [b's', b'h', ..] => (S, 2),
        [b'b' | b'p', ..] => (P, 1),
        [b'd' | b't', ..] => (T, 1),
        [b'g' | b'k', ..] => (K, 1),
        [b'h', ..] => (H, 1),
        [b'f' | b'w', ..] => (F, 1),
        [b'm', ..] => (M, 1),
        [b'n', ..] => (N, 1),
        [b'l', ..] => (L, 1),
        [b'z' | b'c' | b's' | b'x', ..] => (S, 1),
        [b'j' | b'q' | b'r', ..] => (C, 1),
        [b'y', ..] => (V, 1),
        _ => (V, 0),
    };
    let rest = &pinyin[length..];
    let filled = matches!(
        pinyin,
        "ke" | "ge"
            | "si"
            | "zi"
            | "ci"
            | "te"
            | "de"
            | "fu"
            | "bu"
            | "pu"
            | "mu"
            | "shi"
            | "le"
            | "he"
            | "ze"
            | "se"
            | "ce"
    );
    let main = rest.bytes().find(|b| matches!(b, b'a' | b'o' | b'e')).or_else(|| rest.bytes().next());
    let class = if filled { Vowel::Any } else { main.and_then(vowel).unwrap_or(Vowel::Any) };
    let mut elements = vec![Element { consonant, vowel: class }];
    if rest.ends_with('n') || rest.ends_with("ng") {
        elements.push(Element { consonant: N, vowel: Vowel::Any });
    }
    elements
}

fn exchange(a: Element, b: Element) -> f32 {
    use Consonant::*;
    let consonants = match (a.consonant, b.consonant) {
        (a, b) if a == b => 0.0,
        (S, C) | (C, S) | (N, M) | (M, N) => 0.35,
        (T, C) | (C, T) | (H, K) | (K, H) | (C, V) | (V, C) | (H, V) | (V, H) | (F, V) | (V, F) => 0.4,
        (C, K) | (K, C) => 0.45,
        (T, S) | (S, T) | (H, F) | (F, H) | (F, P) | (P, F) | (S, H) | (H, S) => 0.5,
        (L, N) | (N, L) => 0.6,
        _ => return 1.2,
    };
    let vowels = if a.vowel == b.vowel || a.vowel == Vowel::Any || b.vowel == Vowel::Any { 0.0 } else { 0.2 };
    consonants + vowels
}

/// What it costs that Chinese leaves out an element of the name.
fn left_out(element: Element) -> f32 {
    use Consonant::*;
    match (element.consonant, element.vowel) {
        (H | V, _) => 0.3,
        (L | N, Vowel::Any) => 0.35,
        (_, Vowel::Any) => 0.5,
        _ => 1.0,
    }
}

/// What it costs that Chinese has an element more.
fn put_in(element: Element) -> f32 {
    use Consonant::*;
    match (element.consonant, element.vowel) {
        (V, _) => 0.25,
        (N, Vowel::Any) => 0.3,
        (L, Vowel::Any) => 0.4,
        (_, Vowel::Any) => 0.8,
        _ => 1.0,
    }
}

/// The longest name, in elements, that is aligned; what goes on beyond is not looked at.
const LONGEST: usize = 23;

/// The lesser of two costs. (`f32::min` would ask whether they are numbers.)
#[inline]
fn least_of(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// A name, made ready to be aligned.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Skeleton {
    /// How many elements it has.
    elements: usize,
    /// Those that are aligned.
    kinds: [Kind; LONGEST],
    /// What it costs to leave out each.
    left_out: [f32; LONGEST],
    /// What it costs to leave out so many.
    nothing: [f32; LONGEST + 1],
}

impl Skeleton {
    /// Of a name in plain lower-case letters.
    pub(super) fn of_latin(letters: &str) -> Self {
        let elements = of_latin(letters);
        let (mut kinds, mut left_out, mut nothing) = ([0; LONGEST], [0.0; LONGEST], [0.0; LONGEST + 1]);
        for (column, element) in elements.iter().take(LONGEST).enumerate() {
            kinds[column] = element.kind();
            left_out[column] = COSTS.left_out[usize::from(element.kind())];
            nothing[column + 1] = nothing[column] + left_out[column];
        }
        Self { elements: elements.len(), kinds, left_out, nothing }
    }

    pub(super) fn len(&self) -> usize {
        self.elements
    }

    /// The kinds of elements, a bit each, with which its Chinese may begin: those that its first sound does not rule out.
    pub(super) fn beginnings(&self) -> u64 {
        if self.elements > 0 { COSTS.beginnings[usize::from(self.kinds[0])] } else { 0 }
    }
}

/// Aligns a whole name with the first so many syllables: how many, and the best score, if one is above `least`.
pub(super) fn align(name: &Skeleton, syllables: &[Sound], least: f32) -> Option<(usize, f32)> {
    /// A character that newspapers do not write names with.
    const STRANGE: f32 = 0.7;
    let costs = &*COSTS;
    let columns = name.elements.min(LONGEST);
    let length = columns.max(3) as f32;
    let Skeleton { kinds, left_out, nothing, .. } = name;
    let mut row = *nothing;
    let mut best: Option<(usize, f32)> = None;
    let mut strange = 0.0;
    for (index, sound) in syllables.iter().enumerate() {
        let Some(reading) = sound.reading else { break };
        let mut cheapest = f32::INFINITY;
        for element in reading.elements.into_iter().take_while(|&element| element != NO_ELEMENT).map(usize::from) {
            let (exchange, put_in) = (&costs.exchange[element], costs.put_in[element]);
            let (mut diagonal, mut before) = (row[0], row[0] + put_in);
            row[0] = before;
            cheapest = before;
            for column in 0..columns {
                let above = row[column + 1];
                // Only the last of these waits for the cell before.
                let without = least_of(diagonal + exchange[usize::from(kinds[column]) % KINDS], above + put_in);
                let cost = least_of(without, before + left_out[column]);
                cheapest = least_of(cheapest, cost);
                (diagonal, before) = (above, cost);
                row[column + 1] = cost;
            }
        }
        if !reading.transliterates {
            strange += STRANGE;
        }
        // One character cannot carry a name of several consonants.
        if index > 0 {
            let score = least_of(1.0 - (row[columns] + strange) / length, 0.95);
            if best.is_none_or(|(_, known)| score > known) {
                best = Some((index + 1, score));
            }
        }
        // Costs never fall: what is too dear already stays so.
        if 1.0 - (cheapest + strange) / length <= least {
            break;
        }
    }
    best.filter(|(_, score)| *score > least)
}

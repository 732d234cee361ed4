//! The words of English that numbers are made of, and a text cut into words, digits and marks.

use super::value::{Value, decimal};
use crate::bytes::letters;
use std::sync::LazyLock;

/// What a word is to numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// zero to nineteen.
    Small(i64),
    /// twenty to ninety.
    Tens(i64),
    Hundred,
    /// thousand, million, billion, trillion.
    Scale(i64),
    /// first to nineteenth.
    SmallOrdinal(i64),
    /// twentieth to ninetieth.
    TensOrdinal(i64),
    /// hundredth, thousandth, millionth.
    ScaleOrdinal(i64),
    /// thirds, fifths, tenths, hundredths: parts of a whole.
    Parts(i64),
    Quarter,
    Half,
    Dozen,
    /// tens, dozens, scores, hundreds, thousands: of the order of.
    Order(i64),
    /// twenties to nineties.
    Decade(i64),
    Month(u8),
    /// doubled, tripled, threefold.
    Multiple(i64),
    And,
    A,
    Of,
    Point,
    Percent,
    Several,
    /// both, twice, once: a number by the way.
    Aside(i64),
    Times,
    Fold,
    Other,
}

/// The words by length and first letter: few are alike in both and in the last, so that most words of a text are told at once to be none.
struct Table {
    /// By [`key`]: a bit for each last letter.
    lasts: Vec<u32>,
    /// Where those of each key begin.
    starts: Vec<usize>,
    words: Vec<(&'static [u8], Word)>,
}

impl Table {
    /// What a word of ASCII letters means.
    fn word(&self, text: &[u8]) -> Word {
        let key = key(text);
        match self.lasts.get(key) {
            Some(lasts) if lasts & last(text) != 0 => {}
            _ => return Word::Other,
        }
        let alike = &self.words[self.starts[key]..self.starts[key + 1]];
        alike.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map_or(Word::Other, |&(_, word)| word)
    }
}

static WORDS: LazyLock<Table> = LazyLock::new(|| {
    let mut words: Vec<(&str, Word)> = Vec::new();
    let small = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
                 seventeen eighteen nineteen";
    words.extend(small.split_whitespace().zip(0..).map(|(word, n)| (word, Word::Small(n))));
    let tens = "twenty thirty forty fifty sixty seventy eighty ninety";
    words.extend(tens.split_whitespace().zip(2..).map(|(word, n)| (word, Word::Tens(n * 10))));
    let ordinals = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth \
                    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth";
    words.extend(ordinals.split_whitespace().zip(1..).map(|(word, n)| (word, Word::SmallOrdinal(n))));
    let tens = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth";
    words.extend(tens.split_whitespace().zip(2..).map(|(word, n)| (word, Word::TensOrdinal(n * 10))));
    let parts = "thirds fourths fifths sixths sevenths eighths ninths tenths elevenths twelfths";
    words.extend(parts.split_whitespace().zip(3..).map(|(word, n)| (word, Word::Parts(n))));
    let decades = "twenties thirties forties fifties sixties seventies eighties nineties";
    words.extend(decades.split_whitespace().zip(2..).map(|(word, n)| (word, Word::Decade(n * 10))));
    let months = "january february march april may june july august september october november december";
    words.extend(months.split_whitespace().zip(1..).map(|(word, n)| (word, Word::Month(n))));
    let short = "jan feb mar apr - jun jul aug sep oct nov dec";
    words.extend(short.split_whitespace().zip(1..).filter(|w| w.0 != "-").map(|(word, n)| (word, Word::Month(n))));
    words.extend([
        ("sept", Word::Month(9)),
        ("hundred", Word::Hundred),
        ("thousand", Word::Scale(1_000)),
        ("million", Word::Scale(1_000_000)),
        ("billion", Word::Scale(1_000_000_000)),
        ("trillion", Word::Scale(1_000_000_000_000)),
        ("hundredth", Word::ScaleOrdinal(100)),
        ("thousandth", Word::ScaleOrdinal(1_000)),
        ("millionth", Word::ScaleOrdinal(1_000_000)),
        ("hundredths", Word::Parts(100)),
        ("thousandths", Word::Parts(1_000)),
        ("quarter", Word::Quarter),
        ("quarters", Word::Parts(4)),
        ("half", Word::Half),
        ("halves", Word::Parts(2)),
        ("dozen", Word::Dozen),
        ("dozens", Word::Order(10)),
        ("tens", Word::Order(10)),
        ("scores", Word::Order(10)),
        ("hundreds", Word::Order(100)),
        ("thousands", Word::Order(1_000)),
        ("millions", Word::Order(1_000_000)),
        ("billions", Word::Order(1_000_000_000)),
        ("doubled", Word::Multiple(2)),
        ("double", Word::Multiple(2)),
        ("doubling", Word::Multiple(2)),
        ("tripled", Word::Multiple(3)),
        ("trebled", Word::Multiple(3)),
        ("triple", Word::Multiple(3)),
        ("quadrupled", Word::Multiple(4)),
        ("quadruple", Word::Multiple(4)),
        ("twofold", Word::Multiple(2)),
        ("threefold", Word::Multiple(3)),
        ("fourfold", Word::Multiple(4)),
        ("fivefold", Word::Multiple(5)),
        ("sixfold", Word::Multiple(6)),
        ("sevenfold", Word::Multiple(7)),
        ("eightfold", Word::Multiple(8)),
        ("ninefold", Word::Multiple(9)),
        ("tenfold", Word::Multiple(10)),
        ("and", Word::And),
        ("a", Word::A),
        ("an", Word::A),
        ("of", Word::Of),
        ("point", Word::Point),
        ("percent", Word::Percent),
        ("percentage", Word::Percent),
        ("pct", Word::Percent),
        ("several", Word::Several),
        ("both", Word::Aside(2)),
        ("twice", Word::Aside(2)),
        ("once", Word::Aside(1)),
        ("nil", Word::Aside(0)),
        ("times", Word::Times),
        ("fold", Word::Fold),
    ]);
    let mut words: Vec<_> = words.into_iter().map(|(word, meaning)| (word.as_bytes(), meaning)).collect();
    words.sort_by_key(|(word, _)| key(word));
    let starts = (0..=32 * (LONGEST + 1)).map(|start| words.partition_point(|(word, _)| key(word) < start)).collect();
    let mut lasts = vec![0; 32 * (LONGEST + 1)];
    words.iter().for_each(|(word, _)| lasts[key(word)] |= last(word));
    Table { lasts, starts, words }
});

/// The longest word of the table.
const LONGEST: usize = 12;

/// Of a word of ASCII letters.
fn key(word: &[u8]) -> usize {
    32 * word.len() + usize::from(word[0] & 31)
}

/// The bit of its last letter.
fn last(word: &[u8]) -> u32 {
    1 << (word[word.len() - 1] & 31)
}

/// One word, run of digits or mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Word(Word),
    /// Digits with their value; whether marks of thousands or a point stood among them.
    Digits {
        value: Option<Value>,
        plain: bool,
    },
    Mark(char),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

/// The text as tokens; blanks are not among them.
pub(super) struct Tokens<'t> {
    pub(super) text: &'t str,
    pub(super) list: Vec<Token>,
    /// The tokens with which a number may begin.
    heads: Vec<usize>,
    /// One of them is more than an article.
    any: bool,
    /// There is a half among them.
    pub(super) halves: bool,
}

/// The lists of [`Tokens`], kept from one text to the next.
#[derive(Debug, Default)]
pub(super) struct Spare(Vec<Token>, Vec<usize>);

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str, words: bool, spare: &mut Spare) -> Self {
        let bytes = text.as_bytes();
        let Spare(mut list, mut heads) = std::mem::take(spare);
        list.clear();
        heads.clear();
        let (mut any, mut halves) = (false, false);
        let table = &*WORDS;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let (end, kind) = if byte.is_ascii_alphabetic() {
                let end = at + letters(&bytes[at..]);
                let word = if words { table.word(&bytes[at..end]) } else { Word::Other };
                let is_head = match word {
                    // A Roman numeral.
                    Word::Other => matches!(byte, b'I' | b'V' | b'X'),
                    Word::And | Word::Of | Word::Point | Word::Percent | Word::Times | Word::Fold | Word::Parts(_) => {
                        false
                    }
                    _ => true,
                };
                if is_head {
                    heads.push(list.len());
                    any |= word != Word::A;
                    halves |= word == Word::Half;
                }
                (end, Kind::Word(word))
            } else if byte.is_ascii_digit() {
                let (end, plain, value) = digits(bytes, at);
                heads.push(list.len());
                any = true;
                (end, Kind::Digits { value, plain })
            } else {
                let mark = text[at..].chars().next().unwrap_or_default();
                let end = at + mark.len_utf8();
                if mark.is_whitespace() {
                    at = end;
                    continue;
                }
                (end, Kind::Mark(mark))
            };
            list.push(Token { start: at, end, kind });
            // Most have one blank behind them.
            at = end + usize::from(bytes.get(end) == Some(&b' '));
        }
        Self { text, list, heads, any, halves }
    }

    /// The tokens with which a number may begin. An article alone begins none.
    pub(super) fn heads(&self) -> &[usize] {
        if self.any { &self.heads } else { &[] }
    }

    /// Leaves its lists for the next text.
    pub(super) fn give_back(self, spare: &mut Spare) {
        *spare = Spare(self.list, self.heads);
    }

    pub(super) fn word(&self, index: usize) -> Option<Word> {
        match self.list.get(index)?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_mark(&self, index: usize, mark: char) -> bool {
        self.list.get(index).is_some_and(|token| token.kind == Kind::Mark(mark))
    }

    /// The token's text; empty past the end.
    pub(super) fn slice(&self, index: usize) -> &'t str {
        self.list.get(index).map_or("", |token| &self.text[token.start..token.end])
    }

    fn bytes(&self, index: usize) -> &'t [u8] {
        self.list.get(index).map_or(&[], |token| &self.text.as_bytes()[token.start..token.end])
    }

    /// True when the word at `index` is `word`, whatever its case.
    pub(super) fn is(&self, index: usize, word: &str) -> bool {
        self.bytes(index).eq_ignore_ascii_case(word.as_bytes())
    }

    /// The token's text in lower case, which is written to a buffer; empty where it does not fit.
    pub(super) fn lower<'b>(&self, index: usize, buffer: &'b mut [u8]) -> &'b str {
        let word = self.bytes(index);
        let Some(lower) = buffer.get_mut(..word.len()) else { return "" };
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        std::str::from_utf8(lower).unwrap_or_default()
    }

    /// True when nothing stands between the token and the one before it.
    pub(super) fn touches(&self, index: usize) -> bool {
        index > 0 && index < self.list.len() && self.list[index - 1].end == self.list[index].start
    }

    pub(super) fn is_capital(&self, index: usize) -> bool {
        self.slice(index).starts_with(|c: char| c.is_ascii_uppercase())
    }
}

/// Digits at `at` with marks of thousands and a decimal point: the end, whether plain, and the value where it fits.
fn digits(bytes: &[u8], start: usize) -> (usize, bool, Option<Value>) {
    let run = |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = start + run(start);
    let mut plain = true;
    if end - start <= 3 {
        while bytes.get(end) == Some(&b',')
            && bytes.get(end + 1..end + 4).is_some_and(|g| g.iter().all(u8::is_ascii_digit))
            && !bytes.get(end + 4).is_some_and(u8::is_ascii_digit)
        {
            end += 4;
            plain = false;
        }
    }
    let mut places = 0;
    if bytes.get(end) == Some(&b'.') {
        let length = run(end + 1);
        let again = bytes.get(end + 1 + length) == Some(&b'.') && run(end + 2 + length) > 0;
        if length > 0 && !again {
            places = length;
            plain = false;
            end += 1 + length;
        }
    }
    let value = decimal(bytes[start..end].iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0'), places);
    (end, plain, value)
}

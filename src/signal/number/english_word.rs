//! The words of English that numbers are made of, and a text cut into words, digits and marks.

use super::value::{Value, decimal};
use foldhash::fast::FixedState;
use std::collections::HashMap;
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

static WORDS: LazyLock<HashMap<&'static str, Word, FixedState>> = LazyLock::new(|| {
    let mut words = HashMap::default();
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
    words
});

/// The longest word of the table.
const LONGEST: usize = 12;

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
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str, words: bool) -> Self {
        let bytes = text.as_bytes();
        let mut list = Vec::with_capacity(text.len() / 5);
        let mut at = 0;
        while at < bytes.len() {
            let start = at;
            let byte = bytes[at];
            let kind = if byte.is_ascii_alphabetic() {
                while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
                    at += 1;
                }
                Kind::Word(if words { word(&text[start..at]) } else { Word::Other })
            } else if byte.is_ascii_digit() {
                let (end, plain, value) = digits(bytes, at);
                at = end;
                Kind::Digits { value, plain }
            } else if byte.is_ascii() {
                at += 1;
                if byte.is_ascii_whitespace() {
                    continue;
                }
                Kind::Mark(char::from(byte))
            } else {
                let c = text[at..].chars().next().unwrap_or('\u{FFFD}');
                at += c.len_utf8();
                if c.is_whitespace() {
                    continue;
                }
                Kind::Mark(c)
            };
            list.push(Token { start, end: at, kind });
        }
        Self { text, list }
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

    /// True when the word at `index` is `word`, whatever its case.
    pub(super) fn is(&self, index: usize, word: &str) -> bool {
        self.slice(index).eq_ignore_ascii_case(word)
    }

    /// True when nothing stands between the token and the one before it.
    pub(super) fn touches(&self, index: usize) -> bool {
        index > 0 && index < self.list.len() && self.list[index - 1].end == self.list[index].start
    }

    pub(super) fn is_capital(&self, index: usize) -> bool {
        self.slice(index).starts_with(|c: char| c.is_ascii_uppercase())
    }
}

fn word(text: &str) -> Word {
    if text.len() > LONGEST {
        return Word::Other;
    }
    let mut lower = [0_u8; LONGEST];
    for (to, from) in lower.iter_mut().zip(text.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    std::str::from_utf8(&lower[..text.len()]).ok().and_then(|text| WORDS.get(text).copied()).unwrap_or(Word::Other)
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

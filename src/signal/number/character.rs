//! Characters of a Chinese text: which may begin a number, and what they are in one.

/// A text as characters, with the byte where each begins and, at the end, the byte length.
#[derive(Debug, Default)]
pub(super) struct Chars {
    pub(super) chars: Vec<char>,
    pub(super) starts: Vec<usize>,
    /// Which of the characters may begin a number.
    pub(super) heads: Vec<usize>,
}

impl Chars {
    /// Takes in another text.
    pub(super) fn fill(&mut self, text: &str) {
        let Self { chars, starts, heads } = self;
        chars.clear();
        starts.clear();
        heads.clear();
        let mut before = '\0';
        for (start, c) in text.char_indices() {
            match code(c) {
                0 => {}
                FOLLOWS if !follows(before, c) => {}
                FOLLOWS if c != '初' => heads.push(chars.len() - 1),
                _ => heads.push(chars.len()),
            }
            before = c;
            chars.push(c);
            starts.push(start);
        }
        starts.push(text.len());
    }

    /// The character at `index`, NUL past either end.
    pub(super) fn at(&self, index: usize) -> char {
        self.chars.get(index).copied().unwrap_or('\0')
    }

    /// The character before `index`, NUL at the start.
    pub(super) fn before(&self, index: usize) -> char {
        index.checked_sub(1).map_or('\0', |i| self.at(i))
    }

    pub(super) fn from(&self, index: usize) -> &[char] {
        self.chars.get(index..).unwrap_or_default()
    }

    pub(super) fn starts_with(&self, index: usize, word: &str) -> bool {
        let mut at = index;
        word.chars().all(|c| {
            at += 1;
            self.at(at - 1) == c
        })
    }

    pub(super) fn ends_with(&self, index: usize, word: &str) -> bool {
        let mut at = index;
        word.chars().rev().all(|c| {
            let same = at > 0 && self.at(at - 1) == c;
            at = at.saturating_sub(1);
            same
        })
    }
}

/// What a character is in a numeral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// 零 to 九.
    Digit(u8),
    /// 0 to 9 of either width.
    Arabic(u8),
    /// 十 百 千 万 亿.
    Times(i64),
    /// 廿 卅 卌.
    Tens(u8),
    /// 几 数: some digit.
    Some,
    /// 俩 仨: a digit and its counter in one.
    Counted(u8),
    None,
}

/// The characters with which a number may begin, by their classes. Those of no class are no numerals; of these, the first behind
/// others tell of the farmers' calendar and the thirds of a month.
const NUMERALS: [(Class, &[char]); 33] = [
    (Class::None, &['月', '旬', '初']),
    (Class::None, &['半']),
    (Class::Arabic(0), &['0', '０']),
    (Class::Arabic(1), &['1', '１']),
    (Class::Arabic(2), &['2', '２']),
    (Class::Arabic(3), &['3', '３']),
    (Class::Arabic(4), &['4', '４']),
    (Class::Arabic(5), &['5', '５']),
    (Class::Arabic(6), &['6', '６']),
    (Class::Arabic(7), &['7', '７']),
    (Class::Arabic(8), &['8', '８']),
    (Class::Arabic(9), &['9', '９']),
    (Class::Digit(0), &['零', '〇', '○', '◯']),
    (Class::Digit(1), &['一', '壹']),
    (Class::Digit(2), &['二', '两', '兩', '贰', '貳']),
    (Class::Digit(3), &['三', '叁', '參']),
    (Class::Digit(4), &['四', '肆']),
    (Class::Digit(5), &['五', '伍']),
    (Class::Digit(6), &['六']),
    (Class::Digit(7), &['七', '柒']),
    (Class::Digit(8), &['八', '捌']),
    (Class::Digit(9), &['九', '玖']),
    (Class::Times(10), &['十', '拾']),
    (Class::Times(100), &['百', '佰']),
    (Class::Times(1_000), &['千', '仟']),
    (Class::Times(10_000), &['万', '萬']),
    (Class::Times(100_000_000), &['亿', '億']),
    (Class::Tens(20), &['廿']),
    (Class::Tens(30), &['卅']),
    (Class::Tens(40), &['卌']),
    (Class::Some, &['几', '幾', '数', '數']),
    (Class::Counted(2), &['俩', '倆']),
    (Class::Counted(3), &['仨']),
];

/// By character: 0, or its line in [`NUMERALS`], counted from 1.
static CODES: [u8; 0x10000] = {
    let mut codes = [0; 0x10000];
    let mut line = 0;
    while line < NUMERALS.len() {
        let mut index = 0;
        while index < NUMERALS[line].1.len() {
            codes[NUMERALS[line].1[index] as usize] = line as u8 + 1;
            index += 1;
        }
        line += 1;
    }
    codes
};

/// The code of those that tell it with the character before.
const FOLLOWS: u8 = 1;

/// 正月, 上旬, and 初 behind a month or a year.
fn follows(before: char, c: char) -> bool {
    match c {
        '月' => matches!(before, '正' | '腊' | '臘' | '元'),
        '旬' => matches!(before, '上' | '中' | '下'),
        _ => matches!(before, '月' | '年'),
    }
}

fn code(c: char) -> u8 {
    CODES.get(c as usize).copied().unwrap_or(0)
}

#[inline]
pub(super) fn class(c: char) -> Class {
    match code(c) {
        0 => Class::None,
        line => NUMERALS[usize::from(line) - 1].0,
    }
}

/// Characters of the basic plane, for a test that costs one look-up.
#[derive(Debug)]
pub(super) struct CharSet(Vec<bool>);

impl FromIterator<char> for CharSet {
    fn from_iter<I: IntoIterator<Item = char>>(chars: I) -> Self {
        let mut set = vec![false; 0x10000];
        chars.into_iter().for_each(|c| set[c as usize] = true);
        Self(set)
    }
}

impl CharSet {
    pub(super) fn contains(&self, c: char) -> bool {
        self.0.get(c as usize).is_some_and(|&is_in| is_in)
    }
}

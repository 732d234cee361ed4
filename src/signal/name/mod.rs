//! Names: capitalised words of a Latin script against the sound of Chinese characters.
//!
//! Two ways lead from 杨桂兰 to Yang Kuei-lan and from 开果洛多夫 to Kaigorodov. A Chinese name is *spelled*: some reading
//! of each character, in pinyin or Wade-Giles, gives the letters exactly; old customary spellings
//! (Peking, Chiang Kai-shek) stand in a table. A foreign name is *transliterated*: its consonants come back,
//! more or less, as the initials of characters that newspapers use for names.
//!
//! [`Sounds`] holds what a Chinese sentence sounds like, [`Name`] what a Latin word asks for; both are made once,
//! and [`Sounds::find`] is then quick: a first letter and a first consonant rule most places out before any search.
//!
//! What it cannot see: Japanese and Korean names (冈崎 Okazaki), and names that were translated (白鹿坡, White Deer Slope).
//!
//! ```
//! use bitext::signal::name::{Name, Sounds, similarity};
//! let sentence = Sounds::new("妇女主任杨桂兰把椽子扛来。");
//! assert!(sentence.find(&Name::new("Yang Kuei-lan")).is_some_and(|found| found.score > 0.9));
//! assert!(similarity("巴克奇", "Bakich") > similarity("巴克奇", "Markovic"));
//! ```

mod candidate;
mod evidence;
mod places;
mod skeleton;
mod spelling;

pub use candidate::{Candidate, candidates};
pub use evidence::Evidence;

use crate::span::ByteRange;
use skeleton::{Kind, Skeleton};
use spelling::{Reading, SyllableId};

/// A Latin name, ready to be looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// Its letters, in lower case, without accents, blanks or hyphens.
    letters: String,
    skeleton: Skeleton,
    /// The letters fall into syllables of Mandarin, in pinyin or Wade-Giles.
    is_mandarin: bool,
    /// Its beginnings that spell a syllable, if it is such a name: how many letters, and which syllables.
    heads: Vec<(usize, &'static [SyllableId])>,
    /// The characters that are customarily written so.
    forms: &'static [&'static str],
    /// What [`Skeleton::beginnings`] says.
    beginnings: u64,
}

impl Name {
    /// Prepares a name, of one word or several.
    pub fn new(latin: &str) -> Self {
        let letters: String = latin.chars().flat_map(char::to_lowercase).filter_map(skeleton::folded).collect();
        let skeleton = Skeleton::of_latin(&letters);
        let is_mandarin = spelling::is_mandarin(&letters);
        let heads = if is_mandarin { spelling::heads(&letters).collect() } else { Vec::new() };
        let (forms, beginnings) = (places::forms(&letters), skeleton.beginnings());
        Self { letters, skeleton, is_mandarin, heads, forms, beginnings }
    }

    /// True when the letters fall into syllables of Mandarin: such a name is looked for as a spelling first,
    /// and as a transliteration with more caution.
    pub fn is_mandarin(&self) -> bool {
        self.is_mandarin
    }

    /// The letters that are looked for.
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// Long enough to be known by its consonants.
    fn may_be_foreign(&self) -> bool {
        self.skeleton.len() >= 2 && self.letters.len() >= 4
    }

    /// Whether it may be written in Chinese from an element of this kind on.
    fn may_begin(&self, element: Kind) -> bool {
        self.beginnings >> element & 1 != 0
    }
}

/// Where a name was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The characters that sound like it.
    pub range: ByteRange,
    /// How well they do, from 0 to 1: 1 for a spelling of two syllables or more, 0.4 to 0.6 for one syllable,
    /// at most 0.95 for a transliteration.
    pub score: f32,
}

/// One character.
#[derive(Debug, Clone, Copy)]
struct Sound {
    start: usize,
    /// None breaks the sound.
    reading: Option<&'static Reading>,
}

impl Sound {
    fn syllables(&self) -> &'static [SyllableId] {
        self.reading.map_or(&[], Reading::syllables)
    }

    #[inline]
    fn may_begin_with(&self, letter: u8) -> bool {
        self.reading.is_some_and(|reading| reading.may_begin_with(letter))
    }

    /// Where the character ends, if it has a sound.
    fn end(&self) -> usize {
        self.start + if self.reading.is_some() { spelling::BYTES } else { 0 }
    }
}

/// What a Chinese text sounds like, character by character; other characters break the sound.
#[derive(Debug, Clone)]
pub struct Sounds<'t> {
    text: &'t str,
    list: Vec<Sound>,
}

/// What a transliteration of a name loses that reads as Mandarin too.
const MANDARIN_ABROAD: f32 = 0.2;
/// The least score that [`Sounds::find`] reports.
pub const LEAST_SCORE: f32 = 0.4;

impl<'t> Sounds<'t> {
    /// Looks up every character's readings.
    pub fn new(text: &'t str) -> Self {
        Self::of(text, [ByteRange::new(0, text.len())])
    }

    /// Those of several pieces of one text, between which the sound breaks.
    fn of(text: &'t str, pieces: impl IntoIterator<Item = ByteRange>) -> Self {
        Self::listed(text, pieces, Vec::new())
    }

    /// The same, in a list whose memory was kept.
    fn listed(text: &'t str, pieces: impl IntoIterator<Item = ByteRange>, mut list: Vec<Sound>) -> Self {
        list.clear();
        let readings = spelling::readings();
        for piece in pieces {
            let own = piece.of(text);
            list.reserve(own.len() / 3 + 2);
            for (at, c) in own.char_indices() {
                let reading = readings.of(c);
                // A space in the print and the dot between the parts of a name are passed over.
                if reading.is_some() || !matches!(c, ' ' | '·' | '•' | '．') {
                    list.push(Sound { start: piece.start + at, reading });
                }
            }
            list.push(Sound { start: piece.end, reading: None });
        }
        Self { text, list }
    }

    /// The text from the first character to the last, and where it begins.
    fn extent(&self) -> (&'t str, usize) {
        let ends = self.list.first().zip(self.list.last());
        let (start, end) = ends.map_or((0, 0), |(first, last)| (first.start, last.start));
        (&self.text[start..end], start)
    }

    /// The best place where the name sounds, if one scores at least [`LEAST_SCORE`]; the first of equals.
    ///
    /// Time: linear in the text for a first look; each place that the first letter or consonant allows costs
    /// the square of the name's length.
    pub fn find(&self, name: &Name) -> Option<Found> {
        let mut best: Option<Found> = None;
        let keep = |found: Found, best: &mut Option<Found>| {
            if found.score >= LEAST_SCORE && best.is_none_or(|best| found.score > best.score) {
                *best = Some(found);
            }
        };
        let first = name.letters.bytes().next()?;
        for start in 0..self.list.len() {
            if let Some(end) = self.customary(start, name) {
                keep(self.found(start, end, 1.0), &mut best);
            }
            if self.list[start].may_begin_with(first)
                && let Some(end) = self.spelled(start, &name.letters, 0)
            {
                keep(self.found(start, end, spelled_score(end - start, name)), &mut best);
            }
        }
        if let Some(best) = best
            && best.score >= 1.0
        {
            return Some(best);
        }
        if name.may_be_foreign() {
            for start in 0..self.list.len() {
                if let Some(reading) = self.list[start].reading
                    && reading.transliterates
                    && name.may_begin(reading.elements[0])
                    && let Some((end, score)) = self.transliterated(start, name, LEAST_SCORE)
                {
                    keep(self.found(start, end, score), &mut best);
                }
            }
        }
        best
    }

    fn found(&self, start: usize, end: usize, score: f32) -> Found {
        Found { range: ByteRange::new(self.list[start].start, self.list[end - 1].end()), score }
    }

    fn customary(&self, start: usize, name: &Name) -> Option<usize> {
        name.forms.iter().find(|form| self.reads(start, form)).map(|form| start + form.chars().count())
    }

    /// True when just these characters stand at `start`.
    fn reads(&self, start: usize, form: &str) -> bool {
        self.text[self.list[start].start..].starts_with(form) && start + form.chars().count() <= self.list.len()
    }

    /// The end of the characters from `start` some reading of which spells all the letters.
    fn spelled(&self, start: usize, letters: &str, depth: usize) -> Option<usize> {
        let Some(&first) = letters.as_bytes().first() else { return Some(start) };
        let sound = self.list.get(start).filter(|sound| sound.may_begin_with(first))?;
        // No Chinese name has more than six characters: the search cannot run far.
        if depth >= 6 {
            return None;
        }
        let spellings = sound.syllables().iter().flat_map(|&id| &spelling::syllable(id).spellings);
        spellings.into_iter().find_map(|spelling| {
            let rest = letters.strip_prefix(spelling.as_str())?;
            self.spelled(start + 1, rest, depth + 1)
        })
    }

    /// The best transliteration that begins at `start`: its end and score, above `least`.
    fn transliterated(&self, start: usize, name: &Name, least: f32) -> Option<(usize, f32)> {
        // Mila may be 米拉, but Xinhua is rarely 西诺瓦.
        let lost = if name.is_mandarin { MANDARIN_ABROAD } else { 0.0 };
        let end = self.list.len().min(start + name.skeleton.len() + 3);
        let found = skeleton::align(&name.skeleton, &self.list[start..end], least + lost);
        found.map(|(count, score)| (start + count, score - lost))
    }
}

/// What a spelling by so many characters is worth: one syllable is found by chance.
fn spelled_score(characters: usize, name: &Name) -> f32 {
    match (characters, name.letters.len()) {
        (1, 4..) => 0.6,
        (1, _) => 0.4,
        _ => 1.0,
    }
}

/// How much a Chinese name sounds like a Latin one, the whole of both, from 0 to 1.
pub fn similarity(chinese: &str, latin: &str) -> f32 {
    let sounds = Sounds::new(chinese);
    let Some(found) = sounds.find(&Name::new(latin)) else { return 0.0 };
    let covered = found.range.of(chinese).chars().filter(|c| spelling::reading(*c).is_some()).count();
    found.score * covered as f32 / (sounds.list.len() - 1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelled_names() {
        for (zh, en) in [
            ("周恩来", "Chou En-lai"),
            ("毛泽东", "Mao Tse-tung"),
            ("邓小平", "Teng Hsiao-ping"),
            ("朱德", "Chu Teh"),
            ("杨桂兰", "Yang Kuei-lan"),
            ("楊桂蘭", "Yang Guilan"),
            ("北京", "Peking"),
            ("天津", "Tientsin"),
            ("广州", "Canton"),
            ("西安", "Xi'an"),
            ("蒋介石", "Chiang Kai-shek"),
            ("重庆", "Chongqing"),
            ("吕正操", "Lu Zhengcao"),
            ("单国华", "Shan Guohua"),
            ("林彪", "Lin Piao"),
            ("刘少奇", "Liu Shao-chi"),
        ] {
            assert!(similarity(zh, en) >= 0.99, "{zh} {en}: {}", similarity(zh, en));
        }
    }

    #[test]
    fn transliterated_names() {
        for (zh, en, other) in [
            ("巴克奇", "Bakich", "Markovic"),
            ("开果洛多夫", "Kaigorodov", "Livanov"),
            ("贝尔切克", "Belchek", "Costescu"),
            ("埃里克松", "Eriksson", "Maxwell"),
            ("科斯特斯库", "Costescu", "Eriksson"),
            ("马尔科维奇", "Markovic", "Belchek"),
            ("麦克弗森", "McPherson", "Schmidt"),
            ("施密特", "Schmidt", "Bakich"),
            ("马克斯韦尔", "Maxwell", "Belchek"),
        ] {
            let (right, wrong) = (similarity(zh, en), similarity(zh, other));
            assert!(right > 0.55 && right > wrong + 0.1, "{zh}: {en} {right}, {other} {wrong}");
        }
    }

    #[test]
    fn found_where_it_stands() {
        let text = "赛后，记者在休息室里访问了贝尔切克。";
        let found = Sounds::new(text).find(&Name::new("Belchek")).unwrap();
        assert_eq!(found.range.of(text), "贝尔切克");
        assert!(Sounds::new("今天天气很好。").find(&Name::new("Belchek")).is_none());
    }

    #[test]
    fn odd_texts_do_no_harm() {
        for latin in ["", "-", "é", "X", "ß", "Ωmega", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"] {
            for text in ["", "abc", "·", "巴·巴", "啊啊啊啊啊啊啊啊啊啊啊啊"] {
                let score = similarity(text, latin);
                assert!((0.0..=1.0).contains(&score));
            }
        }
    }
}

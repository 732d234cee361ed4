//! Stage 3: sentences.

mod segment;

pub use segment::segments;

use crate::span::ByteRange;

/// Rules for one language.
#[derive(Debug)]
pub struct Splitter {
    known: bool,
    tag: String,
}

/// State carried.
#[derive(Debug, Clone, Copy, Default)]
pub struct Carry;

/// One sentence.
#[derive(Debug, Clone, Copy)]
pub struct Sentence {
    /// Where.
    pub range: ByteRange,
}

impl Splitter {
    /// New.
    pub fn new(tag: &str) -> Self {
        Self { known: tag.starts_with("zh") || tag.starts_with("en"), tag: tag.into() }
    }
    /// Known.
    pub fn is_known(&self) -> bool {
        self.known
    }
    /// Sentences.
    pub fn sentences_after<'t>(&self, _carry: Carry, text: &'t str) -> Sentences {
        let mut out = Vec::new();
        let mut start = 0;
        let zh = self.tag.starts_with("zh");
        let chars: Vec<(usize, char)> = text.char_indices().collect();
        let mut k = 0;
        while k < chars.len() {
            let c = chars[k].1;
            let end = if zh { matches!(c, '。' | '！' | '？') } else { matches!(c, '.' | '!' | '?') };
            k += 1;
            if end {
                while k < chars.len() && matches!(chars[k].1, '”' | '’' | '"' | ')' | '）' | '」' | '。' | '！' | '？')
                {
                    k += 1;
                }
                let at = chars.get(k).map_or(text.len(), |c| c.0);
                if zh || k >= chars.len() || chars[k].1 == ' ' {
                    out.push(Sentence { range: ByteRange::new(start, at).trimmed(text) });
                    start = at;
                }
            }
        }
        let rest = ByteRange::new(start, text.len()).trimmed(text);
        if !rest.is_empty() {
            out.push(Sentence { range: rest });
        }
        Sentences(out.into_iter())
    }
}

/// Iterator.
pub struct Sentences(std::vec::IntoIter<Sentence>);
impl Sentences {
    /// Carry.
    pub fn carry(&self) -> Carry {
        Carry
    }
}
impl Iterator for Sentences {
    type Item = Sentence;
    fn next(&mut self) -> Option<Sentence> {
        self.0.next()
    }
}

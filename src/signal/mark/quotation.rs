//! Which marks open and close a quotation, and which are apostrophes.
//!
//! Only the outermost quotation counts: in *He said, "Who called me 'uncle'?"* the inner pair is passed over. Straight marks, and
//! single ones, which are apostrophes too, are told by their neighbours: one opens behind white space or an opening mark and
//! before a letter, and closes behind punctuation, or where one is open and no letter follows. Single marks count only in
//! texts that quote with them more than with others.

/// The pair of marks that a quotation began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// “ ”, 「 」, 『 』, „ “, " "
    Double,
    /// ' ' and ‘ ’
    Single,
    /// « » or » «
    Guillemet,
}

/// What a mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Opens,
    Closes,
}

/// A mark and its neighbours, `None` at the segment's ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) before: Option<char>,
    pub(super) mark: char,
    pub(super) after: Option<char>,
}

/// Follows a text from mark to mark.
#[derive(Debug)]
pub(super) struct Quotation {
    open: Option<Kind>,
    /// Single marks are quotation marks here.
    single: bool,
}

/// May stand before an opening mark.
fn is_free(before: Option<char>) -> bool {
    before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '（' | '[' | '—' | '–' | '-' | ':' | '：' | '“' | '"'))
}

impl Quotation {
    /// For a text of these marks, and perhaps others.
    pub(super) fn new(places: &[Place]) -> Self {
        let (mut single, mut double) = (0, 0);
        for &Place { before, mark, after } in places {
            match mark {
                '"' | '“' | '「' | '『' | '„' | '«' | '»' => double += 1,
                '\'' | '‘' if is_free(before) && after.is_some_and(char::is_alphanumeric) => single += 2,
                _ => {}
            }
        }
        Self { open: None, single: single > double }
    }

    /// Forgets a quotation that was left open.
    pub(super) fn end(&mut self) {
        self.open = None;
    }

    /// What a mark does.
    pub(super) fn turn(&mut self, Place { before, mark, after }: Place) -> Option<Turn> {
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_open = |kind| self.open == Some(kind);
        let (kind, opens, closes) = match mark {
            // German closes with the mark that English opens with.
            '“' => (Kind::Double, !is_open(Kind::Double) || is_free(before), !is_free(before)),
            '「' | '『' | '„' => (Kind::Double, true, false),
            '”' | '」' | '』' => (Kind::Double, false, true),
            '"' | '＂' => (Kind::Double, self.open.is_none() || is_free(before) && is_letter(after), true),
            '\'' | '‘' | '’' if !self.single => return None,
            '‘' => (Kind::Single, true, false),
            '’' => (Kind::Single, false, !is_letter(after)),
            '\'' => {
                let closes = !is_letter(after) && (!is_letter(before) || is_open(Kind::Single));
                (Kind::Single, is_free(before) && is_letter(after), closes)
            }
            '«' | '»' => (Kind::Guillemet, self.open.is_none(), true),
            _ => return None,
        };
        match self.open {
            None if opens => {
                self.open = Some(kind);
                Some(Turn::Opens)
            }
            // One was not closed.
            Some(open) if open == kind && opens => Some(Turn::Opens),
            Some(open) if open == kind && closes => {
                self.open = None;
                Some(Turn::Closes)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with [ and ] in place of the marks that open and close, the others as they are.
    fn marked(text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let place = |at: usize| {
            let before = at.checked_sub(1).map(|at| chars[at]);
            Place { before, mark: chars[at], after: chars.get(at + 1).copied() }
        };
        let places: Vec<Place> = (0..chars.len()).map(place).collect();
        let mut quotation = Quotation::new(&places);
        let turn = |&place: &Place| match quotation.turn(place) {
            Some(Turn::Opens) => '[',
            Some(Turn::Closes) => ']',
            None => place.mark,
        };
        places.iter().map(turn).collect()
    }

    #[test]
    fn the_outermost_quotation_is_followed() {
        for (text, expected) in [
            ("他说：“什么‘好’？”她说：「走」。", "他说：[什么‘好’？]她说：[走]。"),
            (
                "'It's the boys' room,' he said. 'Don't say \"no\".'",
                "[It's the boys] room,' he said. [Don't say \"no\".]",
            ),
            (
                "\"It's the boys' room,\" he said. \"Don't say 'no'.\"",
                "[It's the boys' room,] he said. [Don't say 'no'.]",
            ),
            ("He's 'here', isn't he", "He's [here], isn't he"),
            ("Er sagte: „Ja.“ Sie: „Nein.“", "Er sagte: [Ja.] Sie: [Nein.]"),
            ("Il dit : « Oui. » Elle : « Non. »", "Il dit : [ Oui. ] Elle : [ Non. ]"),
            ("他说\"好\"，她说\"不\"。", "他说[好]，她说[不]。"),
            ("\"One. \"Two.\"", "[One. [Two.]"),
        ] {
            assert_eq!(marked(text), expected);
        }
    }
}

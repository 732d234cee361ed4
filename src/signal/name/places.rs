//! Old and customary spellings of places.

use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::LazyLock;

/// By the letters: the characters that they stand for.
static PLACES: LazyLock<HashMap<&'static str, Vec<&'static str>, FixedState>> = LazyLock::new(|| {
    let mut places: HashMap<&str, Vec<&str>, FixedState> = HashMap::default();
    for line in crate::signal::table_lines(include_str!("tables/places.txt")) {
        let Some((forms, letters)) = line.split_once('|') else { continue };
        for letters in letters.split_whitespace() {
            places.entry(letters).or_default().extend(forms.split_whitespace());
        }
    }
    places
});

/// The characters that are customarily written with these letters, in lower case and without blanks.
pub(super) fn forms(letters: &str) -> &'static [&'static str] {
    PLACES.get(letters).map_or(&[], Vec::as_slice)
}

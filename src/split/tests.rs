//! What stands inside the module's walls.

use super::table::{BUILT_IN, Class, Table};
use crate::document::lines::{Look, Script, is_verse, joins_next};

#[test]
fn built_in_tables_are_whole() {
    for (tag, written) in BUILT_IN {
        let mut table = Table::default();
        assert_eq!(table.read(written), Ok(()), "{tag}");
    }
}

#[test]
fn capitals_find_their_abbreviation() {
    let mut table = Table::default();
    table.read("[titles]\nMr e.g\n[units]\nin").unwrap();
    assert_eq!(table.class("MR"), Some(Class::Title));
    assert_eq!(table.class("E.g"), Some(Class::Title));
    assert_eq!(table.class("In"), None);
}

#[test]
fn lines_broken_in_a_sentence() {
    let broken = ["    他们往往不肯改，也不想\n", "  “改”，怎么办？\n", "    第二段。\n"].map(Look::of);
    assert!(joins_next(Script::Han, &broken, 0));
    assert!(!joins_next(Script::Han, &broken, 1));
    let heads = ["    国际简讯\n", "  美国物价上涨\n"].map(Look::of);
    assert!(!joins_next(Script::Han, &heads, 0));
    assert!(joins_next(Script::Alphabetic, &["The committee met in the", "great hall."].map(Look::of), 0));
    assert!(!joins_next(Script::Alphabetic, &["A new bridge opens", "Half a million came."].map(Look::of), 0));
}

#[test]
fn verse_is_short_lines() {
    assert!(is_verse(Script::Han, &["东山日出满天红，", "社员下地斗寒风，", "一锄挖到龙王殿，", "要它送水到田中。"]));
    assert!(!is_verse(Script::Han, &["这是一段很长的话，里面有两句。第二句在这里，也不算短。"]));
}

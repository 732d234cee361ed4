//! Lists within a paragraph: 一、…。二、…。

use super::super::scan::head;
use super::is_digit;

/// How far a list is looked at to tell its kind, in bytes.
const LIST_BYTES: usize = 300;

/// Whether a list follows whose items are whole sentences: a numbered item that ends with a full stop, and another.
/// `text` begins after the colon.
pub(super) fn follows(text: &str) -> bool {
    let first = head(text, LIST_BYTES).trim_start();
    if !begins_item(first) {
        return false;
    }
    let Some((_, rest)) = first.split_once(['。', '；', ';', '！', '？', '\n']) else { return false };
    first[..first.len() - rest.len()].ends_with('。') && begins_item(rest.trim_start())
}

/// Whether `text` begins with the number of an item: 一、 （一） 1. １． ① 第一，
fn begins_item(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if matches!(first, '①'..='⑳' | '⑴'..='⒛') {
        return true;
    }
    let numeral = |c: char| is_digit(c) || "一二三四五六七八九十".contains(c);
    let open = matches!(first, '（' | '(');
    let ordinal = first == '第';
    let inner = if open || ordinal { &text[first.len_utf8()..] } else { text };
    let digits: usize = inner.chars().take(3).take_while(|&c| numeral(c)).map(char::len_utf8).sum();
    let Some(mark) = inner[digits..].chars().next().filter(|_| digits > 0) else { return false };
    if open {
        matches!(mark, '）' | ')')
    } else if ordinal {
        matches!(mark, '，' | '、' | ',' | '：')
    } else {
        matches!(mark, '、' | '．' | '.' | '）' | ')') && !inner[digits + mark.len_utf8()..].starts_with(is_digit)
    }
}

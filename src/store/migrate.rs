//! Stores of earlier versions, brought up to this one.

use super::article::{mark, unpack};
use super::text::Cutter;
use super::{StoreError, TABLES, VERSION};
use crate::span::Pair;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Brings the store up, in one transaction.
pub(super) fn run(path: &Path, found: i32) -> Result<(), StoreError> {
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it meanwhile.
    let now: i32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if now == found && found < 2 {
        from_1(&transaction)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Version 1 had texts and facts in one table, no words, and no corrections.
fn from_1(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "ALTER TABLE article RENAME TO article_1; ALTER TABLE pair RENAME TO pair_1; ALTER TABLE finding RENAME TO finding_1;
         DROP INDEX article_date; DROP INDEX finding_doc;",
    )?;
    // The index stays as it is: the numbers of the pairs do.
    let (begin, end) = (TABLES.find("CREATE TABLE about"), TABLES.find("CREATE TABLE article("));
    let words = TABLES.find("CREATE VIRTUAL TABLE words");
    if let (Some(begin), Some(end), Some(words)) = (begin, end, words) {
        connection.execute_batch(&format!("{}{}", &TABLES[..begin], &TABLES[end..words]))?;
    }
    connection.execute_batch(
        "INSERT INTO article(id, doc, first, room, length, date, page, title, title_target, rows)
           SELECT id, doc, (SELECT min(pair_1.id) FROM pair_1 WHERE article = article_1.id) AS first,
             (SELECT max(pair_1.id) + 1 - min(pair_1.id) FROM pair_1 WHERE article = article_1.id),
             (SELECT count(*) FROM pair_1 WHERE article = article_1.id), date, page, title, title_target, rows
           FROM article_1 WHERE first IS NOT NULL;
         INSERT INTO pair(id, article, date, page, section, kind, confidence)
           SELECT pair_1.id, article, date, page, section, kind, confidence
           FROM pair_1 JOIN article_1 ON article_1.id = pair_1.article;
         INSERT INTO text(id, source, target) SELECT id, source, target FROM pair_1;
         INSERT INTO finding(id, doc, row, type, probability, json) SELECT id, doc, pair, type, probability, json FROM finding_1;
         DROP TABLE finding_1; DROP TABLE pair_1; DROP TABLE article_1;",
    )?;
    collect_words(connection)?;
    let mut articles = connection.prepare("SELECT first, rows FROM article")?;
    let mut found = articles.query([])?;
    while let Some(row) = found.next()? {
        let (first, packed): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        for (at, line) in (first..).zip(unpack(&packed)?) {
            if line.is_locked() {
                connection.prepare_cached("UPDATE pair SET locked = 1 WHERE id = ?1")?.execute([at])?;
            }
            let known = connection
                .prepare_cached("UPDATE finding SET pair = ?1 WHERE doc = ?2 AND row = ?3")?
                .execute(params![at, &*line.row.doc, line.row.id])?;
            if known > 0 {
                mark(connection, at)?;
            }
        }
    }
    Ok(())
}

/// Fills the table of words from the texts of all pairs.
fn collect_words(connection: &Connection) -> Result<(), StoreError> {
    let about = |key: &str| -> rusqlite::Result<Option<String>> {
        connection.query_row("SELECT value FROM about WHERE key = ?1", [key], |row| row.get(0)).optional()
    };
    let Some(language) = about("source_lang")?.zip(about("target_lang")?) else { return Ok(()) };
    let cutters = Pair::new(Cutter::new(&language.0), Cutter::new(&language.1));
    let mut forms = BTreeMap::new();
    let mut pairs = connection.prepare("SELECT source, target FROM text")?;
    let mut rows = pairs.query([])?;
    while let Some(row) = rows.next()? {
        cutters.source.tokens(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?, &mut forms);
        cutters.target.tokens(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, &mut forms);
    }
    let mut put = connection.prepare("INSERT OR IGNORE INTO word(form, token) VALUES (?1, ?2)")?;
    forms.iter().try_for_each(|(form, token)| put.execute([form, token]).map(|_| ()))?;
    Ok(())
}

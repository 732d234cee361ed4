//! What is searched for.

use super::text::{Asked, Cutter, expression};
use crate::export::select::{Dates, Kind};
use crate::fidelity::Kind as Finding;
use crate::span::{Pair, Side};
use thiserror::Error;

/// A query that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueryError {
    /// Nothing that must be there.
    #[error("the query asks for no word that is to be there")]
    NothingAsked,
    /// A wildcard among Chinese characters.
    #[error("{0}: wildcards stand in words of letters; write the parts as words of their own")]
    Wildcard(String),
    /// A wildcard that stands for very many words.
    #[error("{0}: over {1} words are like this; give more letters")]
    TooWide(String, usize),
    /// A quotation that does not end.
    #[error("the quotation marks before {0:?} do not close")]
    OpenQuotation(String),
    /// A side that the store does not have.
    #[error("{found} names no side of this store; write {source_lang}: or {target_lang}:")]
    Side {
        /// What was written.
        found: String,
        /// The original's language.
        source_lang: String,
        /// The translation's.
        target_lang: String,
    },
}

/// One word or phrase of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) side: Side,
    /// It must not be there.
    pub(super) not: bool,
    pub(super) asked: Vec<Asked>,
}

/// Words and phrases, of either side, that are to be in a pair or not to be there.
///
/// ```text
/// 贸易                    the characters, simplified or traditional, anywhere in the original
/// zh:贸易 en:trade         both sides at once; words of other letters are found in all their forms
/// zh:白匪 -en:bandit*     not translated as; * stands for any letters, ? for one
/// "trade union"          a phrase
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub(super) terms: Vec<Term>,
}

impl Query {
    /// Reads a query. A word without a side goes to that of its writing: Chinese characters to the Chinese side.
    ///
    /// # Errors
    /// When it asks for nothing, or for a side that there is not.
    pub fn new(text: &str, language: &Pair<String>) -> Result<Self, QueryError> {
        let cutters = language.as_ref().map(|tag| Cutter::new(tag));
        let chinese = |tag: &str| tag.starts_with("zh");
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let not = rest.strip_prefix('-');
            let mut word = not.unwrap_or(rest);
            let mut side = None;
            let head: &str = word.split(|c: char| c == ':' || c == '"' || c.is_whitespace()).next().unwrap_or_default();
            if word[head.len()..].starts_with(':')
                && !head.is_empty()
                && head.chars().all(|c| c.is_ascii_alphabetic() || c == '-')
            {
                side = Some(match head {
                    "source" => Side::Source,
                    "target" => Side::Target,
                    tag => Side::BOTH
                        .into_iter()
                        .find(|&side| language[side].split('-').next() == tag.split('-').next())
                        .ok_or_else(|| QueryError::Side {
                            found: format!("{tag}:"),
                            source_lang: language.source.clone(),
                            target_lang: language.target.clone(),
                        })?,
                });
                word = &word[head.len() + 1..];
            }
            let (words, behind) = match word.strip_prefix('"') {
                Some(open) => open.split_once('"').ok_or_else(|| QueryError::OpenQuotation(open.to_owned()))?,
                None => word.split_at(word.find(char::is_whitespace).unwrap_or(word.len())),
            };
            let side = side.unwrap_or_else(|| {
                let han = words.chars().any(crate::document::lines::is_han);
                match (han, chinese(&language.source), chinese(&language.target)) {
                    (true, false, true) | (false, true, false) => Side::Target,
                    _ => Side::Source,
                }
            });
            let asked = cutters[side].asked(words).ok_or_else(|| QueryError::Wildcard(words.to_owned()))?;
            if !asked.is_empty() {
                terms.push(Term { side, not: not.is_some(), asked });
            }
            rest = behind.trim_start();
        }
        if terms.iter().all(|term| term.not) {
            return Err(QueryError::NothingAsked);
        }
        Ok(Self { terms })
    }

    /// The index's expressions. `tokens` gives the tokens of the words of a form: all, and of these such as no word of another form has.
    ///
    /// # Errors
    /// Those of `tokens`, and when the words could stand in any text.
    pub(super) fn expressions<E: From<QueryError>>(
        &self,
        mut tokens: impl FnMut(&str) -> Result<(Vec<String>, Vec<String>), E>,
    ) -> Result<Expressions, E> {
        let column = |side: Side| if side == Side::Source { "source" } else { "target" };
        // What finds every hit, and what finds nothing but hits.
        let (mut wide, mut sure): (Vec<String>, Option<Vec<String>>) = (Vec::new(), Some(Vec::new()));
        let (mut wide_not, mut sure_not): (Vec<String>, Vec<String>) = Default::default();
        for term in &self.terms {
            let all = expression(column(term.side), &term.asked, &mut |form| Ok::<_, E>(tokens(form)?.0))?;
            let exact = if term.asked.iter().all(is_exact) {
                all.clone()
            } else if term.asked.len() == 1 {
                // Where no token is certain, the expression finds nothing.
                expression(column(term.side), &term.asked, &mut |form| Ok::<_, E>(tokens(form)?.1))?
            } else {
                None
            };
            if term.not {
                // What is taken away must be certain; a sure hit has nothing that could be.
                sure_not.extend(exact);
                match all {
                    Some(all) => wide_not.push(all),
                    None => sure = None,
                }
            } else {
                wide.extend(all);
                sure = sure.zip(exact).map(|(mut sure, exact)| {
                    sure.push(exact);
                    sure
                });
            }
        }
        if wide.is_empty() {
            return Err(QueryError::NothingAsked.into());
        }
        let without = |there: &[String], not: &[String]| {
            let there = there.join(" AND ");
            not.iter().fold(there, |whole, not| format!("({whole}) NOT ({not})"))
        };
        let all = without(&wide, &sure_not);
        let sure = sure.map(|sure| without(&sure, &wide_not));
        Ok(Expressions { all, sure })
    }
}

/// What a query asks the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expressions {
    /// Finds every hit.
    pub(super) all: String,
    /// Finds nothing but hits; the same as `all` where the index alone answers the query.
    pub(super) sure: Option<String>,
}

/// True when the index finds no more than what is asked: more must not be taken away.
fn is_exact(asked: &Asked) -> bool {
    !matches!(asked, Asked::Like(_))
}

/// Which pairs may be hits at all. The default is all.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Filter {
    /// Dates wanted; pairs without one are left out.
    pub dates: Option<Dates>,
    /// The newspaper's page.
    pub page: Option<String>,
    /// `title` or `body`.
    pub section: Option<String>,
    /// Kinds of beads wanted; empty for all.
    pub kinds: Vec<Kind>,
    /// Least confidence; pairs that say none are left out.
    pub min_confidence: Option<f64>,
    /// Most confidence; pairs that say none are left out.
    pub max_confidence: Option<f64>,
    /// Pairs with a finding of this kind.
    pub finding: Option<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, QueryError> {
        Query::new(text, &Pair::new("zh".into(), "en".into()))
    }

    fn expressions(query: &Query) -> Expressions {
        let tokens = |form: &str| (vec![form.replace('*', "y"), form.replace('*', "i")], vec![form.replace('*', "i")]);
        query.expressions(|form| Ok::<_, QueryError>(tokens(form))).unwrap()
    }

    fn expression(query: &Query) -> String {
        expressions(query).all
    }

    #[test]
    fn sides_and_negations() {
        let parsed = query("zh:白匪 -en:bandit* \"trade union\" source:ABC").unwrap();
        let sides: Vec<(Side, bool, usize)> =
            parsed.terms.iter().map(|term| (term.side, term.not, term.asked.len())).collect();
        assert_eq!(
            sides,
            [(Side::Source, false, 2), (Side::Target, true, 1), (Side::Target, false, 2), (Side::Source, false, 1)]
        );
        assert_eq!(query("贸易 trade").unwrap().terms.iter().map(|term| term.side).collect::<Vec<_>>(), Side::BOTH);
        let there = "{source} : \"白匪\" AND {target} : \"trade union\" AND {source} : \"abc\"";
        assert_eq!(expression(&parsed), format!("({there}) NOT ({{target}} : (\"banditi\"))"));
        let sure = format!("({there}) NOT ({{target}} : (\"bandity\" OR \"banditi\"))");
        assert_eq!(expressions(&parsed).sure, Some(sure));
        assert_eq!(expressions(&query("en:\"trad* union\"").unwrap()).sure, None);
        assert_eq!(
            expression(&query("和平谈判 -en:war").unwrap()),
            "({source} : \"和平 平谈 谈判\") NOT ({target} : \"war\")"
        );
        assert_eq!(expression(&query("和").unwrap()), "{source} : \"和\" *");
        assert_eq!(expression(&query("en:tr*").unwrap()), "{target} : (\"try\" OR \"tri\")");
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        assert_eq!(query("-en:trade"), Err(QueryError::NothingAsked));
        assert_eq!(query("zh:合*社"), Err(QueryError::Wildcard("合*社".into())));
        let nothing = query("en:*").unwrap().expressions(|_| Ok::<_, QueryError>(Default::default()));
        assert_eq!(nothing, Err(QueryError::NothingAsked));
        assert_eq!(query(""), Err(QueryError::NothingAsked));
        assert!(query("fr:commerce").unwrap_err().to_string().contains("zh: or en:"));
        assert!(matches!(query("\"open"), Err(QueryError::OpenQuotation(_))));
    }
}

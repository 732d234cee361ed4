//! Stage 8b: fidelity. What a translation dropped, added, or says differently, told from aligned rows without a neural model.
//!
//! A [`Check`] looks at an [`Article`] and reports what it suspects, with its evidence as log-odds: how much likelier what
//! it sees is if the translation departs from its original than if it does not. One check is one file. [`Calibration`]
//! makes a probability of it, the alignment's own confidence c included:
//!
//! ```text
//! P(finding) = c^γ · σ( offset_type + slope_type · evidence )
//! ```
//!
//! so that a doubtful bead does not shout. Offsets, slopes and γ are fitted to gold, a few numbers in all (see [`calibration`]);
//! what a check knows is general: how numbers are written, lists of negations and opposites, a dictionary, what names sound like.
//!
//! What it does not see: wrong tone, wrong emphasis, a wrong word that the dictionary gives as well.

mod across;
mod addition;
pub mod article;
pub mod bead;
pub mod calibration;
mod coverage;
mod date;
pub mod evaluate;
mod figure;
mod finding;
mod glossary;
mod identical;
mod invented;
mod kin;
mod mark;
mod name;
mod negation;
mod number;
mod omission;
mod opposite;
mod order;
mod refusal;
pub mod render;
pub mod report;
pub mod score;
mod show;
mod term;
mod text_health;
mod unit;
mod untranslated;
pub mod usage;
pub mod words;

pub use across::Across;
pub use article::Article;
pub use calibration::Calibration;
pub use finding::{Finding, Kind, Severity};
pub use glossary::Glossary;
pub use name::NameUse;
pub use score::{About, Score, Summary};
pub use words::WordMatcher;

use crate::archive::{Reason, Reject};
use crate::export::Row;
use crate::span::{ByteRange, Pair, Side};

/// One kind of check.
pub trait Check: Send + Sync {
    /// The type of its findings.
    fn kind(&self) -> Kind;

    /// Adds what it suspects in `article` to `found`.
    fn check(&self, article: &Article<'_>, settings: &Settings, found: &mut Vec<Suspicion>);
}

/// All checks, in the order of their types.
pub const CHECKS: [&dyn Check; 15] = [
    &number::Numbers,
    &date::Dates,
    &unit::Units,
    &name::Names,
    &term::Terms,
    &negation::Negations,
    &omission::Omissions,
    &addition::Additions,
    &untranslated::Untranslated,
    &identical::Identical,
    &invented::Invented,
    &refusal::Refusals,
    &mark::Marks,
    &order::Order,
    &text_health::TextHealth,
];

/// What a check suspects, before it is known how much its evidence is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    /// Of which type.
    pub kind: Kind,
    /// Which of the check's rules saw it.
    pub rule: &'static str,
    /// The row, or the first of several.
    pub bead: usize,
    /// The words concerned, each with the row it stands in, as ranges of the row's joined text.
    pub places: Pair<Vec<(usize, ByteRange)>>,
    /// Log-odds that the translation is at fault, given that the alignment is right.
    pub evidence: f64,
    /// How much it would matter.
    pub severity: Severity,
    /// What was seen, in a sentence.
    pub message: String,
}

impl Suspicion {
    /// A suspicion about one pair, with one place on either side where it has one.
    fn in_pair(
        kind: Kind,
        rule: &'static str,
        bead: usize,
        source: Option<ByteRange>,
        target: Option<ByteRange>,
    ) -> Self {
        let place = |range: Option<ByteRange>| range.map(|range| (bead, range)).into_iter().collect();
        Self {
            kind,
            rule,
            bead,
            places: Pair::new(place(source), place(target)),
            evidence: 0.0,
            severity: Severity::Major,
            message: String::new(),
        }
    }

    fn evidence(self, evidence: f64) -> Self {
        Self { evidence, ..self }
    }

    fn severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    fn message(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }

    /// How sure the aligner is of the rows concerned: the least of their confidences. Rows that do not say theirs are taken at
    /// their word.
    pub fn confidence(&self, article: &Article<'_>) -> f64 {
        let places = self.places.source.iter().chain(&self.places.target).map(|place| place.0).chain([self.bead]);
        places.map(|bead| article.rows[bead].confidence.unwrap_or(1.0)).fold(1.0, f64::min)
    }

    fn finding(&self, article: &Article<'_>, calibration: &Calibration) -> Finding {
        let row = &article.rows[self.bead];
        let spans = |side: Side| {
            self.places[side].iter().flat_map(|&(bead, range)| article.spans(bead, side, range)).collect::<Vec<_>>()
        };
        let words = |side: Side| {
            let words = self.places[side].iter().map(|&(bead, range)| range.of(article.text(bead, side)).trim());
            words.map(str::to_owned).collect()
        };
        Finding {
            pair: row.id.clone(),
            doc: row.doc.to_string(),
            kind: self.kind,
            rule: self.rule.into(),
            probability: calibration.probability(self.kind, self.evidence, self.confidence(article)),
            severity: self.severity,
            mqm: self.kind.mqm().into(),
            its: self.kind.its().into(),
            source_spans: spans(Side::Source),
            target_spans: spans(Side::Target),
            source_words: words(Side::Source),
            target_words: words(Side::Target),
            message: self.message.clone(),
        }
    }
}

/// Which checks run, and what is reported.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The types looked for. Default: all.
    pub checks: Vec<Kind>,
    /// Findings below this probability are not reported. Default 0.5.
    pub least_probability: f64,
    /// What evidence is worth. Default: what the built-in gold taught.
    pub calibration: Calibration,
    /// Terms and the renderings that a glossary allows for each. Default: none.
    pub glossary: Glossary,
}

impl Default for Settings {
    fn default() -> Self {
        let checks = Kind::ALL.map(|(kind, _)| kind).to_vec();
        Self { checks, least_probability: 0.5, calibration: Calibration::default(), glossary: Glossary::default() }
    }
}

/// A finding with the evidence behind it, from which its probability can be made anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspected {
    /// The finding.
    pub finding: Finding,
    /// Log-odds that the translation is at fault, given that the alignment is right.
    pub evidence: f64,
    /// [`Suspicion::confidence`].
    pub confidence: f64,
}

fn suspicions(article: &Article<'_>, settings: &Settings) -> Vec<Suspicion> {
    let mut found = Vec::new();
    for check in CHECKS.iter().filter(|check| settings.checks.contains(&check.kind())) {
        check.check(article, settings, &mut found);
    }
    found.sort_by_key(|suspicion| (suspicion.bead, suspicion.kind));
    found
}

/// All that the checks suspect in a document's rows, likely or not, in text order.
pub fn suspect(rows: &[Row], matcher: &mut WordMatcher, settings: &Settings) -> Vec<Suspected> {
    let article = Article::new(rows, matcher);
    let suspected = |suspicion: &Suspicion| Suspected {
        finding: suspicion.finding(&article, &settings.calibration),
        evidence: suspicion.evidence,
        confidence: suspicion.confidence(&article),
    };
    suspicions(&article, settings).iter().map(suspected).collect()
}

/// A document, checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What is known of it.
    pub about: About,
    /// Its findings, in text order.
    pub findings: Vec<Finding>,
    /// Its scores.
    pub score: Score,
    /// The scores of its pairs that have findings.
    pub pairs: Vec<(String, Score)>,
    /// Its names, for [`Across`].
    pub names: Vec<NameUse>,
    /// The article as the report shows it, where that was asked for and there is a finding.
    pub shown: Option<report::Shown>,
}

/// Checks a document's rows; `show` keeps what a [`report`] needs of its text.
pub fn check(rows: &[Row], matcher: &mut WordMatcher, settings: &Settings, show: bool) -> Checked {
    let article = Article::new(rows, matcher);
    let mut reported: Vec<(Suspicion, Finding)> = suspicions(&article, settings)
        .into_iter()
        .map(|suspicion| {
            let finding = suspicion.finding(&article, &settings.calibration);
            (suspicion, finding)
        })
        .filter(|(_, finding)| finding.probability >= settings.least_probability)
        .collect();
    let shown = (show && !reported.is_empty()).then(|| report::Shown::new(&article, &reported));
    let findings: Vec<Finding> = reported.drain(..).map(|(_, finding)| finding).collect();
    let score = Score::of(rows, &findings);
    let pairs = score::pairs(rows, &findings).into_iter().map(|(id, score)| (id.to_owned(), score)).collect();
    let about = rows.first().map(About::of).unwrap_or_default();
    Checked { about, findings, score, pairs, names: name::uses(&article), shown }
}

/// The finding that a document which was set aside stands for, where the reason lies with the translation.
pub fn of_reject(reject: &Reject) -> Option<Finding> {
    let invented = reject.message.contains("invented");
    let (kind, severity) = match reject.reason {
        Reason::Refusal => (Kind::Refusal, Severity::Critical),
        Reason::Ratio if invented => (Kind::Invented, Severity::Critical),
        Reason::Ratio | Reason::EmptyEnglish | Reason::EmptyTarget => (Kind::Omission, Severity::Critical),
        Reason::ChineseInEnglish => (Kind::Untranslated, Severity::Critical),
        _ => return None,
    };
    let doc = crate::archive::stem(std::path::Path::new(&reject.path));
    Some(Finding {
        pair: doc.clone(),
        doc,
        kind,
        rule: "set-aside".into(),
        probability: SET_ASIDE,
        severity,
        mqm: kind.mqm().into(),
        its: kind.its().into(),
        source_spans: Vec::new(),
        target_spans: Vec::new(),
        source_words: Vec::new(),
        target_words: Vec::new(),
        message: format!("The whole article was set aside: {}.", reject.message),
    })
}

/// The reader sets a document aside for a reason that it is sure of.
const SET_ASIDE: f64 = 0.95;

//! Terms: one term of the original rendered in different ways.
//!
//! A term is a compound that ends in a noun of institutions or things (合作社, 企业, 厂, 制度 …) and stands in several beads. Its usual
//! rendering is the English word that comes with it in nearly all of them and seldom without it. Where the term stands and
//! that word does not, and there are words in its place that nothing else accounts for, the term was rendered in another way.
//! A term that was merely dropped, or replaced by "it", is not reported. A glossary (`--glossary`) says what to expect from the start.

use super::bead::{Link, Word};
use super::kin::kindred_form;
use super::{Article, Check, Kind, Settings, Severity, Suspicion, show};
use crate::document::lines::is_han;
use crate::span::ByteRange;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, LazyLock};

/// What Chinese compounds for institutions, offices, works and things end in.
const HEADS: &str = "社 厂 廠 队 隊 会 會 局 院 校 站 场 場 店 馆 館 所 部 厅 廳 处 處 科 组 組 团 團 军 軍 业 業 机 機 法 制 权 權 党 黨 委 府 国 國 行 司 库 庫 矿 礦 区 區 县 縣 乡 鄉 村 镇 鎮 省 市 \
     主义 主義 政策 制度 计划 計劃 运动 運動 革命 斗争 鬥爭 建设 建設 政府 银行 銀行 公司 学校 學校 阶级 階級 路线 路線 战线 戰線 组织 組織 委员 委員 干部 幹部 书记 書記 主席 部长 部長 社员 社員 工人 农民 農民 \
     车 車 船 炮 渠 坝 壩 堤 桥 橋 路 线 線 网 網 粮 糧 棉 布 油 钢 鋼 铁 鐵 煤 电 電 费 費 税 稅 款 证 證 器 剂 劑 药 藥 病 术 術 学 學 论 論 史";
/// The least number of beads that a term stands in.
const LEAST_BEADS: usize = 3;
/// The usual rendering stands in this part of the term's beads at least.
const USUAL: f64 = 0.66;
/// Words more frequent than this render no term.
const COMMON: f32 = 2e-3;
/// Longest term, in characters.
const LONGEST: usize = 7;

/// The check.
pub(super) struct Terms;

impl Check for Terms {
    fn kind(&self) -> Kind {
        Kind::Term
    }

    fn check(&self, article: &Article<'_>, settings: &Settings, found: &mut Vec<Suspicion>) {
        for (at, bead) in article.pairs() {
            let (source, target) = (&bead.half.source.text, &bead.half.target.text);
            for (start, term, renderings) in settings.glossary.missing(source, target) {
                let wanted = renderings.iter().map(|written| show::quoted(written)).collect::<Vec<_>>().join(" or ");
                let range = ByteRange::new(start, start + term.len());
                found.push(Suspicion::in_pair(Kind::Term, "glossary", at, Some(range), None).evidence(2.0).message(
                    format!("The glossary has {wanted} for {}; the translation does not.", show::quoted(term)),
                ));
            }
        }
        if article
            .rows
            .first()
            .is_none_or(|row| !row.source_lang.starts_with("zh") || !row.target_lang.starts_with("en"))
        {
            return;
        }
        let terms = terms(article);
        let mut odd: BTreeMap<usize, Vec<(f64, Suspicion)>> = BTreeMap::new();
        for (term, places) in &terms {
            if let Some((at, evidence, suspicion)) = odd_rendering(article, term, places) {
                odd.entry(at).or_default().push((evidence, suspicion));
            }
        }
        // A term and its parts (生产合作社, 合作社) are one finding: the one with the most evidence, of equals the longest.
        for (_, mut suspicions) in odd {
            suspicions.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut told: Vec<ByteRange> = Vec::new();
            for (_, suspicion) in suspicions {
                let Some(&(_, range)) = suspicion.places.source.first() else { continue };
                if !told.iter().any(|&other| other.overlaps(range)) {
                    told.push(range);
                    found.push(suspicion);
                }
            }
        }
    }
}

fn ends_in_head(text: &str) -> bool {
    static LIST: LazyLock<HashSet<&str>> = LazyLock::new(|| HEADS.split_whitespace().collect());
    let mut ends = text.char_indices().rev().take(2).map(|(at, _)| &text[at..]);
    ends.any(|end| LIST.contains(end))
}

/// Every candidate term with its places: bead, and range in the source.
fn terms(article: &Article<'_>) -> BTreeMap<String, Vec<(usize, ByteRange)>> {
    let mut terms: BTreeMap<String, Vec<(usize, ByteRange)>> = BTreeMap::new();
    for (at, bead) in article.pairs() {
        let half = &bead.half.source;
        let words = &half.words.list;
        for from in 0..words.len() {
            for to in from + 1..=(from + 3).min(words.len()) {
                let run = &words[from..to];
                let joined = run.windows(2).all(|pair| pair[0].range.end == pair[1].range.start);
                let plain = run.iter().all(|word| matches!(word.link, Link::None | Link::Word(..) | Link::Kin(_)));
                if !joined || !plain || run.iter().any(|word| word.share > COMMON) {
                    break;
                }
                let range = ByteRange::new(run[0].range.start, run[run.len() - 1].range.end);
                let text = range.of(&half.text);
                let length = text.chars().count();
                if (3..=LONGEST).contains(&length) && text.chars().all(is_han) && ends_in_head(text) {
                    terms.entry(text.to_owned()).or_default().push((at, range));
                }
            }
        }
    }
    terms.retain(|_, places| places.iter().map(|place| place.0).collect::<BTreeSet<_>>().len() >= LEAST_BEADS);
    terms
}

fn content(word: &Word) -> bool {
    word.share < COMMON && word.form.chars().count() > 2 && !matches!(word.link, Link::Number | Link::LostNumber)
}

/// The bead where a term is rendered unlike elsewhere.
fn odd_rendering(article: &Article<'_>, term: &str, places: &[(usize, ByteRange)]) -> Option<(usize, f64, Suspicion)> {
    let beads: BTreeSet<usize> = places.iter().map(|place| place.0).collect();
    let target = |at: usize| &article.beads[at].half.target.words.list;
    let mut with: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
    for &at in &beads {
        let forms: BTreeSet<&Arc<str>> =
            target(at).iter().filter(|word| content(word)).map(|word| &word.form).collect();
        forms.into_iter().for_each(|form| *with.entry(form).or_default() += 1);
    }
    let times = |at: usize, form: &str| {
        target(at).iter().filter(|word| &*word.form == form || kindred_form(&word.form, form)).count()
    };
    let has = |at: usize, form: &str| times(at, form) > 0;
    let stands = |at: usize| places.iter().filter(|place| place.0 == at).count();
    // How often a form stands for this very term: by the dictionary, or for want of another word that it stands for.
    let rendered = |at: usize, form: &str| -> Option<&Word> {
        let source = &article.beads[at].half.source.words.list;
        let own =
            |partner: usize| places.iter().any(|&(bead, range)| bead == at && source[partner].range.overlaps(range));
        let partner = |word: &Word| match word.link {
            // One character is kin to too much.
            Link::Kin(partner) if source[partner as usize].form.chars().count() == 2 => Some(partner as usize),
            link => link.partner(0.05),
        };
        let mut words = target(at).iter().filter(|word| &*word.form == form);
        words.find_map(|word| partner(word).filter(|&partner| own(partner))).map(|partner| &source[partner])
    };
    let renders = |at: usize, form: &str| rendered(at, form).is_some();
    let all = article.pairs().count();
    let mut best: Option<(f64, &Arc<str>, usize)> = None;
    for (form, &count) in &with {
        let share = count as f64 / beads.len() as f64;
        if count < 2 || share < USUAL {
            continue;
        }
        // Where the term stands twice, its rendering may be missing once.
        let missing: Vec<usize> = beads.iter().copied().filter(|&at| times(at, form) < stands(at)).collect();
        let [odd] = missing[..] else { continue };
        let linked = beads.iter().filter(|&&at| renders(at, form)).count();
        if linked * 2 < count {
            continue;
        }
        let outside = article.pairs().filter(|(at, _)| !beads.contains(at) && has(*at, form)).count();
        // A word that the dictionary gives for the term may well stand elsewhere too.
        let rate = ((outside as f64 + 0.5) / ((all - beads.len()) as f64 + 1.0)).min(0.2);
        let association = count as f64 * (share / rate).ln();
        if best.is_none_or(|best| association > best.0) {
            best = Some((association, form, odd));
        }
    }
    let (association, usual, odd) = best?;
    let &(_, range) = places.iter().find(|place| place.0 == odd)?;
    // The very words of the term that the usual rendering stands for.
    let rendered: BTreeSet<&str> = beads.iter().filter_map(|&at| rendered(at, usual)).map(|word| &*word.form).collect();
    let instead = instead(article, odd, range, usual, &rendered, stands(odd) > 1)?;
    let shown = usual_text(article, &beads, usual);
    let message = format!(
        "{} is rendered with {} in {} other places of the article; here stands {}.",
        show::quoted(term),
        show::quoted(&shown),
        beads.len() - 1,
        show::quoted(instead.range.of(&article.beads[odd].half.target.text))
    );
    // A second mention is often "it" or "they".
    let again = if stands(odd) > 1 { 0.5 } else { 0.0 };
    let evidence = (association / 4.0).min(3.0) - 1.5 + instead.evidence - again;
    let suspicion = Suspicion::in_pair(Kind::Term, "other-rendering", odd, Some(range), Some(instead.range))
        .evidence(evidence)
        .severity(Severity::Minor)
        .message(message);
    Some((odd, evidence, suspicion))
}

fn usual_text(article: &Article<'_>, beads: &BTreeSet<usize>, form: &str) -> String {
    let place = beads.iter().find_map(|&at| {
        let half = &article.beads[at].half.target;
        half.words.list.iter().find(|word| &*word.form == form).map(|word| word.range.of(&half.text).to_owned())
    });
    place.unwrap_or_else(|| form.to_owned())
}

struct Instead {
    range: ByteRange,
    evidence: f64,
}

/// What stands where the usual rendering is missing: a word that nothing else accounts for, or that the dictionary gives for
/// a part of the term, next to what translates the term or its neighbours.
fn instead(
    article: &Article<'_>,
    at: usize,
    term: ByteRange,
    usual: &str,
    rendered: &BTreeSet<&str>,
    again: bool,
) -> Option<Instead> {
    const NEAR: usize = 4;
    /// More frequent words stand in no term's place.
    const TELLING: f32 = 6.5e-4;
    /// Words of the original that are looked through for a neighbour with a partner.
    const BESIDE: usize = 4;
    let bead = &article.beads[at];
    let (source, target) = (&bead.half.source.words.list, &bead.half.target.words.list);
    let own: Vec<usize> = (0..source.len()).filter(|&w| source[w].range.overlaps(term)).collect();
    let (first, last) = (*own.first()?, *own.last()?);
    // Where in the target the term is looked for: about the partners of its words and of those beside it.
    let partner = |w: usize| source[w].link.partner(0.1).filter(|_| source[w].share < 3e-3);
    let before = (first.saturating_sub(BESIDE)..first).rev().find_map(partner);
    let after = (last + 1..(last + 1 + BESIDE).min(source.len())).find_map(partner);
    let own_partners = (first..=last).filter_map(partner).filter(|&place| !kindred_form(&target[place].form, usual));
    let about: Vec<usize> = own_partners.chain(before).chain(after).collect();
    let is_near = |place: usize| about.iter().any(|&other| other.abs_diff(place) <= NEAR);
    let mut candidates: Vec<(f64, usize)> = Vec::new();
    for (place, word) in target.iter().enumerate().filter(|(_, word)| content(word) && word.share < TELLING) {
        if kindred_form(&word.form, usual) {
            continue;
        }
        let of_term = !again
            && word
                .link
                .partner(0.1)
                .is_some_and(|partner| own.contains(&partner) && rendered.contains(&*source[partner].form));
        let loose = word.link.probability() < 0.03 && matches!(word.link, Link::None | Link::Word(..));
        if of_term {
            candidates.push((0.5, place));
        } else if loose && is_near(place) {
            candidates.push((1.0, place));
        }
    }
    // The word with the most evidence; of equals the last, since English heads stand last.
    let best = candidates.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    let loose = candidates.iter().filter(|candidate| candidate.0 >= 1.0).count();
    Some(Instead { range: target[best.1].range, evidence: if loose > 0 { best.0 } else { 0.0 } })
}

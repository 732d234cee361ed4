//! The answers in JSON. `docs/workbench.md` has them in a table.

use super::Shared;
use super::params::{MOST, Params};
use super::problem::Problem;
use crate::export::Format;
use crate::fidelity::Finding;
use crate::span::Side;
use crate::store::{Act, Article, Corrected, Hit, Order, QueueItem, QueueOrder, Rendering, Store};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

type Answer = Result<Json<Value>, Problem>;

pub(super) async fn about(State(shared): State<Arc<Shared>>) -> Answer {
    let answer = shared.read(|shared, store| {
        let counts = store.value("about", |store| {
            let (articles, pairs) = store.len()?;
            Ok(json!([articles, pairs, store.finding_kinds()?]))
        })?;
        let name = shared.settings.store.file_name().unwrap_or_default().to_string_lossy();
        let formats: Vec<&str> = Format::all().map(|format| format.form().name).collect();
        Ok(json!({
            "version": env!("CARGO_PKG_VERSION"), "name": name, "read_only": shared.settings.read_only,
            "source_lang": shared.language.source, "target_lang": shared.language.target,
            "articles": counts[0], "pairs": counts[1], "formats": formats, "finding_kinds": counts[2],
            "token": shared.settings.token.is_some(),
        }))
    });
    answer.await.map(Json)
}

pub(super) async fn search(State(shared): State<Arc<Shared>>, Query(params): Query<Params>) -> Answer {
    let answer = shared.read(move |shared, store| {
        let query = params.query(&shared.language)?;
        let (offset, limit) = params.slice()?;
        let (filter, order) = (params.filter()?, params.order()?);
        let found = store.found(&params.key(), |store| store.find(query.as_ref(), &filter, order))?;
        let end = found.pairs.len().min(offset.saturating_add(limit));
        let hits = store.hits(query.as_ref(), &found.pairs[offset.min(end)..end])?;
        let mut answer = json!({ "total": found.pairs.len(), "hits": hits.iter().map(hit).collect::<Vec<_>>() });
        if let Some(sorted) = found.sorted {
            answer["sorted"] = sorted.into();
        }
        Ok(answer)
    });
    answer.await.map(Json)
}

fn hit(hit: &Hit) -> Value {
    let (side, _) = hit.centre();
    json!({
        "doc": hit.doc, "bead": hit.place.1 + 1, "date": hit.date, "page": hit.page, "section": hit.section,
        "title": hit.title, "kind": hit.kind, "confidence": hit.confidence, "side": side, "findings": hit.findings,
        "source": parts(hit, Side::Source), "target": parts(hit, Side::Target),
    })
}

/// A text in parts, and of each whether it was searched for.
fn parts(hit: &Hit, side: Side) -> Vec<(&str, bool)> {
    let (text, mut parts, mut done) = (hit.text[side].as_str(), Vec::new(), 0);
    for range in &hit.found[side] {
        // Places that overlap are one.
        if range.end <= done {
            continue;
        }
        let start = range.start.max(done);
        parts.push((&text[done..start], false));
        parts.push((&text[start..range.end], true));
        done = range.end;
    }
    parts.push((&text[done..], false));
    parts.retain(|part| !part.0.is_empty());
    parts
}

pub(super) async fn renderings(State(shared): State<Arc<Shared>>, Query(params): Query<Params>) -> Answer {
    let answer = shared.read(move |shared, store| {
        let (_, limit) = params.slice()?;
        let Some(query) = params.query(&shared.language)? else {
            return Ok(json!({ "pairs": 0, "renderings": [] }));
        };
        let filter = params.filter()?;
        let rendering = |found: &Rendering| {
            json!({
                "word": found.word, "count": found.pairs, "score": found.association,
                "elsewhere": found.all.saturating_sub(found.pairs),
            })
        };
        let mut answer = store.value(&format!("renderings\0{}", params.key()), |store| {
            let (found, pairs) = store.renderings(&query, &filter)?;
            let renderings: Vec<Value> = found.iter().take(MOST).map(rendering).collect();
            Ok(json!({ "pairs": pairs, "renderings": renderings }))
        })?;
        if let Some(renderings) = answer["renderings"].as_array_mut() {
            renderings.truncate(limit);
        }
        Ok(answer)
    });
    answer.await.map(Json)
}

pub(super) async fn years(State(shared): State<Arc<Shared>>, Query(params): Query<Params>) -> Answer {
    let answer = shared.read(move |shared, store| {
        let (query, filter) = (params.query(&shared.language)?, params.filter()?);
        let find = |store: &Store| store.find(query.as_ref(), &filter, params.order().unwrap_or_default());
        let found = store.found(&params.key(), find)?;
        Ok(store.value(&format!("years\0{}", params.key()), |store| Ok(json!(store.years(&found.pairs)?)))?)
    });
    answer.await.map(Json)
}

pub(super) async fn article(State(shared): State<Arc<Shared>>, Query(params): Query<Params>) -> Answer {
    let answer = shared.read(move |_, store| Ok(rows(&store.article(&params.doc)?)));
    answer.await.map(Json)
}

/// An article as the page has it.
fn rows(article: &Article) -> Value {
    let finding = |id: &i64| article.findings.get(id).map(|finding| json!(finding));
    let row = |line: &crate::store::Line| {
        let mut row = json!(line.row);
        let open = line.findings.iter().filter(|held| !held.dismissed);
        row["findings"] = open.filter_map(|held| finding(&held.id)).collect();
        row["locked"] = line.is_locked().into();
        row["accepted"] = line.is_accepted().into();
        row["note"] = line.note().into();
        row
    };
    let about = &article.about;
    json!({
        "doc": about.doc, "version": about.version, "title": about.title, "date": about.date, "page": about.page,
        "previous": about.previous, "next": about.next, "undo": article.undo, "redo": article.redo,
        "length": article.lines.len(), "rows": article.lines.iter().map(row).collect::<Vec<_>>(),
        "findings": article.whole.iter().filter_map(finding).collect::<Vec<_>>(),
    })
}

pub(super) async fn queue(State(shared): State<Arc<Shared>>, Query(params): Query<Params>) -> Answer {
    let answer = shared.read(move |shared, store| {
        let order = match params.by.as_str() {
            "" | "doubt" => QueueOrder::Doubt,
            "finding" => QueueOrder::Finding,
            _ => return Err(Problem::parameter("by", "must be doubt or finding")),
        };
        let (offset, limit) = params.slice()?;
        let (query, filter) = (params.query(&shared.language)?, params.filter()?);
        // Of the hits alone, where something is searched for.
        let find = |store: &Store| store.find(query.as_ref(), &filter, Order::Text);
        let key = format!("queue\0{}", params.key());
        let of = query.as_ref().map(|_| store.found(&key, find)).transpose()?;
        let (total, items) = store.queue(order, &filter, of.as_ref().map(|found| &*found.pairs), offset, limit)?;
        Ok(json!({ "total": total, "items": items.iter().map(item).collect::<Vec<_>>() }))
    });
    answer.await.map(Json)
}

fn item(item: &QueueItem) -> Value {
    let finding = |(finding, index): &(Finding, usize)| {
        let mut finding = json!(finding);
        finding["index"] = (*index).into();
        finding
    };
    json!({
        "doc": item.doc, "bead": item.bead, "date": item.date, "title": item.title, "kind": item.kind,
        "confidence": item.confidence, "source": item.text.source, "target": item.text.target,
        "finding": item.finding.as_ref().map(finding),
    })
}

pub(super) async fn overview(State(shared): State<Arc<Shared>>) -> Answer {
    shared.read(|_, store| Ok(store.value("overview", |store| Ok(json!(store.overview()?)))?)).await.map(Json)
}

/// What a reader does, and on which version of which article.
#[derive(Debug, Deserialize)]
struct Wish {
    doc: String,
    version: i64,
    act: Act,
}

pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    if shared.settings.read_only {
        return Err(Problem::new(StatusCode::FORBIDDEN, "this server was started with --read-only"));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "an act is sent as application/json"));
    }
    let body = body.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let Wish { doc, version, act } =
        serde_json::from_slice(&body).map_err(|error| Problem::parameter("the act", error))?;
    let answer =
        shared.write(move |shared, store| match store.correct(&doc, version, &act, &shared.settings.engine)? {
            Corrected::Done(article) => Ok(rows(&article)),
            Corrected::Conflict(article) => Err(Problem::conflict(rows(&article))),
        });
    answer.await.map(Json)
}

/// An address below `/api/` that there is not.
pub(super) async fn nothing() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is no such request")
}

//! The files of the page, built into the program.

use super::problem::Problem;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "web/"]
struct Files;

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

fn file(name: &str) -> Response {
    match Files::get(name) {
        Some(file) => {
            let headers = [(header::CONTENT_TYPE, kind(name)), (header::CACHE_CONTROL, "no-cache")];
            (headers, file.data.into_owned()).into_response()
        }
        None => Problem::new(StatusCode::NOT_FOUND, format!("no file {name:?}")).into_response(),
    }
}

/// A file below `web/`.
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    file(&name)
}

/// The page, whatever the path: it finds its place by itself, so that every place has an address.
pub(super) async fn index() -> Response {
    file("index.html")
}

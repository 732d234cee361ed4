//! What a request is answered with that cannot be done.

use crate::store::StoreError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A status and a sentence; where somebody else was faster, the article as it stands.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    message: String,
    article: Option<Value>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), article: None }
    }

    /// A parameter that makes no sense.
    pub(super) fn parameter(name: &str, why: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("{name}: {why}"))
    }

    /// True where nothing is wrong with the request.
    pub(super) fn is_ours(&self) -> bool {
        self.status.is_server_error()
    }

    /// The article has changed since the reader has seen it.
    pub(super) fn conflict(article: Value) -> Self {
        let message = "somebody else has changed this article: nothing was done; this is how it stands now";
        Self { status: StatusCode::CONFLICT, message: message.into(), article: Some(article) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let status = match error {
            StoreError::Query(_) | StoreError::Act(_) => StatusCode::BAD_REQUEST,
            StoreError::NoDocument(_) => StatusCode::NOT_FOUND,
            StoreError::Locked => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.message });
        if let Some(article) = self.article {
            body["article"] = article;
        }
        (self.status, Json(body)).into_response()
    }
}

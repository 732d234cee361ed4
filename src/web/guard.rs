//! Who may ask: this machine's own browser, and its own page in it.
//!
//! A page of another site that the same browser has open can send requests here too, and by a name of its own that it has pointed to
//! this machine (DNS rebinding) even read the answers. So `Host` must name this machine, `Origin` this server where a browser sends
//! one, and whatever changes something must have one.

use super::Shared;
use super::problem::Problem;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The cookie that holds the token.
const COOKIE: &str = "bitext";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(super) async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = match check(&shared, request.method(), request.uri(), request.headers()) {
        Ok(None) => next.run(request).await,
        Ok(Some(welcome)) => welcome,
        Err(problem) => problem.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// `Ok` with the answer to who has just shown the token.
fn check(shared: &Shared, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Option<Response>, Problem> {
    let forbidden = |why: &str| Problem::new(StatusCode::FORBIDDEN, why);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).or_else(|| uri.authority().map(axum::http::uri::Authority::as_str));
    let host = host.ok_or_else(|| forbidden("the request names no host"))?;
    // Behind a token the name does not matter: a page of another name does not have the cookie.
    if shared.settings.token.is_none() && !is_here(host) {
        return Err(forbidden("this server answers to 127.0.0.1 and localhost alone"));
    }
    match text(header::ORIGIN) {
        Some(origin) if origin != format!("http://{host}") => {
            return Err(forbidden("requests of other pages are refused"));
        }
        None if method != Method::GET && method != Method::HEAD => {
            return Err(forbidden("a request that changes something must come from the page"));
        }
        _ => {}
    }
    let Some(token) = &shared.settings.token else { return Ok(None) };
    let is_it = |given: &str| blake3::hash(given.as_bytes()) == blake3::hash(token.as_bytes());
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    if cookies.any(|(name, value)| name == COOKIE && is_it(value)) {
        return Ok(None);
    }
    let mut asked = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    if asked.any(|(name, value)| name == "token" && is_it(value)) {
        let cookie = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/");
        // One slash: two would name another host.
        let path = format!("/{}", uri.path().trim_start_matches('/'));
        let headers = [(header::LOCATION, path), (header::SET_COOKIE, cookie)];
        return Ok(Some((StatusCode::SEE_OTHER, headers).into_response()));
    }
    Err(forbidden("open the page as it was printed, with ?token= and the token behind its address"))
}

/// True for the names of this machine, with any port: a tunnel may come from another one.
fn is_here(host: &str) -> bool {
    let port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let name = match host.rsplit_once(':') {
        Some((name, given)) if port(given) => name,
        _ => host,
    };
    matches!(name.to_ascii_lowercase().as_str(), "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn names_of_this_machine() {
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:9000", "[::1]:8080", "localhost"] {
            assert!(is_here(host), "{host}");
        }
        for host in
            ["evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example:8080", "", ":8080", "localhost:"]
        {
            assert!(!is_here(host), "{host}");
        }
    }
}

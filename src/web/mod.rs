//! Stage 9: the workbench, a page over a store, served to the browsers of this machine.
//!
//! `guard` lets a request in, `api` answers it from the store, `download` writes rows in every format, `page` has the files of the page
//! itself (`web/`), which are built into the program. `docs/workbench.md` describes the interface.
//!
//! Each request reads, or writes, in a transaction of its own. What was found is kept for the next request until somebody writes (`kept`).

mod api;
mod download;
mod guard;
mod kept;
mod page;
mod params;
mod problem;

use crate::engine::Engine;
use crate::span::Pair;
use crate::store::{Store, StoreError};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use kept::{Kept, Reader, Reading};
use problem::Problem;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use tokio::sync::Semaphore;

/// Bytes of a request's body.
const LARGEST_BODY: usize = 1 << 20;
/// Connections to the store for reading; each keeps up to 64 MB of it in memory.
const READERS: usize = 2;

/// What to serve, and to whom.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// The store.
    pub store: PathBuf,
    /// Where to listen; port 0 for any that is free.
    pub address: SocketAddr,
    /// Asked of every request; there must be one where others than this machine can come.
    pub token: Option<String>,
    /// Refuses all that would change the store.
    pub read_only: bool,
    /// Aligns anew what a reader has not locked.
    pub engine: Engine,
}

impl Settings {
    /// For this machine alone, without a token.
    pub fn new(store: PathBuf, port: u16, engine: Engine) -> Self {
        let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port);
        Self { store, address, token: None, read_only: false, engine }
    }
}

/// Why nothing is served.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address.
    #[error("cannot listen on {0}: {1}; name another --port, or end the program that has it")]
    Listen(SocketAddr, io::Error),
    /// Others than this machine.
    #[error("{0} can be reached by other machines: give a --token that they must know")]
    Token(IpAddr),
    /// The server.
    #[error("the server ended: {0}")]
    Server(io::Error),
}

/// What all requests share.
struct Shared {
    settings: Settings,
    language: Pair<String>,
    readers: Mutex<Vec<Reader>>,
    /// One for each connection that may read.
    places: Arc<Semaphore>,
    kept: Kept,
    /// One writes at a time: the others wait here and not for the file.
    writer: Mutex<()>,
}

impl Shared {
    /// Has a connection of the pool read, away from the threads that talk to browsers.
    async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, &Reading<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let shared = Arc::clone(self);
        let place = Arc::clone(&self.places).acquire_owned().await;
        blocking(move || {
            // Held to the end of the work, whether or not anyone still waits for its answer.
            let _place = place;
            let kept = shared.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut reader = kept.map_or_else(|| Store::open(&shared.settings.store).map(Reader::new), Ok)?;
            let answer = shared.kept.read(&mut reader, |reading| work(&shared, reading));
            // One that fails is not used again: when it is opened anew, what a killed process has left behind is taken back.
            if !answer.as_ref().is_err_and(Problem::is_ours) {
                shared.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            }
            answer
        })
        .await
    }

    /// Has a connection of its own write.
    async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, &mut Store) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let shared = Arc::clone(self);
        blocking(move || {
            let _turn = shared.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let mut store = Store::open_to_write(&shared.settings.store)?;
            work(&shared, &mut store)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/api/about", get(api::about))
        .route("/api/search", get(api::search))
        .route("/api/renderings", get(api::renderings))
        .route("/api/years", get(api::years))
        .route("/api/article", get(api::article))
        .route("/api/queue", get(api::queue))
        .route("/api/overview", get(api::overview))
        .route("/api/act", post(api::act))
        .route("/api/export", get(download::hits))
        .route("/api/export-article", get(download::article))
        .route("/api/{*rest}", get(api::nothing))
        .route("/assets/{*name}", get(page::asset))
        .fallback(get(page::index))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(shared), guard::guard))
        .with_state(Arc::clone(shared))
}

/// Serves until the process is interrupted. `ready` is called with the address once requests are taken.
///
/// # Errors
/// When the store cannot be opened, or the address not be listened on.
pub fn serve(mut settings: Settings, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    let ip = settings.address.ip();
    if !ip.is_loopback() && settings.token.is_none() {
        return Err(ServeError::Token(ip));
    }
    let store = Store::open(&settings.store)?;
    // A file that may not be written is one to be read.
    settings.read_only = settings.read_only || Store::open_to_write(&settings.store)?.is_read_only()?;
    let language = store.language().cloned().unwrap_or_else(|| Pair::new("zh".into(), "en".into()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Server)?;
    runtime.block_on(async {
        let listening = tokio::net::TcpListener::bind(settings.address).await;
        let listener = listening.map_err(|error| ServeError::Listen(settings.address, error))?;
        let address = listener.local_addr().map_err(ServeError::Server)?;
        let shared = Arc::new(Shared {
            settings,
            language,
            readers: Mutex::new(vec![Reader::new(store)]),
            places: Arc::new(Semaphore::new(READERS)),
            kept: Kept::default(),
            writer: Mutex::new(()),
        });
        // Who is told the address may end the server at once.
        let told_to_end = told_to_end();
        ready(address);
        let served = axum::serve(listener, router(&shared)).with_graceful_shutdown(told_to_end).await;
        served.map_err(ServeError::Server)
    })
}

/// Waits, from this call on and not only from the first poll, until the process is interrupted or told to end. Where signals cannot be
/// waited for, the process simply ends on one.
#[cfg(unix)]
fn told_to_end() -> impl Future<Output = ()> {
    use std::pin::pin;
    use tokio::signal::unix::{SignalKind, signal};
    let [interrupted, terminated] = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
        let listening = signal(kind);
        async {
            match listening {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        }
    });
    async {
        futures_util::future::select(pin!(interrupted), pin!(terminated)).await;
    }
}

/// Waits until the process is interrupted. Where that cannot be waited for, the process simply ends.
#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

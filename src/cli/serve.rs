//! `bitext serve`: the workbench over a store.

use super::{Done, Failure};
use crate::align::Settings;
use crate::engine::Engine;
use crate::span::Pair;
use crate::web;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Search, read and correct a store in the browser
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  bitext serve corpus.db --open
  bitext serve corpus.db --read-only --port 8001
  bitext serve corpus.db --listen 192.168.1.10 --token \"$(openssl rand -hex 16)\"

The page is for this machine alone unless --listen names an address of it that others reach; they then need the token. Every correction is \
in the store before the page shows it. Ctrl-C ends the server.")]
pub(super) struct Arguments {
    /// The store, made by `bitext import`
    #[arg(value_name = "DB")]
    store: PathBuf,
    /// The port; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// Another address of this machine, for others to come to
    #[arg(long, value_name = "ADDR", requires = "token")]
    listen: Option<IpAddr>,
    /// What a visitor must know
    #[arg(long, value_name = "TOKEN", value_parser = token)]
    token: Option<String>,
    /// Refuse corrections
    #[arg(long)]
    read_only: bool,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
    /// The model that aligns anew what is not locked
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

fn token(text: &str) -> Result<String, String> {
    let fits = text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    fits.then(|| text.to_owned()).ok_or_else(|| "must be 8 or more of A-Z a-z 0-9 - _ .".into())
}

pub(super) fn run(arguments: &Arguments) -> Result<Done, Failure> {
    let model = arguments.model.as_deref().map(super::model).transpose()?;
    let language = Pair::new("zh".to_owned(), "en".to_owned());
    let language = model.as_ref().map_or(language, |model| Pair::new(model.source.clone(), model.target.clone()));
    let engine = Engine::new(model, Settings::default(), language).map_err(Failure::run)?;
    let mut settings = web::Settings::new(arguments.store.clone(), arguments.port, engine);
    if let Some(ip) = arguments.listen {
        settings.address = SocketAddr::new(ip, arguments.port);
    }
    settings.token = arguments.token.clone();
    settings.read_only = arguments.read_only;
    let ready = |address: SocketAddr| {
        let token = arguments.token.as_ref().map_or_else(String::new, |token| format!("?token={token}"));
        let page = format!("http://{address}/{token}");
        let line = format!("{}: {page}\n", arguments.store.display());
        let _ = io::stdout().write_all(line.as_bytes()).and_then(|()| io::stdout().flush());
        if arguments.open && open::that_detached(&page).is_err() {
            let _ = io::stderr().write_all(b"no browser could be opened: open the address by hand\n");
        }
    };
    web::serve(settings, ready).map_err(Failure::run)?;
    Ok(Done::All)
}

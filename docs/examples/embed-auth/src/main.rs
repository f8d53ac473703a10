//! Somebody else's service, with saaskit's auth in it: its own `main`, its own routes, its own letters.
#![expect(clippy::print_stdout, reason = "this service writes its letters to the terminal")]

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;

use axum::{Router, routing::get};
use saaskit_auth::port::{Letter, Letters};
use saaskit_auth::{Auth, NoBelongings, Ports, Settings};
use saaskit_gateway::{Door, Limits};
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_http_axum::{Api, PublicUrl, auth as auth_api};
use saaskit_kernel::{
    Call, Commit, Email, Follower, Freshness, PortError, Secret, Source, Subscriptions, SystemClock, Worker,
    WorkerSettings,
};
use saaskit_memory::{MemoryGeoIp, MemoryRateLimiter};
use saaskit_seal_aead::{AeadSealer, KeyRing};
use saaskit_store_sql::{SqliteStore, sqlite};

const URL: &str = "http://localhost:3000";

#[derive(Debug)]
struct Terminal;

#[async_trait::async_trait]
impl Letters for Terminal {
    async fn plan(&self, _: &Call, letter: Letter) -> Result<Commit, PortError> {
        let (to, page, token) = match letter {
            Letter::VerifyEmail { to, token } => (to.email, "verify-email", token),
            Letter::ResetPassword { to, token } => (to.email, "reset-password", token),
            _ => return Ok(Commit::new()),
        };
        println!("{to}: open {URL}/{page}?token={}", token.expose());
        Ok(Commit::new())
    }

    async fn plan_forgetting(&self, _: &Call, _: &Email) -> Result<Commit, PortError> {
        Ok(Commit::new())
    }
}

/// The keys that seal what is secret in the database: kept, for what one key sealed, another can't open.
fn keys(source: &Source) -> std::io::Result<Secret> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open("embedded.keys") {
        Ok(mut file) => {
            let fresh = KeyRing::generate(source);
            file.write_all(fresh.expose().as_bytes())?;
            Ok(fresh)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            std::fs::read_to_string("embedded.keys").map(Secret::new)
        }
        Err(error) => Err(error),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let source = Source::system();
    let config = sqlite::Config::new("sqlite:embedded.db");
    SqliteStore::migrate(&config).await?;
    let store = Arc::new(SqliteStore::connect(config, Subscriptions::default(), Vec::new()).await?);
    let freshness = Freshness::default();
    let ring = KeyRing::parse(&keys(&source)?)?;
    let ports = Ports {
        store: store.clone(),
        users: store.clone(),
        sessions: store.clone(),
        refresh_tokens: store.clone(),
        attempts: store.clone(),
        roles: store.clone(),
        tokens: store.clone(),
        keys: store.clone(),
        hasher: Arc::new(Argon2Hasher::new(&Argon2Config::default(), source.clone())?),
        breached: Arc::new(saaskit_breach_list::CommonPasswords),
        signer: Arc::new(saaskit_token_jwt::JwtSigner::new(URL, "my-service")),
        sealer: Arc::new(AeadSealer::new(ring, source.clone())?),
        letters: Arc::new(Terminal),
        belongings: Arc::new(NoBelongings),
        geo: Arc::new(MemoryGeoIp::default()),
        freshness: freshness.clone(),
        source: source.clone(),
    };
    let auth = Auth::new(ports, Settings::default());
    auth.refresh(&Call::of_operator(&source)).await?;

    let follower = Follower::new(store.clone(), [auth.listener()], source.clone(), freshness);
    let worker =
        Worker::new(store.clone(), store, source.clone(), auth.handlers(), WorkerSettings::default());
    tokio::spawn(async move {
        loop {
            drop((worker.tick().await, follower.follow().await));
            tokio::time::sleep(Follower::EVERY).await;
        }
    });
    let limiter = Arc::new(MemoryRateLimiter::new(Arc::new(SystemClock), 10_000));
    let door = Door::new(limiter, Arc::new(saaskit_stories::Credentials(auth.clone())), Limits::default());
    let settings = saaskit_http_axum::Settings::new(PublicUrl::parse(URL)?);
    let api = Api::new(door, source, auth.installation()?, settings).with(auth_api::resource(&auth));
    let service = Router::new().route("/", get(|| async { "my own page" })).merge(api.router());

    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}

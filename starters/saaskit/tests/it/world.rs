//! One node in this process, watched.

mod engine;
mod watched;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use saaskit::{App, Breakers, Commons, Ports, Settings, Stores};
use saaskit_auth::port::PasswordHasher;
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_auth::{Password, PasswordHash, User};
use saaskit_breach_list::CommonPasswords;
use saaskit_gateway::{Bypass, Limits};
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_http_axum::{PublicUrl, objects};
use saaskit_kernel::{Commit, Email, LogAlerts, Mailbox, Name, OnlyLogged, Secret, Source, SystemClock};
use saaskit_memory::{MemoryCache, MemoryEventBus, MemoryGeoIp, MemoryIpReputation, MemoryRateLimiter};
use saaskit_notify::{Branding, CaptureSender};
use saaskit_seal_aead::{AeadSealer, KeyRing};
use saaskit_storage_local::{LocalStorage, LocalUrls, LocalUrlsConfig};
use saaskit_store_sql::statements;
use saaskit_token_jwt::JwtSigner;
use serde_json::Value;
use tower::ServiceExt;

pub(crate) use engine::Engine;
use watched::{Trace, Watched};

const BENCHMARK: &str = "benchmark-token-1";
/// A password every policy takes: that of every account here.
pub(crate) const PASSWORD: &str = "Correct-horse-7";
const URL: &str = "https://app.example.com";
const SIGNING: &str = "what-urls-of-files-are-signed-with";

/// Whoever uses it is on a runtime of one thread, which counts the statements.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) ports: Ports,
    hash: PasswordHash,
    router: Router,
    trace: Trace,
    _folder: tempfile::TempDir,
}

/// A request without what is the same in all of them.
#[derive(Debug)]
pub(crate) struct Ask {
    method: &'static str,
    path: String,
    kind: &'static str,
    body: String,
    token: Option<String>,
}

/// All an onlooker could count, measure or read.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    pub(crate) statements: u64,
    pub(crate) done: Vec<String>,
}

impl Ask {
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), kind: "", body: String::new(), token: None }
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text("application/json", body.to_string())
    }

    pub(crate) fn text(self, kind: &'static str, body: impl Into<String>) -> Self {
        Self { kind, body: body.into(), ..self }
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(&self.path);
        request = request
            .header("host", "app.example.com")
            .header("origin", URL)
            .header("x-benchmark-token", BENCHMARK)
            .extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 50_000))));
        if !self.kind.is_empty() {
            request = request.header("content-type", self.kind).header("content-length", self.body.len());
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.body(Body::from(self.body.clone())).unwrap()
    }
}

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stores = engine.stores(folder.path(), saaskit_stories::subscriptions()).await.unwrap();
        let (trace, source) = (Trace::default(), Source::system());
        let hasher: Arc<dyn PasswordHasher> =
            Arc::new(Argon2Hasher::new(&Argon2Config::default(), source.clone()).unwrap());
        let hash = hasher.hash(&Password::new(&Secret::new(PASSWORD)).unwrap()).await.unwrap();
        let watched = Watched(stores.store.clone(), trace.clone());
        let stores = Stores { store: Arc::new(watched), ..stores };
        let ring = KeyRing::parse(&KeyRing::generate(&source)).unwrap();
        let urls = Arc::new(signed_by(source.clone()));
        let ports = Ports {
            storage: Arc::new(LocalStorage::open(&folder.path().join("files"), source.clone()).unwrap()),
            signed_urls: urls.clone(),
            url_verifier: Some(urls),
            email: Arc::new(CaptureSender::new(stores.store.clone(), source.clone())),
            sms: None,
            stores,
            shows_outbox: false,
            own: Commons {
                cache: Arc::new(MemoryCache::new(Arc::new(SystemClock), 1_000)),
                limiter: Arc::new(MemoryRateLimiter::new(Arc::new(SystemClock), 1_000)),
                bus: Arc::new(MemoryEventBus::new(1)),
            },
            shared: None,
            breakers: Breakers::new(source.clone()),
            alerts: Arc::new(LogAlerts),
            errors: Arc::new(OnlyLogged),
            geo: Arc::new(MemoryGeoIp::default()),
            reputation: Arc::new(MemoryIpReputation::default()),
            hasher: Arc::new(Watched(hasher, trace.clone())),
            breached: Arc::new(CommonPasswords),
            signer: Arc::new(JwtSigner::new(URL, "saaskit")),
            sealer: Arc::new(AeadSealer::new(ring, source.clone()).unwrap()),
            source,
        };
        let app = App::new(ports.clone(), settings());
        app.refresh().await.unwrap();
        let router = app.router().unwrap();
        Self { app, ports, hash, router, trace, _folder: folder }
    }

    /// An account with a proved address, as it is after `change`.
    pub(crate) async fn account(&self, address: &str, change: impl FnOnce(User) -> User) -> User {
        let (source, email) = (&self.ports.source, Email::parse(address).unwrap());
        let user = User::register(source.id(), email, None, self.hash.clone(), source.now());
        let user = change(user.verify(source.now()));
        self.commit(Commit::new().write(AuthWrite::User(UserWrite::Insert(user.clone())))).await;
        user
    }

    pub(crate) async fn commit(&self, commit: Commit) {
        self.ports.stores.store.commit(commit).await.unwrap();
    }

    pub(crate) async fn see(&self, ask: &Ask) -> Seen {
        self.trace.take();
        let before = statements();
        let response = self.router.clone().oneshot(ask.request()).await.unwrap();
        let statements = statements() - before;
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(to_bytes(body, 1_000_000).await.unwrap().to_vec()).unwrap();
        let drawn = drawn(&parts.headers);
        let plain =
            |text: &str| drawn.iter().fold(text.to_owned(), |text, drawn| text.replace(drawn, "<drawn>"));
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = value.to_str().unwrap();
            let value = match name.as_str() {
                "set-cookie" | "etag" => format!("{} bytes", value.len()),
                _ => plain(value),
            };
            (name.to_string(), value)
        });
        Seen {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: plain(&body),
            statements,
            done: self.trace.take(),
        }
    }
}

/// What is drawn anew for every answer: its id, and the number of a page's policy.
fn drawn(headers: &HeaderMap) -> Vec<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let nonce =
        text("content-security-policy").split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
    [Some(text("x-request-id")), nonce]
        .into_iter()
        .flatten()
        .filter(|drawn| !drawn.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What signs URLs of files, at the time that source tells.
pub(crate) fn signed_by(source: Source) -> LocalUrls {
    let place = format!("{URL}{}", objects::PATH);
    LocalUrls::new(LocalUrlsConfig { place, secrets: vec![Secret::new(SIGNING)] }, source).unwrap()
}

fn settings() -> Settings {
    let from = Email::parse("no-reply@example.com").unwrap();
    Settings {
        auth: saaskit_auth::Settings {
            algorithm: saaskit_auth::Algorithm::EdDsa,
            ..saaskit_auth::Settings::default()
        },
        email_from: Mailbox { name: None, email: from },
        branding: Branding::named(Name::parse("Acme").unwrap()),
        http: saaskit_http_axum::Settings::new(PublicUrl::parse(URL).unwrap()),
        limits: Limits::default(),
        bypass: Some(Bypass::new(Secret::new(BENCHMARK), false).unwrap()),
        metrics_token: None,
    }
}

/// Makes of each story `name(engine)` a test on every engine whose statements are counted.
macro_rules! on_sql_engines {
    ($($story:ident)*) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story(crate::world::Engine::Sqlite).await;
            })*
        }

        #[cfg(feature = "live")]
        mod postgres {
            $(#[tokio::test]
            async fn $story() {
                super::$story(crate::world::Engine::Postgres).await;
            })*
        }
    };
}
pub(crate) use on_sql_engines;

/// Makes of each story `name(engine)` a test on every engine.
macro_rules! on_every_engine {
    ($($story:ident)*) => {
        crate::world::on_sql_engines!($($story)*);

        #[cfg(feature = "mongo")]
        mod mongo {
            $(#[tokio::test]
            async fn $story() {
                super::$story(crate::world::Engine::Mongo).await;
            })*
        }
    };
}
pub(crate) use on_every_engine;

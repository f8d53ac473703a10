//! Whoever has not signed in learns of no account: requests that name one cause the same for all.

mod watched;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use saaskit::{App, Breakers, Commons, Ports, Settings, Stores};
use saaskit_auth::port::PasswordHasher;
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_auth::{Password, User, UserStatus};
use saaskit_breach_list::CommonPasswords;
use saaskit_gateway::{Access, Bypass, Limits};
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_http_axum::PublicUrl;
use saaskit_kernel::{Commit, Email, LogAlerts, Mailbox, Name, OnlyLogged, Secret, Source, SystemClock};
use saaskit_memory::{
    MemoryCache, MemoryEventBus, MemoryGeoIp, MemoryIpReputation, MemoryRateLimiter, MemoryStorage,
};
use saaskit_notify::{Branding, CaptureSender};
use saaskit_seal_aead::{AeadSealer, KeyRing};
use saaskit_store_sql::{PoolSettings, SqliteStore, sqlite, statements};
use saaskit_token_jwt::JwtSigner;
use serde_json::{Value, json};
use tower::ServiceExt;

use watched::{Trace, Watched};

const BENCHMARK: &str = "benchmark-token-1";
const PASSWORD: &str = "Correct-horse-7";
const URL: &str = "https://app.example.com";
/// A secret that nobody was given.
const NO_SECRET: &str = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0";

/// What a request says of whose account it is about.
enum About {
    /// It names an address.
    Address(fn(&str) -> Value),
    /// It shows a secret, by which nobody is found who does not have it.
    Secret,
}

use About::{Address, Secret as BySecret};

/// Every route that changes something and that anybody may use.
const TABLE: &[(&str, About)] = &[
    ("/api/v1/auth/register", Address(|email| json!({ "email": email, "password": PASSWORD }))),
    ("/api/v1/auth/login", Address(|email| json!({ "email": email, "password": "Wrong-horse-77" }))),
    ("/api/v1/objects", BySecret),
    ("/api/v1/auth/password/forgot", Address(|email| json!({ "email": email }))),
    ("/api/v1/auth/verify-email/resend", Address(|email| json!({ "email": email }))),
    (
        "/api/v1/auth/setup",
        Address(|email| json!({ "token": NO_SECRET, "email": email, "password": PASSWORD })),
    ),
    ("/api/v1/auth/verify-email", BySecret),
    ("/api/v1/auth/password/reset", BySecret),
    ("/api/v1/auth/refresh", BySecret),
    ("/api/v1/auth/unlock", BySecret),
    ("/api/v1/users/email/confirm", BySecret),
    ("/api/v1/users/email/undo", BySecret),
    ("/setup", BySecret),
    ("/verify-email", BySecret),
    ("/reset-password", BySecret),
    ("/unlock", BySecret),
    ("/confirm-email", BySecret),
    ("/undo-email", BySecret),
];

/// One node on SQLite, watched.
struct World {
    router: Router,
    trace: Trace,
    _folder: tempfile::TempDir,
}

/// All an onlooker could count, measure or read.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    statements: u64,
    done: Vec<String>,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let second = Duration::from_secs(1);
        let pool = PoolSettings { min: 1, max: 1, acquire: second, idle: second, statement: 10 * second };
        let url = format!("sqlite:{}", folder.path().join("saaskit.db").display());
        let config = sqlite::Config { url, pool };
        SqliteStore::migrate(&config).await.unwrap();
        let listeners = saaskit_stories::subscriptions();
        let sqlite = SqliteStore::connect(config, listeners, Vec::new()).await.unwrap();
        let (trace, source, stores) = (Trace::default(), Source::system(), Stores::of(sqlite));
        let hasher: Arc<dyn PasswordHasher> =
            Arc::new(Argon2Hasher::new(&Argon2Config::default(), source.clone()).unwrap());
        people(&stores, &*hasher, &source).await;
        let watched = Watched(stores.store.clone(), trace.clone());
        let stores = Stores { store: Arc::new(watched), ..stores };
        let ring = KeyRing::parse(&KeyRing::generate(&source)).unwrap();
        let files = Arc::new(MemoryStorage::new(Arc::new(SystemClock), URL));
        let ports = Ports {
            storage: files.clone(),
            signed_urls: files,
            url_verifier: None,
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
        let app = App::new(ports, settings());
        app.refresh().await.unwrap();
        Self { router: app.router().unwrap(), trace, _folder: folder }
    }

    async fn see(&self, path: &str, body: &Value) -> Seen {
        self.trace.take();
        let request = Request::post(path)
            .header("host", "app.example.com")
            .header("content-type", "application/json")
            .header("x-benchmark-token", BENCHMARK)
            .extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 50_000))))
            .body(Body::from(body.to_string()));
        let before = statements();
        let response = self.router.clone().oneshot(request.unwrap()).await.unwrap();
        let statements = statements() - before;
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(to_bytes(body, 100_000).await.unwrap().to_vec()).unwrap();
        let request = parts.headers["x-request-id"].to_str().unwrap().to_owned();
        let headers = plain(&parts.headers, &request);
        let body = body.replace(&request, "<request>");
        Seen { status: parts.status.as_u16(), headers, body, statements, done: self.trace.take() }
    }
}

/// What is different in every answer counts by its length.
fn plain(headers: &HeaderMap, request: &str) -> Vec<(String, String)> {
    let text = |name: &str, value: &str| match name {
        "set-cookie" => format!("{} bytes", value.len()),
        _ => value.replace(request, "<request>"),
    };
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), text(name.as_str(), value.to_str().unwrap())))
        .collect()
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

/// Addresses of accounts in every state, and one of none; all as long.
const KNOWN: [&str; 4] =
    ["proved01@example.org", "waiting1@example.org", "stopped1@example.org", "deleted1@example.org"];
const UNKNOWN: [&str; 2] = ["nobody01@example.org", "nobody02@example.org"];

async fn people(stores: &Stores, hasher: &dyn PasswordHasher, source: &Source) {
    let hash = hasher.hash(&Password::new(&Secret::new(PASSWORD)).unwrap()).await.unwrap();
    let at = Some(source.now());
    let states = [
        (at, UserStatus::Active),
        (None, UserStatus::Active),
        (at, UserStatus::Suspended),
        (at, UserStatus::Deleted),
    ];
    for (address, (verified_at, status)) in KNOWN.into_iter().zip(states) {
        let email = Email::parse(address).unwrap();
        let user = User::register(source.id(), email, None, hash.clone(), source.now());
        let user = User { verified_at, status, ..user };
        stores.store.commit(Commit::new().write(AuthWrite::User(UserWrite::Insert(user)))).await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_names_an_account_causes_the_same_whether_there_is_one() {
    let world = World::new().await;
    for (path, about) in TABLE {
        let Address(body) = about else { continue };
        world.see(path, &body(UNKNOWN[0])).await;
        let expected = world.see(path, &body(UNKNOWN[1])).await;
        assert!(expected.status < 500 && expected.status != 422, "{path}: {expected:?}");
        for address in KNOWN {
            assert_eq!(world.see(path, &body(address)).await, expected, "{path} for {address}");
        }
    }
}

#[test]
fn every_route_that_anybody_may_change_something_by_is_in_the_table() {
    let public = saaskit_http_axum::routes().into_iter().filter(|route| {
        route.access == Access::Public && route.method != "GET" && !route.path.starts_with("/dev")
    });
    let public: BTreeSet<String> = public.map(|route| route.path).collect();
    let listed: BTreeSet<String> = TABLE.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(public, listed);
}

#[tokio::test]
async fn a_hash_or_a_statement_more_would_be_seen() {
    let world = World::new().await;
    let forgot = world.see("/api/v1/auth/password/forgot", &json!({ "email": UNKNOWN[0] })).await;
    let login = json!({ "email": UNKNOWN[0], "password": PASSWORD });
    let login = world.see("/api/v1/auth/login", &login).await;
    assert!(login.statements > forgot.statements && forgot.statements > 0);
    assert_eq!(login.done.iter().filter(|done| *done == "verify").count(), 1);
    assert!(forgot.done.iter().all(|done| done.contains("auth.")));
}

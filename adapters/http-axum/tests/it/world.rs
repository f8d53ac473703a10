mod request;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use prometheus_client::registry::Registry;
use saaskit_auth::port::BreachedPasswords;
use saaskit_auth::{Algorithm, Auth, Password};
use saaskit_conformance::fixtures::{FixedClock, branding, source_at};
use saaskit_gateway::{Bypass, Door, Idempotency, Limits};
use saaskit_hash_argon2::{Argon2Config, Argon2Hasher};
use saaskit_http_axum::metrics::{self, Metrics, Requests};
use saaskit_http_axum::objects::{self, Objects};
use saaskit_http_axum::{
    Api, Health, PublicUrl, Resource, Settings, auth, dev, enter_tenant, export, health, home, suppressions,
    tenant_brand, tenant_roles, tenants, user_directory,
};
use saaskit_kernel::{
    Call, Email, Freshness, Handler, Mailbox, Place, PortError, Secret, Source, Storage, Worker,
    WorkerSettings,
};
use saaskit_memory::{MemoryErrorReporter, MemoryGeoIp, MemoryRateLimiter, MemoryStorage, MemoryStore};
use saaskit_notify::port::Outbox;
use saaskit_notify::{CaptureSender, Notify, SendMessage};
use saaskit_seal_aead::{AeadSealer, KeyRing};
use saaskit_stories::{
    AccountPeople, Credentials, EnterTenant, Export, GivenRoles, Links, NotifyLetters, Permissions,
    TakeRoles, TenantBelongings, TenantBrand, TenantRoles, UserDirectory, Welcome, permissions,
    subscriptions,
};
use saaskit_tenants::Tenants;
use saaskit_token_jwt::JwtSigner;
use serde_json::json;

pub(crate) use request::{Answer, Ask};

/// A password every policy takes.
pub(crate) const PASSWORD: &str = "Correct-horse-7";
/// Where the installation believes to be.
pub(crate) const PUBLIC_URL: &str = "https://app.example.com";
/// What passes the limits.
pub(crate) const BENCHMARK: &str = "benchmark-token-1";

/// One node of one installation, without a socket.
pub(crate) struct World {
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) files: Arc<MemoryStorage>,
    pub(crate) auth: Auth,
    pub(crate) health: Health,
    pub(crate) reporter: Arc<MemoryErrorReporter>,
    pub(crate) idempotency: Idempotency,
    pub(crate) router: Router,
    worker: Worker,
}

/// What a test chooses.
pub(crate) struct Plan {
    pub(crate) limits: Limits,
    pub(crate) settings: Settings,
    pub(crate) more: Vec<Resource>,
    pub(crate) requests: Requests,
    pub(crate) metrics: Metrics,
    /// What stands before the files.
    pub(crate) files: Box<dyn FnOnce(Arc<MemoryStorage>) -> Arc<dyn Storage> + Send>,
}

impl Default for Plan {
    fn default() -> Self {
        let settings = Settings::new(PublicUrl::parse(PUBLIC_URL).unwrap());
        let (limits, requests) = (Limits::default(), Requests::default());
        let token = Some(Secret::new("a-token-that-nobody-here-knows-at-all"));
        let metrics = Metrics::new(Registry::default(), token, || std::future::ready(()));
        Self { limits, settings, more: Vec::new(), requests, metrics, files: Box::new(|files| files) }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Plan::default()).await
    }

    pub(crate) async fn with(plan: Plan) -> Self {
        let clock = Arc::new(FixedClock::default());
        let source = source_at(clock.clone());
        let memory = Arc::new(MemoryStore::new(subscriptions()));
        let ring = KeyRing::parse(&KeyRing::generate(&source)).unwrap();
        let sealer = Arc::new(AeadSealer::new(ring, source.clone()).unwrap());
        let ports = saaskit_notify::Ports {
            store: memory.clone(),
            suppressions: memory.clone(),
            brandings: memory.clone(),
            sealer: sealer.clone(),
            source: source.clone(),
        };
        let notify = Notify::new(ports, branding());
        let links = Links::under(PUBLIC_URL);
        let freshness = Freshness::default();
        let tenants = tenancy(&memory, &freshness, &source);
        let auth = Auth::new(
            saaskit_auth::Ports {
                store: memory.clone(),
                users: memory.clone(),
                sessions: memory.clone(),
                refresh_tokens: memory.clone(),
                attempts: memory.clone(),
                roles: memory.clone(),
                tokens: memory.clone(),
                keys: memory.clone(),
                hasher: Arc::new(Argon2Hasher::new(&Argon2Config::default(), source.clone()).unwrap()),
                breached: Arc::new(NobodyKnows),
                signer: Arc::new(JwtSigner::new(PUBLIC_URL, PUBLIC_URL)),
                sealer: sealer.clone(),
                letters: Arc::new(NotifyLetters::new(notify.clone(), links.clone())),
                belongings: Arc::new(TenantBelongings(tenants.clone())),
                geo: Arc::new(MemoryGeoIp::from_iter([london()])),
                freshness,
                source: source.clone(),
            },
            saaskit_auth::Settings {
                algorithm: Algorithm::EdDsa,
                permissions: permissions(),
                ..saaskit_auth::Settings::default()
            },
        );
        let tenants = tenants.with_grants(Arc::new(GivenRoles(auth.clone())));
        auth.refresh(&Call::of_operator(&source)).await.unwrap();
        let own: [Arc<dyn Handler>; 3] = [
            Arc::new(TakeRoles(auth.clone())),
            Arc::new(SendMessage {
                messages: memory.clone(),
                suppressions: memory.clone(),
                preferences: memory.clone(),
                sender: Arc::new(CaptureSender::new(memory.clone(), source.clone())),
                sealer,
                from: Mailbox { name: None, email: Email::parse("no-reply@example.com").unwrap() },
                source: source.clone(),
            }),
            Arc::new(Welcome { auth: auth.clone(), tenants: tenants.clone(), notify: notify.clone(), links }),
        ];
        let handlers = auth.handlers().into_iter().chain(own);
        let settings = WorkerSettings::default();
        let worker = Worker::new(memory.clone(), memory.clone(), source.clone(), handlers, settings);
        let health = Health::new(memory.clone(), memory.clone(), [], source.clone());
        let limiter = Arc::new(MemoryRateLimiter::new(clock.clone(), 10_000));
        let bypass = Bypass::new(Secret::new(BENCHMARK), false).unwrap();
        let door = Door::new(limiter, Arc::new(Credentials(auth.clone())), plan.limits)
            .with_bypass(bypass)
            .with_authorizer(Arc::new(Permissions { auth: auth.clone(), tenants: tenants.clone() }));
        let outbox: Arc<dyn Outbox> = memory.clone();
        let files = Arc::new(MemoryStorage::new(clock.clone(), objects::PATH));
        let served = Objects::new((plan.files)(files.clone()), files.clone(), plan.settings.transfers);
        let reporter = Arc::new(MemoryErrorReporter::default());
        let idempotency =
            Idempotency::new(memory.clone(), memory.clone(), source.clone(), auth.installation().unwrap());
        let api = Api::new(door, source.clone(), auth.installation().unwrap(), plan.settings)
            .with_requests(plan.requests)
            .with_reporter(reporter.clone())
            .with_idempotency(idempotency.clone())
            .with(auth::resource(&auth))
            .with(tenants::resource(&tenants))
            .with(export::resource(&Export {
                auth: auth.clone(),
                tenants: tenants.clone(),
                parts: Vec::new(),
            }))
            .with(tenant_roles::resource(&TenantRoles { auth: auth.clone(), tenants: tenants.clone() }))
            .with(enter_tenant::resource(&EnterTenant { auth: auth.clone(), tenants: tenants.clone() }))
            .with(user_directory::resource(&UserDirectory { auth: auth.clone(), tenants: tenants.clone() }))
            .with(tenant_brand::resource(&TenantBrand { tenants: tenants.clone(), notify: notify.clone() }))
            .with(suppressions::resource(&notify))
            .with(home::resource(true))
            .with(health::resource(&health))
            .with(metrics::resource(&plan.metrics))
            .with(objects::resource(&served))
            .with(dev::resource(&outbox));
        let router = plan.more.into_iter().fold(api, Api::with).router();
        Self { clock, memory, files, auth, health, reporter, idempotency, router, worker }
    }

    pub(crate) fn get(&self, path: &str) -> Ask {
        Ask::new(self.router.clone(), "GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Ask {
        Ask::new(self.router.clone(), "POST", path)
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::new(self.router.clone(), method, path)
    }

    /// Does all work there is, and the work it makes.
    pub(crate) async fn work(&self) {
        while self.worker.tick().await.unwrap().claimed > 0 {}
    }

    /// Registers an address; gives the token that was mailed to it.
    pub(crate) async fn register(&self, email: &str) -> String {
        self.register_in_browser(email).await.0
    }

    /// Registers an address; gives the token that was mailed to it, and the cookie that the browser keeps.
    pub(crate) async fn register_in_browser(&self, email: &str) -> (String, String) {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Ana Pop" });
        let answer = self.post("/api/v1/auth/register").bypassing().json(&body).await.expect(202);
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        self.work().await;
        (self.mailed_token(email).await, cookie)
    }

    /// The token of the last link that was mailed there.
    pub(crate) async fn mailed_token(&self, email: &str) -> String {
        let outbox = self.memory.newest(10).await.unwrap();
        let mail = outbox.iter().find(|mail| mail.to.eq_ignore_ascii_case(email)).expect("a mail");
        let (_, rest) = mail.text.split_once("?token=").expect("a link");
        rest.split_whitespace().next().unwrap().to_owned()
    }

    /// Somebody with a proved address, signed in; gives the access token.
    pub(crate) async fn user(&self, email: &str) -> String {
        let (token, cookie) = self.register_in_browser(email).await;
        let verify = self.post("/api/v1/auth/verify-email").bypassing().header("cookie", &cookie);
        verify.json(&json!({ "token": token })).await.expect(200);
        self.log_in(email).await
    }

    pub(crate) async fn log_in(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self.post("/api/v1/auth/login").bypassing().json(&body).await.expect(200);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Makes a workspace; gives its id.
    pub(crate) async fn tenant(&self, token: &str, slug: &str) -> String {
        let body = json!({ "name": slug, "slug": slug });
        let answer = self.post("/api/v1/tenants").bypassing().bearer(token).json(&body).await.expect(201);
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

fn tenancy(memory: &Arc<MemoryStore>, freshness: &Freshness, source: &Source) -> Tenants {
    Tenants::new(saaskit_tenants::Ports {
        store: memory.clone(),
        workspaces: memory.clone(),
        members: memory.clone(),
        memberships: memory.clone(),
        people: Arc::new(AccountPeople(memory.clone())),
        freshness: freshness.clone(),
        source: source.clone(),
    })
}

/// Where requests come from.
fn london() -> (IpAddr, Place) {
    let (country, city) = (Some("GB".to_owned()), Some("London".to_owned()));
    (IpAddr::from([192, 0, 2, 7]), Place { country, city, ..Place::default() })
}

#[derive(Debug)]
struct NobodyKnows;

#[async_trait]
impl BreachedPasswords for NobodyKnows {
    async fn is_known(&self, _: &Password) -> Result<bool, PortError> {
        Ok(false)
    }
}

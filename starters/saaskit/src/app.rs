mod deeds;
mod meters;
mod outside;
mod rounds;
mod tries;

use std::sync::Arc;
use std::time::Duration;

use saaskit_auth::{Auth, AuthError};
use saaskit_gateway::{Bypass, Door, Idempotency, Limits};
use saaskit_http_axum::health::{Check, Condition};
use saaskit_http_axum::metrics::{self, Metrics, Requests};
use saaskit_http_axum::objects::{self, Objects};
use saaskit_http_axum::{
    Api, Health, auth, dev, enter_tenant, export, health, home, suppressions, tenant_brand, tenant_roles,
    tenants, user_directory,
};
use saaskit_kernel::{
    Cache, Call, Follower, Freshness, Handler, HurryingStore, Mailbox, Nudge, PortError, Secret, Worker,
    WorkerSettings,
};
use saaskit_notify::{Branding, Notify, SendMessage};
use saaskit_stories::{
    AccountPeople, Credentials, EnterTenant, Export, ExportPart, GivenRoles, Links, Mails, NotifyLetters,
    Permissions, TakeRoles, TenantBelongings, TenantBrand, TenantRoles, UserDirectory, Welcome, permissions,
};
use saaskit_tenants::Tenants;
use tokio_util::sync::CancellationToken;

use crate::Ports;

use deeds::{CountingStore, Deeds};
use meters::Meters;
pub use meters::{metrics, metrics_table};
use outside::Outside;
use rounds::{every, every_or_nudged, send_alerts, whenever_nudged};
use tries::counting;

/// What an operator chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How people sign in.
    pub auth: saaskit_auth::Settings,
    /// Who mails are from.
    pub email_from: Mailbox,
    /// What mails look like.
    pub branding: Branding,
    /// What the door is like, and where.
    pub http: saaskit_http_axum::Settings,
    /// How much of what it lets in.
    pub limits: Limits,
    /// The way past the limits, for benchmarks.
    pub bypass: Option<Bypass>,
    /// What others than the machine itself show to see the metrics.
    pub metrics_token: Option<Secret>,
}

/// The whole server, before anybody listens.
#[derive(Debug, Clone)]
pub struct App {
    ports: Ports,
    settings: Settings,
    auth: Auth,
    tenants: Tenants,
    notify: Notify,
    worker: Worker,
    follower: Follower,
    links: Links,
    health: Health,
    outside: Outside,
    requests: Requests,
    metrics: Metrics,
    nudges: Nudges,
}

/// What wakes those who would find out by themselves a little later.
#[derive(Debug, Clone, Default)]
struct Nudges {
    /// This node committed signals.
    signals: Nudge,
    /// Signals are to be followed.
    follow: Nudge,
    /// This node committed jobs.
    work: Nudge,
}

/// How often the nodes' common state is looked at as a whole.
const REFRESH_EVERY: Duration = Duration::from_mins(1);
/// How often what nobody asks for any more is removed, and what an older key sealed is sealed anew.
const TIDY_EVERY: Duration = Duration::from_hours(1);
/// Errors that were reported get this long to leave at the end.
const FLUSH: Duration = Duration::from_secs(3);
/// How long a worker without work waits before it looks again.
const LOOK_FOR_WORK_EVERY: Duration = Duration::from_millis(200);
/// How often what is away is thought of; how often it is asked, its breaker decides.
const RECOVER_EVERY: Duration = Duration::from_millis(100);
/// How long to wait after other nodes could not be listened to.
const LISTEN_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl App {
    /// The server in that world.
    pub fn new(mut ports: Ports, settings: Settings) -> Self {
        let (outside, nudges) = (Outside::of(&mut ports, &settings.limits), Nudges::default());
        let (requests, deeds) = (Requests::default(), Deeds::default());
        let counting = Arc::new(CountingStore { store: ports.stores.store, deeds: deeds.clone() });
        let hurrying = HurryingStore::new(counting, nudges.signals.clone(), nudges.work.clone());
        ports.stores.store = Arc::new(hurrying);
        let links = Links::under(settings.http.public_url.origin().as_str());
        let notify = letters(&ports, settings.branding.clone());
        let freshness = Freshness::default();
        let tenants = tenancy(&ports, &freshness);
        let auth = sign_in(&ports, &settings, &notify, &links, &tenants, &freshness);
        let tenants = tenants.with_grants(Arc::new(GivenRoles(auth.clone())));
        let listeners = [auth.listener(), tenants.listener()];
        let follower =
            Follower::new(ports.stores.signals.clone(), listeners, ports.source.clone(), freshness.clone());
        let worker = worker(&ports, &settings, &auth, &tenants, notify.clone(), &links, &deeds);
        let stores = &ports.stores;
        let (store, queue) = (stores.store.clone(), stores.queue.clone());
        let mut checks = outside.checks();
        checks.extend([check_files(&ports), check_seals(&auth)]);
        let meters = Meters {
            breakers: outside.breakers.all().to_vec(),
            store: store.clone(),
            queue: queue.clone(),
            freshness,
            source: ports.source.clone(),
        };
        let metrics = meters.into_metrics(&requests, &deeds, settings.metrics_token.clone());
        let health = Health::new(store, queue, checks, ports.source.clone());
        Self {
            ports,
            settings,
            auth,
            tenants,
            notify,
            worker,
            follower,
            links,
            health,
            outside,
            requests,
            metrics,
            nudges,
        }
    }

    /// Who signs in here.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// What all nodes keep for a while; each node for itself while that is away.
    pub fn cache(&self) -> Arc<dyn Cache> {
        self.outside.cache.clone()
    }

    /// Lets errors that were reported leave: the last thing to do.
    pub async fn flush(&self) {
        self.ports.errors.flush(FLUSH).await;
    }

    /// Learns what other nodes did and makes what is missing. Nobody can sign in before it succeeded once.
    pub async fn refresh(&self) -> Result<(), AuthError> {
        self.auth.refresh(&Call::of_work("auth.refresh", &self.ports.source)).await?;
        Ok(self.follower.sweep().await?)
    }

    /// The link by which the first operator signs up; `None` once there is one.
    pub async fn set_up_link(&self) -> Result<Option<Secret>, AuthError> {
        Ok(self.auth.set_up_token().await?.map(|token| Secret::new(self.links.set_up(&token))))
    }

    /// Whether it is well; [`Health::drain`] it when it is to stop.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// Everything it serves, behind one door. [`App::refresh`] comes first.
    pub fn router(&self) -> Result<axum::Router, AuthError> {
        let secret = self.auth.installation()?;
        let mails = Mails { auth: self.auth.clone(), messages: self.ports.stores.messages.clone() };
        let parts: Vec<Arc<dyn ExportPart>> = vec![Arc::new(mails)];
        let export = Export { auth: self.auth.clone(), tenants: self.tenants.clone(), parts };
        let roles = TenantRoles { auth: self.auth.clone(), tenants: self.tenants.clone() };
        let enter = EnterTenant { auth: self.auth.clone(), tenants: self.tenants.clone() };
        let brand = TenantBrand { tenants: self.tenants.clone(), notify: self.notify.clone() };
        let directory = UserDirectory { auth: self.auth.clone(), tenants: self.tenants.clone() };
        let mut api = Api::new(self.door(), self.ports.source.clone(), secret, self.settings.http.clone())
            .with_idempotency(self.idempotency()?)
            .with(home::resource(self.ports.shows_outbox))
            .with(health::resource(&self.health))
            .with(metrics::resource(&self.metrics))
            .with_requests(self.requests.clone())
            .with_reporter(self.ports.errors.clone())
            .with(auth::resource(&self.auth))
            .with(export::resource(&export))
            .with(tenants::resource(&self.tenants))
            .with(tenant_roles::resource(&roles))
            .with(tenant_brand::resource(&brand))
            .with(suppressions::resource(&self.notify))
            .with(enter_tenant::resource(&enter))
            .with(user_directory::resource(&directory));
        if let Some(verifier) = self.ports.url_verifier.clone() {
            let storage = self.ports.storage.clone();
            let objects = Objects::new(storage, verifier, self.settings.http.transfers);
            api = api.with(objects::resource(&objects));
        }
        if self.ports.shows_outbox {
            api = api.with(dev::resource(&self.ports.stores.outbox));
        }
        Ok(api.router())
    }

    fn door(&self) -> Door {
        let authenticator = Arc::new(Credentials(self.auth.clone()));
        let authorizer = Permissions { auth: self.auth.clone(), tenants: self.tenants.clone() };
        let door = Door::new(self.outside.limiter.clone(), authenticator, self.settings.limits.clone())
            .with_authorizer(Arc::new(authorizer));
        match &self.settings.bypass {
            Some(bypass) => door.with_bypass(bypass.clone()),
            None => door,
        }
    }

    fn idempotency(&self) -> Result<Idempotency, AuthError> {
        let stores = &self.ports.stores;
        let (claims, store) = (stores.claims.clone(), stores.store.clone());
        Ok(Idempotency::new(claims, store, self.ports.source.clone(), self.auth.installation()?))
    }

    /// Works, follows other nodes, looks after what is away and tidies until `stop` is cancelled; then finishes the
    /// batch under way.
    pub async fn work(&self, stop: CancellationToken) {
        let following = every_or_nudged(Follower::EVERY, &self.nudges.follow, &stop, || async {
            warn_of("other nodes can't be followed", self.follower.follow().await);
        });
        let refreshing = every(REFRESH_EVERY, &stop, || async {
            warn_of("the nodes' common state could not be read", self.refresh().await);
        });
        let tidying = every(TIDY_EVERY, &stop, || self.tidy());
        let working = every_or_nudged(LOOK_FOR_WORK_EVERY, &self.nudges.work, &stop, || self.work_off(&stop));
        let minding = stop.run_until_cancelled(self.mind_others());
        tokio::join!(following, refreshing, tidying, working, minding);
    }

    /// Hears and tells other nodes, sends alerts and goes back to what was away: nothing that has to be finished.
    async fn mind_others(&self) {
        let (outside, nudges) = (&self.outside, &self.nudges);
        let never = CancellationToken::new();
        let telling = whenever_nudged(&nudges.signals, || async {
            nudges.follow.nudge();
            outside.tell().await;
        });
        let listening = every(LISTEN_AGAIN_AFTER, &never, || outside.listen(&nudges.follow));
        let recovering = every(RECOVER_EVERY, &never, || outside.recover());
        let alerting = send_alerts(outside.breakers.alarms(), &*self.ports.alerts, &self.ports.source);
        tokio::join!(telling, listening, recovering, alerting);
    }

    async fn tidy(&self) {
        warn_of("old sessions could not be removed", self.auth.sweep().await);
        warn_of("secrets could not be sealed anew", self.auth.reseal().await.map(drop));
        if let Ok(idempotency) = self.idempotency() {
            warn_of("old claims could not be removed", idempotency.forget().await);
        }
    }

    /// Batch after batch, for as long as there is work.
    async fn work_off(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.worker.tick().await {
                Ok(tick) if tick.claimed == 0 => return,
                Ok(_) => {}
                Err(error) => return warn_of::<PortError>("no work could be claimed", Err(error)),
            }
        }
    }
}

fn warn_of<E: std::error::Error + 'static>(what: &str, outcome: Result<(), E>) {
    let Err(error) = outcome else { return };
    let error = &error as &dyn std::error::Error;
    if is_unasked(error) {
        tracing::debug!(error, "{what}");
    } else {
        tracing::warn!(error, "{what}");
    }
}

/// Whether a breaker refused: it said already what is away, and says when it is back.
fn is_unasked(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    causes.any(|cause| cause.downcast_ref::<PortError>().is_some_and(|error| !error.was_asked()))
}

fn check_files(ports: &Ports) -> Check {
    let storage = ports.storage.clone();
    Check::new(outside::STORAGE, move || {
        let storage = storage.clone();
        async move { storage.ping().await.map(|()| Condition::Healthy) }
    })
}

/// Well once no key of the ring is needed but the first.
fn check_seals(auth: &Auth) -> Check {
    let auth = auth.clone();
    Check::new("encryption", move || {
        let auth = auth.clone();
        async move {
            let sealed = auth.sealed_by_others().await?;
            Ok(if sealed == 0 { Condition::Healthy } else { Condition::Degraded })
        }
    })
}

fn sign_in(
    ports: &Ports,
    settings: &Settings,
    notify: &Notify,
    links: &Links,
    tenants: &Tenants,
    freshness: &Freshness,
) -> Auth {
    let stores = &ports.stores;
    let ports = saaskit_auth::Ports {
        store: stores.store.clone(),
        users: stores.users.clone(),
        sessions: stores.sessions.clone(),
        refresh_tokens: stores.refresh_tokens.clone(),
        attempts: stores.attempts.clone(),
        roles: stores.roles.clone(),
        tokens: stores.tokens.clone(),
        keys: stores.keys.clone(),
        hasher: ports.hasher.clone(),
        breached: ports.breached.clone(),
        signer: ports.signer.clone(),
        sealer: ports.sealer.clone(),
        letters: Arc::new(NotifyLetters::new(notify.clone(), links.clone())),
        belongings: Arc::new(TenantBelongings(tenants.clone())),
        geo: ports.geo.clone(),
        freshness: freshness.clone(),
        source: ports.source.clone(),
    };
    let known = permissions().into_iter().chain(settings.auth.permissions.clone()).collect();
    Auth::new(ports, saaskit_auth::Settings { permissions: known, ..settings.auth.clone() })
}

fn tenancy(ports: &Ports, freshness: &Freshness) -> Tenants {
    let stores = &ports.stores;
    Tenants::new(saaskit_tenants::Ports {
        store: stores.store.clone(),
        workspaces: stores.workspaces.clone(),
        members: stores.members.clone(),
        memberships: stores.memberships.clone(),
        people: Arc::new(AccountPeople(stores.users.clone())),
        freshness: freshness.clone(),
        source: ports.source.clone(),
    })
}

fn letters(ports: &Ports, brand: Branding) -> Notify {
    let stores = &ports.stores;
    let ports = saaskit_notify::Ports {
        store: stores.store.clone(),
        suppressions: stores.suppressions.clone(),
        brandings: stores.brandings.clone(),
        sealer: ports.sealer.clone(),
        source: ports.source.clone(),
    };
    Notify::new(ports, brand)
}

fn worker(
    ports: &Ports,
    settings: &Settings,
    auth: &Auth,
    tenants: &Tenants,
    notify: Notify,
    links: &Links,
    deeds: &Deeds,
) -> Worker {
    let stores = &ports.stores;
    let send = SendMessage {
        messages: stores.messages.clone(),
        suppressions: stores.suppressions.clone(),
        preferences: stores.preferences.clone(),
        sender: ports.email.clone(),
        sealer: ports.sealer.clone(),
        from: settings.email_from.clone(),
        source: ports.source.clone(),
    };
    let welcome = Welcome { auth: auth.clone(), tenants: tenants.clone(), notify, links: links.clone() };
    let mut handlers: Vec<Arc<dyn Handler>> =
        vec![Arc::new(send), Arc::new(welcome), Arc::new(TakeRoles(auth.clone()))];
    handlers.extend(auth.handlers());
    let handlers = handlers.into_iter().map(|handler| counting(handler, deeds));
    let (queue, store, source) = (stores.queue.clone(), stores.store.clone(), ports.source.clone());
    Worker::new(queue, store, source, handlers, WorkerSettings::default()).with_reporter(ports.errors.clone())
}

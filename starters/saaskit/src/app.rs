use std::sync::Arc;
use std::time::Duration;

use saaskit_auth::port::{BreachedPasswords, Keys, PasswordHasher, Sessions, TokenSigner, Tokens, Users};
use saaskit_auth::{Auth, AuthError};
use saaskit_gateway::{Bypass, Door, Limits};
use saaskit_http_axum::{Api, Health, auth, dev, health, home, tenants};
use saaskit_kernel::{
    Call, EmailSender, Handler, Mailbox, RateLimiter, Sealer, Secret, Source, Store, WorkQueue, Worker,
    WorkerSettings,
};
use saaskit_notify::port::{Messages, Outbox};
use saaskit_notify::{Notify, SendMessage};
use saaskit_stories::{BearerTokens, Links, NotifyLetters, Welcome};
use saaskit_tenants::Tenants;
use saaskit_tenants::port::Workspaces;
use tokio_util::sync::CancellationToken;

/// Everything the server needs of the world. Fill it with your own adapters and you have your own server.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each field is the port of its type")]
pub struct Ports {
    pub store: Arc<dyn Store>,
    pub queue: Arc<dyn WorkQueue>,
    pub users: Arc<dyn Users>,
    pub sessions: Arc<dyn Sessions>,
    pub tokens: Arc<dyn Tokens>,
    pub keys: Arc<dyn Keys>,
    pub workspaces: Arc<dyn Workspaces>,
    pub messages: Arc<dyn Messages>,
    /// Only in development: the mail that was kept instead of sent.
    pub outbox: Option<Arc<dyn Outbox>>,
    pub email: Arc<dyn EmailSender>,
    pub limiter: Arc<dyn RateLimiter>,
    pub hasher: Arc<dyn PasswordHasher>,
    pub breached: Arc<dyn BreachedPasswords>,
    pub signer: Arc<dyn TokenSigner>,
    pub sealer: Arc<dyn Sealer>,
    pub source: Source,
}

/// What an operator chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How people sign in.
    pub auth: saaskit_auth::Settings,
    /// Who mails are from.
    pub email_from: Mailbox,
    /// What the door is like, and where.
    pub http: saaskit_http_axum::Settings,
    /// The way past the limits, for benchmarks.
    pub bypass: Option<Bypass>,
}

/// The whole server, before anybody listens.
#[derive(Debug, Clone)]
pub struct App {
    ports: Ports,
    settings: Settings,
    auth: Auth,
    tenants: Tenants,
    worker: Worker,
    links: Links,
    health: Health,
}

/// How often the nodes' common state is looked at.
const REFRESH_EVERY: Duration = Duration::from_mins(1);
/// How long a worker without work waits before it looks again.
const LOOK_FOR_WORK_EVERY: Duration = Duration::from_millis(200);

impl App {
    /// The server in that world.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let links = Links::under(settings.http.public_url.origin().as_str());
        let notify = Notify::new(ports.sealer.clone(), ports.source.clone());
        let auth = sign_in(&ports, &settings, &notify, &links);
        let tenants = Tenants::new(saaskit_tenants::Ports {
            store: ports.store.clone(),
            workspaces: ports.workspaces.clone(),
            source: ports.source.clone(),
        });
        let worker = worker(&ports, &settings, &auth, &tenants, notify, &links);
        let health = Health::new(ports.store.clone(), ports.queue.clone(), ports.source.clone());
        Self { ports, settings, auth, tenants, worker, links, health }
    }

    /// Who signs in here.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Learns what other nodes did and makes what is missing. Nobody can sign in before it succeeded once.
    pub async fn refresh(&self) -> Result<(), AuthError> {
        self.auth.refresh(&Call::of_work("auth.refresh", &self.ports.source)).await
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
        let limiter = self.ports.limiter.clone();
        let mut door = Door::new(limiter, Arc::new(BearerTokens(self.auth.clone())), Limits::default());
        if let Some(bypass) = &self.settings.bypass {
            door = door.with_bypass(bypass.clone());
        }
        let secret = self.auth.installation()?;
        let mut api = Api::new(door, self.ports.source.clone(), secret, self.settings.http.clone())
            .with(home::resource(self.ports.outbox.is_some()))
            .with(health::resource(&self.health))
            .with(auth::resource(&self.auth))
            .with(tenants::resource(&self.tenants));
        if let Some(outbox) = &self.ports.outbox {
            api = api.with(dev::resource(outbox));
        }
        Ok(api.router())
    }

    /// Works and refreshes until `stop` is cancelled; then finishes the batch under way.
    pub async fn work(&self, stop: CancellationToken) {
        let refreshing = every(REFRESH_EVERY, &stop, || async {
            if let Err(error) = self.refresh().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the nodes' common state could not be read"
                );
            }
        });
        let working = every(LOOK_FOR_WORK_EVERY, &stop, || self.work_off(&stop));
        tokio::join!(refreshing, working);
    }

    /// Batch after batch, for as long as there is work.
    async fn work_off(&self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.worker.tick().await {
                Ok(tick) if tick.claimed == 0 => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "no work could be claimed");
                    return;
                }
            }
        }
    }
}

async fn every<F: Future<Output = ()>>(
    period: Duration,
    stop: &CancellationToken,
    mut run: impl FnMut() -> F,
) {
    while !stop.is_cancelled() {
        run().await;
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = stop.cancelled() => {}
        }
    }
}

fn sign_in(ports: &Ports, settings: &Settings, notify: &Notify, links: &Links) -> Auth {
    let ports = saaskit_auth::Ports {
        store: ports.store.clone(),
        users: ports.users.clone(),
        sessions: ports.sessions.clone(),
        tokens: ports.tokens.clone(),
        keys: ports.keys.clone(),
        hasher: ports.hasher.clone(),
        breached: ports.breached.clone(),
        signer: ports.signer.clone(),
        sealer: ports.sealer.clone(),
        letters: Arc::new(NotifyLetters::new(notify.clone(), links.clone())),
        source: ports.source.clone(),
    };
    Auth::new(ports, settings.auth.clone())
}

fn worker(
    ports: &Ports,
    settings: &Settings,
    auth: &Auth,
    tenants: &Tenants,
    notify: Notify,
    links: &Links,
) -> Worker {
    let send = SendMessage {
        messages: ports.messages.clone(),
        sender: ports.email.clone(),
        sealer: ports.sealer.clone(),
        from: settings.email_from.clone(),
        source: ports.source.clone(),
    };
    let welcome = Welcome { auth: auth.clone(), tenants: tenants.clone(), notify, links: links.clone() };
    let mut handlers: Vec<Arc<dyn Handler>> = vec![Arc::new(send), Arc::new(welcome)];
    handlers.extend(auth.handlers());
    let (queue, store, source) = (ports.queue.clone(), ports.store.clone(), ports.source.clone());
    Worker::new(queue, store, source, handlers, WorkerSettings::default())
}

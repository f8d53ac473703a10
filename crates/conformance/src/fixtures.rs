//! What the suites are played with: time that stands still, randomness that counts, and things to store.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use saaskit_auth::{
    Algorithm, AttemptKey, Attempts, ClientMark, Method, OneTimeToken, PasswordHash, Permission, Purpose,
    RefreshToken, Role, Rotation, Session, SigningKey, Tries, User,
};
use saaskit_kernel::{
    Action, Agent, AuditEntry, Call, Clock, Email, Entropy, Event, Job, Locale, Name, Outcome, Sealed,
    Signal, Slug, Source, StoredObject, Subscription, Subscriptions, SystemClock, TenantId, Timestamp,
    UserEntity, UserId,
};
use saaskit_notify::{
    Branding, Captured, Category, Channel, Message, OptOut, Status, Suppression, SuppressionReason, Template,
    Topic,
};
use saaskit_tenants::{Membership, MembershipId, Tenant};
use serde_json::json;

/// When every suite begins: 2100-01-01. A store that asks its own clock instead of its caller shows it.
pub const NOW: Timestamp = Timestamp::from_millis(4_102_444_800_000);

/// A clock that moves only when it is told to. It begins at [`NOW`].
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl Default for FixedClock {
    fn default() -> Self {
        Self(AtomicI64::new(NOW.millis()))
    }
}

impl FixedClock {
    /// Sets it.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }

    /// Moves it forward, by whole milliseconds.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Lets time pass for the backend under test.
#[async_trait]
pub trait Elapse: std::fmt::Debug + Send + Sync {
    /// Comes back when so much time has passed.
    async fn elapse(&self, while_: Duration);
}

#[async_trait]
impl Elapse for FixedClock {
    async fn elapse(&self, while_: Duration) {
        self.advance(while_);
    }
}

/// For backends that have a clock of their own.
#[async_trait]
impl Elapse for SystemClock {
    async fn elapse(&self, while_: Duration) {
        tokio::time::sleep(while_).await;
    }
}

/// Bytes that count upwards: never the same twice, and the same in every run. Ids made of them ascend.
#[derive(Debug, Default)]
pub struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for block in bytes.rchunks_mut(16) {
            let count = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
            block.fill(0);
            let digits = block.len().min(count.len());
            let from = block.len() - digits;
            block[from..].copy_from_slice(&count[count.len() - digits..]);
        }
    }
}

/// Time that stands at [`NOW`] and ids that ascend, the same in every run.
pub fn source() -> Source {
    source_at(Arc::new(FixedClock::default()))
}

/// Ids that ascend, the same in every run, at the time of that clock.
pub fn source_at(clock: Arc<FixedClock>) -> Source {
    Source::new(clock, Arc::new(CountingEntropy::default()))
}

/// The event that [`subscriptions`] are about.
pub const HEARD: &str = "conformance.heard";
/// The job its listener gets.
pub const LISTENER: &str = "conformance.listen";

/// Who listens in the suites: every store under test is built with these.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::new([Subscription { event: HEARD, job: LISTENER }])
}

/// The address `local@example.org`.
pub fn email(local: &str) -> Email {
    Email::parse(&format!("{local}@example.org")).expect("a local part of plain letters")
}

/// A new account of `local@example.org`.
pub fn user(source: &Source, local: &str) -> User {
    let name = Name::parse("Zoë \u{1f980} O'Neil").expect("a name");
    User::register(source.id(), email(local), Some(name), password_hash(1), source.now())
}

/// A hash, a different one for each number. No password matches it.
pub fn password_hash(number: u8) -> PasswordHash {
    PasswordHash::from_phc(format!("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2g{number}"))
}

/// A call of a browser at an IPv6 address.
pub fn call(source: &Source) -> Call {
    let ip = "2001:db8::7".parse().expect("an address");
    Call { ip: Some(ip), agent: Some(Agent::new("Browser/1.0 (\"Zoë\")")), ..Call::of_operator(source) }
}

/// A new session of that account.
pub fn session(source: &Source, user: &User) -> Session {
    Session::start(source.id(), user, Method::Password, &call(source), source.now())
}

/// A new one-time token of that account.
pub fn token(source: &Source, user: &User) -> OneTimeToken {
    OneTimeToken::mint(source.token().hash(), Purpose::VerifyEmail, user, source.now())
}

/// The first link of the chain of that session.
pub fn refresh_token(source: &Source, session: &Session) -> RefreshToken {
    RefreshToken::first(source.token().hash(), session, source.now())
}

/// What a client leaves on a link that it shows at that time.
pub fn rotation(source: &Source, at: Timestamp) -> Rotation {
    Rotation { at, client: ClientMark(source.bytes()), nonce: Some(source.bytes()) }
}

/// Two tries, never stored yet.
pub fn attempts(source: &Source) -> Attempts {
    let none = Attempts::none(AttemptKey::from_bytes(source.bytes()), None, NOW);
    Attempts { tries: Tries::at(vec![NOW, NOW]), in_row: 3, locks: 1, ..none }
}

/// A new role of that place.
pub fn role(source: &Source, tenant: Option<TenantId>, name: &str) -> Role {
    let permission = |text: &str| Permission::parse(text).expect("a permission");
    Role {
        id: source.id(),
        tenant,
        name: Name::parse(name).expect("a name"),
        permissions: vec![permission("*:read"), permission("members:invite")],
        created_at: source.now(),
        version: saaskit_kernel::Version::NEW,
    }
}

/// A signing key with that place in the line. It signs nothing.
pub fn signing_key(source: &Source, number: u32) -> SigningKey {
    SigningKey {
        id: source.id(),
        number,
        algorithm: Algorithm::EdDsa,
        private: Sealed::from_bytes(vec![0, 159, 146, 150, 255]),
        public: json!({"kty": "OKP", "crv": "Ed25519", "x": "abc", "use": "sig"}),
        created_at: source.now(),
        signs_from: source.now().plus(SigningKey::PUBLISHED_BEFORE),
    }
}

/// A new workspace.
pub fn tenant(source: &Source, slug: &str) -> Tenant {
    let name = Name::parse("Bücher & \"Söhne\"").expect("a name");
    Tenant::create(source.id(), Slug::parse(slug).expect("a slug"), name, source.now())
}

/// The owner of that workspace.
pub fn membership(source: &Source, tenant: TenantId, user: UserId) -> Membership {
    let id: MembershipId = source.id();
    Membership::of_owner(id, tenant, user, source.now())
}

/// What the suites' mails look like.
pub fn branding() -> Branding {
    Branding::named(Name::parse("Acme").expect("a name"))
}

/// A mail that waits to be sent.
pub fn message(source: &Source, tenant: Option<TenantId>) -> Message {
    Message {
        id: source.id(),
        tenant,
        to: email("ana"),
        locale: Locale::De,
        template: Template::Welcome,
        category: Category::Transactional,
        values: Some(Sealed::from_bytes(vec![0, 255, 128])),
        status: Status::Queued,
        created_at: source.now(),
        changed_at: source.now(),
        provider_id: None,
        version: saaskit_kernel::Version::NEW,
    }
}

/// An address no mail is sent to.
pub fn suppression(source: &Source, tenant: Option<TenantId>) -> Suppression {
    let reason = SuppressionReason::Bounced;
    Suppression { id: source.id(), address: email("ana"), tenant, reason, since: source.now() }
}

/// Mail that is not wanted.
pub fn opt_out(tenant: Option<TenantId>) -> OptOut {
    OptOut { address: email("ana"), tenant, topic: Topic::Marketing }
}

/// A mail that was kept to be looked at.
pub fn captured(source: &Source, id: &str) -> Captured {
    Captured {
        id: id.to_owned(),
        channel: Channel::Email,
        to: "ana@example.org".to_owned(),
        subject: Some("Grüße \u{1f980}".to_owned()),
        text: "one\ntwo\n".to_owned(),
        html: Some("<p>one</p>".to_owned()),
        at: source.now(),
    }
}

/// A job that is due now.
pub fn job(source: &Source, tenant: Option<TenantId>) -> Job {
    Job::now(source, "conformance.work", tenant, json!({"n": 1, "text": "Zoë \u{1f980}", "none": null}))
}

/// An event that [`subscriptions`] hear.
pub fn event(source: &Source, tenant: Option<TenantId>) -> Event {
    Event { id: source.id(), name: HEARD, tenant, at: source.now(), payload: json!({"fact": [1, "two"]}) }
}

/// A signal about that subject that matters for a minute from [`NOW`] on.
pub fn signal(subject: &str) -> Signal {
    let until = NOW.plus(Duration::from_mins(1));
    Signal { name: "conformance.signalled".into(), subject: subject.to_owned(), number: 7, until }
}

/// A line of the audit log.
pub fn audit(source: &Source, tenant: Option<TenantId>) -> AuditEntry {
    let action = Action { name: "conformance.check", risk: 10 };
    let entry = call(source).entry(source, action, Outcome::Success, tenant);
    entry.on(source.id::<UserEntity>()).changing(json!({"was": 1}), json!({"is": 2}))
}

/// All bytes of what is being read.
pub async fn read(object: StoredObject) -> Vec<u8> {
    object.body.try_collect::<Vec<Bytes>>().await.unwrap().concat()
}

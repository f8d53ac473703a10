mod ears;
mod hasher;
mod post;
mod recorder;
mod sealer;
mod signer;
mod trace;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_auth::port::{BreachedPasswords, Tokens as _, Users};
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_auth::{
    Algorithm, Auth, AuthError, Carried, Carrier, DeviceToken, GoesOn, LogIn, NoBelongings, Password, Ports,
    Register, RegistrationProof, Settings, SignedIn, Tokens, User, Verified,
};
use saaskit_conformance::fixtures::{CountingEntropy, FixedClock};
use saaskit_kernel::{
    Actor, Agent, Call, Clock, Code, Commit, Email, Fault, Freshness, Handler, PortError, Principal,
    RequestId, Sealer, Secret, Source, Store, Subscriptions, Timestamp, Token, WorkQueue, WorkState, Worker,
    WorkerSettings,
};
use saaskit_memory::{MemoryGeoIp, MemoryStore};

use ears::Ears;
use hasher::FakeHasher;
use post::{Deliver, Post};
use recorder::Recorder;
use sealer::FakeSealer;
use signer::FakeSigner;

pub(crate) use post::{Delivered, Kind};
pub(crate) use signer::read;
pub(crate) use trace::Trace;

/// A password every policy takes.
pub(crate) const PASSWORD: &str = "Correct-horse-7";
/// A password every policy takes and everybody knows.
pub(crate) const KNOWN: &str = "Trustno1-Trustno1";

/// One installation with one node, its clock standing, its mail kept.
pub(crate) struct World {
    pub(crate) auth: Auth,
    pub(crate) source: Source,
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) hasher: Arc<FakeHasher>,
    pub(crate) trace: Trace,
    pub(crate) ports: Ports,
    clock: Arc<FixedClock>,
    entropy: Arc<CountingEntropy>,
    post: Arc<Post>,
    ears: Ears,
}

impl World {
    /// Ready to sign users in.
    pub(crate) async fn new() -> Self {
        Self::with(settings()).await
    }

    pub(crate) async fn with(settings: Settings) -> Self {
        let world = Self::cold(settings);
        world.refresh().await;
        world.follow();
        world.trace.take();
        world
    }

    /// Before anything was done in it.
    pub(crate) fn cold(settings: Settings) -> Self {
        let clock = Arc::new(FixedClock::default());
        let entropy = Arc::new(CountingEntropy::default());
        let source = Source::new(clock.clone(), entropy.clone());
        let memory = Arc::new(MemoryStore::new(Subscriptions::default()));
        let trace = Trace::default();
        let recorder = Arc::new(Recorder::new(memory.clone(), trace.clone()));
        let hasher = Arc::new(FakeHasher::new(trace.clone()));
        let post = Arc::new(Post::new(source.clone()));
        let ports = Ports {
            store: recorder.clone(),
            users: recorder.clone(),
            sessions: recorder.clone(),
            refresh_tokens: recorder.clone(),
            attempts: recorder.clone(),
            roles: recorder.clone(),
            tokens: recorder.clone(),
            keys: recorder.clone(),
            hasher: hasher.clone(),
            breached: Arc::new(KnownPasswords(trace.clone())),
            signer: Arc::new(FakeSigner::default()),
            sealer: Arc::new(FakeSealer::new(&[1])),
            letters: post.clone(),
            belongings: Arc::new(NoBelongings),
            geo: Arc::new(MemoryGeoIp::default()),
            freshness: Freshness::default(),
            source: source.clone(),
        };
        let auth = Auth::new(ports.clone(), settings);
        let ears = Ears::default();
        ears.listen(&auth, memory.clone(), source.clone(), ports.freshness.clone());
        Self { auth, source, memory, recorder, hasher, trace, ports, clock, entropy, post, ears }
    }

    /// Another node of the installation, which remembers nothing yet.
    pub(crate) fn node(&self, settings: Settings) -> Auth {
        self.node_ahead(Duration::ZERO, settings)
    }

    /// Another node, its clock so much ahead.
    pub(crate) fn node_ahead(&self, by: Duration, settings: Settings) -> Auth {
        self.node_sealing(self.ports.sealer.clone(), by, settings)
    }

    /// Another node, with a ring of these keys.
    pub(crate) fn node_with_ring(&self, ring: &[u64]) -> Auth {
        self.node_sealing(Arc::new(FakeSealer::new(ring)), Duration::ZERO, settings())
    }

    fn node_sealing(&self, sealer: Arc<dyn Sealer>, by: Duration, settings: Settings) -> Auth {
        let source = Source::new(Arc::new(Ahead(self.clock.clone(), by)), self.entropy.clone());
        let freshness = Freshness::default();
        let signer = Arc::new(FakeSigner::default());
        let ports = Ports {
            signer,
            sealer,
            source: source.clone(),
            freshness: freshness.clone(),
            ..self.ports.clone()
        };
        let node = Auth::new(ports, settings);
        self.ears.listen(&node, self.memory.clone(), source, freshness);
        node
    }

    /// Every node hears what the others did.
    pub(crate) fn follow(&self) {
        self.ears.follow();
    }

    /// A call of nobody in particular, from a browser.
    pub(crate) fn call(&self) -> Call {
        Call {
            actor: Actor::Nobody,
            request: RequestId::fresh(&self.source),
            ip: Some("192.0.2.7".parse().unwrap()),
            agent: Some(Agent::new("Browser/1.0")),
            claim: None,
        }
    }

    pub(crate) async fn refresh(&self) {
        self.auth.refresh(&self.call()).await.unwrap();
    }

    pub(crate) async fn register(&self, email: &str, password: &str) -> Result<RegistrationProof, AuthError> {
        self.auth.register(&self.call(), registration(email, password)).await
    }

    /// An account whose address is proved, made as users make theirs.
    pub(crate) async fn user(&self, email: &str) -> User {
        let token = self.letter(email).await;
        self.verify(&token).await.unwrap();
        self.stored(email).await.unwrap()
    }

    /// Registers an address; gives the secret that was mailed to it.
    pub(crate) async fn letter(&self, email: &str) -> Secret {
        self.register(email, PASSWORD).await.unwrap();
        self.work().await;
        self.secrets(email).pop().expect("a letter with a secret")
    }

    /// Opens a link on the browser that registered.
    pub(crate) async fn verify(&self, token: &Secret) -> Result<Verified, AuthError> {
        let proof = self.proof(token).await;
        self.auth.verify_email(&self.call(), token, proof.as_ref()).await
    }

    /// What the browser was given that chose the password a link came with.
    pub(crate) async fn proof(&self, token: &Secret) -> Option<RegistrationProof> {
        let hash = Token::parse(token.expose()).ok()?.hash();
        let (token, user) = self.memory.token(&hash).await.unwrap()?;
        let secret = self.auth.installation().unwrap();
        token.password.map(|password| RegistrationProof::of(&secret, &user.email, &password))
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Result<SignedIn, AuthError> {
        self.auth.log_in(&self.call(), credentials(email, password)).await
    }

    /// Signs in on the browser that keeps this.
    pub(crate) async fn log_in_on(
        &self,
        device: &DeviceToken,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, AuthError> {
        let ask = LogIn { device: Some(device.clone()), ..credentials(email, password) };
        self.auth.log_in(&self.call(), ask).await
    }

    /// Signs in with [`PASSWORD`]; gives what carries the session.
    pub(crate) async fn tokens(&self, email: &str) -> Tokens {
        tokens(self.log_in(email, PASSWORD).await.unwrap())
    }

    /// Signs in with [`PASSWORD`]; gives the access token.
    pub(crate) async fn token(&self, email: &str) -> String {
        self.tokens(email).await.access.secret.expose().to_owned()
    }

    /// Shows a refresh token.
    pub(crate) async fn renew(
        &self,
        call: &Call,
        refresh: &Secret,
        device: Option<&DeviceToken>,
    ) -> Result<Tokens, AuthError> {
        let shown = self.auth.shown(refresh).await?;
        self.auth.renew(call, shown, device).await
    }

    /// Signs in with [`PASSWORD`]; gives the secret of the cookie.
    pub(crate) async fn cookie(&self, email: &str) -> Secret {
        let ask = LogIn { carrier: Carrier::Cookie, ..credentials(email, PASSWORD) };
        match self.auth.log_in(&self.call(), ask).await.unwrap().carried {
            Carried::ByCookie { secret, .. } => secret,
            Carried::ByTokens(_) => unreachable!("a cookie was asked for"),
        }
    }

    pub(crate) async fn principal(&self, token: &str) -> Principal {
        self.auth.authenticate(token).await.unwrap()
    }

    /// Does all work there is, and the work it makes.
    pub(crate) async fn work(&self) {
        let own: [Arc<dyn Handler>; 1] = [Arc::new(Deliver(self.post.clone()))];
        let handlers = self.auth.handlers().into_iter().chain(own);
        let settings = WorkerSettings::default();
        let worker =
            Worker::new(self.memory.clone(), self.recorder.clone(), self.source.clone(), handlers, settings);
        while worker.tick().await.unwrap().claimed > 0 {}
    }

    /// The letters that arrived there, oldest first.
    pub(crate) fn letters(&self, email: &str) -> Vec<Delivered> {
        let email = Email::parse(email).unwrap();
        self.post.delivered().into_iter().filter(|letter| letter.to == email).collect()
    }

    /// The addresses whose letters are to be forgotten.
    pub(crate) fn forgotten(&self) -> Vec<Email> {
        self.post.forgotten()
    }

    /// The secrets of the letters that arrived there, oldest first.
    pub(crate) fn secrets(&self, email: &str) -> Vec<Secret> {
        self.letters(email).into_iter().filter_map(|letter| letter.kind.secret()).collect()
    }

    pub(crate) async fn stored(&self, email: &str) -> Option<User> {
        self.memory.user_by_email(&Email::parse(email).unwrap()).await.unwrap()
    }

    /// Changes an account behind auth's back, as use cases that are not under test would.
    pub(crate) async fn change(&self, email: &str, change: impl FnOnce(&mut User)) {
        let mut user = self.stored(email).await.unwrap();
        change(&mut user);
        self.memory.commit(saving(user)).await.unwrap();
    }

    pub(crate) fn sealer(&self) -> &dyn Sealer {
        &*self.ports.sealer
    }

    /// Lets time pass in which every node goes on to hear what the others do.
    pub(crate) fn elapse(&self, time: Duration) {
        self.elapse_deaf(time);
        self.follow();
    }

    /// Lets time pass in which no node hears anything.
    pub(crate) fn elapse_deaf(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// What the audit log says was done, and how it ended.
    pub(crate) fn audited(&self) -> Vec<(&'static str, &'static str)> {
        self.memory.audit().iter().map(|entry| (entry.action.name, entry.outcome.as_str())).collect()
    }

    /// Ends a test: no work is left over.
    pub(crate) async fn finish(self) {
        assert_eq!(
            WorkQueue::state(&*self.memory, self.source.now()).await.unwrap(),
            WorkState::default(),
            "work is left over"
        );
    }
}

/// Quick keys; everything else as it is by default.
pub(crate) fn settings() -> Settings {
    Settings { algorithm: Algorithm::EdDsa, ..Settings::default() }
}

pub(crate) fn registration(email: &str, password: &str) -> Register {
    Register { email: email.to_owned(), password: Secret::new(password), name: None }
}

/// A sign-in by tokens from a browser that is new.
pub(crate) fn credentials(email: &str, password: &str) -> LogIn {
    let (email, password) = (email.to_owned(), Secret::new(password));
    LogIn { email, password, device: None, carrier: Carrier::Tokens, shown: None }
}

/// The tokens of somebody who signed in for tokens.
pub(crate) fn tokens(signed_in: SignedIn) -> Tokens {
    match signed_in.carried {
        Carried::ByTokens(tokens) => tokens,
        Carried::ByCookie { .. } => unreachable!("tokens were asked for"),
    }
}

/// The access token that a session carried by tokens goes on by.
pub(crate) fn fresh_token(goes_on: GoesOn) -> String {
    match goes_on {
        GoesOn::ByToken(token) => token.secret.expose().to_owned(),
        GoesOn::ByCookie { .. } => unreachable!("tokens carry it"),
    }
}

/// The cookie that a session carried by one goes on by.
pub(crate) fn fresh_cookie(goes_on: GoesOn) -> Secret {
    match goes_on {
        GoesOn::ByCookie { secret, .. } => secret,
        GoesOn::ByToken(_) => unreachable!("a cookie carries it"),
    }
}

/// The commit that saves an account.
pub(crate) fn saving(user: User) -> Commit {
    Commit::new().write(AuthWrite::User(UserWrite::Save(user)))
}

/// The id of the key a token names.
pub(crate) fn kid(token: &str) -> &str {
    token.split('.').next().unwrap()
}

/// The stable name of what was refused.
pub(crate) fn refused<T: std::fmt::Debug>(answer: Result<T, AuthError>) -> &'static str {
    answer.unwrap_err().code().name()
}

/// The fields of a refusal, with what is wrong with them.
pub(crate) fn faults<T: std::fmt::Debug>(answer: Result<T, AuthError>) -> Vec<(&'static str, &'static str)> {
    let refusal = answer.unwrap_err();
    assert_eq!(refusal.code(), Code::INVALID);
    refusal.fields().into_iter().map(|(field, fault)| (field, fault.code().name())).collect()
}

/// Runs tasks side by side on a runtime of several threads; gives their answers.
pub(crate) async fn at_once<F>(tasks: impl IntoIterator<Item = F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in running {
        answers.push(task.await.unwrap());
    }
    answers
}

/// Runs one case of a property.
pub(crate) fn case(of: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(of);
}

/// A clock that is so much ahead of another.
#[derive(Debug)]
struct Ahead(Arc<FixedClock>, Duration);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        self.0.now().plus(self.1)
    }
}

#[derive(Debug)]
struct KnownPasswords(Trace);

#[async_trait]
impl BreachedPasswords for KnownPasswords {
    async fn is_known(&self, password: &Password) -> Result<bool, PortError> {
        self.0.note("breached.is_known");
        Ok(password.expose().eq_ignore_ascii_case(KNOWN))
    }
}

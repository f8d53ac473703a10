#[path = "../../../auth/tests/it/world/sealer.rs"]
mod sealer;
#[path = "../../../auth/tests/it/world/signer.rs"]
mod signer;

use std::sync::Arc;

use async_trait::async_trait;
use saaskit_auth::port::{BreachedPasswords, PasswordHasher, Verdict};
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_auth::{Algorithm, Auth, Password, PasswordHash, Settings, User};
use saaskit_conformance::fixtures::{self, FixedClock, source_at};
use saaskit_kernel::{
    Call, Commit, EmailMessage, Follower, Freshness, Handler, Mailbox, Name, PortError, Principal, Source,
    Store, WorkQueue, WorkState, Worker, WorkerSettings,
};
use saaskit_memory::{MemoryEmailSender, MemoryGeoIp, MemoryStore};
use saaskit_notify::{Notify, SendMessage};
use saaskit_stories::{
    AccountPeople, GivenRoles, Links, NotifyLetters, TakeRoles, TenantBelongings, TenantBrand, Welcome,
    permissions,
};
use saaskit_tenants::{NewTenant, Tenant, Tenants};

use sealer::FakeSealer;
pub(crate) use signer::FakeSigner;

/// The address the operator gave.
pub(crate) const PUBLIC_URL: &str = "https://app.example";

/// All domains in one process on one store, its clock standing, its mail kept.
pub(crate) struct World {
    pub(crate) auth: Auth,
    pub(crate) tenants: Tenants,
    pub(crate) brand: TenantBrand,
    pub(crate) letters: NotifyLetters,
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) signer: Arc<FakeSigner>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) source: Source,
    sender: Arc<MemoryEmailSender>,
    worker: Worker,
    pub(crate) follower: Follower,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::at(PUBLIC_URL)
    }

    /// Under that public address.
    pub(crate) fn at(public_url: &str) -> Self {
        let clock = Arc::new(FixedClock::default());
        let source = source_at(clock.clone());
        let memory = Arc::new(MemoryStore::new(saaskit_stories::subscriptions()));
        let (sealer, signer) = (Arc::new(FakeSealer::new(&[1])), Arc::new(FakeSigner::default()));
        let ports = saaskit_notify::Ports {
            store: memory.clone(),
            suppressions: memory.clone(),
            brandings: memory.clone(),
            sealer: sealer.clone(),
            source: source.clone(),
        };
        let (notify, links) = (Notify::new(ports, fixtures::branding()), Links::under(public_url));
        let letters = NotifyLetters::new(notify.clone(), links.clone());
        let freshness = Freshness::default();
        let tenants = Tenants::new(saaskit_tenants::Ports {
            store: memory.clone(),
            workspaces: memory.clone(),
            members: memory.clone(),
            memberships: memory.clone(),
            people: Arc::new(AccountPeople(memory.clone())),
            freshness: freshness.clone(),
            source: source.clone(),
        });
        let ports = saaskit_auth::Ports {
            store: memory.clone(),
            users: memory.clone(),
            sessions: memory.clone(),
            refresh_tokens: memory.clone(),
            attempts: memory.clone(),
            roles: memory.clone(),
            tokens: memory.clone(),
            keys: memory.clone(),
            hasher: Arc::new(NoPasswords),
            breached: Arc::new(NoPasswords),
            signer: signer.clone(),
            sealer: sealer.clone(),
            letters: Arc::new(letters.clone()),
            belongings: Arc::new(TenantBelongings(tenants.clone())),
            geo: Arc::new(MemoryGeoIp::default()),
            freshness: freshness.clone(),
            source: source.clone(),
        };
        let settings =
            Settings { algorithm: Algorithm::EdDsa, permissions: permissions(), ..Settings::default() };
        let auth = Auth::new(ports, settings);
        let tenants = tenants.with_grants(Arc::new(GivenRoles(auth.clone())));
        let sender = Arc::new(MemoryEmailSender::default());
        let send = SendMessage {
            messages: memory.clone(),
            suppressions: memory.clone(),
            preferences: memory.clone(),
            sender: sender.clone(),
            sealer,
            from: Mailbox::from(fixtures::email("noreply")),
            source: source.clone(),
        };
        let brand = TenantBrand { tenants: tenants.clone(), notify: notify.clone() };
        let welcome = Welcome { auth: auth.clone(), tenants: tenants.clone(), notify, links };
        let take_roles = TakeRoles(auth.clone());
        let own: [Arc<dyn Handler>; 3] = [Arc::new(send), Arc::new(welcome), Arc::new(take_roles)];
        let handlers = auth.handlers().into_iter().chain(own);
        let settings = WorkerSettings::default();
        let listeners = [auth.listener(), tenants.listener()];
        let follower = Follower::new(memory.clone(), listeners, source.clone(), freshness);
        let worker = Worker::new(memory.clone(), memory.clone(), source.clone(), handlers, settings);
        Self { auth, tenants, brand, letters, memory, signer, clock, source, sender, worker, follower }
    }

    /// Somebody of that name who is signed in and has the address `ana@example.org`.
    pub(crate) async fn ana(&self, name: Option<&str>) -> (User, Principal) {
        let name = name.map(|name| Name::parse(name).unwrap());
        let verified_at = Some(self.source.now());
        let user = User { name, verified_at, ..fixtures::user(&self.source, "ana") };
        let insert = AuthWrite::User(UserWrite::Insert(user.clone()));
        self.memory.commit(Commit::new().write(insert)).await.unwrap();
        let principal = Principal::new(user.id, self.source.id(), self.source.now());
        (user, principal)
    }

    pub(crate) async fn tenant(&self, owner: &Principal, name: &str) -> Tenant {
        let ask = NewTenant { name: name.to_owned(), slug: "acme".to_owned() };
        self.tenants.create(&self.call(), owner, ask).await.unwrap().0
    }

    pub(crate) fn call(&self) -> Call {
        Call::of_operator(&self.source)
    }

    /// Does all work there is, and the work it makes.
    pub(crate) async fn work(&self) {
        while self.worker.tick().await.unwrap().claimed > 0 {}
    }

    /// The mails that were sent, oldest first.
    pub(crate) fn mails(&self) -> Vec<EmailMessage> {
        self.sender.sent()
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

/// Where the links of a mail's HTML lead.
pub(crate) fn links(mail: &EmailMessage) -> Vec<String> {
    let starts = mail.html.split("href=\"").skip(1);
    starts.map(|rest| rest.split('"').next().unwrap().replace("&#x2f;", "/").replace("&amp;", "&")).collect()
}

/// No story asks about a password.
#[derive(Debug)]
struct NoPasswords;

#[async_trait]
impl PasswordHasher for NoPasswords {
    async fn hash(&self, _: &Password) -> Result<PasswordHash, PortError> {
        panic!("no story hashes a password")
    }

    async fn verify(&self, _: &Password, _: &PasswordHash) -> Result<Verdict, PortError> {
        panic!("no story verifies a password")
    }

    fn has_room(&self) -> Result<(), PortError> {
        panic!("no story verifies a password")
    }

    fn decoy(&self) -> PasswordHash {
        panic!("no story verifies a password")
    }
}

#[async_trait]
impl BreachedPasswords for NoPasswords {
    async fn is_known(&self, _: &Password) -> Result<bool, PortError> {
        Ok(false)
    }
}

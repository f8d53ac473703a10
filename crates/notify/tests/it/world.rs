mod provider;
#[path = "../../../auth/tests/it/world/sealer.rs"]
mod sealer;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::fixtures::{FixedClock, branding, email, source_at};
use saaskit_kernel::{
    Commit, CommitError, EmailSender, Handler, Locale, Mailbox, PortError, Sealer, Source, Store,
    Subscriptions, TenantId, WorkQueue, WorkState, Worker, WorkerSettings,
};
use saaskit_memory::MemoryStore;
use saaskit_notify::port::Messages;
use saaskit_notify::write::{MessageWrite, NotifyWrite};
use saaskit_notify::{
    Category, Message, MessageId, NewMessage, Notify, Ports, SendMessage, Template, Values,
};

pub(crate) use provider::Provider;
use sealer::FakeSealer;

/// A link that signs in whoever has it.
pub(crate) const LINK: &str = "https://app.example/verify-email?token=Canary-Token-4711";

/// One installation, its clock standing, its mail kept by the provider.
pub(crate) struct World {
    pub(crate) notify: Notify,
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) sealer: Arc<FakeSealer>,
    pub(crate) source: Source,
    clock: Arc<FixedClock>,
    faulty: Arc<FaultyStore>,
}

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(FixedClock::default());
        let source = source_at(clock.clone());
        let memory = Arc::new(MemoryStore::new(Subscriptions::default()));
        let sealer = Arc::new(FakeSealer::new(&[1]));
        let faulty = Arc::new(FaultyStore { memory: memory.clone(), faults: Mutex::default() });
        let ports = Ports {
            store: memory.clone(),
            suppressions: memory.clone(),
            brandings: memory.clone(),
            sealer: sealer.clone(),
            source: source.clone(),
        };
        let notify = Notify::new(ports, branding());
        Self { notify, memory, provider: Arc::default(), sealer, source, clock, faulty }
    }

    /// Plans a mail and commits it.
    pub(crate) async fn queue(&self, new: NewMessage) -> MessageId {
        let commit = self.notify.plan(new).await.unwrap();
        let id = planned(&commit).id;
        self.memory.commit(commit).await.unwrap();
        id
    }

    pub(crate) async fn stored(&self, id: MessageId) -> Message {
        self.memory.message(id).await.unwrap().expect("it was stored")
    }

    /// One batch of the work that is due now, by that sender.
    pub(crate) async fn tick_with(&self, sender: Arc<dyn EmailSender>) -> usize {
        let send: Arc<dyn Handler> = Arc::new(SendMessage {
            messages: self.memory.clone(),
            suppressions: self.memory.clone(),
            preferences: self.memory.clone(),
            sender,
            sealer: self.sealer.clone(),
            from: Mailbox::from(email("noreply")),
            source: self.source.clone(),
        });
        let (queue, store) = (self.memory.clone(), self.faulty.clone());
        let worker = Worker::new(queue, store, self.source.clone(), [send], WorkerSettings::default());
        worker.tick().await.unwrap().claimed
    }

    /// All work that is due now.
    pub(crate) async fn work(&self) {
        while self.tick_with(self.provider.clone()).await > 0 {}
    }

    /// All work, however long it takes.
    pub(crate) async fn work_to_the_end(&self) {
        self.work().await;
        while WorkQueue::state(&*self.memory, self.source.now()).await.unwrap().waiting > 0 {
            self.elapse(Duration::from_hours(1));
            self.work().await;
        }
    }

    pub(crate) fn elapse(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// The worker's next commit fails so and leaves no trace.
    pub(crate) fn fail_next_commit(&self, with: CommitError) {
        self.faulty.faults.lock().unwrap().push_back(with);
    }

    /// What a seal of a message says.
    pub(crate) fn opened(&self, message: &Message) -> String {
        let values = message.values.as_ref().expect("values");
        let opened = self.sealer.open(&Message::seal_context(message.id), values).unwrap();
        String::from_utf8(opened.to_vec()).unwrap()
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

/// A mail to Ana with a secret link.
pub(crate) fn mail() -> NewMessage {
    mail_with(Template::VerifyEmail, None, &[("name", "Ana"), ("link", LINK)])
}

pub(crate) fn mail_with(template: Template, tenant: Option<TenantId>, values: &[(&str, &str)]) -> NewMessage {
    let values: Values =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    NewMessage { tenant, to: email("ana"), locale: Locale::En, template, category: Category::System, values }
}

/// The one message a commit plans.
pub(crate) fn planned(commit: &Commit) -> &Message {
    let [write] = commit.writes() else { panic!("{commit:?}") };
    match write.of() {
        Some(NotifyWrite::Message(MessageWrite::Insert(message))) => message,
        other => panic!("{other:?}"),
    }
}

/// The memory store, with faults on demand.
#[derive(Debug)]
struct FaultyStore {
    memory: Arc<MemoryStore>,
    faults: Mutex<VecDeque<CommitError>>,
}

#[async_trait]
impl Store for FaultyStore {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        let fault = self.faults.lock().unwrap().pop_front();
        match fault {
            Some(fault) => Err(fault),
            None => self.memory.commit(commit).await,
        }
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.memory.ping().await
    }
}

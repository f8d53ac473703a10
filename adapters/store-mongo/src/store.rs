use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bson::{Document, doc};
use futures_util::TryStreamExt;
use mongodb::error::Error;
use mongodb::{Client, ClientSession, Collection, Database};
use saaskit_kernel::{Breaker, Commit, CommitError, ErrorKind, PortError, Reach, Subscriptions, Write};
use tokio::time::timeout;
use uuid::Uuid;

use crate::failure::{self, port, port_error};
use crate::presence::Presence;
use crate::retries::Retries;
use crate::row::Row;
use crate::work::Held;
use crate::{Config, Failure, migrate, tx};

/// Applies an embedder's own writes inside the store's transaction.
#[async_trait]
pub trait WriteHandler: fmt::Debug + Send + Sync + 'static {
    /// Whether it knows the write. Asked before anything is applied.
    fn handles(&self, write: &Write) -> bool;

    /// Applies a write it knows, each statement with that session. An error refuses the whole commit. It may be
    /// called again for the same write, in a transaction that begins anew.
    async fn apply(
        &self,
        database: &Database,
        session: &mut ClientSession,
        write: &Write,
    ) -> Result<(), Failure>;
}

/// How long a statement outside of a transaction waits for one.
const PATIENCE_MS: i32 = 2000;

/// Every port of every domain, on one database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MongoStore(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) client: Client,
    pub(crate) database: Database,
    pub(crate) config: Config,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) handlers: Vec<Arc<dyn WriteHandler>>,
    /// The lane that was served last.
    pub(crate) cursor: Mutex<Uuid>,
    /// Jobs that nobody can write to at the moment.
    pub(crate) held: Held,
    pub(crate) _presence: Presence,
    pub(crate) reach: Reach,
}

impl MongoStore {
    /// Connects. `Invalid` for a configuration that makes no sense, `Rejected` for a server without transactions or
    /// a database that lacks migrations, `Unavailable` if there is none.
    pub async fn connect(
        config: Config,
        subscriptions: Subscriptions,
        handlers: Vec<Arc<dyn WriteHandler>>,
    ) -> Result<Self, PortError> {
        let (client, database) = open(&config).await?;
        let presence = timeout(config.limit(), Presence::of_a_server(&database)).await;
        let presence = presence.map_err(|_| late())??;
        let (cursor, held, reach) = Default::default();
        let inner = Inner {
            client,
            database,
            config,
            subscriptions,
            handlers,
            cursor,
            held,
            _presence: presence,
            reach,
        };
        let store = Self(Arc::new(inner));
        if store.ask(|| migrate::mark(&store.0.database)).await?.is_some() {
            let sentence = "the database is the unfinished target of a move: finish that first";
            return Err(port_error(ErrorKind::Rejected).because(sentence));
        }
        let missing = store.ask(|| migrate::missing(&store.0.database)).await?;
        if missing.is_empty() {
            return Ok(store);
        }
        let sentence = format!("the database lacks migrations: {}", missing.join(", "));
        Err(port_error(ErrorKind::Rejected).because(sentence))
    }

    /// The same, refusing at once while that breaker is open: it opens when somebody waits and no server is found. They are
    /// looked for by a task, which ends with this store.
    #[must_use]
    pub fn behind(self, breaker: Breaker) -> Self {
        let config = self.0.config.clone();
        self.0.reach.mind(breaker, move || {
            let config = config.clone();
            async move { timeout(config.find, look(&config)).await.map_err(|_| late())? }
        });
        self
    }

    /// Brings collections and indexes up to date and gives the migrations it applied, `auth/0001_accounts`. Any
    /// number of nodes may do it at once. `Rejected` if a migration was changed after it was applied.
    pub async fn migrate(config: &Config) -> Result<Vec<String>, PortError> {
        let (_client, database) = open(config).await?;
        migrate::apply(&database).await
    }

    /// A session with a transaction that is begun as a commit begins one: for [`Self::apply`].
    pub async fn begin(&self) -> Result<ClientSession, PortError> {
        timeout(self.0.config.limit(), self.start()).await.map_err(|_| late())?.map_err(port)
    }

    /// Applies a commit inside a transaction that somebody else began, with [`Self::begin`], and will commit. If it
    /// fails, the whole transaction is aborted: there are no savepoints.
    pub async fn apply(&self, session: &mut ClientSession, commit: Commit) -> Result<(), CommitError> {
        self.apply_within(session, commit).await
    }

    /// Closes the connections, after those in use are given back.
    pub async fn close(&self) {
        self.0.client.clone().shutdown().await;
    }

    pub(crate) fn collection(&self, name: &str) -> Collection<Document> {
        self.0.database.collection(name)
    }

    pub(crate) async fn one(
        &self,
        collection: &str,
        filter: Document,
    ) -> Result<Option<Document>, PortError> {
        self.ask(|| async { self.collection(collection).find_one(filter.clone()).await }).await
    }

    /// So many at most, in that order.
    pub(crate) async fn all(
        &self,
        collection: &str,
        filter: Document,
        sort: Document,
        most: u32,
    ) -> Result<Vec<Document>, PortError> {
        let question = || async {
            let rows = self.collection(collection);
            let found = rows.find(filter.clone()).sort(sort.clone());
            found.limit(i64::from(most)).batch_size(most).await?.try_collect().await
        };
        self.ask(question).await
    }

    /// What a pipeline gives.
    pub(crate) async fn aggregate(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<Document>, PortError> {
        let question = || async {
            let rows = self.collection(collection);
            rows.aggregate(pipeline.clone()).batch_size(10_000).await?.try_collect().await
        };
        self.ask(question).await
    }

    /// What a pipeline over several collections gives, all of one moment: in a transaction, which is given up in the
    /// background when it was read.
    pub(crate) async fn snapshot(
        &self,
        collection: &str,
        pipeline: Vec<Document>,
    ) -> Result<Vec<Document>, PortError> {
        let question = || async {
            let mut session = self.start().await?;
            let rows = self.collection(collection);
            let found = rows.aggregate(pipeline.clone());
            let mut found = found.batch_size(10_000).session(&mut session).await?;
            found.stream(&mut session).try_collect().await
        };
        self.ask(question).await
    }

    /// Changes the one that is found, in no transaction; gives whether there was one.
    pub(crate) async fn change(
        &self,
        collection: &str,
        filter: Document,
        update: Document,
    ) -> Result<bool, PortError> {
        Ok(self.update(collection, doc! { "q": filter, "u": update }).await? > 0)
    }

    /// Changes all that are found.
    pub(crate) async fn change_all(
        &self,
        collection: &str,
        filter: Document,
        update: Document,
    ) -> Result<(), PortError> {
        self.update(collection, doc! { "q": filter, "u": update, "multi": true }).await.map(drop)
    }

    /// How many were changed. Such a statement waits while a transaction holds what it would change: not for long, then
    /// it is given up as `TimedOut`. The driver has a command only for that.
    async fn update(&self, collection: &str, update: Document) -> Result<u64, PortError> {
        let command = doc! {
            "update": collection,
            "updates": [update],
            "maxTimeMS": PATIENCE_MS,
            "writeConcern": self.0.config.majority_document(),
        };
        let answer = self.ask(|| async { self.0.database.run_command(command.clone()).await }).await?;
        tx::written(&answer, None)?;
        answer.number("n")
    }

    /// Asks again when the server was lost, or another.
    pub(crate) async fn ask<T, F>(&self, question: impl Fn() -> F + Send + Sync) -> Result<T, PortError>
    where
        F: Future<Output = Result<T, Error>> + Send,
    {
        let asking = async {
            let mut retries = Retries::of_a_question();
            loop {
                match question().await {
                    Err(cause) if failure::is_passing(&cause) && retries.again(&cause).await => {}
                    answer => return answer.map_err(Failure::from),
                }
            }
        };
        let asking = async { timeout(self.0.config.limit(), asking).await.map_err(|_| late())? };
        self.0.reach.ask(asking).await.map_err(failure::of_question)
    }
}

pub(crate) fn late() -> PortError {
    port_error(ErrorKind::TimedOut)
}

/// A client, and the database its address names.
pub(crate) async fn open(config: &Config) -> Result<(Client, Database), PortError> {
    config.validate()?;
    let client = Client::with_options(config.options().await?).map_err(port)?;
    let Some(database) = client.default_database() else {
        return Err(port_error(ErrorKind::Invalid).because("the address names no database"));
    };
    let hello = timeout(config.limit(), database.run_command(doc! { "hello": 1 })).await;
    let hello = hello.map_err(|_| late())?.map_err(port)?;
    let is_set = hello.contains_key("setName");
    let is_router = hello.get_str("msg").is_ok_and(|word| word == "isdbgrid");
    if is_set || is_router {
        return Ok((client, database));
    }
    let sentence = "this MongoDB server is a standalone: commits need transactions, which only a replica set has \
                    (of one server, if need be: start it with --replSet and run rs.initiate())";
    Err(port_error(ErrorKind::Rejected).because(sentence))
}

/// Whether a server can take a statement, by no connection of the store: others may wait for all of these. That it
/// refuses is an answer, too.
async fn look(config: &Config) -> Result<(), PortError> {
    let mut options = config.options().await?;
    (options.min_pool_size, options.max_pool_size) = (None, Some(1));
    let client = Client::with_options(options).map_err(port)?;
    let Some(database) = client.default_database() else { return Ok(()) };
    match database.run_command(doc! { "ping": 1 }).await {
        Err(error) if !failure::is_answer(&error) => Err(port(error)),
        _ => Ok(()),
    }
}

#[async_trait]
impl saaskit_kernel::Store for MongoStore {
    async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.commit_with_retries(commit).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.ask(|| async { self.0.database.run_command(doc! { "ping": 1 }).await }).await.map(drop)
    }
}

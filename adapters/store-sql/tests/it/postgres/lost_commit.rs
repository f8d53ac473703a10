//! A connection that is lost at its `COMMIT`, before or after the server has it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use saaskit_auth::port::Users;
use saaskit_auth::write::{AuthWrite, UserWrite};
use saaskit_conformance::fixtures::{source, user};
use saaskit_kernel::{Commit, CommitError, ErrorKind, Secret, Store, Subscriptions};
use saaskit_store_sql::PostgresStore;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Database, server};

/// What a simple query looks like on the wire.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

/// Where the line is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The server never gets the `COMMIT`.
    Before,
    /// The server gets it, and its answer is lost.
    After,
    /// Its answer is lost, and so is every other connection.
    AfterForGood,
}

/// A line to the server that is cut at the first `COMMIT`, and counts those it saw.
#[derive(Debug, Clone)]
struct Line {
    address: SocketAddr,
    cut: Cut,
    commits: Arc<AtomicUsize>,
}

impl Line {
    async fn new(cut: Cut) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Self { address: listener.local_addr().unwrap(), cut, commits: Arc::default() };
        let carrying = line.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(carrying.clone().carry(client));
            }
        });
        line
    }

    fn is_dead(&self) -> bool {
        self.cut == Cut::AfterForGood && self.commits.load(Ordering::SeqCst) > 0
    }

    async fn carry(self, mut client: TcpStream) {
        let mut server = TcpStream::connect((server().get_host(), server().get_port())).await.unwrap();
        let (mut asked, mut answered) = ([0; 16384], [0; 16384]);
        loop {
            tokio::select! {
                read = client.read(&mut asked) => {
                    let Ok(read @ 1..) = read else { return };
                    if self.is_dead() || self.passes(&asked[..read], &mut server).await.is_none() {
                        return;
                    }
                }
                read = server.read(&mut answered) => {
                    let Ok(read @ 1..) = read else { return };
                    if client.write_all(&answered[..read]).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Passes a message on, unless it is the one at which the line is cut.
    async fn passes(&self, message: &[u8], server: &mut TcpStream) -> Option<()> {
        let cuts = message == COMMIT && self.commits.fetch_add(1, Ordering::SeqCst) == 0;
        if cuts && self.cut == Cut::Before {
            return None;
        }
        server.write_all(message).await.ok()?;
        if cuts {
            server.read_u8().await.ok()?;
            return None;
        }
        Some(())
    }
}

/// Commits over such a line. Gives the answer, whether the commit is stored, and how many `COMMIT`s were sent.
async fn commit_over(cut: Cut) -> (Result<(), CommitError>, bool, usize) {
    let database = Database::migrated().await;
    let direct = database.store(Vec::new()).await;
    let line = Line::new(cut).await;
    let mut config = database.config.clone();
    let [from, to] = [server().get_port(), line.address.port()].map(|port| format!(":{port}/"));
    config.url = Secret::new(config.url.expose().replace(&from, &to));
    config.pool.acquire = Duration::from_secs(2);
    let store = PostgresStore::connect(config, Subscriptions::default(), Vec::new()).await.unwrap();
    let ana = user(&source(), "ana");
    let answer = store.commit(Commit::new().write(AuthWrite::from(UserWrite::Insert(ana.clone())))).await;
    let stored = direct.user(ana.id).await.unwrap().is_some();
    (answer, stored, line.commits.load(Ordering::SeqCst))
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_commit_whose_answer_is_lost_is_found_done() {
    let (answer, stored, sent) = commit_over(Cut::After).await;
    assert!(answer.is_ok(), "{answer:?}");
    assert_eq!((stored, sent), (true, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_commit_that_never_arrived_is_found_undone_and_not_tried_again() {
    let (answer, stored, sent) = commit_over(Cut::Before).await;
    let refused = matches!(&answer, Err(CommitError::Port(error)) if error.kind() == ErrorKind::Unavailable);
    assert!(refused, "{answer:?}");
    assert_eq!((stored, sent), (false, 1));
}

#[tokio::test(flavor = "multi_thread")]
#[cfg_attr(not(feature = "live"), ignore = "needs PostgreSQL: cargo verify")]
async fn a_commit_nobody_can_be_asked_about_is_unknown() {
    let (answer, stored, sent) = commit_over(Cut::AfterForGood).await;
    assert!(matches!(answer, Err(CommitError::Unknown)), "{answer:?}");
    assert_eq!((stored, sent), (true, 1));
}

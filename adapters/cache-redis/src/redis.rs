use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fred::clients::Client;
use fred::error::Error;
use saaskit_kernel::{Backoff, ErrorKind, PortError, Source};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::config::{InvalidRedisConfig, Prepared, RedisConfig};
use crate::failure::{explain, failure, is_misplaced, reason};
use crate::key::Keys;
use crate::session::Session;

/// Between two tries to connect.
pub(crate) const RETRY: Backoff =
    Backoff { first: Duration::from_millis(50), longest: Duration::from_secs(2), tries: u32::MAX };

/// The connections for commands.
pub struct Redis {
    links: Vec<Link>,
    next: AtomicUsize,
    pub(crate) keys: Keys,
}

/// One of them, whatever session it has at the moment.
struct Link {
    state: watch::Receiver<State>,
    keeper: JoinHandle<()>,
}

#[derive(Clone)]
enum State {
    /// The first try is not over.
    Begun,
    Up(Live),
    /// And what is known of why.
    Down(Arc<str>),
}

/// A connection that stood when it was last looked at.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) client: Client,
    doubt: Arc<Notify>,
}

impl Live {
    /// Who was answered by the wrong server has the connection looked for anew.
    pub(crate) fn explain(&self, error: &Error) -> PortError {
        if is_misplaced(error) {
            self.doubt.notify_one();
        }
        explain(error)
    }
}

impl Redis {
    /// Connects in the background, now and whenever a connection is lost, as long as this value lives. It answers
    /// when there is a connection, or the first try has failed, or the time for it is over: that the server is not
    /// there is no failure of this.
    pub async fn connect(config: &RedisConfig, source: &Source) -> Result<Arc<Self>, InvalidRedisConfig> {
        let prepared = config.prepare(0)?;
        let links: Vec<Link> =
            (0..config.connections).map(|_| Link::keep(prepared.clone(), source.clone())).collect();
        if let Some(first) = links.first() {
            let mut state = first.state.clone();
            let tried = state.wait_for(|state| !matches!(state, State::Begun));
            // Without an answer in time it goes on in the background.
            drop(timeout(config.connect_timeout, tried).await);
        }
        Ok(Arc::new(Self { links, next: AtomicUsize::new(0), keys: Keys::new(&config.prefix) }))
    }

    /// The next connection that stands.
    pub(crate) fn live(&self) -> Result<Live, PortError> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        let mut down: Arc<str> = "no answer yet".into();
        for place in 0..self.links.len() {
            let link = &self.links[first.wrapping_add(place) % self.links.len()];
            match &*link.state.borrow() {
                State::Up(live) => return Ok(live.clone()),
                State::Down(why) => down = why.clone(),
                State::Begun => {}
            }
        }
        Err(failure(ErrorKind::Unavailable, format!("not connected: {down}")))
    }

    /// How many connections stand, and how many there should be.
    pub fn connections(&self) -> (usize, usize) {
        let up = self.links.iter().filter(|link| matches!(&*link.state.borrow(), State::Up(_))).count();
        (up, self.links.len())
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (up, all) = self.connections();
        f.debug_struct("Redis").field("up", &up).field("connections", &all).finish_non_exhaustive()
    }
}

impl Link {
    fn keep(prepared: Prepared, source: Source) -> Self {
        let (news, state) = watch::channel(State::Begun);
        Self { state, keeper: tokio::spawn(keep(prepared, source, news)) }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

/// Opens one session after the other.
async fn keep(prepared: Prepared, source: Source, news: watch::Sender<State>) {
    let mut tried = 0;
    loop {
        let error = match Session::open(&prepared).await {
            Ok(session) => {
                tried = 0;
                serve(session, &news).await
            }
            Err(error) => error,
        };
        let why = reason(&error);
        if tried == 0 {
            tracing::warn!(reason = why, "no connection to Redis");
        }
        news.send_replace(State::Down(why.into()));
        tried += 1;
        sleep(RETRY.wait(tried, &source)).await;
    }
}

/// Lends a session until it is lost or in doubt.
async fn serve(mut session: Session, news: &watch::Sender<State>) -> Error {
    let doubt = Arc::new(Notify::new());
    news.send_replace(State::Up(Live { client: session.client().clone(), doubt: doubt.clone() }));
    tracing::info!("connected to Redis");
    tokio::select! {
        error = session.lost() => error,
        () = doubt.notified() => Error::new(fred::error::ErrorKind::Cluster, "the server is not the right one"),
    }
}

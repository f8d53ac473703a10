//! A pool whose connections are given back without a word.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::pool::PoolConnection;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::engine::{Conn, Db};
use crate::PoolSettings;

/// Connections kept before the library's pool. One that is dropped goes back to that by a task, which needs the runtime
/// also where the last owner of these is outside of it.
#[derive(Debug)]
struct Kept {
    connections: Vec<Held>,
    runtime: Handle,
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        self.connections.clear();
    }
}

/// The library's pool asks each connection that it gets back whether it is alive, in a task of its own: on a file that
/// costs as much as the read. The first few that are free are kept before it, where nothing is asked.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    library: sqlx::Pool<Db>,
    settings: PoolSettings,
    kept: Arc<Mutex<Kept>>,
    /// One waits here, and not for what the library's pool has left.
    places: Arc<Semaphore>,
}

impl Pool {
    /// Before a pool of these settings.
    pub(crate) fn before(pool: sqlx::Pool<Db>, settings: PoolSettings) -> Self {
        let places =
            Arc::new(Semaphore::new(usize::try_from(settings.max).unwrap_or(Semaphore::MAX_PERMITS)));
        let kept = Kept { connections: Vec::new(), runtime: Handle::current() };
        Self { library: pool, settings, kept: Arc::new(Mutex::new(kept)), places }
    }

    /// A connection. One that is not given back, because somebody stopped waiting for its answer, goes to the
    /// library's pool, which sees whether it is good for anything.
    pub(crate) async fn hold(&self) -> Result<Borrowed, sqlx::Error> {
        let place = timeout(self.settings.acquire, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let kept = self.with_kept(Vec::pop);
        let held = if let Some(held) = kept { held } else { Held::from(self.library.acquire().await?) };
        Ok(Borrowed { held, place })
    }

    /// Takes one back on which nothing is under way.
    pub(crate) fn give_back(&self, borrowed: Borrowed) {
        let Borrowed { mut held, place } = borrowed;
        held.is_to_close = false;
        let over = self.with_kept(|kept| {
            let is_full = kept.len() >= usize::try_from(self.settings.min).unwrap_or(usize::MAX);
            if is_full || self.library.is_closed() {
                return Some(held);
            }
            kept.push(held);
            None
        });
        drop((over, place));
    }

    /// How many are open.
    pub(crate) fn size(&self) -> u32 {
        self.library.size()
    }

    /// How many of these nobody holds.
    pub(crate) fn num_idle(&self) -> usize {
        self.library.num_idle() + self.with_kept(|kept| kept.len())
    }

    /// Closes all, after those in use are given back.
    pub(crate) async fn close(&self) {
        // From this call on, before it is awaited, nothing more is kept; it waits for what is kept now.
        let closed = self.library.close();
        drop(self.with_kept(std::mem::take));
        closed.await;
    }

    fn with_kept<T>(&self, change: impl FnOnce(&mut Vec<Held>) -> T) -> T {
        change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner).connections)
    }
}

/// A connection that somebody holds.
#[derive(Debug)]
pub(crate) struct Borrowed {
    held: Held,
    place: OwnedSemaphorePermit,
}

impl Borrowed {
    /// From here on it is closed unless it is given back.
    pub(crate) fn close_unless_given_back(&mut self) {
        self.held.is_to_close = true;
    }
}

#[derive(Debug)]
struct Held {
    conn: PoolConnection<Db>,
    is_to_close: bool,
}

impl From<PoolConnection<Db>> for Held {
    fn from(conn: PoolConnection<Db>) -> Self {
        Self { conn, is_to_close: false }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_to_close {
            self.conn.close_on_drop();
        }
    }
}

impl Deref for Borrowed {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.held.conn
    }
}

impl DerefMut for Borrowed {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.held.conn
    }
}

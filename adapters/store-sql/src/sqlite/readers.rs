//! A pool whose connections are given back without a word.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::pool::PoolConnection;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::engine::{Conn, Db};
use crate::PoolSettings;

/// Where a connection is dropped, its pool gives it a task: also where the last owner is outside of the runtime.
#[derive(Debug)]
struct Kept {
    connections: Vec<PoolConnection<Db>>,
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
pub(crate) struct Readers {
    pool: sqlx::Pool<Db>,
    settings: PoolSettings,
    kept: Arc<Mutex<Kept>>,
    /// One waits here, and not for what the library's pool has left.
    places: Arc<Semaphore>,
}

impl Readers {
    /// Before a pool of these settings.
    pub(crate) fn before(pool: sqlx::Pool<Db>, settings: PoolSettings) -> Self {
        let places =
            Arc::new(Semaphore::new(usize::try_from(settings.max).unwrap_or(Semaphore::MAX_PERMITS)));
        let kept = Kept { connections: Vec::new(), runtime: Handle::current() };
        Self { pool, settings, kept: Arc::new(Mutex::new(kept)), places }
    }

    /// The library's pool.
    pub(crate) fn pool(&self) -> &sqlx::Pool<Db> {
        &self.pool
    }

    /// A connection. One that is not given back, because somebody stopped waiting for its answer, goes to the
    /// library's pool, which sees whether it is good for anything.
    pub(crate) async fn hold(&self) -> Result<Reader, sqlx::Error> {
        let place = timeout(self.settings.acquire, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
        let kept = self.with_kept(Vec::pop);
        let conn = if let Some(conn) = kept { conn } else { self.pool.acquire().await? };
        Ok(Reader { conn, place })
    }

    /// Takes one back on which nothing is under way.
    pub(crate) fn give_back(&self, reader: Reader) {
        let Reader { conn, place } = reader;
        let over = self.with_kept(|kept| {
            let is_full = kept.len() >= usize::try_from(self.settings.min).unwrap_or(usize::MAX);
            if is_full || self.pool.is_closed() {
                return Some(conn);
            }
            kept.push(conn);
            None
        });
        drop((over, place));
    }

    /// How many are open.
    pub(crate) fn size(&self) -> u32 {
        self.pool.size()
    }

    /// How many of these nobody holds.
    pub(crate) fn num_idle(&self) -> usize {
        self.pool.num_idle() + self.with_kept(|kept| kept.len())
    }

    /// Closes all, after those in use are given back.
    pub(crate) async fn close(&self) {
        let closed = self.pool.close();
        drop(self.with_kept(std::mem::take));
        closed.await;
    }

    fn with_kept<T>(&self, change: impl FnOnce(&mut Vec<PoolConnection<Db>>) -> T) -> T {
        change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner).connections)
    }
}

/// A connection that somebody holds.
#[derive(Debug)]
pub(crate) struct Reader {
    conn: PoolConnection<Db>,
    place: OwnedSemaphorePermit,
}

impl Deref for Reader {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

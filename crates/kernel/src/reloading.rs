use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::{PortError, Source, Timestamp};

/// What was loaded from somewhere that may change. Whoever reads it gets what is there now; at most once a minute, and
/// in the background, that makes it look whether there is something newer. What can't be loaded changes nothing.
pub struct Reloading<T>(Arc<Shared<T>>);

struct Shared<T> {
    current: RwLock<Arc<T>>,
    looked_at: Mutex<Timestamp>,
    source: Source,
    newer: Box<Newer<T>>,
}

/// Gives what is newer than that, if there is something.
type Newer<T> = dyn Fn(&T) -> Result<Option<T>, PortError> + Send + Sync;

impl<T: Send + Sync + 'static> Reloading<T> {
    const LOOKS_EVERY: Duration = Duration::from_mins(1);

    /// That value, to be replaced by what `newer` finds, if it finds something newer than the one given to it. It
    /// may block.
    pub fn new(
        first: T,
        source: Source,
        newer: impl Fn(&T) -> Result<Option<T>, PortError> + Send + Sync + 'static,
    ) -> Self {
        let looked_at = Mutex::new(source.now());
        let current = RwLock::new(Arc::new(first));
        Self(Arc::new(Shared { current, looked_at, source, newer: Box::new(newer) }))
    }

    /// What is there now. Needs a Tokio runtime.
    pub fn get(&self) -> Arc<T> {
        if self.0.is_due() {
            let shared = self.0.clone();
            tokio::task::spawn_blocking(move || shared.look());
        }
        self.0.current()
    }
}

impl<T> Shared<T> {
    fn current(&self) -> Arc<T> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn is_due(&self) -> bool {
        let now = self.source.now();
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = now.since(*looked_at) >= Reloading::<()>::LOOKS_EVERY;
        if due {
            *looked_at = now;
        }
        due
    }

    fn look(&self) {
        match (self.newer)(&self.current()) {
            Ok(Some(newer)) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(newer);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "what is newer can't be loaded; the old counts"
                );
            }
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Reloading<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reloading").field(&self.0.current()).finish()
    }
}

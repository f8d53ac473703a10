use async_trait::async_trait;
use saaskit_auth::port::AttemptCounters;
use saaskit_auth::write::AttemptWrite;
use saaskit_auth::{AttemptKey, Attempts};
use saaskit_kernel::{CommitError, PortError, Timestamp, Version};

use super::{AuthState, MOST_FORGOTTEN};
use crate::MemoryStore;

impl AuthState {
    pub(super) fn attempt(&mut self, write: AttemptWrite) -> Result<(), CommitError> {
        match write {
            AttemptWrite::Save(attempts) => {
                let stored = self.attempts.get(&attempts.key).map_or(Version::NEW, |stored| stored.version);
                if stored != attempts.version {
                    return Err(CommitError::Stale);
                }
                let version = attempts.version.next();
                self.attempts.insert(attempts.key, Attempts { version, ..attempts });
            }
            AttemptWrite::Clear(key) => drop(self.attempts.remove(&key)),
            AttemptWrite::ClearAccount(account) => {
                self.attempts.retain(|key, it| *key != account && it.account != Some(account));
            }
            AttemptWrite::Forget { before } => {
                let idle: Vec<AttemptKey> =
                    self.attempts.values().filter(|it| is_idle(it, before)).map(|it| it.key).collect();
                for key in idle.iter().take(MOST_FORGOTTEN) {
                    self.attempts.remove(key);
                }
            }
        }
        Ok(())
    }
}

fn is_idle(attempts: &Attempts, before: Timestamp) -> bool {
    let locks = attempts.locked_until.is_some_and(|until| before < until);
    attempts.tried_at < before && !locks && !attempts.is_disabled()
}

#[async_trait]
impl AttemptCounters for MemoryStore {
    async fn attempts(&self, key: &AttemptKey) -> Result<Option<Attempts>, PortError> {
        Ok(self.state().auth.attempts.get(key).cloned())
    }
}

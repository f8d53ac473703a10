use std::collections::HashMap;

use crate::CacheKey;

/// Keys whose change here may not have reached the shared cache, each with the number of its last change.
#[derive(Debug, Default)]
pub(super) struct Owed {
    keys: HashMap<CacheKey, u64>,
    changes: u64,
}

impl Owed {
    /// Keys at most.
    pub(super) const MOST: usize = 50_000;
    /// Keys made good at once.
    const BATCH: usize = 500;

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn contains(&self, key: &CacheKey) -> bool {
        self.keys.contains_key(key)
    }

    /// Remembers a change of these; `false`, and nothing, when there is no room.
    pub(super) fn add(&mut self, keys: &[CacheKey]) -> bool {
        if self.keys.len() + keys.len() > Self::MOST {
            return false;
        }
        self.changes += 1;
        self.keys.extend(keys.iter().map(|key| (key.clone(), self.changes)));
        true
    }

    /// The shared cache has what was changed.
    pub(super) fn settle(&mut self, keys: &[CacheKey]) {
        for key in keys {
            self.keys.remove(key);
        }
    }

    /// Some of them, and the number of the last change there was.
    pub(super) fn batch(&self) -> (Vec<CacheKey>, u64) {
        (self.keys.keys().take(Self::BATCH).cloned().collect(), self.changes)
    }

    /// What was changed until then is made good; what was changed again meanwhile is still owed.
    pub(super) fn settle_until(&mut self, keys: &[CacheKey], change: u64) {
        for key in keys {
            if self.keys.get(key).is_some_and(|last| *last <= change) {
                self.keys.remove(key);
            }
        }
    }
}

use std::array;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use crate::Timestamp;

/// What was read from a store a short while ago. Bounded: a part of it that is full begins anew. Whoever uses it
/// asks [`crate::Freshness`] before believing it.
#[derive(Debug)]
pub struct Remembered<K, V> {
    shards: [RwLock<Shard<K, V>>; SHARDS],
    capacity: usize,
    hasher: RandomState,
}

const SHARDS: usize = 16;

#[derive(Debug)]
struct Shard<K, V> {
    /// How often something in it was made untrue.
    generation: u64,
    entries: HashMap<K, (V, Timestamp)>,
}

/// What was true when a read began.
#[derive(Debug, Clone, Copy)]
pub struct Begun(u64);

impl<K: Eq + Hash, V: Clone> Remembered<K, V> {
    /// Nothing is remembered longer, whatever happens.
    pub const LIFE: Duration = Duration::from_mins(5);

    /// One that remembers about so many things at most.
    pub fn with_capacity(capacity: usize) -> Self {
        let shard = |_| RwLock::new(Shard { generation: 0, entries: HashMap::new() });
        Self {
            shards: array::from_fn(shard),
            capacity: (capacity / SHARDS).max(1),
            hasher: RandomState::new(),
        }
    }

    /// What is remembered of it.
    pub fn recall(&self, key: &K, now: Timestamp) -> Option<V> {
        let shard = self.read(key);
        let (value, until) = shard.entries.get(key)?;
        (now < *until).then(|| value.clone())
    }

    /// To be asked before something is read, to be able to keep it.
    pub fn begin(&self, key: &K) -> Begun {
        Begun(self.read(key).generation)
    }

    /// Remembers what was read, unless something was made untrue since the read began: it may be this.
    pub fn keep(&self, begun: Begun, key: K, value: V, now: Timestamp) {
        let mut shard = self.write(&key);
        if shard.generation != begun.0 {
            return;
        }
        if shard.entries.len() >= self.capacity {
            shard.entries.clear();
        }
        shard.entries.insert(key, (value, now.plus(Self::LIFE)));
    }

    /// It is not true any more.
    pub fn forget(&self, key: &K) {
        let mut shard = self.write(key);
        shard.generation += 1;
        shard.entries.remove(key);
    }

    /// What fits is not true any more.
    pub fn forget_all(&self, fits: impl Fn(&K, &V) -> bool) {
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.generation += 1;
            shard.entries.retain(|key, (value, _)| !fits(key, value));
        }
    }

    /// Removes what is too old.
    pub fn sweep(&self, now: Timestamp) {
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
            shard.entries.retain(|_, (_, until)| now < *until);
        }
    }

    fn shard(&self, key: &K) -> &RwLock<Shard<K, V>> {
        let hash = self.hasher.hash_one(key);
        &self.shards[usize::try_from(hash % SHARDS as u64).unwrap_or_default()]
    }

    fn read(&self, key: &K) -> RwLockReadGuard<'_, Shard<K, V>> {
        self.shard(key).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, key: &K) -> RwLockWriteGuard<'_, Shard<K, V>> {
        self.shard(key).write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const LIFE: Duration = Remembered::<u32, char>::LIFE;

    fn remember(remembered: &Remembered<u32, char>, key: u32, value: char) {
        remembered.keep(remembered.begin(&key), key, value, NOW);
    }

    #[test]
    fn what_was_kept_is_recalled_until_it_is_too_old() {
        let remembered = Remembered::with_capacity(99);
        remember(&remembered, 1, 'a');
        let end = NOW.plus(LIFE);
        assert_eq!(remembered.recall(&1, end.minus(Duration::from_millis(1))), Some('a'));
        assert_eq!((remembered.recall(&1, end), remembered.recall(&2, NOW)), (None, None));
        remembered.sweep(end);
        assert_eq!(remembered.recall(&1, NOW), None);
    }

    #[test]
    fn what_was_read_before_it_was_made_untrue_is_not_kept_afterwards() {
        let remembered = Remembered::with_capacity(99);
        let untrue: [fn(&Remembered<u32, char>); 2] =
            [|all| all.forget(&1), |all| all.forget_all(|key, _| *key == 1)];
        for make_untrue in untrue {
            let begun = remembered.begin(&1);
            make_untrue(&remembered);
            remembered.keep(begun, 1, 'a', NOW);
            assert_eq!(remembered.recall(&1, NOW), None);
        }
        remember(&remembered, 1, 'a');
        assert_eq!(remembered.recall(&1, NOW), Some('a'));
    }

    #[test]
    fn only_what_fits_is_forgotten() {
        let remembered = Remembered::with_capacity(999);
        for key in 0..20 {
            remember(&remembered, key, 'a');
        }
        remembered.forget_all(|key, _| key % 2 == 0);
        assert_eq!((0..20).filter(|key| remembered.recall(key, NOW).is_some()).count(), 10);
    }

    #[test]
    fn it_never_remembers_more_than_it_has_room_for() {
        let remembered = Remembered::with_capacity(64);
        for key in 0..10_000 {
            remember(&remembered, key, 'a');
        }
        assert!((0..10_000).filter(|key| remembered.recall(key, NOW).is_some()).count() <= 64);
    }
}

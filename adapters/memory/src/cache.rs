use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_kernel::{Cache, CacheKey, Clock, ErrorKind, PortError, Timestamp};

/// A cache in the memory of one node. It holds so many bytes of keys and values at most; when it is full, what would
/// be over soonest goes first. What alone is larger than that is not kept.
#[derive(Debug)]
pub struct MemoryCache {
    clock: Arc<dyn Clock>,
    most: usize,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: HashMap<CacheKey, Entry>,
    /// The same entries by when they are over; the number tells apart those of one moment, oldest first.
    by_end: BTreeMap<End, CacheKey>,
    set: u64,
    bytes: usize,
}

type End = (Timestamp, u64);

#[derive(Debug)]
struct Entry {
    value: Vec<u8>,
    end: End,
}

/// What an entry takes beside its text and its value, roughly.
const OVERHEAD: usize = 160;

impl MemoryCache {
    /// A cache that holds so many bytes at most.
    pub fn new(clock: Arc<dyn Clock>, most: usize) -> Self {
        Self { clock, most, entries: Mutex::default() }
    }

    /// The entries that are not over, and when one that is set now and lives so long will be.
    fn entries(&self, ttl: Duration) -> (MutexGuard<'_, Entries>, Timestamp) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        while let Some(first) = entries.by_end.first_entry().filter(|first| first.key().0 <= now) {
            let key = first.get().clone();
            entries.remove(&key);
        }
        (entries, now.plus(ttl.max(Duration::from_millis(1))))
    }
}

impl Entries {
    fn set(&mut self, key: &CacheKey, value: Vec<u8>, until: Timestamp, most: usize) {
        self.remove(key);
        let size = size(key, &value);
        if size > most {
            return;
        }
        while self.bytes + size > most
            && let Some(first) = self.by_end.first_entry()
        {
            let soonest = first.get().clone();
            self.remove(&soonest);
        }
        self.set += 1;
        let end = (until, self.set);
        self.bytes += size;
        self.by_end.insert(end, key.clone());
        self.by_key.insert(key.clone(), Entry { value, end });
    }

    fn remove(&mut self, key: &CacheKey) {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_end.remove(&entry.end);
            self.bytes -= size(key, &entry.value);
        }
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &CacheKey) -> Result<Option<Vec<u8>>, PortError> {
        let (entries, _) = self.entries(Duration::ZERO);
        Ok(entries.by_key.get(key).map(|entry| entry.value.clone()))
    }

    async fn set(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<(), PortError> {
        let (mut entries, until) = self.entries(ttl);
        entries.set(key, value.to_vec(), until, self.most);
        Ok(())
    }

    async fn set_if_absent(&self, key: &CacheKey, value: &[u8], ttl: Duration) -> Result<bool, PortError> {
        let (mut entries, until) = self.entries(ttl);
        let absent = !entries.by_key.contains_key(key);
        if absent {
            entries.set(key, value.to_vec(), until, self.most);
        }
        Ok(absent)
    }

    async fn add(&self, key: &CacheKey, amount: i64, ttl: Duration) -> Result<i64, PortError> {
        let (mut entries, until) = self.entries(ttl);
        let held = entries.by_key.get(key);
        let (number, until) = held.map_or((Some(0), until), |entry| (number(&entry.value), entry.end.0));
        let sum = number.and_then(|number| number.checked_add(amount));
        let sum = sum.ok_or_else(|| PortError::new(ErrorKind::Invalid, "memory").because("no number"))?;
        entries.set(key, sum.to_string().into_bytes(), until, self.most);
        Ok(sum)
    }

    async fn remove(&self, keys: &[CacheKey]) -> Result<(), PortError> {
        let (mut entries, _) = self.entries(Duration::ZERO);
        for key in keys {
            entries.remove(key);
        }
        Ok(())
    }

    async fn ping(&self) -> Result<(), PortError> {
        Ok(())
    }
}

/// The number whose one way to be written this is.
fn number(value: &[u8]) -> Option<i64> {
    let text = str::from_utf8(value).ok()?;
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

/// The key is held twice.
fn size(key: &CacheKey, value: &[u8]) -> usize {
    OVERHEAD + 2 * key.subject().len() + value.len()
}

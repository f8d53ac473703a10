use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_auth::port::{PasswordHasher, Verdict};
use saaskit_auth::{Password, PasswordHash};
use saaskit_kernel::{ErrorKind, PortError};

use super::trace::Trace;

/// Hashes at once, with a salt that counts: `$fake$v=1$7$9f86d081884c7d65`.
#[derive(Debug)]
pub(crate) struct FakeHasher {
    parameters: AtomicU32,
    salts: AtomicU64,
    busy: AtomicBool,
    full: AtomicBool,
    trace: Trace,
}

impl FakeHasher {
    pub(crate) fn new(trace: Trace) -> Self {
        Self {
            parameters: AtomicU32::new(1),
            salts: AtomicU64::new(0),
            busy: AtomicBool::new(false),
            full: AtomicBool::new(false),
            trace,
        }
    }

    /// New parameters: every hash made so far is outdated.
    pub(crate) fn harden(&self) {
        self.parameters.fetch_add(1, Ordering::SeqCst);
    }

    /// From now on it says that it has no room.
    pub(crate) fn be_full(&self) {
        self.full.store(true, Ordering::SeqCst);
    }

    /// From now on it refuses work, whatever it said before.
    pub(crate) fn be_busy(&self) {
        self.busy.store(true, Ordering::SeqCst);
    }

    async fn work(&self, what: &str) -> Result<(), PortError> {
        self.trace.note(what);
        tokio::task::yield_now().await;
        refuse_if(&self.busy)
    }

    fn parameters(&self) -> String {
        format!("v={}", self.parameters.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl PasswordHasher for FakeHasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError> {
        self.work("hasher.hash").await?;
        let salt = self.salts.fetch_add(1, Ordering::SeqCst).to_string();
        let phc = format!("$fake${}${salt}${}", self.parameters(), digest(&salt, password));
        Ok(PasswordHash::from_phc(phc))
    }

    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<Verdict, PortError> {
        self.work("hasher.verify").await?;
        let parts: Vec<&str> = hash.as_str().split('$').collect();
        let ["", "fake", parameters, salt, found] = parts[..] else { return Ok(Verdict::Mismatch) };
        if found != digest(salt, password) {
            return Ok(Verdict::Mismatch);
        }
        Ok(Verdict::Match { outdated: parameters != self.parameters() })
    }

    fn has_room(&self) -> Result<(), PortError> {
        refuse_if(&self.full)
    }

    fn decoy(&self) -> PasswordHash {
        PasswordHash::from_phc(format!("$fake${}$decoy$matches-nothing", self.parameters()))
    }
}

fn refuse_if(flag: &AtomicBool) -> Result<(), PortError> {
    if flag.load(Ordering::SeqCst) {
        return Err(PortError::new(ErrorKind::Throttled, "fake hasher").after(Duration::from_secs(3)));
    }
    Ok(())
}

fn digest(salt: &str, password: &Password) -> String {
    let mut hasher = DefaultHasher::new();
    (salt, password.expose()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

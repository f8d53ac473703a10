use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use saaskit_auth::port::{PasswordHasher, Verdict};
use saaskit_auth::{Password, PasswordHash};
use saaskit_kernel::{ErrorKind, PortError, Source};

use crate::Argon2Config;
use crate::pool::Pool;
use crate::scheme::{SALT, Scheme};

pub(crate) const ADAPTER: &str = "argon2";

/// [`PasswordHasher`] by Argon2id (RFC 9106), in PHC strings. It verifies every variant, version and cost of
/// Argon2 up to 1 GiB and says which of them are outdated.
///
/// Its threads end when it is dropped; work whose asker went away is skipped.
pub struct Argon2Hasher {
    scheme: Arc<Scheme>,
    pool: Pool,
    source: Source,
    decoy: PasswordHash,
}

impl Argon2Hasher {
    /// Starts the threads. Refuses with `Invalid` and an [`crate::InvalidArgon2Config`] as cause, and with
    /// `Unavailable` if the system gives no threads.
    pub fn new(config: &Argon2Config, source: Source) -> Result<Self, PortError> {
        let failed = |kind| PortError::new(kind, ADAPTER);
        config.check().map_err(|error| failed(ErrorKind::Invalid).because(error))?;
        let scheme = Scheme::new(config).map_err(|error| failed(ErrorKind::Invalid).because(error))?;
        let decoy = scheme.phc(&source.bytes(), &source.bytes()).ok_or(failed(ErrorKind::Unexpected))?;
        let pool = Pool::start(config, scheme.blocks())
            .map_err(|error| failed(ErrorKind::Unavailable).because(error))?;
        Ok(Self { scheme: Arc::new(scheme), pool, source, decoy })
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &Password) -> Result<PasswordHash, PortError> {
        let (scheme, password) = (Arc::clone(&self.scheme), password.clone());
        let salt: [u8; SALT] = self.source.bytes();
        let hash = self.pool.run(move |memory| scheme.hash(&password, &salt, memory)).await?;
        hash.ok_or_else(|| PortError::new(ErrorKind::Unexpected, ADAPTER).because("could not be hashed"))
    }

    async fn verify(&self, password: &Password, hash: &PasswordHash) -> Result<Verdict, PortError> {
        let (scheme, password) = (Arc::clone(&self.scheme), password.clone());
        let (hash, decoy) = (hash.clone(), self.decoy.clone());
        self.pool
            .run(move |memory| {
                // Whether a hash can be read must not be told by the time it takes.
                let verdict = scheme.verify(&password, &hash, memory);
                verdict.or_else(|| scheme.verify(&password, &decoy, memory)).unwrap_or(Verdict::Mismatch)
            })
            .await
    }

    fn has_room(&self) -> Result<(), PortError> {
        self.pool.has_room()
    }

    fn decoy(&self) -> PasswordHash {
        self.decoy.clone()
    }
}

impl fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Hasher").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

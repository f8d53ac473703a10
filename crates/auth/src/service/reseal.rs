use saaskit_kernel::{Commit, PortError, Sealed};

use super::Auth;
use super::keep_keys::INSTALLATION_SEAL;
use crate::write::{AuthWrite, KeptSecret, KeyWrite};
use crate::{AuthError, SigningKey};

/// A secret that was sealed by another key than the first of the ring.
struct Old {
    secret: KeptSecret,
    context: String,
    seal: Sealed,
}

impl Auth {
    /// Seals by the first key of the ring what is kept for long and was sealed by another, so that the other can be
    /// taken out; tells how many secrets that were. To be called at the start and now and then, but seldom: while
    /// nodes disagree on which key is the first, each has its way.
    pub async fn reseal(&self) -> Result<usize, AuthError> {
        let mut commit = Commit::new();
        for Old { secret, context, seal } in self.old_seals().await? {
            match self.seal_again(&context, &seal) {
                Ok(to) => commit = commit.write(AuthWrite::Key(KeyWrite::Reseal { secret, from: seal, to })),
                Err(error) => {
                    tracing::error!(
                        context,
                        error = &error as &dyn std::error::Error,
                        "a secret could not be sealed anew"
                    );
                }
            }
        }
        let resealed = commit.writes().len();
        if resealed > 0 {
            self.ports.store.commit(commit).await?;
            tracing::info!(resealed, "secrets were sealed anew by the first key");
        }
        Ok(resealed)
    }

    /// How many secrets that are kept for long are sealed by another key than the first.
    pub async fn sealed_by_others(&self) -> Result<usize, PortError> {
        Ok(self.old_seals().await?.len())
    }

    async fn old_seals(&self) -> Result<Vec<Old>, PortError> {
        let keys = &self.ports.keys;
        let installation = keys.installation().await?.map(|seal| Old {
            secret: KeptSecret::Installation,
            context: INSTALLATION_SEAL.to_owned(),
            seal,
        });
        let signing = keys.signing_keys().await?.into_iter().map(|key| Old {
            secret: KeptSecret::Key(key.number),
            context: SigningKey::seal_context(key.id),
            seal: key.private,
        });
        Ok(installation
            .into_iter()
            .chain(signing)
            .filter(|old| !self.ports.sealer.is_current(&old.seal))
            .collect())
    }

    fn seal_again(&self, context: &str, seal: &Sealed) -> Result<Sealed, PortError> {
        let secret = self.ports.sealer.open(context, seal)?;
        self.ports.sealer.seal(context, &secret)
    }
}

use async_trait::async_trait;
use saaskit_auth::SigningKey;
use saaskit_auth::port::Keys;
use saaskit_auth::write::{
    INSTALLATION, KEY_NUMBER, KeptSecret, KeyWrite, LAST_OPERATOR, OperatorWrite, SET_UP,
};
use saaskit_kernel::{CommitError, PortError, Sealed, Timestamp};

use super::AuthState;
use crate::MemoryStore;
use crate::store::insert_new;

#[derive(Debug, Clone)]
pub(super) struct Installation {
    secret: Sealed,
    set_up_at: Option<Timestamp>,
    operators: u64,
}

impl AuthState {
    pub(super) fn key(&mut self, write: KeyWrite) -> Result<(), CommitError> {
        match write {
            KeyWrite::Insert(key) => insert_new(&mut self.keys, key.number, key)
                .map_err(|_known| CommitError::Duplicate(KEY_NUMBER)),
            KeyWrite::RemoveBefore(number) => {
                self.keys = self.keys.split_off(&number);
                Ok(())
            }
            KeyWrite::Install(secret) => {
                if self.installation.is_some() {
                    return Err(CommitError::Duplicate(INSTALLATION));
                }
                self.installation = Some(Installation { secret, set_up_at: None, operators: 0 });
                Ok(())
            }
            KeyWrite::SetUp { at } => {
                let waiting = self.installation.as_mut().filter(|it| it.set_up_at.is_none());
                waiting.ok_or(CommitError::Refused(SET_UP))?.set_up_at = Some(at);
                Ok(())
            }
            KeyWrite::Reseal { secret, from, to } => {
                if let Some(seal) = self.seal(secret).filter(|seal| **seal == from) {
                    *seal = to;
                }
                Ok(())
            }
        }
    }

    fn seal(&mut self, secret: KeptSecret) -> Option<&mut Sealed> {
        match secret {
            KeptSecret::Installation => self.installation.as_mut().map(|it| &mut it.secret),
            KeptSecret::Key(number) => self.keys.get_mut(&number).map(|key| &mut key.private),
        }
    }

    pub(super) fn operator(&mut self, write: OperatorWrite) -> Result<(), CommitError> {
        let operators = &mut self.installation.as_mut().ok_or(CommitError::Stale)?.operators;
        match write {
            OperatorWrite::Gain => *operators += 1,
            OperatorWrite::Lose if *operators > 1 => *operators -= 1,
            OperatorWrite::Lose => return Err(CommitError::Refused(LAST_OPERATOR)),
        }
        Ok(())
    }
}

#[async_trait]
impl Keys for MemoryStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, PortError> {
        Ok(self.state().auth.keys.values().cloned().collect())
    }

    async fn installation(&self) -> Result<Option<Sealed>, PortError> {
        Ok(self.state().auth.installation.as_ref().map(|it| it.secret.clone()))
    }
}

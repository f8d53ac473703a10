use std::collections::BTreeMap;

use async_trait::async_trait;
use saaskit_kernel::{ClaimKey, ClaimState, ClaimWrite, Claims, CommitError, Guard, PortError, Timestamp};

use crate::MemoryStore;

/// The claims there are, also those that are over until they are forgotten.
#[derive(Debug, Clone, Default)]
pub(crate) struct Claimed(BTreeMap<ClaimKey, ClaimState>);

impl Claimed {
    pub(crate) fn apply(&mut self, write: ClaimWrite) -> Result<(), CommitError> {
        match write {
            ClaimWrite::Make(claim) => {
                if self.holding(&claim.key, claim.at).is_some() {
                    return Err(CommitError::Refused(Guard::CLAIM));
                }
                self.0.insert(claim.key, ClaimState { claim, answer: None });
            }
            ClaimWrite::Keep { claim, answer } => {
                let own = |state: &&mut ClaimState| state.claim.maker == claim.maker;
                if let Some(state) = self.0.get_mut(&claim.key).filter(own) {
                    state.answer = Some(answer);
                }
            }
            ClaimWrite::Forget { at } => self.0.retain(|_, state| at < state.claim.until),
        }
        Ok(())
    }

    fn holding(&self, key: &ClaimKey, now: Timestamp) -> Option<&ClaimState> {
        self.0.get(key).filter(|state| now < state.claim.until)
    }
}

#[async_trait]
impl Claims for MemoryStore {
    async fn claim(&self, key: &ClaimKey, now: Timestamp) -> Result<Option<ClaimState>, PortError> {
        Ok(self.state().claims.holding(key, now).cloned())
    }
}

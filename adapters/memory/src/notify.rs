use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use saaskit_kernel::{CommitError, PortError};
use saaskit_notify::port::{Messages, Outbox};
use saaskit_notify::write::{MessageWrite, NotifyWrite, OutboxWrite};
use saaskit_notify::{Captured, Message, MessageId};

use crate::MemoryStore;
use crate::store::insert_new;

/// What notify keeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct NotifyState {
    messages: BTreeMap<MessageId, Message>,
    outbox: BTreeMap<String, Captured>,
}

impl NotifyState {
    pub(crate) fn apply(&mut self, write: NotifyWrite) -> Result<(), CommitError> {
        match write {
            NotifyWrite::Message(MessageWrite::Insert(message)) => {
                let stored = Message { version: message.version.next(), ..message };
                insert_new(&mut self.messages, stored.id, stored)
            }
            NotifyWrite::Message(MessageWrite::Save(message)) => {
                let own = |stored: &&mut Message| {
                    (stored.tenant, stored.version) == (message.tenant, message.version)
                };
                let stored = self.messages.get_mut(&message.id).filter(own).ok_or(CommitError::Stale)?;
                *stored = Message { version: message.version.next(), ..message };
                Ok(())
            }
            NotifyWrite::Outbox(OutboxWrite::Keep(captured)) => {
                self.outbox.entry(captured.id.clone()).or_insert(captured);
                Ok(())
            }
        }
    }
}

#[async_trait]
impl Messages for MemoryStore {
    async fn message(&self, id: MessageId) -> Result<Option<Message>, PortError> {
        Ok(self.state().notify.messages.get(&id).cloned())
    }
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn newest(&self, limit: u32) -> Result<Vec<Captured>, PortError> {
        let mut kept: Vec<Captured> = self.state().notify.outbox.values().cloned().collect();
        kept.sort_by_key(|captured| Reverse(captured.at));
        kept.truncate(limit as usize);
        Ok(kept)
    }
}

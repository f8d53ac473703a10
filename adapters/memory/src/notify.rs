use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use saaskit_kernel::{CommitError, Email, Page, Paged, PortError, TenantId};
use saaskit_notify::port::{Brandings, Messages, Outbox, Preferences, Suppressions};
use saaskit_notify::write::{
    BrandingWrite, MessageWrite, NotifyWrite, OutboxWrite, PreferenceWrite, SuppressionWrite,
};
use saaskit_notify::{Branding, Captured, Message, MessageId, OptOut, Suppression, SuppressionId, Topic};

use crate::MemoryStore;
use crate::store::insert_new;

/// An address in its normal form, and whose mail it is about.
type Place = (String, Option<TenantId>);

fn place(address: &Email, tenant: Option<TenantId>) -> Place {
    (address.normal().to_owned(), tenant)
}

/// What notify keeps.
#[derive(Debug, Clone, Default)]
pub(crate) struct NotifyState {
    messages: BTreeMap<MessageId, Message>,
    suppressions: BTreeMap<Place, Suppression>,
    opt_outs: BTreeSet<(Place, Topic)>,
    brandings: BTreeMap<TenantId, Branding>,
    outbox: BTreeMap<String, Captured>,
}

impl NotifyState {
    pub(crate) fn apply(&mut self, write: NotifyWrite) -> Result<(), CommitError> {
        match write {
            NotifyWrite::Message(write) => return self.apply_message(write),
            NotifyWrite::Suppression(SuppressionWrite::Add(it)) => {
                self.suppressions.entry(place(&it.address, it.tenant)).or_insert(it);
            }
            NotifyWrite::Suppression(SuppressionWrite::Remove(address, tenant)) => {
                self.suppressions.remove(&place(&address, tenant));
            }
            NotifyWrite::Preference(PreferenceWrite::OptOut(OptOut { address, tenant, topic })) => {
                self.opt_outs.insert((place(&address, tenant), topic));
            }
            NotifyWrite::Preference(PreferenceWrite::OptIn(OptOut { address, tenant, topic })) => {
                self.opt_outs.remove(&(place(&address, tenant), topic));
            }
            NotifyWrite::Branding(BrandingWrite::Set(tenant, branding)) => {
                self.brandings.insert(tenant, branding);
            }
            NotifyWrite::Branding(BrandingWrite::Reset(tenant)) => {
                self.brandings.remove(&tenant);
            }
            NotifyWrite::Outbox(OutboxWrite::Keep(captured)) => {
                self.outbox.entry(captured.id.clone()).or_insert(captured);
            }
            NotifyWrite::Forget(address) => self.forget(&address),
        }
        Ok(())
    }

    fn forget(&mut self, reader: &Email) {
        let (spelt, normal) = (reader.original(), reader.normal());
        self.messages.retain(|_, message| ![spelt, normal].contains(&message.to.original()));
        self.outbox.retain(|_, captured| ![spelt, normal].contains(&captured.to.as_str()));
        self.suppressions.retain(|(address, _), _| address != normal);
        self.opt_outs.retain(|((address, _), _)| address != normal);
    }

    fn apply_message(&mut self, write: MessageWrite) -> Result<(), CommitError> {
        match write {
            MessageWrite::Insert(message) => {
                let stored = Message { version: message.version.next(), ..message };
                insert_new(&mut self.messages, stored.id, stored)
            }
            MessageWrite::Save(message) => {
                let own = |stored: &&mut Message| {
                    (stored.tenant, stored.version) == (message.tenant, message.version)
                };
                let stored = self.messages.get_mut(&message.id).filter(own).ok_or(CommitError::Stale)?;
                *stored = Message { version: message.version.next(), ..message };
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

    async fn messages_to(&self, address: &Email, page: Page<MessageId>) -> Result<Paged<Message>, PortError> {
        let fits = |message: &&Message| {
            [address.original(), address.normal()].contains(&message.to.original())
                && page.after.is_none_or(|after| message.id > after)
        };
        let found = self.state().notify.messages.values().filter(fits).cloned().collect();
        Ok(Paged::from_one_more(found, page.limit))
    }
}

#[async_trait]
impl Suppressions for MemoryStore {
    async fn suppression(
        &self,
        address: &Email,
        tenant: Option<TenantId>,
    ) -> Result<Option<Suppression>, PortError> {
        let state = self.state();
        let known = &state.notify.suppressions;
        Ok(known.get(&place(address, tenant)).or_else(|| known.get(&place(address, None))).cloned())
    }

    async fn suppression_by_id(&self, id: SuppressionId) -> Result<Option<Suppression>, PortError> {
        Ok(self.state().notify.suppressions.values().find(|known| known.id == id).cloned())
    }

    async fn suppressions(
        &self,
        address: Option<&Email>,
        page: Page<SuppressionId>,
    ) -> Result<Paged<Suppression>, PortError> {
        let fits = |known: &&Suppression| {
            address.is_none_or(|address| *address == known.address)
                && page.after.is_none_or(|after| known.id > after)
        };
        let mut found: Vec<Suppression> =
            self.state().notify.suppressions.values().filter(fits).cloned().collect();
        found.sort_by_key(|known| known.id);
        Ok(Paged::from_one_more(found, page.limit))
    }
}

#[async_trait]
impl Brandings for MemoryStore {
    async fn branding(&self, tenant: TenantId) -> Result<Option<Branding>, PortError> {
        Ok(self.state().notify.brandings.get(&tenant).cloned())
    }
}

#[async_trait]
impl Preferences for MemoryStore {
    async fn opted_out(&self, address: &Email, tenant: Option<TenantId>) -> Result<Vec<Topic>, PortError> {
        let (state, place) = (self.state(), place(address, tenant));
        let own = state.notify.opt_outs.iter().filter(|(of, _)| *of == place);
        Ok(own.map(|(_, topic)| *topic).collect())
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

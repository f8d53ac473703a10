use std::fmt;

use saaskit_kernel::{Commit, Email, Job, Locale, TenantId, Version};
use serde_json::json;

use super::Notify;
use crate::content::Content;
use crate::render::Values;
use crate::send_message::KIND;
use crate::write::{MessageWrite, NotifyWrite};
use crate::{Category, Message, NotifyError, Status, Template};

/// A mail somebody is to get.
#[derive(Clone)]
pub struct NewMessage {
    /// The workspace it is sent for, if for one: it looks like that workspace's.
    pub tenant: Option<TenantId>,
    /// To whom.
    pub to: Email,
    /// The language its reader wants.
    pub locale: Locale,
    /// What it looks like.
    pub template: Template,
    /// What it is about.
    pub category: Category,
    /// What the template needs.
    pub values: Values,
}

/// Values hold links that sign people in: a debug print leaves them out.
impl fmt::Debug for NewMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut print = f.debug_struct("NewMessage");
        print.field("tenant", &self.tenant).field("to", &self.to).field("template", &self.template);
        print.field("category", &self.category).finish_non_exhaustive()
    }
}

impl Notify {
    /// The commit that sends the mail once it is applied; to be joined with the caller's own. A template that
    /// does not fit its values is found out here and not by the worker.
    pub async fn plan(&self, new: NewMessage) -> Result<Commit, NotifyError> {
        let own = match new.tenant {
            Some(tenant) => self.ports.brandings.branding(tenant).await?,
            None => None,
        };
        let brand = own.unwrap_or_else(|| self.brand.clone());
        let content = Content { brand, values: new.values };
        content.render(new.template, new.locale)?;
        let now = self.ports.source.now();
        let id = self.ports.source.id();
        let message = Message {
            id,
            tenant: new.tenant,
            to: new.to,
            locale: new.locale,
            template: new.template,
            category: new.category,
            values: Some(content.seal(self.ports.sealer.as_ref(), id)?),
            status: Status::Queued,
            created_at: now,
            changed_at: now,
            provider_id: None,
            version: Version::NEW,
        };
        let job = Job::now(&self.ports.source, KIND, message.tenant, json!({ "message": id }));
        Ok(Commit::new().write(NotifyWrite::Message(MessageWrite::Insert(message))).enqueue(job))
    }
}

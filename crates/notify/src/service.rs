use std::fmt;
use std::sync::Arc;

use saaskit_kernel::{Commit, Email, Job, Sealer, Source, TenantId, Version};
use serde_json::json;

use crate::render::Values;
use crate::send_message::KIND;
use crate::write::{MessageWrite, NotifyWrite};
use crate::{Category, Message, NotifyError, Status, Template};

/// Plans messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notify {
    sealer: Arc<dyn Sealer>,
    source: Source,
}

/// A mail somebody is to get.
#[derive(Clone)]
pub struct NewMessage {
    /// The workspace it is sent for, if for one.
    pub tenant: Option<TenantId>,
    /// To whom.
    pub to: Email,
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
    /// Plans with that sealer and that source of time and ids.
    pub fn new(sealer: Arc<dyn Sealer>, source: Source) -> Self {
        Self { sealer, source }
    }

    /// The commit that sends the mail once it is applied; to be joined with the caller's own. A template that
    /// does not fit its values is found out here and not by the worker.
    pub fn plan(&self, new: NewMessage) -> Result<Commit, NotifyError> {
        new.template.render(&new.values)?;
        let now = self.source.now();
        let id = self.source.id();
        let values =
            serde_json::to_vec(&new.values).map_err(|error| NotifyError::Template(error.to_string()))?;
        let message = Message {
            id,
            tenant: new.tenant,
            to: new.to,
            template: new.template,
            category: new.category,
            values: Some(self.sealer.seal(&Message::seal_context(id), &values)?),
            status: Status::Queued,
            created_at: now,
            changed_at: now,
            provider_id: None,
            version: Version::NEW,
        };
        let job = Job::now(&self.source, KIND, message.tenant, json!({ "message": id }));
        Ok(Commit::new().write(NotifyWrite::Message(MessageWrite::Insert(message))).enqueue(job))
    }
}

use std::sync::Arc;

use async_trait::async_trait;
use saaskit_auth::Auth;
use saaskit_kernel::{Page, UserId};
use saaskit_notify::port::Messages;
use saaskit_notify::{Message, NotifyError};
use serde_json::{Value, json};

use crate::{ExportPart, StoryError};

/// The mails that were written to a person, but for what they said: that is kept by nobody.
#[derive(Debug, Clone)]
pub struct Mails {
    /// Knows the address.
    pub auth: Auth,
    /// Where the mails are read.
    pub messages: Arc<dyn Messages>,
}

/// So many are read at once.
const PAGE: u32 = 500;

#[async_trait]
impl ExportPart for Mails {
    fn name(&self) -> &'static str {
        "mails"
    }

    async fn export(&self, user: UserId) -> Result<Value, StoryError> {
        let address = self.auth.show_user(user).await?.email;
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = Page { after, limit: PAGE };
            let part = self.messages.messages_to(&address, page).await.map_err(NotifyError::from)?;
            after = part.items.last().map(|message| message.id);
            all.extend(part.items.iter().map(mail));
            if !part.has_more {
                return Ok(all.into());
            }
        }
    }
}

fn mail(message: &Message) -> Value {
    json!({
        "id": message.id,
        "tenant": message.tenant,
        "to": message.to.original(),
        "about": message.template.as_str(),
        "category": message.category.as_str(),
        "locale": message.locale.as_str(),
        "status": message.status.as_str(),
        "created_at": message.created_at,
        "changed_at": message.changed_at,
    })
}

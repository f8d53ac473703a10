use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_kernel::{Email, Locale, Page, Paged, PortError, Sealed};
use saaskit_notify::port::Messages;
use saaskit_notify::{Category, Message, MessageId, Status, Template};

use crate::commit::saved;
use crate::row::{self, Row};
use crate::tx::{self, Tx};
use crate::{Failure, MongoStore};

pub(super) const MESSAGES: &str = "notify_messages";

#[async_trait]
impl Messages for MongoStore {
    async fn message(&self, id: MessageId) -> Result<Option<Message>, PortError> {
        self.one(MESSAGES, doc! { "_id": row::id(id) }).await?.as_ref().map(read).transpose()
    }

    async fn messages_to(&self, address: &Email, page: Page<MessageId>) -> Result<Paged<Message>, PortError> {
        let mut filter = doc! { "recipient": { "$in": [address.original(), address.normal()] } };
        if let Some(after) = page.after {
            filter.insert("_id", doc! { "$gt": row::id(after) });
        }
        let rows = self.all(MESSAGES, filter, doc! { "_id": 1 }, page.limit.saturating_add(1)).await?;
        let found = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(found, page.limit))
    }
}

fn read(row: &Document) -> Result<Message, PortError> {
    Ok(Message {
        id: row.id("_id")?,
        tenant: row.maybe_id("tenant_id")?,
        to: row.email("recipient")?,
        locale: row.word("locale", Locale::parse)?,
        template: row.word("template", Template::parse)?,
        category: row.word("category", Category::parse)?,
        values: row.maybe_blob("sealed")?.map(Sealed::from_bytes),
        status: row.word("status", Status::parse)?,
        created_at: row.at("created_at")?,
        changed_at: row.at("changed_at")?,
        provider_id: row.maybe_text("provider_id")?.map(str::to_owned),
        version: row.version("version")?,
    })
}

/// What a save may change.
fn fields(message: &Message) -> Document {
    doc! {
        "recipient": message.to.original(),
        "template": message.template.as_str(),
        "category": message.category.as_str(),
        "sealed": row::maybe_bytes(message.values.as_ref().map(Sealed::as_bytes)),
        "status": message.status.as_str(),
        "changed_at": row::time(message.changed_at),
        "provider_id": row::maybe_text(message.provider_id.as_deref()),
    }
}

pub(super) async fn insert(tx: &mut Tx<'_>, message: &Message) -> Result<(), Failure> {
    let mut row = fields(message);
    row.extend(doc! {
        "_id": row::id(message.id),
        "tenant_id": row::maybe_id(message.tenant),
        "locale": message.locale.as_str(),
        "created_at": row::time(message.created_at),
        "version": row::version(message.version.next()),
    });
    tx.insert(MESSAGES, row).await
}

/// A message stays in its tenant, or in none.
pub(super) async fn save(tx: &mut Tx<'_>, message: &Message) -> Result<(), Failure> {
    let filter = doc! {
        "_id": row::id(message.id),
        "tenant_id": row::maybe_id(message.tenant),
        "version": row::version(message.version),
    };
    saved(tx.update(MESSAGES, filter, tx::save(fields(message))).await?)
}

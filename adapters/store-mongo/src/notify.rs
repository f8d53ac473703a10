//! Messages, what is not to be sent, what workspaces' mails look like, and the development outbox.

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_kernel::{Email, Page, Paged, PortError, TenantId};
use saaskit_notify::port::{Outbox, Preferences, Suppressions};
use saaskit_notify::write::{MessageWrite, NotifyWrite, OutboxWrite, PreferenceWrite, SuppressionWrite};
use saaskit_notify::{Captured, Channel, OptOut, Suppression, SuppressionId, SuppressionReason, Topic};
use uuid::Uuid;

use crate::domain::{Apply, Domain};
use crate::migrate::Migration;
use crate::row::{self, Row};
use crate::tx::Tx;
use crate::{Failure, MongoStore};

mod branding;
mod message;

pub(crate) const DOMAIN: Domain = Domain {
    migrations: &[
        Migration { domain: "notify", version: 1, name: "messages", up: up!("notify/0001_messages") },
        Migration { domain: "notify", version: 2, name: "brandings", up: up!("notify/0002_brandings") },
        Migration { domain: "notify", version: 3, name: "readers", up: up!("notify/0003_readers") },
    ],
    tables: saaskit_notify::TABLES,
    rules: &[],
    known: &[
        "notify_messages_pkey",
        "notify_suppressions_pkey",
        "notify_suppressions_id",
        "notify_opt_outs_pkey",
        "notify_brandings_pkey",
        "notify_outbox_id",
    ],
    write: |write| write.of::<NotifyWrite>().map(|write| write as &dyn Apply),
};

const SUPPRESSIONS: &str = "notify_suppressions";
const OPT_OUTS: &str = "notify_opt_outs";
const OUTBOX: &str = "notify_outbox";

#[async_trait]
impl Suppressions for MongoStore {
    async fn suppression(
        &self,
        address: &Email,
        tenant: Option<TenantId>,
    ) -> Result<Option<Suppression>, PortError> {
        let both = vec![suppression_key(address, tenant), suppression_key(address, None)];
        let rows = self.all(SUPPRESSIONS, doc! { "_id": { "$in": both } }, doc! { "_id": -1 }, 1).await?;
        rows.first().map(read_suppression).transpose()
    }

    async fn suppression_by_id(&self, id: SuppressionId) -> Result<Option<Suppression>, PortError> {
        let row = self.one(SUPPRESSIONS, doc! { "id": row::id(id) }).await?;
        row.as_ref().map(read_suppression).transpose()
    }

    async fn suppressions(
        &self,
        address: Option<&Email>,
        page: Page<SuppressionId>,
    ) -> Result<Paged<Suppression>, PortError> {
        let mut filter = doc! {};
        if let Some(after) = page.after {
            filter.insert("id", doc! { "$gt": row::id(after) });
        }
        if let Some(address) = address {
            filter.insert("_id.address", address.normal());
        }
        let rows = self.all(SUPPRESSIONS, filter, doc! { "id": 1 }, page.limit.saturating_add(1)).await?;
        let found = rows.iter().map(read_suppression).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(found, page.limit))
    }
}

fn suppression_key(address: &Email, tenant: Option<TenantId>) -> Document {
    doc! { "address": address.normal(), "tenant_id": sender(tenant) }
}

fn read_suppression(row: &Document) -> Result<Suppression, PortError> {
    let key = row.part("_id")?;
    let tenant = key.uuid("tenant_id")?;
    Ok(Suppression {
        id: row.id("id")?,
        address: key.email("address")?,
        tenant: (!tenant.is_nil()).then(|| TenantId::from_uuid(tenant)),
        reason: row.word("reason", SuppressionReason::parse)?,
        since: row.at("since")?,
    })
}

#[async_trait]
impl Preferences for MongoStore {
    async fn opted_out(&self, address: &Email, tenant: Option<TenantId>) -> Result<Vec<Topic>, PortError> {
        const TOPICS: u32 = 100;
        let filter = suppression_key(address, tenant);
        let rows = self.all(OPT_OUTS, filter, doc! { "_id": 1 }, TOPICS).await?;
        let topics = rows.iter().map(|row| row.part("_id")?.word("topic", Topic::parse));
        let mut topics: Vec<Topic> = topics.collect::<Result<_, _>>()?;
        topics.sort_unstable();
        Ok(topics)
    }
}

/// Whose mail it is; the installation's own is nobody's.
fn sender(tenant: Option<TenantId>) -> Bson {
    row::uuid(tenant.map_or(Uuid::nil(), |tenant| tenant.uuid()))
}

#[async_trait]
impl Outbox for MongoStore {
    async fn newest(&self, limit: u32) -> Result<Vec<Captured>, PortError> {
        let rows = self.all(OUTBOX, doc! {}, doc! { "at": -1, "_id": -1 }, limit).await?;
        rows.iter().map(read_captured).collect()
    }
}

fn read_captured(row: &Document) -> Result<Captured, PortError> {
    Ok(Captured {
        id: row.text("id")?.to_owned(),
        channel: row.word("channel", Channel::parse)?,
        to: row.text("recipient")?.to_owned(),
        subject: row.maybe_text("subject")?.map(str::to_owned),
        text: row.text("text")?.to_owned(),
        html: row.maybe_text("html")?.map(str::to_owned),
        at: row.at("at")?,
    })
}

#[async_trait]
impl Apply for NotifyWrite {
    async fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        match self {
            Self::Message(MessageWrite::Insert(message)) => message::insert(tx, message).await,
            Self::Message(MessageWrite::Save(message)) => message::save(tx, message).await,
            Self::Suppression(SuppressionWrite::Add(suppression)) => suppress(tx, suppression).await,
            Self::Suppression(SuppressionWrite::Remove(address, tenant)) => {
                let key = doc! { "_id": suppression_key(address, *tenant) };
                tx.delete(SUPPRESSIONS, key).await.map(drop)
            }
            Self::Preference(PreferenceWrite::OptOut(it)) => opt_out(tx, it).await,
            Self::Preference(PreferenceWrite::OptIn(it)) => {
                tx.delete(OPT_OUTS, doc! { "_id": opt_out_key(it) }).await.map(drop)
            }
            Self::Branding(write) => branding::apply(tx, write).await,
            Self::Outbox(OutboxWrite::Keep(captured)) => keep(tx, captured).await,
            Self::Forget(address) => forget(tx, address).await,
        }
    }
}

async fn suppress(tx: &mut Tx<'_>, it: &Suppression) -> Result<(), Failure> {
    let key = doc! { "_id": suppression_key(&it.address, it.tenant) };
    let row = doc! { "id": row::id(it.id), "reason": it.reason.as_str(), "since": row::time(it.since) };
    tx.insert_unless(SUPPRESSIONS, key, row).await
}

fn opt_out_key(it: &OptOut) -> Document {
    let mut key = suppression_key(&it.address, it.tenant);
    key.insert("topic", it.topic.as_str());
    key
}

async fn opt_out(tx: &mut Tx<'_>, it: &OptOut) -> Result<(), Failure> {
    let row = suppression_key(&it.address, it.tenant);
    tx.insert_unless(OPT_OUTS, doc! { "_id": opt_out_key(it) }, row).await
}

/// Whoever reads there, of every tenant.
async fn forget(tx: &mut Tx<'_>, reader: &Email) -> Result<(), Failure> {
    let spellings = doc! { "$in": [reader.original(), reader.normal()] };
    for (collection, field) in [
        (message::MESSAGES, "recipient"),
        (OUTBOX, "recipient"),
        (SUPPRESSIONS, "_id.address"),
        (OPT_OUTS, "address"),
    ] {
        let mut filter = Document::new();
        filter.insert(field, spellings.clone());
        tx.delete(collection, filter).await?;
    }
    Ok(())
}

async fn keep(tx: &mut Tx<'_>, captured: &Captured) -> Result<(), Failure> {
    let row = doc! {
        // The order they came in.
        "_id": bson::oid::ObjectId::new(),
        "channel": captured.channel.as_str(),
        "recipient": captured.to.as_str(),
        "subject": row::maybe_text(captured.subject.as_deref()),
        "text": captured.text.as_str(),
        "html": row::maybe_text(captured.html.as_deref()),
        "at": row::time(captured.at),
    };
    tx.insert_unless(OUTBOX, doc! { "id": captured.id.as_str() }, row).await
}

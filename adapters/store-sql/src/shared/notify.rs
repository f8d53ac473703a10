//! Messages, what is not to be sent, what workspaces' mails look like, and the development outbox.

use async_trait::async_trait;
use saaskit_kernel::{Email, Locale, Page, Paged, PortError, Sealed, TenantId};
use saaskit_notify::port::{Messages, Outbox, Preferences, Suppressions};
use saaskit_notify::write::{MessageWrite, NotifyWrite, OutboxWrite, PreferenceWrite, SuppressionWrite};
use saaskit_notify::{
    Captured, Category, Channel, Message, MessageId, OptOut, Status, Suppression, SuppressionId,
    SuppressionReason, Template, Topic,
};
use sqlx::types::Uuid;

use super::commit::saved;
use super::domain::{Apply, Domain};
use super::engine::{At, Query, sql};
use super::row::{Columns, stored};
use super::{Conn, Row, Store};
use crate::Failure;
use crate::migration::Migration;

mod branding;

pub(super) const DOMAIN: Domain = Domain {
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

/// The columns of `notify_messages` as [`read_message`] wants them.
macro_rules! message_columns {
    () => {
        "id, tenant_id, recipient, locale, template, category, sealed, status, created_at, changed_at, provider_id,
         version"
    };
}

/// The columns of `notify_suppressions` as [`read_suppression`] wants them.
macro_rules! suppression_columns {
    () => {
        "id, address, tenant_id, reason, since"
    };
}

#[async_trait]
impl Messages for Store {
    async fn message(&self, id: MessageId) -> Result<Option<Message>, PortError> {
        let text = concat!("SELECT ", message_columns!(), " FROM notify_messages WHERE id = $1");
        let row = self.one(self.0.pools.system(), || sql(text).bind(id.uuid())).await?;
        row.as_ref().map(read_message).transpose()
    }

    async fn messages_to(&self, address: &Email, page: Page<MessageId>) -> Result<Paged<Message>, PortError> {
        let text = concat!(
            "SELECT ",
            message_columns!(),
            " FROM notify_messages WHERE recipient IN ($1, $2) AND id > $3 ORDER BY id LIMIT $4"
        );
        let after = page.after.map_or(Uuid::nil(), |id| id.uuid());
        let query = || {
            let query = sql(text).bind(address.original()).bind(address.normal()).bind(after);
            query.bind(i64::from(page.limit) + 1)
        };
        let rows = self.all(self.0.pools.system(), query).await?;
        let found = rows.iter().map(read_message).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(found, page.limit))
    }
}

fn read_message(row: &Row) -> Result<Message, PortError> {
    Ok(Message {
        id: row.id("id")?,
        tenant: row.maybe_id("tenant_id")?,
        to: row.email("recipient")?,
        locale: row.word("locale", Locale::parse)?,
        template: row.word("template", Template::parse)?,
        category: row.word("category", Category::parse)?,
        values: row.get::<Option<Vec<u8>>>("sealed")?.map(Sealed::from_bytes),
        status: row.word("status", Status::parse)?,
        created_at: row.at("created_at")?,
        changed_at: row.at("changed_at")?,
        provider_id: row.get("provider_id")?,
        version: row.version("version")?,
    })
}

#[async_trait]
impl Suppressions for Store {
    async fn suppression(
        &self,
        address: &Email,
        tenant: Option<TenantId>,
    ) -> Result<Option<Suppression>, PortError> {
        let text = concat!(
            "SELECT ",
            suppression_columns!(),
            " FROM notify_suppressions WHERE address = $1 AND tenant_id IN ($2, $3) ORDER BY tenant_id DESC LIMIT 1"
        );
        let query = || sql(text).bind(address.normal()).bind(sender(tenant)).bind(sender(None));
        let row = self.one(self.0.pools.system(), query).await?;
        row.as_ref().map(read_suppression).transpose()
    }

    async fn suppression_by_id(&self, id: SuppressionId) -> Result<Option<Suppression>, PortError> {
        let text = concat!("SELECT ", suppression_columns!(), " FROM notify_suppressions WHERE id = $1");
        let row = self.one(self.0.pools.system(), || sql(text).bind(id.uuid())).await?;
        row.as_ref().map(read_suppression).transpose()
    }

    async fn suppressions(
        &self,
        address: Option<&Email>,
        page: Page<SuppressionId>,
    ) -> Result<Paged<Suppression>, PortError> {
        let after = page.after.map_or(Uuid::nil(), |id| id.uuid());
        let limit = i64::from(page.limit) + 1;
        let all = concat!(
            "SELECT ",
            suppression_columns!(),
            " FROM notify_suppressions WHERE id > $1 ORDER BY id LIMIT $2"
        );
        let of_one = concat!(
            "SELECT ",
            suppression_columns!(),
            " FROM notify_suppressions WHERE id > $1 AND address = $3 ORDER BY id LIMIT $2"
        );
        let query = || match address {
            None => sql(all).bind(after).bind(limit),
            Some(address) => sql(of_one).bind(after).bind(limit).bind(address.normal()),
        };
        let rows = self.all(self.0.pools.system(), query).await?;
        let found = rows.iter().map(read_suppression).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(found, page.limit))
    }
}

fn read_suppression(row: &Row) -> Result<Suppression, PortError> {
    let tenant: Uuid = row.get("tenant_id")?;
    Ok(Suppression {
        id: row.id("id")?,
        address: row.email("address")?,
        tenant: (!tenant.is_nil()).then(|| TenantId::from_uuid(tenant)),
        reason: row.word("reason", SuppressionReason::parse)?,
        since: row.at("since")?,
    })
}

#[async_trait]
impl Preferences for Store {
    async fn opted_out(&self, address: &Email, tenant: Option<TenantId>) -> Result<Vec<Topic>, PortError> {
        let text = "SELECT topic FROM notify_opt_outs WHERE address = $1 AND tenant_id = $2";
        let query = || sql(text).bind(address.normal()).bind(sender(tenant));
        let rows = self.all(self.0.pools.system(), query).await?;
        let mut topics: Vec<Topic> =
            rows.iter().map(|row| row.word("topic", Topic::parse)).collect::<Result<_, _>>()?;
        topics.sort_unstable();
        Ok(topics)
    }
}

/// Whose mail it is; the installation's own is nobody's.
fn sender(tenant: Option<TenantId>) -> Uuid {
    tenant.map_or(Uuid::nil(), |tenant| tenant.uuid())
}

#[async_trait]
impl Outbox for Store {
    async fn newest(&self, limit: u32) -> Result<Vec<Captured>, PortError> {
        let text = "SELECT id, channel, recipient, subject, text, html, at FROM notify_outbox
                    ORDER BY at DESC, seq DESC LIMIT $1";
        let rows = self.all(self.0.pools.system(), || sql(text).bind(i64::from(limit))).await?;
        rows.iter().map(read_captured).collect()
    }
}

fn read_captured(row: &Row) -> Result<Captured, PortError> {
    Ok(Captured {
        id: row.get("id")?,
        channel: row.word("channel", Channel::parse)?,
        to: row.get("recipient")?,
        subject: row.get("subject")?,
        text: row.get("text")?,
        html: row.get("html")?,
        at: row.at("at")?,
    })
}

#[async_trait]
impl Apply for NotifyWrite {
    async fn apply(&self, conn: &mut Conn) -> Result<(), Failure> {
        match self {
            Self::Message(MessageWrite::Insert(message)) => insert(conn, message).await,
            Self::Message(MessageWrite::Save(message)) => save(conn, message).await,
            Self::Suppression(SuppressionWrite::Add(suppression)) => suppress(conn, suppression).await,
            Self::Suppression(SuppressionWrite::Remove(address, tenant)) => {
                allow(conn, address, *tenant).await
            }
            Self::Preference(PreferenceWrite::OptOut(it)) => {
                let text = "INSERT INTO notify_opt_outs (address, tenant_id, topic) VALUES ($1, $2, $3)
                            ON CONFLICT (address, tenant_id, topic) DO NOTHING";
                prefer(conn, text, it).await
            }
            Self::Preference(PreferenceWrite::OptIn(it)) => {
                let text = "DELETE FROM notify_opt_outs WHERE address = $1 AND tenant_id = $2 AND topic = $3";
                prefer(conn, text, it).await
            }
            Self::Branding(write) => branding::apply(conn, write).await,
            Self::Outbox(OutboxWrite::Keep(captured)) => keep(conn, captured).await,
            Self::Forget(address) => forget(conn, address).await,
        }
    }
}

async fn suppress(conn: &mut Conn, it: &Suppression) -> Result<(), Failure> {
    let query = sql("INSERT INTO notify_suppressions (address, tenant_id, id, reason, since)
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (address, tenant_id) DO NOTHING");
    let query = query.bind(it.address.normal()).bind(sender(it.tenant)).bind(it.id.uuid());
    query.bind(it.reason.as_str()).bind(At(it.since)).execute(conn).await?;
    Ok(())
}

async fn allow(conn: &mut Conn, address: &Email, tenant: Option<TenantId>) -> Result<(), Failure> {
    let query = sql("DELETE FROM notify_suppressions WHERE address = $1 AND tenant_id = $2");
    query.bind(address.normal()).bind(sender(tenant)).execute(conn).await?;
    Ok(())
}

async fn prefer(conn: &mut Conn, text: &'static str, it: &OptOut) -> Result<(), Failure> {
    let query = sql(text).bind(it.address.normal()).bind(sender(it.tenant));
    query.bind(it.topic.as_str()).execute(conn).await?;
    Ok(())
}

async fn insert(conn: &mut Conn, message: &Message) -> Result<(), Failure> {
    let query =
        sql("INSERT INTO notify_messages (id, tenant_id, recipient, template, category, sealed, status,
                       changed_at, provider_id, version, created_at, locale)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    let query = fields(query, message).bind(stored(message.version.next()));
    query.bind(At(message.created_at)).bind(message.locale.as_str()).execute(conn).await?;
    Ok(())
}

/// A message stays in its tenant, or in none.
async fn save(conn: &mut Conn, message: &Message) -> Result<(), Failure> {
    let query = sql("UPDATE notify_messages SET recipient = $3, template = $4, category = $5, sealed = $6,
                       status = $7, changed_at = $8, provider_id = $9, version = version + 1
                     WHERE id = $1 AND tenant_id IS NOT DISTINCT FROM $2 AND version = $10");
    let query = fields(query, message).bind(stored(message.version));
    saved(query.execute(conn).await?.rows_affected())
}

/// `$1` to `$9`.
fn fields(query: Query, message: &Message) -> Query {
    query
        .bind(message.id.uuid())
        .bind(message.tenant.map(|tenant| tenant.uuid()))
        .bind(message.to.original())
        .bind(message.template.as_str())
        .bind(message.category.as_str())
        .bind(message.values.as_ref().map(Sealed::as_bytes))
        .bind(message.status.as_str())
        .bind(At(message.changed_at))
        .bind(message.provider_id.as_deref())
}

/// Whoever reads there, of every tenant.
async fn forget(conn: &mut Conn, reader: &Email) -> Result<(), Failure> {
    for text in [
        "DELETE FROM notify_messages WHERE recipient IN ($1, $2)",
        "DELETE FROM notify_outbox WHERE recipient IN ($1, $2)",
        "DELETE FROM notify_suppressions WHERE address IN ($1, $2)",
        "DELETE FROM notify_opt_outs WHERE address IN ($1, $2)",
    ] {
        sql(text).bind(reader.original()).bind(reader.normal()).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn keep(conn: &mut Conn, captured: &Captured) -> Result<(), Failure> {
    let query = sql("INSERT INTO notify_outbox (id, channel, recipient, subject, text, html, at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING");
    let query = query.bind(captured.id.as_str()).bind(captured.channel.as_str()).bind(captured.to.as_str());
    let query = query.bind(captured.subject.as_deref()).bind(captured.text.as_str());
    query.bind(captured.html.as_deref()).bind(At(captured.at)).execute(conn).await?;
    Ok(())
}

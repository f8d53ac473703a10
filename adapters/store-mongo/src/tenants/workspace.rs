use bson::{Bson, Document, doc};
use saaskit_kernel::{CommitError, Name, PortError, Slug, TenantId, Timestamp};
use saaskit_tenants::write::{LAST_OWNER, OwnerCount, TenantWrite};
use saaskit_tenants::{MembershipId, Tenant, TenantStatus, Transfer};

use super::TENANTS;
use crate::Failure;
use crate::commit::saved;
use crate::failure::unreadable;
use crate::row::{self, Row};
use crate::tx::{self, Tx};

pub(super) fn read(row: &Document) -> Result<Tenant, PortError> {
    Ok(Tenant {
        id: row.id("_id")?,
        slug: row.parsed("slug", |slug| Slug::stored(slug.to_owned()))?,
        name: row.parsed("name", Name::parse)?,
        status: row.word("status", TenantStatus::parse)?,
        policy: serde_json::from_value(row.json("policy")?).map_err(unreadable)?,
        seats: row.maybe_number("seats")?,
        transfer: read_transfer(row)?,
        created_at: row.at("created_at")?,
        version: row.version("version")?,
    })
}

fn read_transfer(row: &Document) -> Result<Option<Transfer>, PortError> {
    let from: Option<MembershipId> = row.maybe_id("transfer_from")?;
    let to: Option<MembershipId> = row.maybe_id("transfer_to")?;
    let until: Option<Timestamp> = row.maybe_at("transfer_until")?;
    Ok(from.zip(to).zip(until).map(|((from, to), until)| Transfer { from, to, until }))
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &TenantWrite) -> Result<(), Failure> {
    match write {
        TenantWrite::Insert(tenant) => insert(tx, tenant).await,
        TenantWrite::Save(tenant) => save(tx, tenant).await,
        TenantWrite::Owners(tenant, OwnerCount::More) => one_owner_more(tx, *tenant).await,
        TenantWrite::Owners(tenant, OwnerCount::Fewer) => one_owner_fewer(tx, *tenant).await,
    }
}

/// What a save may change.
fn fields(tenant: &Tenant) -> Result<Document, PortError> {
    let policy = serde_json::to_value(&tenant.policy).map_err(unreadable)?;
    Ok(doc! {
        "slug": tenant.slug.as_str(),
        "name": tenant.name.as_str(),
        "status": tenant.status.as_str(),
        "policy": row::json(&policy),
        "seats": tenant.seats.map_or(Bson::Null, |seats| i64::from(seats).into()),
        "transfer_from": row::maybe_id(tenant.transfer.map(|transfer| transfer.from)),
        "transfer_to": row::maybe_id(tenant.transfer.map(|transfer| transfer.to)),
        "transfer_until": row::maybe_time(tenant.transfer.map(|transfer| transfer.until)),
    })
}

async fn insert(tx: &mut Tx<'_>, tenant: &Tenant) -> Result<(), Failure> {
    let mut row = fields(tenant)?;
    row.extend(doc! {
        "_id": row::id(tenant.id),
        "owners": 1_i64,
        "created_at": row::time(tenant.created_at),
        "version": row::version(tenant.version.next()),
    });
    tx.insert(TENANTS, row).await
}

async fn save(tx: &mut Tx<'_>, tenant: &Tenant) -> Result<(), Failure> {
    let filter = doc! { "_id": row::id(tenant.id), "version": row::version(tenant.version) };
    saved(tx.update(TENANTS, filter, tx::save(fields(tenant)?)).await?)
}

async fn one_owner_more(tx: &mut Tx<'_>, tenant: TenantId) -> Result<(), Failure> {
    let more = doc! { "$inc": { "owners": 1_i64 } };
    saved(tx.update(TENANTS, doc! { "_id": row::id(tenant) }, more).await?)
}

async fn one_owner_fewer(tx: &mut Tx<'_>, tenant: TenantId) -> Result<(), Failure> {
    let several = doc! { "_id": row::id(tenant), "owners": { "$gt": 1_i64 } };
    let counted = tx.update(TENANTS, several, doc! { "$inc": { "owners": -1_i64 } }).await?;
    if counted { Ok(()) } else { Err(CommitError::Refused(LAST_OWNER).into()) }
}

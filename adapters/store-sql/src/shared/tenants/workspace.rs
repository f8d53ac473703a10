use saaskit_kernel::{CommitError, PortError, Slug, TenantId, Timestamp};
use saaskit_tenants::write::{LAST_OWNER, OwnerCount, TenantWrite};
use saaskit_tenants::{MembershipId, Tenant, TenantPolicy, TenantStatus, Transfer};
use sqlx::types::Json;

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::row::{Columns, stored};
use super::super::{Conn, Row};
use crate::Failure;

macro_rules! tenant_columns {
    () => {
        "t.id AS t_id, t.slug AS t_slug, t.name AS t_name, t.status AS t_status, t.policy AS t_policy,
         t.transfer_from AS t_transfer_from, t.transfer_to AS t_transfer_to, t.transfer_until AS t_transfer_until,
         t.created_at AS t_created_at, t.seats AS t_seats, t.version AS t_version"
    };
}
pub(super) use tenant_columns;

pub(super) fn read(row: &Row) -> Result<Tenant, PortError> {
    Ok(Tenant {
        id: row.id("t_id")?,
        slug: row.parsed("t_slug", |slug| Slug::stored(slug.to_owned()))?,
        name: row.parsed("t_name", saaskit_kernel::Name::parse)?,
        status: row.word("t_status", TenantStatus::parse)?,
        policy: row.get::<Json<TenantPolicy>>("t_policy")?.0,
        seats: row.maybe_number("t_seats")?,
        transfer: read_transfer(row)?,
        created_at: row.at("t_created_at")?,
        version: row.version("t_version")?,
    })
}

fn read_transfer(row: &Row) -> Result<Option<Transfer>, PortError> {
    let from: Option<MembershipId> = row.maybe_id("t_transfer_from")?;
    let to: Option<MembershipId> = row.maybe_id("t_transfer_to")?;
    let until: Option<Timestamp> = row.maybe_at("t_transfer_until")?;
    Ok(from.zip(to).zip(until).map(|((from, to), until)| Transfer { from, to, until }))
}

pub(super) async fn apply(conn: &mut Conn, write: &TenantWrite) -> Result<(), Failure> {
    match write {
        TenantWrite::Insert(tenant) => insert(conn, tenant).await,
        TenantWrite::Save(tenant) => save(conn, tenant).await,
        TenantWrite::Owners(tenant, OwnerCount::More) => one_owner_more(conn, *tenant).await,
        TenantWrite::Owners(tenant, OwnerCount::Fewer) => one_owner_fewer(conn, *tenant).await,
    }
}

async fn insert(conn: &mut Conn, tenant: &Tenant) -> Result<(), Failure> {
    let query =
        sql("INSERT INTO tenants_tenants (id, slug, name, status, policy, transfer_from, transfer_to,
                       transfer_until, seats, created_at, version, owners)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)");
    fields(query, tenant)
        .bind(At(tenant.created_at))
        .bind(stored(tenant.version.next()))
        .execute(conn)
        .await?;
    Ok(())
}

async fn save(conn: &mut Conn, tenant: &Tenant) -> Result<(), Failure> {
    let query =
        sql("UPDATE tenants_tenants SET slug = $2, name = $3, status = $4, policy = $5, transfer_from = $6,
                       transfer_to = $7, transfer_until = $8, seats = $9, version = version + 1
                     WHERE id = $1 AND version = $10");
    let done = fields(query, tenant).bind(stored(tenant.version)).execute(conn).await?;
    saved(done.rows_affected())
}

/// `$1` to `$9`.
fn fields(query: Query, tenant: &Tenant) -> Query {
    query
        .bind(tenant.id.uuid())
        .bind(tenant.slug.as_str())
        .bind(tenant.name.as_str())
        .bind(tenant.status.as_str())
        .bind(Json(tenant.policy.clone()))
        .bind(tenant.transfer.map(|transfer| transfer.from.uuid()))
        .bind(tenant.transfer.map(|transfer| transfer.to.uuid()))
        .bind(tenant.transfer.map(|transfer| At(transfer.until)))
        .bind(tenant.seats.map(i64::from))
}

async fn one_owner_more(conn: &mut Conn, tenant: TenantId) -> Result<(), Failure> {
    let query = sql("UPDATE tenants_tenants SET owners = owners + 1 WHERE id = $1");
    saved(query.bind(tenant.uuid()).execute(conn).await?.rows_affected())
}

async fn one_owner_fewer(conn: &mut Conn, tenant: TenantId) -> Result<(), Failure> {
    let query = sql("UPDATE tenants_tenants SET owners = owners - 1 WHERE id = $1 AND owners > 1");
    let counted = query.bind(tenant.uuid()).execute(conn).await?.rows_affected() == 1;
    if counted { Ok(()) } else { Err(CommitError::Refused(LAST_OWNER).into()) }
}

use async_trait::async_trait;
use saaskit_kernel::{Page, Paged, PortError, TenantId};
use saaskit_tenants::port::Members;
use saaskit_tenants::write::MembershipWrite;
use saaskit_tenants::{Membership, MembershipId, Removal, Role};
use sqlx::types::Uuid;

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::row::{Columns, stored};
use super::super::{Conn, Row, Store};
use crate::Failure;

macro_rules! member_columns {
    () => {
        "m.id AS m_id, m.tenant_id AS m_tenant_id, m.user_id AS m_user_id, m.role AS m_role,
         m.created_at AS m_created_at, m.removed_at AS m_removed_at,
         m.removed_with_account AS m_removed_with_account, m.version AS m_version"
    };
}
pub(super) use member_columns;

pub(super) fn read(row: &Row) -> Result<Membership, PortError> {
    Ok(Membership {
        id: row.id("m_id")?,
        tenant: row.id("m_tenant_id")?,
        user: row.id("m_user_id")?,
        role: row.word("m_role", Role::parse)?,
        created_at: row.at("m_created_at")?,
        removal: read_removal(row)?,
        version: row.version("m_version")?,
    })
}

fn read_removal(row: &Row) -> Result<Option<Removal>, PortError> {
    let with_account = row.get("m_removed_with_account")?;
    Ok(row.maybe_at("m_removed_at")?.map(|at| Removal { at, with_account }))
}

#[async_trait]
impl Members for Store {
    async fn membership(&self, tenant: TenantId, id: MembershipId) -> Result<Option<Membership>, PortError> {
        let text = as_tenant!(
            "SELECT ",
            member_columns!(),
            " FROM tenants_memberships m WHERE m.tenant_id = $1 AND m.id = $2"
        );
        let query = || sql(text).bind(tenant.uuid()).bind(id.uuid());
        self.one(self.0.pools.tenant(), query).await?.as_ref().map(read).transpose()
    }

    async fn members(
        &self,
        tenant: TenantId,
        page: Page<MembershipId>,
    ) -> Result<Paged<Membership>, PortError> {
        let text = as_tenant!(
            "SELECT ",
            member_columns!(),
            " FROM tenants_memberships m WHERE m.tenant_id = $1 AND m.id > $2
              AND (m.removed_at IS NULL OR m.removed_with_account) ORDER BY m.id LIMIT $3"
        );
        let after = page.after.map_or(Uuid::nil(), |id| id.uuid());
        let query = || sql(text).bind(tenant.uuid()).bind(after).bind(i64::from(page.limit) + 1);
        let rows = self.all(self.0.pools.tenant(), query).await?;
        let members = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(members, page.limit))
    }

    async fn seats_used(&self, tenant: TenantId) -> Result<u64, PortError> {
        let text = as_tenant!(
            "SELECT count(*) AS used FROM tenants_memberships m WHERE m.tenant_id = $1 AND m.removed_at IS NULL"
        );
        let row = self.one(self.0.pools.tenant(), || sql(text).bind(tenant.uuid())).await?;
        row.map_or(Ok(0), |row| row.number("used"))
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &MembershipWrite) -> Result<(), Failure> {
    match write {
        MembershipWrite::Insert(membership) => insert(conn, membership).await,
        MembershipWrite::Save(membership) => save(conn, membership).await,
    }
}

async fn insert(conn: &mut Conn, membership: &Membership) -> Result<(), Failure> {
    let query = sql("INSERT INTO tenants_memberships (tenant_id, id, user_id, role, created_at, removed_at,
                       removed_with_account, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    let query = query.bind(membership.tenant.uuid()).bind(membership.id.uuid()).bind(membership.user.uuid());
    let query = query.bind(membership.role.as_str()).bind(At(membership.created_at));
    let query = removed(query, membership.removal);
    query.bind(stored(membership.version.next())).execute(conn).await?;
    Ok(())
}

async fn save(conn: &mut Conn, membership: &Membership) -> Result<(), Failure> {
    let query = sql("UPDATE tenants_memberships SET role = $3, removed_at = $4, removed_with_account = $5,
                       version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $6");
    let query = query.bind(membership.tenant.uuid()).bind(membership.id.uuid());
    let query = removed(query.bind(membership.role.as_str()), membership.removal);
    saved(query.bind(stored(membership.version)).execute(conn).await?.rows_affected())
}

fn removed(query: Query, removal: Option<Removal>) -> Query {
    let with_account = removal.is_some_and(|removal| removal.with_account);
    query.bind(removal.map(|removal| At(removal.at))).bind(with_account)
}

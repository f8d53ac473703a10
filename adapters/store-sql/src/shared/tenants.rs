//! Workspaces and who is in them. On PostgreSQL both are bound by row-level security.

use async_trait::async_trait;
use saaskit_kernel::{Page, Paged, PortError, Slug, TenantId, UserId};
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MEMBERSHIP_USER, MembershipWrite, TENANT_SLUG, TenantWrite, TenantsWrite};
use saaskit_tenants::{Membership, Role, Tenant, TenantStatus};
use sqlx::types::Uuid;

use super::commit::saved;
use super::domain::{Apply, Domain};
use super::engine::{At, sql};
use super::row::{Columns, stored};
use super::{Conn, Row, Store};
use crate::Failure;
use crate::migration::Migration;

pub(super) const DOMAIN: Domain = Domain {
    migrations: &[Migration {
        domain: "tenants",
        version: 1,
        name: "workspaces",
        up: up!("tenants/0001_workspaces"),
    }],
    rules: &[("tenants_tenants_slug", TENANT_SLUG), ("tenants_memberships_user", MEMBERSHIP_USER)],
    known: &["tenants_tenants_pkey", "tenants_memberships_pkey"],
    write: |write| write.of::<TenantsWrite>().map(|write| write as &dyn Apply),
};

macro_rules! tenant_columns {
    () => {
        "t.id AS t_id, t.slug AS t_slug, t.name AS t_name, t.status AS t_status, t.created_at AS t_created_at,
         t.version AS t_version"
    };
}

macro_rules! member_columns {
    () => {
        "m.id AS m_id, m.user_id AS m_user_id, m.role AS m_role, m.created_at AS m_created_at, m.version AS m_version"
    };
}

fn read_tenant(row: &Row) -> Result<Tenant, PortError> {
    Ok(Tenant {
        id: row.id("t_id")?,
        slug: row.parsed("t_slug", |slug| Slug::stored(slug.to_owned()))?,
        name: row.parsed("t_name", saaskit_kernel::Name::parse)?,
        status: row.word("t_status", TenantStatus::parse)?,
        created_at: row.at("t_created_at")?,
        version: row.version("t_version")?,
    })
}

fn read_entry(row: &Row) -> Result<(Tenant, Membership), PortError> {
    let membership = Membership {
        id: row.id("m_id")?,
        tenant: row.id("t_id")?,
        user: row.id("m_user_id")?,
        role: row.word("m_role", Role::parse)?,
        created_at: row.at("m_created_at")?,
        version: row.version("m_version")?,
    };
    Ok((read_tenant(row)?, membership))
}

#[async_trait]
impl Workspaces for Store {
    async fn entry(&self, tenant: TenantId, user: UserId) -> Result<Option<(Tenant, Membership)>, PortError> {
        let text = as_tenant!(
            "SELECT ",
            tenant_columns!(),
            ", ",
            member_columns!(),
            " FROM tenants_memberships m JOIN tenants_tenants t ON t.id = m.tenant_id
              WHERE m.tenant_id = $1 AND m.user_id = $2"
        );
        let query = || sql(text).bind(tenant.uuid()).bind(user.uuid());
        self.one(self.0.pools.tenant(), query).await?.as_ref().map(read_entry).transpose()
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, PortError> {
        let text = as_tenant!("SELECT ", tenant_columns!(), " FROM tenants_tenants t WHERE t.id = $1");
        let row = self.one(self.0.pools.tenant(), || sql(text).bind(tenant.uuid())).await?;
        row.as_ref().map(read_tenant).transpose()
    }

    async fn of_user(
        &self,
        user: UserId,
        page: Page<TenantId>,
    ) -> Result<Paged<(Tenant, Membership)>, PortError> {
        let text = concat!(
            "SELECT ",
            tenant_columns!(),
            ", ",
            member_columns!(),
            " FROM tenants_memberships m JOIN tenants_tenants t ON t.id = m.tenant_id
              WHERE m.user_id = $1 AND m.tenant_id > $2 AND t.status <> 'deleted'
              ORDER BY m.tenant_id LIMIT $3"
        );
        let after = page.after.map_or(Uuid::nil(), |tenant| tenant.uuid());
        let query = || sql(text).bind(user.uuid()).bind(after).bind(i64::from(page.limit) + 1);
        let rows = self.all(self.0.pools.system(), query).await?;
        let entries = rows.iter().map(read_entry).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(entries, page.limit))
    }
}

#[async_trait]
impl Apply for TenantsWrite {
    async fn apply(&self, conn: &mut Conn) -> Result<(), Failure> {
        match self {
            Self::Tenant(TenantWrite::Insert(tenant)) => insert(conn, tenant).await,
            Self::Tenant(TenantWrite::Save(tenant)) => save(conn, tenant).await,
            Self::Membership(MembershipWrite::Insert(membership)) => join(conn, membership).await,
        }
    }
}

async fn insert(conn: &mut Conn, tenant: &Tenant) -> Result<(), Failure> {
    let query = sql("INSERT INTO tenants_tenants (id, slug, name, status, created_at, version)
                     VALUES ($1, $2, $3, $4, $5, $6)");
    let query = query.bind(tenant.id.uuid()).bind(tenant.slug.as_str()).bind(tenant.name.as_str());
    let query = query.bind(tenant.status.as_str()).bind(At(tenant.created_at));
    query.bind(stored(tenant.version.next())).execute(conn).await?;
    Ok(())
}

async fn save(conn: &mut Conn, tenant: &Tenant) -> Result<(), Failure> {
    let query = sql("UPDATE tenants_tenants SET slug = $2, name = $3, status = $4, version = version + 1
                     WHERE id = $1 AND version = $5");
    let query = query.bind(tenant.id.uuid()).bind(tenant.slug.as_str()).bind(tenant.name.as_str());
    let query = query.bind(tenant.status.as_str()).bind(stored(tenant.version));
    saved(query.execute(conn).await?.rows_affected())
}

async fn join(conn: &mut Conn, membership: &Membership) -> Result<(), Failure> {
    let query = sql("INSERT INTO tenants_memberships (tenant_id, id, user_id, role, created_at, version)
                     VALUES ($1, $2, $3, $4, $5, $6)");
    let query = query.bind(membership.tenant.uuid()).bind(membership.id.uuid()).bind(membership.user.uuid());
    let query = query.bind(membership.role.as_str()).bind(At(membership.created_at));
    query.bind(stored(membership.version.next())).execute(conn).await?;
    Ok(())
}

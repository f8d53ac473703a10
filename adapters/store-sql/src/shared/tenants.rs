//! Workspaces and who is in them. On PostgreSQL both are bound by row-level security.

use async_trait::async_trait;
use saaskit_kernel::{Page, Paged, PortError, TenantId, UserId};
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MEMBERSHIP_USER, TENANT_SLUG, TenantsWrite};
use saaskit_tenants::{Membership, Tenant};
use sqlx::types::Uuid;

use super::domain::{Apply, Domain};
use super::engine::sql;
use super::{Conn, Row, Store};
use crate::Failure;
use crate::migration::Migration;

mod belonging;
mod member;
mod workspace;

use member::member_columns;
use workspace::tenant_columns;

pub(super) const DOMAIN: Domain = Domain {
    migrations: &[
        Migration { domain: "tenants", version: 1, name: "workspaces", up: up!("tenants/0001_workspaces") },
        Migration { domain: "tenants", version: 2, name: "seats", up: up!("tenants/0002_seats") },
    ],
    tables: saaskit_tenants::TABLES,
    rules: &[("tenants_tenants_slug", TENANT_SLUG), ("tenants_memberships_user", MEMBERSHIP_USER)],
    known: &["tenants_tenants_pkey", "tenants_memberships_pkey"],
    write: |write| write.of::<TenantsWrite>().map(|write| write as &dyn Apply),
};

fn read_entry(row: &Row) -> Result<(Tenant, Membership), PortError> {
    Ok((workspace::read(row)?, member::read(row)?))
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
              WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.removed_at IS NULL"
        );
        let query = || sql(text).bind(tenant.uuid()).bind(user.uuid());
        self.one(self.0.pools.tenant(), query).await?.as_ref().map(read_entry).transpose()
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, PortError> {
        let text = as_tenant!("SELECT ", tenant_columns!(), " FROM tenants_tenants t WHERE t.id = $1");
        let row = self.one(self.0.pools.tenant(), || sql(text).bind(tenant.uuid())).await?;
        row.as_ref().map(workspace::read).transpose()
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
              WHERE m.user_id = $1 AND m.tenant_id > $2 AND m.removed_at IS NULL AND t.status <> 'deleted'
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
            Self::Tenant(write) => workspace::apply(conn, write).await,
            Self::Membership(write) => member::apply(conn, write).await,
        }
    }
}

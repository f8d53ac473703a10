//! Workspaces and who is in them. Every question and every write names the workspace.

use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_kernel::{Page, Paged, PortError, TenantId, UserId};
use saaskit_tenants::port::Workspaces;
use saaskit_tenants::write::{MEMBERSHIP_USER, TENANT_SLUG, TenantsWrite};
use saaskit_tenants::{Membership, Tenant};

use crate::domain::{Apply, Domain};
use crate::migrate::Migration;
use crate::row::{self, Row};
use crate::tx::Tx;
use crate::{Failure, MongoStore};

mod belonging;
mod member;
mod workspace;

pub(crate) const DOMAIN: Domain = Domain {
    migrations: &[Migration {
        domain: "tenants",
        version: 1,
        name: "workspaces",
        up: up!("tenants/0001_workspaces"),
    }],
    tables: saaskit_tenants::TABLES,
    rules: &[("tenants_tenants_slug", TENANT_SLUG), ("tenants_memberships_user", MEMBERSHIP_USER)],
    known: &["tenants_tenants_pkey", "tenants_memberships_pkey"],
    write: |write| write.of::<TenantsWrite>().map(|write| write as &dyn Apply),
};

const TENANTS: &str = "tenants_tenants";
const MEMBERS: &str = "tenants_memberships";

/// Members, each with its workspace as `tenant`.
fn with_tenant(filter: Document, of_tenant: Document, most: i64) -> Vec<Document> {
    let members = vec![doc! { "$match": filter }, doc! { "$sort": { "tenant_id": 1 } }];
    [members, its_tenant(), vec![doc! { "$match": of_tenant }, doc! { "$limit": most }]].concat()
}

/// What gives a member its workspace as `tenant`.
fn its_tenant() -> Vec<Document> {
    let tenant = doc! { "from": TENANTS, "localField": "tenant_id", "foreignField": "_id", "as": "tenant" };
    vec![doc! { "$lookup": tenant }, doc! { "$unwind": "$tenant" }]
}

fn read_entry(row: &Document) -> Result<(Tenant, Membership), PortError> {
    Ok((workspace::read(row.part("tenant")?)?, member::read(row)?))
}

#[async_trait]
impl Workspaces for MongoStore {
    async fn entry(&self, tenant: TenantId, user: UserId) -> Result<Option<(Tenant, Membership)>, PortError> {
        let filter = doc! { "tenant_id": row::id(tenant), "user_id": row::id(user), "removed_at": null };
        let rows = self.snapshot(MEMBERS, with_tenant(filter, doc! {}, 1)).await?;
        rows.first().map(read_entry).transpose()
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, PortError> {
        let row = self.one(TENANTS, doc! { "_id": row::id(tenant) }).await?;
        row.as_ref().map(workspace::read).transpose()
    }

    async fn of_user(
        &self,
        user: UserId,
        page: Page<TenantId>,
    ) -> Result<Paged<(Tenant, Membership)>, PortError> {
        let mut filter = doc! { "user_id": row::id(user), "removed_at": null };
        if let Some(after) = page.after {
            filter.insert("tenant_id", doc! { "$gt": row::id(after) });
        }
        let living = doc! { "tenant.status": { "$ne": "deleted" } };
        let rows = self.snapshot(MEMBERS, with_tenant(filter, living, i64::from(page.limit) + 1)).await?;
        let entries = rows.iter().map(read_entry).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(entries, page.limit))
    }
}

#[async_trait]
impl Apply for TenantsWrite {
    async fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        match self {
            Self::Tenant(write) => workspace::apply(tx, write).await,
            Self::Membership(write) => member::apply(tx, write).await,
        }
    }
}

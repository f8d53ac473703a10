use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_kernel::{Page, Paged, PortError, TenantId};
use saaskit_tenants::port::Members;
use saaskit_tenants::write::MembershipWrite;
use saaskit_tenants::{Membership, MembershipId, Removal, Role};

use super::MEMBERS;
use crate::commit::saved;
use crate::row::{self, Row};
use crate::tx::{self, Tx};
use crate::{Failure, MongoStore};

pub(super) fn read(row: &Document) -> Result<Membership, PortError> {
    Ok(Membership {
        id: row.id("id")?,
        tenant: row.id("tenant_id")?,
        user: row.id("user_id")?,
        role: row.word("role", Role::parse)?,
        created_at: row.at("created_at")?,
        removal: read_removal(row)?,
        version: row.version("version")?,
    })
}

fn read_removal(row: &Document) -> Result<Option<Removal>, PortError> {
    let with_account = row.flag("removed_with_account")?;
    Ok(row.maybe_at("removed_at")?.map(|at| Removal { at, with_account }))
}

/// What a save may change.
fn fields(membership: &Membership) -> Document {
    let removal = membership.removal;
    doc! {
        "role": membership.role.as_str(),
        "removed_at": row::maybe_time(removal.map(|removal| removal.at)),
        "removed_with_account": removal.is_some_and(|removal| removal.with_account),
    }
}

/// What a membership is that holds, or comes back with the account of its user.
pub(super) fn holds_or_may_return() -> [Document; 2] {
    [doc! { "removed_at": null }, doc! { "removed_with_account": true }]
}

fn key(tenant: TenantId, id: MembershipId) -> Document {
    doc! { "tenant_id": row::id(tenant), "id": row::id(id) }
}

#[async_trait]
impl Members for MongoStore {
    async fn membership(&self, tenant: TenantId, id: MembershipId) -> Result<Option<Membership>, PortError> {
        let row = self.one(MEMBERS, doc! { "_id": key(tenant, id) }).await?;
        row.as_ref().map(read).transpose()
    }

    async fn members(
        &self,
        tenant: TenantId,
        page: Page<MembershipId>,
    ) -> Result<Paged<Membership>, PortError> {
        let mut filter = doc! { "tenant_id": row::id(tenant), "$or": holds_or_may_return() };
        if let Some(after) = page.after {
            filter.insert("id", doc! { "$gt": row::id(after) });
        }
        let rows = self.all(MEMBERS, filter, doc! { "id": 1 }, page.limit.saturating_add(1)).await?;
        let members = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(members, page.limit))
    }

    async fn seats_used(&self, tenant: TenantId) -> Result<u64, PortError> {
        let filter = doc! { "tenant_id": row::id(tenant), "removed_at": null };
        self.ask(|| async { self.collection(MEMBERS).count_documents(filter.clone()).await }).await
    }
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &MembershipWrite) -> Result<(), Failure> {
    match write {
        MembershipWrite::Insert(membership) => insert(tx, membership).await,
        MembershipWrite::Save(membership) => save(tx, membership).await,
    }
}

async fn insert(tx: &mut Tx<'_>, membership: &Membership) -> Result<(), Failure> {
    let mut row = fields(membership);
    row.extend(doc! {
        "_id": key(membership.tenant, membership.id),
        "tenant_id": row::id(membership.tenant),
        "id": row::id(membership.id),
        "user_id": row::id(membership.user),
        "created_at": row::time(membership.created_at),
        "version": row::version(membership.version.next()),
    });
    tx.insert(MEMBERS, row).await
}

async fn save(tx: &mut Tx<'_>, membership: &Membership) -> Result<(), Failure> {
    let filter =
        doc! { "_id": key(membership.tenant, membership.id), "version": row::version(membership.version) };
    saved(tx.update(MEMBERS, filter, tx::save(fields(membership))).await?)
}

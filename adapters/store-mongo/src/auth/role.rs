use async_trait::async_trait;
use bson::{Bson, Document, doc};
use saaskit_auth::port::Roles;
use saaskit_auth::write::RoleWrite;
use saaskit_auth::{Assignment, Permission, Rights, Role, RoleId, UserStatus};
use saaskit_kernel::{CommitError, Name, PortError, TenantId, UserId};
use uuid::Uuid;

use super::user::USERS;
use crate::commit::saved;
use crate::failure::unreadable;
use crate::row::{Row, id, maybe_id, time, uuid, version};
use crate::tx::{Tx, save};
use crate::{Failure, MongoStore};

const ROLES: &str = "auth_roles";
const ASSIGNMENTS: &str = "auth_assignments";
/// Far more than anybody is given in all places.
const MOST_ASSIGNED: u32 = 10_000;
/// A document a place, changed by everybody who changes who has what there.
const TURNS: &str = "auth_role_turns";

fn read(row: &Document) -> Result<Role, PortError> {
    let permissions = Row::get(row, "permissions", Bson::as_array)?.iter().map(|text| {
        let text = text.as_str().ok_or_else(|| unreadable("a permission is no text"))?;
        Permission::parse(text).map_err(unreadable)
    });
    Ok(Role {
        id: row.id("_id")?,
        tenant: row.maybe_id("tenant_id")?,
        name: row.parsed("name", Name::parse)?,
        permissions: permissions.collect::<Result<_, _>>()?,
        created_at: row.at("created_at")?,
        version: row.version("version")?,
    })
}

#[async_trait]
impl Roles for MongoStore {
    async fn roles(&self, tenant: Option<TenantId>) -> Result<Vec<Role>, PortError> {
        let most = u32::try_from(Role::MOST).unwrap_or(u32::MAX);
        let rows = self.all(ROLES, of(tenant), doc! { "name_normal": 1 }, most).await?;
        rows.iter().map(read).collect()
    }

    async fn rights(&self, user: UserId) -> Result<Option<Rights>, PortError> {
        let rows = self.snapshot(USERS, each_role_of(user)).await?;
        let Some(account) = rows.first() else { return Ok(None) };
        let (super_admin, status) =
            (account.flag("super_admin")?, account.word("status", UserStatus::parse)?);
        let mut roles = Vec::new();
        for row in &rows {
            roles.extend(row.maybe("role", Bson::as_document)?.map(read).transpose()?);
        }
        Ok(Some(Rights { super_admin, status, roles }))
    }

    async fn assignments(&self, user: UserId) -> Result<Vec<Assignment>, PortError> {
        let in_order = doc! { "tenant_id": 1, "_id.role_id": 1 };
        let rows = self.all(ASSIGNMENTS, doc! { "_id.user_id": id(user) }, in_order, MOST_ASSIGNED).await?;
        let mut assignments: Vec<Assignment> = Vec::new();
        for row in &rows {
            let (tenant, role) = (row.maybe_id("tenant_id")?, row.part("_id")?.id("role_id")?);
            match assignments.last_mut().filter(|assignment| assignment.tenant == tenant) {
                Some(assignment) => assignment.roles.push(role),
                None => assignments.push(Assignment { user, tenant, roles: vec![role] }),
            }
        }
        Ok(assignments)
    }

    async fn role(&self, tenant: Option<TenantId>, role: RoleId) -> Result<Option<Role>, PortError> {
        self.one(ROLES, one_of(tenant, role)).await?.as_ref().map(read).transpose()
    }
}

/// The account with each of its roles, or alone if it has none.
fn each_role_of(user: UserId) -> Vec<Document> {
    let given =
        doc! { "from": ASSIGNMENTS, "localField": "_id", "foreignField": "_id.user_id", "as": "given" };
    let role = doc! { "from": ROLES, "localField": "given._id.role_id", "foreignField": "_id", "as": "role" };
    let each = |path: &str| doc! { "$unwind": { "path": path, "preserveNullAndEmptyArrays": true } };
    vec![
        doc! { "$match": { "_id": id(user) } },
        doc! { "$project": { "super_admin": 1, "status": 1 } },
        doc! { "$lookup": given },
        each("$given"),
        doc! { "$lookup": role },
        each("$role"),
    ]
}

fn of(tenant: Option<TenantId>) -> Document {
    doc! { "tenant_id": maybe_id(tenant) }
}

fn one_of(tenant: Option<TenantId>, role: RoleId) -> Document {
    doc! { "_id": id(role), "tenant_id": maybe_id(tenant) }
}

pub(super) async fn apply(tx: &mut Tx<'_>, write: &RoleWrite) -> Result<(), Failure> {
    match write {
        RoleWrite::Insert(role) => tx.insert(ROLES, row(role)).await,
        RoleWrite::Save(role) => {
            let mut stored = one_of(role.tenant, role.id);
            stored.insert("version", version(role.version));
            saved(tx.update(ROLES, stored, save(fields(role))).await?)
        }
        RoleWrite::Remove { tenant, role } => remove(tx, *tenant, *role).await,
        RoleWrite::Assign(assignment) => assign(tx, assignment).await,
    }
}

fn row(role: &Role) -> Document {
    let mut row = one_of(role.tenant, role.id);
    row.extend(fields(role));
    row.insert("created_at", time(role.created_at));
    row.insert("version", version(role.version.next()));
    row
}

/// What can change.
fn fields(role: &Role) -> Document {
    let permissions: Vec<&str> = role.permissions.iter().map(Permission::as_str).collect();
    let name = role.name.as_str();
    doc! { "name": name, "name_normal": name.to_lowercase(), "permissions": permissions }
}

/// Two who change who has what in one place take turns. Or of two assignments at once each would keep what the other
/// gives, and a role could be assigned while it is removed.
async fn take_turn(tx: &mut Tx<'_>, tenant: Option<TenantId>) -> Result<(), Failure> {
    let place = doc! { "_id": uuid(tenant.map_or(Uuid::nil(), |tenant| tenant.uuid())) };
    tx.upsert(TURNS, place, doc! { "$inc": { "turn": 1_i64 } }).await.map(drop)
}

async fn remove(tx: &mut Tx<'_>, tenant: Option<TenantId>, role: RoleId) -> Result<(), Failure> {
    take_turn(tx, tenant).await?;
    if tx.delete(ROLES, one_of(tenant, role)).await? > 0 {
        tx.delete(ASSIGNMENTS, doc! { "_id.role_id": id(role) }).await?;
    }
    Ok(())
}

async fn assign(tx: &mut Tx<'_>, assignment: &Assignment) -> Result<(), Failure> {
    let Assignment { user, tenant, roles } = assignment;
    take_turn(tx, *tenant).await?;
    tx.delete(ASSIGNMENTS, doc! { "_id.user_id": id(*user), "tenant_id": maybe_id(*tenant) }).await?;
    let Some(most) = u32::try_from(roles.len()).ok().filter(|most| *most > 0) else { return Ok(()) };
    let ids: Vec<Bson> = roles.iter().copied().map(id).collect();
    let there = doc! { "_id": { "$in": &ids }, "tenant_id": maybe_id(*tenant) };
    if tx.all(ROLES, there, most).await?.len() < ids.len() {
        return Err(CommitError::Stale.into());
    }
    let given = ids.into_iter().map(|role| {
        doc! { "_id": { "user_id": id(*user), "role_id": role }, "tenant_id": maybe_id(*tenant) }
    });
    tx.insert_all(ASSIGNMENTS, given.collect()).await
}

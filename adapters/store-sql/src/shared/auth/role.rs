use async_trait::async_trait;
use saaskit_auth::port::Roles;
use saaskit_auth::write::RoleWrite;
use saaskit_auth::{Assignment, Permission, Rights, Role, RoleEntity, RoleId, UserStatus};
use saaskit_kernel::{CommitError, Name, PortError, TenantId, UserId};
use serde_json::{Value, json};
use sqlx::types::{Json, Uuid};

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::error::unreadable;
use super::super::row::{Columns, stored};
use super::super::{Conn, Pool, Row, Store};
use crate::Failure;

/// Roles `r` that a condition finds.
macro_rules! roles_where {
    ($condition:literal) => {
        concat!(
            "SELECT r.id, r.tenant_id, r.name, r.permissions, r.created_at, r.version FROM auth_roles r WHERE ",
            $condition
        )
    };
}

/// The roles of a place `$1`; a workspace's are read behind its wall.
macro_rules! roles_of {
    ($store:expr, $tenant:expr, $($condition:tt)*) => {
        match $tenant {
            Some(_) => ($store.0.pools.tenant(), as_tenant!(roles_where!($($condition)*))),
            None => ($store.0.pools.system(), roles_where!($($condition)*)),
        }
    };
}

/// Where a role counts, as a column that is never null.
fn place(tenant: Option<TenantId>) -> Uuid {
    tenant.map_or(Uuid::nil(), |tenant| tenant.uuid())
}

fn read(row: &Row) -> Result<Role, PortError> {
    let permissions = row.get::<Json<Vec<String>>>("permissions")?.0;
    let permissions = permissions.iter().map(|text| Permission::parse(text)).collect::<Result<_, _>>();
    Ok(Role {
        id: row.id("id")?,
        tenant: row.maybe_id("tenant_id")?,
        name: row.parsed("name", Name::parse)?,
        permissions: permissions.map_err(unreadable)?,
        created_at: row.at("created_at")?,
        version: row.version("version")?,
    })
}

#[async_trait]
impl Roles for Store {
    async fn roles(&self, tenant: Option<TenantId>) -> Result<Vec<Role>, PortError> {
        let (pool, text): (&Pool, _) =
            roles_of!(self, tenant, "r.place = $1 ORDER BY r.name_normal LIMIT $2");
        let most = i64::try_from(Role::MOST).unwrap_or(i64::MAX);
        let rows = self.all(pool, || sql(text).bind(place(tenant)).bind(most)).await?;
        rows.iter().map(read).collect()
    }

    async fn rights(&self, user: UserId) -> Result<Option<Rights>, PortError> {
        let text = "SELECT u.super_admin, u.status, r.id, r.tenant_id, r.name, r.permissions, r.created_at, r.version
                    FROM auth_users u LEFT JOIN auth_assignments a ON a.user_id = u.id
                    LEFT JOIN auth_roles r ON r.id = a.role_id WHERE u.id = $1";
        let rows = self.all(self.0.pools.system(), || sql(text).bind(user.uuid())).await?;
        let Some(account) = rows.first() else { return Ok(None) };
        let mut roles = Vec::new();
        for row in &rows {
            if row.maybe_id::<RoleEntity>("id")?.is_some() {
                roles.push(read(row)?);
            }
        }
        let (super_admin, status) = (account.get("super_admin")?, account.word("status", UserStatus::parse)?);
        Ok(Some(Rights { super_admin, status, roles }))
    }

    async fn assignments(&self, user: UserId) -> Result<Vec<Assignment>, PortError> {
        let text = "SELECT tenant_id, role_id FROM auth_assignments WHERE user_id = $1 ORDER BY role_id";
        let rows = self.all(self.0.pools.system(), || sql(text).bind(user.uuid())).await?;
        let mut assignments: Vec<Assignment> = Vec::new();
        for row in &rows {
            let (tenant, role) = (row.maybe_id("tenant_id")?, row.id("role_id")?);
            match assignments.iter_mut().find(|assignment| assignment.tenant == tenant) {
                Some(assignment) => assignment.roles.push(role),
                None => assignments.push(Assignment { user, tenant, roles: vec![role] }),
            }
        }
        assignments.sort_by_key(|assignment| assignment.tenant);
        Ok(assignments)
    }

    async fn role(&self, tenant: Option<TenantId>, id: RoleId) -> Result<Option<Role>, PortError> {
        let (pool, text): (&Pool, _) = roles_of!(self, tenant, "r.place = $1 AND r.id = $2");
        let row = self.one(pool, || sql(text).bind(place(tenant)).bind(id.uuid())).await?;
        row.as_ref().map(read).transpose()
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &RoleWrite) -> Result<(), Failure> {
    match write {
        RoleWrite::Insert(role) => {
            insert(role).execute(conn).await?;
            Ok(())
        }
        RoleWrite::Save(role) => saved(save(role).execute(conn).await?.rows_affected()),
        RoleWrite::Remove { tenant, role } => {
            let query = sql("DELETE FROM auth_roles WHERE place = $1 AND id = $2");
            query.bind(place(*tenant)).bind(role.uuid()).execute(conn).await?;
            Ok(())
        }
        RoleWrite::Assign(assignment) => assign(conn, assignment).await,
    }
}

fn insert(role: &Role) -> Query {
    let query =
        sql("INSERT INTO auth_roles (id, tenant_id, name, name_normal, permissions, version, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6 + 1, $7)");
    fields(query, role, role.tenant.map(|tenant| tenant.uuid())).bind(At(role.created_at))
}

fn save(role: &Role) -> Query {
    let query =
        sql("UPDATE auth_roles SET name = $3, name_normal = $4, permissions = $5, version = version + 1
                     WHERE id = $1 AND place = $2 AND version = $6");
    fields(query, role, Some(place(role.tenant)))
}

/// `$1` to `$6`.
fn fields(query: Query, role: &Role, home: Option<Uuid>) -> Query {
    let permissions: Vec<&str> = role.permissions.iter().map(Permission::as_str).collect();
    query
        .bind(role.id.uuid())
        .bind(home)
        .bind(role.name.as_str().to_owned())
        .bind(role.name.as_str().to_lowercase())
        .bind(Json(json!(permissions)))
        .bind(stored(role.version))
}

/// Two who assign to one user at once take turns, or each would keep what the other gives.
async fn assign(conn: &mut Conn, assignment: &Assignment) -> Result<(), Failure> {
    let turn = concat!("SELECT 1 FROM auth_users WHERE id = $1", lock_rows!());
    sql(turn).bind(assignment.user.uuid()).fetch_optional(&mut *conn).await?;
    let clear = "DELETE FROM auth_assignments WHERE user_id = $1 AND tenant_id IS NOT DISTINCT FROM $2";
    let home = assignment.tenant.map(|tenant| tenant.uuid());
    sql(clear).bind(assignment.user.uuid()).bind(home).execute(&mut *conn).await?;
    if assignment.roles.is_empty() {
        return Ok(());
    }
    let give = concat!(
        "INSERT INTO auth_assignments (user_id, role_id, tenant_id)
         SELECT $2, o.id, o.tenant_id FROM auth_roles o WHERE o.place = $3 AND o.id ",
        any_of!("SELECT ", member!(uuid "id"), " FROM ", each!()),
        keep_rows!()
    );
    let roles: Vec<Value> =
        assignment.roles.iter().map(|role| json!({"id": role.uuid().to_string()})).collect();
    let query = sql(give).bind(Json(roles)).bind(assignment.user.uuid()).bind(place(assignment.tenant));
    let given = query.execute(conn).await?.rows_affected();
    if given == assignment.roles.len() as u64 { Ok(()) } else { Err(CommitError::Stale.into()) }
}

use async_trait::async_trait;
use saaskit_auth::port::{UserFilter, Users};
use saaskit_auth::write::UserWrite;
use saaskit_auth::{PasswordHash, User, UserStatus};
use saaskit_kernel::{Email, Locale, Name, Page, Paged, PortError, UserId};
use serde_json::json;
use sqlx::types::{Json, Uuid};

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::row::{Columns, stored};
use super::super::{Conn, Row, Store};
use crate::Failure;

/// The columns of `auth_users u` as [`read`] wants them.
macro_rules! user_columns {
    () => {
        "u.id AS u_id, u.email AS u_email, u.name AS u_name, u.locale AS u_locale, u.password AS u_password,
         u.verified_at AS u_verified_at, u.status AS u_status, u.super_admin AS u_super_admin, u.epoch AS u_epoch,
         u.created_at AS u_created_at, u.erase_at AS u_erase_at, u.barred_at AS u_barred_at,
         u.version AS u_version"
    };
}
pub(super) use user_columns;

macro_rules! insert_user {
    () => {
        "INSERT INTO auth_users (id, email, email_normal, name, name_normal, locale, password, verified_at, status,
           super_admin, epoch, erase_at, barred_at, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    };
}

/// A page of a search: after `$1`, `$2` at most.
macro_rules! page_of_users {
    ($($condition:literal)*) => {
        concat!(
            "SELECT ", user_columns!(), " FROM auth_users u WHERE u.id > $1", $(" AND ", $condition,)*
            " ORDER BY u.id LIMIT $2"
        )
    };
}

pub(super) fn read(row: &Row) -> Result<User, PortError> {
    Ok(User {
        id: row.id("u_id")?,
        email: row.email("u_email")?,
        name: row.maybe_name("u_name")?,
        locale: row.word("u_locale", Locale::parse)?,
        password: row.get::<Option<String>>("u_password")?.map(PasswordHash::from_phc),
        verified_at: row.maybe_at("u_verified_at")?,
        status: row.word("u_status", UserStatus::parse)?,
        super_admin: row.get("u_super_admin")?,
        epoch: row.number("u_epoch")?,
        created_at: row.at("u_created_at")?,
        erase_at: row.maybe_at("u_erase_at")?,
        barred_at: row.maybe_at("u_barred_at")?,
        version: row.version("u_version")?,
    })
}

#[async_trait]
impl Users for Store {
    async fn user(&self, id: UserId) -> Result<Option<User>, PortError> {
        let text = concat!("SELECT ", user_columns!(), " FROM auth_users u WHERE u.id = $1");
        let row = self.one(self.0.pools.system(), || sql(text).bind(id.uuid())).await?;
        row.as_ref().map(read).transpose()
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, PortError> {
        let text = concat!("SELECT ", user_columns!(), " FROM auth_users u WHERE u.email_normal = $1");
        let row = self.one(self.0.pools.system(), || sql(text).bind(email.normal())).await?;
        row.as_ref().map(read).transpose()
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, PortError> {
        let text = concat!(
            "SELECT ",
            user_columns!(),
            " FROM auth_users u WHERE u.id ",
            any_of!("SELECT ", member!(uuid "id"), " FROM ", each!())
        );
        let ids: Vec<_> = ids.iter().map(|id| json!({"id": id.uuid().to_string()})).collect();
        let rows = self.all(self.0.pools.system(), || sql(text).bind(Json(ids.clone()))).await?;
        rows.iter().map(read).collect()
    }

    async fn search(&self, filter: &UserFilter, page: Page<UserId>) -> Result<Paged<User>, PortError> {
        let rows = self.all(self.0.pools.system(), || search(filter, page)).await?;
        let users = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Paged::from_one_more(users, page.limit))
    }

    async fn has_super_admin(&self) -> Result<bool, PortError> {
        let query = || sql("SELECT 1 FROM auth_users WHERE super_admin LIMIT 1");
        Ok(self.one(self.0.pools.system(), query).await?.is_some())
    }
}

pub(super) async fn apply(conn: &mut Conn, write: &UserWrite) -> Result<(), Failure> {
    match write {
        UserWrite::Insert(user) => {
            insert(insert_user!(), user).execute(conn).await?;
        }
        UserWrite::InsertUnlessTaken(user) => {
            let text = concat!(insert_user!(), " ON CONFLICT (email_normal) DO NOTHING");
            insert(text, user).execute(conn).await?;
        }
        UserWrite::Save(user) => saved(save(user).execute(conn).await?.rows_affected())?,
        UserWrite::Rehash { user, from, to } => {
            let query = sql("UPDATE auth_users SET password = $3 WHERE id = $1 AND password = $2");
            query.bind(user.uuid()).bind(from.as_str()).bind(to.as_str()).execute(conn).await?;
        }
    }
    Ok(())
}

/// A statement for each sort of filter, so that each finds its index. What begins with a text stands between it and
/// the same text with the last of all characters behind.
fn search(filter: &UserFilter, page: Page<UserId>) -> Query {
    let after = page.after.map_or(Uuid::nil(), |id| id.uuid());
    let from = |text| sql(text).bind(after).bind(i64::from(page.limit) + 1);
    let status = filter.status.map(UserStatus::as_str);
    match (filter.begins_with.as_deref().map(str::to_lowercase), status) {
        (None, None) => from(page_of_users!()),
        (None, Some(status)) => from(page_of_users!("u.status = $3")).bind(status),
        (Some(start), status) => from(page_of_users!(
            "(u.email_normal >= $3 AND u.email_normal < $4 OR u.name_normal >= $3 AND u.name_normal < $4)"
            "u.status = coalesce($5, u.status)"
        ))
        .bind(start.clone())
        .bind(start + "\u{10ffff}")
        .bind(status),
    }
}

fn insert(text: &'static str, user: &User) -> Query {
    fields(sql(text), user).bind(At(user.created_at)).bind(stored(user.version.next()))
}

fn save(user: &User) -> Query {
    let query = sql("UPDATE auth_users SET email = $2, email_normal = $3, name = $4, name_normal = $5,
                     locale = $6, password = $7, verified_at = $8, status = $9, super_admin = $10, epoch = $11,
                     erase_at = $12, barred_at = $13, version = version + 1 WHERE id = $1 AND version = $14");
    fields(query, user).bind(stored(user.version))
}

/// `$1` to `$13`.
fn fields(query: Query, user: &User) -> Query {
    query
        .bind(user.id.uuid())
        .bind(user.email.original())
        .bind(user.email.normal())
        .bind(user.name.as_ref().map(Name::as_str))
        .bind(user.name.as_ref().map(|name| name.as_str().to_lowercase()))
        .bind(user.locale.as_str())
        .bind(user.password.as_ref().map(PasswordHash::as_str))
        .bind(user.verified_at.map(At))
        .bind(user.status.as_str())
        .bind(user.super_admin)
        .bind(i64::from(user.epoch))
        .bind(user.erase_at.map(At))
        .bind(user.barred_at.map(At))
}

use async_trait::async_trait;
use saaskit_auth::port::Users;
use saaskit_auth::write::UserWrite;
use saaskit_auth::{PasswordHash, User, UserStatus};
use saaskit_kernel::{Email, Name, PortError, UserId};

use super::super::commit::saved;
use super::super::engine::{At, Query, sql};
use super::super::row::{Columns, stored};
use super::super::{Conn, Row, Store};
use crate::Failure;

/// The columns of `auth_users u` as [`read`] wants them.
macro_rules! user_columns {
    () => {
        "u.id AS u_id, u.email AS u_email, u.name AS u_name, u.password AS u_password,
         u.verified_at AS u_verified_at, u.status AS u_status, u.super_admin AS u_super_admin, u.epoch AS u_epoch,
         u.created_at AS u_created_at, u.version AS u_version"
    };
}
pub(super) use user_columns;

macro_rules! insert_user {
    () => {
        "INSERT INTO auth_users (id, email, email_normal, name, password, verified_at, status, super_admin, epoch,
           created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    };
}

pub(super) fn read(row: &Row) -> Result<User, PortError> {
    Ok(User {
        id: row.id("u_id")?,
        email: row.email("u_email")?,
        name: row.maybe_name("u_name")?,
        password: row.get::<Option<String>>("u_password")?.map(PasswordHash::from_phc),
        verified_at: row.maybe_at("u_verified_at")?,
        status: row.word("u_status", UserStatus::parse)?,
        super_admin: row.get("u_super_admin")?,
        epoch: row.number("u_epoch")?,
        created_at: row.at("u_created_at")?,
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

fn insert(text: &'static str, user: &User) -> Query {
    fields(sql(text), user).bind(At(user.created_at)).bind(stored(user.version.next()))
}

fn save(user: &User) -> Query {
    let query = sql("UPDATE auth_users SET email = $2, email_normal = $3, name = $4, password = $5,
                     verified_at = $6, status = $7, super_admin = $8, epoch = $9, version = version + 1
                     WHERE id = $1 AND version = $10");
    fields(query, user).bind(stored(user.version))
}

/// `$1` to `$9`.
fn fields(query: Query, user: &User) -> Query {
    query
        .bind(user.id.uuid())
        .bind(user.email.original())
        .bind(user.email.normal())
        .bind(user.name.as_ref().map(Name::as_str))
        .bind(user.password.as_ref().map(PasswordHash::as_str))
        .bind(user.verified_at.map(At))
        .bind(user.status.as_str())
        .bind(user.super_admin)
        .bind(i64::from(user.epoch))
}

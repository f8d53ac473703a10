//! Accounts, sessions and their chains, one-time tokens, counted tries, keys: none of them a tenant's. And roles, which
//! may be one's.

use async_trait::async_trait;
use bson::{Document, doc};
use saaskit_auth::write::{AuthWrite, INSTALLATION, KEY_NUMBER, ROLE_NAME, USER_EMAIL};

use crate::Failure;
use crate::domain::{Apply, Domain};
use crate::migrate::Migration;
use crate::tx::Tx;

mod attempt;
mod key;
mod refresh;
mod role;
mod session;
mod token;
mod user;

pub(crate) const DOMAIN: Domain = Domain {
    migrations: &[
        Migration { domain: "auth", version: 1, name: "accounts", up: up!("auth/0001_accounts") },
        Migration { domain: "auth", version: 2, name: "tries", up: up!("auth/0002_tries") },
    ],
    tables: saaskit_auth::TABLES,
    rules: &[
        ("auth_users_email", USER_EMAIL),
        ("auth_roles_name", ROLE_NAME),
        ("auth_signing_keys_number", KEY_NUMBER),
        ("auth_installation_pkey", INSTALLATION),
    ],
    known: &[
        "auth_users_pkey",
        "auth_sessions_pkey",
        "auth_sessions_cookie",
        "auth_refresh_tokens_pkey",
        "auth_refresh_tokens_number",
        "auth_tokens_pkey",
        "auth_tokens_newest",
        "auth_attempts_pkey",
        "auth_roles_pkey",
        "auth_assignments_pkey",
        "auth_signing_keys_pkey",
    ],
    write: |write| write.of::<AuthWrite>().map(|write| write as &dyn Apply),
};

/// A sweep removes so many at once, so that it stays short.
const MOST_FORGOTTEN: u32 = 1000;

#[async_trait]
impl Apply for AuthWrite {
    async fn apply(&self, tx: &mut Tx<'_>) -> Result<(), Failure> {
        match self {
            Self::User(write) => user::apply(tx, write).await,
            Self::Session(write) => session::apply(tx, write).await,
            Self::Refresh(write) => refresh::apply(tx, write).await,
            Self::Token(write) => token::apply(tx, write).await,
            Self::Attempt(write) => attempt::apply(tx, write).await,
            Self::Role(write) => role::apply(tx, write).await,
            Self::Key(write) => key::apply(tx, write).await,
            Self::Operator(write) => key::count(tx, *write).await,
        }
    }
}

/// Stages that put the document a field names into each; what names none is left out.
fn by_id(collection: &str, field: &str, name: &str) -> [Document; 2] {
    let lookup = doc! { "from": collection, "localField": field, "foreignField": "_id", "as": name };
    [doc! { "$lookup": lookup }, doc! { "$unwind": format!("${name}") }]
}

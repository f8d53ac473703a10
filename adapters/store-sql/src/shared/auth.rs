//! Accounts, sessions and their chains, one-time tokens, counted tries, keys: none of them a tenant's. And roles, which
//! may be one's.

use async_trait::async_trait;
use saaskit_auth::write::{AuthWrite, INSTALLATION, KEY_NUMBER, ROLE_NAME, USER_EMAIL};

use super::Conn;
use super::domain::{Apply, Domain};
use crate::Failure;
use crate::migration::Migration;

mod attempt;
mod key;
mod refresh;
mod role;
mod session;
mod token;
mod user;

pub(super) const DOMAIN: Domain = Domain {
    migrations: &[
        Migration { domain: "auth", version: 1, name: "accounts", up: up!("auth/0001_accounts") },
        Migration { domain: "auth", version: 2, name: "barred", up: up!("auth/0002_barred") },
        Migration { domain: "auth", version: 3, name: "tries", up: up!("auth/0003_tries") },
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

#[async_trait]
impl Apply for AuthWrite {
    async fn apply(&self, conn: &mut Conn) -> Result<(), Failure> {
        match self {
            Self::User(write) => user::apply(conn, write).await,
            Self::Session(write) => session::apply(conn, write).await,
            Self::Refresh(write) => refresh::apply(conn, write).await,
            Self::Token(write) => token::apply(conn, write).await,
            Self::Attempt(write) => attempt::apply(conn, write).await,
            Self::Role(write) => role::apply(conn, write).await,
            Self::Key(write) => key::apply(conn, write).await,
            Self::Operator(write) => key::count(conn, *write).await,
        }
    }
}

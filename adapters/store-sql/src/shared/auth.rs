//! Accounts, sessions, one-time tokens and keys. None of them belongs to a tenant.

use async_trait::async_trait;
use saaskit_auth::write::{AuthWrite, INSTALLATION, KEY_NUMBER, USER_EMAIL};

use super::Conn;
use super::domain::{Apply, Domain};
use crate::Failure;
use crate::migration::Migration;

mod key;
mod session;
mod token;
mod user;

pub(super) const DOMAIN: Domain = Domain {
    migrations: &[Migration { domain: "auth", version: 1, name: "accounts", up: up!("auth/0001_accounts") }],
    rules: &[
        ("auth_users_email", USER_EMAIL),
        ("auth_signing_keys_number", KEY_NUMBER),
        ("auth_installation_pkey", INSTALLATION),
    ],
    known: &[
        "auth_users_pkey",
        "auth_sessions_pkey",
        "auth_revocations_pkey",
        "auth_tokens_pkey",
        "auth_tokens_hash",
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
            Self::Token(write) => token::apply(conn, write).await,
            Self::Key(write) => key::apply(conn, write).await,
        }
    }
}

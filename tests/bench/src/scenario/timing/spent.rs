use serde_json::{Value, json};

use super::Act;
use crate::people::{self, Person};
use crate::server::Server;

const WRONG: &str = "Rainy-Meadow-43";
/// So many wrong passwords lock an account.
const LOCKS: usize = 5;

/// Secrets of people that were used already, or whose session is over.
pub(super) struct Spent {
    reset: String,
    unlock: String,
    confirm: String,
    undo: String,
    refresh: String,
}

impl Spent {
    pub(super) async fn of(server: &Server) -> anyhow::Result<Self> {
        let people = people::sign_up(server, 3).await?;
        let reset = reset(server, &people[0]).await?;
        let unlock = unlock(server, &people[1]).await?;
        let (confirm, undo) = move_away_and_back(server, &people[2]).await?;
        Ok(Self { reset, unlock, confirm, undo, refresh: people[0].refresh.clone() })
    }

    /// The one that was spent by that act; of others, any.
    pub(super) fn secret(&self, act: Act) -> &str {
        match act {
            Act::Unlock => &self.unlock,
            Act::Confirm => &self.confirm,
            Act::Undo => &self.undo,
            Act::Refresh => &self.refresh,
            Act::LogIn | Act::Forgot | Act::Register | Act::Resend | Act::SetUp | Act::Reset => &self.reset,
        }
    }
}

async fn ask(server: &Server, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Value> {
    server.ask(server.post(path, token, body)?).await
}

/// Sets another password, which ends the session of before.
async fn reset(server: &Server, person: &Person) -> anyhow::Result<String> {
    ask(server, Act::Forgot.path(), None, &json!({ "email": person.email })).await?;
    let token = people::mailed_token(server, &person.email, "reset-password").await?;
    let body = json!({ "token": token, "password": "Cloudy-Meadow-44" });
    ask(server, Act::Reset.path(), None, &body).await?;
    Ok(token)
}

async fn unlock(server: &Server, person: &Person) -> anyhow::Result<String> {
    let wrong = json!({ "email": person.email, "password": WRONG });
    for _ in 0..LOCKS {
        server.answer(server.post(Act::LogIn.path(), None, &wrong)?).await?;
    }
    let token = people::mailed_token(server, &person.email, "unlock").await?;
    ask(server, Act::Unlock.path(), None, &json!({ "token": token })).await?;
    Ok(token)
}

async fn move_away_and_back(server: &Server, person: &Person) -> anyhow::Result<(String, String)> {
    let elsewhere = format!("elsewhere-{}", person.email);
    let change = json!({ "email": elsewhere });
    ask(server, "/api/v1/users/email/change", Some(&person.access), &change).await?;
    let confirm = people::mailed_token(server, &elsewhere, "confirm-email").await?;
    ask(server, Act::Confirm.path(), None, &json!({ "token": confirm })).await?;
    let undo = people::mailed_token(server, &person.email, "undo-email").await?;
    ask(server, Act::Undo.path(), None, &json!({ "token": undo })).await?;
    Ok((confirm, undo))
}

//! People with accounts.

use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::future::try_join_all;
use serde_json::{Value, json};

use crate::load;
use crate::server::Server;

pub(crate) const PASSWORD: &str = "Sunny-Meadow-42";
/// As many mails as the outbox shows.
const MOST: usize = 100;

/// Somebody who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

pub(crate) fn credentials(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD })
}

/// Asks for that many accounts, each at the address of its number.
pub(crate) async fn register(
    server: &Server,
    count: usize,
    address: impl Fn(usize) -> String + Sync,
) -> anyhow::Result<()> {
    load::send(&server.client, 1, count, |_, nth| {
        server.post("/api/v1/auth/register", None, &credentials(&address(nth)))
    })
    .await
}

/// Registers so many people, proves their addresses and signs them in.
pub(crate) async fn sign_up(server: &Server, count: usize) -> anyhow::Result<Vec<Person>> {
    anyhow::ensure!(count < MOST, "the outbox shows {MOST} mails");
    let address = |nth| format!("person{nth}@example.org");
    let mut cookies = Vec::new();
    for email in (0..count).map(address) {
        let register = server.post("/api/v1/auth/register", None, &credentials(&email))?;
        cookies.push(server.answer(register).await?.cookie.context("a registration sets a cookie")?);
    }
    let mut people = Vec::new();
    for (email, cookie) in (0..count).map(address).zip(cookies) {
        let token = mailed_token(server, &email, "verify-email").await?;
        let mut verify = server.post("/api/v1/auth/verify-email", None, &json!({ "token": token }))?;
        verify.headers_mut().insert("cookie", cookie.parse()?);
        server.ask(verify).await?;
        people.push(sign_in(server, &email).await?);
    }
    Ok(people)
}

pub(crate) async fn sign_in(server: &Server, email: &str) -> anyhow::Result<Person> {
    let tokens = server.ask(server.post("/api/v1/auth/login", None, &credentials(email))?).await?;
    let text = |name: &str| tokens[name].as_str().map(str::to_owned).context("a sign-in gives tokens");
    Ok(Person { email: email.to_owned(), access: text("access_token")?, refresh: text("refresh_token")? })
}

/// Signs each of them in so often more; gives all of these sessions.
pub(crate) async fn sign_in_again(
    server: &Server,
    people: &[Person],
    times: usize,
) -> anyhow::Result<Vec<Person>> {
    let mut sessions = Vec::with_capacity(people.len() * times);
    for person in people.iter().cycle().take(people.len() * times) {
        sessions.push(sign_in(server, &person.email).await?);
    }
    Ok(sessions)
}

/// The token of the newest mail to somebody that leads to that page.
pub(crate) async fn mailed_token(server: &Server, email: &str, page: &str) -> anyhow::Result<String> {
    let begin = format!("/{page}?token=");
    for _ in 0..1_000 {
        let outbox = server.ask(server.get(&format!("/dev/outbox.json?limit={MOST}"), None)?).await?;
        let mails = outbox.as_array().into_iter().flatten().filter(|mail| mail["to"] == email);
        let mut links = mails.flat_map(|mail| mail["links"].as_array().into_iter().flatten());
        let token = links.find_map(|link| Some(link.as_str()?.split_once(&begin)?.1.to_owned()));
        if let Some(token) = token {
            return Ok(token);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("no mail came to {email}")
}

/// Has a person make a workspace; gives its path.
pub(crate) async fn make_workspace(server: &Server, person: &Person) -> anyhow::Result<String> {
    let body = json!({ "name": "Acme", "slug": "acme" });
    let made = server.ask(server.post("/api/v1/tenants", Some(&person.access), &body)?).await?;
    Ok(format!("/api/v1/tenants/{}", made["id"].as_str().context("a workspace has an id")?))
}

/// Renews the tokens of sessions so often, in lanes; gives every access token that came. Many sessions a few times
/// each: what a session keeps for lost answers grows with what it does within seconds, and people do not do that.
pub(crate) async fn renew(
    server: &Server,
    sessions: &[Person],
    lanes: usize,
    times: usize,
) -> anyhow::Result<Vec<String>> {
    let each = sessions.len().div_ceil(lanes);
    let renewing = sessions.chunks(each).map(|sessions| renew_lane(server, sessions, times));
    Ok(try_join_all(renewing).await?.concat())
}

async fn renew_lane(server: &Server, sessions: &[Person], times: usize) -> anyhow::Result<Vec<String>> {
    let mut tokens = Vec::with_capacity(sessions.len() * times);
    for session in sessions {
        let mut refresh = session.refresh.clone();
        for _ in 0..times {
            let body = json!({ "refresh_token": refresh });
            let next = server.ask(server.post("/api/v1/auth/refresh", None, &body)?).await?;
            let text = |name: &str| next[name].as_str().map(str::to_owned).context("a renewal gives tokens");
            refresh = text("refresh_token")?;
            tokens.push(text("access_token")?);
        }
    }
    Ok(tokens)
}

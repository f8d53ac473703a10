use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::{Answer, Mail, PASSWORD, until};

/// Somebody who talks to a server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

impl Client {
    /// Nobody in particular, at the server of that URL. Every request has a connection of its own, so that a
    /// connection that fails says something about one request.
    pub fn of(url: &str) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_mins(1)).pool_max_idle_per_host(0);
        let http = http.no_proxy().redirect(reqwest::redirect::Policy::none());
        let http = http.build().expect("a client can be built");
        Self { http, url: url.to_owned(), token: None }
    }

    /// The same, at another server.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// Where the server is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it shows to be let in.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// A request, to be sent by [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request, past the limits of the door: journeys make more of them in a minute than people do.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    /// The same where the connection may fail.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.header("x-benchmark-token", crate::server::BENCHMARK_TOKEN).send().await?;
        Answer::of(response).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// PATCH with JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// What a browser does when the button of a page of ours is pressed.
    pub async fn press(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path).form(form);
        self.send(request.header("origin", crate::server::PUBLIC_URL).header("sec-fetch-site", "same-origin"))
            .await
    }

    /// Asks for an account.
    pub async fn register(&self, email: &str) -> Answer {
        self.post("/api/v1/auth/register", json!({"email": email, "password": PASSWORD})).await
    }

    /// Proves an address by the token that was mailed, on the browser that registered it.
    pub async fn prove(&self, registered: &Answer, token: &str) -> Answer {
        let request = self.request(Method::POST, "/api/v1/auth/verify-email").json(&json!({"token": token}));
        self.send(request.header("cookie", registered.cookie())).await
    }

    /// Signs in.
    pub async fn log_in(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/auth/login", json!({"email": email, "password": password})).await
    }

    /// The same, as who was let in by that answer.
    #[must_use]
    pub fn bearing(&self, answer: &Answer) -> Self {
        let token = answer.json()["access_token"].as_str().expect("a sign-in gives a token").to_owned();
        Self { token: Some(token), ..self.clone() }
    }

    /// Makes an account, proves its address by the mail that comes, signs in, and is that person.
    pub async fn become_user(&self, email: &str) -> Self {
        let registered = self.register(email).await.expect(202);
        let token = self.mail_to(email).await.token();
        let _ = self.prove(&registered, &token).await.expect(200);
        self.bearing(&self.log_in(email, PASSWORD).await.expect(200))
    }

    /// Makes the account that operates the installation by the token of the printed link, signs in, and is that person.
    pub async fn become_operator(&self, token: &str, email: &str) -> Self {
        let body = json!({"token": token, "email": email, "password": PASSWORD});
        let _ = self.post("/api/v1/auth/setup", body).await.expect(201);
        self.bearing(&self.log_in(email, PASSWORD).await.expect(200))
    }

    /// Makes a workspace and gives its id.
    pub async fn make_workspace(&self, name: &str, slug: &str) -> String {
        let answer = self.post("/api/v1/tenants", json!({"name": name, "slug": slug})).await.expect(201);
        answer.json()["id"].as_str().expect("a workspace has an id").to_owned()
    }

    /// The mails that were sent, newest first.
    pub async fn outbox(&self) -> Vec<Mail> {
        let answer = self.get("/dev/outbox.json?limit=100").await.expect(200);
        answer.json().as_array().expect("the outbox is a list").iter().map(Mail::of).collect()
    }

    /// The newest mail to somebody, once there is one.
    pub async fn mail_to(&self, email: &str) -> Mail {
        until(&format!("{email} had mail"), async || {
            self.outbox().await.into_iter().find(|mail| mail.to == email)
        })
        .await
    }

    /// The newest mail to somebody whose subject begins so, once there is one.
    pub async fn mail_about(&self, email: &str, subject: &str) -> Mail {
        let is_it = |mail: &Mail| mail.to == email && mail.subject.starts_with(subject);
        until(&format!("{email} had mail: {subject}"), async || self.outbox().await.into_iter().find(is_it))
            .await
    }
}

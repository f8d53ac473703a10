//! Whoever has not signed in learns of no account: requests that name one, or show a secret that is good for nothing
//! any more, cause the same for all.

mod samples;

use std::collections::BTreeSet;

use saaskit_auth::Purpose;
use saaskit_http_axum::{PublicUrl, document};
use serde_json::{Value, json};

use crate::world::{Ask, Engine, PASSWORD, Seen, World, on_every_engine};

use About::{Account, Chain, File, Mailed, Printed};
use Purpose::{ConfirmEmail, ResetPassword, UndoEmail, Unlock, VerifyEmail};

/// A secret that nobody was given.
const NO_SECRET: &str = "kZc1n5mYb0n8v3g5u2xV1r7p9s4w6q8e0t2y4u6i8o0";
const FORM: &str = "application/x-www-form-urlencoded";

/// What a request of a stranger is about.
#[derive(Debug, Clone, Copy)]
enum About {
    /// The account of the address it names.
    Account,
    /// The account whose owner was mailed the secret it shows.
    Mailed(Purpose),
    /// The installation, whose link was printed.
    Printed,
    /// The session whose refresh token it shows.
    Chain,
    /// The file its signed URL names.
    File,
}

/// A route that takes something from anybody, what that is about, and how it is said.
struct Row {
    method: &'static str,
    path: &'static str,
    about: About,
    says: fn(&str) -> Said,
}

enum Said {
    Json(Value),
    Form(String),
    Query(String),
}

const TABLE: &[Row] = &[
    post("/api/v1/auth/register", Account, |email| {
        Said::Json(json!({ "email": email, "password": PASSWORD }))
    }),
    post("/api/v1/auth/login", Account, |email| {
        Said::Json(json!({ "email": email, "password": "Wrong-horse-77" }))
    }),
    post("/api/v1/auth/password/forgot", Account, |email| Said::Json(json!({ "email": email }))),
    post("/api/v1/auth/verify-email/resend", Account, |email| Said::Json(json!({ "email": email }))),
    post("/api/v1/auth/setup", Account, |email| {
        Said::Json(json!({ "token": NO_SECRET, "email": email, "password": PASSWORD }))
    }),
    post("/setup", Account, |email| {
        Said::Form(format!("token={NO_SECRET}&email={email}&password={PASSWORD}"))
    }),
    post("/api/v1/auth/verify-email", Mailed(VerifyEmail), token),
    post("/api/v1/auth/password/reset", Mailed(ResetPassword), |secret| {
        Said::Json(json!({ "token": secret, "password": "Better-horse-8" }))
    }),
    // What is wrong with a password, only who may set it is told.
    post("/api/v1/auth/password/reset", Mailed(ResetPassword), |secret| {
        Said::Json(json!({ "token": secret, "password": "short" }))
    }),
    post("/api/v1/auth/unlock", Mailed(Unlock), token),
    post("/api/v1/users/email/confirm", Mailed(ConfirmEmail), token),
    post("/api/v1/users/email/undo", Mailed(UndoEmail), token),
    post("/verify-email", Mailed(VerifyEmail), form),
    post("/reset-password", Mailed(ResetPassword), |secret| {
        Said::Form(format!("token={secret}&password=Better-horse-8"))
    }),
    post("/unlock", Mailed(Unlock), form),
    post("/confirm-email", Mailed(ConfirmEmail), form),
    post("/undo-email", Mailed(UndoEmail), form),
    page("/verify-email", Mailed(VerifyEmail)),
    page("/reset-password", Mailed(ResetPassword)),
    page("/unlock", Mailed(Unlock)),
    page("/confirm-email", Mailed(ConfirmEmail)),
    page("/undo-email", Mailed(UndoEmail)),
    page("/setup", Printed),
    post("/api/v1/auth/refresh", Chain, |secret| Said::Json(json!({ "refresh_token": secret }))),
    Row { method: "GET", path: "/api/v1/objects", about: File, says: |query| Said::Query(query.to_owned()) },
    Row { method: "PUT", path: "/api/v1/objects", about: File, says: |query| Said::Query(query.to_owned()) },
];

/// Routes that take something from anybody that names no account.
const OF_NOBODY: &[(&str, &str, &str)] = &[
    ("GET", "/docs/{file}", "a file of the program"),
    ("GET", "/dev/outbox.json", "in development only, to whoever sits at the machine"),
];

const fn post(path: &'static str, about: About, says: fn(&str) -> Said) -> Row {
    Row { method: "POST", path, about, says }
}

const fn page(path: &'static str, about: About) -> Row {
    Row { method: "GET", path, about, says: |secret| Said::Query(format!("token={secret}")) }
}

fn token(secret: &str) -> Said {
    Said::Json(json!({ "token": secret }))
}

fn form(secret: &str) -> Said {
    Said::Form(format!("token={secret}"))
}

impl Row {
    fn ask(&self, said: &str) -> Ask {
        match (self.says)(said) {
            Said::Json(body) => Ask::new(self.method, self.path).json(&body),
            Said::Form(body) => Ask::new(self.method, self.path).text(FORM, body),
            Said::Query(query) => {
                let ask = Ask::new(self.method, format!("{}?{query}", self.path));
                if self.method == "PUT" { ask.text(samples::TYPE, samples::BYTES) } else { ask }
            }
        }
    }

    /// Whether it shows a form and does nothing else: the same one for a good secret, too.
    fn is_page(&self) -> bool {
        self.method == "GET" && !matches!(self.about, File)
    }

    /// What came of saying that; where the answer says it again, it is left away.
    async fn see(&self, world: &World, said: &str) -> Seen {
        let seen = world.see(&self.ask(said)).await;
        Seen { body: seen.body.replace(said, "<said>"), ..seen }
    }
}

on_every_engine!(a_request_that_names_an_account_causes_the_same_whether_there_is_one);

async fn a_request_that_names_an_account_causes_the_same_whether_there_is_one(engine: Engine) {
    let world = World::new(engine).await;
    for row in TABLE {
        for samples in samples::of(&world, row).await {
            row.see(&world, &samples.nobodys[0]).await;
            let expected = row.see(&world, &samples.nobodys[1]).await;
            let what = format!("{} {}", row.method, row.path);
            let unheard = [404, 405, 415, 422].contains(&expected.status) || expected.status >= 500;
            assert!(!unheard, "{what}: {expected:?}");
            for (which, said) in &samples.others {
                assert_eq!(row.see(&world, said).await, expected, "{what}: {which}");
            }
            if let Some(good) = &samples.good {
                let seen = row.see(&world, good).await;
                assert_eq!(seen == expected, row.is_page(), "{what}, shown a good one: {seen:?}");
            }
        }
    }
}

/// The routes of the document that nobody is asked who they are by, and that take something.
fn taking_something_from_anybody() -> BTreeSet<(String, String)> {
    let document = document(&PublicUrl::parse("http://localhost:8080").unwrap());
    let document = serde_json::to_value(document).unwrap();
    let names_something = |parameter: &Value| {
        let named =
            parameter["$ref"].as_str().and_then(|name| document.pointer(name.trim_start_matches('#')));
        let parameter = named.unwrap_or(parameter);
        // Which fields an answer shall have says nothing of anybody.
        parameter["name"] != "fields" && matches!(parameter["in"].as_str(), Some("path" | "query"))
    };
    let mut routes = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let mut parameters = operation["parameters"].as_array().into_iter().flatten();
            let takes = operation["requestBody"].is_object() || parameters.any(names_something);
            if operation["security"].is_null() && takes {
                routes.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    routes
}

#[test]
fn every_route_that_takes_something_from_anybody_is_in_the_table() {
    let listed = TABLE.iter().map(|row| (row.method, row.path));
    let listed = listed.chain(OF_NOBODY.iter().map(|(method, path, _)| (*method, *path)));
    let listed: BTreeSet<_> = listed.map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(taking_something_from_anybody(), listed);
}

#[tokio::test]
async fn a_hash_or_a_statement_more_would_be_seen() {
    let world = World::new(Engine::Sqlite).await;
    let nobody = "nobody01@example.org";
    let forgot = Ask::new("POST", "/api/v1/auth/password/forgot").json(&json!({ "email": nobody }));
    let forgot = world.see(&forgot).await;
    let login = json!({ "email": nobody, "password": PASSWORD });
    let login = world.see(&Ask::new("POST", "/api/v1/auth/login").json(&login)).await;
    assert!(login.statements > forgot.statements && forgot.statements > 0);
    assert_eq!(login.done.iter().filter(|done| *done == "verify").count(), 1);
    assert!(forgot.done.iter().all(|done| done.contains("auth.")));
}

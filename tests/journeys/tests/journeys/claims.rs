use std::collections::BTreeMap;

use reqwest::Method;
use saaskit_journeys::{Answer, Client, Engine, Server, World, until};
use serde_json::{Value, json};
use tokio::sync::mpsc;

super::on_every_engine! {
    who_repeats_a_request_to_a_killed_server_has_what_it_made_once
}

/// How many ask at once, and after how many answers the server is killed.
const ASKERS: u32 = 4;
const ANSWERS: u32 = 12;

async fn who_repeats_a_request_to_a_killed_server_has_what_it_made_once(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let ana = server.client().become_user("ana@example.org").await;
    let told = kill_while_it_makes(server, &ana).await;
    let server = world.serve().await;
    let ana = ana.at(server.url());
    for (slug, told) in &told {
        let answer = repeat(&ana, slug).await;
        match told {
            Some(id) => {
                assert_eq!(answer.clone().expect(201).header("idempotency-replayed"), Some("true"));
                assert_eq!(answer.json()["id"], *id, "{slug}");
            }
            None if answer.status == 409 => drop(answer.expect_problem(409, "RESULT_UNKNOWN")),
            None => drop(answer.expect(201)),
        }
    }
    let mut made = slugs(&ana).await;
    made.sort();
    assert_eq!(made, told.keys().cloned().collect::<Vec<_>>());
    server.stop().await;
}

/// Kills a server that makes workspaces as fast as it can; gives what was asked for, with its id where that was told.
async fn kill_while_it_makes(server: Server, ana: &Client) -> BTreeMap<String, Option<Value>> {
    let (answered, mut heard) = mpsc::unbounded_channel();
    let askers =
        (0..ASKERS).map(|asker| tokio::spawn(make_until_it_fails(ana.clone(), asker, answered.clone())));
    let askers: Vec<_> = askers.collect();
    drop(answered);
    for _ in 0..ANSWERS {
        heard.recv().await.expect("the server makes workspaces");
    }
    server.kill().await;
    let mut told = BTreeMap::new();
    for asker in askers {
        told.extend(asker.await.expect("an asker ends with the server"));
    }
    told
}

async fn make_until_it_fails(
    ana: Client,
    asker: u32,
    answered: mpsc::UnboundedSender<()>,
) -> BTreeMap<String, Option<Value>> {
    let mut told = BTreeMap::new();
    for count in 0.. {
        let slug = format!("made-{asker}-{count:04}");
        match ana.try_send(request(&ana, &slug)).await {
            Ok(answer) if answer.status == 201 => {
                told.insert(slug, Some(answer.json()["id"].clone()));
                answered.send(()).expect("somebody listens");
            }
            // Too much at once: whether anything was done, a repeat tells.
            Ok(answer) if answer.status == 503 => drop(told.insert(slug, None)),
            Ok(answer) => panic!("{answer:?}"),
            Err(_) => {
                told.insert(slug, None);
                break;
            }
        }
    }
    told
}

fn request(ana: &Client, slug: &str) -> reqwest::RequestBuilder {
    let body = json!({ "name": slug, "slug": slug });
    ana.request(Method::POST, "/api/v1/tenants").header("idempotency-key", slug).json(&body)
}

/// Asks once more by the same key, until somebody knows what became of it.
async fn repeat(ana: &Client, slug: &str) -> Answer {
    until("it was known what became of a request", async || {
        let answer = ana.send(request(ana, slug)).await;
        let is_open = answer.status == 503 || answer.text.contains("REQUEST_IN_FLIGHT");
        (!is_open).then_some(answer)
    })
    .await
}

/// What all of ana's workspaces are called.
async fn slugs(ana: &Client) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let part = ana.get(&format!("/api/v1/tenants?limit=100{cursor}")).await.expect(200).json();
        let slug = |tenant: &Value| tenant["slug"].as_str().unwrap().to_owned();
        found.extend(part["data"].as_array().unwrap().iter().map(slug));
        match part["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

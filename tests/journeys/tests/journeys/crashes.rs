use std::collections::BTreeMap;
use std::time::Duration;

use saaskit_journeys::{Client, Engine, Mail, PASSWORD, Server, World, now, until};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

// What stands for MongoDB ends the transaction of who was killed after a minute, as a real one does by itself.
super::on_every_engine! {
    what_killed_servers_acknowledged_is_there_and_mailed_once
    a_server_told_to_stop_answers_what_it_began
    nobody_is_signed_out_by_a_server_that_is_killed_while_it_refreshes
}

/// How often a server is killed: `SAASKIT_KILL_ROUNDS`, or twice.
#[expect(clippy::disallowed_methods, reason = "the switch of a test, not of the product")]
fn rounds() -> u32 {
    std::env::var("SAASKIT_KILL_ROUNDS").map_or(2, |rounds| rounds.parse().expect("a number of rounds"))
}

/// After this the work of a killed server is given to others.
const LEASE: Duration = Duration::from_secs(30);

async fn what_killed_servers_acknowledged_is_there_and_mailed_once(engine: Engine) {
    let world = World::new(engine).await;
    let mut promises = Promises::default();
    let mut killed = now();
    for round in 0..rounds() {
        let server = world.serve().await;
        promises.wait_until_kept(&server.client()).await;
        // Killed at another moment every round: after the first acknowledgement, after the fourth …
        promises.addresses.extend(kill_under_load(server, round, 1 + round * 3 % 20).await);
        killed = now();
    }
    let server = world.serve().await;
    let client = server.client();
    promises.wait_until_kept(&client).await;
    // What the last of them might have left for others to do twice is done by then.
    tokio::time::sleep((LEASE + Duration::from_secs(2)).saturating_sub(killed.elapsed())).await;
    promises.look(&client).await;
    for address in &promises.addresses {
        let mails: Vec<&Mail> = promises.mails.values().filter(|mail| mail.to == *address).collect();
        assert_eq!(mails.len(), 1, "{address}: {mails:?}");
        let token = json!({"token": mails[0].token()});
        let verified = client.post("/api/v1/auth/verify-email", token).await.expect(200);
        let chosen = json!({"token": verified.json()["password_token"], "password": PASSWORD});
        let _ = client.post("/api/v1/auth/password/reset", chosen).await.expect(200);
        let _ = client.log_in(address, PASSWORD).await.expect(200);
    }
    server.stop().await;
}

/// Who was told that a mail is on its way, and which mails there are, by their keys.
#[derive(Default)]
struct Promises {
    addresses: Vec<String>,
    mails: BTreeMap<String, Mail>,
}

impl Promises {
    /// Takes over the newest mails.
    async fn look(&mut self, client: &Client) {
        self.mails.extend(client.outbox().await.into_iter().map(|mail| (mail.id.clone(), mail)));
    }

    async fn wait_until_kept(&mut self, client: &Client) {
        until("everybody had mail who was promised one", async || {
            self.look(client).await;
            let has_mail = |address: &String| self.mails.values().any(|mail| mail.to == *address);
            self.addresses.iter().all(has_mail).then_some(())
        })
        .await;
    }
}

/// Kills a server that eight people register with, once so many were acknowledged; gives all who were.
async fn kill_under_load(server: Server, round: u32, after: u32) -> Vec<String> {
    let (acknowledged, mut heard) = mpsc::unbounded_channel();
    let register = |person| register_until_it_fails(server.client(), round, person, acknowledged.clone());
    let people: Vec<_> = (0..8).map(|person| tokio::spawn(register(person))).collect();
    drop(acknowledged);
    let mut addresses = Vec::new();
    for _ in 0..after {
        addresses.push(heard.recv().await.expect("the server takes registrations"));
    }
    server.kill().await;
    while let Some(address) = heard.recv().await {
        addresses.push(address);
    }
    for person in people {
        person.await.expect("a person ends with the server");
    }
    addresses
}

/// Registers one address after the other for as long as the server answers, and tells which were acknowledged.
async fn register_until_it_fails(
    client: Client,
    round: u32,
    person: u32,
    acknowledged: mpsc::UnboundedSender<String>,
) {
    for count in 0.. {
        let address = format!("r{round}p{person}n{count}@example.org");
        let body = json!({"email": address, "password": PASSWORD});
        let request = client.request(reqwest::Method::POST, "/api/v1/auth/register").json(&body);
        match client.try_send(request).await {
            Ok(answer) if answer.status == 202 => acknowledged.send(address).expect("somebody listens"),
            // Too much at once: nothing was done.
            Ok(answer) if answer.status == 503 => {}
            Ok(answer) => panic!("{answer:?}"),
            Err(_) => return,
        }
    }
}

async fn a_server_told_to_stop_answers_what_it_began(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let _ = server.client().become_user("ana@example.org").await;
    let address = server.url().trim_start_matches("http://").to_owned();
    let body = json!({"email": "ana@example.org", "password": PASSWORD}).to_string();
    let mut begun = Vec::new();
    for _ in 0..3 {
        begun.push(begin(&address, &body).await);
    }
    server.terminate().await;
    until("nobody new was let in", async || TcpStream::connect(&address).await.is_err().then_some(())).await;
    for mut stream in begun {
        stream.write_all(body.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("access_token"), "{answer}");
    }
    assert!(server.ended().await.success());
}

/// Asks to sign in, up to the body, and waits until the server asks for that: then it has begun.
async fn begin(address: &str, body: &str) -> TcpStream {
    const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; GO_ON.len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, GO_ON);
    stream
}

async fn nobody_is_signed_out_by_a_server_that_is_killed_while_it_refreshes(engine: Engine) {
    let world = World::new(engine).await;
    let mut server = world.serve().await;
    let mut tokens = Vec::new();
    for person in 0..8 {
        let email = format!("p{person}@example.org");
        let _ = server.client().become_user(&email).await;
        let answer = server.client().log_in(&email, PASSWORD).await.expect(200);
        tokens.push(answer.json()["refresh_token"].as_str().unwrap().to_owned());
    }
    for round in 0..rounds() {
        let (refreshed, mut heard) = mpsc::unbounded_channel();
        let people = tokens.drain(..);
        let people: Vec<_> = people
            .map(|token| tokio::spawn(refresh_until_it_fails(server.client(), token, refreshed.clone())))
            .collect();
        drop(refreshed);
        for _ in 0..10 + round * 7 % 20 {
            heard.recv().await.expect("the server refreshes");
        }
        server.kill().await;
        for person in people {
            tokens.push(person.await.expect("a person ends with the server"));
        }
        server = world.serve().await;
    }
    for token in &tokens {
        let body = json!({ "refresh_token": token });
        // On MongoDB what the killed server was at is held for a while: who is told to come again does so.
        let answer = until("nothing was held any more", async || {
            let answer = server.client().post("/api/v1/auth/refresh", body.clone()).await;
            (answer.status != 503).then_some(answer)
        });
        let answer = answer.await.expect(200);
        let _ = server.client().bearing(&answer).get("/api/v1/auth/me").await.expect(200);
    }
    server.stop().await;
}

/// Refreshes for as long as the server answers; gives the last token that was heard of.
async fn refresh_until_it_fails(
    client: Client,
    mut token: String,
    refreshed: mpsc::UnboundedSender<()>,
) -> String {
    loop {
        let request = client.request(reqwest::Method::POST, "/api/v1/auth/refresh");
        match client.try_send(request.json(&json!({ "refresh_token": token }))).await {
            Ok(answer) if answer.status == 503 => {}
            Ok(answer) => {
                let tokens = answer.expect(200).json();
                tokens["refresh_token"].as_str().unwrap().clone_into(&mut token);
                refreshed.send(()).expect("somebody listens");
            }
            Err(_) => return token,
        }
    }
}
